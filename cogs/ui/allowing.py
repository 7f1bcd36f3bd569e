"""What may be run in a server, as those who manage it see and set it: an embed with menus that outlive the process."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

import discord

from cogs.ui import limits
from cogs.ui.buttons import Immortal, unkept
from cogs.ui.embeds import BLURPLE, YELLOW
from cogs.ui.flaws import unreadable_lines
from cogs.ui.lists import Page
from cogs.ui.searched import digits_of, kept_of, search_in
from cogs.ui.stale import old_lines, old_since
from cogs.ui.text import code, named, plain
from core.cache import Kept
from core.offer import Deployment, Offer
from core.people.offering import Allowed

ALLOW: Final = "allow"  # the menu of what may be run
ALLOW_ALL: Final = "allowall"
ALLOW_NONE: Final = "allownone"
DEFAULT: Final = "default"  # the menu of what is run where nobody says what
TURN: Final = "allowpage"
_SEARCH_BYTES: Final = 36  # of what is searched for: menus and buttons have room for no more
PLACE: Final = re.compile(r"[0-9]{1,6}-[0-9]{1,6}(--([0-9a-f]{2}){1,36})?")
TURNED: Final = re.compile(r"[0-9]{1,6}-[0-9]{1,6}-[0-4](--([0-9a-f]{2}){1,36})?")
NO_DEFAULT: Final = "none"

_OPTIONS: Final = 25  # https://docs.discord.com/developers/components/reference#string-select
_NAMES: Final = 10  # that are shown of what may be run
_EMOJI: Final = {
    "Back": "⬅",
    "Next": "➡",
    "Allow all": "✅",
    "Start from none": "⛔",
    "Show all": None,
    "Earlier defaults": "⬅",
    "Later defaults": "➡",
}
_NOTHING: Final = "Nothing is on offer yet. Deploy a workflow in ComfyUI Deploy first."


class Place(NamedTuple):
    """Which pages the two menus show, both from 0, and what was searched for: only that is in them."""

    allow: int = 0
    default: int = 0
    search: str = ""

    @classmethod
    def read(cls, what: str) -> Self:
        """From what has the shape `PLACE` or `TURNED`."""
        pages, _, digits = what.partition("--")
        allow, default, *_ = map(int, pages.split("-"))
        return cls(allow, default, search_in(digits))

    def turned(self, button: int) -> str:
        """What a button hands on that leads here; a number of its own tells it from others that do."""
        return f"{self.allow}-{self.default}-{button}{self._kept}"

    @property
    def _kept(self) -> str:
        return f"--{digits_of(self.search)}" if self.search else ""

    def __str__(self) -> str:
        return f"{self.allow}-{self.default}{self._kept}"


def first_place(search: str | None) -> Place:
    """Where the panel begins, narrowed down to what is searched for."""
    return Place(search=kept_of(search, _SEARCH_BYTES)[0])


def allowing_embed(kept: Kept[Offer], allowed: Allowed, wanted: Place) -> discord.Embed:
    """`kept` is all that is on offer, wherever it may be run; `wanted` as in `allowing_menus`."""
    offer = kept.value
    lines = allowed_lines(allowed, offer)
    everything, here = _pages(offer, allowed, wanted)
    if offer.deployments:
        lines.append(_narrowed(everything, wanted.search))
    if offer.unreadable:
        lines += [*unreadable_lines(offer.unreadable), "What is allowed of that stays allowed."]
    lines += old_lines(old_since(kept), "This list")
    has_some = any(allowed.has(item.id) for item in offer.deployments)
    colour = BLURPLE if has_some and not kept.stale else YELLOW
    embed = discord.Embed(title="What may be run in this server", description="\n".join(lines), colour=colour)
    return embed.set_footer(text=_footer(everything, here)) if everything.count > 1 else embed


def allowed_lines(allowed: Allowed, offer: Offer | None) -> list[str]:
    """What is set, in sentences; `offer` is all that is on offer, None if that is not known now."""
    if allowed.ids is None:
        lines = [_everything(offer)]
    elif not allowed.ids:
        lines = ["⛔ **Nothing may be run here until you pick something.**"]
    else:
        lines = _some(allowed, allowed.ids, offer)
    return [*lines, _default_line(allowed.default, offer)]


def allowing_menus(offer: Offer, allowed: Allowed, wanted: Place) -> discord.ui.View:
    """A menu with a page of all that is on offer, one with a page of what is allowed, and ways to the other pages.

    Pages that are not there become the nearest.
    """
    everything, here = _pages(offer, allowed, wanted)
    place = Place(everything.number, here.number, wanted.search)
    items: list[Immortal] = []
    if everything.items:
        items.append(_allow_menu(everything, allowed, place))
    if everything.count > 1:
        earlier, later = place._replace(allow=max(0, place.allow - 1)), place._replace(allow=place.allow + 1)
        items.append(_button(TURN, earlier.turned(0), "Back", row=1, disabled=place.allow == 0))
        items.append(_button(TURN, later.turned(1), "Next", row=1, disabled=later.allow == everything.count))
    items += _ways_out(place, allowed, has_some=bool(everything.items))
    if here.items:
        items.append(_default_menu(here, allowed, place))
    if here.count > 1:
        earlier, later = place._replace(default=max(0, place.default - 1)), place._replace(default=place.default + 1)
        items.append(_button(TURN, earlier.turned(2), "Earlier defaults", row=3, disabled=place.default == 0))
        items.append(_button(TURN, later.turned(3), "Later defaults", row=3, disabled=later.default == here.count))
    view = unkept()
    for item in items:
        view.add_item(item)
    return view


def _ways_out(place: Place, allowed: Allowed, *, has_some: bool) -> list[Immortal]:
    """What changes all at once; of a part of the list only the way back, since "all" might mean that part."""
    if place.search:
        return [_button(TURN, Place().turned(4), "Show all", row=1)]
    if not has_some and allowed.ids is None:
        return []
    lift = _button(ALLOW_ALL, str(place), "Allow all", row=1, disabled=allowed.ids is None)
    empty = _button(ALLOW_NONE, str(place), "Start from none", row=1, disabled=allowed.ids == frozenset())
    return [lift, empty]


def shown_in(interaction: discord.Interaction) -> list[str]:
    """All that the menu which was used has: the list may have changed since it was sent."""
    data: Any = interaction.data or {}
    rows = interaction.message.components if interaction.message else []
    menus = (item for row in rows for item in getattr(row, "children", ()) if isinstance(item, discord.SelectMenu))
    return [option.value for menu in menus if menu.custom_id == data.get("custom_id") for option in menu.options]


def _everything(offer: Offer | None) -> str:
    if offer is not None and not offer.deployments:
        return _NOTHING
    count = "" if offer is None else f", {_deployments(len(offer.deployments))}"
    return f"✅ **Everything on offer may be run here**{count}. What comes on offer later may be, too."


def _some(allowed: Allowed, ids: frozenset[str], offer: Offer | None) -> list[str]:
    if offer is None:
        return [f"**{_deployments(len(ids))}** may be run here."]
    if not offer.deployments:
        return [_NOTHING, _gone(len(ids))]
    here = [item.label for item in offer.deployments if allowed.has(item.id)]
    lines = [f"**{len(here)} of {_deployments(len(offer.deployments))}** may be run here{_names(here)}."]
    lines += [_gone(len(ids) - len(here))] if len(here) < len(ids) else []
    return [*lines, "What comes on offer later may not be run here until it is picked, too."]


def _gone(count: int) -> str:
    if count == 1:
        return "One that is allowed is not on offer at the moment. It may be run again once it is back."
    return f"{count} that are allowed are not on offer at the moment. They may be run again once they are back."


def _names(labels: list[str]) -> str:
    more = f" and {len(labels) - _NAMES} more" if len(labels) > _NAMES else ""
    return ": " + ", ".join(f"**{named(label, 60)}**" for label in labels[:_NAMES]) + more if labels else ""


def _default_line(default: str | None, offer: Offer | None) -> str:
    if default is None:
        return "**No default**: where nobody says what to run, people get what they ran last, or pick."
    if offer is None:
        return "A **default** is set."
    found = offer.listing.by_id.get(default)
    if found is None:
        return "The **default** that is set is not on offer at the moment."
    return f"**Default: {named(found.label, 100)}**, for those who say nothing else and have run nothing before."


def _deployments(count: int) -> str:
    return f"{count} deployment{'' if count == 1 else 's'}"


def _narrowed(found: Page[Deployment], search: str) -> str:
    if not search:
        return "-# Pick in the first menu what may be run here, page by page, and in the second the default."
    words = code(search, _SEARCH_BYTES)
    if not found.total:
        return f"Nothing on offer is found by {words}. **Show all** leads to the whole list."
    return f"-# The menus have only what is found by {words}: {_deployments(found.total)}. Nothing else is changed."


def _pages(offer: Offer, allowed: Allowed, wanted: Place) -> tuple[Page[Deployment], Page[Deployment]]:
    """Of all that is on offer or found, and what of it may be run here: there is one option beside that."""
    found: Sequence[Deployment] = offer.deployments
    if wanted.search:
        found = offer.listing.suggest(wanted.search, len(offer.deployments))
    here = [item for item in found if allowed.has(item.id)]
    return _page(found, wanted.allow, _OPTIONS), _page(here, wanted.default, _OPTIONS - 1)


def _page(items: Sequence[Deployment], wanted: int, length: int) -> Page[Deployment]:
    count = max(1, -(-len(items) // length))
    number = min(wanted, count - 1)
    return Page(tuple(items[number * length : (number + 1) * length]), number, count, len(items))


def _footer(everything: Page[Deployment], here: Page[Deployment]) -> str:
    first = f"First menu: page {everything.number + 1} of {everything.count}"
    return first + (f" · second: page {here.number + 1} of {here.count}" if here.count > 1 else "")


def _allow_menu(page: Page[Deployment], allowed: Allowed, place: Place) -> Immortal:
    options = [_option(item, is_set=allowed.has(item.id)) for item in page.items]
    menu = discord.ui.Select[discord.ui.View](
        custom_id=f"st:{ALLOW}:{place}",
        placeholder="None of these may be run here",
        options=options,
        min_values=0,
        max_values=len(options),
        row=0,
    )
    return Immortal(menu, ALLOW, str(place))


def _default_menu(page: Page[Deployment], allowed: Allowed, place: Place) -> Immortal:
    none = discord.SelectOption(label="No default", value=NO_DEFAULT, default=allowed.default is None)
    menu = discord.ui.Select[discord.ui.View](
        custom_id=f"st:{DEFAULT}:{place}",
        placeholder="Default…",
        options=[none, *(_option(item, is_set=item.id == allowed.default) for item in page.items)],
        row=2,
    )
    return Immortal(menu, DEFAULT, str(place))


def _option(item: Deployment, *, is_set: bool) -> discord.SelectOption:
    return discord.SelectOption(
        label=plain(item.label, limits.SELECT_LABEL) or "(no name)",
        value=item.id,
        description=plain(f"makes: {item.makes} · {item.environment}", limits.SELECT_LABEL),
        default=is_set,
    )


def _button(verb: str, what: str, label: str, *, row: int, disabled: bool = False) -> Immortal:
    button = discord.ui.Button[discord.ui.View](
        custom_id=f"st:{verb}:{what}", label=label, emoji=_EMOJI[label], row=row, disabled=disabled
    )
    return Immortal(button, verb, what)
