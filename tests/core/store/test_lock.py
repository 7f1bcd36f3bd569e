"""One process at a time holds a name, and the next one waits no longer than it has to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import StoreHeld
from core.store.database import Database, open_database
from core.store.lock import Holder, Lock, Terms
from tests.core.store.stage import NOW, Clock, fill, locked, url_of
from tests.waiting import until

NAME = "bot"
US = Holder("studio", 100, NOW)
THEM = Holder("cellar", 200, NOW - timedelta(hours=1))
AT_ONCE = Terms(patience=0)
QUICK = Terms(beat=0.001, look=0.001)


def everybody(_pid: int) -> bool:
    return True


def nobody(_pid: int) -> bool:
    return False


class Beats:
    """How often a beat was written."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1

    async def more(self) -> None:
        """Wait for the next two: one of them began after this was called."""
        before = self.count
        await until(lambda: self.count >= before + 2)


@pytest.fixture
def beats() -> Beats:
    return Beats()


@pytest.fixture
def lock(database: Database, clock: Clock, beats: Beats) -> Lock:
    return Lock(database, clock, beats)


@pytest.fixture
async def second(database: Database, path: Path, clock: Clock, beats: Beats) -> AsyncIterator[Lock]:
    """The lock as another process sees it, through a connection of its own."""
    async with open_database(url_of(path)) as opened:
        yield Lock(opened, clock, beats)


async def test_a_free_name_is_taken_and_given_back(lock: Lock, second: Lock) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE) as lease:
        assert not lease.lost.is_set()

    async with second.hold(NAME, THEM, everybody, AT_ONCE):
        pass


async def test_a_held_name_is_refused_with_who_holds_it(lock: Lock, second: Lock, clock: Clock) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE):
        clock.pass_by(seconds=14)

        with capture_logs() as logged, pytest.raises(StoreHeld) as held:
            async with second.hold(NAME, THEM, nobody, AT_ONCE):
                pass

    assert (held.value.host, held.value.pid) == (US.host, US.pid)
    assert (held.value.since, held.value.beat_at) == (US.since, NOW)
    assert [(line["event"], line["host"], line["pid"]) for line in logged] == [("store.held", US.host, US.pid)]


async def test_two_names_are_two_locks(lock: Lock, second: Lock) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE), second.hold("other", THEM, everybody, AT_ONCE):
        pass


@pytest.mark.parametrize("after", [timedelta(seconds=15), timedelta(hours=-1)], ids=["over", "clock set back"])
async def test_who_was_not_heard_of_for_long_holds_it_no_more(
    lock: Lock, second: Lock, clock: Clock, after: timedelta
) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE):
        clock.time += after

        async with second.hold(NAME, THEM, everybody, AT_ONCE):
            pass


@pytest.mark.parametrize(
    ("next_one", "is_alive"),
    [(replace(US, pid=101), nobody), (replace(US, since=NOW + timedelta(seconds=1)), everybody)],
    ids=["gone", "same number"],
)
async def test_a_start_after_a_crash_does_not_wait(
    lock: Lock, second: Lock, next_one: Holder, is_alive: Callable[[int], bool]
) -> None:
    async with (
        lock.hold(NAME, US, everybody, AT_ONCE),  # its next beat is seconds away: it may as well be dead
        second.hold(NAME, next_one, is_alive, AT_ONCE) as lease,
    ):
        assert not lease.lost.is_set()


async def test_a_process_of_this_computer_that_lives_is_not_pushed_aside(lock: Lock, second: Lock) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE):
        with pytest.raises(StoreHeld):
            async with second.hold(NAME, replace(US, pid=101), everybody, AT_ONCE):
                pass


async def test_it_waits_until_the_name_is_given_back(lock: Lock, second: Lock) -> None:
    taken = asyncio.Event()

    async def wait_for_it() -> None:
        async with second.hold(NAME, THEM, everybody, QUICK):
            taken.set()

    with capture_logs() as logged:
        async with lock.hold(NAME, US, everybody, AT_ONCE):
            waiting = asyncio.create_task(wait_for_it())
            await until(lambda: logged)
            assert not taken.is_set()
        await waiting

    assert taken.is_set()
    assert [line["event"] for line in logged] == ["store.held"]


async def test_of_two_at_once_one_wins(lock: Lock, second: Lock) -> None:
    over = asyncio.Event()

    async def start(which: Lock, holder: Holder) -> str:
        try:
            async with which.hold(NAME, holder, everybody, AT_ONCE):
                await over.wait()
                return "won"
        except StoreHeld:
            over.set()
            return "refused"

    assert sorted(await asyncio.gather(start(lock, US), start(second, THEM))) == ["refused", "won"]


async def test_beats_keep_it(lock: Lock, second: Lock, clock: Clock, beats: Beats) -> None:
    async with lock.hold(NAME, US, everybody, QUICK):
        clock.pass_by(hours=1)
        await beats.more()

        with pytest.raises(StoreHeld):
            async with second.hold(NAME, THEM, everybody, AT_ONCE):
                pass


async def test_who_lost_it_hears_of_it_and_takes_nothing_away(lock: Lock, second: Lock, clock: Clock) -> None:
    async with AsyncExitStack() as other:
        async with lock.hold(NAME, US, everybody, QUICK) as lease:
            await other.enter_async_context(second.hold(NAME, replace(US, since=NOW + timedelta(1)), nobody, AT_ONCE))
            await lease.lost.wait()

        with pytest.raises(StoreHeld):
            async with lock.hold(NAME, THEM, everybody, AT_ONCE):
                pass


async def test_beats_that_cannot_be_written_end_nothing(
    lock: Lock, database: Database, path: Path, beats: Beats
) -> None:
    async with lock.hold(NAME, US, everybody, QUICK) as lease:
        with capture_logs() as logged:
            async with locked(database, path):
                await until(lambda: logged)
            await beats.more()

    assert not lease.lost.is_set()
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("store.beat_failed", "another process keeps it locked")
    ]


async def test_it_is_given_back_when_the_block_fails(lock: Lock, second: Lock) -> None:
    with pytest.raises(ZeroDivisionError):
        async with lock.hold(NAME, US, everybody, AT_ONCE):
            raise ZeroDivisionError

    async with second.hold(NAME, THEM, everybody, AT_ONCE):
        pass


async def test_a_full_disk_does_not_keep_it_held(lock: Lock, second: Lock, database: Database) -> None:
    async with lock.hold(NAME, US, everybody, AT_ONCE):
        await fill(database)

    async with second.hold(NAME, THEM, everybody, AT_ONCE):
        pass
