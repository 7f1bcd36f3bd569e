"""The screen for an input with more options than a field can show: pages of a menu, and a search; pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import discord

from cogs.ui import limits
from cogs.ui.buttons import button
from cogs.ui.embeds import BLURPLE
from cogs.ui.fields import hash_of, menu_options
from cogs.ui.form_view import Screen, section_of
from cogs.ui.input_words import choices_of, default_of, fallback, meant, names_of, value_words
from cogs.ui.lists import Page, page_at
from cogs.ui.paging import Verbs, paging
from cogs.ui.text import code, named, safe
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS
from core.forms.form import Form
from core.forms.sections import Section

DRAFT_SECTION_PAGE: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,4}-[0-9]{1,9}")
TURN: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,4}-[0-9]{1,9}-[01]")


class Place(NamedTuple):
    """A page, from 0, of the list of a draft's section."""

    draft: str
    section: int
    page: int


def page_in(what: str) -> Place:
    """Of what has the shape `DRAFT_SECTION_PAGE` or `TURN`."""
    draft, section, page = what.split("-")[:3]
    return Place(draft, int(section), int(page))


def input_in(form: Form, number: int) -> Input:
    """The input that a list is for. Raises `FormNeeded` as `section_of`."""
    return section_of(form, number).inputs[0]


def option_of(item: Input, picked: str) -> str | None:
    """The option that a menu's choice stands for; None for one that is not on offer any more."""
    return next((option for option in choices_of(item) if hash_of(option) == picked), None)


def list_message(form: Form, section: Section, page: int | None = None) -> Screen:
    """The options that the form's search finds, on this page or the nearest that there is; None for the current one."""
    item, place = section.inputs[0], f"{form.id}-{section.number}"
    found = _found(choices_of(item), form.search)
    picked = meant(item, form.values.get(item.key), default_of(item))
    if page is None:
        page = found.index(picked) // limits.SELECT_OPTIONS if picked in found else 0
    shown = page_at(found, page, limits.SELECT_OPTIONS)
    verbs = Verbs("turn", "item", f"Pick one of {len(found)}…")
    view = paging(shown, menu_options(shown.items, picked), verbs, before=f"{place}-")
    if choices_of(item):
        view.add_item(button("seek", place, "Search", "🔎", style=discord.ButtonStyle.primary))
    if form.search:
        view.add_item(button("all", place, "Show all", "📄"))
    if item.kind in MODELS:
        view.add_item(button("other", place, "Another name…", "✏"))
    if form.values.get(item.key):
        view.add_item(button("plain", place, "Use its default", "🔄"))
    view.add_item(button("back", form.id, "Back to the form", "📝"))
    return {"embed": _embed(form, item, shown), "view": view}


def _embed(form: Form, item: Input, shown: Page[str]) -> discord.Embed:
    value, used = form.values.get(item.key), fallback(item)
    lines = [safe(item.description, 300)] if item.description else []
    if value:
        lines.append(f"Now: {value_words(item, value)}")
    elif used:
        lines.append(f"Now: {code(used, 60)} (default)")
    lines.append(_count(form.search, shown))
    embed = discord.Embed(
        title=named(names_of(form.deployment.inputs)[item.key], limits.LABEL),
        description="\n".join(line for line in lines if line),
        colour=BLURPLE,
    )
    if shown.count > 1:
        embed.set_footer(text=f"Page {shown.number + 1} of {shown.count}")
    return embed


def _count(search: str, shown: Page[str]) -> str:
    if not search:
        if not shown.total:
            return "There is nothing to pick from."
        options = "1 option." if shown.total == 1 else f"{shown.total} options."
        return f"{options} **Search** is quickest." if shown.count > 1 else options
    wanted = code(search, 60)
    if not shown.total:
        return f"No option has {wanted} in its name. Search for less of it."
    return f"{shown.total} {'option has' if shown.total == 1 else 'options have'} {wanted} in the name."


def _found(options: Sequence[str], search: str) -> list[str]:
    """Those that have all words of it, in any case."""
    words = search.casefold().split()
    return [option for option in options if all(word in option.casefold() for word in words)]
