"""The verbs of forms: a wish becomes an order, or a form that says what is missing; filled in, it becomes one, too."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import structlog

from core.comfydeploy.assignments import parse_assignments
from core.comfydeploy.fit import Fitted, adjusted_in, assign, fit
from core.comfydeploy.inputs import Input
from core.comfydeploy.values import Given, Source, Value
from core.errors import Fault, InputsInvalid, Problem
from core.file_errors import FileTooLarge
from core.forms.draft import Draft, Drafts
from core.forms.drift import drift_between
from core.forms.form import Form, FormNeeded, PickNeeded, file_problem
from core.forms.wish import Wish
from core.offer import Deployment
from core.people.actor import Actor
from core.people.offering import Offering
from core.runs.order import Order
from core.uploads import LARGEST_INPUT

log = structlog.get_logger(__name__)

Draw = Callable[[int, int], int]
_MISSING: Final = {Fault.MISSING, Fault.MISSING_PICTURE}


class Forms:
    """`draw(low, high)` picks seeds."""

    def __init__(self, offering: Offering, drafts: Drafts, draw: Draw = random.randint) -> None:
        self._offering = offering
        self._drafts = drafts
        self._draw = draw

    # -- from a wish --

    async def check(self, wish: Wish) -> None:
        """Raise what can be known from memory alone, so that a wish can be refused before it is acknowledged.

        A memory older than the catalog's time to live refuses nothing: there may be more on offer by now.

        Raises:
            CoreError: as `order` would.
        """
        if await self._offering.recall(wish.actor.guild) is not None:
            await self.order(wish)

    async def order(self, wish: Wish) -> Order:
        """What is to be submitted.

        Raises:
            FormNeeded: it does not fit, or the person wants to see the form; what was given is kept there.
            PickNeeded: it does not say what to run, and nothing else does.
            DeploymentNotFound, DeploymentAmbiguous, DeploymentNotHere, ApiError: there is no such deployment.
        """
        if wish.deployment is None:
            deployment = await self._usual(wish)
        else:
            deployment = await self._offering.find(wish.deployment, wish.actor.guild)
        return self._ordered(self._begun(deployment, wish), deployment, wish.actor)

    def refused(self, order: Order, invalid: InputsInvalid) -> InputsInvalid:
        """What to raise when files of an order turned out to be none that can be used: its form, where it has one.

        Links stay in it to be mended; what was uploaded cannot be.
        """
        if order.draft is None:
            return invalid
        wrong, values = invalid.problems, order.draft.values
        order.draft.refused = {one.key: tuple(item for item in wrong if item.key == one.key) for one in wrong}
        order.draft.values = {
            key: value for key, value in values.items() if key not in order.draft.refused or isinstance(value, str)
        }
        return self.needed(order.draft, order.deployment)

    async def done(self, order: Order) -> None:
        """It was submitted, or stands in line: its form is over, and its deployment is the person's last one."""
        if order.draft is not None:
            self._drafts.drop(order.draft.id)
        await self._offering.remember(order.owner.user, order.deployment.id)

    def begin(self, actor: Actor, given: Given, unread: tuple[Problem, ...] = (), *, is_wanted: bool = False) -> Draft:
        """Keep what was given, and what of it could not be read, until a deployment is picked for it."""
        draft = Draft(actor.user, given=given, unread=unread, is_wanted=is_wanted)
        self._drafts.keep(draft)
        return draft

    async def open(self, deployment_id: str, actor: Actor) -> Form:
        """An empty form. Raises as `show`."""
        return await self.choose(self.begin(actor, Given(), is_wanted=True).id, actor, deployment_id)

    def needed(self, draft: Draft, deployment: Deployment) -> FormNeeded:
        """Keep a draft, and say so."""
        self._drafts.keep(draft)
        form = self._form(draft, deployment)
        log.info("form.needed", deployment=deployment.id, user=draft.owner, problems=len(form.problems))
        return FormNeeded(form)

    # -- with a form --

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
        form = self._form(draft, await self._current(draft, actor))
        if before != draft.inputs and form.drift:
            raise FormNeeded(form)
        return form

    def seen(self, draft_id: str, actor: Actor) -> tuple[Input, ...]:
        """The inputs as the person last saw them, none before a deployment was picked. Raises `FormExpired`."""
        return self._drafts.get(draft_id, actor.user).inputs

    def given(self, draft_id: str, actor: Actor) -> Given:
        """What it was begun with. Raises `FormExpired`."""
        return self._drafts.get(draft_id, actor.user).given

    def give(self, draft_id: str, actor: Actor, given: Given) -> None:
        """Something else, before its deployment is picked. Raises `FormExpired`."""
        self._drafts.get(draft_id, actor.user).given = given

    async def choose(self, draft_id: str, actor: Actor, deployment_id: str) -> Form:
        """The deployment is picked: what was given before goes to its inputs. Raises as `show`."""
        draft = self._drafts.get(draft_id, actor.user)
        draft.deployment, draft.inputs = deployment_id, ()
        deployment = await self._current(draft, actor)
        assigned = assign(deployment.inputs, draft.given)
        draft.values, draft.problems = assigned.values, (*draft.unread, *assigned.problems)
        draft.refused, draft.drift = {}, None
        return self._form(draft, deployment)

    async def fill(self, draft_id: str, actor: Actor, answers: Mapping[str, Value], then: int | None = None) -> Form:
        """Take in what was filled in, by input id; an empty value is the default again.

        `then` is the section that comes next, None for the one that would have come anyway. What was filled in stays,
        so inputs that have changed raise nothing: the form's `drift` tells of them. Raises else as `show`.
        """
        draft = self._drafts.get(draft_id, actor.user)
        draft.drift = None  # it was seen
        deployment = await self._current(draft, actor)
        for key in answers.keys() & {item.key for item in deployment.inputs}:
            draft.refused.pop(key, None)
            draft.values[key] = answers[key]
            if not answers[key]:
                del draft.values[key]
        draft.problems = ()
        draft.next = draft.next if then is None else then
        return self._form(draft, deployment)

    async def look_for(self, draft_id: str, actor: Actor, typed: str) -> Form:
        """What the person looks for in a long list. Raises as `show`."""
        self._drafts.get(draft_id, actor.user).search = typed.strip()[:100]
        return await self.show(draft_id, actor)

    async def clear(self, draft_id: str, actor: Actor) -> Form:
        """Everything is its default again. Raises as `show`."""
        draft = self._drafts.get(draft_id, actor.user)
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
            raise FormNeeded(self._form(draft, deployment))
        draft.is_wanted = False  # it was seen
        return self._ordered(draft, deployment, actor)

    async def check_draft(self, draft_id: str, actor: Actor) -> None:
        """Raise what can be known from memory alone: `FormExpired`, `PickNeeded`, or `FormNeeded` as `order_of`."""
        draft = self._drafts.get(draft_id, actor.user)
        offer = await self._offering.recall(actor.guild)
        if draft.deployment is None:
            raise PickNeeded(draft.id)
        if offer is not None and draft.deployment in offer.listing.by_id:
            await self.order_of(draft_id, actor)

    def drop(self, draft_id: str) -> None:
        """It was run, or is not wanted any more."""
        self._drafts.drop(draft_id)

    # -- inside --

    async def _usual(self, wish: Wish) -> Deployment:
        usual = await self._offering.usual(wish.actor.user, wish.actor.guild)
        here = (await self._offering.list(wish.actor.guild)).value.deployments
        if usual is None and len(here) == 1:
            return here[0]
        if usual is None:
            raise PickNeeded(self.begin(wish.actor, *_whole(wish), is_wanted=wish.wants_form).id)
        return usual

    def _begun(self, deployment: Deployment, wish: Wish) -> Draft:
        given, unread = _whole(wish)
        assigned = assign(deployment.inputs, given)
        draft = Draft(wish.actor.user, given=given, deployment=deployment.id, inputs=deployment.inputs)
        draft.values, draft.problems = assigned.values, (*unread, *assigned.problems)
        draft.is_wanted = wish.wants_form
        return draft

    async def _current(self, draft: Draft, actor: Actor, *, surely: bool = False) -> Deployment:
        """Its deployment as it is now; how the inputs changed since the person last saw them is noted.

        From memory whatever its age, where it is there: no screen waits for ComfyUI Deploy. Not so `surely`.
        """
        if draft.deployment is None:
            raise PickNeeded(draft.id)
        offer = None if surely else await self._offering.peek(actor.guild)
        known = offer.listing.by_id.get(draft.deployment) if offer is not None else None
        deployment = known or await self._offering.find(draft.deployment, actor.guild)
        if deployment.inputs != draft.inputs:
            draft.drift = drift_between(draft.inputs, deployment.inputs) or draft.drift
            draft.inputs = deployment.inputs
            keys = {item.key for item in deployment.inputs}
            draft.values = {key: value for key, value in draft.values.items() if key in keys}
        return deployment

    def _ordered(self, draft: Draft, deployment: Deployment, actor: Actor) -> Order:
        fitted, problems = self._fit(draft, deployment)
        if fitted is None or problems or draft.is_wanted:
            raise self.needed(draft, deployment)
        return Order(deployment, fitted, actor, draft.parent, draft)

    def _form(self, draft: Draft, deployment: Deployment) -> Form:
        _, problems = self._fit(draft, deployment)
        return Form(
            id=draft.id,
            deployment=deployment,
            values=dict(draft.values),
            problems=tuple(problems),
            adjusted=adjusted_in(deployment.inputs, draft.values),
            drift=draft.drift,
            next=draft.next,
            parent=draft.parent,
            search=draft.search,
            is_wanted=draft.is_wanted,
        )

    def _fit(self, draft: Draft, deployment: Deployment) -> tuple[Fitted | None, list[Problem]]:
        """What fits, and everything that is wrong; what a file is missing for says more than that it is missing."""
        refused = (problem for problems in draft.refused.values() for problem in problems)
        problems = [*draft.problems, *refused, *_too_large(deployment, draft.values)]
        try:
            return fit(deployment.inputs, draft.values, self._draw), problems
        except InputsInvalid as invalid:
            said = {problem.key for problem in problems}
            return None, problems + [
                problem for problem in invalid.problems if problem.fault not in _MISSING or problem.key not in said
            ]


def _whole(wish: Wish) -> tuple[Given, tuple[Problem, ...]]:
    """What was given, with what was written out, and what of that cannot be read."""
    named, unread = parse_assignments(wish.further)
    return replace(wish.given, named={**wish.given.named, **named}), tuple(unread)


def _too_large(deployment: Deployment, values: Mapping[str, Value]) -> list[Problem]:
    """Files that say themselves that they are."""
    given = [(item, values.get(item.key, ())) for item in deployment.inputs]
    return [
        file_problem(item, FileTooLarge(file.name, limit=LARGEST_INPUT, size=file.size))
        for item, value in given
        if isinstance(value, tuple)
        for file in value
        if isinstance(file, Source) and (file.size or 0) > LARGEST_INPUT
    ]
