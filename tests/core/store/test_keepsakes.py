"""What is in galleries: one claim at a time, once for each run and server, and no more rows than is said."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from core.result_errors import AlreadyKept
from core.store.database import Database
from core.store.keepsakes import LONGEST, MOST_OF_A_SERVER, PATIENCE, Keepsake, Keepsakes
from core.store.tables import keepsakes as table
from tests.core.store.stage import NOW, Clock

HERE, THERE, GALLERY, MESSAGE = 10, 20, 5, 7
RUN, OTHER = "run-a", "run-b"


@pytest.fixture
def kept(database: Database, clock: Clock) -> Keepsakes:
    return Keepsakes(database, clock)


async def rows(database: Database, guild: int) -> int:
    return await database.run(
        lambda connection: connection.execute(select(func.count()).where(table.c.guild == guild)).scalar_one()
    )


async def keep(kept: Keepsakes, run_id: str = RUN, guild: int = HERE) -> Keepsake:
    await kept.settle(await kept.claim(guild, run_id, GALLERY), MESSAGE)
    found = await kept.find(guild, run_id)
    assert found is not None
    return found


async def test_of_many_claims_at_once_one_holds(kept: Keepsakes) -> None:
    claims = await asyncio.gather(*(kept.claim(HERE, RUN, GALLERY) for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(claim, Keepsake) for claim in claims) == 1
    assert sum(isinstance(claim, AlreadyKept) for claim in claims) == 4


async def test_a_claim_says_that_it_is_on_its_way_and_then_where_it_is(kept: Keepsakes) -> None:
    claim = await kept.claim(HERE, RUN, GALLERY)
    on_its_way = await kept.find(HERE, RUN)
    await kept.settle(claim, MESSAGE)

    assert on_its_way == claim == Keepsake(HERE, RUN, GALLERY, None, NOW)
    assert await kept.find(HERE, RUN) == Keepsake(HERE, RUN, GALLERY, MESSAGE, NOW)


async def test_what_is_kept_is_kept_for_good_and_nothing_else_is(kept: Keepsakes, clock: Clock) -> None:
    found = await keep(kept)
    clock.pass_by(days=300)

    with pytest.raises(AlreadyKept):
        await kept.claim(HERE, RUN, GALLERY)

    assert await kept.find(HERE, RUN) == found
    assert (await kept.find(HERE, OTHER), await kept.find(THERE, RUN)) == (None, None)
    await keep(kept, OTHER)
    await keep(kept, RUN, THERE)


async def test_what_was_not_sent_after_all_may_be_kept_by_the_next(kept: Keepsakes) -> None:
    await kept.drop(await kept.claim(HERE, RUN, GALLERY))

    assert await kept.find(HERE, RUN) is None
    await kept.claim(HERE, RUN, GALLERY)


async def test_a_claim_that_a_dead_process_left_is_taken_over(kept: Keepsakes, clock: Clock) -> None:
    old = await kept.claim(HERE, RUN, GALLERY)
    clock.pass_by(seconds=PATIENCE.total_seconds())
    with pytest.raises(AlreadyKept):
        await kept.claim(HERE, RUN, GALLERY)
    clock.pass_by(seconds=1)

    assert await kept.find(HERE, RUN) is None
    new = await kept.claim(HERE, RUN, GALLERY + 1)
    await kept.drop(old)
    await kept.settle(old, MESSAGE)

    assert await kept.find(HERE, RUN) == new


async def test_only_what_was_found_to_be_gone_makes_room_for_another(kept: Keepsakes, clock: Clock) -> None:
    gone = await keep(kept)
    clock.pass_by(seconds=1)
    again = await kept.claim(HERE, RUN, GALLERY + 1, gone)

    with pytest.raises(AlreadyKept):
        await kept.claim(HERE, RUN, GALLERY + 1, gone)

    assert await kept.find(HERE, RUN) == again


async def test_what_is_too_old_is_forgotten_with_the_next_claim(
    kept: Keepsakes, clock: Clock, database: Database
) -> None:
    await keep(kept, guild=THERE)
    clock.pass_by(seconds=LONGEST.total_seconds() + 1)

    await kept.claim(HERE, OTHER, GALLERY)

    assert await rows(database, THERE) == 0


async def test_a_server_has_so_many_and_the_oldest_leave(kept: Keepsakes, clock: Clock, database: Database) -> None:
    ages = [
        {"guild": HERE, "run_id": str(age), "channel": GALLERY, "message": MESSAGE, "kept_at": NOW - timedelta(0, age)}
        for age in range(MOST_OF_A_SERVER)
    ]
    await database.run(lambda connection: connection.execute(insert(table), ages))
    await keep(kept, guild=THERE)

    await kept.claim(HERE, RUN, GALLERY)

    assert (await rows(database, HERE), await rows(database, THERE)) == (MOST_OF_A_SERVER, 1)
    assert await kept.find(HERE, str(MOST_OF_A_SERVER - 1)) is None
    assert await kept.find(HERE, str(MOST_OF_A_SERVER - 2)) is not None
