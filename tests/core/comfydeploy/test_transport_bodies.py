"""Bodies that hurt: too large, packed too well, nested too deeply, or nothing that was meant."""

import gzip
import itertools

import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, BadReply, KeyRefused
from core.comfydeploy.transport import LARGEST_REPLY
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.comfydeploy.method import Method
from tests.core.comfydeploy.methods import PARSED
from tests.core.comfydeploy.sending import DELETE, POST, line
from tests.core.stub import saying, serving

UNASKED = {"account.get_plan", "account.get_gpu_prices"}  # of these, any object will do


@pytest.mark.parametrize("method", PARSED, ids=str)
async def test_a_web_page_where_json_should_be_is_a_bad_reply(method: Method) -> None:
    async with serving(saying(b"<html>Welcome</html>")) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply) as caught:
            await method(api)

    assert caught.value.call == method.operation.name
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", [method for method in PARSED if method.name not in UNASKED], ids=str)
async def test_an_object_of_another_shape_is_a_bad_reply(method: Method) -> None:
    async with serving(saying(b'{"unexpected": [1, null]}')) as server, ComfyDeploy.connect(server.url, "key") as api:
        with pytest.raises(BadReply):
            await method(api)


@pytest.mark.parametrize("body", [b"null", b"7", b'"text"', b"", b"[" * 100_000, b'{"id": ' * 100_000, b"9" * 5_000])
async def test_what_is_neither_list_nor_object_is_a_bad_reply(body: bytes) -> None:
    async with serving(saying(body)) as server, ComfyDeploy.connect(server.url, "key") as api:
        for method in PARSED:
            with pytest.raises(BadReply):
                await method(api)


@pytest.mark.parametrize("fault", [faults.NOT_JSON, faults.DEEP_JSON], ids=["html", "deep"])
async def test_the_sandboxs_odd_bodies_are_bad_replies(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault
) -> None:
    sandbox.faults.add("*", "*", fault)

    for method in PARSED:
        with pytest.raises(BadReply):
            await method(api)


@pytest.mark.parametrize("fault", [faults.HUGE_JSON, faults.GZIP_BOMB], ids=["huge", "bomb"])
async def test_what_is_too_large_is_cut_and_not_asked_for_again(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, fault: Fault
) -> None:
    sandbox.faults.add("*", "*", fault)

    with pytest.raises(BadReply):
        await api.workflows.list_all()

    assert len(sandbox.calls) == 1


async def test_a_body_without_end_is_cut_at_the_cap() -> None:
    taken = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal taken
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in itertools.count():
            await response.write(b" " * 2**20)
            taken += 2**20
        return response

    async with serving(endless) as server, line(server.url) as sent:
        with pytest.raises(BadReply):
            await sent.once()

    assert LARGEST_REPLY <= taken + 2**20 < LARGEST_REPLY + 16 * 2**20


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
async def test_the_cap_is_of_the_unpacked_body(extra: int, fits: bool) -> None:
    packed = gzip.compress(b" " * (LARGEST_REPLY + extra), compresslevel=1)

    async with serving(saying(packed, Content_Encoding="gzip")) as server, line(server.url) as sent:
        if fits:
            assert len(await sent.once()) == LARGEST_REPLY
        else:
            with pytest.raises(BadReply):
                await sent.once()


@pytest.mark.parametrize("call", [POST, DELETE], ids=lambda call: call.operation.method)
async def test_a_bomb_in_the_answer_to_a_change_is_cut(sandbox: ComfyDeploySandbox, call: object) -> None:
    sandbox.faults.add("*", "*", faults.GZIP_BOMB)

    async with line(sandbox.url, sandbox.key) as sent:
        with pytest.raises(BadReply):
            await sent.transport.send(POST if call is POST else DELETE)

    assert len(sandbox.calls) == 1


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"detail": ' * 100_000, b'{"detail": %s}' % (b"9" * 5_000)])
async def test_an_error_is_told_by_its_status_whatever_its_body(body: bytes) -> None:
    async with serving(saying(body, 401)) as server, line(server.url) as sent:
        with pytest.raises(KeyRefused):
            await sent.once()


async def test_a_bomb_in_an_error_is_cut() -> None:
    packed = gzip.compress(b" " * (LARGEST_REPLY + 1), compresslevel=1)

    async with serving(saying(packed, 500, Content_Encoding="gzip")) as server, line(server.url) as sent:
        with pytest.raises(ApiError) as caught:
            await sent.once()

    assert type(caught.value) is BadReply
    assert caught.value.status == 500
