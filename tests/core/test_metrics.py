"""What is counted, how it is told, and that nothing foreign can become a series."""

import functools
import weakref
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from core.comfydeploy.errors import NoAnswer, NotFound, ServerFault
from core.comfydeploy.operations import GET_RUN, OPERATIONS, QUEUE_RUN
from core.metrics import OK, RUN_OUTCOMES, Metrics, RunOutcome, outcome_of
from tests.anything import QUICK, texts

RUN = GET_RUN.name


@dataclass
class Used:
    """How a cache was used, as `watch_cache` wants to read it."""

    hits: int = 0
    loads: int = 0
    stale: int = 0
    failures: int = 0
    refreshes: int = 0


def _series(metrics: Metrics) -> dict[str, float]:
    """What a scraper reads: `name{label="value"}` without the prefix, and the value."""
    lines = [line for line in metrics.exposition()[0].decode().splitlines() if not line.startswith("#")]
    pairs = [line.removeprefix("stationthis_").rpartition(" ") for line in lines]
    return {name: float(value) for name, _, value in pairs}


def test_calls_are_counted_by_operation_and_outcome() -> None:
    metrics = Metrics()

    metrics.called(RUN, OK, 0.1)
    metrics.called(RUN, OK, 0.1)
    metrics.called(RUN, outcome_of(NoAnswer(RUN)), 8.0)
    metrics.called(QUEUE_RUN.name, OK, 1.0)

    counted = {name: value for name, value in _series(metrics).items() if name.startswith("api_calls_total")}
    assert counted == {
        f'api_calls_total{{operation="{RUN}",outcome="ok"}}': 2,
        f'api_calls_total{{operation="{RUN}",outcome="no_answer"}}': 1,
        f'api_calls_total{{operation="{QUEUE_RUN.name}",outcome="ok"}}': 1,
    }


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, "0.005"), (0.004, "0.005"), (0.006, "0.01"), (8.0, "10.0"), (129.0, "130.0"), (131.0, "+Inf")],
)
def test_the_seconds_of_calls_fall_into_buckets(seconds: float, bucket: str) -> None:
    metrics = Metrics()

    metrics.called(RUN, OK, seconds)

    series = _series(metrics)
    filled = [name for name, value in series.items() if name.startswith("api_call_seconds_bucket") and value]
    assert filled[0] == f'api_call_seconds_bucket{{le="{bucket}",operation="{RUN}"}}'
    assert series[f'api_call_seconds_sum{{operation="{RUN}"}}'] == seconds


def test_retries_and_refused_calls_are_counted_apart_from_calls() -> None:
    metrics = Metrics()

    metrics.retried(RUN)
    metrics.refused(RUN)
    metrics.refused(RUN)

    series = _series(metrics)
    assert series[f'api_retries_total{{operation="{RUN}"}}'] == 1
    assert series[f'api_refused_total{{operation="{RUN}"}}'] == 2
    assert [name for name in series if name.startswith("api_call")] == []


@pytest.mark.parametrize(
    ("error", "outcome"), [(None, "ok"), (ServerFault(RUN, 500), "server_fault"), (NotFound(RUN, 404), "not_found")]
)
def test_an_outcome_is_the_name_of_the_error(error: NotFound | ServerFault | None, outcome: str) -> None:
    assert outcome_of(error) == outcome


def test_every_operation_is_told_apart_also_by_its_older_path() -> None:
    names = {form.name for operation in OPERATIONS for form in (operation, operation.older) if form}
    metrics = Metrics()

    for name in names:
        metrics.called(name, OK, 0.1)

    counted = {name for name in _series(metrics) if name.startswith("api_calls_total")}
    assert counted == {f'api_calls_total{{operation="{name}",outcome="ok"}}' for name in names}


foreign = texts.map(lambda text: f"{text}!")  # hypothesis also tries the words of the source, which are ours


@QUICK
@given(st.lists(st.tuples(foreign, foreign), min_size=1, max_size=4))
def test_foreign_text_never_becomes_a_series(calls: list[tuple[str, str]]) -> None:
    metrics = Metrics()

    for operation, outcome in calls:
        metrics.called(operation, outcome, 0.1)
        metrics.called(RUN, outcome, 0.1)
        metrics.retried(operation)
        metrics.refused(operation)

    series = _series(metrics)
    assert {name: value for name, value in series.items() if name.startswith("api_") and "seconds" not in name} == {
        'api_calls_total{operation="other",outcome="other"}': len(calls),
        f'api_calls_total{{operation="{RUN}",outcome="other"}}': len(calls),
        'api_retries_total{operation="other"}': len(calls),
        'api_refused_total{operation="other"}': len(calls),
    }


def test_foreign_text_is_not_kept() -> None:
    class Text(str):
        """Text that tells when it is forgotten."""

        __slots__ = ("__weakref__",)

    metrics, text = Metrics(), Text("foreign")
    is_there = weakref.ref(text)

    metrics.called(text, text, 0.1)
    metrics.retried(text)
    del text

    assert is_there() is None


