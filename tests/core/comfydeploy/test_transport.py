"""One call, sent and answered: what goes out, where it never goes, and what the answer means."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from core.comfydeploy import operations
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import NoAnswer, NotFoundOrBroken, Refused, ServerFault, Unreachable, WrongAddress
from core.comfydeploy.transport import TIMEOUTS, Call, Timeouts, Transport
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.methods import METHODS
from tests.core.comfydeploy.samples import DEPLOYMENT, MACHINE, TOKEN, WORKFLOW
from tests.core.comfydeploy.sending import DELETE, KEY, PATCH, POST, READ, SHORT, WRITES, line
from tests.core.stub import Held, crowded, hanging, nobody, saying, sending, serving
from tests.waiting import until

ALL = (READ, *WRITES)


def names(call: Call) -> str:
    return call.name


async def transfer(transport: Transport, call: Call) -> bytes:
    """As what it is: a read or a change."""
    return await (transport.read(call) if call is READ else transport.send(call))


@pytest.mark.parametrize("call", ALL, ids=names)
async def test_the_body_comes_back_as_it_is(call: Call) -> None:
    async with serving(saying(b"\xff any bytes\x00", 201)) as server, line(server.url) as sent:
        assert await transfer(sent.transport, call) == b"\xff any bytes\x00"


@pytest.mark.parametrize("call", ALL, ids=names)
async def test_the_key_goes_along_as_a_bearer(call: Call) -> None:
    async with serving(saying(b"")) as server, line(server.url) as sent:
        await transfer(sent.transport, call)

    headers = server.requests[0].headers
    assert (headers["Authorization"], headers["Accept"]) == (f"Bearer {KEY}", "application/json")


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/", "//api//"])
async def test_the_address_may_be_given_with_or_without_api(ending: str) -> None:
    async with serving(saying(b"")) as server, line(server.url + ending) as sent:
        await sent.transport.read(READ)

    assert server.requests[0].path == "/api/workflows"


async def test_holes_of_a_route_are_filled_with_ids_and_numbers() -> None:
    call = Call(operations.GET_VERSION_BY_NUMBER, ids={"id": WORKFLOW.upper()}, numbers={"number": 12})

    async with serving(saying(b"")) as server, line(server.url) as sent:
        await sent.transport.read(call)

    assert server.requests[0].path == f"/api/workflow/{WORKFLOW}/version/12"


def test_nothing_that_people_said_is_in_the_repr_of_a_call() -> None:
    older = Call(operations.GET_RUN.before, query={"run_id": TOKEN})
    call = Call(operations.ADD_MACHINE, query={"a": TOKEN}, json={"auth_token": TOKEN}, older=older)

    assert TOKEN not in repr(call)


@pytest.mark.parametrize("method", METHODS, ids=str)
async def test_the_key_follows_no_redirect(method: Method) -> None:
    statuses = iter([301, 302, 303, 307, 308])

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=next(statuses), headers={"Location": f"{target.url}/api{method.path}"})

    async with (
        serving(saying(b"[]")) as target,
        serving(elsewhere) as server,
        ComfyDeploy.connect(server.url, KEY) as api,
    ):
        for _ in range(5):
            with pytest.raises(WrongAddress):
                await method(api)

    assert (len(server.requests), target.requests) == (5, [])


@pytest.mark.parametrize("call", ALL, ids=names)
async def test_refused_connections_are_unreachable(quick_retries: None, call: Call) -> None:
    async with nobody() as address, line(address.url) as sent:
        with pytest.raises(Unreachable) as caught:
            await transfer(sent.transport, call)

    assert type(caught.value) is Unreachable


@pytest.mark.parametrize("call", ALL, ids=names)
async def test_a_server_that_takes_no_connections_is_unreachable(quick_retries: None, call: Call) -> None:
    impatient = Timeouts(*(aiohttp.ClientTimeout(total=10, sock_connect=0.05) for _ in range(4)))

    async with crowded() as address, line(address.url, timeouts=impatient) as sent:
        with pytest.raises(Unreachable):
            await transfer(sent.transport, call)


async def test_a_name_without_an_address_is_unreachable(quick_retries: None) -> None:
    async with line("http://nowhere.invalid") as sent:
        with pytest.raises(Unreachable):
            await sent.transport.read(READ)


@pytest.mark.parametrize("call", ALL, ids=names)
async def test_a_hanging_server_is_given_up_within_the_time_out(quick_retries: None, call: Call) -> None:
    async with serving(hanging) as server, line(server.url, timeouts=SHORT) as sent:
        with pytest.raises(NoAnswer):
            await transfer(sent.transport, call)

    assert sent.counts.called == [(call.name, "no_answer")] * (3 if call is READ else 1)


async def test_a_call_may_have_a_time_out_of_its_own() -> None:
    held = Held(b"at last")
    patient = Call(operations.QUEUE_RUN, json={}, timeout=TIMEOUTS.submit)

    async with serving(held) as server, line(server.url, timeouts=SHORT) as sent:
        submit = asyncio.ensure_future(sent.transport.send(patient))
        await until(lambda: held.waiting)
        with pytest.raises(NoAnswer):
            await sent.once()
        held.answer()

        assert await submit == b"at last"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[" + b" " * 400,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n[",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "no HTTP", "half a body", "no body", "half a chunk", "no length", "a huge header"],
)
@pytest.mark.parametrize("call", [READ, DELETE], ids=names)
async def test_what_is_no_whole_answer_is_no_answer(quick_retries: None, call: Call, raw: bytes) -> None:
    async with sending(raw) as server, line(server.url) as sent:
        with pytest.raises(NoAnswer):
            await transfer(sent.transport, call)

    assert server.connections == (3 if call is READ else 1)


@pytest.mark.parametrize("call", [READ, PATCH], ids=names)
async def test_broken_compression_is_no_answer(quick_retries: None, call: Call) -> None:
    async with serving(saying(b"this is not gzip", Content_Encoding="gzip")) as server, line(server.url) as sent:
        with pytest.raises(NoAnswer):
            await transfer(sent.transport, call)

    assert len(server.requests) == (3 if call is READ else 1)


async def test_only_routes_that_hide_absence_take_the_servers_own_500_for_it() -> None:
    read = Call(operations.GET_DEPLOYMENT, ids={"id": DEPLOYMENT})

    async with serving(saying(b'{"detail": "Internal server error"}', 500)) as server, line(server.url) as sent:
        with pytest.raises(NotFoundOrBroken):
            await sent.transport.read(read)
        with pytest.raises(ServerFault) as caught:
            await sent.once()

    assert type(caught.value) is ServerFault
    assert len(server.requests) == 2


async def test_a_422_names_the_fields() -> None:
    body = b'{"detail": [{"loc": ["body", "environment"], "msg": "no", "input": "x"}]}'

    async with serving(saying(body, 422)) as server, line(server.url) as sent:
        with pytest.raises(Refused) as caught:
            await sent.transport.send(POST)

    assert (caught.value.call, caught.value.status) == ("POST /deployment", 422)
    assert caught.value.fields == ("environment",)


async def test_what_cannot_be_a_path_is_refused_and_the_next_call_goes_on() -> None:
    async with serving(saying(b"")) as server, line(server.url) as sent:
        with pytest.raises(ValueError, match="UUID"):
            await sent.transport.send(Call(operations.DELETE_MACHINE, ids={"id": f"{MACHINE}/../.."}))
        await sent.transport.send(DELETE)

    assert [request.path for request in server.requests] == [f"/api/machine/{MACHINE}"]


async def test_a_call_can_be_cancelled() -> None:
    async with serving(hanging) as server, line(server.url) as sent:
        task = asyncio.ensure_future(sent.transport.read(READ))
        await until(lambda: server.requests)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task

    assert sent.counts.called == []


def test_the_time_outs_of_a_submit_outlast_a_cold_machine() -> None:
    assert TIMEOUTS.submit.total is not None
    assert TIMEOUTS.submit.total > 120
