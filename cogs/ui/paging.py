"""The buttons under a list: a menu for the details of what is on this page, and the way to the other pages."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from cogs.ui.buttons import Immortal, button, unkept
from cogs.ui.lists import Page, T


@dataclass(frozen=True, slots=True)
class Verbs:
    """What presses are called in the bot's `presses`, and what the menu says before anything is picked."""

    page: str
    detail: str
    prompt: str


def paging(
    page: Page[T], options: Sequence[discord.SelectOption], verbs: Verbs, before: str = "", after: str = ""
) -> discord.ui.View:
    """`options` are the items of this page. What the Back and Next buttons hand on is `page_in`'s to read.

    `before` stands in front of the number of the page in what menu and buttons hand on, `after` behind it in that of
    the buttons, each with a hyphen of its own.
    """
    view = unkept()
    if options:
        what = f"{before}{page.number}"
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"st:{verbs.detail}:{what}", placeholder=verbs.prompt, options=list(options)
        )
        view.add_item(Immortal(menu, verbs.detail, what))
    if page.count > 1:
        last = page.count - 1
        # both buttons need ids of their own even where they lead to the same page
        back, following = max(0, page.number - 1), min(last, page.number + 1)
        view.add_item(button(verbs.page, f"{before}{back}-0{after}", "Back", "⬅", disabled=page.number == 0))
        view.add_item(button(verbs.page, f"{before}{following}-1{after}", "Next", "➡", disabled=page.number == last))
    return view


def page_in(what: str) -> int:
    """The page a Back or Next button leads to, from what has the shape `PAGE`, with anything behind it."""
    return int(what.partition("-")[0])
