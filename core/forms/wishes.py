"""From a wish to an order, or to a form that says what is missing, or to the question what to run."""

import random
from collections.abc import Sequence
from dataclasses import replace

import structlog

from core.comfydeploy.assignments import parse_assignments
from core.comfydeploy.fit import assign, takes
from core.comfydeploy.values import Given, Value
from core.errors import (
    AlreadyAsked,
    CoreError,
    DeploymentAmbiguous,
    DeploymentNotFound,
    InputsInvalid,
    Problem,
)
from core.file_errors import FileError
from core.forms.draft import Draft, Drafts
from core.forms.form import FormNeeded, PickNeeded
from core.forms.judged import Draw, fitted_of, form_of
from core.forms.wish import Wish
from core.offer import Deployment
from core.people.actor import Actor
from core.people.offering import Offering
from core.runs.order import Order

log = structlog.get_logger(__name__)


class Wishes:
    """`draw(low, high)` picks seeds."""

    def __init__(self, offering: Offering, drafts: Drafts, draw: Draw = random.randint) -> None:
        self._offering = offering
        self._drafts = drafts
        self._draw = draw

    async def check(self, wish: Wish) -> Order | None:
        """Raise what can be known from memory alone, so that a wish can be refused before it is acknowledged.

        What would be submitted, if that is known. A memory older than the catalog's time to live refuses nothing: there
        may be more on offer by now.

        Raises:
            CoreError: as `order` would.
        """
        if await self._offering.recall(wish.actor.guild) is None:
            return None
        return await self.order(wish)

    async def order(self, wish: Wish) -> Order:
        """What is to be submitted.

        Raises:
            FormNeeded: it does not fit, or the person wants to see the form; what was given is kept there.
            PickNeeded: it does not say what to run, and nothing else does; or not surely, and then `cause` says why.
            DeploymentNotHere, ApiError: it cannot be run here, or nobody knows.
        """
        if wish.deployment is None:
            deployment = await self._usual(wish)
        else:
            deployment = await self._named(wish, wish.deployment)
        return self._ordered(self._begun(deployment, wish), deployment, wish.actor)

    def refused(self, order: Order, invalid: InputsInvalid) -> InputsInvalid:
        """What to raise when files of an order turned out to be none that can be used: its form, where it has one.

        Links stay in it to be mended; what was uploaded cannot be.
        """
        if order.draft is None:
            return invalid
        wrong, values = invalid.problems, order.draft.values
        order.draft.refused = {one.key: tuple(item for item in wrong if item.key == one.key) for one in wrong}
        kept = {key: _without(value, order.draft.refused.get(key, ())) for key, value in values.items()}
        order.draft.values = {key: value for key, value in kept.items() if value != ()}
        return self.needed(order.draft, order.deployment)

    def kept(self, draft: Draft | None, error: CoreError) -> CoreError:
        """The error, with the way back to what was given: it is there for another try.

        Another object, since who waits for the same upload gets the same error, and has another form.
        """
        if draft is None or isinstance(error, AlreadyAsked | FormNeeded):
            return error
        self._drafts.keep(draft)
        own = type(error).__new__(type(error), *error.args)
        own.__dict__.update(error.__dict__, kept_in=draft.id)
        return own

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

    def needed(self, draft: Draft, deployment: Deployment) -> FormNeeded:
        """Keep a draft, and say so."""
        self._drafts.keep(draft)
        form = form_of(draft, deployment, self._draw)
        log.info("form.needed", deployment=deployment.id, user=draft.owner, problems=len(form.problems))
        return FormNeeded(form)

    # -- inside --

    async def _named(self, wish: Wish, wanted: str) -> Deployment:
        try:
            return await self._offering.find(wanted, wish.actor.guild)
        except DeploymentNotFound as unknown:
            raise self._unclear(wish, unknown, unknown.similar) from None
        except DeploymentAmbiguous as several:
            raise self._unclear(wish, several, several.choices) from None

    def _unclear(self, wish: Wish, cause: CoreError, labels: Sequence[str]) -> PickNeeded:
        """What was given is kept, so that a name can be mended with one click."""
        draft = self.begin(wish.actor, *_whole(wish), is_wanted=wish.wants_form)
        draft.labels, draft.manner, draft.count = tuple(labels), wish.manner, wish.count
        return PickNeeded(draft.id, cause)

    async def _usual(self, wish: Wish) -> Deployment:
        """The person's last one, the server's default, or the only one; but never one that what was given cannot go to.

        Raises:
            PickNeeded: there is none.
        """
        given, unread = _whole(wish)
        here = (await self._offering.list(wish.actor.guild)).value.deployments
        usual = await self._offering.usual(wish.actor.user, wish.actor.guild)
        usual = here[0] if usual is None and len(here) == 1 else usual
        if usual is None or not takes(usual.inputs, given):
            draft = self.begin(wish.actor, given, unread, is_wanted=wish.wants_form)
            draft.manner, draft.count = wish.manner, wish.count
            raise PickNeeded(draft.id)
        return usual

    def _begun(self, deployment: Deployment, wish: Wish) -> Draft:
        given, unread = _whole(wish)
        assigned = assign(deployment.inputs, given)
        draft = Draft(wish.actor.user, given=given, deployment=deployment.id, inputs=deployment.inputs)
        draft.label = deployment.label
        draft.values, draft.problems = assigned.values, (*unread, *assigned.problems)
        draft.is_wanted, draft.manner, draft.count = wish.wants_form, wish.manner, wish.count
        return draft

    def _ordered(self, draft: Draft, deployment: Deployment, actor: Actor) -> Order:
        if draft.is_wanted:
            raise self.needed(draft, deployment)
        try:
            fitted = fitted_of(draft, deployment, self._draw)
        except InputsInvalid:
            raise self.needed(draft, deployment) from None
        return Order(deployment, fitted, actor, draft.parent, draft)


def _without(value: Value, refused: Sequence[Problem]) -> Value:
    """The files that are not refused; a link stays, to be mended."""
    if isinstance(value, str) or not refused:
        return value
    names = {problem.file.name for problem in refused if isinstance(problem.file, FileError)}
    return tuple(file for file in value if file.name not in names)


def _whole(wish: Wish) -> tuple[Given, tuple[Problem, ...]]:
    """What was given, with what was written out, and what of that cannot be read."""
    named, unread = parse_assignments(wish.further)
    return replace(wish.given, named={**wish.given.named, **named}), tuple(unread)
