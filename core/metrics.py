"""What is counted: for Prometheus, and for a line in the log now and then; the one door to `prometheus_client`.

Label values are ours: operations of the API's table, names of our error classes, words of this file. Any other is
counted as `other`, so that no id and no foreign text becomes a series.
"""

import asyncio
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any, Final, Literal, Protocol, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from core.comfydeploy.errors import ApiError
from core.comfydeploy.operations import OPERATIONS

RunOutcome = Literal["success", "failed", "timeout", "cancelled", "gone", "unread", "lost"]
HookOutcome = Literal["heard", "forged", "unreadable"]

RUN_OUTCOMES: Final[tuple[RunOutcome, ...]] = get_args(RunOutcome)
HOOK_OUTCOMES: Final[tuple[HookOutcome, ...]] = get_args(HookOutcome)
OK: Final = "ok"
OTHER: Final = "other"
REPORT_PACE: Final = 300.0  # seconds
_KNOWN: Final = frozenset(form.name for operation in OPERATIONS for form in (operation, operation.older) if form)
_TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"  # which every scraper reads (prometheus.io)
_CALL_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 130.0)
_CALL_ENDS: Final = (*map(str, _CALL_SECONDS), "+Inf")
_RUN_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
_CACHE_COUNTS: Final = {
    "hits": "Values served from memory",
    "loads": "Times the source was asked",
    "stale": "Values served although they could not be loaded anew",
    "failures": "Loads that failed",
    "refreshes": "Loads that nobody waited for",
}
_SHORT: Final = {  # of each series that `summary` tells
    "stationthis_api_calls_total": "calls",
    "stationthis_api_retries_total": "retries",
    "stationthis_api_refused_total": "refused",
    "stationthis_cache_hits_total": "{cache}_hits",
    "stationthis_cache_loads_total": "{cache}_loads",
    "stationthis_cache_stale_total": "{cache}_stale",
    "stationthis_cache_failures_total": "{cache}_failures",
    "stationthis_cache_age_seconds": "{cache}_age",
    "stationthis_runs_submitted_total": "runs_submitted",
    "stationthis_runs_under_way": "runs_under_way",
    "stationthis_runs_in_line": "runs_in_line",
    "stationthis_webhooks_total": "webhooks_{outcome}",
    "stationthis_runs_over_total": "runs_{outcome}",
}


class CacheCounters(Protocol):
    """How a cache was used since the start."""

    @property
    def hits(self) -> int: ...
    @property
    def loads(self) -> int: ...
    @property
    def stale(self) -> int: ...
    @property
    def failures(self) -> int: ...
    @property
    def refreshes(self) -> int: ...


class Log(Protocol):
    """Where `report` writes: a structlog logger."""

    def info(self, event: str, /, **facts: Any) -> Any: ...  # noqa: ANN401 -- as structlog has it


def outcome_of(error: ApiError | None) -> str:
    """`ok`, or the error's class as a label: `no_answer`, `server_fault`."""
    return OK if error is None else _snake(type(error))


class Metrics:
    """All counts of one process. `operations` (method and route template) are those that are told apart."""

    def __init__(self, operations: Iterable[str] = _KNOWN) -> None:
        self._operations = frozenset(operations)
        self._outcomes = frozenset({OK, *map(_snake, _family(ApiError))})
        self._registry = registry = CollectorRegistry()
        self._calls = _Calls()
        registry.register(self._calls)
        self._retries = Counter("stationthis_api_retries", "Calls that were repeats", ["operation"], registry=registry)
        self._refused = Counter(
            "stationthis_api_refused", "Calls not sent, since the API was away", ["operation"], registry=registry
        )
        self._caches = _Caches()
        registry.register(self._caches)
        self._runs = _Runs(registry)
        self._told: dict[str, int] = {}

    def called(self, operation: str, outcome: str, seconds: float) -> None:
        """Count one call that was sent, each try by itself; `outcome` by `outcome_of`."""
        self._calls.add(self._known(operation), outcome if outcome in self._outcomes else OTHER, seconds)

    def retried(self, operation: str) -> None:
        """Count one repeat of a read; the call itself is counted by `called`."""
        self._retries.labels(self._known(operation)).inc()

    def refused(self, operation: str) -> None:
        """Count one call that the breaker did not let through; it is none for `called`."""
        self._refused.labels(self._known(operation)).inc()

    def watch_cache(self, kind: str, counters: Callable[[], CacheCounters], age: Callable[[], float | None]) -> None:
        """Read a cache at each scrape. `kind` is a word of ours; `age` of the data in seconds, None without any."""
        self._caches.watched[kind] = (counters, age)

    def watch_runs(self, under_way: Callable[[], int], in_line: Callable[[], int]) -> None:
        """Read at each scrape how many runs are under way, and how many wishes wait for a place."""
        self._runs.under_way.set_function(under_way)
        self._runs.in_line.set_function(in_line)

    def hooked(self, outcome: HookOutcome) -> None:
        """Count one webhook that came."""
        self._runs.hooks[outcome].inc()

    def run_submitted(self) -> None:
        self._runs.submitted.inc()

    def run_over(self, outcome: RunOutcome, total: float | None, running: float | None = None) -> None:
        """Count the end of one run: seconds from the wish to the end, and on the machine; None where unknown."""
        self._runs.over[outcome].inc()
        for histogram, seconds in ((self._runs.seconds, total), (self._runs.running_seconds, running)):
            if seconds is not None:
                histogram.labels(outcome).observe(max(0.0, seconds))  # two clocks are in it, which may differ

    def exposition(self) -> tuple[bytes, str]:
        """All of it in Prometheus' text format, and its content type."""
        return generate_latest(self), _TEXT_FORMAT

    def summary(self) -> dict[str, int]:
        """Counts since the last summary, `…_total` since the start; ages in seconds and runs under way are of now."""
        told, now = self._counted()
        since = {name: count - self._told.get(name, 0) for name, count in told.items()}
        self._told = told
        return since | now | {f"{name}_total": told[name] for name in ("calls", "errors", "runs_submitted")}

    def totals(self) -> dict[str, int]:
        """As `summary`, but all counts since the start; it may be asked at any time and changes no summary."""
        told, now = self._counted()
        return told | now

    def _counted(self) -> tuple[dict[str, int], dict[str, int]]:
        """What is counted since the start, and what is true now."""
        told = dict.fromkeys(("calls", "errors", "retries", "refused"), 0)
        now = {}
        for metric in self.collect():
            for sample in metric.samples:
                name = _SHORT.get(sample.name, "").format_map(sample.labels)
                if name and metric.type == "gauge":
                    now[name] = int(sample.value)
                elif name:
                    told[name] = told.get(name, 0) + int(sample.value)
                if name == "calls" and sample.labels["outcome"] != OK:
                    told["errors"] += int(sample.value)
        return told, now

    def collect(self) -> Iterator[Metric]:
        """For `prometheus_client`: every metric, without the moments at which its series were made."""
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric

    def _known(self, operation: str) -> str:
        return operation if operation in self._operations else OTHER


