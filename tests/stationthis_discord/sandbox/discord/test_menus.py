"""Commands of the context menus of messages and people, with a real discord.py bot."""

import discord
import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Person
from tests.stationthis_discord.sandbox.discord.conftest import Api, Bot, Stage, Start


def menu_bot() -> Bot:
    bot = Bot(discord.Intents.none())

    @bot.tree.context_menu(name="Use this picture")
    async def use(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.content} by {message.author.name}")

    @bot.tree.context_menu(name="Profile")
    async def profile(interaction: discord.Interaction, user: discord.Member) -> None:
        await interaction.response.send_message(f"{user.name} {type(user).__name__}", ephemeral=True)

    return bot


@pytest.fixture
async def artist(sandbox: DiscordSandbox, start: Start) -> Person:
    await start(menu_bot())
    return sandbox.user("artist")


async def test_on_a_message(sandbox: DiscordSandbox, artist: Person) -> None:
    said = await sandbox.user("friend").say("look at this")

    shown = await artist.use_on_message("Use this picture", said)

    message = sandbox.message(shown.message_id)
    assert message["content"] == "look at this by friend"
    assert (message["type"], message["interaction_metadata"]["target_message_id"]) == (23, said)
    assert sandbox.violations == []


async def test_on_a_person(sandbox: DiscordSandbox, artist: Person) -> None:
    friend = sandbox.user("friend")

    shown = await artist.use_on_user("Profile", friend)

    message = sandbox.message(shown.message_id)
    assert message["content"] == "friend Member"
    assert message["interaction_metadata"]["target_user"]["id"] == friend.id


async def test_what_is_not_offered(sandbox: DiscordSandbox, artist: Person) -> None:
    said = await artist.say("hi")

    with pytest.raises(DriverError, match="not offered"):
        await artist.use_on_message("Profile", said)
    with pytest.raises(DriverError, match="not offered"):
        await artist.run("Profile")
    with pytest.raises(DriverError, match="sees no message"):
        await artist.use_on_message("Use this picture", "1")


async def test_the_payload_names_its_target(stage: Stage, api: Api) -> None:
    path = f"/applications/{stage.sandbox.application_id}/guilds/{stage.sandbox.guild.id}/commands"
    await api("POST", path, {"type": 3, "name": "Look At It"})
    said = await stage.artist.say("hi")

    task = await stage.begin(stage.artist.use_on_message("Look At It", said))
    await stage.answer(4, {"content": "seen"})
    await task

    data = stage.interaction["data"]
    assert (data["type"], data["target_id"], data["name"]) == (3, said, "Look At It")
    assert data["guild_id"] == stage.sandbox.guild.id
    assert data["resolved"]["messages"][said]["content"] == "hi"
    assert "options" not in data
