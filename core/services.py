"""Everything that `core` offers, wired together for one process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field

from core.catalog import PRODUCTION, Catalog
from core.comfydeploy.client import ComfyDeploy
from core.hosts import OUTPUT_HOSTS, Hosts, trusted_host
from core.media import Media
from core.people.limits import Admission, RunLimits
from core.runs.deliveries import Deliveries
from core.runs.generation import Generation, Parts
from core.runs.submission import Submission
from core.runs.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the services are made from: `cache_ttl` in seconds, hosts as `host` or `host:port`."""

    api_url: str
    api_key: str = field(repr=False)
    environments: tuple[str, ...] = (PRODUCTION,)
    cache_ttl: float = 300.0
    runs_per_user: int = 2
    runs_total: int = 20
    guilds: frozenset[int] = frozenset()
    trusted_hosts: frozenset[str] = frozenset()
    input_hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True)
class Services:
    """What the surfaces use."""

    api: ComfyDeploy
    catalog: Catalog
    media: Media
    deliveries: Deliveries
    generation: Generation
    admission: Admission
    limits: RunLimits


@asynccontextmanager
async def open_services(plan: Plan) -> AsyncIterator[Services]:
    """All services, open until the block ends; whoever opened last closes first."""
    trusted = plan.trusted_hosts | {trusted_host(plan.api_url)}
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ComfyDeploy.connect(plan.api_url, plan.api_key))
        inputs = Hosts(plan.input_hosts.public, plan.input_hosts.trusted | plan.trusted_hosts)
        media = await stack.enter_async_context(Media.connect(api, inputs=inputs, outputs=Hosts(OUTPUT_HOSTS, trusted)))
        catalog = await stack.enter_async_context(aclosing(Catalog(api, plan.environments, plan.cache_ttl)))
        tracker = await stack.enter_async_context(Tracker.start(api.get_run, glance=api.find_status))
        deliveries = await stack.enter_async_context(aclosing(Deliveries(api, tracker, media)))
        limits = RunLimits(plan.runs_per_user, plan.runs_total)
        parts = Parts(api, catalog, media, Submission(api), deliveries, limits)
        yield Services(api, catalog, media, deliveries, Generation(parts), Admission(plan.guilds), limits)
