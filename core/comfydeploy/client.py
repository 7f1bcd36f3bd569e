"""The API as typed calls; the one door to aiohttp's client for ComfyUI Deploy.

Reads are retried (`core.comfydeploy.retry`); what changes something is sent once. Every method may raise `ApiError`.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import IO, Any, Final, TypeVar

import aiohttp
from pydantic import TypeAdapter, ValidationError

from core.comfydeploy import wire
from core.comfydeploy.models import Run, RunRow, Submitted, UploadedFile, Wire, Workflow
from core.comfydeploy.retry import retrying
from core.errors import ApiError, BadReply, NoAnswer, Unreachable

PAGE: Final = 25  # deployments a page: each embeds its whole workflow, and parsing blocks the event loop
LARGEST_REPLY: Final = 64 * 2**20  # bytes

Model = TypeVar("Model", bound=Wire)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long an answer may take; a submit may wait for a cold machine that has to be built first."""

    read: aiohttp.ClientTimeout
    submit: aiohttp.ClientTimeout
    upload: aiohttp.ClientTimeout


TIMEOUTS: Final = Timeouts(
    read=aiohttp.ClientTimeout(total=20, sock_connect=3, sock_read=8),
    submit=aiohttp.ClientTimeout(total=130, sock_connect=3, sock_read=120),
    upload=aiohttp.ClientTimeout(total=300, sock_connect=3, sock_read=60),
)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request: `route` is a template whose holes are filled with checked ids. `timeout` is a read's if left out."""

    method: str
    route: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    timeout: aiohttp.ClientTimeout | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def path(self) -> str:
        return self.route.format_map({name: wire.checked_id(value) for name, value in self.ids.items()})


