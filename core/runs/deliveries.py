"""The promise to show each run in one place: the tasks, the pace of the edits, the end with its files."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

import structlog

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.models import Run, Status
from core.comfydeploy.outputs import Media as OutputFile
from core.comfydeploy.outputs import Reason, read_reason, read_results
from core.errors import FileError, FileTooLarge, RunGone, RunSilent, SurfaceLost
from core.media import Media
from core.metrics import Metrics, RunOutcome
from core.runs.tracker import Tracker
from core.runs.view import Fetched, LeftOut, RunView, Stage, Surface

log = structlog.get_logger(__name__)

PACE: Final = 2.0  # seconds between two edits of one message: Discord allows about one a second
FAREWELL: Final = 3.0  # seconds that a stop may take to say so
_REASON_WAIT: Final = 5.0  # seconds; a failure that is shown late is worse than one without a reason
MOST_FILES: Final = 10  # a Discord message holds no more
_OUTCOMES: Final[dict[Stage, RunOutcome]] = {
    Stage.DONE: "success",
    Stage.FETCHING: "success",
    Stage.FAILED: "failed",
    Stage.TIMED_OUT: "timeout",
    Stage.CANCELLED: "cancelled",
    Stage.LOST: "gone",
}


@dataclass(eq=False)
class Delivery:
    """One run, one place. `owner` is the person who asked; `closed` is set after the end, whatever it was."""

    run_id: str
    owner: int
    workflow_id: str | None
    view: RunView
    surface: Surface
    settle: Callable[[], None]
    shown: object = None
    lost: SurfaceLost | None = None
    edits: int = 0
    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class Deliveries:
    """Follows every open delivery to its end. `pace` and `farewell` in seconds."""

    def __init__(
        self,
        api: ComfyDeploy,
        tracker: Tracker,
        media: Media,
        metrics: Metrics,
        pace: float = PACE,
        farewell: float = FAREWELL,
    ) -> None:
        self._api = api
        self._tracker = tracker
        self._media = media
        self._metrics = metrics
        self._pace = pace
        self._farewell = farewell
        self._open: dict[str, Delivery] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, delivery: Delivery) -> None:
        """Take over: from here on the run's end is shown and settled, whatever happens to who called."""
        self._open[delivery.run_id] = delivery
        task = asyncio.create_task(self._deliver(delivery), name=f"delivery {delivery.run_id}")
        self._tasks.add(task)
        # not in the task: one that is cancelled before its first step never reaches its own "finally"
        task.add_done_callback(lambda done: self._close(delivery, done))

    async def move(self, delivery: Delivery, surface: Surface) -> None:
        """Show the run on `surface` from now on, if the place it was shown in is lost."""
        if delivery.lost is not None:
            delivery.surface, delivery.lost, delivery.shown = surface, None, None
            await self._show(delivery)

    def find(self, run_id: str) -> Delivery | None:
        return self._open.get(run_id)

    def list_of(self, owner: int) -> list[Delivery]:
        """A person's open deliveries, newest first."""
        return [delivery for delivery in reversed(self._open.values()) if delivery.owner == owner]

    async def show_cancelling(self, run_id: str, cancelling: bool) -> None:
        """Show whether a cancel is under way, and look at the run at once."""
        delivery = self._open.get(run_id)
        if delivery is not None:
            delivery.view = replace(delivery.view, cancelling=cancelling)
            self._tracker.ask_now(run_id)
            await self._show(delivery)

    async def pause(self) -> None:
        """Stop following: say so where runs are shown, as far as that is quick. The runs go on at ComfyUI Deploy."""
        deliveries = list(self._open.values())
        await self.aclose()
        for delivery in deliveries:
            delivery.view = replace(delivery.view, pausing=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._farewell):
                await asyncio.gather(*map(self._show, deliveries), return_exceptions=True)

    async def aclose(self) -> None:
        """Stop following, without a word."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> None:
        log_run = log.bind(run=delivery.run_id, user=delivery.owner)
        try:
            await self._follow(delivery)
            async with AsyncExitStack() as files:
                await self._finish(delivery, files)
            log_run.info("run.delivered", **self._account(delivery))
        except SurfaceLost as lost:
            delivery.lost = lost
            log_run.warning("run.not_shown", reason=str(lost), **self._account(delivery))
        except Exception:
            delivery.lost = SurfaceLost("a mistake of ours")
            log_run.exception("run.delivery_failed", **self._account(delivery))

    def _account(self, delivery: Delivery) -> dict[str, object]:
        """What is told of a run when it is over: once in the log, and counted."""
        view, run = delivery.view, delivery.view.run
        outcome = "lost" if delivery.lost is not None else _OUTCOMES.get(view.stage, "unread")
        running = run.run_duration if run is not None else None
        self._metrics.run_over(outcome, view.duration, running)
        return {
            "outcome": outcome,
            "seconds": view.duration,
            "running_seconds": running,
            "gpu": run.gpu if run is not None else None,
            "edits": delivery.edits,
            "files": len(view.files),
        }

    def _close(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._open.pop(delivery.run_id, None)
        delivery.settle()
        delivery.closed.set()

    async def _follow(self, delivery: Delivery) -> None:
        with self._tracker.follow(delivery.run_id, delivery.workflow_id) as updates:
            try:
                async for update in updates:
                    unread = update.unread and update.run is not None and update.run.status == Status.SUCCESS
                    delivery.view = replace(
                        delivery.view, run=update.run, silent_since=update.silent_since, unread=unread
                    )
                    if update.run is None or not update.run.is_final:
                        await self._show(delivery)
                        await updates.rest(self._pace)
            except RunGone:
                delivery.view = replace(delivery.view, gone=True)
            except RunSilent:
                delivery.view = replace(delivery.view, unread=True)

    async def _show(self, delivery: Delivery) -> None:
        """Show what changed. A place that is gone is remembered; the run is followed on, since it still costs."""
        async with delivery.editing:
            looks = delivery.view.looks
            if looks == delivery.shown or delivery.view.stage.is_over or delivery.lost is not None:
                return
            try:
                await delivery.surface.show(delivery.view)
                delivery.edits += 1
            except SurfaceLost as lost:
                delivery.lost = lost
            delivery.shown = looks

    async def _finish(self, delivery: Delivery, files: AsyncExitStack) -> None:
        if delivery.lost is not None:
            raise delivery.lost
        run = delivery.view.run
        if delivery.view.stage is Stage.FETCHING and run is not None:
            async with asyncio.TaskGroup() as group:
                slow = group.create_task(self._show_when_slow(delivery))
                view = await self._fetch(delivery, run, files)
                slow.cancel()
            delivery.view = replace(view, delivered=True)
        elif delivery.view.stage is Stage.FAILED:
            delivery.view = replace(delivery.view, reason=await self._reason(delivery))
        async with delivery.editing:
            await delivery.surface.finish(delivery.view)

    async def _show_when_slow(self, delivery: Delivery) -> None:
        await asyncio.sleep(self._pace)
        await self._show(delivery)

    async def _fetch(self, delivery: Delivery, run: Run, files: AsyncExitStack) -> RunView:
        results = read_results(run.outputs)
        fetched: list[Fetched] = []
        left_out: list[LeftOut] = []
        for number, output in enumerate(results.files, start=1):
            name = file_name(delivery.view, output, number)
            try:
                if len(fetched) == MOST_FILES:
                    left_out.append(LeftOut(output))
                    continue
                local = await files.enter_async_context(
                    self._media.output(output.url, name, delivery.surface.upload_limit)
                )
                fetched.append(Fetched(output, local.file, name, local.size))
            except FileTooLarge as large:
                left_out.append(LeftOut(output, large.size, large.limit))
            except FileError as error:
                log.warning("run.file_left_out", run=run.id, error=str(error))
                left_out.append(LeftOut(output))
        return replace(delivery.view, files=tuple(fetched), texts=results.texts, left_out=tuple(left_out))

    async def _reason(self, delivery: Delivery) -> Reason | None:
        if delivery.workflow_id is None:
            return None
        try:
            async with asyncio.timeout(_REASON_WAIT):
                return read_reason(await self._api.runs.list_raw_outputs(delivery.workflow_id, delivery.run_id))
        except (ApiError, TimeoutError) as error:
            log.warning("run.reason_unread", run=delivery.run_id, error=str(error))
            return None


def file_name(view: RunView, output: OutputFile, number: int) -> str:
    """`deployment_seed_number.ext`, of safe characters only; the run's own name gives no more than the extension."""
    stem = re.sub(r"[^A-Za-z0-9-]+", "-", view.deployment).strip("-")[:60] or "result"
    extension = PurePosixPath(output.filename).suffix.lower()
    safe = extension if re.fullmatch(r"\.[a-z0-9]{1,8}", extension) else ".bin"
    seed = "" if view.seed is None else f"_{view.seed}"
    return f"{stem}{seed}_{number}{safe}"
