"""What ComfyUI Deploy has: deployments, workflows and machines, each kept for a while of its own."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import structlog

from core.cache import COOL_DOWN, Cached, CachedByKey, Counters, Kept
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, WrongAddress
from core.comfydeploy.records import Machine, VersionRow, Workflow
from core.deadline import PATIENCE, deadline
from core.offer import PRODUCTION, Deployment, Listing, Named, Offer, choose, named
from core.reading import Pinned, read_offer, read_pinned
from core.remembering import Memory, Shelf
from core.snapshots import MACHINES, OFFER, WORKFLOWS, Form, fingerprint, listing_of

log = structlog.get_logger(__name__)

What = Literal["deployments", "workflows", "machines"]
KINDS: Final[tuple[What, ...]] = ("deployments", "workflows", "machines")
DETAILS_TTL: Final = 60.0  # seconds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered and for how long it is kept: times to live in seconds, 0 for not at all.

    With `pinned` the lists are not asked for: only the deployments that the operator named are on offer.
    """

    environments: tuple[str, ...] = (PRODUCTION,)
    ttl: float = 300.0
    machines_ttl: float = 60.0
    pinned: tuple[Pinned, ...] = ()


class Catalog:
    """Each list is loaded once for everybody, renewed while in use, and outlives the API's failures.

    `cool_down` is for how many seconds the API is left alone after a failure. With `snapshots` the lists outlive the
    process, too: those of the last one stand in while the API is away from the start.
    """

    def __init__(
        self,
        api: ComfyDeploy,
        terms: Terms = Terms(),
        cool_down: float = COOL_DOWN,
        snapshots: Shelf | None = None,
    ) -> None:
        self._api = api
        self._terms = terms
        self._cool_down = cool_down
        self._snapshots = snapshots
        self._memories: list[Memory[Any]] = []
        self.deployments = self._cached("deployments", self._load_offer, terms.ttl, OFFER)
        self.workflows = self._cached("workflows", self._load_workflows, terms.ttl, WORKFLOWS)
        self.machines = self._cached("machines", self._load_machines, terms.machines_ttl, MACHINES)
        ttl = min(DETAILS_TTL, terms.ttl)
        self._versions = CachedByKey(self._api.workflows.list_versions, ttl, cool_down=cool_down)

    @property
    def version_counters(self) -> Counters:
        """How the versions of all workflows were used since the start."""
        return self._versions.counters

    def warm(self) -> None:
        """Have every list loaded once, used or not: each is tried until it succeeds. Returns at once."""
        for kind in KINDS:
            self.cache(kind).warm()

    async def list_deployments(self) -> Kept[Offer]:
        """The offer, at most its time to live old, or marked as stale.

        Raises:
            ApiError: the API failed and there never was an offer.
            TookTooLong: the same, for it gave no answer in time.
        """
        async with deadline(PATIENCE):
            return await self.deployments.get()

    async def list_workflows(self) -> Kept[Listing[Named[Workflow]]]:
        """All of them; raises as `list_deployments`."""
        async with deadline(PATIENCE):
            return await self.workflows.get()

    async def list_machines(self) -> Kept[Listing[Named[Machine]]]:
        """All that are not deleted; raises as `list_deployments`."""
        async with deadline(PATIENCE):
            return await self.machines.get()

    async def list_versions(self, workflow_id: str) -> Kept[list[VersionRow]]:
        """A workflow's newest versions; raises as `list_deployments`."""
        async with deadline(PATIENCE):
            return await self._versions.get(workflow_id)

    def peek(self) -> Kept[Offer] | None:
        """The offer in memory whatever its age, None before the first; never waits, and has it refreshed when due."""
        return self.deployments.peek()

    def recall(self) -> Offer | None:
        """The offer if it is in memory and not outdated; never waits."""
        kept = self.deployments.recall()
        return kept.value if kept else None

    def recall_label(self, deployment_id: str) -> str | None:
        """What a deployment is called, by the last offer in memory; never waits."""
        kept = self.peek()
        known = kept.value.listing.by_id.get(deployment_id) if kept is not None else None
        return known.label if known is not None else None

    async def find(self, wanted: str) -> Deployment:
        """The deployment with this id, label or name.

        Raises:
            DeploymentNotFound, DeploymentAmbiguous: none, or several that only environment or version tell apart.
            ApiError: as `list_deployments`.
        """
        return choose((await self.list_deployments()).value, wanted)

    async def find_workflow(self, wanted: str) -> Named[Workflow]:
        """As `find`; raises `NameUnknown` or `NameAmbiguous`."""
        return (await self.list_workflows()).value.choose(wanted)

    async def find_machine(self, wanted: str) -> Named[Machine]:
        """As `find`; raises `NameUnknown` or `NameAmbiguous`."""
        return (await self.list_machines()).value.choose(wanted)

    def suggest(self, typed: str, limit: int) -> list[Deployment]:
        """Deployments that may be meant, best first, from memory only."""
        kept = self.peek()
        return kept.value.listing.suggest(typed, limit) if kept else []

    def suggest_workflows(self, typed: str, limit: int) -> list[Named[Workflow]]:
        kept = self.workflows.peek()
        return kept.value.suggest(typed, limit) if kept else []

    def suggest_machines(self, typed: str, limit: int) -> list[Named[Machine]]:
        kept = self.machines.peek()
        return kept.value.suggest(typed, limit) if kept else []

    def invalidate(self, *kinds: What) -> None:
        """Have these lists loaded anew, all by default: something of theirs was changed by us."""
        for kind in kinds or KINDS:
            self.cache(kind).invalidate()
        if not kinds or "workflows" in kinds:
            self._versions.invalidate()

    def cache(self, kind: What) -> Cached[Offer] | Cached[Listing[Named[Workflow]]] | Cached[Listing[Named[Machine]]]:
        """The cache of one kind, for who counts or empties it."""
        if kind == "deployments":
            return self.deployments
        return self.workflows if kind == "workflows" else self.machines

    async def aclose(self) -> None:
        for kind in KINDS:
            await self.cache(kind).aclose()
        await self._versions.aclose()
        for memory in self._memories:
            await memory.aclose()

    def _cached(self, kind: What, load: Callable[[], Awaitable[T]], ttl: float, form: Form[Any, T]) -> Cached[T]:
        told = self._told(kind, load)
        if self._snapshots is None:
            return Cached(told, ttl, cool_down=self._cool_down)
        memory = Memory(kind, form, self._snapshots, self._read_with())
        self._memories.append(memory)
        return memory.cached(told, ttl, cool_down=self._cool_down)

    def _read_with(self) -> str:
        """Differs as soon as the lists are of another server, or something else is on offer."""
        pins = (f"{pin.name}={pin.deployment_id}:{pin.version_id}" for pin in self._terms.pinned)
        return fingerprint([str(self._api.root)], sorted(self._terms.environments), sorted(pins))

    async def _load_offer(self) -> Offer:
        if self._terms.pinned:
            return await read_pinned(self._api, self._terms.pinned)
        return await read_offer(self._api, self._terms.environments)

    async def _load_workflows(self) -> Listing[Named[Workflow]]:
        rows = await self._if_listed(self._api.workflows.list_all)
        return await _listing(Named(row.id, row.name, row) for row in rows)

    async def _load_machines(self) -> Listing[Named[Machine]]:
        rows = await self._if_listed(self._api.machines.list_all)
        return await _listing(Named(row.id, row.name, row) for row in rows if not row.deleted)

    async def _if_listed(self, read: Callable[[], Awaitable[list[T]]]) -> list[T]:
        """Nothing, where the operator has said that the server has no lists and it has none."""
        try:
            return await read()
        except WrongAddress:
            if self._terms.pinned:
                return []
            raise

    def _told(self, kind: What, load: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """The same load, with a line in the log when it fails."""

        async def loaded() -> T:
            try:
                return await load()
            except ApiError as error:
                log.warning("catalog.not_loaded", kind=kind, error=str(error))
                raise

        return loaded


Record = TypeVar("Record")


async def _listing(records: Iterable[Named[Record]]) -> Listing[Named[Record]]:
    return await listing_of(named(records))
