"""A person's earlier runs: a page of them with their states and small pictures, one of them by its id, suggestions.

Ids and times come from the bot's own records, all else from the API. With an empty disk the runs of one deployment are
found by their marks.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from core.comfydeploy.errors import ApiError
from core.comfydeploy.wire import checked_id
from core.deadline import deadline
from core.errors import CoreError, DeploymentAmbiguous, NotYourRun, StoreFailed, TookTooLong
from core.people.actor import Actor
from core.result_errors import RunUnknown
from core.results.thumbnails import Thumbnails
from core.runs.history_page import PAGE, Entry, Lack, Outcome, Page, Place, Suggestion, Target, ways_on
from core.runs.mark import read_mark
from core.runs.news import Heard, News, Newsroom, Offered, Standing
from core.runs.parts import Parts
from core.runs.past import Found, Past, PastRuns, each_once, under_way

log = structlog.get_logger(__name__)

MOST_LOOKED_AT: Final = 50  # runs for one page, when only some are wanted
MOST_OF_ACCOUNT: Final = 30  # the same where nobody knows whose they are
RECENT: Final = timedelta(days=30)  # how far back an account's own list is read
_AT_ONCE: Final = 5  # runs that are read
SHORTEST_ID: Final = 6  # letters of a run's id that name it
_AT_HAND: Final = 1.0  # seconds that the records have, before a click is answered
_PATIENCE: Final = 2.5  # seconds for the states of a page
_PICTURES: Final = 2.0  # seconds more for its pictures


@dataclass(slots=True)
class _Reading:
    """One page in the making: `doubtful` are ids of runs of which nobody knows yet whose they are."""

    actor: Actor
    target: Target | None
    outcome: Outcome | None
    until: float
    offered: Offered
    doubtful: set[str]
    lacks: set[Lack]

    def wants(self, past: Past, news: News) -> bool:
        """Only the person's own runs, ever."""
        is_silent = news.standing is Standing.SILENT
        if is_silent:
            self.lacks.add(Lack.STATES)
        if news.owner is None and past.run_id in self.doubtful:
            return False
        if news.owner not in {None, self.actor.user}:
            return False
        return self.outcome is None or self.outcome.has(news.standing)


