"""An unmodified discord.py bot works on the sandbox as on Discord, and breaks none of its rules."""

import asyncio
import io

import discord
import pytest
from discord import app_commands

from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.stationthis_discord.sandbox.discord.conftest import Bot, Start

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf000000010001005e0d0a2d0000000049454e44ae426082"
)


class Again(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"st:again:(?P<run>\d+)"):
    """A button that works without a view, as after a restart."""

    def __init__(self, run: str) -> None:
        super().__init__(discord.ui.Button(label="Again", emoji="🔁", custom_id=f"st:again:{run}"))

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: object, match: "object") -> "Again":
        return cls(match["run"])  # type: ignore[index]

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content="once more")
        await interaction.followup.send("only for you", ephemeral=True)


def studio(intents: discord.Intents | None = None) -> Bot:
    bot = Bot(intents)
    bot.add_dynamic_items(Again)

    @bot.tree.command(description="Makes a picture")
    async def generate(interaction: discord.Interaction, prompt: str, image: discord.Attachment | None = None) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"drawing {prompt}")
        data = await image.read() if image else PNG
        view = discord.ui.View(timeout=None)
        view.add_item(Again("7"))
        file = discord.File(io.BytesIO(data), "result.png", description="the result")
        await interaction.edit_original_response(content="done", attachments=[file], view=view)

    @generate.autocomplete("prompt")
    async def suggest(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}!", value=current)]

    @bot.tree.command(description="Tells what the bot may know")
    async def facts(interaction: discord.Interaction, person: discord.User) -> None:
        told: list[object] = [interaction.permissions.manage_messages, interaction.app_permissions.attach_files]
        told += [interaction.filesize_limit, interaction.context.dm_channel, person.name, str(interaction.locale)]
        await interaction.response.send_message(str(told), ephemeral=True)

    return bot


async def test_logs_in_syncs_and_is_ready(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio())
    await asyncio.wait_for(bot.wait_until_ready(), 5)

    assert bot.application_id == int(sandbox.application_id)
    assert {command["name"] for command in sandbox.commands} == {"generate", "facts"}
    assert [entry.what for entry in sandbox.gateway_log] == ["identify"]
    assert sandbox.violations == []


async def test_refuses_a_bad_token(sandbox: DiscordSandbox, start: Start) -> None:
    async with Bot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.start("bad")

    assert sandbox.violations == ["GET /users/@me: 401 0 401: Unauthorized {}"]


async def test_runs_a_command_from_defer_to_files(sandbox: DiscordSandbox, start: Start) -> None:
    await start(studio())
    artist = sandbox.user("artist")

    shown = await artist.run("generate", {"prompt": "a cat"}, {"image": ("cat.png", b"bytes of a cat")})
    assert shown.message_id
    message = await sandbox.wait(shown.message_id, lambda m: m["content"] == "done")

    assert [state.message["content"] for state in sandbox.states(shown.message_id)] == ["", "drawing a cat", "done"]
    assert [state.message["flags"] for state in sandbox.states(shown.message_id)] == [128, 0, 0]
    assert sandbox.file(message["attachments"][0]["url"]) == b"bytes of a cat"
    assert message["attachments"][0]["description"] == "the result"
    assert shown.ack_seconds < 1
    assert sandbox.violations == []
    assert sandbox.too_many == []


async def test_offers_choices(sandbox: DiscordSandbox, start: Start) -> None:
    await start(studio())

    choices = await sandbox.user("artist").autocomplete("generate", focused="prompt", value="a c")

    assert choices == [{"name": "a c!", "value": "a c"}]


async def test_buttons_and_followups(sandbox: DiscordSandbox, start: Start) -> None:
    await start(studio())
    artist = sandbox.user("artist")
    shown = await artist.run("generate", {"prompt": "a cat"})
    assert shown.message_id
    await sandbox.wait(shown.message_id, lambda m: m["content"] == "done")

    clicked = await artist.click(shown.message_id, "Again")
    followup = await sandbox.wait_new(lambda m: m["content"] == "only for you")

    assert clicked.message_id == shown.message_id
    assert sandbox.message(shown.message_id)["content"] == "once more"
    assert followup["flags"] & 64
    assert sandbox.violations == []


async def test_tells_the_truth_about_people_and_places(sandbox: DiscordSandbox, start: Start) -> None:
    await start(studio())
    artist = sandbox.user("artist", manage_messages=True, locale="de")

    shown = await artist.run("facts", {"person": artist})
    private = await artist.dm().run("facts", {"person": artist})

    assert shown.ephemeral
    assert sandbox.message(shown.message_id)["content"] == "[True, True, 10485760, False, 'artist', 'de']"
    assert sandbox.message(private.message_id)["content"] == "[False, True, 10485760, True, 'artist', 'de']"


