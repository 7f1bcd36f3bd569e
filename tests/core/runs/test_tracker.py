"""Every run in flight: what its followers see of it."""

import asyncio

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import KeyRefused, NoAnswer
from core.errors import RunGone
from core.runs.rates import Rates
from core.runs.tracker import Tracker
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.runs.reading import IDLE, NEVER, RUN, Reader, everything, state, statuses, tracking
from tests.waiting import until

QUICK = Rates(youngest=0.005, oldest=0.005, retry=0.005)


async def test_a_run_is_followed_to_its_end_over_real_sockets(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, {})

    async with Tracker.start(api.runs, QUICK) as tracker:
        with tracker.follow(run_id) as updates:
            seen = await everything(updates)

    runs = [update.run for update in seen if update.run]
    assert runs[-1].status == "success"
    assert runs[-1].outputs
    assert [run.rank for run in runs] == sorted(run.rank for run in runs)
    assert [run.progress for run in runs] == sorted(run.progress for run in runs)


async def test_a_final_state_is_the_last_update() -> None:
    reader = Reader(state("failed"))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            seen = await everything(updates)

            assert await everything(updates) == []

    assert statuses(seen) == ["failed"]


async def test_a_slow_follower_sees_only_the_newest_state() -> None:
    async with tracking(Reader(state()), IDLE) as tracker:
        with tracker.follow(RUN) as updates:
            for status in ("queued", "started", "running", "success"):
                tracker.publish(state(status))

            seen = await everything(updates)

    assert statuses(seen) == ["success"]


async def test_equal_news_is_told_once() -> None:
    reader = Reader(state("running", 0.5))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            first = await anext(updates)
            await until(lambda: reader.asked[RUN] > 10)
            reader.states[RUN] = state("success", 0.5)

            rest = await everything(updates)

    assert statuses([first, *rest]) == ["running", "success"]


async def test_an_unknown_status_goes_on() -> None:
    reader = Reader(state("dreaming"))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            first = await anext(updates)
            reader.states[RUN] = state("success")

            rest = await everything(updates)

    assert statuses([first, *rest]) == ["dreaming", "success"]


@pytest.mark.parametrize("status", ["running", "success"])
async def test_a_later_follower_begins_with_what_is_known(status: str) -> None:
    reader = Reader(state(status))
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN) as early:
            known = await anext(early)

            with tracker.follow(RUN) as late:
                assert await anext(late) == known

    assert reader.asked[RUN] == 1


async def test_a_run_that_the_api_no_longer_knows_is_gone_for_everybody() -> None:
    reader = Reader()
    async with tracking(reader, IDLE) as tracker:
        with tracker.follow(RUN) as one, tracker.follow(RUN) as two:
            outcomes = await asyncio.gather(everything(one), everything(two), return_exceptions=True)

            assert await everything(one) == []

    assert [type(outcome) for outcome in outcomes] == [RunGone, RunGone]


async def test_one_lost_answer_worries_nobody() -> None:
    reader = Reader(state("success"))
    reader.first = [NoAnswer("GET /run/{id}")]
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            seen = await everything(updates)

    assert [update.silent_since for update in seen] == [None]
    assert reader.asked[RUN] == 2


@pytest.mark.parametrize("error", [NoAnswer("GET /run/{id}"), KeyRefused("GET /run/{id}", 401)])
async def test_while_the_api_is_silent_followers_know_since_when_and_keep_the_last_state(error: Exception) -> None:
    reader = Reader(state("running", 0.4))
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            known = await anext(updates)
            reader.states[RUN] = error
            silent = await anext(updates)
            await until(lambda: reader.asked[RUN] > 20)
            reader.states[RUN] = state("running", 0.4)
            back = await anext(updates)

    assert (silent.run, back) == (known.run, known)
    assert silent.silent_since is not None


async def test_a_silence_from_the_start_is_told_too() -> None:
    reader = Reader()
    reader.states[RUN] = NoAnswer("GET /run/{id}")
    async with tracking(reader) as tracker:
        with tracker.follow(RUN) as updates:
            silent = await anext(updates)

    assert silent.run is None
    assert silent.silent_since is not None


async def test_the_silence_of_a_real_server_ends_when_it_is_back(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    run_id = await api.runs.submit(sandbox.deployment("text-to-image").id, {})
    sandbox.faults.add("GET", "/api/run/*", faults.BAD_GATEWAY, times=3)

    async with Tracker.start(api.runs, QUICK) as tracker:
        with tracker.follow(run_id) as updates:
            seen = await everything(updates)

    assert [update.silent_since is None for update in seen][:2] == [False, True]
    assert statuses(seen)[-1] == "success"


async def test_a_rest_ends_with_the_run() -> None:
    async with tracking(Reader(state()), IDLE) as tracker:
        with tracker.follow(RUN) as updates:
            resting = asyncio.ensure_future(updates.rest(NEVER))
            tracker.publish(state("running"))
            await asyncio.sleep(0)
            was_over = resting.done()

            tracker.publish(state("success"))
            await resting

    assert not was_over


async def test_a_rest_lasts_no_longer_than_it_should() -> None:
    async with tracking(Reader(state()), IDLE) as tracker:
        with tracker.follow(RUN) as updates:
            await updates.rest(0.01)
