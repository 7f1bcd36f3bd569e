"""Discord's copy of the commands: sent where it differs, left alone where it does not, each command in its scope."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from stationthis_discord.bot import use_discord_at
from stationthis_discord.commands_sync import is_same, sync_commands
from stationthis_discord.sandbox.discord import DiscordSandbox

OPTION = {"name": "seed", "description": "A seed", "type": 4, "required": False, "min_value": 0, "choices": []}
OURS: dict[str, Any] = {
    "name": "generate",
    "description": "Run",
    "type": 1,
    "options": [OPTION],
    "nsfw": False,
    "default_member_permissions": 8192,
    "contexts": [0, 1],
    "name_localizations": {},
}
THEIRS: dict[str, Any] = {
    "id": "1",
    "application_id": "2",
    "version": "3",
    "name": "generate",
    "description": "Run",
    "type": 1,
    "options": [{"name": "seed", "description": "A seed", "type": 4, "min_value": 0}],
    "nsfw": False,
    "default_member_permissions": "8192",
    "contexts": [0, 1],
    "name_localizations": None,
    "dm_permission": True,
}


def _option(**changes: object) -> dict[str, object]:
    return {"options": [OPTION | changes]}


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([OURS], [THEIRS], True),
        ([], [], True),
        ([OURS | {"contexts": (0, 1)}], [THEIRS], True),
        ([OURS], [], False),
        ([], [THEIRS], False),
        ([OURS], [THEIRS, THEIRS | {"name": "old"}], False),
        ([OURS], [THEIRS | {"name": "other"}], False),
        ([OURS], [THEIRS | {"type": 2}], False),
        ([OURS | {"type": 2}], [THEIRS], False),
        ([OURS | {"description": "Run it"}], [THEIRS], False),
        ([OURS | {"nsfw": True}], [THEIRS], False),
        ([OURS | {"contexts": [0]}], [THEIRS], False),
        ([OURS | {"contexts": None}], [THEIRS], False),
        ([OURS | {"default_member_permissions": 8}], [THEIRS], False),
        ([OURS | {"default_member_permissions": None}], [THEIRS], False),
        ([OURS | {"options": []}], [THEIRS], False),
        ([OURS | _option(required=True)], [THEIRS], False),
        ([OURS | _option(min_value=1)], [THEIRS], False),
        ([OURS | _option(max_value=9)], [THEIRS], False),
        ([OURS | _option(choices=[{"name": "one", "value": 1}])], [THEIRS], False),
        ([OURS], [THEIRS | {"options": [{"name": "seed", "description": "A seed", "type": 4}]}], False),
        ([OURS], [THEIRS | {"options": ["seed"]}], False),
        ([OURS], [THEIRS | {"options": None}], False),
    ],
)
def test_commands_are_the_same_when_discords_say_all_that_ours_say(
    ours: list[Any], theirs: list[Any], same: bool
) -> None:
    assert is_same(ours, theirs) is same


@pytest.fixture
async def server() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as local:
        yield local


@pytest.fixture
async def client(server: DiscordSandbox, discord_restored: None) -> AsyncIterator[discord.Client]:
    use_discord_at(server.url)
    async with discord.Client(intents=discord.Intents.none()) as logged_in:
        await logged_in.login(server.token)
        yield logged_in


def _tree(client: discord.Client, description: str = "Run a deployment") -> app_commands.CommandTree[discord.Client]:
    """Commands with about everything that ours use, from a process of its own."""
    client._connection._command_tree = None  # noqa: SLF001 -- one client stands for several processes
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )

    @tree.command(description=description)
    @app_commands.describe(seed="A seed")
    @app_commands.default_permissions(manage_guild=True)
    async def generate(
        _: discord.Interaction,
        deployment: app_commands.Range[str, 1, 200],
        image: discord.Attachment | None = None,
        seed: app_commands.Range[int, 0, 2**53 - 1] | None = None,
    ) -> None:
        del deployment, image, seed

    @tree.command(description="Stop")
    async def cancel(_: discord.Interaction, run: str | None = None) -> None:
        del run

    return tree


def _for_operators(tree: app_commands.CommandTree[discord.Client], guild: discord.Object) -> None:
    """A group for one server, made as those for the operators are."""
    group = app_commands.Group(
        name="operator",
        description="For operators",
        guild_only=True,
        default_permissions=discord.Permissions(administrator=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    @group.command(description="Read anew")
    async def refresh(_: discord.Interaction) -> None: ...

    tree.add_command(group, guild=guild)


async def _names(client: discord.Client, guild: discord.Object | None) -> set[str]:
    """Of what Discord has in this scope."""
    application = client.application_id or 0
    if guild is None:
        return {item["name"] for item in await client.http.get_global_commands(application)}
    return {item["name"] for item in await client.http.get_guild_commands(application, guild.id)}


def _sent(server: DiscordSandbox) -> list[str]:
    return [call.path for call in server.calls if call.method == "PUT"]


async def test_commands_that_discord_does_not_have_are_sent(server: DiscordSandbox, client: discord.Client) -> None:
    assert await sync_commands(client, _tree(client), None)

    assert {command["name"] for command in server.commands} == {"generate", "cancel"}


async def test_commands_that_discord_has_are_not_sent_again(server: DiscordSandbox, client: discord.Client) -> None:
    await sync_commands(client, _tree(client), None)
    sent = _sent(server)

    assert not await sync_commands(client, _tree(client), None)

    assert _sent(server) == sent


async def test_commands_that_changed_are_sent(server: DiscordSandbox, client: discord.Client) -> None:
    await sync_commands(client, _tree(client), None)

    assert await sync_commands(client, _tree(client, "Run one"), None)

    assert "Run one" in {command["description"] for command in server.commands}


async def test_a_development_server_gets_them_alone_and_the_global_ones_are_taken_back(
    server: DiscordSandbox, client: discord.Client
) -> None:
    await sync_commands(client, _tree(client), None)
    guild = discord.Object(int(server.guild.id))

    assert await sync_commands(client, _tree(client), guild)

    application = client.application_id or 0
    assert await client.http.get_global_commands(application) == []
    assert len(await client.http.get_guild_commands(application, guild.id)) == 2


async def test_a_development_server_that_has_them_gets_nothing_again(
    server: DiscordSandbox, client: discord.Client
) -> None:
    guild = discord.Object(int(server.guild.id))
    await sync_commands(client, _tree(client), guild)
    sent = _sent(server)

    assert not await sync_commands(client, _tree(client), guild)

    assert _sent(server) == sent


async def test_before_the_login_nothing_can_be_synced() -> None:
    async with discord.Client(intents=discord.Intents.none()) as stranger:
        with pytest.raises(RuntimeError, match="after login"):
            await sync_commands(stranger, app_commands.CommandTree(stranger), None)


async def test_operators_have_theirs_in_the_admin_server_and_people_theirs_everywhere(
    server: DiscordSandbox, client: discord.Client
) -> None:
    admin, tree = discord.Object(int(server.guild.id)), _tree(client)
    _for_operators(tree, admin)

    assert await sync_commands(client, tree, None, admin)

    assert await _names(client, admin) == {"operator"}
    assert await _names(client, None) == {"generate", "cancel"}


async def test_an_admin_server_that_is_the_development_server_has_all(
    server: DiscordSandbox, client: discord.Client
) -> None:
    guild, tree = discord.Object(int(server.guild.id)), _tree(client)
    _for_operators(tree, guild)

    assert await sync_commands(client, tree, guild, guild)

    assert await _names(client, guild) == {"operator", "generate", "cancel"}
    assert await _names(client, None) == set()


async def test_only_the_scope_that_changed_is_sent_again(server: DiscordSandbox, client: discord.Client) -> None:
    admin, tree = discord.Object(int(server.guild.id)), _tree(client)
    _for_operators(tree, admin)
    await sync_commands(client, tree, None, admin)
    sent = len(_sent(server))
    changed = _tree(client, "Run one")
    _for_operators(changed, admin)

    assert await sync_commands(client, changed, None, admin)

    assert [path for path in _sent(server)[sent:] if "guilds" in path] == []
    assert len(_sent(server)) == sent + 1


async def test_a_server_that_does_not_tell_where_its_commands_count_gets_nothing_again(
    server: DiscordSandbox, client: discord.Client
) -> None:
    admin, tree = discord.Object(int(server.guild.id)), _tree(client)
    _for_operators(tree, admin)
    await sync_commands(client, tree, None, admin)
    for command in server.commands:
        if "guild_id" in command:
            command.update(contexts=None, integration_types=[0])
            command.pop("dm_permission")

    assert not await sync_commands(client, tree, None, admin)


async def test_a_server_where_the_bot_is_not_is_told(server: DiscordSandbox, client: discord.Client) -> None:
    with pytest.raises(discord.Forbidden):
        await sync_commands(client, _tree(client), None, discord.Object(1))
