"""A run once more: its inputs are read back from it, and compared with what its deployment asks for now."""

from collections.abc import Callable
from typing import Any

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import Fitted, draw_seed, shown_values
from core.comfydeploy.inputs import parse_inputs
from core.comfydeploy.models import Run
from core.comfydeploy.written import text_of
from core.errors import DeploymentGone, DeploymentNotFound
from core.forms.draft import Draft
from core.forms.drift import Drift, drift_between, drift_of_values, still_fit
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.mark import read_mark, shown_inputs
from core.runs.order import Order
from core.runs.parts import Parts

log = structlog.get_logger(__name__)


class Repeats:
    """`draw(low, high)` picks seeds."""

    def __init__(self, parts: Parts, draw: Callable[[int, int], int]) -> None:
        self._parts = parts
        self._draw = draw

    async def order(self, run_id: str, actor: Actor) -> Order:
        """The same inputs with a new seed, for the person who asks now.

        Raises:
            FormNeeded: the deployment's inputs have changed since; the form says how, and holds what still fits.
            RunGone, RunNotOurs, DeploymentGone, DeploymentNotHere, ApiError: it cannot be repeated.
        """
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        try:
            deployment = await self._parts.offering.find(mark.deployment, actor.guild)
        except DeploymentNotFound:
            raise DeploymentGone from None
        values = shown_inputs(run.workflow_inputs)
        drift = await self._drift(run, deployment, values)
        roles = deployment.roles
        if roles.seed:
            values.pop(roles.seed.key, None)
        if drift:
            shown = values if actor.user == mark.user else _public(deployment, values)
            raise self._parts.forms.needed(_draft(run.id, actor, deployment, shown, drift), deployment)
        if roles.seed:
            values[roles.seed.key] = draw_seed(roles.seed, self._draw)
        return Order(deployment, Fitted(values, {}, *shown_values(roles, values)), actor, parent=run.id)

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


def _draft(run_id: str, actor: Actor, deployment: Deployment, values: dict[str, Any], drift: Drift) -> Draft:
    """What of a run's values still has an input, as a person would have given it."""
    kept = {item.key: text_of(item, values[item.key]) for item in deployment.inputs if item.key in values}
    draft = Draft(actor.user, deployment=deployment.id, inputs=deployment.inputs)
    draft.values, draft.drift, draft.parent, draft.label = (
        still_fit(kept, deployment.inputs),
        drift,
        run_id,
        deployment.label,
    )
    return draft
