"""A server with nothing but deployment lists, as odd as a test wants them, and a catalog that reads it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from tests.core.stub import Answer, Stub, serving


def item(number: int) -> dict[str, Any]:
    """The smallest deployment there is."""
    return {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "environment": "production",
        "workflow_id": f"00000000-0000-4000-8000-{number:012x}",
        "workflow": {"name": f"thing {number}"},
        "version": {"version": 1, "workflow_api": {}},
    }


def named(number: int, name: str, environment: str = "production", version: int = 1) -> dict[str, Any]:
    changed = {"workflow": {"name": name}, "environment": environment, "version": {"version": version}}
    return item(number) | changed


@asynccontextmanager
async def reading(answer: Answer) -> AsyncIterator[tuple[ComfyDeploy, Stub]]:
    """A client of a server that answers so."""
    async with serving(answer) as stub, ComfyDeploy.connect(stub.url, "key") as api:
        yield api, stub


class Shelf:
    """`items` are not fluid; with `shift` the list moves on by as many with each page that is read."""

    def __init__(self, items: Sequence[object], *, shift: int = 0, knows_pages: bool = True) -> None:
        self._items = list(items)
        self._shift = shift
        self._knows_pages = knows_pages
        self._stack = AsyncExitStack()
        self._stub = Stub()

    @property
    def requests(self) -> list[web.Request]:
        return self._stub.requests

    async def __aenter__(self) -> Self:
        self._stub = await self._stack.enter_async_context(serving(self._answer))
        api = await self._stack.enter_async_context(ComfyDeploy.connect(self._stub.url, "key"))
        self.catalog = await self._stack.enter_async_context(aclosing(Catalog(api, Terms(ttl=3600.0))))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.query["is_fluid"] == "true":
            return web.json_response([])
        if not self._knows_pages:
            return web.json_response(self._items)
        offset, size = int(request.query["offset"]), int(request.query["page_size"])
        start = offset - self._shift * (offset // size)
        return web.json_response(self._items[start : start + size])


class Walkway:
    """Answers of a server whose list of deployments is no use, so that each workflow is asked for its own.

    `lists` are the workflows' answers by name: a body, or the status of an error. `broken` is the body of the list of
    all, None for a 500. `most_at_once` counts the workflows that were asked for at the same time.
    """

    def __init__(self, lists: Mapping[str, object], broken: object = None) -> None:
        self._names = {f"00000000-0000-4000-8000-{number:012x}": name for number, name in enumerate(lists)}
        self._lists = lists
        self._broken = broken
        self._under_way = 0
        self.asked: list[str] = []
        self.most_at_once = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        _, _, kind, *rest = request.path.split("/")
        if kind == "deployments":
            return _said(500 if self._broken is None else self._broken)
        if kind == "workflows":
            return _said([{"id": workflow_id, "name": name} for workflow_id, name in self._names.items()])
        name = self._names[rest[0]]
        self.asked.append(name)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        await asyncio.sleep(0.002)
        self._under_way -= 1
        return _said(self._lists[name])


def _said(what: object) -> web.Response:
    return web.Response(status=what, text="no") if isinstance(what, int) else web.json_response(what)