async def test_reactions_name_the_author_of_the_message(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio())
    artist = sandbox.user("artist")
    shown = await artist.run("generate", {"prompt": "a cat"})

    await artist.react(shown.message_id, "🔁")
    await asyncio.wait_for(bot.reacted.wait(), 5)

    [seen] = bot.seen
    assert seen.message_author_id == int(sandbox.bot_user_id)
    assert seen.user_id == int(artist.id)
    assert str(seen.emoji) == "🔁"


async def test_without_the_intent_no_reaction_comes(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio(discord.Intents.none()))
    artist = sandbox.user("artist")
    shown = await artist.run("generate", {"prompt": "a cat"})

    await artist.react(shown.message_id, "🔁")
    await artist.run("facts", {"person": artist})

    assert bot.seen == []


async def test_with_the_guilds_intent_the_cache_is_filled(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio(discord.Intents(guilds=True)))
    await asyncio.wait_for(bot.wait_until_ready(), 5)

    guild = bot.get_guild(int(sandbox.guild.id))

    assert guild
    assert guild.name == "Studio"
    assert [channel.name for channel in guild.channels] == ["general"]


async def test_resumes_and_gets_what_it_missed(sandbox: DiscordSandbox, start: Start) -> None:
    await start(studio())
    artist = sandbox.user("artist")

    await sandbox.drop(resumable=True)
    shown = await artist.run("generate", {"prompt": "a cat"})

    assert shown.message_id
    assert [entry.what for entry in sandbox.gateway_log if entry.what != "close"] == ["identify", "resume"]
    assert sandbox.violations == []


@pytest.mark.parametrize("way", ["drop", "opcode 9"])
async def test_identifies_anew_after_an_invalid_session(sandbox: DiscordSandbox, start: Start, way: str) -> None:
    await start(studio())

    await (sandbox.drop(resumable=False) if way == "drop" else sandbox.invalidate_session(resumable=False))
    await sandbox.ready(5)
    shown = await sandbox.user("artist").run("generate", {"prompt": "a cat"})

    assert shown.message_id
    assert [entry.what for entry in sandbox.gateway_log].count("identify") == 2


@pytest.mark.parametrize("way", ["opcode 7", "opcode 9"])
async def test_comes_back_when_asked_to(sandbox: DiscordSandbox, start: Start, way: str) -> None:
    await start(studio())

    await (sandbox.ask_to_reconnect() if way == "opcode 7" else sandbox.invalidate_session(resumable=True))
    await sandbox.until(lambda: [e for e in sandbox.gateway_log if e.what == "resume"] or None, 5)

    assert (await sandbox.user("artist").run("generate", {"prompt": "a cat"})).message_id


async def test_a_message_of_its_own_with_a_file_and_a_reply(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio())
    channel = bot.get_partial_messageable(int(sandbox.channel.id), guild_id=int(sandbox.guild.id))

    first = await channel.send("one", file=discord.File(io.BytesIO(PNG), "one.png"))
    second = await channel.send("two", reference=first, allowed_mentions=discord.AllowedMentions.none())
    await second.edit(content="three", attachments=[discord.File(io.BytesIO(PNG), "two.png")])
    await first.add_reaction("👍")
    history = [message.content async for message in channel.history()]

    assert first.attachments[0].width == 1
    assert await first.attachments[0].read() == PNG
    assert sandbox.message(second.id)["referenced_message"]["id"] == str(first.id)
    assert sandbox.message(first.id)["reactions"][0]["me"] is True
    assert history == ["three", "one"]
    assert sandbox.violations == []


async def test_discord_py_waits_out_rate_limits(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio())
    for name in ("message.create", "message.edit"):
        sandbox.rate_limits.rates[name] = sandbox.rate_limits.rates[name]._replace(seconds=0.3)
    channel = bot.get_partial_messageable(int(sandbox.channel.id), guild_id=int(sandbox.guild.id))

    await asyncio.gather(*(channel.send(str(number)) for number in range(12)))

    assert len([call for call in sandbox.calls if call.method == "POST" and call.status == 200]) == 12


async def test_a_429_is_retried_by_discord_py(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(studio())
    fault = sandbox.faults.add("POST", "/channels/*/messages", status=429)
    channel = bot.get_partial_messageable(int(sandbox.channel.id), guild_id=int(sandbox.guild.id))

    message = await channel.send("through")

    assert fault.hits == 1
    assert sandbox.message(message.id)["content"] == "through"
