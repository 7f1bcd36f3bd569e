"""The key, tokens and people's words are in no error of the client, in nothing it came from, and in no log."""

import io
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.machines import CustomMachine
from core.comfydeploy.operations import LIST_WORKFLOWS
from core.comfydeploy.transport import Call
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import MACHINE, RUN, TOKEN
from tests.core.comfydeploy.sending import KEY, SHORT, line
from tests.core.stub import Stub, cutting, hanging, nobody, saying, sending, serving

WORDS = "a-prompt-that-nobody-else-may-read"
SECRETS = (KEY, TOKEN, WORDS)
SAID = f"{KEY} {TOKEN} {WORDS}".encode()

Server = Callable[[], AbstractAsyncContextManager[Stub]]

FAILURES: dict[str, Server] = {
    "refused": nobody,
    "cut": lambda: serving(cutting),
    "no HTTP": lambda: sending(b"SSH-2.0-%s\r\n\r\n" % SAID),
    "half a body": lambda: sending(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[" + SAID),
    "hang": lambda: serving(hanging),
    "no JSON": lambda: serving(saying(b"<html>" + SAID)),
    "half JSON": lambda: serving(saying(b'{"auth_token": "%s' % SAID)),
    "another shape": lambda: serving(saying(b'{"id": "%s", "run_id": "%s"}' % (SAID, SAID))),
    "another list": lambda: serving(saying(b'[{"id": "%s", "run_id": "%s"' % (SAID, SAID))),
    "echo": lambda: serving(saying(b'{"detail": [{"loc": ["x"], "msg": "%s", "input": "%s"}]}' % (SAID, SAID), 422)),
    "401": lambda: serving(saying(b'{"detail": "Invalid or expired token: %s"}' % SAID, 401)),
    "404": lambda: serving(saying(b'{"detail": "%s"}' % SAID, 404)),
    "no route": lambda: serving(saying(SAID, 404)),
    "429": lambda: serving(saying(SAID, 429)),
    "500": lambda: serving(saying(b'{"detail": "Internal server error: %s"}' % SAID, 500)),
    "502": lambda: serving(saying(SAID, 502)),
    "redirect": lambda: serving(saying(b"", 302, Location=f"http://127.0.0.1:9/?key={KEY}")),
    "broken gzip": lambda: serving(saying(SAID, Content_Encoding="gzip")),
    "bad chunks": lambda: sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n" % SAID),
}
CALLS: dict[str, Callable[[ComfyDeploy], Awaitable[object]]] = {
    "list": lambda api: api.machines.list_all(),
    "read": lambda api: api.runs.get(RUN),
    "submit": lambda api: api.runs.submit(RUN, {"prompt": WORDS}),
    "add": lambda api: api.machines.add(CustomMachine("box", "classic", "http://box.example/", TOKEN)),
    "update": lambda api: api.machines.update(MACHINE, {"auth_token": TOKEN}),
    "search": lambda api: api.workflows.page(search=WORDS),
    "upload": lambda api: api.files.upload(io.BytesIO(WORDS.encode()), f"{WORDS}.png", "image/png"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("failure", FAILURES)
async def test_no_error_and_no_log_holds_a_secret(
    quick_retries: None, caplog: pytest.LogCaptureFixture, failure: str, call: str
) -> None:
    caplog.set_level(logging.DEBUG)

    async with FAILURES[failure]() as server, ComfyDeploy.connect(server.url, KEY, SHORT) as api:
        with pytest.raises(ApiError) as caught:
            await CALLS[call](api)

    error = caught.value
    said = f"{error} {error!r} {error.args} {vars(error)}" + "".join(traceback.format_exception(error))
    logged = [record for record in caplog.records if record.name != "aiohttp.server"]  # the stub's own
    said += "".join(f"{record.getMessage()} {record.exc_text}" for record in logged)
    assert (error.__cause__, error.__context__) == (None, None)
    assert [secret for secret in SECRETS if secret in said] == []
    assert RUN not in str(caught.value)
    assert MACHINE not in str(caught.value)


async def test_neither_client_nor_transport_shows_the_key() -> None:
    async with line("http://127.0.0.1:9") as sent, ComfyDeploy.connect("http://127.0.0.1:9", KEY) as api:
        shown = f"{sent.transport!r} {sent.transport} {api!r} {api} {api.machines!r} {vars(api)}"

    assert KEY not in shown


def test_the_token_of_a_new_machine_is_not_shown() -> None:
    machine = CustomMachine("box", "classic", "http://box.example/", TOKEN)

    assert f"{machine} {machine!r}" == "CustomMachine('box', 'classic') CustomMachine('box', 'classic')"


async def test_the_token_that_an_answer_repeats_is_not_kept() -> None:
    row = json.dumps(samples.machine_row()).encode()

    async with serving(saying(row)) as server, ComfyDeploy.connect(server.url, KEY) as api:
        added = await api.machines.add(CustomMachine("box", "classic", "http://box.example/", TOKEN))
        changed = await api.machines.update(MACHINE, {"auth_token": TOKEN})

    assert (added.id, changed.id) == (MACHINE, MACHINE)
    assert TOKEN not in f"{added} {added!r} {added.model_dump()} {changed} {changed!r} {changed.model_dump()}"


async def test_a_cookie_of_the_server_is_not_sent_back() -> None:
    # by name: no jar keeps the cookies of bare addresses
    answer = saying(b"[]", Set_Cookie="__session=theirs")
    async with serving(answer) as server, line(f"http://localhost:{server.port}") as sent:
        for _ in range(2):
            await sent.transport.read(Call(LIST_WORKFLOWS))

    assert [request.headers.get("Cookie") for request in server.requests] == [None, None]
