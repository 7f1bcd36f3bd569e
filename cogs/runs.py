"""What can be done with a run: `/cancel`, its buttons, and 🔁 as a reaction."""

from typing import Final

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from cogs.ui import door
from cogs.ui.buttons import run_of
from cogs.ui.choices import run_choices
from cogs.ui.embeds import note_embed
from cogs.ui.reply import Reply
from cogs.ui.who import Served, check_permissions, who, who_reacted
from core.errors import AlreadyAsked
from core.services import Services

log = structlog.get_logger(__name__)

AGAIN: Final = "🔁"
_SENTENCE_LIFE: Final = 30.0  # seconds that an answer to a reaction stays, since only a public one is possible


class Runs(commands.Cog):
    def __init__(self, bot: Served, client: discord.Client) -> None:
        self._services: Services = bot.services
        self._client = client
        bot.presses.update(again=self.press_again, cancel=self.press_cancel, refresh=self.press_refresh)

    @app_commands.command(description="Stop one of your runs")
    @app_commands.describe(run="Which one; your newest if you leave it out")
    async def cancel(self, interaction: discord.Interaction, run: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        await self._services.generation.cancel_mine(run, who(interaction))
        await interaction.edit_original_response(embed=note_embed("🚫 Cancelling. Its message shows what comes of it."))

    @cancel.autocomplete("run")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        choices = run_choices(self._services.deliveries.list_of(interaction.user.id))
        return [choice for choice in choices if typed.casefold() in choice.name.casefold()]

    async def press_again(self, interaction: discord.Interaction, run_id: str) -> None:
        check_permissions(interaction)
        await interaction.response.defer()
        await self._services.generation.again(run_id, who(interaction), Reply.after_press(interaction))

    async def press_cancel(self, interaction: discord.Interaction, run_id: str) -> None:
        await interaction.response.defer()
        await self._services.generation.cancel(run_id, who(interaction), Reply.on_original(interaction))

    async def press_refresh(self, interaction: discord.Interaction, run_id: str) -> None:
        await interaction.response.defer()
        await self._services.generation.refresh(run_id, Reply.on_original(interaction))

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Reactions carry no rights: they act for the owner of the run only, and everybody else's are ignored."""
        me = self._client.user
        if me is None or payload.message_author_id != me.id or payload.user_id == me.id or str(payload.emoji) != AGAIN:
            return
        try:
            run_id = await self._own_run(payload)
        except Exception as error:  # noqa: BLE001 -- until it is known whose run it is, nobody is told anything
            log.info("reaction.ignored", user=payload.user_id, message=payload.message_id, error=type(error).__name__)
            return
        if run_id is not None:
            await self._again(run_id, payload)

    async def _own_run(self, payload: discord.RawReactionActionEvent) -> str | None:
        self._services.admission.admit(payload.guild_id)
        message = await self._client.get_partial_messageable(payload.channel_id).fetch_message(payload.message_id)
        run_id = run_of(message)
        is_own = run_id is not None and await self._services.generation.owner_of(run_id) == payload.user_id
        return run_id if is_own else None

    async def _again(self, run_id: str, payload: discord.RawReactionActionEvent) -> None:
        try:
            reply = Reply.after_reaction(self._client, payload)
            await self._services.generation.again(run_id, who_reacted(payload), reply)
        except AlreadyAsked:
            log.info("reaction.ignored", user=payload.user_id, message=payload.message_id, error="AlreadyAsked")
        except Exception as error:  # noqa: BLE001 -- discord.py would only log it, and the person would see nothing
            await self._answer(payload, error)

    async def _answer(self, payload: discord.RawReactionActionEvent, error: Exception) -> None:
        embed = door.report(error, "reaction", payload.user_id)
        channel = self._client.get_partial_messageable(payload.channel_id)
        try:
            await channel.send(embed=embed, delete_after=_SENTENCE_LIFE)
        except Exception as failed:  # noqa: BLE001 -- discord.py lets its HTTP client's own errors through
            log.warning("reaction.unanswered", user=payload.user_id, error=type(failed).__name__)