def test_a_cache_is_read_when_it_is_asked_for() -> None:
    metrics, used, ages = Metrics(), Used(), [None, 12.5]
    metrics.watch_cache("workflows", lambda: used, lambda: ages[used.loads])
    before = _series(metrics)

    used.hits, used.loads, used.stale, used.failures, used.refreshes = 5, 1, 2, 3, 4

    after = _series(metrics)
    names = [f'cache_{what}{{cache="workflows"}}' for what in ("hits_total", "stale_total", "failures_total")]
    assert [before[name] for name in names] == [0, 0, 0]
    assert [after[name] for name in names] == [5, 2, 3]
    assert after['cache_refreshes_total{cache="workflows"}'] == 4
    assert 'cache_age_seconds{cache="workflows"}' not in before
    assert after['cache_age_seconds{cache="workflows"}'] == 12.5


def test_several_caches_are_told_apart() -> None:
    metrics = Metrics()
    for number, kind in enumerate(("deployments", "workflows", "machines"), start=1):
        metrics.watch_cache(kind, functools.partial(Used, loads=number), lambda: None)

    series = _series(metrics)

    assert series['cache_loads_total{cache="deployments"}'] == 1
    assert series['cache_loads_total{cache="machines"}'] == 3


def test_runs_under_way_are_read_when_they_are_asked_for() -> None:
    metrics, places = Metrics(), ["a"]
    metrics.watch_runs(lambda: len(places), lambda: 0)

    places.append("b")

    assert _series(metrics)["runs_under_way"] == 2


@pytest.mark.parametrize("outcome", RUN_OUTCOMES)
def test_the_end_of_a_run_is_counted_with_its_seconds(outcome: RunOutcome) -> None:
    metrics = Metrics()

    metrics.run_submitted()
    metrics.run_over(outcome, 42.0, 17.0)

    series = _series(metrics)
    assert series["runs_submitted_total"] == 1
    assert {name: value for name, value in series.items() if name.startswith("runs_over") and value} == {
        f'runs_over_total{{outcome="{outcome}"}}': 1
    }
    assert series[f'run_seconds_sum{{outcome="{outcome}"}}'] == 42
    assert series[f'run_running_seconds_sum{{outcome="{outcome}"}}'] == 17


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, {}), (-3.0, {'run_seconds_count{outcome="gone"}': 1.0, 'run_seconds_sum{outcome="gone"}': 0.0})],
)
def test_seconds_that_are_unknown_are_left_out_and_none_are_negative(
    seconds: float | None, expected: dict[str, float]
) -> None:
    metrics = Metrics()

    metrics.run_over("gone", seconds)

    series = _series(metrics)
    assert series['runs_over_total{outcome="gone"}'] == 1
    assert {
        name: value for name, value in series.items() if "seconds_sum" in name or "seconds_count" in name
    } == expected


def test_the_summary_counts_since_the_last_one() -> None:
    metrics, used = Metrics(), Used(hits=10, loads=1)
    metrics.watch_cache("machines", lambda: used, lambda: 61.7)
    metrics.watch_runs(lambda: 3, lambda: 1)
    metrics.called(RUN, OK, 0.1)
    metrics.called(RUN, "busy", 0.1)
    metrics.run_submitted()
    first = metrics.summary()

    used.hits = 12
    metrics.called(RUN, "no_answer", 0.1)
    metrics.retried(RUN)
    metrics.refused(RUN)
    metrics.run_over("success", 9.0)
    second = metrics.summary()

    shown = (
        "calls",
        "errors",
        "retries",
        "refused",
        "machines_hits",
        "machines_loads",
        "runs_submitted",
        "runs_success",
    )
    assert [first[name] for name in shown] == [2, 1, 0, 0, 10, 1, 1, 0]
    assert [second[name] for name in shown] == [1, 1, 1, 1, 2, 0, 0, 1]
    assert (second["calls_total"], second["errors_total"], second["runs_submitted_total"]) == (3, 2, 1)
    assert (second["machines_age"], second["runs_under_way"]) == (61, 3)


def test_totals_count_since_the_start_and_change_no_summary() -> None:
    metrics = Metrics()
    metrics.called(RUN, OK, 0.1)
    metrics.called(RUN, outcome_of(NoAnswer(RUN)), 8.0)
    metrics.summary()
    metrics.called(RUN, OK, 0.1)
    metrics.watch_runs(lambda: 3, lambda: 1)

    totals = metrics.totals()

    assert (totals["calls"], totals["errors"], totals["runs_under_way"]) == (3, 1, 3)
    assert metrics.totals() == totals
    assert metrics.summary()["calls"] == 1


def test_a_summary_has_the_same_names_before_anything_happened() -> None:
    metrics = Metrics()
    before = metrics.summary()

    metrics.called(RUN, "busy", 0.1)
    metrics.run_over("lost", 1.0)

    assert set(before.values()) == {0}
    assert metrics.summary().keys() == before.keys()


def test_the_text_is_what_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.called(RUN, OK, 0.1)
    metrics.watch_cache("workflows", Used, lambda: 1.0)

    families = list(text_string_to_metric_families(metrics.exposition()[0].decode()))

    assert {"stationthis_api_calls", "stationthis_cache_hits", "stationthis_runs_over"} <= {it.name for it in families}
    assert all(it.name.startswith("stationthis_") and it.documentation and it.type != "unknown" for it in families)


def test_metrics_share_nothing() -> None:
    one, other = Metrics(), Metrics()

    one.run_submitted()

    assert _series(other)["runs_submitted_total"] == 0


def test_the_text_says_nothing_of_when_its_series_were_made() -> None:
    metrics = Metrics()
    metrics.called(RUN, OK, 0.1)

    assert [name for name in _series(metrics) if "_created" in name] == []
