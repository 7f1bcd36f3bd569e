"""Asking for a run's end, and telling the truth about what comes of it."""

from typing import Final

import structlog

from core.comfydeploy.errors import ApiError, NotCancellable
from core.comfydeploy.models import Run, Status
from core.deadline import deadline
from core.errors import AlreadyOver, CannotCancel, NothingUnderWay, NotStartedYet, NotYourRun, TookTooLong
from core.people.actor import Actor
from core.runs.delivery import Delivery
from core.runs.mark import read_mark
from core.runs.ordering import Ordering
from core.runs.parts import Parts
from core.runs.resuming import Resuming
from core.runs.view import Surface

_GLANCE: Final = 3.0  # seconds for the newest state of a run whose last one is known
_SHORTEST: Final = 4  # characters of an id that tell which one is meant

log = structlog.get_logger(__name__)


class Cancelling:
    def __init__(self, parts: Parts, ordering: Ordering, resuming: Resuming) -> None:
        self._parts = parts
        self._ordering = ordering
        self._resuming = resuming

    async def cancel(self, run_id: str, actor: Actor, surface: Surface | None = None) -> None:
        """Ask for a run's end; its message shows what comes of it.

        A run that nobody follows (its bot process is gone) is followed from now on, shown on `surface`.

        Raises:
            NotYourRun: only the owner or a moderator may.
            AlreadyOver: it has ended, and its message says so.
            CannotCancel: its machine kind cannot.
            CoreError: the run is gone, was made elsewhere, or the API failed.
        """
        followed = self._parts.deliveries.find(run_id)
        if followed is not None:
            _check_rights(actor, followed.owner, followed.guild)
            await self._parts.following.show_cancelling(run_id, cancelling=True)
            run = await self._newest(run_id, followed)
        else:
            run = await self._parts.read(run_id)
            mark = read_mark(run.workflow_inputs)
            _check_rights(actor, mark.user, mark.guild)
            if surface is not None:
                await self._resuming.adopt(run, mark, surface)
                if run.is_final:
                    return
        if run.is_final:
            raise AlreadyOver(run.status)
        await self._stop(run)
        log.info("run.cancel_asked", run=run_id, by=actor.user)

    async def cancel_one(self, name: str | None, actor: Actor) -> None:
        """Cancel what is under way or stands in line by the start of its id, by default the person's newest.

        Moderators may name the runs of others in their server, too.

        Raises:
            NothingUnderWay: nothing is called so.
            NotStartedYet: it is being submitted, or looked for.
            CoreError: as `cancel` and `leave`.
        """
        start = "" if name is None else name.strip().lower()
        if name is not None and len(start) < _SHORTEST:
            raise NothingUnderWay
        everybody = self._parts.deliveries.list_open()
        named = [item for item in everybody if item.is_under_way and (item.run_id or item.id).startswith(start)]
        mine = [item for item in named if item.owner == actor.user]
        others = [item for item in named if name is not None and actor.moderates(item.guild)]
        can_be_stopped = [item for item in mine if item.run_id is not None or item.stands_in_line]
        chosen = next(iter((can_be_stopped if name is None else []) or mine or others), None)
        if chosen is None:
            raise NothingUnderWay
        if chosen.run_id is not None:
            await self.cancel(chosen.run_id, actor)
        elif chosen.stands_in_line:
            await self._ordering.leave(chosen.id, actor)
        else:
            raise NotStartedYet

    async def _newest(self, run_id: str, followed: Delivery) -> Run:
        """A followed run, as it was last seen when it cannot be read now."""
        try:
            async with deadline(_GLANCE):
                return await self._parts.read(run_id)
        except (ApiError, TookTooLong):
            return followed.view.run or Run(id=run_id, status=Status.RUNNING)

    async def _stop(self, run: Run) -> None:
        stopped = False
        await self._parts.following.show_cancelling(run.id, cancelling=True)
        try:
            await self._parts.api.runs.cancel(run.id)
            stopped = True
        except NotCancellable:
            raise CannotCancel(run.machine_type) from None
        finally:
            await self._parts.following.show_cancelling(run.id, cancelling=stopped)


def _check_rights(actor: Actor, owner: int, guild: int | None) -> None:
    if owner != actor.user and not actor.moderates(guild):
        raise NotYourRun(owner)
