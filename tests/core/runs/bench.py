"""All of core around a sandbox, with pauses next to nothing, and a surface that records what it was shown."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.files import Files
from core.comfydeploy.transport import TIMEOUTS, Timeouts, Transport
from core.comfydeploy.values import Given
from core.errors import AlreadyAsked, StoreFailed, SurfaceLost, SurfaceSilent, TakenByAnother
from core.forms.draft import Drafts
from core.forms.forms import Forms
from core.forms.wish import IN_PUBLIC, Wish
from core.hosts import Hosts, trusted_host
from core.media import NETWORK, Media
from core.metrics import Metrics
from core.people.actor import Actor
from core.people.house import House
from core.people.limits import RunLimits
from core.people.offering import Offering
from core.people.pings import Kept, Pings
from core.results.gathering import Gathering
from core.results.ladder import Ladder
from core.runs.deliveries import Deliveries, Pauses
from core.runs.estimates import Estimates
from core.runs.following import Following, Means
from core.runs.generation import Generation
from core.runs.journal import Journal, Phase, Record
from core.runs.mark import Mark, read_mark
from core.runs.parts import Parts
from core.runs.rates import Rates
from core.runs.submission import Submission
from core.runs.tracker import Tracker
from core.runs.view import RunView, Stage
from core.uploads import Uploads
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, faults

ANNA = Actor(user=1001, guild=77)
BERT = Actor(user=1002, guild=77)
MODERATOR = Actor(user=1003, guild=77, may_moderate=True)
SEED = 4242
SMALL = "width=64; height=64"
WISH = Wish(ANNA, "text-to-image", Given(), SMALL)

HURRIED = Rates(
    youngest=0.003, oldest=0.003, listed=0.003, progress=0.0, budget=1e4, hooked=0.01, retry=0.003, longest_retry=0.003
)
QUICK = Behaviour(seconds=1.0, queue_seconds=0.5, cold_seconds=0.0)
FOREVER = Behaviour(seconds=1e6, queue_seconds=0.5, cold_seconds=0.0)
STUCK = Behaviour(outcome="never", seconds=1.0, queue_seconds=0.5, cold_seconds=0.0)


_NUMBERS = itertools.count()


class Canvas:
    """A `Surface`. It is lost from show number `lost_at` on, counted from 0; a closed gate makes it slow.

    So many ends as `busy` says are not taken.
    """

    def __init__(self, lost_at: int | None = None, upload_limit: int = 2**30) -> None:
        self._upload_limit = upload_limit
        self.address = f"canvas {next(_NUMBERS)}"
        self.lane: str | None = None
        self.manner = IN_PUBLIC
        self.lost_at = lost_at
        self.busy = 0
        self.error: Exception = SurfaceLost("gone")
        self.shown: list[RunView] = []
        self.shown_at: list[float] = []
        self.finished: list[RunView] = []
        self.contents: list[bytes] = []
        self.gate, self.end_gate = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.end_gate.set()
        self._ended = asyncio.Event()

    async def find_limit(self) -> int:
        return self._upload_limit

    async def show(self, view: RunView) -> bool:
        self._check()
        await self.gate.wait()
        self.shown.append(view)
        self.shown_at.append(time.monotonic())
        return True

    async def finish(self, view: RunView) -> None:
        self._check()
        await self.end_gate.wait()
        if self.busy:
            self.busy -= 1
            raise SurfaceSilent("busy")
        self.contents = [item.file.read() for item in view.files]
        self.finished.append(view)
        self._ended.set()

    async def end(self) -> RunView:
        """The last view, once it is there."""
        async with asyncio.timeout(10):
            await self._ended.wait()
        (view,) = self.finished
        return view

    @property
    def stages(self) -> list[Stage]:
        return [view.stage for view in self.shown]

    def _check(self) -> None:
        if self.lost_at is not None and len(self.shown) >= self.lost_at:
            raise self.error


@dataclass(frozen=True, slots=True)
class Speed:
    """In seconds: between shows of one run, for a farewell, and for a double click; how long the catalog is kept.

    `looks` are before each look for a run of an unclear submit, `again` before each further try to show an end. The
    breaker's clock runs `haste` times as fast: after failures in a row it holds calls back for milliseconds only.
    """

    pace: float = 0.0
    farewell: float = 1.0
    double_click: float = 0.05
    ttl: float = 3600.0
    looks: tuple[float, ...] = (0.0, 0.01)
    again: tuple[float, ...] = (0.01, 0.01)
    haste: float = 1000.0


USUAL = Speed()


class Notebook:
    """A `Journal` that outlives the bench it was given to. `full` makes it refuse as a full disk does."""

    def __init__(self) -> None:
        self.open: dict[str, Record] = {}
        self.closed: list[str] = []
        self.full = False
        self._causes: set[str] = set()

    async def add(self, record: Record) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StoreFailed("full")
        if record.cause is not None and record.cause in self._causes:
            raise AlreadyAsked
        self._causes.add(record.cause or "")
        self.open[record.id] = record

    async def claim(self, record: Record) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StoreFailed("full")
        if self.open.get(record.id) is None or self.open[record.id].phase is not Phase.IN_LINE:
            raise TakenByAnother
        self.open[record.id] = record

    async def save(self, record: Record) -> None:
        await asyncio.sleep(0)
        if not self.full and record.id in self.open:
            self.open[record.id] = record

    async def close(self, delivery: str) -> None:
        await asyncio.sleep(0)
        if self.open.pop(delivery, None) is not None:
            self.closed.append(delivery)

    async def list_open(self) -> list[Record]:
        return list(self.open.values())


def _drawn(_low: int, _high: int) -> int:
    return SEED


@dataclass(frozen=True, slots=True)
class Bench:
    sandbox: ComfyDeploySandbox
    api: ComfyDeploy
    catalog: Catalog
    tracker: Tracker
    deliveries: Deliveries
    limits: RunLimits
    following: Following
    forms: Forms
    generation: Generation
    metrics: Metrics
    parts: Parts

    async def start(
        self, canvas: Canvas, deployment: str = "text-to-image", actor: Actor = ANNA, further: str = SMALL
    ) -> str:
        return await self.wish(Wish(actor, deployment, Given(), further), canvas)

    async def wish(self, wish: Wish, canvas: Canvas) -> str:
        delivery = await self.generation.start(wish, canvas)
        assert delivery.run_id is not None
        return delivery.run_id

    async def again(self, run_id: str, actor: Actor, canvas: Canvas) -> str:
        delivery = await self.generation.again(run_id, actor, canvas)
        assert delivery.run_id is not None
        return delivery.run_id

    async def unknown(self, canvas: Canvas, actor: Actor = ANNA) -> str:
        """Start a run whose submit never arrives and is not found; the trail that its message asks with."""
        rule = self.sandbox.faults.add("POST", faults.QUEUE, faults.CUT)
        started = await self.generation.start(Wish(actor, "text-to-image", Given(), SMALL), canvas)
        self.sandbox.faults.remove(rule)
        last = canvas.shown[-1]
        assert (started.run_id, last.stage) == (None, Stage.UNKNOWN)
        assert last.trail is not None
        return last.trail

    async def arrive(self) -> str:
        """The newest submit takes its effect only now, as if it had waited in a proxy; the id of its run."""
        body = [call.body for call in self.sandbox.calls if call.path == faults.QUEUE][-1]
        return await self.api.runs.submit(body["deployment_id"], body["inputs"])

    async def elsewhere(
        self, deployment: str = "text-to-image", *, owner: Actor | None = None, **further: object
    ) -> str:
        """A run that nobody follows; without an owner it is not ours."""
        row = self.sandbox.deployment(deployment)
        mark = Mark("d00d", owner.user, owner.guild, row.id) if owner else None
        inputs = {"prompt": "made before", "seed": 5, "width": 64, "height": 64, **further}
        return await self.api.runs.submit(row.id, inputs | ({"_stationthis": str(mark)} if mark else {}))

    def mark(self, run_id: str) -> Mark:
        return read_mark(self.sandbox.runs[run_id].workflow_inputs)

    def calls(self, method: str, path: str) -> int:
        """How many requests came for paths that begin so."""
        return sum(call.method == method and call.path.startswith(path) for call in self.sandbox.calls)

    @property
    def submits(self) -> int:
        return self.calls("POST", faults.QUEUE)


@asynccontextmanager
async def open_bench(
    sandbox: ComfyDeploySandbox,
    speed: Speed = USUAL,
    limits: tuple[int, ...] = (2, 20),
    timeouts: Timeouts = TIMEOUTS,
    journal: Journal | None = None,
    said: Kept | None = None,
) -> AsyncIterator[Bench]:
    """Core with `limits` per person, in total and in line; every deployment of the sandbox goes quickly.

    `journal` may outlive it; `said` is what people said of being called.
    """
    for row in sandbox.deployments:
        sandbox.behaviour[row.name] = QUICK
    async with AsyncExitStack() as stack:
        metrics = Metrics()
        connecting = Transport.connect(
            sandbox.url, sandbox.key, timeouts, metrics, clock=lambda: time.monotonic() * speed.haste
        )
        transport = await stack.enter_async_context(connecting)
        api = ComfyDeploy(transport, await stack.enter_async_context(Files.connect(transport)))
        hosts = Hosts(trusted=frozenset({trusted_host(sandbox.url)}))
        network = replace(NETWORK, pauses=(0.0, 0.0))
        media = await stack.enter_async_context(
            Media.connect(inputs=hosts, attachments=hosts, outputs=hosts, network=network)
        )
        catalog = await stack.enter_async_context(aclosing(Catalog(api, Terms(ttl=speed.ttl))))
        tracker = await stack.enter_async_context(Tracker.start(api.runs, HURRIED))
        places = RunLimits(*limits)
        book = journal or Notebook()
        pauses = Pauses(speed.pace, speed.pace, speed.farewell, speed.again, retry=0.01)
        deliveries = Deliveries(book, places, metrics, pauses)
        estimates = Estimates(api.runs.list_newest)
        house = House(None)
        gathering = Gathering(api, media, Ladder())
        means = Means(deliveries, tracker, gathering, catalog, estimates, Pings(said).are_wanted, house.rules)
        submission = Submission(api, looks=speed.looks, pause=0.01, held_back=0.01)
        following = Following(means)
        offering = Offering(catalog, None)
        forms = Forms(offering, Drafts(), _drawn)
        uploads = await stack.enter_async_context(aclosing(Uploads(media, api.files)))
        parts = Parts(
            api, catalog, offering, forms, uploads, submission, deliveries, following, places, metrics, house.rules
        )
        generation = Generation(parts, book, _drawn, speed.double_click)
        await stack.enter_async_context(aclosing(generation))
        yield Bench(sandbox, api, catalog, tracker, deliveries, places, following, forms, generation, metrics, parts)
