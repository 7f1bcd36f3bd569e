"""Buttons and menus that outlive the process: all they need stands in their `custom_id`, `st:<verb>:<what>`.

What a verb does is registered by the cog it belongs to, in the bot's `presses`.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, Self

import discord

from cogs.ui import door, limits
from cogs.ui.embeds import clamp_page, page_count, page_of
from cogs.ui.text import plain
from cogs.ui.who import served_by
from core.errors import ButtonUnknown
from core.offer import Deployment, Offer
from core.runs.view import RunView, Stage

_TEMPLATE: Final = re.compile(r"st:(?P<verb>[a-z]{1,20}):(?P<what>[0-9a-f-]{1,90})")
RUN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DELIVERY: Final = re.compile(r"[0-9a-f]{16}")
TRAIL: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}-[0-9a-f]{1,12}-[0-9]{1,20}")
PAGE: Final = re.compile(r"[0-9]{1,9}-[01]")
_CANCELLABLE: Final = {Stage.WAITING, Stage.STARTING, Stage.RUNNING}
_REFRESHABLE: Final = {Stage.UNREAD, Stage.EXPIRED}  # ends of the watching, not of the run


class Immortal(discord.ui.DynamicItem[discord.ui.Item[Any]], template=_TEMPLATE):
    """Any button or menu of ours, made anew from its `custom_id` whenever it is pressed."""

    def __init__(self, item: discord.ui.Item[Any], verb: str, what: str) -> None:
        super().__init__(item)
        self.verb = verb
        self.what = what

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(item, match["verb"], match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        bot = served_by(interaction)
        try:
            bot.services.admission.admit(interaction.guild_id)
            pressed = bot.presses.get(self.verb)
            if pressed is None:
                raise ButtonUnknown(self.verb)  # noqa: TRY301 -- one door for all that can go wrong here
            what = self._asked(pressed.shape)
            with bot.answering.one(interaction):
                await pressed.act(interaction, what)
        except Exception as error:  # noqa: BLE001 -- discord.py would only log it, and the person would see nothing
            await door.answer(interaction, error, f"button {self.verb}")

    def _asked(self, shape: re.Pattern[str] | None) -> str:
        """What is asked for: by a button what stands in its id, by a menu the choice.

        Raises:
            ButtonUnknown: nothing of ours looks so.
        """
        if shape is None:
            if isinstance(self.item, discord.ui.Select) and self.item.values:
                return self.item.values[0]
        elif isinstance(self.item, discord.ui.Button) and shape.fullmatch(self.what):
            return self.what
        raise ButtonUnknown(self.verb)


def run_buttons(view: RunView, *, lasts: bool = True) -> discord.ui.View:
    """What can be done with a run now; a message that does not last can be had anew by a press."""
    row = discord.ui.View(timeout=None)
    if view.run_id is None:
        return _early_buttons(row, view)
    if view.pausing:
        row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage in _CANCELLABLE:
        row.add_item(_button("cancel", view.run_id, "Cancel", "✖", disabled=view.cancelling))
        if not lasts:
            row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage.is_over and view.stage is not Stage.LOST:
        row.add_item(_button("again", view.run_id, "Again", "🎲"))
        if view.stage in _REFRESHABLE or any(item.limit is None and not item.beyond for item in view.left_out):
            row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
    return row


def _early_buttons(row: discord.ui.View, view: RunView) -> discord.ui.View:
    """What can be done while there is no run yet, or nobody knows whether there is one."""
    if view.stage is Stage.IN_LINE and view.delivery is not None:
        row.add_item(_button("leave", view.delivery, "Leave the line", "✖"))
    elif view.trail is not None and (view.stage is Stage.EXPIRED or not view.stage.is_over):
        row.add_item(_button("look", view.trail, "Look again", "🔎"))
        if view.unknown:
            row.add_item(_button("anew", view.trail, "Submit again", "🎲"))
            row.add_item(_button("forget", view.trail, "Give up", "✖"))
    return row


def list_buttons(offer: Offer, page: int) -> discord.ui.View:
    """A menu for the details of what is on this page, and the way to the other pages."""
    view = discord.ui.View(timeout=None)
    here = clamp_page(offer, page)
    shown = page_of(offer, page)
    if shown:
        menu = discord.ui.Select[discord.ui.View](
            custom_id=f"st:detail:{here}", placeholder="Show the inputs of…", options=[_option(item) for item in shown]
        )
        view.add_item(Immortal(menu, "detail", str(here)))
    if page_count(offer) > 1:
        last = page_count(offer) - 1
        # both buttons need ids of their own even where they lead to the same page
        view.add_item(_button("page", f"{max(0, here - 1)}-0", "Back", "⬅", disabled=here == 0))
        view.add_item(_button("page", f"{min(last, here + 1)}-1", "Next", "➡", disabled=here == last))
    return view


def is_ours(custom_id: str) -> bool:
    """Whether `Immortal` takes what has this id."""
    return _TEMPLATE.fullmatch(custom_id) is not None


class OnShow(NamedTuple):
    """The run that a message shows, and whether it shows its end."""

    run_id: str
    ended: bool


def run_of(message: discord.Message) -> OnShow | None:
    """The run that a message of ours shows, by its buttons; one that can be run again has ended."""
    runs = {verb: what for verb, what in _presses(message) if RUN.fullmatch(what)}
    return OnShow(next(iter(runs.values())), "again" in runs) if runs else None


def delivery_of(message: discord.Message) -> str | None:
    """The delivery of a wish that waits in line, by the button of its message that takes it out."""
    return next((what for verb, what in _presses(message) if verb == "leave" and DELIVERY.fullmatch(what)), None)


def _presses(message: discord.Message) -> Iterator[tuple[str, str]]:
    """Verb and object of each button and menu of ours under a message."""
    for row in message.components:
        for child in getattr(row, "children", ()):
            found = _TEMPLATE.fullmatch(getattr(child, "custom_id", None) or "")
            if found:
                yield found["verb"], found["what"]


def _button(verb: str, what: str, label: str, emoji: str, *, disabled: bool = False) -> Immortal:
    button = discord.ui.Button[discord.ui.View](
        custom_id=f"st:{verb}:{what}", label=label, emoji=emoji, disabled=disabled
    )
    return Immortal(button, verb, what)


def _option(item: Deployment) -> discord.SelectOption:
    return discord.SelectOption(
        label=plain(item.label, limits.SELECT_LABEL) or "(no name)", value=item.id, description=f"makes: {item.makes}"
    )