class History:
    """`journal` is None where nothing outlives the process; states are waited for `patience` seconds."""

    def __init__(
        self, parts: Parts, journal: PastRuns | None, thumbnails: Thumbnails, patience: float = _PATIENCE
    ) -> None:
        self._parts = parts
        self._journal = journal
        self._newsroom = Newsroom(parts, thumbnails)
        self._patience = patience

    async def page(
        self,
        actor: Actor,
        *,
        deployment: str | None = None,
        outcome: Outcome | None = None,
        place: Place | None = None,
    ) -> Page:
        """The newest runs of a person, or those on from `place`; of one deployment, by id, label or name, or of all.

        What the API does not tell in time is shown as silent. Where the records know too few runs of the deployment,
        the account's own list is read, too.

        Raises:
            DeploymentNotFound, DeploymentAmbiguous, DeploymentNotHere: nobody knows which deployment is meant.
            ApiError, TookTooLong: the same, since the deployments cannot be read.
        """
        target = None if deployment is None else await self._target(deployment, actor)
        until = asyncio.get_running_loop().time() + self._patience
        reading = _Reading(actor, target, outcome, until, await self._offered(), set(), set())
        everything = await self._listed(reading)
        ahead = [past for past in everything if place is None or place.leads_to(past)]
        if place is not None and place.is_newer:
            ahead.reverse()
        found, looked_at = await self._look(reading, ahead)
        entries = await self._illustrated(reading, sorted(found, key=lambda item: item[0].key, reverse=True))
        newer, older = ways_on(everything, ahead[:looked_at], place)
        return Page(entries, target, outcome, newer, older, looked_at, frozenset(reading.lacks))

    async def is_private(self, wanted: str, actor: Actor, asked: bool | None) -> bool:
        """Whether only this person may see what `find` will find: as they ask, else as it was shown before.

        Somebody else's private run stays private whatever they ask. So does each while the records do not answer,
        which takes a second at most: nobody knows better then.
        """
        lacks = set[Lack]()
        try:
            async with deadline(_AT_HAND):
                found = await self._recalled(_plain(wanted), actor, lacks)
        except TookTooLong:
            return True
        if lacks:
            return True
        if found is None or (found.is_own and asked is not None):
            return bool(asked)
        return found.private or bool(asked)

    async def find(self, wanted: str, actor: Actor) -> Found:
        """One of the person's runs, by its first letters or the whole of its id.

        By the whole id also a run that is not remembered, and for moderators those of their server.

        Raises:
            RunUnknown: nothing of theirs is called so.
            RunGone, RunNotOurs, NotYourRun: there is nothing to show, or not to this person.
            TookTooLong, ApiError: nobody can tell.
        """
        text = _plain(wanted)
        found = await self._recalled(text, actor, set())
        if found is not None and found.is_own:
            return found
        try:
            run_id = checked_id(text)
        except ValueError:
            raise RunUnknown(wanted) from None
        run = await self._parts.read(run_id)
        mark = read_mark(run.workflow_inputs)
        if mark.user != actor.user and not actor.moderates(mark.guild):
            raise NotYourRun(mark.user)
        return (found or Found(run.id))._replace(is_own=mark.user == actor.user)

    async def suggest(self, typed: str, actor: Actor, limit: int = 25) -> list[Suggestion]:
        """The person's remembered runs whose deployment has all these words, or whose id begins so; newest first."""
        known = (
            Suggestion(past, self._parts.catalog.recall_label(past.deployment))
            for past in await self._remembered(actor.user)
        )
        return [item for item in known if _is_meant(item, typed)][:limit]

    # -- inside --

    async def _target(self, wanted: str, actor: Actor) -> Target:
        """By its id also one that is gone, or not on offer here: the runs are the person's own all the same."""
        try:
            found = await self._parts.offering.find(wanted, actor.guild)
        except DeploymentAmbiguous:
            raise
        except CoreError:
            try:
                deployment_id = checked_id(wanted.strip().casefold())
            except ValueError:
                pass
            else:
                return self._target_by_id(deployment_id)
            raise
        return Target(found.id, found.label, found.workflow_id)

    def _target_by_id(self, deployment_id: str) -> Target:
        kept = self._parts.catalog.peek()
        found = kept.value.listing.by_id.get(deployment_id) if kept is not None else None
        return Target(deployment_id, found.label if found else None, found.workflow_id if found else None)

    async def _offered(self) -> Offered:
        """For names and prompts, which a page can do without."""
        try:
            async with deadline(self._patience):
                return (await self._parts.catalog.list_deployments()).value.listing.by_id
        except (ApiError, TookTooLong):
            return {}

    async def _recalled(self, text: str, actor: Actor, lacks: set[Lack]) -> Found | None:
        """What is remembered of a run that is called so: their own, or for a moderator by its whole id anybody's."""
        known = await self._remembered(actor.user, lacks)
        own = [past for past in known if past.run_id.startswith(text)] if len(text) >= SHORTEST_ID else []
        if len(own) == 1:
            return Found(own[0].run_id, own[0].private, own[0].hidden)
        past = await self._anybodys(text, lacks) if actor.may_moderate else None
        return None if past is None else Found(past.run_id, past.private, past.hidden, is_own=False)

    async def _anybodys(self, text: str, lacks: set[Lack]) -> Past | None:
        try:
            run_id = checked_id(text)
        except ValueError:
            return None
        kept = None
        try:
            kept = await self._journal.get_run(run_id) if self._journal is not None else None
        except StoreFailed as error:
            log.warning("history.unread", run=run_id, reason=error.reason)
            lacks.add(Lack.RECORDS)
        followed = self._parts.deliveries.find(run_id)
        shown = under_way([followed.record] if followed is not None else [])
        return next(iter(each_once([*filter(None, [kept]), *shown])), None)

    async def _remembered(self, user: int, lacks: set[Lack] | None = None, deployment: str | None = None) -> list[Past]:
        """What is written down, and what this process shows at the moment, newest first."""
        kept: Sequence[Past] = ()
        if self._journal is None and lacks is not None:
            lacks.add(Lack.RECORDS)
        elif self._journal is not None:
            try:
                kept = await self._journal.list_runs(user, deployment)
            except StoreFailed as error:
                log.warning("history.unread", user=user, reason=error.reason)
                if lacks is not None:
                    lacks.add(Lack.RECORDS)
        shown = under_way(item.record for item in self._parts.deliveries.list_of(user))
        return each_once([*kept, *(past for past in shown if deployment in {None, past.deployment})])

    async def _listed(self, reading: _Reading) -> list[Past]:
        """All runs that may be on a page, newest first."""
        target = reading.target
        if target is None:
            return await self._remembered(reading.actor.user, reading.lacks)
        known = await self._remembered(reading.actor.user, reading.lacks, target.id)
        if len(known) >= PAGE:
            return known
        workflow_id = target.workflow_id or next((past.workflow_id for past in known if past.workflow_id), None)
        others = await self._of_account(reading, target.id, workflow_id)
        reading.doubtful.update({past.run_id for past in others} - {past.run_id for past in known})
        return each_once([*known, *others])

    async def _of_account(self, reading: _Reading, deployment_id: str, workflow_id: str | None) -> list[Past]:
        """Everybody's recent runs of a deployment."""
        since = datetime.now(UTC) - RECENT
        if workflow_id is None:
            reading.lacks.add(Lack.ACCOUNT)
            return []
        try:
            async with asyncio.timeout_at(reading.until):
                rows = await self._parts.api.runs.list_recent(workflow_id, deployment_id, since)
        except (ApiError, TimeoutError) as error:
            log.info("history.account_unread", deployment=deployment_id, error=str(error))
            reading.lacks.add(Lack.ACCOUNT)
            return []
        return [Past(row.id, deployment_id, workflow_id, row.created_at or since) for row in rows]

    async def _look(self, reading: _Reading, ahead: Sequence[Past]) -> tuple[list[tuple[Past, Heard]], int]:
        """The first runs that are wanted, and how many were looked at."""
        found: list[tuple[Past, Heard]] = []
        looked_at, most = 0, MOST_OF_ACCOUNT if reading.doubtful else MOST_LOOKED_AT
        while looked_at < min(most, len(ahead)) and len(found) < PAGE:
            some = ahead[looked_at : looked_at + _AT_ONCE]
            heard = await asyncio.gather(
                *(self._newsroom.hear(past.run_id, reading.offered, reading.until) for past in some)
            )
            for past, item in zip(some, heard, strict=True):
                looked_at += 1
                found += [(past, item)] if reading.wants(past, item.news) else []
                if len(found) == PAGE:
                    break
            if asyncio.get_running_loop().time() >= reading.until:
                break
        return found, looked_at

    async def _illustrated(self, reading: _Reading, found: Iterable[tuple[Past, Heard]]) -> tuple[Entry, ...]:
        until = asyncio.get_running_loop().time() + _PICTURES

        async def entry(past: Past, heard: Heard) -> Entry:
            offered = reading.offered.get(past.deployment)
            picture = await self._newsroom.picture(past.run_id, heard, until)
            return Entry(past, offered.label if offered else None, heard.news, picture)

        return tuple(await asyncio.gather(*(entry(past, heard) for past, heard in found)))


def _plain(wanted: str) -> str:
    """An id, or the start of one, as it is written."""
    return wanted.strip().strip("`").casefold()


def _is_meant(item: Suggestion, typed: str) -> bool:
    text, label = typed.strip().casefold(), (item.deployment or "").casefold()
    return item.past.run_id.startswith(text) or all(word in label for word in text.split())
