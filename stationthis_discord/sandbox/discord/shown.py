"""What a person sees after the bot answered an interaction."""

from stationthis_discord.sandbox.discord.interaction import Ack, Interaction
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.world import World


class Shown:
    """The first answer to an interaction, and what became of it since."""

    def __init__(self, world: World, interaction: Interaction) -> None:
        self.interaction = interaction
        self.interaction_id = interaction.id
        self.ack_seconds = interaction.ack_seconds or 0.0
        if interaction.original:
            world.fresh.pop(interaction.original.id, None)

    @property
    def ack(self) -> Ack | None:
        """The kind of the first answer."""
        return self.interaction.ack

    @property
    def message_id(self) -> str | None:
        """The message the answer made or, for a component, changes; None for a modal."""
        return self.interaction.original.id if self.interaction.original else None

    @property
    def ephemeral(self) -> bool:
        return bool(self.interaction.original and self.interaction.original.ephemeral)

    @property
    def modal(self) -> Object | None:
        """The form the bot opened, if it did; its components are numbered, as the client has them."""
        return self.interaction.answer if self.interaction.ack is Ack.MODAL else None
