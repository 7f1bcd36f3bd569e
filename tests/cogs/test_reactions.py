"""The owner's 🔁: one wish however often it is given, but for one that came to nothing."""

import structlog

from cogs.ui.reply import Reply
from core.comfydeploy.errors import OutOfCredits
from core.people.actor import Actor
from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from stationthis_discord.sandbox.discord.stored import StoredMessage
from tests.cogs.conftest import RUN, Start, result_of
from tests.waiting import until


class Counting:
    """Remembers who wanted which run again; `refusals` are met first."""

    def __init__(self, owner: int, *refusals: Exception) -> None:
        self._owner = owner
        self._refusals = list(refusals)
        self.asked: list[tuple[str, int]] = []

    async def owner_of(self, _: str) -> int:
        return self._owner

    async def again(self, run_id: str, actor: Actor, _: Reply) -> str:
        self.asked.append((run_id, actor.user))
        if self._refusals:
            raise self._refusals.pop(0)
        return "another"


async def react_anew(sandbox: DiscordSandbox, who: Person, message_id: str) -> None:
    """Take the reaction back, if it is there, and give it once more."""
    message: StoredMessage = sandbox._world.messages[message_id]  # noqa: SLF001 -- people can do that, the driver cannot
    message.reactions.clear()
    await who.react(message_id, "🔁")


async def test_a_reaction_that_is_taken_back_and_given_again_is_one_wish(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    generation = Counting(int(artist.id))
    bot = await start(generation=generation)
    message_id = await result_of(bot, discord_sandbox)

    with structlog.testing.capture_logs() as log:
        for _ in range(3):
            await react_anew(discord_sandbox, artist, message_id)
        await until(lambda: [line["event"] for line in log].count("reaction.ignored") == 2)

    assert generation.asked == [(RUN, int(artist.id))]
    assert {line["error"] for line in log} == {"AlreadyAsked"}


async def test_a_wish_that_came_to_nothing_may_be_had_again(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    generation = Counting(int(artist.id), OutOfCredits("POST /x", 403))
    bot = await start(generation=generation)
    message_id = await result_of(bot, discord_sandbox)
    await artist.react(message_id, "🔁")
    await discord_sandbox.wait_new(lambda item: "GPU credits" in str(item["embeds"]))

    await react_anew(discord_sandbox, artist, message_id)

    await until(lambda: len(generation.asked) == 2)
