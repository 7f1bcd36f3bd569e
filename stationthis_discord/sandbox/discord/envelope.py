"""The payload of an interaction, complete as the gateway delivers it.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from stationthis_discord.sandbox.discord.interaction import Interaction
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.place_json import partial_channel, partial_guild
from stationthis_discord.sandbox.discord.world import World


def envelope(world: World, interaction: Interaction, data: Object) -> Object:
    """INTERACTION_CREATE for an interaction with this `data`."""
    channel, user = interaction.channel, interaction.user
    permissions = channel.permissions_of(user)
    payload: Object = {
        "id": interaction.id,
        "application_id": world.application_id,
        "type": int(interaction.kind),
        "data": data,
        "token": interaction.token,
        "version": 1,
        "channel_id": channel.id,
        "channel": partial_channel(channel, permissions),
        "app_permissions": str(int(channel.app_permissions_for(user))),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners,
        "context": int(channel.context),
        "attachment_size_limit": channel.file_limit,
    }
    if channel.guild and user.id in channel.guild.members:
        payload["guild_id"] = channel.guild.id
        payload["guild"] = partial_guild(channel.guild)
        payload["guild_locale"] = channel.guild.locale
        payload["member"] = {**channel.guild.members[user.id].json(), "permissions": str(int(permissions))}
    else:
        payload["user"] = user.json()
    if interaction.source:
        payload["message"] = interaction.source.json()
    return payload
