"""What is on offer where: a server may allow some deployments only, and name one that is run where nobody says what."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Literal, TypeAlias

import structlog

from core.cache import Kept
from core.catalog import Catalog
from core.errors import DeploymentAmbiguous, DeploymentNotFound, DeploymentNotHere, StoreFailed
from core.offer import Deployment, Offer, choose
from core.reading import further
from core.search import Index
from core.store.settings import KeptSettings, ServerSettings, needed

log = structlog.get_logger(__name__)

MOST_PARTS: Final = 64  # allow-lists whose part of the offer is kept, those used last
_FEW: Final = 100  # deployments that get an index of their own, which takes 3 ms; typing errors are forgiven best there
_WIDER: Final = 4  # times as many are looked for first as are wanted: most of what is found is allowed, as a rule
_PATIENCE: Final = 1.0  # seconds for remembering, which nobody asked for

Found: TypeAlias = list[Deployment]


class _Keep(Enum):
    KEEP = auto()


KEEP: Final = _Keep.KEEP


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is set for a place: the ids of what may be run, None for all, and of what is run where nobody says what.

    Some may be gone from the account. The default is one of those allowed.
    """

    ids: frozenset[str] | None = None
    default: str | None = None

    def has(self, deployment_id: str) -> bool:
        return self.ids is None or deployment_id in self.ids


class Offering:
    """Where there is no server (None, in direct messages) and without `settings` all is on offer, and nothing is set.

    What is said of a catalog's errors holds here too: `ApiError`, and `TookTooLong`. Whatever asks for a server raises
    `StoreFailed` where its settings cannot be read: nobody knows then what it forbids.
    """

    def __init__(self, catalog: Catalog, settings: KeptSettings | None) -> None:
        self._catalog = catalog
        self._settings = settings
        self._whole: Offer | None = None  # of which the parts are, by their allow-lists
        self._parts: OrderedDict[frozenset[str], Offer] = OrderedDict()

    async def allowed(self, guild: int | None) -> Allowed:
        """Waits for nothing but the bot's own database, and that once for a server.

        Raises:
            StoreFailed: it does not say.
        """
        if guild is None or self._settings is None:
            return Allowed()
        return _allowed_by(await self._settings.get_server_surely(guild))

    async def list(self, guild: int | None) -> Kept[Offer]:
        """As `Catalog.list_deployments`, but only what is allowed there."""
        kept = await self._catalog.list_deployments()
        return replace(kept, value=await self._part(kept.value, guild))

    async def recall(self, guild: int | None) -> Offer | None:
        """The same if the catalog is in memory and not outdated; asks nobody for it."""
        whole = self._catalog.recall()
        return None if whole is None else await self._part(whole, guild)

    async def peek(self, guild: int | None) -> Offer | None:
        """The same whatever its age: no screen waits for the catalog."""
        kept = self._catalog.peek()
        return None if kept is None else await self._part(kept.value, guild)

    async def suggest(self, typed: str, limit: int, guild: int | None) -> Found:
        """Deployments that may be meant, best first, from the catalog in memory."""
        offer = await self.peek(guild)
        return offer.listing.suggest(typed, limit) if offer else []

    async def find(self, wanted: str, guild: int | None) -> Deployment:
        """The deployment with this id, label or name; names are looked for among what is allowed there first.

        Raises:
            DeploymentNotFound, DeploymentAmbiguous: none, or several that only environment or version tell apart.
            DeploymentNotHere: there is one, and it is not allowed there.
        """
        whole = (await self._catalog.list_deployments()).value
        here = await self._part(whole, guild)
        try:
            return choose(here, wanted)
        except DeploymentNotFound:
            _refuse_what_is_elsewhere(whole, wanted)
            raise

    async def usual(self, user: int, guild: int | None) -> Deployment | None:
        """What is run where nobody says what: the person's last one if it is on offer there, else the default."""
        here = (await self.list(guild)).value.listing.by_id
        last = (await self._settings.get_person(user)).last if self._settings else None
        default = (await self.allowed(guild)).default
        return next((here[wanted] for wanted in (last, default) if wanted in here), None)

    async def remember(self, user: int, deployment_id: str) -> None:
        """Note that the person ran this. Raises nothing, and waits for a second at most: it is a convenience."""
        if self._settings is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                if (await self._settings.get_person_surely(user)).last != deployment_id:
                    await self._settings.change_person(user, lambda now: replace(now, last=deployment_id))
        except (StoreFailed, TimeoutError) as error:
            log.warning("offering.not_remembered", user=user, reason=str(error) or "it takes too long")

    async def change(
        self,
        guild: int,
        ids: Collection[str] | Literal[_Keep.KEEP] | None = KEEP,
        default: str | Literal[_Keep.KEEP] | None = KEEP,
    ) -> Allowed:
        """Set what may be run there, None for all, and the default, None for none; what is left out stays as it is.

        Raises:
            StoreFailed: it cannot be written down.
        """

        def changed(now: ServerSettings) -> ServerSettings:
            if ids is not KEEP:
                now = replace(now, deployments=None if ids is None else frozenset(ids))
            return now if default is KEEP else replace(now, default_deployment=default)

        return _allowed_by(await needed(self._settings).change_server(guild, changed))

    async def pick(self, guild: int, shown: Collection[str], picked: Collection[str]) -> Allowed:
        """Of the ids `shown` allow those picked there and no others; what was not shown stays as it is.

        Raises:
            StoreFailed: it cannot be written down.
        """
        known = (await self._catalog.list_deployments()).value.listing.by_id.keys()

        def changed(now: ServerSettings) -> ServerSettings:
            before = now.deployments
            left_out = set(shown).difference(picked)
            if before is None:
                return now if known.isdisjoint(left_out) else replace(now, deployments=frozenset(known - left_out))
            return replace(now, deployments=(before - left_out) | known & set(picked))

        return _allowed_by(await needed(self._settings).change_server(guild, changed))

    async def _part(self, whole: Offer, guild: int | None) -> Offer:
        """What of an offer is allowed there; made once for each allow-list while the offer is the same."""
        ids = (await self.allowed(guild)).ids
        if ids is None:
            return whole
        if self._whole is not whole:  # else an offer of hours ago would stay in memory for one server's sake
            self._whole = whole
            self._parts.clear()
        if ids not in self._parts:
            self._parts[ids] = _only(whole, ids)
        self._parts.move_to_end(ids)
        if len(self._parts) > MOST_PARTS:
            self._parts.popitem(last=False)
        return self._parts[ids]


