"""How far runs of a crowd are: from one budget, in turn, and only where somebody would see it."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace

import pytest

from core.comfydeploy.errors import ServerFault
from core.runs.followed import Why
from core.runs.rates import Rates
from tests.core.runs.reading import NEVER, Reader, crowd, everything, follow_all, number, state, statuses, tracking
from tests.waiting import until

SHOWN = Rates(youngest=NEVER, oldest=NEVER, listed=0.005, progress=0.0, budget=2000.0)


async def test_everybody_has_a_turn() -> None:
    runs = crowd(12)
    reader = Reader(*runs)
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)

            await until(lambda: tracker.counts[Why.PROGRESS] >= 40)

    assert max(reader.asked.values()) - min(reader.asked[run.id] for run in runs) <= 2


async def test_a_turn_tells_the_progress() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)
            await anext(first)
            reader.states[runs[0].id] = state("running", 0.4, runs[0].id)

            run = (await anext(first)).run

    assert run is not None
    assert run.progress == 0.4


async def test_runs_that_wait_are_told_their_place_and_hide_nobodys_progress() -> None:
    waiting, running = crowd(40, "queued"), [state(run_id=number(100))]
    reader = Reader(*waiting, *running)
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, waiting + running, stack)

            await until(lambda: reader.asked[running[0].id] > 10)

    assert max(reader.asked[run.id] for run in waiting) <= 2
    assert True in reader.positions


@pytest.mark.parametrize("how", ["no budget", "nobody looks", "cold machine", "webhooks"])
async def test_nothing_is_asked_that_nobody_would_see(how: str) -> None:
    runs = crowd(3, "started" if how == "cold machine" else "running")
    reader = Reader(*runs)
    async with tracking(reader, replace(SHOWN, budget=0) if how == "no budget" else SHOWN) as tracker:
        with ExitStack() as stack:
            followers = follow_all(tracker, runs, stack)
            for run, updates in zip(runs, followers, strict=True):
                updates.wants_progress = how != "nobody looks"
                if how == "webhooks":
                    tracker.hear(run)
            others = follow_all(tracker, crowd(6)[3:], stack)
            reader.states |= {run.id: state("success", run_id=run.id) for run in crowd(6)[3:]}

            await asyncio.gather(*map(everything, others))

    assert tracker.counts[Why.PROGRESS] == 0


async def test_a_run_that_cannot_be_read_has_its_turn_more_rarely() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    reader.states[runs[0].id] = ServerFault("GET", 500)
    reader.rows[runs[0].id] = "running"
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)

            await until(lambda: reader.asked[runs[1].id] > 20)
            told = await anext(first)

    assert reader.asked[runs[0].id] == 1
    assert statuses([told]) == ["running"]


async def test_a_run_that_the_list_tells_of_is_not_silent_though_it_cannot_be_read() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    reader.states[runs[0].id] = ServerFault("GET", 500)
    reader.rows[runs[0].id] = "running"
    async with tracking(reader, replace(SHOWN, retry=0.0)) as tracker:
        with ExitStack() as stack:
            first, *_ = follow_all(tracker, runs, stack)
            await until(lambda: reader.asked[runs[0].id] > 3)
            reader.states[runs[0].id] = state("failed", run_id=runs[0].id)
            del reader.rows[runs[0].id]

            seen = await everything(first)

    assert {update.silent_since for update in seen} == {None}


async def test_runs_that_become_a_crowd_have_their_turns() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs[:2], stack)
            for run in runs[:2]:
                tracker.publish(run)

            follow_all(tracker, runs[2:], stack)

            await until(lambda: reader.asked[runs[0].id] > 2)


async def test_a_message_that_can_be_seen_again_has_its_turn_again() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, SHOWN) as tracker:
        with ExitStack() as stack:
            first, *others = follow_all(tracker, runs, stack)
            for updates in (first, *others):
                updates.wants_progress = False
            await until(lambda: len(reader.lists) > 3)

            first.wants_progress = True

            await until(lambda: reader.asked[runs[0].id] > 2)

    assert set(reader.asked) == {runs[0].id}


async def test_progress_leaves_places_for_the_ends() -> None:
    runs = crowd(20)
    reader = Reader(*runs)
    reader.gate.clear()
    async with tracking(reader, replace(SHOWN, listed=NEVER)) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)
            for run in runs:
                tracker.publish(run)
            await until(lambda: reader.reading == 8)

            for run in runs:
                tracker.ask_now(run.id)
            await until(lambda: reader.reading == 16)

    assert tracker.counts[Why.PROGRESS] == 8
