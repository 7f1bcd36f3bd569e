"""A run once more: its inputs are read back from it, and compared with what its deployment asks for now."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import Fitted, draw_seed, shown_values
from core.comfydeploy.inputs import find_roles, parse_inputs
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Kind, read_results
from core.comfydeploy.values import Attached, Given, Stored
from core.comfydeploy.wire import unsigned
from core.comfydeploy.written import text_of
from core.errors import DeploymentGone, DeploymentNotFound
from core.forms.draft import Draft
from core.forms.drift import Drift, drift_between, drift_of_values, still_fit
from core.forms.form import Form, PickNeeded
from core.offer import Deployment
from core.people.actor import Actor
from core.result_errors import NoResult, NotOverYet
from core.results.gathering import file_name
from core.runs.mark import Mark, read_mark, shown_inputs
from core.runs.order import Order
from core.runs.parts import Parts
from core.runs.view import RunView

log = structlog.get_logger(__name__)

_TAKEN_AS: Final = {
    Kind.IMAGE: InputKind.IMAGE,
    Kind.ANIMATION: InputKind.VIDEO,
    Kind.VIDEO: InputKind.VIDEO,
    Kind.AUDIO: InputKind.AUDIO,
}


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier run as it can be repeated by a person: the values they may see, and how its inputs changed since."""

    run: Run
    mark: Mark
    deployment: Deployment
    values: dict[str, Any]
    drift: Drift | None


class Repeats:
    """`draw(low, high)` picks seeds."""

    def __init__(self, parts: Parts, draw: Callable[[int, int], int]) -> None:
        self._parts = parts
        self._draw = draw

    async def order(self, run_id: str, actor: Actor, *, keeps_seed: bool = False) -> Order:
        """The same inputs with a new seed, or the same, for the person who asks now.

        Raises:
            FormNeeded: the deployment's inputs have changed since; the form says how, and holds what still fits.
            PickNeeded: the deployment is gone, and something else may do.
            NotYourResult, RunGone, RunNotOurs, DeploymentNotHere, ApiError: it cannot be repeated.
        """
        before = await self._read(run_id, actor, may_all=False)
        seed, values = before.deployment.roles.seed, dict(before.values)
        if before.drift:
            if seed and not keeps_seed:
                values.pop(seed.key, None)
            raise self._parts.forms.needed(_draft(before, actor, values), before.deployment)
        if seed and not keeps_seed:
            values[seed.key] = draw_seed(seed, self._draw)
        shown = shown_values(before.deployment.roles, values)
        return Order(before.deployment, Fitted(values, {}, *shown), actor, parent=before.run.id)

    async def form(self, run_id: str, actor: Actor, *, may_all: bool) -> Form:
        """What was used, to be changed; of somebody else's run, what everybody sees of it.

        `may_all`: for everybody, wherever the buttons of a result are for its owner only. Raises else as `order`.
        """
        before = await self._read(run_id, actor, may_all=may_all, is_form=True)
        draft = _draft(before, actor, before.values)
        draft.is_wanted = True
        return self._parts.forms.needed(draft, before.deployment).form

    async def files(self, run_id: str, actor: Actor) -> tuple[Attached, ...]:
        """What a run made, for whichever input takes it: it is at ComfyUI Deploy already, and is not sent there again.

        Raises:
            NotOverYet, NoResult: there is nothing yet, or nothing at all.
            NotYourResult, RunGone, RunNotOurs, ApiError: it cannot be used.
        """
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        await self._check(mark, run, actor)
        label = self._parts.catalog.recall_label(mark.deployment) or ""
        view = RunView(deployment=label, requester=mark.user, asked_at=run.created_at or datetime.now(UTC))
        found = tuple(
            Attached(
                _TAKEN_AS.get(output.kind, InputKind.FILE),
                Stored(file_name(view, output, number), unsigned(output.url)),
            )
            for number, output in enumerate(read_results(run.outputs).files, start=1)
        )
        if not found:
            raise NoResult if run.is_final else NotOverYet
        return found

    # -- inside --

    async def _read(self, run_id: str, actor: Actor, *, may_all: bool, is_form: bool = False) -> Before:
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        if not may_all:
            await self._check(mark, run, actor)
        values = shown_inputs(run.workflow_inputs)
        try:
            deployment = await self._parts.offering.find(mark.deployment, actor.guild)
        except DeploymentNotFound:
            raise await self._gone(run, actor, values) from None
        drift = await self._drift(run, deployment, values)
        if actor.user != mark.user and (drift or is_form):
            values = _public(deployment, values)
        return Before(run, mark, deployment, values, drift)

    async def _check(self, mark: Mark, run: Run, actor: Actor) -> None:
        """Raises `NotYourResult` where a server keeps the buttons of a result for its owner."""
        (await self._parts.rules(actor.guild)).admit(actor, mark.user, run.id)

    async def _gone(self, run: Run, actor: Actor, values: dict[str, Any]) -> PickNeeded:
        """What else to run, with the prompt as far as one can still tell which input it was."""
        given = Given()
        if run.workflow_version_id is not None:
            with contextlib.suppress(ApiError):
                graph = (await self._parts.api.workflows.get_version(run.workflow_version_id)).workflow_api
                given = Given(prompt=shown_values(find_roles(parse_inputs(graph)), values)[0])
        return PickNeeded(self._parts.forms.begin(actor, given, is_wanted=True).id, DeploymentGone())

    async def _drift(self, run: Run, deployment: Deployment, values: dict[str, Any]) -> Drift | None:
        """None where nothing changed: by the version that was run, or by its values if that cannot be read."""
        before = run.workflow_version_id
        if before is None:
            return drift_of_values(values, deployment.inputs) or None
        if before == deployment.version_id:
            return None
        try:
            graph = (await self._parts.api.workflows.get_version(before)).workflow_api
        except ApiError as error:
            log.info("run.version_unread", run=run.id, error=str(error))
            return drift_of_values(values, deployment.inputs) or None
        return drift_between(parse_inputs(graph), deployment.inputs) or None


def _public(deployment: Deployment, values: dict[str, Any]) -> dict[str, Any]:
    """What everybody can see of a run: a form shows its values, and the rest is its owner's business."""
    prompt = deployment.roles.prompt
    return {prompt.key: values[prompt.key]} if prompt is not None and prompt.key in values else {}


def _draft(before: Before, actor: Actor, values: dict[str, Any]) -> Draft:
    """What of a run's values still has an input, as a person would have given it."""
    inputs = before.deployment.inputs
    kept = {item.key: text_of(item, values[item.key]) for item in inputs if item.key in values}
    draft = Draft(actor.user, deployment=before.deployment.id, inputs=inputs)
    draft.values = still_fit(kept, inputs)
    draft.drift, draft.parent, draft.label = before.drift, before.run.id, before.deployment.label
    return draft
