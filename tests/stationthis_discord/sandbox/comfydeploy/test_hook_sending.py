"""How webhooks are sent: attempts, addresses, the record, the knobs, and that nothing is left over."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Hooks
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.receiver import Receiver, queue, receiving

BODY = {"status": "running", "run_id": "x"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as open_receiver:
        yield open_receiver


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    """Repeats quickly."""
    quick = Hooks()
    quick.pauses = (0.01, 0.01)
    yield quick
    await quick.close()


async def _attempts(hooks: Hooks) -> list[tuple[str, int | None]]:
    """Methods and answers of all attempts."""
    await hooks.rest()
    return [(sent.method, sent.status) for sent in hooks.sent]


async def test_one_answer_below_400_is_enough(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [399]

    hooks.send(receiver.url, BODY)

    assert await _attempts(hooks) == [("POST", 399)]


async def test_the_second_and_third_attempt_are_gets_with_the_same_body(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [500, 404, 503, 200]

    hooks.send(receiver.url, BODY)

    assert await _attempts(hooks) == [("POST", 500), ("GET", 404), ("GET", 503)]
    assert receiver.bodies == [BODY] * 3


async def test_who_does_not_answer_is_asked_again(hooks: Hooks, receiver: Receiver) -> None:
    hooks.patience, receiver.silent = 0.05, True

    hooks.send(receiver.url, BODY)

    assert await _attempts(hooks) == [("POST", None), ("GET", None), ("GET", None)]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "nowhere", "", "http://[x/"])
async def test_an_address_that_leads_nowhere_is_tried_three_times(hooks: Hooks, url: str) -> None:
    hooks.send(url, BODY)

    assert await _attempts(hooks) == [("POST", None), ("GET", None), ("GET", None)]


async def test_the_address_arrives_as_it_was_given_without_its_fragment(hooks: Hooks, receiver: Receiver) -> None:
    hooks.send(f"{receiver.url}/hook?sig=a%2fb,c&x=%41#part", BODY)

    await receiver.until(1)
    assert receiver.received[0].target == "/hook?sig=a%2fb,c&x=%41"


async def test_redirects_are_followed(hooks: Hooks, receiver: Receiver) -> None:
    receiver.answers = [307]

    hooks.send(receiver.url, BODY)

    assert await _attempts(hooks) == [("POST", 200)]
    assert [item.target for item in receiver.received] == ["/", "/moved"]


async def test_lost_reports_are_never_sent(hooks: Hooks, receiver: Receiver) -> None:
    hooks.lose(lambda body: body["status"] == "running")

    hooks.send(receiver.url, BODY)
    hooks.send(receiver.url, BODY | {"status": "success"})

    await receiver.until(1)
    assert receiver.statuses == ["success"]


async def test_a_share_of_the_reports_is_lost(hooks: Hooks) -> None:
    hooks.pauses = ()
    hooks.lose(0.5)

    for _ in range(40):
        hooks.send("nowhere", BODY)

    assert 10 < len(await _attempts(hooks)) < 30


async def test_reports_come_twice(hooks: Hooks, receiver: Receiver) -> None:
    hooks.duplicate()

    hooks.send(receiver.url, BODY)

    await receiver.until(2)
    assert receiver.bodies == [BODY] * 2


async def test_a_delayed_report_comes_after_later_ones(hooks: Hooks, receiver: Receiver) -> None:
    hooks.delay(0.05, which=lambda body: body["status"] == "running")

    hooks.send(receiver.url, BODY)
    hooks.send(receiver.url, BODY | {"status": "success"})

    await receiver.until(2)
    assert receiver.statuses == ["success", "running"]


async def test_cleared_knobs_spoil_nothing(hooks: Hooks, receiver: Receiver) -> None:
    hooks.lose()
    hooks.clear()

    hooks.send(receiver.url, BODY)

    await receiver.until(1)


async def test_closing_the_sandbox_ends_what_follows_and_what_waits(receiver: Receiver) -> None:
    receiver.silent = True
    async with ComfyDeploySandbox(pace=0.02) as api, aiohttp.ClientSession() as http:
        api.behaviour["text-to-image"] = Behaviour("never")
        await queue(Caller(api, http), "text-to-image", receiver.url)
        await receiver.until(3)

    assert not {repr(task) for task in asyncio.all_tasks() if "Hooks." in repr(task) or "Reporter." in repr(task)}
