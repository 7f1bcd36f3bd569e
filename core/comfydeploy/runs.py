"""Runs: queue, read, list, cancel."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.comfydeploy import operations, wire
from core.comfydeploy.errors import BadReply
from core.comfydeploy.models import Run, RunRow, Submitted
from core.comfydeploy.paging import every_item
from core.comfydeploy.replies import items, parsed
from core.comfydeploy.transport import Call, Transport

_PAGE: Final = 200
_LONG_PAGE: Final = 1_000  # rows of 700 bytes: what is read of them takes 2 ms, so the loop is not held up
_MOST_PAGES: Final = 10
_KEPT: Final = 1_000  # runs whose call is remembered


class Runs:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._read_of = functools.lru_cache(_KEPT)(self._new_read_of)  # the same runs are asked for again and again

    async def submit(self, deployment_id: str, inputs: Mapping[str, Any], *, webhook: str | None = None) -> str:
        """Queue one run and return its id. Sent once, whatever happens: see `core.runs.submission`.

        `webhook` is told of each change and each node; servers of 2024 have no use for it.
        """
        body = {"deployment_id": wire.checked_id(deployment_id), "inputs": dict(inputs)}
        hook = {"webhook": webhook, "webhook_intermediate_status": True} if webhook is not None else {}
        timeout = self._transport.timeouts.submit
        older = Call(operations.QUEUE_RUN.before, json=body, timeout=timeout)
        call = Call(operations.QUEUE_RUN, json=body | hook, timeout=timeout, older=older)
        return parsed(Submitted, call.name, await self._transport.send(call)).run_id

    async def get(self, run_id: str, *, queue_position: bool = False, retry: bool = True) -> Run:
        """One run; its place in line only when asked for, since the API counts for it."""
        known, call = self._read_of(run_id, queue_position)
        run = parsed(Run, call.name, await self._transport.read(call, retry=retry))
        if run.id != known:
            raise BadReply(call.name)
        return run

    async def list_recent(self, workflow_id: str, deployment_id: str, since: datetime) -> list[RunRow]:
        """The light list, newest first, of runs created after `since`; at most `_MOST_PAGES` pages of it."""
        query = {"deployment_id": deployment_id, "rf": str(int(since.timestamp())), "limit": str(_PAGE)}
        rows: dict[str, RunRow] = {}  # pages shift when a run is added
        for page in range(_MOST_PAGES):
            found, unreadable = await self._light(workflow_id, {**query, "offset": str(page * _PAGE)})
            rows.update({row.id: row for row in found})
            if len(found) + len(unreadable) < _PAGE:
                break
        return list(rows.values())

    async def list_newest(self, workflow_id: str, deployment_id: str, since: datetime) -> list[RunRow]:
        """The newest thirty rows of the light list, in one call."""
        query = {"deployment_id": deployment_id, "rf": str(int(since.timestamp())), "limit": "30"}
        return (await self._light(workflow_id, query))[0]

    async def list_states(self, workflow_id: str, since: datetime, *, retry: bool = True) -> list[RunRow]:
        """The light list, newest first, of all runs of a workflow created after `since`."""
        query = {"rf": str(int(since.timestamp())), "limit": str(_LONG_PAGE)}

        async def page(offset: int) -> tuple[list[RunRow], list[object]]:
            return await self._light(workflow_id, {**query, "offset": str(offset)}, retry=retry)

        return await every_item(page, _LONG_PAGE)

    async def find_status(self, workflow_id: str, run_id: str) -> str | None:
        """A run's status by the light list of the last day, which answers where the run itself cannot be read."""
        rows = await self.list_states(workflow_id, datetime.now(UTC) - timedelta(days=1))
        return next((row.status for row in rows if row.id == run_id), None)

    async def list_raw_outputs(self, workflow_id: str, run_id: str) -> list[object]:
        """A run's outputs unfiltered: only here a failed run says why. Heavy: each row repeats the workflow."""
        query = {"limit": "20", "with_inputs": "false"}
        call = Call(operations.LIST_WORKFLOW_RUNS, ids={"id": workflow_id}, query=query)
        rows = wire.decode(call.name, await self._transport.read(call))
        if not isinstance(rows, list):
            raise BadReply(call.name)
        for row in rows:
            if isinstance(row, dict) and row.get("id") == run_id:
                outputs = row.get("outputs")
                return outputs if isinstance(outputs, list) else []
        return []

    async def cancel(self, run_id: str) -> None:
        """Ask for a run's end; `NotCancellable` when there is nothing to stop, also for runs the key does not know."""
        await self._transport.send(Call(operations.CANCEL_RUN, ids={"id": run_id}))

    def _new_read_of(self, run_id: str, queue_position: bool) -> tuple[str, Call]:
        """The id in the API's own spelling, and the call for it."""
        known = wire.checked_id(run_id)
        timeout = self._transport.timeouts.poll
        older = Call(operations.GET_RUN.before, query={"run_id": known}, timeout=timeout)
        query = {"queue_position": "true"} if queue_position else None
        return known, Call(operations.GET_RUN, ids={"id": known}, query=query, timeout=timeout, older=older)

    async def _light(
        self, workflow_id: str, query: Mapping[str, str], *, retry: bool = True
    ) -> tuple[list[RunRow], list[object]]:
        call = Call(operations.LIST_WORKFLOW_RUNS_LIGHT, ids={"id": workflow_id}, query=query)
        return items(RunRow, call.name, await self._transport.read(call, retry=retry))
