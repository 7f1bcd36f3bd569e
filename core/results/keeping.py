"""⭐: the result of a run is put into the gallery of a server, once."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import shown_values
from core.comfydeploy.models import Run, Status
from core.comfydeploy.outputs import read_results
from core.deadline import deadline
from core.errors import DeploymentNotFound, StoreFailed, TookTooLong
from core.people.actor import Actor
from core.result_errors import AlreadyKept, NoGallery, NoResult, NotOverYet, SurfaceTooSmall
from core.results.gathering import Gathering
from core.runs.following import GONE
from core.runs.mark import Mark, read_mark, shown_inputs
from core.runs.parts import Parts
from core.runs.view import RunView
from core.store.keepsakes import Keepsake, Keepsakes

log = structlog.get_logger(__name__)

_PATIENCE: Final = 90.0  # seconds for what is done under one claim, which others take over after two minutes


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What is put up: a run that is over, with its files, and who kept it."""

    view: RunView
    kept_by: int


class Wall(Protocol):
    """The galleries of one server. What it does not answer is raised as `SurfaceSilent`."""

    async def find_limit(self) -> int:
        """Bytes that one file may have there."""

    async def has(self, channel: int, message: int) -> bool:
        """Whether that is still there, as far as the bot can see."""

    async def look(self, channel: int, run_id: str) -> int | None:
        """The message among the newest there in which somebody kept the run; raises `GalleryClosed`."""

    async def put(self, channel: int, exhibit: Exhibit, limit: int) -> int:
        """The new message. `limit` is what the files were made to fit.

        Raises:
            GalleryClosed: the bot may not post there.
            SurfaceTooSmall: the files are too large after all.
        """

    def link(self, channel: int, message: int) -> str:
        """What leads a person there."""


class Keeping:
    """`keepsakes` is None where nothing outlives the process; there are no galleries then."""

    def __init__(self, parts: Parts, gathering: Gathering, keepsakes: Keepsakes | None) -> None:
        self._parts = parts
        self._gathering = gathering
        self._keepsakes = keepsakes

    async def keep(self, run_id: str, actor: Actor, wall: Wall) -> str:
        """Where it is from now on, as a link.

        Raises:
            NoGallery: there is none where the person is.
            AlreadyKept: it is in one there, or on its way.
            NotOverYet, NoResult, NotYourResult, RunGone, RunNotOurs: there is nothing to keep, or not for them.
            GalleryClosed, SurfaceTooSmall, SurfaceSilent: it cannot be put up.
            ApiError, TookTooLong, StoreFailed: something else does not answer.
        """
        gallery = (await self._parts.rules(actor.guild)).gallery
        if actor.guild is None or gallery is None or self._keepsakes is None:
            raise NoGallery
        run, mark = await self._read(run_id, actor)
        claim = await self._claim(self._keepsakes, actor.guild, gallery, run.id, wall)
        try:
            async with deadline(_PATIENCE):
                found = await wall.look(gallery, run.id)  # by a process whose disk is gone
                message = found or await self._put(run, mark, actor, gallery, wall)
        except BaseException:
            await self._drop(self._keepsakes, claim)
            raise
        await self._settle(self._keepsakes, claim, message)
        link = wall.link(gallery, message)
        if found is not None:
            raise AlreadyKept(link)
        log.info("result.kept", run=run.id, guild=actor.guild, channel=gallery, message=message, by=actor.user)
        return link

    async def _read(self, run_id: str, actor: Actor) -> tuple[Run, Mark]:
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        (await self._parts.rules(actor.guild)).admit(actor, mark.user, run.id)
        if not run.is_final:
            raise NotOverYet
        if run.status != Status.SUCCESS or not read_results(run.outputs).files:
            raise NoResult
        return run, mark

    async def _claim(self, keepsakes: Keepsakes, guild: int, gallery: int, run_id: str, wall: Wall) -> Keepsake:
        before = await keepsakes.find(guild, run_id)
        if before is not None:
            if before.message is None:
                raise AlreadyKept
            if await wall.has(before.channel, before.message):
                raise AlreadyKept(wall.link(before.channel, before.message))
        return await keepsakes.claim(guild, run_id, gallery, before)

    async def _put(self, run: Run, mark: Mark, actor: Actor, gallery: int, wall: Wall) -> int:
        """Once more with smaller files if they are too large after all."""
        view = await self._view(run, mark)
        async with AsyncExitStack() as files:
            basket = self._gathering.basket(files)
            limit = await wall.find_limit()
            for _ in range(2):
                filled = await basket.fill(view, run, limit)
                if not filled.files:
                    raise NoResult
                try:
                    return await wall.put(gallery, Exhibit(filled, actor.user), limit)
                except SurfaceTooSmall as small:
                    limit = small.limit
        raise SurfaceTooSmall(limit)

    async def _view(self, run: Run, mark: Mark) -> RunView:
        label, prompt, seed = GONE, None, None
        try:
            deployment = await self._parts.catalog.find(mark.deployment)
        except (DeploymentNotFound, ApiError, TookTooLong) as error:
            log.info("run.deployment_unread", run=run.id, error=str(error))
        else:
            label = deployment.label
            prompt, seed = shown_values(deployment.roles, shown_inputs(run.workflow_inputs))
        return RunView(
            deployment=label,
            requester=mark.user,
            asked_at=run.created_at or datetime.now(UTC),
            run_id=run.id,
            run=run,
            prompt=prompt,
            seed=seed,
            delivered=True,
        )

    async def _drop(self, keepsakes: Keepsakes, claim: Keepsake) -> None:
        try:
            await keepsakes.drop(claim)
        except StoreFailed as error:  # it is over in two minutes by itself
            log.warning("store.write_failed", run=claim.run_id, reason=error.reason)

    async def _settle(self, keepsakes: Keepsakes, claim: Keepsake, message: int) -> None:
        try:
            await keepsakes.settle(claim, message)
        except StoreFailed as error:  # whoever keeps it next finds it there
            log.warning("store.write_failed", run=claim.run_id, reason=error.reason)
