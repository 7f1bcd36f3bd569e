"""Many runs of one workflow: their list says which are over, and what it cannot say is read."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.comfydeploy.errors import ServerFault
from core.errors import RunExpired, RunGone
from core.runs.followed import Followed, Group, Listener, Why
from core.runs.rates import Rates
from tests.core.runs.reading import (
    EAGER,
    NEVER,
    RUN,
    WORKFLOW,
    Reader,
    crowd,
    everything,
    follow_all,
    number,
    state,
    statuses,
    tracking,
)
from tests.waiting import until

LISTS = replace(EAGER, youngest=0.002, oldest=0.002, listed=0.002, rows=1e9, budget=0)
BROKEN = ServerFault("GET", 500)


async def test_a_crowd_is_asked_for_by_its_list_and_each_run_read_once_at_its_end() -> None:
    runs = crowd(20)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            followers = follow_all(tracker, runs, stack)
            await until(lambda: len(reader.lists) > 5)
            reader.states = {run.id: run for run in crowd(20, "success")}

            ends = await asyncio.gather(*map(everything, followers))

    assert {statuses(seen)[-1] for seen in ends} == {"success"}
    assert tracker.counts[Why.CONFIRM] == 20
    assert tracker.counts[Why.ALONE] <= 2


@pytest.mark.parametrize("size", [2, 3])
async def test_a_list_is_read_from_three_open_runs_on(size: int) -> None:
    runs = crowd(size)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)

            await until(lambda: len(reader.lists) > 3 or reader.asked.total() > 20)

    assert bool(reader.lists) == (size == 3)


async def test_those_that_are_left_of_a_crowd_are_read_one_by_one() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            *_, last = follow_all(tracker, runs, stack)
            await until(lambda: len(reader.lists) > 3)

            reader.states[runs[2].id] = state("failed", run_id=runs[2].id)
            await everything(last)
            lists, asked = len(reader.lists), reader.asked[runs[0].id]

            await until(lambda: reader.asked[runs[0].id] > asked + 5)

    assert len(reader.lists) <= lists + 1


async def test_the_list_is_read_back_to_the_oldest_open_run() -> None:
    asked = datetime.now(UTC) - timedelta(hours=2)
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs[:2], stack)
            stack.enter_context(tracker.follow(runs[2].id, WORKFLOW, asked_at=asked))

            await until(lambda: reader.lists)

    assert timedelta(0) <= asked - reader.lists[0] < timedelta(minutes=5)


async def test_an_end_in_the_list_that_cannot_be_read_counts_after_four_tries() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    reader.states[runs[0].id] = BROKEN
    reader.rows[runs[0].id] = "success"
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)

            last = (await everything(first))[-1]

    assert last.unread
    assert statuses([last]) == ["success"]
    assert reader.asked[runs[0].id] == 5


async def test_a_run_that_the_list_lacks_is_read() -> None:
    runs = crowd(3)
    reader = Reader(*runs[1:])
    reader.rows[runs[0].id] = None
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            lost, *_ = follow_all(tracker, runs, stack)

            with pytest.raises(RunGone):
                await everything(lost)


async def test_a_row_that_does_not_change_is_read_now_and_then() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, replace(LISTS, unchanged=0.01)) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)
            await until(lambda: tracker.counts[Why.UNCHANGED] > 3)
            reader.states[runs[0].id] = state("cancelled", run_id=runs[0].id)
            reader.rows[runs[0].id] = "running"

            assert statuses(await everything(first))[-1] == "cancelled"


async def test_while_the_list_cannot_be_read_each_run_is() -> None:
    runs = crowd(5)
    reader = Reader(*runs)
    reader.broken = BROKEN
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            followers = follow_all(tracker, runs, stack)
            await until(lambda: len(reader.lists) > 2)
            reader.states = {run.id: run for run in crowd(5, "success")}

            ends = await asyncio.gather(*map(everything, followers))

    assert {statuses(seen)[-1] for seen in ends} == {"success"}


async def test_a_crowd_hears_that_the_api_is_silent_and_that_it_is_back() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)
            await anext(first)
            reader.broken = BROKEN
            reader.states = dict.fromkeys(reader.states, BROKEN)
            silent = await anext(first)
            reader.broken = None
            reader.rows = {run.id: "running" for run in runs}
            back = await anext(first)

    assert silent.silent_since is not None
    assert (back.silent_since, statuses([back])) == (None, ["running"])


async def test_a_workflow_that_only_the_run_knows_is_learned() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            for run in runs:
                stack.enter_context(tracker.follow(run.id, asked_at=datetime.now(UTC)))

            await until(lambda: len(reader.lists) > 3)


@pytest.mark.parametrize("told", [state("running"), BROKEN])
async def test_a_run_asked_for_long_ago_is_read_once_more_and_followed_no_longer(told: object) -> None:
    reader = Reader()
    reader.states[RUN] = told if isinstance(told, Exception) else state("running")
    async with tracking(reader) as tracker:
        asked_at = datetime.now(UTC) - timedelta(hours=25)
        with tracker.follow(RUN, WORKFLOW, asked_at=asked_at) as updates, pytest.raises(RunExpired):
            await everything(updates)

    assert reader.asked[RUN] == 1


async def test_a_run_asked_for_long_ago_may_still_have_its_end() -> None:
    async with tracking(Reader(state("success"))) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC) - timedelta(hours=25)) as updates:
            assert statuses(await everything(updates)) == ["success"]


async def test_a_stuck_run_does_not_make_every_reading_a_long_one() -> None:
    recent = crowd(400)
    stuck = state(run_id=number(1000))
    reader = Reader(*recent, stuck)
    asked_at = datetime.now(UTC) - timedelta(hours=5)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            stack.enter_context(tracker.follow(stuck.id, WORKFLOW, asked_at=asked_at))
            follow_all(tracker, recent[:3], stack)

            await until(lambda: len(reader.lists) > 12)

    long = [since < datetime.now(UTC) - timedelta(hours=4) for since in reader.lists]
    assert long[:12] == [True, *[False] * 9, True, False]


@pytest.mark.parametrize(("rows", "seconds"), [(0, 0.5), (500, 0.5), (3000, 1.0), (10_000, 10 / 3), (60_000, 20.0)])
def test_long_lists_are_read_more_rarely(rows: int, seconds: float) -> None:
    assert Rates().between_lists(rows) == seconds


def test_a_slow_list_has_a_rest_between_two_readings() -> None:
    group = Group(WORKFLOW, Rates(), read_at=100.0, told_at=110.0)
    group.polled = {Followed(run.id, 0.0, 0.0, 0.0, None, Listener(print, print)) for run in crowd(3)}

    assert group.next_read(0) == 110.25


async def test_long_lists_are_read_one_after_the_other_and_none_is_forgotten() -> None:
    runs = crowd(1500)
    reader = Reader(*runs)
    async with tracking(reader, LISTS) as tracker:
        with ExitStack() as stack:
            asked_at = datetime.now(UTC)
            for index, run in enumerate(runs):
                stack.enter_context(tracker.follow(run.id, number(index % 2), asked_at=asked_at))
            reader.gate.clear()
            await until(lambda: reader.workflows)
            assert len(set(reader.workflows)) == 1
            reader.gate.set()

            await until(lambda: min(Counter(reader.workflows).values()) > 2 and len(set(reader.workflows)) == 2)


async def test_each_list_is_read_once_at_a_time() -> None:
    runs = crowd(10)
    reader = Reader(*runs)
    reader.gate.clear()
    async with tracking(reader, replace(LISTS, youngest=NEVER, oldest=NEVER)) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)
            await until(lambda: reader.lists)
            for run in runs:
                tracker.ask_now(run.id)
            await until(lambda: reader.asked)

            assert len(reader.lists) == 1
