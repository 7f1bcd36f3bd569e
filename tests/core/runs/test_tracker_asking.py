"""Who is asked for, how often, and when no more."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from core.comfydeploy.models import Run
from core.errors import RunGone
from core.runs.rates import Rates
from tests.core.runs.reading import IDLE, OTHER, RUN, Reader, everything, number, state, statuses, tracking
from tests.waiting import until


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0, 0.8), (50, 0.8), (100, 1.5), (200, 3.0), (1000, 3.0)],
)
def test_a_run_by_itself_is_asked_for_more_rarely_with_its_age(age: float, seconds: float) -> None:
    assert Rates().alone(age) == seconds


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0.0), (1, 2.0), (2, 4.0), (3, 8.0), (4, 8.0), (5000, 8.0)])
def test_while_reads_fail_it_is_asked_ever_more_rarely(failures: int, seconds: float) -> None:
    assert Rates().after_failures(failures) == seconds


async def test_nothing_is_asked_while_nobody_follows() -> None:
    reader = Reader(state())
    async with tracking(reader) as tracker:
        tracker.publish(state("success"))
        tracker.ask_now(RUN)
        with tracker.follow(OTHER) as updates, pytest.raises(RunGone):
            await everything(updates)

    assert reader.asked[RUN] == 0


async def test_a_final_state_ends_the_asking() -> None:
    reader = Reader(state("success"), state("running", run_id=OTHER))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates, tracker.follow(OTHER):
            await everything(updates)
            await until(lambda: reader.asked[OTHER] > 20)

    assert reader.asked[RUN] == 1


async def test_followers_of_one_run_share_the_asking() -> None:
    reader = Reader(state())
    reader.gate.clear()
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN) as one, tracker.follow(RUN) as two:
            await until(lambda: reader.reading)
            reader.states[RUN] = state("success")
            reader.gate.set()

            seen = await asyncio.gather(everything(one), everything(two))

    assert [statuses(updates) for updates in seen] == [["success"], ["success"]]
    assert reader.asked[RUN] == 1


async def test_the_last_follower_out_stops_the_asking() -> None:
    reader = Reader(state(), state(run_id=OTHER))
    async with tracking(reader) as tracker:
        with tracker.follow(OTHER):
            with tracker.follow(RUN):
                with tracker.follow(RUN):
                    await until(lambda: reader.asked[RUN] > 3)
                still = reader.asked[RUN]
                await until(lambda: reader.asked[RUN] > still)
            asked, others = reader.asked[RUN], reader.asked[OTHER]

            await until(lambda: reader.asked[OTHER] > others + 20)

    assert reader.asked[RUN] == asked


async def test_leaving_gives_up_the_read_under_way() -> None:
    reader = Reader(state())
    reader.gate.clear()
    async with tracking(reader) as tracker:
        with tracker.follow(RUN):
            await until(lambda: reader.reading)

        await until(lambda: reader.cancelled == 1)


async def test_a_run_can_be_followed_again_after_everybody_left() -> None:
    reader = Reader(state())
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            await anext(updates)
        reader.states[RUN] = state("success")

        with tracker.follow(RUN) as updates:
            assert statuses(await everything(updates)) == ["success"]


async def test_a_run_that_was_given_up_can_be_followed_anew_while_others_still_look() -> None:
    reader = Reader()
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as early:
            with pytest.raises(RunGone):
                await everything(early)
            reader.states[RUN] = state("success")

            with tracker.follow(RUN) as late:
                assert statuses(await everything(late)) == ["success"]


async def test_the_place_in_line_is_asked_for_only_while_the_run_waits() -> None:
    reader = Reader(state("not-started"))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            for status in ("queued", "started", "running", "success"):
                await anext(updates)
                reader.states[RUN] = state(status)
            await everything(updates)

    assert reader.positions == sorted(reader.positions, reverse=True)
    assert {True, False} == set(reader.positions)


async def test_many_runs_are_followed_with_few_reads_at_once() -> None:
    runs = [state("success", run_id=number(index)) for index in range(300)]
    reader = Reader(*runs)
    reader.gate.clear()
    async with tracking(reader) as tracker:

        async def follow(run: Run) -> str | None:
            with tracker.follow(run.id) as updates:
                return statuses(await everything(updates))[-1]

        following = asyncio.gather(*map(follow, runs))
        await until(lambda: reader.reading == 16)
        reader.gate.set()
        ends = await following

    assert set(ends) == {"success"}
    assert reader.most_at_once == 16


async def test_a_run_is_looked_at_now_when_asked_to() -> None:
    reader = Reader(state())
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN) as updates:
            await anext(updates)
            reader.states[RUN] = state("cancelled")

            tracker.ask_now(RUN)

            assert statuses(await everything(updates)) == ["cancelled"]


async def test_a_run_is_looked_at_once_more_when_an_older_answer_was_under_way() -> None:
    reader = Reader(state())
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN) as updates:
            reader.gate.clear()
            await until(lambda: reader.reading)

            tracker.ask_now(RUN)
            reader.gate.set()

            await anext(updates)
            await until(lambda: reader.asked[RUN] == 2)


async def test_closing_ends_all_reads() -> None:
    reader = Reader(state())
    reader.gate.clear()
    async with AsyncExitStack() as stack:
        tracker = await stack.enter_async_context(tracking(reader))
        with tracker.follow(RUN):
            await until(lambda: reader.reading)
            await stack.aclose()

    assert (reader.reading, reader.cancelled) == (0, 1)
