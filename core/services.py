"""Everything that `core` offers, wired together for one process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from core.catalog import KINDS, Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.hosts import OUTPUT_HOSTS, Hosts, trusted_host
from core.media import Media
from core.metrics import Metrics
from core.operators import Operators, Write
from core.people.limits import Admission, RunLimits
from core.runs.deliveries import Deliveries
from core.runs.generation import Generation
from core.runs.ordering import Parts
from core.runs.submission import Submission
from core.runs.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the services are made from; hosts as `host` or `host:port`."""

    api_url: str
    api_key: str = field(repr=False)
    terms: Terms = field(default_factory=Terms)
    runs_per_user: int = 2
    runs_total: int = 20
    guilds: frozenset[int] = frozenset()
    writes: frozenset[Write] = frozenset()
    trusted_hosts: frozenset[str] = frozenset()
    input_hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True)
class Services:
    """What the surfaces use."""

    api: ComfyDeploy
    catalog: Catalog
    metrics: Metrics
    media: Media
    deliveries: Deliveries
    generation: Generation
    operators: Operators
    admission: Admission
    limits: RunLimits


@asynccontextmanager
async def open_services(plan: Plan) -> AsyncIterator[Services]:
    """All services, open until the block ends; whoever opened last closes first."""
    trusted = plan.trusted_hosts | {trusted_host(plan.api_url)}
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(ComfyDeploy.connect(plan.api_url, plan.api_key, metrics=metrics))
        inputs = Hosts(plan.input_hosts.public, plan.input_hosts.trusted | plan.trusted_hosts)
        media = await stack.enter_async_context(Media.connect(api, inputs=inputs, outputs=Hosts(OUTPUT_HOSTS, trusted)))
        catalog = await stack.enter_async_context(aclosing(Catalog(api, plan.terms)))
        tracker = await stack.enter_async_context(Tracker.start(api.runs.get, glance=api.runs.find_status))
        deliveries = await stack.enter_async_context(aclosing(Deliveries(api, tracker, media, metrics)))
        limits = RunLimits(plan.runs_per_user, plan.runs_total)
        parts = Parts(api, catalog, media, Submission(api), deliveries, limits, metrics)
        for kind in KINDS:
            cache = catalog.cache(kind)
            metrics.watch_cache(kind, partial(getattr, cache, "counters"), partial(getattr, cache, "age"))
        metrics.watch_cache("versions", lambda: catalog.version_counters, lambda: None)
        metrics.watch_runs(lambda: limits.under_way)
        operators = Operators(api, catalog, media, plan.writes)
        yield Services(
            api, catalog, metrics, media, deliveries, Generation(parts), operators, Admission(plan.guilds), limits
        )
