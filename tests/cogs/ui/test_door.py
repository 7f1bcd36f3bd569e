"""What helps a person on is given instead of a sentence; where it cannot be, the sentence is."""

from collections.abc import Awaitable, Callable

import discord
import pytest
import structlog

from core.errors import CoreError, NotStartedYet, RunGone, RunNotOurs
from core.forms.form import FormNeeded, PickNeeded
from core.forms.wish import Wish
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from stationthis_discord.sandbox.discord.interaction import Ack
from tests.cogs.conftest import Start
from tests.cogs.ui.conftest import said

SENTENCE = "This run was not made with this bot"


class Lost(RunNotOurs):
    """What the remedy is for is its parent."""


class Refusing:
    """Refuses every wish so."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def check(self, _: Wish) -> None:
        raise self._error


async def helped(interaction: discord.Interaction, _: RunNotOurs) -> None:
    await interaction.response.send_message("Here is what helps.", ephemeral=True)


async def refused(interaction: discord.Interaction, _: RunNotOurs) -> None:
    raise RunGone


async def mistaken(interaction: discord.Interaction, _: RunNotOurs) -> None:
    raise ZeroDivisionError("a mistake")


async def answered_first(interaction: discord.Interaction, _: RunNotOurs) -> None:
    await interaction.response.defer(ephemeral=True)
    raise NotStartedYet


Remedy = Callable[[discord.Interaction, RunNotOurs], Awaitable[None]]


async def ask(start: Start, artist: Person, sandbox: DiscordSandbox, error: CoreError, remedy: Remedy) -> str:
    """What somebody is told, in private, whose wish is refused with this error."""
    bot = await start(generation=Refusing(error))
    bot.remedies[RunNotOurs] = remedy
    shown = await artist.run("generate", {"deployment": "x"})
    if shown.ack is Ack.MESSAGE:
        message = sandbox.message(str(shown.message_id))
    else:
        message = await sandbox.wait_new(lambda message: "ref `" in said(message))
    assert message["flags"] & 64
    return said(message)


async def test_what_helps_is_given_instead_of_a_sentence(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    with structlog.testing.capture_logs() as log:
        told = await ask(start, artist, discord_sandbox, RunNotOurs(), helped)

    assert told.strip() == "Here is what helps."
    assert [line for line in log if line["event"] == "refused"] == []


async def test_what_helps_with_one_error_does_not_with_another_kind_of_it(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    assert SENTENCE in await ask(start, artist, discord_sandbox, Lost(), helped)


@pytest.mark.parametrize("remedy", [refused, mistaken, answered_first])
async def test_where_it_fails_the_sentence_is_given(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person, remedy: Remedy
) -> None:
    with structlog.testing.capture_logs() as log:
        assert SENTENCE in await ask(start, artist, discord_sandbox, RunNotOurs(), remedy)

    [line] = [line for line in log if line["event"] == "interaction.not_helped"]
    assert (line["log_level"] == "error") == (remedy is mistaken)


async def test_forms_and_pickers_are_what_helps(start: Start) -> None:
    assert {FormNeeded, PickNeeded} <= (await start()).remedies.keys()
