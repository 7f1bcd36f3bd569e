"""The buttons under a list: a menu for the details of what is on this page, and the way to the other pages."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from cogs.ui.buttons import Immortal
from cogs.ui.lists import Page, T


@dataclass(frozen=True, slots=True)
class Verbs:
    """What presses are called in the bot's `presses`, and what the menu says before anything is picked."""

    page: str
    detail: str
    prompt: str


def paging(page: Page[T], options: Sequence[discord.SelectOption], verbs: Verbs) -> discord.ui.View:
    """`options` are the items of this page. What the Back and Next buttons hand on is `page_in`'s to read."""
    view = discord.ui.View(timeout=None)
    if options:
        custom_id = f"st:{verbs.detail}:{page.number}"
        menu = discord.ui.Select[discord.ui.View](custom_id=custom_id, placeholder=verbs.prompt, options=list(options))
        view.add_item(Immortal(menu, verbs.detail, str(page.number)))
    if page.count > 1:
        last = page.count - 1
        # both buttons need ids of their own even where they lead to the same page
        view.add_item(_turn(verbs.page, f"{max(0, page.number - 1)}-0", "Back", "⬅", disabled=page.number == 0))
        view.add_item(_turn(verbs.page, f"{min(last, page.number + 1)}-1", "Next", "➡", disabled=page.number == last))
    return view


def page_in(what: str) -> int:
    """The page a Back or Next button leads to, from what has the shape `PAGE`."""
    return int(what.partition("-")[0])


def _turn(verb: str, what: str, label: str, emoji: str, *, disabled: bool) -> Immortal:
    button = discord.ui.Button[discord.ui.View](
        custom_id=f"st:{verb}:{what}", label=label, emoji=emoji, disabled=disabled
    )
    return Immortal(button, verb, what)
