"""Follows each run that has a webhook by the clock, and sends its reports at their moments."""

import asyncio
import time

from stationthis_discord.sandbox.comfydeploy.errors import CrashError
from stationthis_discord.sandbox.comfydeploy.hooks import Hooks
from stationthis_discord.sandbox.comfydeploy.reports import last_report, moments, report
from stationthis_discord.sandbox.comfydeploy.rows import Run
from stationthis_discord.sandbox.comfydeploy.storage import Storage


class Reporter:
    """One task for each followed run, until its last report or `close`."""

    def __init__(self, hooks: Hooks, storage: Storage) -> None:
        self._hooks = hooks
        self._storage = storage
        self._changes: dict[str, asyncio.Event] = {}  # by run; it stays, so that no run is followed twice
        self._tasks = set[asyncio.Task[None]]()

    def changed(self, run: Run) -> None:
        """A run began, was stopped or made older."""
        if run.webhook is None:
            return
        if run.id in self._changes:
            self._changes[run.id].set()
            return
        self._changes[run.id] = asyncio.Event()
        task = asyncio.create_task(self._follow(run, run.webhook))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, run: Run, address: str) -> None:
        for moment in moments(run):
            if not await self._reached(run, moment.at):
                break
            try:
                self._hooks.send(address, report(run, moment, self._storage))
            except CrashError:  # what reading such a run answers 500 for; nobody is told of it then
                continue
        else:
            if run.plan.ended < float("inf"):
                return
        await self._stopped(run, address)

    async def _stopped(self, run: Run, address: str) -> None:
        """The end from outside, once it comes; one without a time is the server's own finding, and not reported."""
        change = self._changes[run.id]
        while run.stop is None:
            change.clear()
            await change.wait()
        if run.stop.stamped:
            self._hooks.send(address, last_report(run, run.stop, self._storage))

    async def _reached(self, run: Run, at: float) -> bool:
        """Wait until the run is `at` seconds old; false when it is stopped before."""
        change = self._changes[run.id]
        while (left := run.created + at - time.monotonic()) > 0 and run.stop is None:
            change.clear()
            try:
                await asyncio.wait_for(change.wait(), left)
            except TimeoutError:
                continue
        return run.stop is None or run.stop.at > at
