"""A mistake in our own code: whoever asked gets a sentence with a reference, and the log has the traceback to it."""

import re
from typing import Any, NoReturn

import pytest
import structlog

from core.people.actor import Actor
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.cogs.conftest import Start, result_of
from tests.waiting import until

SENTENCE = "Something went wrong that nobody thought of"
Logged = list[Any]


class Mistaken:
    """A part of `core` whose code is wrong wherever it is used, but for telling the owner of a run."""

    def __init__(self, owner: int | None = None) -> None:
        self._owner = owner

    def __getattr__(self, _: str) -> Any:  # noqa: ANN401 -- any name
        return self._fail

    async def owner_of(self, _: str) -> int:
        return self._fail() if self._owner is None else self._owner

    def _fail(self, *_: Actor) -> NoReturn:
        raise ZeroDivisionError("a mistake")


def said(message: dict[str, Any]) -> str:
    return "\n".join(embed.get("description", "") for embed in message["embeds"])


def check(message: dict[str, Any], log: Logged, door: str, *, private: bool) -> None:
    """The general sentence, and one line with its reference and the traceback."""
    assert SENTENCE in said(message)
    assert bool(message["flags"] & 64) == private
    [line] = failures(log)
    assert f"ref `{line['ref']}`" in said(message)
    assert line["door"] == door
    assert isinstance(line["exc_info"], ZeroDivisionError)


def failures(log: Logged) -> Logged:
    return [line for line in log if line["log_level"] in {"error", "critical"}]


async def test_behind_a_command(discord_sandbox: DiscordSandbox, start: Start, artist: Person) -> None:
    await start(generation=Mistaken())

    with structlog.testing.capture_logs() as log:
        shown = await artist.run("generate", {"deployment": "x"})
        check(discord_sandbox.message(str(shown.message_id)), log, "/generate", private=True)


async def test_behind_a_command_that_was_acknowledged(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    await start(generation=Mistaken())

    with structlog.testing.capture_logs() as log:
        await artist.run("cancel")
        told = await discord_sandbox.wait_new(lambda item: "ref `" in said(item))

    check(told, log, "/cancel", private=True)


async def test_behind_a_button(discord_sandbox: DiscordSandbox, start: Start, artist: Person) -> None:
    bot = await start(generation=Mistaken())
    message_id = await result_of(bot, discord_sandbox)

    with structlog.testing.capture_logs() as log:
        await artist.click(message_id, "Again")
        told = await discord_sandbox.wait_new(lambda item: "ref `" in said(item))

    check(told, log, "button again", private=True)


async def test_behind_the_owners_reaction(discord_sandbox: DiscordSandbox, start: Start, artist: Person) -> None:
    bot = await start(generation=Mistaken(owner=int(artist.id)))
    message_id = await result_of(bot, discord_sandbox)

    with structlog.testing.capture_logs() as log:
        await artist.react(message_id, "🔁")
        told = await discord_sandbox.wait_new(lambda item: "ref `" in said(item))

    check(told, log, "reaction", private=False)


async def test_before_it_is_known_whose_reaction_it_is_only_the_log_is_told(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    bot = await start(generation=Mistaken())
    message_id = await result_of(bot, discord_sandbox)
    before = len(discord_sandbox.calls)

    with structlog.testing.capture_logs() as log:
        await artist.react(message_id, "🔁")
        [line] = await until(lambda: failures(log))

    assert (line["door"], line["user"], type(line["exc_info"])) == ("reaction", int(artist.id), ZeroDivisionError)
    assert re.fullmatch("[0-9a-f]{8}", line["ref"])
    assert [call.method for call in discord_sandbox.calls[before:]] == ["GET"]


@pytest.mark.parametrize(("command", "option"), [("generate", "deployment"), ("cancel", "run")])
async def test_behind_a_suggestion(
    start: Start, artist: Person, caplog: pytest.LogCaptureFixture, command: str, option: str
) -> None:
    await start(deliveries=Mistaken(), offering=Mistaken())

    with structlog.testing.capture_logs() as log:
        assert await artist.autocomplete(command, option, "a") == []

    [line] = failures(log)
    assert re.fullmatch("[0-9a-f]{8}", line["ref"])
    assert isinstance(line["exc_info"], ZeroDivisionError)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
