"""The one door errors leave by: the sentence to the person, the same reference in the log; or what helps them on."""

import functools
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final, Protocol, TypeVar, cast

import discord
import structlog
from discord import app_commands

from cogs.ui.embeds import error_embed
from cogs.ui.heard import heard
from cogs.ui.words import words_for
from core.comfydeploy.errors import ApiError
from core.errors import CoreError, StoreFailed, SurfaceSilent

log = structlog.get_logger(__name__)

C = TypeVar("C")
Suggest = Callable[[C, discord.Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]

Remedy = Callable[[discord.Interaction, Any], Awaitable[None]]
"""Answers an error of one kind with something better than a sentence, acknowledged or not; raises what Discord does."""


class Helpful(Protocol):
    """The bot, as far as it is known here. `remedies` are by the very kind of an error."""

    remedies: Mapping[type[CoreError], Remedy]


# Unknown interaction; already acknowledged: another process of this bot answers, and its answer is not ours to touch
_NO_ANSWER_POSSIBLE: Final = {10062, 40060}
_NOT_ACKNOWLEDGED: Final = 10015  # Unknown Webhook: a token opens its webhook with the first answer
_OTHER_VERSION: Final = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)


def report(error: BaseException, door: str, user: int) -> discord.Embed:
    """Write the error to the log and return what the person gets to see."""
    reference = secrets.token_hex(4)
    cause = getattr(error, "original", error)
    if isinstance(cause, CoreError | app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        level = log.warning if isinstance(cause, (ApiError, StoreFailed, *_OTHER_VERSION)) else log.info
        level("refused", ref=reference, door=door, user=user, error=str(cause), kind=type(cause).__name__)
    else:
        log.error("failed", ref=reference, door=door, user=user, exc_info=cause)
    return error_embed(words_for(cause), reference)


def suggesting(suggest: Suggest[C]) -> Suggest[C]:
    """An autocomplete that leaves by this door: no choices, and the error once in the log."""

    @functools.wraps(suggest)
    async def guarded(cog: C, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            return await suggest(cog, interaction, typed)
        except Exception as error:  # noqa: BLE001 -- discord.py would log it without a reference, and answer nothing
            report(error, "autocomplete", interaction.user.id)
            return []

    return guarded


async def answer(interaction: discord.Interaction, error: BaseException, door: str) -> None:
    """Tell the person what went wrong, only them where that is possible."""
    cause = getattr(error, "original", error)
    if isinstance(cause, discord.InteractionResponded) or (
        isinstance(cause, discord.HTTPException) and cause.code in _NO_ANSWER_POSSIBLE
    ):
        log.warning("interaction.lost", door=door, user=interaction.user.id, error=str(cause))
        return
    if await _helped(interaction, cause, door):
        return
    embed = report(error, door, interaction.user.id)
    further = _way_back(cause)
    reason = ""
    for unclear in (isinstance(cause, SurfaceSilent), True):
        try:
            await heard(_send(interaction, {"embed": embed, **further}, unclear=unclear))
        except SurfaceSilent as silent:
            reason = str(silent)  # the same sentence twice is better than none
        except discord.DiscordException as failed:
            reason = str(failed)
            break
        else:
            return
    log.warning("interaction.unanswered", door=door, user=interaction.user.id, error=reason)


async def _helped(interaction: discord.Interaction, cause: BaseException, door: str) -> bool:
    """Whether the person was given something better than a sentence."""
    remedy = cast("Helpful", interaction.client).remedies.get(cast("type[CoreError]", type(cause)))
    if remedy is None or interaction.type is discord.InteractionType.autocomplete:
        return False
    try:
        await remedy(interaction, cause)
    except (discord.DiscordException, CoreError) as failed:
        log.warning("interaction.not_helped", door=door, user=interaction.user.id, error=str(failed))
        return False
    except Exception:  # a mistake of ours in what was to help must not keep the sentence back
        log.exception("interaction.not_helped", door=door, user=interaction.user.id)
        return False
    return True


def _way_back(cause: BaseException) -> dict[str, Any]:
    """The button to the form in which what was asked for is kept, where it is."""
    draft = cause.kept_in if isinstance(cause, CoreError) else None
    if draft is None:
        return {}
    view = discord.ui.View(timeout=None)
    button = discord.ui.Button[discord.ui.View](custom_id=f"st:open:{draft}", label="Try again", emoji="📝")
    view.add_item(button)
    view.stop()  # its press is taken by its id, so discord.py need not keep it
    return {"view": view}


async def _send(interaction: discord.Interaction, message: dict[str, Any], *, unclear: bool) -> None:
    """`unclear` when the connection broke: Discord may know of an acknowledgement that discord.py knows nothing of."""
    if interaction.type is discord.InteractionType.autocomplete:
        await interaction.response.autocomplete([])  # there is no place for a sentence
        return
    if interaction.response.is_done() or unclear:
        try:
            await _send_by_token(interaction, message)
        except discord.NotFound as error:
            if interaction.response.is_done() or error.code != _NOT_ACKNOWLEDGED:
                raise
        else:
            return
    await interaction.response.send_message(**message, ephemeral=True)


async def _send_by_token(interaction: discord.Interaction, message: dict[str, Any]) -> None:
    is_command = interaction.type is discord.InteractionType.application_command
    if is_command or interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # a deferred answer is public or not from the start, so the public one makes way for one that is not
        await withdraw(interaction)
    await interaction.followup.send(**message, ephemeral=True)


async def withdraw(interaction: discord.Interaction) -> None:
    """Delete the first answer, as far as that is possible: the sentence is to be sent in any case.

    Raises:
        NotFound: there was no first answer.
    """
    for _ in range(2):
        try:
            await heard(interaction.delete_original_response())
        except SurfaceSilent:
            continue
        except discord.HTTPException as error:
            if error.code == _NOT_ACKNOWLEDGED:
                raise
            log.info("interaction.not_withdrawn", user=interaction.user.id, error=str(error))
        return
