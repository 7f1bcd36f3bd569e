"""What Discord's refusals mean for a message: its place is lost, its thread asleep, its token over."""

from dataclasses import dataclass
from typing import Final

import discord

TOO_LARGE: Final = 40005
NO_PERMISSION: Final = 50013
ARCHIVED: Final = 50083
_TOKEN_OVER: Final = {50027, 10015}  # Invalid Webhook Token, Unknown Webhook
_UNKNOWN_MESSAGE: Final = 10008
_NO_DIRECT: Final = {50007, 50278}  # Cannot send messages to this user; 50278: no server in common
_GONE: Final = {403, 404}

DELETED: Final = "The message of your run was deleted"
CLOSED: Final = "I cannot write any more where you started this"
OVER: Final = "The message of your run cannot be changed any more"


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a place takes no messages any more: `reason` for the log, `words` for the person.

    `everywhere`: the person cannot be written to at all.
    """

    reason: str
    words: str = CLOSED
    everywhere: bool = False


def loss_by(error: discord.HTTPException) -> Loss | None:
    """None for what may pass, or is the fault of what was sent."""
    if error.code in _NO_DIRECT:
        return Loss(reason_of(error), everywhere=True)
    if error.status in _GONE:
        return Loss(reason_of(error), DELETED if error.code == _UNKNOWN_MESSAGE else CLOSED)
    return None


def reason_of(error: discord.HTTPException) -> str:
    return f"{error.status} (code {error.code})"


def is_token_over(error: discord.HTTPException) -> bool:
    return error.code in _TOKEN_OVER or error.status == 401
