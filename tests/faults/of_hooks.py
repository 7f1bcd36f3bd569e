"""What may come in by the webhooks' door: forged, again, in the wrong order, too early or late, too much, too slow."""

import asyncio
import io
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import aiohttp
import yarl

from stationthis_discord.sandbox.comfydeploy import Behaviour, faults
from tests.faults.case import Case
from tests.faults.row import Row
from tests.waiting import until

SECRET: Final = "what only the tests know of"
TOO_LARGE: Final = 10 * 2**20
DRIPS: Final = 100  # connections that never finish what they say
HOOK: Final = "/hooks/run"


def hooked() -> Mapping[str, str]:
    """The settings that turn webhooks on, at a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        door = f"127.0.0.1:{free.getsockname()[1]}"
    return {
        "STATIONTHIS_HTTP_BIND": door,
        "STATIONTHIS_PUBLIC_URL": f"http://{door}",
        "STATIONTHIS_WEBHOOK_SECRET": SECRET,
    }


def _address_of(case: Case, run_id: str) -> str:
    address = case.world.api.runs[run_id].webhook
    assert address is not None
    return address


def _report(run_id: str, status: str = "success", progress: float = 1.0) -> dict[str, Any]:
    told: dict[str, Any] = {"status": status, "live_status": None, "progress": progress, "run_id": run_id}
    return {"event_type": "run.updated", "outputs": [], **told}


async def _send(address: str, body: dict[str, Any] | bytes) -> int:
    """The status of the answer, or 0 when the bot hung up before it read all."""
    url, given = (
        yarl.URL(address, encoded=True),
        {"data": io.BytesIO(body)} if isinstance(body, bytes) else {"json": body},
    )
    try:
        async with aiohttp.ClientSession() as session, session.post(url, **given) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


async def _forged(case: Case) -> None:
    click, other = await case.started(), await case.started()
    run, second = case.run_of(click), case.run_of(other)
    address = _address_of(case, run.id)
    signature = address.rpartition("sig=")[2]
    for forged in (address.replace(signature, "0" * 32), address.partition("?")[0]):
        assert await _send(forged, _report(run.id)) == 401
    for stolen in (run, second):  # a true address, and an end that never was
        assert await _send(address, _report(stolen.id)) == 200
    case.world.api.end(run.id, "failed")
    await case.says(click, "**Failed**")
    case.world.api.end(second.id)


async def _replayed(case: Case) -> None:
    click = await case.click()
    run = case.run_of(click) if case.runs_of(click) else None
    await case.outcome(click)
    run = run or case.run_of(click)
    await case.world.api.hooks.rest()
    heard = [sent for sent in case.world.api.hooks.sent if sent.body["run_id"] == run.id]
    for sent in [*heard, *reversed(heard)]:
        assert await _send(_address_of(case, run.id), sent.body) == 200
    for status in ("running", "failed", "cancelled", "no such status"):
        assert await _send(_address_of(case, run.id), _report(run.id, status, 0.1)) == 200


async def _shuffled(case: Case) -> None:
    hooks = case.world.api.hooks
    hooks.duplicate()
    hooks.delay(0.0, 1.5)
    hooks.lose(0.2)
    case.quicken(Behaviour(seconds=1.2, queue_seconds=0.2, cold_seconds=0.0))
    for _ in range(6):
        await case.click()
    for click in case.clicks:
        await case.outcome(click)
    await hooks.rest()
    hooks.clear()


async def _early(case: Case) -> None:
    late = replace(faults.BAD_GATEWAY_AFTER, wait=2.5)
    case.world.api.faults.add("POST", faults.QUEUE, late, times=1)
    click = await case.click()
    await until(lambda: len(case.world.api.hooks.sent) >= 2, 30)
    await case.outcome(click)
    assert case.world.api.hooks.sent[0].status == 200


async def _late(case: Case) -> None:
    case.world.api.hooks.delay(4.0)
    await case.outcome(await case.click())
    await case.world.api.hooks.rest()
    case.world.api.hooks.clear()


async def _lost(case: Case) -> None:
    case.world.api.hooks.lose()
    await case.outcome(await case.click())
    case.world.api.hooks.clear()


async def _too_large(case: Case) -> None:
    click = await case.started()
    address = _address_of(case, case.run_of(click).id)
    assert await _send(address, b" " * TOO_LARGE) in {0, 413}
    assert await _send(address, b"[" * 100_000) in {400, 413}
    case.world.api.end(case.run_of(click).id)


async def _dripping(case: Case) -> None:
    click = await case.started()
    run = case.run_of(click)
    address = yarl.URL(_address_of(case, run.id), encoded=True)
    head = f"POST {address.raw_path_qs} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{{".encode()
    open_ones = [await asyncio.open_connection(address.host, address.port) for _ in range(DRIPS)]
    for number, (_, writer) in enumerate(open_ones):
        writer.write(head if number % 2 else head[:40])
    case.world.api.end(run.id)
    await case.outcome(click)
    assert case.world.api.hooks.sent[-1].status == 200
    for _, writer in open_ones:
        writer.close()


ROWS: Final = (
    Row(
        name="hook-forged",
        fault="Webhooks without or with a wrong signature, and ends that never were at a true address",
        promise="The former are refused; an end is believed only after the API was asked",
        act=_forged,
        ends=("Done", "Failed"),
        settings=hooked,
    ),
    Row(
        name="hook-replayed",
        fault="After the end all webhooks come again, in both orders, and others with another status",
        promise="The message stays as it is",
        act=_replayed,
        settings=hooked,
    ),
    Row(
        name="hook-shuffled",
        fault="Webhooks come twice, in any order, and a fifth never (the dice fall the same each time: seed 0)",
        promise="Each run is shown to its end, once",
        act=_shuffled,
        settings=hooked,
    ),
    Row(
        name="hook-early",
        fault="Webhooks come before the submit is answered, and then its answer is a 502",
        promise="The run is found; none is made twice",
        act=_early,
        settings=hooked,
    ),
    Row(
        name="hook-late",
        fault="Webhooks come after the end was shown",
        promise="The message stays as it is",
        act=_late,
        settings=hooked,
    ),
    Row(
        name="hook-lost",
        fault="No webhook ever comes",
        promise="The run is asked for, and shown to its end",
        act=_lost,
        settings=hooked,
    ),
    Row(
        name="hook-huge",
        fault="Webhooks of 10 MB and of 100,000 brackets at a true address",
        promise="They are refused unread",
        act=_too_large,
        settings=hooked,
    ),
    Row(
        name="hook-dripping",
        fault="A hundred connections begin a webhook and never finish it",
        promise="Other webhooks are heard all the same",
        act=_dripping,
        settings=hooked,
    ),
)
