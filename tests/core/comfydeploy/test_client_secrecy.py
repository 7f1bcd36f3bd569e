"""The key is in no error of the client: not in its text, its repr, its traceback, nor in what it came from."""

import io
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
import pytest

from core.comfydeploy.client import ComfyDeploy, Timeouts
from core.errors import ApiError
from tests.core.stub import Stub, hanging, saying, sending, serving

KEY = "sk-THE-KEY-0123456789"
RUN = "00000000-0000-4000-8000-000000000000"
SHORT = Timeouts(*(aiohttp.ClientTimeout(total=0.05) for _ in range(3)))

Server = Callable[[], AbstractAsyncContextManager[Stub]]


@asynccontextmanager
async def _nobody() -> AsyncIterator[Stub]:
    async with sending(b"") as stub:
        pass
    yield stub  # its port is closed again


FAILURES: dict[str, Server] = {
    "refused": _nobody,
    "cut": lambda: sending(b""),
    "no HTTP": lambda: sending(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
    "half a body": lambda: sending(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n["),
    "hang": lambda: serving(hanging),
    "no JSON": lambda: serving(saying(b"<html>")),
    "another shape": lambda: serving(saying(b'{"unexpected": 1}')),
    "echo": lambda: serving(saying(b'{"detail": [{"loc": ["x"], "input": "%s"}]}' % KEY.encode(), 422)),
    "401": lambda: serving(saying(b'{"detail": "Invalid or expired token: %s"}' % KEY.encode(), 401)),
    "500": lambda: serving(saying(b"Internal Server Error", 500)),
    "redirect": lambda: serving(saying(b"", 302, Location=f"http://127.0.0.1:9/?key={KEY}")),
    "broken gzip": lambda: serving(saying(b"no gzip", Content_Encoding="gzip")),
}
CALLS: dict[str, Callable[[ComfyDeploy], Awaitable[object]]] = {
    "read": lambda api: api.list_workflows(),
    "run": lambda api: api.get_run(RUN),
    "submit": lambda api: api.submit(RUN, {"prompt": "x"}),
    "upload": lambda api: api.upload(io.BytesIO(b"x"), "x.png", "image/png"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("failure", FAILURES)
async def test_no_error_holds_the_key(quick_retries: None, failure: str, call: str) -> None:
    async with FAILURES[failure]() as server, ComfyDeploy.connect(server.url, KEY, SHORT) as api:
        with pytest.raises(ApiError) as caught:
            await CALLS[call](api)

    said = "\n".join(f"{error} {error!r} {vars(error)}" for error in _with_causes(caught.value))
    said += "".join(traceback.format_exception(caught.value))
    assert KEY not in said
    assert RUN not in str(caught.value)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
