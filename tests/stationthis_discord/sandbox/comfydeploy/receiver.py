"""Somebody who receives webhooks: a server on loopback that keeps what comes and answers as a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, Reply


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    target: str  # path and query as they came
    body: Json
    headers: dict[str, str]


@dataclass(slots=True)
class Receiver:
    """`answers` are the statuses of the next answers, then 200; `silent` never answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    silent: bool = False
    received: list[Received] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def bodies(self) -> list[Json]:
        return [item.body for item in self.received]

    @property
    def statuses(self) -> list[str]:
        return [body["status"] for body in self.bodies]

    async def take(self, request: web.Request) -> web.Response:
        item = Received(request.method, request.raw_path, await request.json(), dict(request.headers))
        async with self.news:
            self.received.append(item)
            self.news.notify_all()
        if self.silent:
            await asyncio.Event().wait()
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"Location": "/moved"} if status == 307 else {})

    async def until(self, count: int) -> None:
        """Wait for this many reports."""
        async with self.news:
            await self.news.wait_for(lambda: len(self.received) >= count)

    async def until_status(self, status: str) -> Json:
        """The first report of this status."""
        async with self.news:
            await self.news.wait_for(lambda: status in self.statuses)
        return next(body for body in self.bodies if body["status"] == status)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def post(caller: Caller, name: str, webhook: str, **more: Json) -> Reply:
    """Ask for a run of a production deployment that reports to `webhook`."""
    body = {"deployment_id": caller.api.deployment(name).id, "inputs": {}, "webhook": webhook} | more
    return await caller.post("/run/deployment/queue", body)


async def queue(caller: Caller, name: str, webhook: str, **more: Json) -> str:
    """The same where it goes well; returns the run's id."""
    return str((await post(caller, name, webhook, **more)).body["run_id"])
