"""Discord's copy of the commands made equal to ours: sent only when they differ, in one scope only."""

from typing import Any

import discord
import structlog
from discord import app_commands

log = structlog.get_logger(__name__)


async def sync_commands(
    client: discord.Client, tree: app_commands.CommandTree[Any], guild: discord.Object | None
) -> bool:
    """Send the commands to this server, or to all, if Discord's differ; True when they were sent.

    Commands of a development server would be listed twice beside global ones, so the global ones are taken back.
    """
    application = client.application_id
    if application is None:
        raise RuntimeError("commands are synced after login")
    if guild is not None:
        tree.copy_global_to(guild=guild)
        if await client.http.get_global_commands(application):
            await client.http.bulk_upsert_global_commands(application, payload=[])
        theirs: list[Any] = list(await client.http.get_guild_commands(application, guild.id))
    else:
        theirs = list(await client.http.get_global_commands(application))
    ours = [command.to_dict(tree) for command in tree.get_commands(guild=guild)]
    if is_same(ours, theirs):
        log.info("commands.unchanged", count=len(ours))
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
