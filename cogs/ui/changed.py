"""What an operator's change has come to, as a sentence each; pure."""

from collections.abc import Mapping
from typing import Final

import discord

from cogs.ui.embeds import BLURPLE, GREEN
from cogs.ui.text import clip, named, safe

_LONGEST: Final = 4000  # characters


def done_embed(sentence: str) -> discord.Embed:
    return discord.Embed(description=clip(f"✅ {sentence}", _LONGEST), colour=GREEN)


def nothing_embed(sentence: str) -> discord.Embed:
    return discord.Embed(description=clip(sentence, _LONGEST), colour=BLURPLE)


def deployed(workflow: str, environment: str, machine: str, version: int | None) -> str:
    which = "its newest version" if version is None else f"version {version}"
    return (
        f"**{named(workflow, 100)}** is deployed to {safe(environment, 30)}: {which}, on **{named(machine, 100)}**.\n"
        "It can be run here if that environment is on offer; `/deployments` lists what is."
    )


def updated(name: str, changes: Mapping[str, object]) -> str:
    """`changes` are what was asked for, by words for people; None was not asked for."""
    parts = [f"{what} {safe(str(value), 100)}" for what, value in changes.items() if value is not None]
    return f"**{named(name, 100)}** was changed: {', '.join(parts)}."


def uploaded(name: str, *, is_new: bool) -> str:
    shown = f"**{named(name, 100)}**"
    if is_new:
        return f"{shown} is a new workflow. `/operator deployment create` makes it ready to run."
    return f"{shown} has a further version; `/workflows` shows its number. What is deployed stays as it is."


def added(name: str) -> str:
    return f"The machine **{named(name, 100)}** was added. `/machines` shows how it stands."


def deleted(name: str) -> str:
    return f"**{named(name, 100)}** was deleted."


KEPT: Final = "Nothing was deleted."
GONE: Final = "It is not there any more, so there was nothing to delete."
