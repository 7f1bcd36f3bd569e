"""What ComfyUI Deploy may do: errors, floods, slowness, answers that say nothing, and runs that vanish or never end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from stationthis_discord.sandbox.comfydeploy import Behaviour, Fault, Rule, faults
from tests.faults.case import ASKING, LOOKED_FOR, REFUSED, Case
from tests.faults.row import Row
from tests.waiting import until

API: Final = "/api/*"
READS: Final = ("/api/run/*", "/api/v2/*")
TRUNCATED: Final = Fault(status=200, body='{"run_id": "5b1e', headers={"Content-Type": "application/json"})
NONSENSE: Final = ("soon", "-5", "nan", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT")
SPOILED: Final = (faults.NOT_JSON, faults.WRONG_SHAPE, faults.DEEP_JSON, TRUNCATED)
TAKEN: Final = (faults.CUT_AFTER, faults.BAD_GATEWAY_AFTER, replace(faults.SERVER_ERROR, after=True))


async def _hit(rule: Rule, times: int) -> None:
    await until(lambda: rule.hits >= times, 60)


async def _outage(case: Case) -> None:
    first = await case.started()
    case.world.api.faults.add("POST", faults.QUEUE, faults.CUT, times=1)
    cut = await case.click()
    await case.says(cut, "**Looking for your run**")
    away = case.world.api.faults.add("*", API, faults.BAD_GATEWAY)
    asked = await case.click()
    await case.says(asked, "**Looking for your run**")
    await _hit(away, 6)
    case.world.api.faults.clear()
    case.world.api.end(case.run_of(first).id)
    await case.says(cut, ASKING, LOOKED_FOR)
    await case.press(cut, "Give up", ASKING)
    await case.says(asked, ASKING, LOOKED_FOR)
    await case.press(asked, "Submit again", ASKING)


async def _refusing(case: Case) -> None:
    first = await case.started()
    await case.world.api.refuse()
    refused = await case.click()
    await case.outcome(refused)
    await case.world.api.listen()
    case.world.api.end(case.run_of(first).id)


async def _flood_of_submits(case: Case) -> None:
    case.world.api.faults.add("POST", faults.QUEUE, faults.rate_limited(1), times=1)
    await case.outcome(await case.click())


async def _flood_until(case: Case) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    case.world.api.faults.add("POST", faults.QUEUE, faults.rate_limited_until(soon), times=1)
    await case.outcome(await case.click())


async def _flood_for_a_day(case: Case) -> None:
    case.world.api.faults.add("POST", faults.QUEUE, faults.rate_limited(86_400), times=1)
    await case.outcome(await case.click())


async def _flood_of_nonsense(case: Case) -> None:
    for nonsense in NONSENSE:
        busy = replace(faults.rate_limited(1), headers={"Retry-After": nonsense})
        case.world.api.faults.add("POST", faults.QUEUE, busy, times=1)
        await case.click()


async def _flood_of_reads(case: Case) -> None:
    click = await case.started()
    rules = [case.world.api.faults.add("GET", path, faults.rate_limited(86_400), times=3) for path in READS]
    case.world.api.end(case.run_of(click).id)
    await until(lambda: sum(rule.hits for rule in rules) >= 3, 60)


async def _slow(case: Case) -> None:
    slow = case.world.api.faults.add("*", API, faults.slow(10.0))
    click = await case.click()
    await _hit(slow, 2)
    case.world.api.faults.clear()
    await case.outcome(click)


async def _spoiled_reads(case: Case) -> None:
    click = await case.started()
    for fault in SPOILED:
        rules = [case.world.api.faults.add("GET", path, fault) for path in READS]
        await until(lambda rules=rules: any(rule.hits for rule in rules), 60)  # type: ignore[misc]
        case.world.api.faults.clear()
    case.world.api.end(case.run_of(click).id)


async def _spoiled_submits(case: Case) -> None:
    for fault in SPOILED:
        case.world.api.faults.add("POST", faults.QUEUE, replace(fault, after=True), times=1)
        await case.click()


async def _huge(case: Case) -> None:
    click = await case.started()
    read = case.world.api.faults.add("GET", "/api/run/*", faults.HUGE_JSON, times=1)
    await _hit(read, 1)
    case.world.api.faults.add("POST", faults.QUEUE, replace(faults.HUGE_JSON, after=True), times=1)
    await case.outcome(await case.click())
    case.world.api.end(case.run_of(click).id)


async def _taken(case: Case) -> None:
    for fault in TAKEN:
        case.world.api.faults.add("POST", faults.QUEUE, fault, times=1)
        await case.click()


async def _cut_reads(case: Case) -> None:
    click = await case.started()
    cut = case.world.api.faults.add("GET", API, faults.CUT, times=5)
    case.world.api.end(case.run_of(click).id)
    await _hit(cut, 5)


async def _vanishes(case: Case) -> None:
    click = await case.started()
    run = case.run_of(click)
    case.vanished.append(run)
    del case.world.api.runs[run.id]
    await case.outcome(click)


async def _unreadable(case: Case) -> None:
    case.quicken(Behaviour(seconds=0.5, queue_seconds=0.0, cold_seconds=0.0, output_form="bare"))
    await case.outcome(await case.click())


async def _never_ends(case: Case) -> None:
    click = await case.started()
    case.world.api.age(case.run_of(click).id, 86_460.0)
    await case.outcome(click)


ROWS: Final = (
    Row(
        name="api-away",
        fault="The API answers 502 to everything, and cuts a submit before taking it",
        promise=(
            "A run under way is shown to its end. A submit without a clear answer is looked for and never repeated: "
            "its message asks, and **Submit again** and **Give up** do as they say"
        ),
        act=_outage,
        ends=("Done", "Given up"),
        seconds=300,
    ),
    Row(
        name="api-refuses",
        fault="The API refuses connections",
        promise="A new wish is told that nothing was started; a run under way is shown to its end",
        act=_refusing,
        ends=("Done", REFUSED),
    ),
    Row(
        name="429-seconds",
        fault="A submit is answered 429, `Retry-After` in seconds",
        promise="It is sent again after that time, and makes one run",
        act=_flood_of_submits,
        short=True,
    ),
    Row(
        name="429-date",
        fault="A submit is answered 429, `Retry-After` as a date",
        promise="It is sent again after that time, and makes one run",
        act=_flood_until,
    ),
    Row(
        name="429-absurd",
        fault="A submit is answered 429, `Retry-After` a day",
        promise="Nobody waits so long: the person is told that nothing was started",
        act=_flood_for_a_day,
        ends=(REFUSED,),
        short=True,
    ),
    Row(
        name="429-nonsense",
        fault="A submit is answered 429, `Retry-After` a word, a negative, infinite or no number, a time past",
        promise="It is sent again after a pause of the bot's own, and makes one run",
        act=_flood_of_nonsense,
    ),
    Row(
        name="429-reads",
        fault="Reading a run is answered 429, `Retry-After` a day",
        promise="The run is asked for again all the same, and shown to its end",
        act=_flood_of_reads,
    ),
    Row(
        name="api-slow",
        fault="The API takes 10 s for each answer",
        promise="The click is acknowledged in time, and its run is shown to its end",
        act=_slow,
    ),
    Row(
        name="json-of-reads",
        fault="Reading a run is answered with HTML, another shape, 100,000 brackets, half a JSON",
        promise="The run is asked for again, and shown to its end",
        act=_spoiled_reads,
    ),
    Row(
        name="json-of-submits",
        fault="A submit is taken, and answered with HTML, another shape, 100,000 brackets, half a JSON",
        promise="Its run is found by the mark; none is made twice",
        act=_spoiled_submits,
    ),
    Row(
        name="json-huge",
        fault="A read and a submit that was taken are answered with 80 MB of JSON",
        promise="It is not read to its end; the runs are found and shown",
        act=_huge,
    ),
    Row(
        name="submit-taken",
        fault="A submit is taken, and its answer is cut, a 502 or a 500",
        promise="Its run is found by the mark; none is made twice",
        act=_taken,
    ),
    Row(
        name="reads-cut",
        fault="Reads of the API are cut, five times",
        promise="The run is asked for again, and shown to its end",
        act=_cut_reads,
    ),
    Row(
        name="run-vanishes",
        fault="The API forgets a run that is under way (404)",
        promise="The message says that the run is lost",
        act=_vanishes,
        ends=("Lost",),
        short=True,
    ),
    Row(
        name="run-unreadable",
        fault="Reading a run that has ended is answered 500 for ever",
        promise="Its end is read from the light list, and the message says that the result cannot be read",
        act=_unreadable,
        ends=("Finished",),
    ),
    Row(
        name="run-endless",
        fault="A run never ends; after 24 hours the API gives it up",
        promise="The message says so",
        act=_never_ends,
        ends=("Timed out",),
    ),
)
