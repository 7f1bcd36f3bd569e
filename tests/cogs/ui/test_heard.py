"""A connection that breaks is told apart from an answer that says no."""

import discord
import pytest

from cogs.ui.heard import heard
from core.errors import RunGone, SurfaceSilent


async def answer(error: Exception | None = None) -> str:
    if error is not None:
        raise error
    return "yes"


async def test_an_answer_is_passed_on() -> None:
    assert await heard(answer()) == "yes"


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), RuntimeError("Session is closed")])
async def test_a_broken_connection_is_named_by_its_kind(error: Exception) -> None:
    with pytest.raises(SurfaceSilent, match=type(error).__name__):
        await heard(answer(error))


@pytest.mark.parametrize("error", [discord.DiscordException("no"), RunGone()])
async def test_what_was_answered_stays_what_it_was(error: Exception) -> None:
    with pytest.raises(type(error)):
        await heard(answer(error))
