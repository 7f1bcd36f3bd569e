"""Whether a person is called at the end of a long run."""

from dataclasses import dataclass, field

import pytest

from core.people.pings import Pings


@dataclass(frozen=True)
class Said:
    pings: bool | None = None


@dataclass(frozen=True)
class Settings:
    """What person 1 and server 7 said; nobody else said anything."""

    person: Said = field(default_factory=Said)
    server: Said = field(default_factory=Said)

    async def get_person(self, user: int) -> Said:
        return self.person if user == 1 else Said()

    async def get_server(self, guild: int) -> Said:
        return self.server if guild == 7 else Said()


@pytest.mark.parametrize(
    ("person", "server", "called"),
    [
        (None, None, True),
        (True, None, True),
        (False, None, False),
        (None, True, True),
        (None, False, False),
        (True, False, False),
        (False, True, False),
    ],
)
async def test_a_person_is_called_unless_they_or_the_server_want_none(
    person: bool | None, server: bool | None, called: bool
) -> None:
    pings = Pings(Settings(Said(person), Said(server)))

    assert await pings.are_wanted(1, 7) is called


async def test_one_servers_word_holds_nowhere_else() -> None:
    pings = Pings(Settings(server=Said(pings=False)))

    assert [await pings.are_wanted(1, guild) for guild in (None, 8)] == [True, True]


async def test_where_nothing_is_kept_everybody_is_called() -> None:
    assert await Pings(None).are_wanted(1, 7)
