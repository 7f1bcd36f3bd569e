"""What to run is picked from cards, where a wish does not say it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from cogs.ui.cards import nothing_words, page_of
from cogs.ui.door import withdraw
from cogs.ui.heard import heard
from cogs.ui.picker import GENERATE, Place, picker, place_in
from cogs.ui.private import acknowledge
from cogs.ui.using import use_of
from cogs.ui.who import who
from cogs.ui.words import words_for
from core.comfydeploy.fit import takes
from core.forms.draft import Draft
from core.forms.form import FormNeeded, NoTaker, PickNeeded
from core.offer import Deployment
from core.runs.estimates import BRIEFLY
from core.services import Services


class Picking:
    """The picker is private, and all it needs besides the draft stands in its buttons."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def offer(self, interaction: discord.Interaction, needed: PickNeeded) -> None:
        """The first page, in an answer to the person alone; `needed.cause` says why there is a question at all."""
        response, first = interaction.response, Place(needed.draft, 0)
        cause = None if needed.cause is None else words_for(needed.cause)
        if not response.is_done():
            await acknowledge(interaction)
        elif response.type is discord.InteractionResponseType.deferred_channel_message:
            await withdraw(interaction)  # public from the start, so it makes way for one that is not
            await heard(interaction.followup.send(**await self._page(interaction, first, cause), ephemeral=True))
            return
        await heard(interaction.edit_original_response(**await self._page(interaction, first, cause)))

    async def turn(self, interaction: discord.Interaction, what: str) -> None:
        """Back and Next."""
        await heard(interaction.response.defer())
        await self.show(interaction, place_in(what))

    async def show(self, interaction: discord.Interaction, place: Place) -> None:
        """A page in the message that was acknowledged. Raises `FormExpired`, `NoTaker`, or as `Offering.list`."""
        await heard(interaction.edit_original_response(**await self._page(interaction, place)))

    async def _page(self, interaction: discord.Interaction, place: Place, cause: str | None = None) -> dict[str, Any]:
        """Of what the wish may be for: what may be meant by its name, and what can take what was given.

        Raises:
            NoTaker: nothing takes what is attached.
            FormNeeded: only one thing does.
        """
        forms, actor = self._services.forms, who(interaction)
        begun = forms.begun(place.draft, actor)
        offer = await self._services.offering.list(interaction.guild_id)
        deployments = _fitting(offer.value.deployments, begun)
        if begun.given.attached and len(deployments) == 1:
            raise FormNeeded(await forms.choose(place.draft, actor, deployments[0].id))
        page = page_of(deployments, place.page)
        usual = await self._services.estimates.usual_of(page.items, 0 if offer.stale else BRIEFLY)
        question = use_of(begun.given.attached) if begun.given.attached else GENERATE
        question = replace(question, nothing=nothing_words(await self._services.offering.allowed(interaction.guild_id)))
        if cause is not None:
            question = replace(question, sentence=cause)
        embeds, view = picker(deployments, place, usual, question)
        return {"embeds": embeds, "view": view}


def _fitting(here: Sequence[Deployment], begun: Draft) -> Sequence[Deployment]:
    """Where nothing fits, all that may be meant; but not for a file, which is what it is all about."""
    meant = [item for item in here if item.label in begun.labels] or here
    found = [item for item in meant if takes(item.inputs, begun.given)]
    if begun.given.attached and not found:
        raise NoTaker(begun.given.attached[0].kind, len(begun.given.attached))
    return found or meant
