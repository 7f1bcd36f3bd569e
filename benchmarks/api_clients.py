"""The ways to ask ComfyUI Deploy that are compared: this project's client, aiohttp, httpx and the official SDK, bare.

Each way keeps its connections between calls. What needs a library of the extra `bench` is left out without it.
"""

import importlib
import importlib.util
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp
from pydantic import BaseModel, ConfigDict, TypeAdapter

from benchmarks.api_replies import MACHINE_ID, RUN_ID
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.deployments import PAGE

KEY: Final = "a-key-that-opens-nothing"
INPUTS: Final = {"prompt": "a lighthouse above the clouds", "seed": 1234, "style": "photo"}
OURS: Final = "this client"
BARE: Final = "aiohttp + json"
OWN_CONNECTION: Final = "aiohttp + json, a connection each"
HTTPX: Final = "httpx + pydantic"
SDK: Final = "official SDK"

Act = Callable[[], Awaitable[object]]
ReadList = Callable[[int], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Client:
    """One way of asking. `read_list` reads so many deployments page by page and tells how many it got."""

    name: str
    get_run: Act | None = None
    queue: Act | None = None
    read_list: ReadList | None = None


class _Whole(BaseModel):
    """A reply with all its fields, as a generated client has it."""

    model_config = ConfigDict(extra="allow")


class _Run(_Whole):
    id: str
    status: str
    workflow_id: str
    workflow_inputs: Any
    created_at: datetime
    updated_at: datetime
    progress: float
    outputs: list[dict[str, Any]]


class _Queued(_Whole):
    run_id: str


class _Deployment(_Whole):
    id: str
    environment: str
    workflow_id: str
    workflow: dict[str, Any]
    version: dict[str, Any]
    updated_at: datetime


_LIST: Final = TypeAdapter(list[_Deployment])
_QUEUE: Final = "/api/run/deployment/queue"
_BODY: Final = {"deployment_id": MACHINE_ID, "inputs": INPUTS}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[list[Client]]:
    """All ways that can be had here; the first is ours, the second what it is held against."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ComfyDeploy.connect(url, KEY))
        clients = [_ours(api)]
        for name, connector in ((BARE, None), (OWN_CONNECTION, aiohttp.TCPConnector(force_close=True))):
            session = aiohttp.ClientSession(url, headers=_headers(), connector=connector)
            clients.append(_aiohttp(name, await stack.enter_async_context(session)))
        if importlib.util.find_spec("httpx"):
            httpx: Any = importlib.import_module("httpx")
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=_headers(), timeout=None))
            clients.append(_httpx(http))
            if importlib.util.find_spec("comfydeploy"):
                kit: Any = importlib.import_module("comfydeploy")
                sdk = await stack.enter_async_context(kit.ComfyDeploy(bearer=KEY, server_url=f"{url}/api"))
                clients.append(_sdk(sdk, http))
        yield clients


def _headers() -> Mapping[str, str]:
    return {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}


def _ours(api: ComfyDeploy) -> Client:
    async def read_list(count: int) -> int:
        pages = [await api.deployments.page("production", offset=offset) for offset in range(0, count, PAGE)]
        return sum(len(page.rows) for page in pages)

    return Client(OURS, lambda: api.runs.get(RUN_ID), lambda: api.runs.submit(MACHINE_ID, INPUTS), read_list)


def _aiohttp(name: str, session: aiohttp.ClientSession) -> Client:
    async def read(path: str) -> Any:  # noqa: ANN401 -- JSON
        async with session.get(path) as response:
            return json.loads(await response.read())

    async def queue() -> object:
        async with session.post(_QUEUE, json=_BODY) as response:
            return json.loads(await response.read())["run_id"]

    async def read_list(count: int) -> int:
        return sum([len(await read(page)) for page in _pages(count)])

    if name == OWN_CONNECTION:  # what this client does for what starts a run
        return Client(name, queue=queue)
    return Client(name, lambda: read(f"/api/run/{RUN_ID}"), queue, read_list)


def _httpx(http: Any) -> Client:  # noqa: ANN401 -- a library that may be missing
    async def get_run() -> object:
        return _Run.model_validate_json((await http.get(f"/api/run/{RUN_ID}")).content)

    async def queue() -> object:
        return _Queued.model_validate_json((await http.post(_QUEUE, json=_BODY)).content)

    async def read_list(count: int) -> int:
        return sum([len(_LIST.validate_json((await http.get(page)).content)) for page in _pages(count)])

    return Client(HTTPX, get_run, queue, read_list)


def _sdk(sdk: Any, http: Any) -> Client:  # noqa: ANN401 -- libraries that may be missing
    unmarshal: Any = importlib.import_module("comfydeploy.utils").unmarshal_json

    async def get_run() -> object:
        return (await sdk.run.get_async(run_id=RUN_ID)).workflow_run_model.id

    async def queue() -> object:
        return (await sdk.run.deployment.queue_async(request=_BODY)).create_run_response.run_id

    async def read_list(count: int) -> int:
        """It has no lists: what its way of reading costs, behind the library it sends with."""
        return sum([len(unmarshal((await http.get(page)).text, list[_Deployment])) for page in _pages(count)])

    return Client(SDK, get_run, queue, read_list)


def _pages(count: int) -> list[str]:
    ours = "/api/deployments?environment=production&is_fluid=false&page_size="
    return [f"{ours}{PAGE}&offset={offset}" for offset in range(0, count, PAGE)]
