"""What is done with a form: shown, filled in, changed under one's hands, and made an order in the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog

from core.comfydeploy.fit import assign
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Given, Value
from core.errors import (
    AlreadyAsked,
    DeploymentNotFound,
    FormExpired,
    FormGone,
)
from core.forms.draft import Draft
from core.forms.drift import drift_between, still_fit
from core.forms.form import Form, FormNeeded, PickNeeded
from core.forms.judged import form_of
from core.forms.wishes import Wishes
from core.offer import Deployment
from core.people.actor import Actor
from core.runs.order import Order

log = structlog.get_logger(__name__)


class Forms(Wishes):
    """All that leads to an order: wishes, and forms."""

    async def open(self, deployment_id: str, actor: Actor) -> Form:
        """An empty form. Raises as `show`."""
        return await self.choose(self.begin(actor, Given(), is_wanted=True).id, actor, deployment_id)

    async def show(self, draft_id: str, actor: Actor) -> Form:
        """The form as it is now.

        Raises:
            FormNeeded: its inputs have changed since the person last saw them; told once.
            FormExpired: it is kept no longer.
            PickNeeded: nothing was picked for it yet.
            DeploymentNotFound, DeploymentNotHere, ApiError: its deployment is gone.
        """
        draft = self._drafts.get(draft_id, actor.user)
        before = draft.inputs
        form = form_of(draft, await self._current(draft, actor), self._draw)
        if before != draft.inputs and form.drift:
            raise FormNeeded(form)
        return form

    def seen(self, draft_id: str, actor: Actor, typed: Sequence[str] = ()) -> tuple[Input, ...]:
        """The inputs as the person last saw them, none before a deployment was picked.

        Raises:
            FormExpired: with what was `typed`, so that it is not lost.
        """
        try:
            return self._drafts.get(draft_id, actor.user).inputs
        except FormExpired:
            raise FormExpired(typed) from None

    def begun(self, draft_id: str, actor: Actor) -> Draft:
        """What it was begun with, before its deployment is picked. Raises `FormExpired`."""
        return self._drafts.get(draft_id, actor.user)

    def give(self, draft_id: str, actor: Actor, given: Given) -> None:
        """Something else, before its deployment is picked. Raises `FormExpired`."""
        self._drafts.get(draft_id, actor.user).given = given

    async def choose(self, draft_id: str, actor: Actor, deployment_id: str) -> Form:
        """The deployment is picked: what was given before goes to its inputs. Raises as `show`."""
        draft = self._open(draft_id, actor)
        before = draft.deployment, draft.inputs
        draft.deployment, draft.inputs = deployment_id, ()
        try:
            deployment = await self._current(draft, actor)
        except BaseException:
            draft.deployment, draft.inputs = before
            raise
        assigned = assign(deployment.inputs, draft.given)
        draft.values, draft.problems = assigned.values, (*draft.unread, *assigned.problems)
        draft.refused, draft.drift = {}, None
        return form_of(draft, deployment, self._draw)

    async def fill(
        self, draft_id: str, actor: Actor, answers: Mapping[str, Value | None], then: int | None = None
    ) -> Form:
        """Take in what was filled in, by input id; None is the default again, and so is nothing but for a text.

        `then` is the section that comes next, None for the one that would have come anyway. What was filled in stays,
        so inputs that have changed raise nothing: the form's `drift` tells of them. Raises else as `show`.
        """
        draft = self._open(draft_id, actor)
        draft.drift = None  # it was seen
        deployment = await self._current(draft, actor)
        texts = {item.key for item in deployment.inputs if item.kind is InputKind.TEXT}
        for key in answers.keys() & {item.key for item in deployment.inputs}:
            draft.refused.pop(key, None)
            draft.values.pop(key, None)
            value = answers[key]
            if value or (value == "" and key in texts):
                draft.values[key] = value
        draft.problems = tuple(problem for problem in draft.problems if problem.key not in answers)
        draft.next = draft.next if then is None else then
        return form_of(draft, deployment, self._draw)

    async def leave_out(self, draft_id: str, actor: Actor) -> Form:
        """What was given by a command and goes nowhere is not wanted any more. Raises as `show`."""
        self._open(draft_id, actor).problems = ()
        return await self.show(draft_id, actor)

    async def look_for(self, draft_id: str, actor: Actor, typed: str) -> Form:
        """What the person looks for in a long list. Raises as `show`."""
        self._drafts.get(draft_id, actor.user).search = typed.strip()[:100]
        return await self.show(draft_id, actor)

    async def clear(self, draft_id: str, actor: Actor) -> Form:
        """Everything is its default again. Raises as `show`."""
        draft = self._open(draft_id, actor)
        draft.values, draft.problems, draft.refused, draft.drift, draft.next = {}, (), {}, None, 0
        return await self.show(draft_id, actor)

    async def order_of(self, draft_id: str, actor: Actor) -> Order:
        """What is to be submitted.

        Raises:
            FormNeeded: it does not fit, or its inputs have changed since the person last saw them.
        """
        draft = self._drafts.get(draft_id, actor.user)
        before = draft.inputs
        deployment = await self._current(draft, actor, surely=True)
        if before != deployment.inputs and draft.drift:
            raise FormNeeded(form_of(draft, deployment, self._draw))
        draft.is_wanted = False  # it was seen
        return self._ordered(draft, deployment, actor)

    async def check_draft(self, draft_id: str, actor: Actor) -> None:
        """Raise what can be known from memory alone: `FormExpired`, `PickNeeded`, or `FormNeeded` as `order_of`."""
        draft = self._open(draft_id, actor)
        offer = await self._offering.recall(actor.guild)
        if draft.deployment is None:
            raise PickNeeded(draft.id)
        if offer is not None and draft.deployment in offer.listing.by_id:
            await self.order_of(draft_id, actor)

    def drop(self, draft_id: str, actor: Actor) -> None:
        """It is not wanted any more. Raises `AlreadyAsked` while it is being submitted, and `FormExpired`."""
        self._drafts.drop(self._open(draft_id, actor).id)

    @contextmanager
    def sending(self, draft_id: str, actor: Actor) -> Iterator[None]:
        """While the block lasts nothing can be changed. Raises as `drop`."""
        draft = self._open(draft_id, actor)
        draft.is_sent = True
        try:
            yield
        finally:
            draft.is_sent = False

    # -- inside --

    def _open(self, draft_id: str, actor: Actor) -> Draft:
        draft = self._drafts.get(draft_id, actor.user)
        if draft.is_sent:
            raise AlreadyAsked
        return draft

    async def _current(self, draft: Draft, actor: Actor, *, surely: bool = False) -> Deployment:
        """Its deployment as it is now; how the inputs changed since the person last saw them is noted.

        From memory whatever its age, where it is there: no screen waits for ComfyUI Deploy. Not so `surely`.
        """
        if draft.deployment is None:
            raise PickNeeded(draft.id)
        offer = None if surely else await self._offering.peek(actor.guild)
        known = offer.listing.by_id.get(draft.deployment) if offer is not None else None
        try:
            deployment = known or await self._offering.find(draft.deployment, actor.guild)
        except DeploymentNotFound:
            self._drafts.drop(draft.id)
            raise FormGone(draft.label) from None
        draft.label = deployment.label
        if deployment.inputs != draft.inputs:
            draft.drift = drift_between(draft.inputs, deployment.inputs) or draft.drift
            draft.inputs, draft.values = deployment.inputs, still_fit(draft.values, deployment.inputs)
        return deployment
