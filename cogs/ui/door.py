"""The one door errors leave by: the sentence to the person, the same reference in the log."""

import secrets

import discord
import structlog

from cogs.ui.embeds import error_embed
from cogs.ui.words import words_for
from core.errors import ApiError, CoreError

log = structlog.get_logger(__name__)

_NO_ANSWER_POSSIBLE = {10062, 40060}  # Unknown interaction, Interaction has already been acknowledged


def report(error: BaseException, door: str, user: int) -> discord.Embed:
    """Write the error to the log and return what the person gets to see."""
    reference = secrets.token_hex(4)
    cause = getattr(error, "original", error)
    if isinstance(cause, CoreError):
        level = log.warning if isinstance(cause, ApiError) else log.info
        level("refused", ref=reference, door=door, user=user, error=str(cause), kind=type(cause).__name__)
    else:
        log.error("failed", ref=reference, door=door, user=user, exc_info=cause)
    return error_embed(words_for(cause), reference)


async def answer(interaction: discord.Interaction, error: BaseException, door: str) -> None:
    """Tell the person what went wrong, only them where that is possible."""
    cause = getattr(error, "original", error)
    if isinstance(cause, discord.InteractionResponded) or (
        isinstance(cause, discord.HTTPException) and cause.code in _NO_ANSWER_POSSIBLE
    ):
        log.warning("interaction.lost", door=door, user=interaction.user.id, error=str(cause))
        return
    embed = report(error, door, interaction.user.id)
    try:
        await _send(interaction, embed)
    except Exception as failed:  # noqa: BLE001 -- discord.py lets its HTTP client's own errors through
        log.warning("interaction.unanswered", door=door, user=interaction.user.id, error=type(failed).__name__)


async def _send(interaction: discord.Interaction, embed: discord.Embed) -> None:
    if interaction.type is discord.InteractionType.autocomplete:
        await interaction.response.autocomplete([])  # there is no place for a sentence
        return
    if not interaction.response.is_done():
        await interaction.response.send_message(embed=embed, ephemeral=True)
        return
    if interaction.type is discord.InteractionType.application_command:
        # a deferred answer is public or not from the start, so the public one makes way for one that is not
        await interaction.delete_original_response()
    await interaction.followup.send(embed=embed, ephemeral=True)
