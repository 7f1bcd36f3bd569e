"""A server with nothing but deployment lists, as odd as a test wants them, and a catalog that reads it."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from tests.core.stub import Stub, serving


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


class Shelf:
    """`items` are not fluid; with `shift` the list moves on by as many with each page that is read."""

    def __init__(
        self,
        items: Sequence[object],
        *,
        shift: int = 0,
        knows_pages: bool = True,
        environments: Sequence[str] = ("production",),
    ) -> None:
        self._items = list(items)
        self._shift = shift
        self._knows_pages = knows_pages
        self._environments = environments
        self._stack = AsyncExitStack()
        self._stub = Stub()

    @property
    def requests(self) -> list[web.Request]:
        return self._stub.requests

    async def __aenter__(self) -> Self:
        self._stub = await self._stack.enter_async_context(serving(self._answer))
        api = await self._stack.enter_async_context(ComfyDeploy.connect(self._stub.url, "key"))
        self.catalog = Catalog(api, self._environments, ttl=3600.0)
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
