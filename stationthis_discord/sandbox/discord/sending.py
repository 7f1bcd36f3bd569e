"""Handing an interaction to the bot and waiting for its first answer."""

from stationthis_discord.sandbox.discord.envelope import envelope
from stationthis_discord.sandbox.discord.interaction import Interaction, Kind
from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.payload import Object, interaction_token
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.resolving import DriverError
from stationthis_discord.sandbox.discord.world import World


def begin(world: World, kind: Kind, user: User, channel: Channel, owners: Object) -> Interaction:
    """An interaction with a new id and token."""
    if channel.deleted:
        raise DriverError(f"the channel {channel.name} is gone")
    interaction_id = world.new_id()
    token = interaction_token(interaction_id)
    return Interaction(interaction_id, token, kind, user, channel, world.clock(), owners)


async def send(world: World, interaction: Interaction, data: Object, within: float) -> Interaction:
    """Gives it to the bot.

    Raises:
        DriverError: no bot listens.
        TimeoutError: no answer in time.
    """
    world.add_interaction(interaction)
    event = Event("INTERACTION_CREATE", envelope(world, interaction, data), interaction.channel.guild_id)
    if not world.emit(event):
        raise DriverError("no bot is connected to the gateway")
    try:
        await interaction.changes.until(lambda: interaction.ack, within)
    except TimeoutError:
        told = interaction.command or data.get("custom_id")
        raise TimeoutError(f"the bot did not answer {told!r} within {within} s") from None
    return interaction
