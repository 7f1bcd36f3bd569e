"""What to run is picked from cards, where a wish does not say it."""

from collections.abc import Sequence
from typing import Any

import discord

from cogs.ui.cards import page_of
from cogs.ui.door import withdraw
from cogs.ui.heard import heard
from cogs.ui.picker import GENERATE, Place, Question, picker, place_in
from cogs.ui.private import acknowledge
from cogs.ui.using import use_of
from cogs.ui.who import who
from core.comfydeploy.fit import taker_of
from core.forms.form import NoTaker, PickNeeded
from core.offer import Deployment
from core.runs.estimates import BRIEFLY
from core.services import Services


class Picking:
    """The picker is private, and all it needs besides the draft stands in its buttons."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def offer(self, interaction: discord.Interaction, needed: PickNeeded) -> None:
        """The first page, in an answer to the person alone."""
        response = interaction.response
        if not response.is_done():
            await acknowledge(interaction)
        elif response.type is discord.InteractionResponseType.deferred_channel_message:
            await withdraw(interaction)  # public from the start, so it makes way for one that is not
            await heard(
                interaction.followup.send(**await self._page(interaction, Place(needed.draft, 0)), ephemeral=True)
            )
            return
        await self.show(interaction, Place(needed.draft, 0))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next."""
        await heard(interaction.response.defer())
        await self.show(interaction, place_in(what))

    async def show(self, interaction: discord.Interaction, place: Place) -> None:
        """A page in the message that was acknowledged. Raises `FormExpired`, `NoTaker`, or as `Offering.list`."""
        await heard(interaction.edit_original_response(**await self._page(interaction, place)))

    async def _page(self, interaction: discord.Interaction, place: Place) -> dict[str, Any]:
        given = self._services.forms.given(place.draft, who(interaction))
        offer = await self._services.offering.list(interaction.guild_id)
        deployments: Sequence[Deployment] = offer.value.deployments
        question: Question = GENERATE
        if given.attached:
            deployments = [item for item in deployments if taker_of(item.inputs, given.attached) is not None]
            question = use_of(given.attached)
            if not deployments:
                raise NoTaker(given.attached[0].kind, len(given.attached))
        page = page_of(deployments, place.page)
        usual = await self._services.estimates.usual_of(page.items, 0 if offer.stale else BRIEFLY)
        embeds, view = picker(deployments, place, usual, question)
        return {"embeds": embeds, "view": view}
