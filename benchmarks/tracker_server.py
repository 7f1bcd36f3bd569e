"""A ComfyUI Deploy whose runs only pass the time: `python -m benchmarks.tracker_server`.

`POST /begin` with how many, from when on, and where their webhooks go. Each answer takes 50 ms, each webhook 20-120 ms;
one of a hundred webhooks is lost, and one comes twice. `GET /ledger` tells how often was asked for what.
"""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import aiohttp

from benchmarks import api_replies
from benchmarks.api_server import Connection, reply

SEED: Final = 20
WORKFLOWS: Final = 10
SPREAD: Final = 10.0  # seconds in which all runs begin
SHORTEST, LONGEST = 5.0, 60.0  # seconds
DELAY: Final = 0.05  # seconds until an answer
HOOK_DELAYS: Final = (0.02, 0.12)  # seconds
LOST: Final = 0.01  # of all webhooks
TWICE: Final = 0.01
_STATES: Final = ((0.0, "queued"), (0.1, "started"), (0.15, "running"), (1.0, "success"))
_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"
_NO_RUN: Final = _NOT_FOUND + b'{"detail":"Run not found"}'


@dataclass(frozen=True, slots=True)
class Life:
    """A run: it begins after so many seconds, and lasts so many."""

    id: str
    workflow_id: str
    begins: float
    lasts: float

    @property
    def ends(self) -> float:
        return self.begins + self.lasts

    def status(self, seconds: float) -> str:
        share = (seconds - self.begins) / self.lasts
        return [status for since, status in _STATES if since <= share][-1]

    def progress(self, seconds: float) -> float:
        return min(1.0, max(0.0, round((seconds - self.begins) / self.lasts, 1)))


def lives(count: int, workflows: int = WORKFLOWS) -> list[Life]:
    """So many runs in so many workflows, in the order in which they begin; the same ones each time."""
    random = Random(SEED)  # noqa: S311 -- times, not secrets
    return [
        Life(
            str(UUID(int=(1 << 96) + number)),
            str(UUID(int=(2 << 96) + number % workflows)),
            SPREAD * number / count,
            random.uniform(SHORTEST, LONGEST),
        )
        for number in range(count)
    ]


class World:
    """All runs since the last `begin`."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._random = Random(SEED)  # noqa: S311 -- delays, not secrets
        self._begun = 0.0
        self._runs: dict[str, Life] = {}
        self._by_workflow: dict[str, list[Life]] = {}
        self._run: dict[str, Any] = json.loads(api_replies.run())
        self._tasks: set[asyncio.Task[None]] = set()

    def answer(self, transport: asyncio.Transport, head: bytes, body: bytes) -> None:
        target = urlsplit(head.split(b" ", 2)[1].decode())
        query = dict(parse_qsl(target.query))
        if target.path == "/begin":
            self._begin(json.loads(body))
            transport.write(reply(b"{}"))
        elif target.path == "/ledger":
            transport.write(reply(json.dumps(self.asked).encode()))
        else:
            answer = self._list(target.path, query) if "/v2/" in target.path else self._one(target.path)
            asyncio.get_running_loop().call_later(DELAY, transport.write, answer)

    def _begin(self, asked: dict[str, Any]) -> None:
        self.asked.clear()
        self._begun = asked["at"]
        runs = lives(asked["count"], asked["workflows"])
        self._runs = {life.id: life for life in runs}
        self._by_workflow = {}
        for life in reversed(runs):
            self._by_workflow.setdefault(life.workflow_id, []).append(life)
        if asked["hook"]:
            self._keep(self._tell_all(asked["hook"]))

    @property
    def _seconds(self) -> float:
        return time.time() - self._begun

    def _one(self, path: str) -> bytes:
        self.asked["run"] += 1
        life, seconds = self._runs.get(path.rpartition("/")[2]), self._seconds
        if life is None or seconds < life.begins:
            return _NO_RUN
        state = {"status": life.status(seconds), "progress": life.progress(seconds), "live_status": "KSampler"}
        ids = {"id": life.id, "workflow_id": life.workflow_id, "created_at": self._moment(life.begins)}
        return reply(json.dumps({**self._run, **ids, **state}).encode())

    def _list(self, path: str, query: dict[str, str]) -> bytes:
        self.asked["list"] += 1
        seconds, earliest = self._seconds, int(query["rf"]) - self._begun
        known = self._by_workflow.get(path.split("/")[-2], [])
        found = [life for life in known if earliest <= life.begins <= seconds]
        start = int(query["offset"])
        rows = [self._row(life, seconds) for life in found[start : start + int(query["limit"])]]
        return reply(b"[" + b", ".join(rows) + b"]")

    def _row(self, life: Life, seconds: float) -> bytes:
        """As long as the real one."""
        return _ROW % tuple(
            text.encode() for text in (life.id, life.status(seconds), self._moment(life.begins), life.workflow_id)
        )

    def _moment(self, seconds: float) -> str:
        when = datetime.fromtimestamp(self._begun + seconds, UTC)
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def _tell_all(self, url: str) -> None:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:
            tasks = list[asyncio.Task[None]]()
            for moment, life, status in sorted(self._reports(), key=lambda report: report[0]):
                await asyncio.sleep(max(0.0, moment - self._seconds))
                tasks.append(self._keep(_tell(session, url, {"run_id": life.id, "status": status, "outputs": []})))
            await asyncio.gather(*tasks)

    def _reports(self) -> Iterator[tuple[float, Life, str]]:
        for life in self._runs.values():
            for share, status in _STATES:
                times = self._random.choices([0, 2, 1], [LOST, TWICE, 1 - LOST - TWICE])[0]
                for _ in range(times):
                    yield life.begins + share * life.lasts + self._random.uniform(*HOOK_DELAYS), life, status

    def _keep(self, work: Any) -> asyncio.Task[None]:  # noqa: ANN401 -- a coroutine
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _tell(session: aiohttp.ClientSession, url: str, report: dict[str, Any]) -> None:
    body = {**report, "progress": 1.0 if report["status"] == "success" else 0.0, "live_status": "KSampler"}
    with contextlib.suppress(aiohttp.ClientError):
        async with session.post(url, json=body) as response:
            await response.read()


def _row_form() -> bytes:
    nothing = ("queued_at", "started_at", "ended_at", "org_id", "gpu", "machine_version", "batch_id", "duration")
    more = ("comfy_deploy_cold_start", "cold_start_duration", "cold_start_duration_total", "run_duration")
    fixed = {
        "origin": "api",
        "user_id": "user_benchmark",
        "machine_type": "comfy-deploy-serverless",
        "modal_function_call_id": "fc-01JD0000000000000000000000",
        "webhook_status": None,
        "webhook_intermediate_status": False,
        "workflow_version_id": "d7b01bb0-6288-424f-b1d7-40cc53691f64",
        "deployment_id": "b1eeba1b-a67d-4d9c-a34f-4863b6228c7c",
        **dict.fromkeys((*nothing, *more)),
    }
    told = b'{"id": "%s", "status": "%s", "created_at": "%s", "workflow_id": "%s", '
    return told + json.dumps(fixed).encode()[1:]


_ROW: Final = _row_form()


async def main() -> None:
    world = World()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(world.answer), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 -- who started it reads this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