class ComfyDeploy:
    """ComfyUI Deploy for one key. Made by `connect`."""

    def __init__(
        self, root: str, pooled: aiohttp.ClientSession, fresh: aiohttp.ClientSession, timeouts: Timeouts = TIMEOUTS
    ) -> None:
        self.root = root
        self._pooled = pooled
        self._fresh = fresh
        self._timeouts = timeouts
        self._read_patiently = retrying(self._read)

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str, key: str, timeouts: Timeouts = TIMEOUTS) -> AsyncIterator["ComfyDeploy"]:
        """The client, open until the block ends. `url` with or without `/api`.

        Raises:
            ValueError: `url` is not an absolute http(s) address.
        """
        root = wire.api_root(url)
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        async with (
            aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(limit_per_host=64)) as pooled,
            # The server closes kept-alive connections without notice after a fault. What starts a run must not
            # be lost to that, so it always gets a connection of its own.
            aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(force_close=True)) as fresh,
        ):
            yield cls(root, pooled, fresh, timeouts)

    # -- deployments and workflows --

    async def page_deployments(self, environment: str, *, is_fluid: bool, offset: int) -> list[object]:
        """Up to `PAGE` raw items from `offset`; a shorter page is the last. Read them with `read_items`."""
        query = {
            "environment": environment,
            "is_fluid": str(is_fluid).lower(),
            "page_size": str(PAGE),
            "offset": str(offset),
        }
        return await self._list(_Call("GET", "/deployments", query=query))

    async def list_workflow_deployments(self, workflow_id: str) -> list[object]:
        """Raw items of one workflow, all environments; `NotFound` when it has none."""
        return await self._list(_Call("GET", "/workflow/{id}/deployments", ids={"id": workflow_id}))

    async def list_workflows(self) -> list[Workflow]:
        items = await self._list(_Call("GET", "/workflows", query={"limit": "1000"}))
        return read_items(Workflow, items)[0]

    # -- runs --

    async def submit(self, deployment_id: str, inputs: Mapping[str, Any]) -> str:
        """Queue one run and return its id. Sent once, whatever happens: see `core.runs.submission`."""
        body = {"deployment_id": wire.checked_id(deployment_id), "inputs": dict(inputs)}
        call = _Call("POST", "/run/deployment/queue", json=body, timeout=self._timeouts.submit)
        return _parsed(Submitted, call, await self._send(call)).run_id

    async def get_run(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Run:
        query = {"queue_position": "true"} if queue_position else {}
        call = _Call("GET", "/run/{id}", ids={"id": run_id}, query=query)
        run = _parsed(Run, call, await (self._read_patiently if retry else self._read)(call))
        if run.id != wire.checked_id(run_id):
            raise BadReply(call.name)
        return run

    async def list_recent_runs(self, workflow_id: str, deployment_id: str, since: datetime) -> list[RunRow]:
        """The light list, newest first, of runs created after `since`."""
        query = {"deployment_id": deployment_id, "rf": str(int(since.timestamp())), "limit": "100"}
        call = _Call("GET", "/v2/workflow/{id}/runs", ids={"id": workflow_id}, query=query)
        return read_items(RunRow, await self._list(call))[0]

    async def find_status(self, workflow_id: str, run_id: str) -> str | None:
        """A run's status by the light list of the last day, which answers where the run itself cannot be read."""
        query = {"rf": str(int((datetime.now(UTC) - timedelta(days=1)).timestamp())), "limit": "200"}
        call = _Call("GET", "/v2/workflow/{id}/runs", ids={"id": workflow_id}, query=query)
        rows = read_items(RunRow, await self._list(call))[0]
        return next((row.status for row in rows if row.id == run_id), None)

    async def list_raw_outputs(self, workflow_id: str, run_id: str) -> list[object]:
        """A run's outputs unfiltered: only here a failed run says why. Heavy: each row repeats the workflow."""
        query = {"limit": "20", "with_inputs": "false"}
        call = _Call("GET", "/workflow/{id}/runs", ids={"id": workflow_id}, query=query)
        for row in await self._list(call):
            if isinstance(row, dict) and row.get("id") == run_id:
                outputs = row.get("outputs")
                return outputs if isinstance(outputs, list) else []
        return []

    async def cancel(self, run_id: str) -> None:
        """Ask for a run's end; `NotCancellable` when there is nothing to stop, also for runs the key does not know."""
        await self._send(_Call("POST", "/run/{id}/cancel", ids={"id": run_id}))

    # -- files --

    async def upload(self, file: IO[bytes], filename: str, content_type: str) -> str:
        """Store a file and return its address. The server tells its type from the name's extension only."""
        call = _Call("POST", "/file/upload", timeout=self._timeouts.upload)
        form = aiohttp.FormData()
        form.add_field("file", file, filename=filename, content_type=content_type)
        return _parsed(UploadedFile, call, await self._send(call, form)).file_url

    # -- the server itself --

    async def server_time(self) -> datetime | None:
        """The server's clock, to the second, from the Date header; None when it does not say."""
        url = self.root + "/platform/gpu-pricing"
        try:
            async with self._pooled.get(url, timeout=self._timeouts.read, allow_redirects=False) as response:
                said = parsedate_to_datetime(response.headers.get("Date", ""))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None
        return said if said.tzinfo else said.replace(tzinfo=UTC)

    # -- sending --

    async def _list(self, call: _Call) -> list[object]:
        items = wire.decode(call.name, await self._read_patiently(call))
        if not isinstance(items, list):
            raise BadReply(call.name)
        return items

    async def _read(self, call: _Call) -> bytes:
        return await self._exchange(self._pooled, call, None)

    async def _send(self, call: _Call, form: aiohttp.FormData | None = None) -> bytes:
        return await self._exchange(self._fresh, call, form)

    async def _exchange(self, session: aiohttp.ClientSession, call: _Call, form: aiohttp.FormData | None) -> bytes:
        failure: ApiError
        try:
            async with session.request(
                call.method,
                self.root + call.path,
                params=call.query,
                json=call.json,
                data=form,
                timeout=call.timeout or self._timeouts.read,
                allow_redirects=False,  # the key must not follow a redirect to another host
            ) as response:
                return _understood(call, response, await _body(call, response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = Unreachable(call.name)
        except (aiohttp.ClientError, TimeoutError, OSError):
            failure = NoAnswer(call.name)
        raise failure  # out here: as its context aiohttp's error would come along, with the headers and so with the key


def _understood(call: _Call, response: aiohttp.ClientResponse, body: bytes) -> bytes:
    retry_after = wire.parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
    error = wire.error_for(call.name, response.status, body, retry_after)
    if error:
        raise error
    return body


async def _body(call: _Call, response: aiohttp.ClientResponse) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > LARGEST_REPLY:
            raise BadReply(call.name, response.status)
        chunks.append(chunk)
    return b"".join(chunks)


def _parsed(model: type[Model], call: _Call, body: bytes) -> Model:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise BadReply(call.name) from None  # pydantic's error repeats the values


def read_items(model: type[Model], items: Iterable[object]) -> tuple[list[Model], list[object]]:
    """Each item by itself, so that a broken one costs only itself: what could be read, and what could not."""
    adapter, good, bad = TypeAdapter(model), list[Model](), list[object]()
    for item in items:
        try:
            good.append(adapter.validate_python(item))
        except ValidationError:
            bad.append(item)
    return good, bad
