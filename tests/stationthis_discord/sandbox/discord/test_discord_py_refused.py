"""An unmodified discord.py bot meets what Discord refuses, and reads it as it would on Discord."""

import asyncio
import time

import discord
import pytest

from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, Permission
from tests.stationthis_discord.sandbox.discord.conftest import Bot, Start


def place(bot: Bot, sandbox: DiscordSandbox) -> discord.PartialMessageable:
    return bot.get_partial_messageable(int(sandbox.channel.id), guild_id=int(sandbox.guild.id))


def code(caught: pytest.ExceptionInfo[discord.HTTPException]) -> tuple[int, int]:
    return caught.value.status, caught.value.code


def keeper() -> Bot:
    """A bot that keeps the interaction of `/hold`, to use its token later."""
    bot = Bot(discord.Intents(guilds=True))
    bot.held = asyncio.Queue()  # type: ignore[attr-defined]

    @bot.tree.command(description="d")
    async def hold(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("held")
        bot.held.put_nowait(interaction)  # type: ignore[attr-defined]

    return bot


async def held(bot: Bot, sandbox: DiscordSandbox) -> discord.Interaction:
    await sandbox.user("artist").run("hold")
    found: discord.Interaction = await asyncio.wait_for(bot.held.get(), 5)  # type: ignore[attr-defined]
    return found


async def test_an_edit_of_an_old_message_waits_for_its_own_limit(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(keeper())
    rates = sandbox.rate_limits.rates
    rates["message.edit.old"] = rates["message.edit.old"]._replace(requests=1, seconds=0.2)
    message = await place(bot, sandbox).send("x")
    sandbox._world.clock = lambda: time.time() + 3601  # noqa: SLF001 - an hour later

    for content in ("y", "z"):
        await message.edit(content=content)

    assert sandbox.message(message.id)["content"] == "z"
    assert [entry.bucket for entry in sandbox.too_many] == ["message.edit.old"]


async def test_a_deleted_message_is_not_found(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(keeper())
    interaction = await held(bot, sandbox)
    message = await interaction.original_response()
    sandbox.delete_message(message.id)

    with pytest.raises(discord.NotFound) as by_token:
        await interaction.edit_original_response(content="y")
    with pytest.raises(discord.NotFound) as by_channel:
        await place(bot, sandbox).get_partial_message(message.id).edit(content="y")

    assert code(by_token) == code(by_channel) == (404, 10008)


async def test_a_deleted_channel_is_not_found(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(keeper())
    interaction = await held(bot, sandbox)
    sandbox.delete_channel(sandbox.channel)

    with pytest.raises(discord.NotFound) as by_token:
        await interaction.edit_original_response(content="y")
    with pytest.raises(discord.NotFound) as by_channel:
        await place(bot, sandbox).send("y")

    assert code(by_token) == code(by_channel) == (404, 10003)


@pytest.mark.parametrize(("missing", "expected"), [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013)])
async def test_a_missing_permission_is_forbidden(
    sandbox: DiscordSandbox, start: Start, missing: Permission, expected: int
) -> None:
    bot = await start(keeper())
    sandbox.channel.app_permissions = MEMBER & ~missing

    with pytest.raises(discord.Forbidden) as caught:
        await place(bot, sandbox).send("x")

    assert code(caught) == (403, expected)


async def test_an_archived_thread_is_asleep(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(keeper())
    thread = sandbox.add_thread("sketches")
    there = bot.get_partial_messageable(int(thread.id), guild_id=int(sandbox.guild.id))
    message = await there.send("x")
    sandbox.change_thread(thread, archived=True)

    with pytest.raises(discord.HTTPException) as caught:
        await message.edit(content="y")

    assert code(caught) == (400, 50083)


async def test_a_kicked_bot_is_told(sandbox: DiscordSandbox, start: Start) -> None:
    bot = await start(keeper())
    await asyncio.wait_for(bot.wait_until_ready(), 5)
    gone = asyncio.create_task(bot.wait_for("guild_remove", timeout=5))
    await asyncio.sleep(0)

    sandbox.kick()

    assert (await gone).id == int(sandbox.guild.id)
    with pytest.raises(discord.Forbidden):
        await place(bot, sandbox).send("x")


async def test_too_many_identifies_are_paced_by_discord_py(sandbox: DiscordSandbox, start: Start) -> None:
    sandbox.gateway.identify_seconds = 0.1
    sandbox._world.shards = 2  # noqa: SLF001 - as many as the bot is to start

    bot = keeper()

    async def pause(shard_id: int | None, *, initial: bool = False) -> None:
        await asyncio.sleep(0 if initial else 0.15)

    bot.before_identify_hook = pause  # type: ignore[method-assign]
    await start(bot)
    await asyncio.wait_for(bot.wait_until_ready(), 5)

    assert [entry.shard for entry in sandbox.gateway_log] == [0, 1]
    assert sandbox.violations == []
