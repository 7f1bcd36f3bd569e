"""What webhooks say: progress at no cost, and an end that is read before it is believed."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.comfydeploy.errors import ServerFault
from core.runs.followed import Why
from tests.core.runs.reading import (
    EAGER,
    IDLE,
    NEVER,
    RUN,
    WORKFLOW,
    Reader,
    crowd,
    everything,
    follow_all,
    state,
    statuses,
    tracking,
)
from tests.waiting import until

HOOKED = replace(EAGER, youngest=0.2, oldest=0.2, hooked=NEVER)


async def test_a_webhook_tells_how_far_the_run_is_and_nothing_is_asked() -> None:
    reader = Reader(state())
    async with tracking(reader, HOOKED) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC)) as updates:
            tracker.hear(state("running", 0.3))
            first = await anext(updates)
            tracker.hear(state("running", 0.6, live_status="KSampler"))
            second = await anext(updates)

    assert [update.run and update.run.progress for update in (first, second)] == [0.3, 0.6]
    assert not tracker.counts


async def test_an_end_is_read_before_it_is_told() -> None:
    reader = Reader(state("success", 1.0, live_status="from the API"))
    async with tracking(reader, HOOKED) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC)) as updates:
            tracker.hear(state("failed"))
            tracker.hear(state("failed"))

            seen = await everything(updates)

    assert [update.run for update in seen] == [reader.states[RUN]]
    assert dict(tracker.counts) == {Why.CONFIRM: 1}


async def test_an_end_that_is_none_changes_nothing_and_the_run_is_looked_after_again() -> None:
    reader = Reader(state("running", 0.5))
    async with tracking(reader, HOOKED) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC)) as updates:
            tracker.hear(state("success"))

            told = await anext(updates)
            reader.states[RUN] = state("failed")

            assert statuses([told, *await everything(updates)]) == ["running", "failed"]


async def test_an_end_said_while_an_older_answer_is_under_way_is_read_again() -> None:
    reader = Reader(state())
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN, WORKFLOW) as updates:
            reader.gate.clear()
            await until(lambda: reader.reading)
            tracker.hear(state("success"))
            reader.gate.set()
            await anext(updates)
            reader.states[RUN] = state("success")

            assert statuses(await everything(updates)) == ["success"]


async def test_an_end_that_cannot_be_read_is_looked_for_in_the_list() -> None:
    reader = Reader()
    reader.states[RUN], reader.rows[RUN] = ServerFault("GET", 500), "failed"
    async with tracking(reader, HOOKED) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC)) as updates:
            tracker.hear(state("success"))

            last = (await everything(updates))[-1]

    assert (last.unread, statuses([last])) == (True, ["failed"])


async def test_old_news_of_a_webhook_and_news_of_other_runs_are_ignored() -> None:
    async with tracking(Reader(), HOOKED) as tracker:
        with tracker.follow(RUN, WORKFLOW, asked_at=datetime.now(UTC)) as updates:
            tracker.hear(state("running", 0.8))
            told = await anext(updates)
            tracker.hear(state("queued"))
            tracker.hear(state("running", 0.2))
            tracker.hear(state("success", run_id=WORKFLOW))
            tracker.hear(state("uploading", 0.9))

            assert statuses([told, await anext(updates)]) == ["running", "uploading"]


async def test_a_webhook_takes_away_nothing_that_was_known() -> None:
    known = state("queued", workflow_inputs={"seed": 5}, queue_position=3, live_status="Loading")
    async with tracking(Reader(known), IDLE) as tracker:
        with tracker.follow(RUN, WORKFLOW) as updates:
            await anext(updates)
            tracker.hear(state("running", 0.1))

            run = (await anext(updates)).run

    assert run is not None
    assert run == state("running", 0.1, workflow_inputs={"seed": 5}, live_status="Loading")


async def test_those_of_a_crowd_that_no_webhook_tells_of_are_read_one_by_one() -> None:
    runs = crowd(3)
    reader = Reader(*runs)
    async with tracking(reader, replace(HOOKED, youngest=0.002, oldest=0.002, listed=0.002, budget=0)) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)
            await until(lambda: len(reader.lists) > 3)

            tracker.hear(runs[0])
            asked = reader.asked[runs[1].id]

            await until(lambda: reader.asked[runs[1].id] > asked + 3)


@pytest.mark.parametrize("size", [1, 4])
async def test_an_end_whose_webhook_was_lost_is_seen_all_the_same(size: int) -> None:
    runs = crowd(size)
    reader = Reader(*crowd(size, "success"))
    async with tracking(reader, replace(HOOKED, hooked=0.02, youngest=NEVER, oldest=NEVER)) as tracker:
        with ExitStack() as stack:
            followers = follow_all(tracker, runs, stack)
            for run in runs:
                tracker.hear(run)

            ends = [statuses(await everything(updates))[-1] for updates in followers]

    assert set(ends) == {"success"}
    assert bool(reader.lists) == (size >= 3)


async def test_runs_that_webhooks_tell_of_are_looked_after_by_a_list_now_and_then() -> None:
    runs = crowd(10)
    reader = Reader(*runs)
    async with tracking(reader, HOOKED) as tracker:
        with ExitStack() as stack:
            follow_all(tracker, runs, stack)
            for run in runs:
                tracker.hear(run)
            other = stack.enter_context(tracker.follow(RUN))
            reader.states[RUN] = state("success")

            await everything(other)

    assert dict(tracker.counts) == {Why.ALONE: 1}
