"""When a remembered list stands in, and how often one is written down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from core.cache import Cached, Kept
from core.comfydeploy.errors import AccessDenied, ApiError, KeyRefused, Unreachable, WrongAddress
from core.errors import Flaw
from core.offer import Offer, Unreadable
from core.remembering import RENEWED, SOON, Memory
from core.snapshots import OFFER
from tests.core.caching import DOWN, TTL
from tests.core.notes import Notes
from tests.skipping import skipping

OF = "this server"
PATIENCE = 3.0
TAKEN_AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def an_offer(name: str) -> Offer:
    """One that is told from others by this name."""
    return Offer((), (Unreadable(name, Flaw.FAULTY),))


REMEMBERED = an_offer("remembered")
FRESH = an_offer("fresh")


class Server:
    """Has an offer, or fails with `error`, after `takes` seconds."""

    def __init__(self, error: Exception | None = None, takes: float = 0.0) -> None:
        self.offer = FRESH
        self.error = error
        self.takes = takes

    async def load(self) -> Offer:
        await asyncio.sleep(self.takes)
        if self.error is not None:
            raise self.error
        return self.offer


@asynccontextmanager
async def remembering(notes: Notes, server: Server, ttl: float = TTL) -> AsyncIterator[Cached[Offer]]:
    memory = Memory("deployments", OFFER, notes, OF)
    cached = memory.cached(server.load, ttl, cool_down=5.0, patience=PATIENCE)
    try:
        yield cached
    finally:
        await cached.aclose()
        await memory.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def noted(of: str = OF, taken_at: datetime = TAKEN_AT) -> Notes:
    return Notes(deployments=(taken_at, await OFFER.write(REMEMBERED, of)))


@skipping
async def test_a_first_load_that_fails_gives_what_is_remembered_with_its_age() -> None:
    async with remembering(await noted(), Server(DOWN)) as cached:
        kept = await cached.get()

        age = (datetime.now(UTC) - TAKEN_AT).total_seconds()
        assert kept == Kept(REMEMBERED, TAKEN_AT, stale=True)
        assert cached.age == pytest.approx(age, abs=60)
        assert cached.peek() == kept
        assert cached.recall() is None


@skipping
async def test_a_first_load_that_hangs_is_not_waited_for_longer_than_readers_have_patience() -> None:
    loop = asyncio.get_running_loop()
    async with remembering(await noted(), Server(takes=60.0)) as cached:
        kept = await asyncio.gather(cached.get(), cached.get())

        assert [item.value for item in kept] == [REMEMBERED] * 2
        assert loop.time() == pytest.approx(PATIENCE)


@skipping
async def test_a_load_that_hangs_stands_in_though_nobody_waits() -> None:
    async with remembering(await noted(), Server(takes=60.0)) as cached:
        cached.warm()
        await asyncio.sleep(PATIENCE + 0.1)
        before = cached.peek()
        await asyncio.sleep(60)
        after = cached.peek()

        assert before is not None
        assert after is not None
        assert (before.value, before.stale) == (REMEMBERED, True)
        assert (after.value, after.stale) == (FRESH, False)


@skipping
async def test_with_nothing_remembered_the_first_load_is_waited_for_however_long_it_takes() -> None:
    async with remembering(Notes(), Server(takes=60.0)) as cached:
        kept = await cached.get()

        assert (kept.value, kept.stale) == (FRESH, False)


@skipping
async def test_a_list_that_loads_in_time_asks_for_nothing_remembered() -> None:
    notes = await noted()
    async with remembering(notes, Server(takes=1.0)) as cached:
        kept = await cached.get()

        assert (kept.value, notes.gets) == (FRESH, [])


@skipping
async def test_a_good_value_of_this_process_is_never_given_up_for_an_older_one() -> None:
    notes, server = await noted(), Server()
    async with remembering(notes, server) as cached:
        fresh = await cached.get()
        server.error = DOWN
        cached.invalidate()
        kept = await cached.get()

        assert (kept.value, kept.stale, notes.gets) == (fresh.value, True, [])


@skipping
async def test_it_is_looked_for_once_however_often_the_first_load_fails() -> None:
    notes = Notes()
    async with remembering(notes, Server(DOWN)) as cached:
        cached.warm()
        await asyncio.sleep(600)

        assert notes.gets == ["deployments"]


@skipping
async def test_a_list_in_use_only_because_it_is_remembered_is_still_tried_until_it_loads() -> None:
    server = Server(DOWN)
    async with remembering(await noted(), server) as cached:
        cached.warm()
        await asyncio.sleep(60)
        server.error = None
        await asyncio.sleep(60)

        kept = await cached.get()
        assert (kept.value, kept.stale) == (FRESH, False)


@pytest.mark.parametrize("error", [KeyRefused("GET /x", 401), AccessDenied("GET /x", 403), WrongAddress("GET /x", 404)])
def test_a_server_that_says_no_is_not_away(error: ApiError) -> None:
    @skipping
    async def run() -> None:
        notes = await noted()
        async with remembering(notes, Server(error)) as cached:
            with pytest.raises(type(error)):
                await cached.get()
        assert notes.gets == []

    run()


@skipping
async def test_a_bug_is_not_hidden_by_what_is_remembered() -> None:
    async with remembering(await noted(), Server(TypeError("a bug"))) as cached:
        asyncio.get_running_loop().set_exception_handler(lambda _, __: None)
        with pytest.raises(TypeError):
            await cached.get()


@pytest.mark.parametrize("of", [OF, "another server"])
def test_what_cannot_be_used_is_ignored_with_a_line_in_the_log(of: str) -> None:
    @skipping
    async def run() -> None:
        notes = await noted(of)
        if of == OF:
            notes.kept["deployments"] = (TAKEN_AT, b"\x00 no list")
        with capture_logs() as logged:
            async with remembering(notes, Server(Unreachable("GET /x"))) as cached:
                with pytest.raises(Unreachable):
                    await cached.get()
        assert [line["event"] for line in logged] == ["snapshot.unusable"]

    run()


@skipping
async def test_a_time_to_come_is_told_as_now() -> None:
    async with remembering(await noted(taken_at=datetime.now(UTC) + timedelta(days=1)), Server(DOWN)) as cached:
        kept = await cached.get()

        assert kept.loaded_at <= datetime.now(UTC)


@skipping
async def test_what_was_loaded_is_written_once_with_its_time() -> None:
    notes = Notes()
    async with remembering(notes, Server()) as cached:
        kept = await cached.get()
        for _ in range(3):
            await asyncio.sleep(TTL)
            await cached.get()

        taken_at, body = notes.kept["deployments"]
        assert notes.puts == ["deployments"]
        assert abs(taken_at - kept.loaded_at) < timedelta(seconds=1)
        assert await OFFER.read(body, OF) == kept.value


@skipping
async def test_a_change_is_written_at_most_once_in_a_time_to_live_and_the_newest_is() -> None:
    notes, server = Notes(), Server()
    async with remembering(notes, server) as cached:
        for number in range(10):
            server.offer = an_offer(f"change {number}")
            await cached.get(bypass=True)
            await asyncio.sleep(1)
        early = list(notes.puts)
        await asyncio.sleep(TTL)

        assert early == ["deployments"]
        assert notes.puts == ["deployments"] * 2
        assert await OFFER.read(notes.kept["deployments"][1], OF) == an_offer("change 9")


@skipping
async def test_a_list_that_is_kept_for_no_time_is_not_written_at_each_look() -> None:
    notes, server = Notes(), Server()
    async with remembering(notes, server, ttl=0.0) as cached:
        for number in range(60):
            server.offer = an_offer(f"change {number}")
            await cached.get()
            await asyncio.sleep(SOON / 30)

        assert len(notes.puts) <= 3


@skipping
async def test_the_same_is_written_again_after_an_hour_so_that_its_age_is_about_right() -> None:
    notes = Notes()
    async with remembering(notes, Server()) as cached:
        for _ in range(int(RENEWED / TTL) + 2):
            await cached.get(bypass=True)
            await asyncio.sleep(TTL)

        assert len(notes.puts) == 2


@skipping
async def test_what_cannot_be_written_is_a_line_in_the_log_and_no_more() -> None:
    server = Server()
    server.offer = an_offer("half a pair: \ud800")
    notes = Notes()
    with capture_logs() as logged:
        async with remembering(notes, server) as cached:
            kept = await cached.get()
            await asyncio.sleep(1)

    assert (kept.value, notes.puts) == (server.offer, [])
    assert [line["event"] for line in logged] == ["snapshot.not_written"]


@skipping
async def test_closing_during_a_first_load_leaves_nothing_behind() -> None:
    async with remembering(await noted(), Server(takes=60.0)) as cached:
        cached.warm()
        await asyncio.sleep(1)
