"""A page of deployments, wherever one of them is picked: a card with a picture for each, or a line; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

import discord

from cogs.ui import limits
from cogs.ui.embeds import BLURPLE
from cogs.ui.lists import PAGE_LENGTH, Page, page_at
from cogs.ui.states import usually
from cogs.ui.text import named, plain, safe
from core.offer import Deployment
from core.people.offering import Allowed
from core.runs.estimates import Usual

CARDS: Final = 5  # deployments on a page with pictures: about a screen of a phone
NOTHING: Final = "Nothing can be run yet: no deployment is on offer. Deploy a workflow in ComfyUI Deploy first."
_NOTHING_HERE: Final = "Nothing may be run in this server yet: its managers can change that with `/server deployments`."
_NOTHING_LEFT: Final = (
    "What may be run in this server is not on offer at the moment. "
    "Its managers can allow something else with `/server deployments`."
)


def nothing_words(allowed: Allowed) -> str:
    """Why there is nothing to pick from in a place for which this is set, and who can change that."""
    if allowed.ids is None:
        return NOTHING
    return _NOTHING_LEFT if allowed.ids else _NOTHING_HERE


def page_of(deployments: Sequence[Deployment], wanted: int) -> Page[Deployment]:
    """One page of a list, from 0, or the nearest that there is. A list with pictures has shorter pages, all of them."""
    has_covers = any(item.cover for item in deployments)
    return page_at(deployments, wanted, CARDS if has_covers else PAGE_LENGTH)


def page_embeds(
    head: discord.Embed, page: Page[Deployment], usual: Mapping[str, Usual], tail: Sequence[str] = ()
) -> list[discord.Embed]:
    """The page under its `head`, which is filled up with a line for each deployment where none has a picture.

    `usual` are durations by deployment id, where known; `tail` are lines to be said after all. At most six embeds.
    """
    has_covers = any(item.cover for item in page.items)
    lines = [] if has_covers else [_line(item, usual.get(item.id)) for item in page.items]
    head.description = "\n".join([*filter(None, [head.description]), *lines, *tail]) or None
    cards = [_card(item, usual.get(item.id)) for item in page.items] if has_covers else []
    embeds = [head, *cards]
    if page.total:
        embeds[-1].set_footer(text=f"Page {page.number + 1} of {page.count} · {page.total} in all")
    return embeds


def options_of(page: Page[Deployment], usual: Mapping[str, Usual]) -> list[discord.SelectOption]:
    """What a menu offers: the label people know, the id that cannot be confused."""
    return [
        discord.SelectOption(
            label=plain(item.label, limits.SELECT_LABEL) or "(no name)",
            value=item.id,
            description=" · ".join([f"makes: {item.makes}", *_usually(usual.get(item.id))]),
        )
        for item in page.items
    ]


def _line(item: Deployment, usual: Usual | None) -> str:
    return f"**{named(item.label, 80)}** · {_facts(item, usual)}"


def _card(item: Deployment, usual: Usual | None) -> discord.Embed:
    said = f"\n{safe(item.description, 120)}" if item.description else ""
    embed = discord.Embed(title=named(item.label, 80), description=_facts(item, usual) + said, colour=BLURPLE)
    return embed.set_thumbnail(url=item.cover)


def _facts(item: Deployment, usual: Usual | None) -> str:
    return " · ".join([str(item.makes), safe(item.environment, 30), *_usually(usual)])


def _usually(usual: Usual | None) -> list[str]:
    return [] if usual is None else [usually(usual)]
