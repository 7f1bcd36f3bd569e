"""`kill -9` at each single request of a run, whichever service it goes to, and a new start."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Final, Literal

from stationthis_discord.sandbox.comfydeploy import Behaviour, Fault
from tests.faults.case import ASKING, LOOKED_FOR, PATIENCE, UNANSWERED, Case, Click
from tests.faults.row import Row
from tests.waiting import until

LOST: Final = Fault(cut=True, wait=inf)  # it never gets there
TAKEN: Final = Fault(cut=True, wait=inf, after=True)  # it takes its effect, and the answer never comes
MOST_OF_API: Final = 10  # more requests than a run makes; so many are only just not made
MOST_OF_DISCORD: Final = 8
START_AT_API: Final = 4  # requests that a start makes
START_AT_DISCORD: Final = 6  # with the edit of the message that is taken up
LOOK: Final = 0.01  # seconds between two looks where nothing tells of a change
USUAL: Final = Behaviour(seconds=2.5, queue_seconds=0.5, cold_seconds=0.0)

What = Literal["lost", "taken"]
Reached = Callable[[], bool]
Trap = Callable[[int, What, Case], Reached]
"""Holds the request of this number from now on, and tells when it has come."""


def _at_api(number: int, what: What, case: Case) -> Reached:
    case.world.api.faults.add("*", "*", Fault(), times=number - 1)
    rule = case.world.api.faults.add("*", "*", LOST if what == "lost" else TAKEN, times=1)
    return lambda: rule.hits > 0


def _at_discord(number: int, what: What, case: Case) -> Reached:
    case.world.discord.faults.add("*", "*", number - 1)
    if what == "lost":
        fault = case.world.discord.faults.add("*", "*", 1, latency=1.0, cut="before")
    else:
        fault = case.world.discord.faults.add("*", "*", 1, cut="after")
    return lambda: fault.hits > 0


async def _seen(case: Case, look: Callable[[], bool]) -> None:
    """Until this is so; what changes at Discord is seen before its answer gets far."""
    async with asyncio.timeout(PATIENCE):
        while not look():
            with suppress(TimeoutError):
                await case.world.discord.until(lambda: look() or None, LOOK)


async def _killed_in_a_run(case: Case, at: Callable[[Case], Reached], *, last: bool) -> None:
    case.quicken(USUAL)
    is_reached = at(case)
    asking = asyncio.create_task(case.click())
    await _seen(case, lambda: is_reached() or any(case.told(click) for click in case.clicks))
    if not is_reached():
        await asking
        return
    assert not last, "a run makes more requests than there are rows"
    await case.world.kill()
    click = await asking
    case.world.api.faults.clear()
    case.world.discord.faults.clear()
    await case.start()
    await answered(case, click)


async def answered(case: Case, click: Click) -> None:
    """Where nobody can know whether there is a run, its message asks, and the person says to submit it again."""
    if click.shown is None:
        return

    def look() -> bool:
        return click.is_silent or bool(case.told(click)) or ASKING in case.words_of(click)

    await until(look, LOOKED_FOR)
    if ASKING in case.words_of(click):
        await case.press(click, "Submit again", ASKING)


async def _killed_in_a_start(case: Case, at: Callable[[Case], Reached]) -> None:
    await case.started()
    await case.world.kill()
    is_reached = at(case)
    await case.world.start(wait=False)
    await _seen(case, is_reached)
    await case.world.kill()
    case.world.api.faults.clear()
    case.world.discord.faults.clear()
    await case.start()
    case.end_all()


def _in_a_run(name: str, service: str, trap: Trap, what: What, numbers: range) -> list[Row]:
    when = "before it gets there" if what == "lost" else "once it has taken effect"
    return [
        Row(
            name=f"kill-{name}-{what}-{number}",
            fault=f"`kill -9` at request *n* of a run to {service}, {when}, for each *n*; and a new start",
            promise="The run is taken up again, or submitted now; a submit that nobody knows of is asked about",
            act=partial(_killed_in_a_run, at=partial(trap, number, what), last=number == numbers[-1] and number > 2),
            seconds=300 if number == 1 else 120,  # of the submit itself nobody knows, so it is looked for for long
        )
        for number in numbers
    ]


def _in_an_acknowledgement(what: What) -> Row:
    return Row(
        name=f"kill-ack-{what}",
        fault="`kill -9` while a click is being acknowledged, and a new start",
        promise="Nothing was started: it was not written down yet",
        act=partial(_killed_in_a_run, at=partial(_at_discord, 1, what), last=False),
        ends=(UNANSWERED,),
    )


def _in_a_start(name: str, service: str, trap: Trap, most: int) -> list[Row]:
    return [
        Row(
            name=f"kill-start-{name}-{number}",
            fault=f"`kill -9` during a run, and again at request *n* of the next start to {service}, for each *n*",
            promise="The message is taken up again by the third process",
            act=partial(_killed_in_a_start, at=partial(trap, number, "taken")),
        )
        for number in range(1, most + 1)
    ]


ROWS: Final = (
    *_in_a_run("api", "ComfyUI Deploy", _at_api, "lost", range(1, MOST_OF_API + 1)),
    *_in_a_run("api", "ComfyUI Deploy", _at_api, "taken", range(1, 3)),  # later ones only read
    _in_an_acknowledgement("lost"),
    _in_an_acknowledgement("taken"),
    *_in_a_run("discord", "Discord", _at_discord, "lost", range(2, MOST_OF_DISCORD + 1)),
    *_in_a_run("discord", "Discord", _at_discord, "taken", range(2, MOST_OF_DISCORD + 1)),
    *_in_a_start("api", "ComfyUI Deploy", _at_api, START_AT_API),
    *_in_a_start("discord", "Discord", _at_discord, START_AT_DISCORD),
)