class _Calls:
    """Plain numbers until it is asked: what `prometheus_client` does at each count takes several times as long."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(_CALL_ENDS))
        self._seconds: dict[str, float] = defaultdict(float)

    def add(self, operation: str, outcome: str, seconds: float) -> None:
        self._buckets[operation, outcome][bisect_left(_CALL_SECONDS, seconds)] += 1
        self._seconds[operation] += seconds

    def collect(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("stationthis_api_calls", "Calls to ComfyUI Deploy", labels=["operation", "outcome"])
        filled = defaultdict[str, list[list[int]]](list)
        for (operation, outcome), buckets in self._buckets.items():
            calls.add_metric([operation, outcome], sum(buckets))
            filled[operation].append(buckets)
        took = HistogramMetricFamily(
            "stationthis_api_call_seconds", "How long calls to ComfyUI Deploy took", labels=["operation"]
        )
        for operation, of_outcomes in filled.items():
            up_to = accumulate(map(sum, zip(*of_outcomes, strict=True)))
            took.add_metric([operation], list(zip(_CALL_ENDS, up_to, strict=True)), self._seconds[operation])
        yield from (calls, took)


class _Runs:
    """What is counted of runs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.submitted = Counter("stationthis_runs_submitted", "Runs started", registry=registry)
        self.under_way = Gauge("stationthis_runs_under_way", "Runs under way now", registry=registry)
        self.in_line = Gauge("stationthis_runs_in_line", "Wishes that wait for a place", registry=registry)
        hooks = Counter("stationthis_webhooks", "Webhooks that came", ["outcome"], registry=registry)
        self.hooks = {outcome: hooks.labels(outcome) for outcome in HOOK_OUTCOMES}
        over = Counter("stationthis_runs_over", "Runs that ended", ["outcome"], registry=registry)
        self.over = {outcome: over.labels(outcome) for outcome in RUN_OUTCOMES}
        self.seconds = Histogram(
            "stationthis_run_seconds", "From the wish to the end", ["outcome"], buckets=_RUN_SECONDS, registry=registry
        )
        self.running_seconds = Histogram(
            "stationthis_run_running_seconds", "On the machine", ["outcome"], buckets=_RUN_SECONDS, registry=registry
        )


class _Caches:
    """Reads the caches when it is asked, so that a hit costs nothing more."""

    def __init__(self) -> None:
        self.watched: dict[str, tuple[Callable[[], CacheCounters], Callable[[], float | None]]] = {}

    def collect(self) -> Iterator[Metric]:
        counts = {
            name: CounterMetricFamily(f"stationthis_cache_{name}", text, labels=["cache"])
            for name, text in _CACHE_COUNTS.items()
        }
        ages = GaugeMetricFamily("stationthis_cache_age_seconds", "How old the data is", labels=["cache"])
        for kind, (counters, age) in self.watched.items():
            counted, seconds = counters(), age()
            for name, family in counts.items():
                family.add_metric([kind], getattr(counted, name))
            if seconds is not None:
                ages.add_metric([kind], seconds)
        yield from (*counts.values(), ages)


async def report(metrics: Metrics, log: Log, every: float = REPORT_PACE) -> None:
    """Write one line `stats` each `every` seconds. Runs until cancelled."""
    while True:
        await asyncio.sleep(every)
        log.info("stats", **metrics.summary())


def _family(kind: type[ApiError]) -> Iterator[type[ApiError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _snake(kind: type[ApiError]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
