"""Discord's copy of the commands made equal to ours: each scope is compared, and sent only when it differs."""

from typing import Any, Final

import discord
import structlog
from discord import app_commands

log = structlog.get_logger(__name__)

# of a server's own commands Discord neither needs these nor tells them back
# https://docs.discord.com/developers/interactions/application-commands#application-command-object
_GLOBAL_ONLY: Final = frozenset({"contexts", "dm_permission", "integration_types"})


async def sync_commands(
    client: discord.Client,
    tree: app_commands.CommandTree[Any],
    dev_guild: discord.Object | None,
    admin_guild: discord.Object | None = None,
) -> bool:
    """Send the commands wherever Discord's differ; True when any were sent.

    People's commands go to `dev_guild`, or to all servers. Those that the tree has for `admin_guild` alone go there, so
    with both in one server it gets all of them.

    Raises:
        discord.Forbidden: the bot may not register commands in one of the servers.
    """
    if client.application_id is None:
        raise RuntimeError("commands are synced after login")
    if dev_guild is not None:
        await _take_back_global(client, client.application_id)
        tree.copy_global_to(guild=dev_guild)
    scopes = [dev_guild]
    if admin_guild is not None and admin_guild != dev_guild:
        scopes.append(admin_guild)
    return any([await _sync_scope(client, tree, client.application_id, guild) for guild in scopes])


async def _take_back_global(client: discord.Client, application: int) -> None:
    """Commands of a development server would be listed twice beside global ones."""
    if await client.http.get_global_commands(application):
        await client.http.bulk_upsert_global_commands(application, payload=[])


async def _sync_scope(
    client: discord.Client, tree: app_commands.CommandTree[Any], application: int, guild: discord.Object | None
) -> bool:
    ours: list[Any] = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    if guild is None:
        theirs: list[Any] = list(await client.http.get_global_commands(application))
    else:
        theirs = list(await client.http.get_guild_commands(application, guild.id))
        ours = [{name: value for name, value in item.items() if name not in _GLOBAL_ONLY} for item in ours]
    if is_same(ours, theirs):
        log.info("commands.unchanged", count=len(ours), server=guild.id if guild else None)
        return False
    await tree.sync(guild=guild)
    log.info("commands.sent", count=len(ours), server=guild.id if guild else None)
    return True


def is_same(ours: list[Any], theirs: list[Any]) -> bool:
    """Whether Discord's commands say all that ours say; Discord adds ids, versions and defaults of its own. Pure."""
    named = {(item.get("name"), item.get("type", 1)): item for item in theirs}
    if len(named) != len(ours):
        return False
    return all(_says(item, named.get((item["name"], item.get("type", 1)))) for item in ours)


def _says(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 -- any part of a JSON payload
    if _is_nothing(ours):
        return _is_nothing(theirs)
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(_says(value, theirs.get(key)) for key, value in ours.items())
    if isinstance(ours, list | tuple) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_says, ours, theirs))
    if isinstance(ours, int) and isinstance(theirs, str):
        return str(ours) == theirs  # permissions: a number of ours comes back as text
    return bool(ours == theirs)


def _is_nothing(value: object) -> bool:
    """Whether leaving it out would say the same; a least value of 0 says something."""
    return value is None or value is False or (isinstance(value, str | list | tuple | dict) and not value)
