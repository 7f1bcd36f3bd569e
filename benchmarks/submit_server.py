"""A ComfyUI Deploy that takes submits and answers many of them badly: `python -m benchmarks.submit_server`.

What goes wrong is drawn for each submit from a seed, and every 200 ms nothing is accepted for a moment. `GET /ledger`
tells which runs there really are.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from benchmarks.api_server import Connection, reply
from core.comfydeploy.inputs import MARK

SEED: Final = 20
OPEN: Final = 0.19  # seconds in which connections are accepted, in turn with
SHUT: Final = 0.01  # seconds in which they are refused
LATE: Final = 3.0  # seconds until an answer that comes too late
SHARES: Final = {  # of all submits; the others are answered as they should be
    "429": 0.05,
    "cut before": 0.05,
    "cut after": 0.05,
    "502 after": 0.05,
    "500 after": 0.03,
    "late after": 0.02,
    "422": 0.01,
}
_BUSY: Final = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0.05\r\nContent-Length: 0\r\n\r\n"
_BAD_GATEWAY: Final = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
_BROKEN: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 21\r\n\r\nInternal Server Error"
_REFUSED: Final = (
    b'HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 38\r\n\r\n{"detail":[{"loc":["body","inputs"]}]}'
)
_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_BEFORE: Final = {"429": _BUSY, "422": _REFUSED}
_AFTER: Final = {"502 after": _BAD_GATEWAY, "500 after": _BROKEN}


@dataclass(frozen=True, slots=True)
class _Run:
    id: str
    created: float
    workflow_id: str
    deployment_id: str
    inputs: dict[str, Any]

    def row(self) -> dict[str, Any]:
        """As the light list has it, which leaves out the inputs."""
        when = datetime.fromtimestamp(self.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        nothing = (
            "ended_at",
            "queued_at",
            "started_at",
            "org_id",
            "gpu",
            "machine_version",
            "webhook_status",
            "batch_id",
        )
        return {
            "id": self.id,
            "status": "running",
            "created_at": when,
            "updated_at": when,
            "workflow_id": self.workflow_id,
            "deployment_id": self.deployment_id,
            "user_id": "user_benchmark",
            "origin": "api",
            "machine_type": "classic",
            **dict.fromkeys(nothing),
        }


@dataclass(slots=True)
class Account:
    """All runs, and what was done to the submits."""

    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 -- faults, not secrets
    runs: dict[str, _Run] = field(default_factory=dict)
    by_deployment: dict[str, list[_Run]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)

    def answer(self, transport: asyncio.Transport, head: bytes, body: bytes) -> None:
        method, target, _ = head.decode().split(" ", 2)
        if method == "POST":
            self._queue(transport, json.loads(body))
        else:
            parts = urlsplit(target)
            transport.write(self._read(parts.path.split("/"), dict(parse_qsl(parts.query))))

    def _queue(self, transport: asyncio.Transport, asked: dict[str, Any]) -> None:
        fault = self.random.choices([*SHARES, "none"], [*SHARES.values(), 1 - sum(SHARES.values())])[0]
        self.faults[fault] += 1
        if fault in _BEFORE:
            transport.write(_BEFORE[fault])
        elif fault == "cut before":
            transport.close()
        else:
            self._created(transport, reply(json.dumps({"run_id": self._create(asked)}).encode()), fault)

    def _created(self, transport: asyncio.Transport, answer: bytes, fault: str) -> None:
        if fault == "cut after":
            transport.close()
        elif fault == "late after":
            asyncio.get_running_loop().call_later(LATE, transport.write, answer)
        else:
            transport.write(_AFTER.get(fault, answer))

    def _create(self, asked: dict[str, Any]) -> str:
        deployment_id = asked["deployment_id"]
        run = _Run(str(UUID(int=len(self.runs) + 1)), time.time(), deployment_id, deployment_id, asked["inputs"])
        self.runs[run.id] = run
        self.by_deployment[deployment_id].append(run)
        return run.id

    def _read(self, path: list[str], query: dict[str, str]) -> bytes:
        if path[1:] == ["ledger"]:
            marks = [[run.inputs[MARK], run.id] for run in self.runs.values()]
            return reply(json.dumps({"runs": marks, "faults": self.faults}).encode())
        if path[1:3] == ["api", "v2"]:
            return reply(json.dumps([run.row() for run in self._listed(query)]).encode())
        run = self.runs.get(path[-1])
        return _NOT_FOUND if run is None else reply(json.dumps({**run.row(), "workflow_inputs": run.inputs}).encode())

    def _listed(self, query: dict[str, str]) -> Iterator[_Run]:
        """Newest first; `rf` is the time after which they were created."""
        newest = reversed(self.by_deployment[query["deployment_id"]])
        start = int(query["offset"])
        for run in islice(newest, start, start + int(query["limit"])):
            if run.created < int(query["rf"]):
                return
            yield run


async def main() -> None:
    account = Account()
    port = 0
    while True:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(account.answer), "127.0.0.1", port, backlog=1024
        )
        if not port:
            port = server.sockets[0].getsockname()[1]
            print(port, flush=True)  # noqa: T201 -- who started it reads this
        await asyncio.sleep(OPEN)
        server.close()
        await asyncio.sleep(SHUT)


if __name__ == "__main__":
    asyncio.run(main())
