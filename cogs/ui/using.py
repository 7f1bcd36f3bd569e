"""*Use as input…*: which file of a message, and what it is for; pure."""

from collections.abc import Sequence
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.buttons import Immortal, unkept
from cogs.ui.embeds import BLURPLE
from cogs.ui.picker import Question
from cogs.ui.text import named, plain, size
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Attached, Source
from core.comfydeploy.written import MOST_FILES

_TITLE: Final = "Use as input…"
_ALL: Final = "all"
_EMOJI: Final = {InputKind.IMAGE: "🖼", InputKind.VIDEO: "🎞", InputKind.AUDIO: "🎵", InputKind.EXR: "🌄"}


def use_of(attached: Sequence[Attached]) -> Question:
    """What the picker asks when files are at hand."""
    first = named(attached[0].file.name, 60)
    more = f" and {len(attached) - 1} more" if len(attached) > 1 else ""
    return Question("Use as input…", f"What shall be done with **{first}**{more}?")


def which_message(
    draft: str, attached: Sequence[Attached], title: str = _TITLE, *, one: bool = False
) -> dict[str, Any]:
    """The question for `one` of several files, or all pictures together."""
    options = [
        discord.SelectOption(
            label=plain(f"{number}. {item.file.name}", limits.SELECT_LABEL),
            value=str(number - 1),
            description=_about(item),
            emoji=_EMOJI.get(item.kind, "📄"),
        )
        for number, item in enumerate(attached, start=1)
    ]
    pictures = len(_pictures(attached))
    if pictures > 1 and not one:
        label = "All pictures" if pictures <= MOST_FILES else f"The first {MOST_FILES} pictures"
        options.append(discord.SelectOption(label=label, value=_ALL, description="for a batch", emoji="🗂"))
    menu = discord.ui.Select[discord.ui.View](custom_id=f"st:which:{draft}", placeholder="Which one?", options=options)
    view = unkept()
    view.add_item(Immortal(menu, "which", draft))
    embed = discord.Embed(
        title=title, description=f"This message has {len(attached)} files. Which one?", colour=BLURPLE
    )
    return {"embed": embed, "view": view}


def one_of(attached: Sequence[Attached], chosen: Sequence[str]) -> tuple[Attached, ...]:
    """What was picked; the first for a choice that was not on offer."""
    wanted = next(iter(chosen), "")
    if wanted == _ALL:
        return _pictures(attached)[:MOST_FILES]
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 3 else 0
    return (attached[number if number < len(attached) else 0],)


def _pictures(attached: Sequence[Attached]) -> tuple[Attached, ...]:
    return tuple(item for item in attached if item.kind is InputKind.IMAGE)


def _about(item: Attached) -> str | None:
    bytes_ = item.file.size if isinstance(item.file, Source) else None
    return None if bytes_ is None else size(bytes_)
