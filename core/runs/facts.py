"""What there is to know of one run: read from the run itself, and from what is known beside it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.models import Run
from core.deadline import deadline
from core.errors import TookTooLong
from core.offer import Deployment
from core.people.actor import Actor
from core.prices import Prices
from core.runs.mark import Mark, is_made_from, read_mark, shown_inputs
from core.runs.parts import Parts
from core.runs.telling import Retyped, ShownInput, retyped, told

log = structlog.get_logger(__name__)

_SHARE: Final = 1.5  # seconds for each of two things that are read one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One run at one moment, as far as the person who asks may know it. All texts are foreign; no address is signed.

    `deployment` is what it is called, None when it is not on offer or cannot be read; `on_offer` is None when nobody
    knows. `version` is the number of the workflow's version that was run. `waited`, `ran` and `took` are seconds before
    the machine, on it, and in all; `cost` US dollars, by the price of today. `made_from` tells that the `parent` gave a
    file, and was not merely run again. `hidden` counts inputs beside `values` that are not for the person. `retyped`
    is what would make the same now, None where the deployment is not known.
    """

    run_id: str
    owner: int
    guild: int | None
    deployment_id: str
    deployment: str | None
    on_offer: bool | None
    version: int | None
    status: str
    asked_at: datetime | None
    waited: float | None
    ran: float | None
    took: float | None
    gpu: str | None
    machine_type: str | None
    cost: float | None
    prompt: str | None
    negative: str | None
    seed: int | None
    parent: str | None
    made_from: bool
    values: tuple[ShownInput, ...]
    hidden: int
    retyped: Retyped | None


@dataclass(frozen=True, slots=True)
class _Offered:
    """What is on offer under a run's deployment, and whether that is known."""

    deployment: Deployment | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class _Version:
    number: int | None
    inputs: tuple[Input, ...]


class RunFacts:
    def __init__(self, parts: Parts, prices: Prices, share: float = _SHARE) -> None:
        """`share` are the seconds after which something beside the run counts as not to be had."""
        self._parts = parts
        self._prices = prices
        self._share = share

    async def of(self, run_id: str, actor: Actor) -> Facts:
        """What this person may know of a run. What cannot be read beside the run itself is left out.

        Raises:
            RunGone, RunNotOurs: there is nothing to tell.
            TookTooLong, ApiError: the run cannot be read.
        """
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        offered, cost = await asyncio.gather(
            self._offered(mark.deployment), self._prices.cost(run.gpu, run.run_duration)
        )
        version = await self._version(run, offered.deployment)
        return _facts(run, mark, offered, version, cost, actor)

    async def _offered(self, deployment_id: str) -> _Offered:
        try:
            async with deadline(self._share):
                kept = await self._parts.catalog.list_deployments()
        except (ApiError, TookTooLong):
            last = self._parts.catalog.peek()
            if last is None:
                return _Offered(None, is_known=False)
            kept = last
        return _Offered(kept.value.listing.by_id.get(deployment_id), is_known=True)

    async def _version(self, run: Run, deployment: Deployment | None) -> _Version:
        """The version that was run; where it cannot be read, the inputs of today's."""
        today = deployment.inputs if deployment is not None else ()
        before = run.workflow_version_id
        if before is None:
            return _Version(None, today)
        if deployment is not None and before == deployment.version_id:
            return _Version(deployment.version, today)
        try:
            async with deadline(self._share):
                version = await self._parts.api.workflows.get_version(before)
        except (ApiError, TookTooLong) as error:
            log.info("run.version_unread", run=run.id, error=str(error))
            return _Version(None, today)
        return _Version(version.version, parse_inputs(version.workflow_api) or today)


def _facts(run: Run, mark: Mark, offered: _Offered, version: _Version, cost: float | None, actor: Actor) -> Facts:
    values = shown_inputs(run.workflow_inputs)
    known = told(version.inputs, values)
    may_see = actor.user == mark.user or actor.moderates(mark.guild)
    typed = values if may_see else {key: value for key, value in values.items() if key in known.public}
    deployment = offered.deployment
    took = max(0.0, (run.ended_at - run.created_at).total_seconds()) if run.ended_at and run.created_at else None
    return Facts(
        run_id=run.id,
        owner=mark.user,
        guild=mark.guild,
        deployment_id=mark.deployment,
        deployment=deployment.label if deployment else None,
        on_offer=deployment is not None if offered.is_known else None,
        version=version.number,
        status=run.status,
        asked_at=run.created_at,
        waited=None if took is None or run.run_duration is None else max(0.0, took - run.run_duration),
        ran=run.run_duration,
        took=took,
        gpu=run.gpu,
        machine_type=run.machine_type,
        cost=cost,
        prompt=known.prompt,
        negative=known.negative,
        seed=known.seed,
        parent=mark.parent,
        made_from=is_made_from(mark.parent, values.values()),
        values=known.others if may_see else (),
        hidden=0 if may_see else len(known.others),
        retyped=retyped(deployment.inputs, typed) if deployment else None,
    )