class _Sieve(Index[Deployment]):
    """The index of a whole offer, of which only some are found."""

    def __init__(self, whole: Index[Deployment], total: int, ids: frozenset[str]) -> None:
        super().__init__(())
        self._whole, self._total, self._ids = whole, total, ids

    def find(self, typed: str, limit: int) -> Found:
        found: Found = []
        for most in (limit * _WIDER, self._total):
            anywhere = self._whole.find(typed, most)
            found = [item for item in anywhere if item.id in self._ids]
            if len(found) >= limit or len(anywhere) < most:
                break
        return found[: max(0, limit)]


def _only(whole: Offer, ids: frozenset[str]) -> Offer:
    """Its labels stay as they are, so that one name means the same everywhere."""
    items = tuple(item for item in whole.deployments if item.id in ids)
    search: Index[Deployment] | None = None
    if len(items) <= _FEW:
        search = Index((item, item.label, further(item)) for item in items)
    elif whole.search is not None:
        search = _Sieve(whole.search, len(whole.deployments), ids)
    # one that could not be read may be among those that seem to be gone
    unreadable = whole.unreadable if len(items) < len(ids) else ()
    return Offer(items, unreadable, search)


def _allowed_by(settings: ServerSettings) -> Allowed:
    allowed = Allowed(settings.deployments, settings.default_deployment)
    return allowed if allowed.default is None or allowed.has(allowed.default) else replace(allowed, default=None)


def _refuse_what_is_elsewhere(whole: Offer, wanted: str) -> None:
    """Raises `DeploymentNotHere` for what is in the whole offer, whether it is one or several."""
    try:
        label = choose(whole, wanted).label
    except DeploymentNotFound:
        return
    except DeploymentAmbiguous as several:
        label = several.wanted
    raise DeploymentNotHere(label)
