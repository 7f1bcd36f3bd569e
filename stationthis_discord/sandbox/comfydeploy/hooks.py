"""Webhooks as they leave the real server: each by itself, up to three attempts, no order; and how tests spoil them."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import aiohttp
import yarl

from stationthis_discord.sandbox.comfydeploy.jsonb import JsonObject

KEPT = 20_000
Which: TypeAlias = float | Callable[[JsonObject], bool]


@dataclass(slots=True)
class Sent:
    """One attempt; `at` is on the monotonic clock; `status` is null while there is no answer, and when none came."""

    method: str
    url: str
    body: JsonObject
    at: float
    status: int | None = None


@dataclass(frozen=True, slots=True)
class _Delay:
    low: float
    high: float
    which: Which


class Hooks:
    """Sends reports, and keeps the newest attempts in `sent`.

    `patience` and `pauses` are the real server's: seconds for an answer, and before the second and third attempt.

    The knobs spoil chosen reports: `which` is a share of all (0-1, by a dice that falls the same each time) or tells by
    the body. Reports change their order when some are delayed, or all by a random time.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.patience = 20.0
        self.pauses: tuple[float, ...] = (0.5, 1.0)
        self._lost: list[Which] = []
        self._doubled: list[Which] = []
        self._delays: list[_Delay] = []
        self._dice = random.Random(0)
        self._tasks = set[asyncio.Task[None]]()
        self._http: aiohttp.ClientSession | None = None

    def lose(self, which: Which = 1.0) -> None:
        """Never send these, as when the server restarts before it does."""
        self._lost.append(which)

    def duplicate(self, which: Which = 1.0) -> None:
        """Send these twice."""
        self._doubled.append(which)

    def delay(self, low: float, high: float | None = None, which: Which = 1.0) -> None:
        """Send these `low` seconds later, or at a random time between `low` and `high`."""
        self._delays.append(_Delay(low, low if high is None else high, which))

    def clear(self) -> None:
        """Spoil nothing any more."""
        for knob in (self._lost, self._doubled, self._delays):
            knob.clear()

    def send(self, url: str, body: JsonObject) -> None:
        """Send a report in a task of its own, which nobody waits for."""
        if any(self._chosen(which, body) for which in self._lost):
            return
        for _ in range(2 if any(self._chosen(which, body) for which in self._doubled) else 1):
            chosen = [delay for delay in self._delays if self._chosen(delay.which, body)]
            wait = sum(self._dice.uniform(delay.low, delay.high) for delay in chosen)
            task = asyncio.create_task(self._deliver(url, body, wait))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def rest(self) -> None:
        """Wait until nothing is being sent, or may be sent again."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drop what was not sent yet."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _chosen(self, which: Which, body: JsonObject) -> bool:
        return which(body) if callable(which) else self._dice.random() < which

    async def _deliver(self, url: str, body: JsonObject, wait: float) -> None:
        """A POST, then GETs with the same body: so the real server repeats."""
        await asyncio.sleep(wait)
        for method, pause in (("POST", 0.0), *(("GET", pause) for pause in self.pauses)):
            await asyncio.sleep(pause * self._dice.uniform(1.0, 1.1))
            sent = Sent(method, url, body, time.monotonic())
            self.sent.append(sent)
            del self.sent[:-KEPT]
            sent.status = await self._attempt(sent)
            if sent.status is not None and sent.status < 400:
                return

    async def _attempt(self, sent: Sent) -> int | None:
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            url = yarl.URL(sent.url, encoded=True)  # it arrives as it was given
            async with self._client.request(sent.method, url, json=sent.body, timeout=timeout) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._http
