"""What the bot may do in a channel by the channel's own routes, and how Discord refuses the rest.

Where Embed Links is missing, Discord refuses a bot's message with embeds (50013) rather than to strip them: it strips
only the previews it makes itself of links. Routes with an interaction's token ask for none of this: such an answer is
sent with the rights of a webhook, so that neither Send Messages nor Embed Links nor View Channel is needed.
https://docs.discord.com/developers/topics/permissions, https://docs.discord.com/developers/topics/threads#permissions
"""

from collections.abc import Sequence

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.world import World


def reach(world: World, channel_id: str, *needed: Permission) -> Channel:
    """The channel of this id.

    Raises:
        Refusal: 10003, 50001 when the bot can't see it, 50013 when it may not do there what it is about to do.
    """
    channel = world.channel(channel_id)
    if not channel.bot_may(Permission.VIEW_CHANNEL):
        raise refusals.missing_access()
    require(channel, *needed)
    return channel


def require(channel: Channel, *needed: Permission) -> None:
    """Raises 50013 when the bot lacks one of these."""
    if not all(channel.bot_may(permission) for permission in needed):
        raise refusals.missing_permissions()


def require_moderation(channel: Channel) -> None:
    """Raises 50013 when the bot may not take away what others wrote, and 50003 where nobody may: in a DM."""
    if not channel.guild:
        raise refusals.direct_channel()
    require(channel, Permission.MANAGE_MESSAGES)


def require_for_content(channel: Channel, payload: Object, uploads: Sequence[Upload]) -> None:
    """Raises 50013 when the bot may not send what this message has in it, 160002 when it may not reply."""
    if uploads:
        require(channel, Permission.ATTACH_FILES)
    if payload.get("embeds"):
        require(channel, Permission.EMBED_LINKS)
    if payload.get("message_reference") and not channel.bot_may(Permission.READ_MESSAGE_HISTORY):
        raise refusals.reply_without_history()


def require_writable(channel: Channel) -> None:
    """Raises 160005 in a locked thread, unless the bot may manage threads."""
    if channel.thread and channel.thread.locked and not channel.bot_may(Permission.MANAGE_THREADS):
        raise refusals.locked_thread()


def require_awake(channel: Channel, *, ephemeral: bool = False) -> None:
    """Raises 50083 in an archived thread: there only deleting works.

    Answers only one person sees get through, as is reported of locked threads; that it holds for their edits and
    follow-ups as well is assumed. https://github.com/discord/discord-api-docs/issues/6884,
    https://github.com/discord/discord-api-docs/issues/7707, and of public answers
    https://github.com/discord/discord-api-docs/issues/5517
    """
    if channel.thread and channel.thread.archived and not ephemeral:
        raise refusals.archived_thread()


def require_existing(channel: Channel) -> None:
    """Raises 10003 for a deleted channel."""
    if channel.deleted:
        raise refusals.unknown_channel()
