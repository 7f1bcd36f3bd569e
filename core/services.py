"""Everything that `core` offers, wired together for one process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from core.catalog import KINDS, Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.dashboard import dashboard_of
from core.forms.draft import Drafts
from core.forms.forms import Forms
from core.hosts import OUTPUT_HOSTS, Hosts, trusted_host
from core.media import Media
from core.metrics import Metrics
from core.operators import Operators, Write
from core.people.house import House
from core.people.limits import Admission, RunLimits
from core.people.offering import Offering
from core.people.pings import Pings
from core.prices import Prices
from core.results.films import find_ffmpeg
from core.results.gathering import Gathering
from core.results.keeping import Keeping
from core.results.ladder import Ladder
from core.results.thumbnails import Thumbnails
from core.runs.costs import Costs
from core.runs.deliveries import Deliveries
from core.runs.estimates import Estimates
from core.runs.facts import RunFacts
from core.runs.following import Following, Means
from core.runs.generation import Generation
from core.runs.history import History
from core.runs.journal import Forgetful
from core.runs.parts import Parts
from core.runs.rates import Rates
from core.runs.submission import Submission
from core.runs.tracker import Tracker
from core.store.store import Store, open_store
from core.uploads import Uploads
from core.webhook import Hooks

_KEEPING: Final = 45.0  # seconds for the files of a result on their way to a gallery: somebody waits for the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the services are made from; hosts as `host` or `host:port`.

    Without `database_url` nothing outlives the process. `progress_budget` in calls per second. Without `hooks` runs are
    only asked about. `dashboard_url` is where ComfyUI Deploy's own pages are, if not those of the hosted service.
    `keep_metadata` leaves in results what their makers embedded.
    """

    api_url: str
    api_key: str = field(repr=False)
    terms: Terms = field(default_factory=Terms)
    runs_per_user: int = 2
    runs_total: int = 20
    waiting_per_user: int = 0
    progress_budget: float = 5.0
    hooks: Hooks | None = None
    database_url: str | None = field(default=None, repr=False)
    guilds: frozenset[int] = frozenset()
    writes: frozenset[Write] = frozenset()
    trusted_hosts: frozenset[str] = frozenset()
    input_hosts: Hosts = field(default_factory=Hosts)
    attachment_hosts: Hosts = field(default_factory=Hosts)
    dashboard_url: str | None = None
    keep_metadata: bool = False


@dataclass(frozen=True, slots=True)
class Services:
    """What the surfaces use. `store` is None where nothing outlives the process, `dashboard` where nobody knows it."""

    api: ComfyDeploy
    catalog: Catalog
    offering: Offering
    metrics: Metrics
    media: Media
    forms: Forms
    deliveries: Deliveries
    generation: Generation
    gathering: Gathering
    facts: RunFacts
    history: History
    keeping: Keeping
    house: House
    operators: Operators
    admission: Admission
    limits: RunLimits
    pings: Pings
    estimates: Estimates
    dashboard: str | None
    store: Store | None


@asynccontextmanager
async def open_services(plan: Plan) -> AsyncIterator[Services]:
    """All services, open until the block ends; whoever opened last closes first.

    Raises:
        StoreFailed: the database cannot be used.
    """
    trusted = plan.trusted_hosts | {trusted_host(plan.api_url)}
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(plan.database_url)) if plan.database_url else None
        api = await stack.enter_async_context(ComfyDeploy.connect(plan.api_url, plan.api_key, metrics=metrics))
        inputs, attachments = (
            Hosts(hosts.public, hosts.trusted | plan.trusted_hosts)
            for hosts in (plan.input_hosts, plan.attachment_hosts)
        )
        outputs = Hosts(OUTPUT_HOSTS, trusted)
        media = await stack.enter_async_context(Media.connect(inputs=inputs, attachments=attachments, outputs=outputs))
        snapshots = store.snapshots if store else None
        catalog = await stack.enter_async_context(aclosing(Catalog(api, plan.terms, snapshots=snapshots)))
        offering = Offering(catalog, store.settings if store else None)
        tracker = await stack.enter_async_context(Tracker.start(api.runs, Rates(budget=plan.progress_budget)))
        limits = RunLimits(plan.runs_per_user, plan.runs_total, plan.waiting_per_user)
        journal = store.journal if store else Forgetful()
        pings = Pings(store.settings if store else None)
        deliveries = Deliveries(journal, limits, metrics)
        estimates = Estimates(api.runs.list_newest)
        house = House(store.settings if store else None)
        ffmpeg = find_ffmpeg()
        ladder = Ladder(keep_metadata=plan.keep_metadata, ffmpeg=ffmpeg)
        gathering = Gathering(api, media, ladder, has_films=ffmpeg is not None)
        means = Means(deliveries, tracker, gathering, catalog, estimates, pings.are_wanted, house.rules)
        following = Following(means)
        hook = plan.hooks.address if plan.hooks else _no_hook
        forms = Forms(offering, Drafts())
        uploads = await stack.enter_async_context(aclosing(Uploads(media, api.files)))
        prices = await stack.enter_async_context(aclosing(Prices(api.account.get_gpu_prices)))
        parts = Parts(
            api=api,
            catalog=catalog,
            offering=offering,
            forms=forms,
            uploads=uploads,
            submission=Submission(api),
            deliveries=deliveries,
            following=following,
            limits=limits,
            metrics=metrics,
            rules=house.rules,
            hook=hook,
        )
        cost = Costs(estimates, catalog, prices).of
        generation = await stack.enter_async_context(aclosing(Generation(parts, journal, cost=cost)))
        _watch(metrics, catalog, limits)
        yield Services(
            api=api,
            catalog=catalog,
            offering=offering,
            metrics=metrics,
            media=media,
            forms=forms,
            deliveries=deliveries,
            generation=generation,
            gathering=gathering,
            facts=RunFacts(parts, prices),
            history=History(parts, store.journal if store else None, Thumbnails(media)),
            keeping=Keeping(parts, replace(gathering, patience=_KEEPING), store.keepsakes if store else None),
            house=house,
            operators=Operators(api, catalog, media, plan.writes),
            admission=Admission(plan.guilds),
            limits=limits,
            pings=pings,
            estimates=estimates,
            dashboard=dashboard_of(plan.api_url, plan.dashboard_url),
            store=store,
        )


def _watch(metrics: Metrics, catalog: Catalog, limits: RunLimits) -> None:
    for kind in KINDS:
        cache = catalog.cache(kind)
        metrics.watch_cache(kind, partial(getattr, cache, "counters"), partial(getattr, cache, "age"))
    metrics.watch_cache("versions", lambda: catalog.version_counters, lambda: None)
    metrics.watch_runs(lambda: limits.under_way, lambda: limits.waiting)


def _no_hook(_: str) -> None:
    return None
