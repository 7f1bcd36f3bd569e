"""Who operates the bot, by what Discord says of its application; asked once an hour."""

from typing import Any, cast

import discord
import pytest

from cogs.operator_rights import KEPT, Rights, operators_of
from core.operator_errors import OperatorsOnly

OWNER, ADMIN, DEVELOPER, READER, INVITED, NEWER = range(11, 17)
FAKE_OWNER = 99  # Discord's stand-in when a team owns the application


def person(user: int) -> dict[str, Any]:
    return {"id": str(user), "username": f"user {user}", "discriminator": "0", "avatar": None}


def member(user: int, role: str, state: int = 2) -> dict[str, Any]:
    return {"user": person(user), "role": role, "membership_state": state, "permissions": ["*"], "team_id": "1"}


TEAM: dict[str, Any] = {
    "id": "1",
    "name": "Team",
    "icon": None,
    "owner_user_id": str(OWNER),
    "members": [
        member(OWNER, ""),
        member(ADMIN, "admin"),
        member(DEVELOPER, "developer"),
        member(READER, "read_only"),
        member(INVITED, "admin", state=1),
        member(NEWER, "a_role_of_tomorrow"),
    ],
}


def application(team: dict[str, Any] | None = None) -> discord.AppInfo:
    """As Discord describes it."""
    data = {
        "id": "1",
        "name": "StationThis",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0",
        "flags": 0,
        "owner": person(FAKE_OWNER if team else OWNER),
        "team": team,
    }
    state = discord.Client(intents=discord.Intents.none())._connection  # noqa: SLF001 -- it makes users of JSON
    return discord.AppInfo(state, cast("Any", data))


class Discord:
    """Answers who owns the application, and counts how often it is asked; `now` is the clock."""

    def __init__(self) -> None:
        self.team: dict[str, Any] | None = None
        self.asked = 0
        self.now = 0.0
        self.rights = Rights(self.answer, lambda: self.now)

    async def answer(self) -> discord.AppInfo:
        self.asked += 1
        return application(self.team)


def test_without_a_team_it_is_the_owner_alone() -> None:
    assert operators_of(application()) == {OWNER}


def test_of_a_team_it_is_those_who_accepted_and_may_change_it() -> None:
    assert operators_of(application(TEAM)) == {OWNER, ADMIN, DEVELOPER}


async def test_everybody_else_is_refused() -> None:
    rights = Discord().rights

    await rights.check(OWNER)

    with pytest.raises(OperatorsOnly):
        await rights.check(ADMIN)


async def test_the_answer_is_remembered_for_an_hour() -> None:
    there = Discord()
    await there.rights.check(OWNER)
    there.team, there.now = TEAM, KEPT - 1
    with pytest.raises(OperatorsOnly):
        await there.rights.check(ADMIN)

    there.now = KEPT
    await there.rights.check(ADMIN)

    assert there.asked == 2
