"""The payload of an interaction, complete as the gateway delivers it.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from stationthis_discord.sandbox.discord.interaction import Interaction
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import DIRECT
from stationthis_discord.sandbox.discord.world import World

_GUILD, _BOT_DM = 0, 1


def envelope(world: World, interaction: Interaction, data: Object) -> Object:
    """INTERACTION_CREATE for an interaction with this `data`."""
    channel, member = interaction.channel, interaction.member
    payload: Object = {
        "id": interaction.id,
        "application_id": world.application_id,
        "type": int(interaction.kind),
        "data": data,
        "token": interaction.token,
        "version": 1,
        "channel_id": channel.id,
        "channel": channel.partial(member.permissions if member else DIRECT),
        "app_permissions": channel.shown_permissions(),
        "locale": interaction.user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners,
        "context": _GUILD if channel.guild else _BOT_DM,
        "attachment_size_limit": channel.file_limit,
    }
    if channel.guild and member:
        payload["guild_id"] = channel.guild.id
        payload["guild"] = channel.guild.partial()
        payload["guild_locale"] = channel.guild.locale
        payload["member"] = member.invoking()
    else:
        payload["user"] = interaction.user.json()
    if interaction.source:
        payload["message"] = interaction.source.json()
    return payload
