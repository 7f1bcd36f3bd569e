"""Every open delivery: written down, shown at a pace its place can take, and closed once."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

import structlog

from core.errors import SurfaceLost, SurfaceSilent
from core.metrics import Metrics, RunOutcome
from core.people.limits import RunLimits
from core.result_errors import SurfaceTooSmall
from core.runs.delivery import Delivery
from core.runs.journal import Journal, Phase
from core.runs.view import Stage, Surface

log = structlog.get_logger(__name__)

_OUTCOMES: Final[dict[Stage, RunOutcome]] = {
    Stage.DONE: "success",
    Stage.FETCHING: "success",
    Stage.FAILED: "failed",
    Stage.TIMED_OUT: "timeout",
    Stage.CANCELLED: "cancelled",
    Stage.LOST: "gone",
}


@dataclass(frozen=True, slots=True)
class Pauses:
    """In seconds. `pace`: between two edits of one message, Discord allows about one a second.

    `crowd`: the same for each message of a place whose edits share one limit. `farewell`: what a stop may take to say
    so. `again`: before each further try to show an end that Discord was too busy for. `retry`: between two tries to
    read what a delivery of the last process cannot go on without.
    """

    pace: float = 2.0
    crowd: float = 1.2
    farewell: float = 1.5
    again: tuple[float, ...] = (5.0, 15.0, 30.0, 120.0, *(300.0,) * 24)
    retry: float = 10.0


class Deliveries:
    def __init__(self, journal: Journal, limits: RunLimits, metrics: Metrics, pauses: Pauses = Pauses()) -> None:
        self.pauses = pauses
        self._journal = journal
        self._limits = limits
        self._metrics = metrics
        self._open: dict[str, Delivery] = {}
        self._by_run: dict[str, Delivery] = {}
        self._lanes: Counter[str] = Counter()

    # -- finding --

    def get(self, delivery: str) -> Delivery | None:
        return self._open.get(delivery)

    def find(self, run_id: str) -> Delivery | None:
        return self._by_run.get(run_id)

    def list_open(self) -> list[Delivery]:
        """All of them, newest first."""
        return list(reversed(self._open.values()))

    def list_of(self, owner: int) -> list[Delivery]:
        """A person's open deliveries, newest first."""
        return [delivery for delivery in reversed(self._open.values()) if delivery.owner == owner]

    # -- opening, showing, closing --

    async def begin(self, delivery: Delivery) -> None:
        """Write it down, and keep it. Raises as `Journal.add`."""
        await self._journal.add(delivery.record)
        self.keep(delivery)

    def keep(self, delivery: Delivery) -> None:
        """One that is written down already."""
        self._open[delivery.id] = delivery
        if delivery.run_id is not None:
            self._by_run[delivery.run_id] = delivery

    async def found(self, delivery: Delivery, run_id: str, workflow_id: str | None) -> None:
        """Its run is known: write that down, and that nothing has to be submitted any more."""
        delivery.tell(run_id=run_id, trail=None, unknown=False)
        delivery.note(run_id=run_id, workflow_id=workflow_id)
        delivery.order = None
        self._by_run[run_id] = delivery
        await self.save(delivery, phase=Phase.RUNNING, order=None)

    async def save(self, delivery: Delivery, **facts: object) -> None:
        """Note what is to be written down, and write it."""
        delivery.note(address=delivery.surface.address, **facts)
        await self._journal.save(delivery.record)

    async def claim(self, delivery: Delivery, **facts: object) -> None:
        """Note that its submit is about to be sent. Raises as `Journal.claim`."""
        delivery.note(address=delivery.surface.address, **facts)
        await self._journal.claim(delivery.record)

    async def show(self, delivery: Delivery, **facts: object) -> bool:
        """Show what changed; whether nothing is left to be shown.

        A place that is gone is remembered; the run is followed on, since it still costs.
        """
        delivery.tell(**facts)
        if delivery.ending:
            return True  # its end is being shown, which may wait for others
        async with delivery.editing:
            looks = delivery.view.looks
            if looks == delivery.shown or delivery.view.stage.is_over or delivery.lost is not None:
                return True
            try:
                is_shown = await delivery.surface.show(delivery.view)
            except SurfaceLost as lost:
                delivery.lost, is_shown = lost, True
            if is_shown:
                delivery.shown = looks
                delivery.edits += 1
        self._change_lane(delivery, delivery.surface.lane)
        if delivery.surface.address != delivery.record.address:
            await self.save(delivery)
        return is_shown

    async def end(self, delivery: Delivery, **facts: object) -> None:
        """Show the end, and close, once: a place that cannot be reached costs a line in the log and nothing else."""
        if delivery.ending:
            return
        delivery.ending = True
        delivery.tell(**facts)
        if delivery.run_id is None and delivery.record.order is not None:
            await self.save(delivery, order=None)  # a next process must not submit what this end says is over
        about = log.bind(run=delivery.run_id, delivery=delivery.id, user=delivery.owner)
        self._limits.leave(delivery.ticket)  # the run is over, however long its end takes to be shown
        self._change_lane(delivery, None)
        try:
            await self._show_end(delivery)
            about.info("run.delivered", **self._account(delivery))
        except SurfaceLost as lost:
            delivery.lost = lost
            about.warning("run.not_shown", reason=str(lost), **self._account(delivery))
        except Exception:  # a bug in showing one end must not keep it open for ever
            delivery.lost = SurfaceLost("a mistake of ours")
            log.exception("run.delivery_failed", run=delivery.run_id, **self._account(delivery))
        await self.close(delivery)

    async def close(self, delivery: Delivery) -> None:
        """Forget it, without a word to anybody."""
        self._open.pop(delivery.id, None)
        self._by_run.pop(delivery.run_id or "", None)
        self._change_lane(delivery, None)
        self._limits.leave(delivery.ticket)
        await self._journal.close(delivery.id)
        delivery.over.set()

    async def move(self, delivery: Delivery, surface: Surface) -> None:
        """Show it on `surface` from now on: there it has a way that lasts longer."""
        if surface is not delivery.surface:
            delivery.surface, delivery.lost, delivery.shown = surface, None, None
        await self.show(delivery)

    async def farewell(self) -> None:
        """This process is going away: say so where something is waited for, as far as that is quick."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.pauses.farewell):
                farewells = (self.show(item, pausing=True) for item in self.list_open() if item.is_under_way)
                await asyncio.gather(*farewells, return_exceptions=True)

    def pace_of(self, delivery: Delivery) -> float:
        """Seconds until its next edit."""
        crowd = self._lanes[delivery.lane] if delivery.lane is not None else 0
        return max(self.pauses.pace, self.pauses.crowd * crowd)

    async def _show_end(self, delivery: Delivery) -> None:
        """A place that does not answer is tried again for two hours; other runs do not wait for that."""
        for pause in self.pauses.again:
            try:
                async with delivery.editing:
                    await self._finish(delivery)
            except SurfaceSilent as silent:
                log.warning("run.end_waits", run=delivery.run_id, error=str(silent), seconds=pause)
                await asyncio.sleep(pause)
            else:
                return
        raise SurfaceLost("Discord did not take it")

    async def _finish(self, delivery: Delivery) -> None:
        """With smaller files, if the place does not take them as they are."""
        try:
            await delivery.surface.finish(delivery.view)
        except SurfaceTooSmall as small:
            if delivery.refit is not None:
                delivery.view = await delivery.refit(small.limit)
            await delivery.surface.finish(delivery.view)

    def _change_lane(self, delivery: Delivery, lane: str | None) -> None:
        if lane == delivery.lane:
            return
        if delivery.lane is not None:
            self._lanes[delivery.lane] -= 1
            if not self._lanes[delivery.lane]:
                del self._lanes[delivery.lane]
        if lane is not None:
            self._lanes[lane] += 1
        delivery.lane = lane

    def _account(self, delivery: Delivery) -> dict[str, object]:
        """What is told of a delivery when it is over: once in the log, and counted if there was a run."""
        view, run = delivery.view, delivery.view.run
        outcome = "lost" if delivery.lost is not None else _OUTCOMES.get(view.stage, "unread")
        running = run.run_duration if run is not None else None
        if delivery.run_id is not None:
            self._metrics.run_over(outcome, view.duration, running)
        return {
            "outcome": outcome if delivery.run_id is not None else view.stage.name.lower(),
            "seconds": view.duration,
            "running_seconds": running,
            "gpu": run.gpu if run is not None else None,
            "edits": delivery.edits,
            "files": len(view.files),
        }
