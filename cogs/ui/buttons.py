"""Buttons and menus that outlive the process: all they need stands in their `custom_id`, `st:<verb>:<what>`.

What a verb does is registered by the cog it belongs to, in the bot's `presses`.
"""

import re
from typing import Any, Final, Self

import discord

from cogs.ui import door, limits
from cogs.ui.embeds import clamp_page, page_count, page_of
from cogs.ui.text import clip
from cogs.ui.who import served_by
from core.catalog import Deployment, Offer
from core.errors import ButtonUnknown
from core.runs.view import RunView, Stage

_TEMPLATE: Final = re.compile(r"st:(?P<verb>[a-z]{1,20}):(?P<what>[0-9a-f-]{1,36})")
_AGAIN: Final = re.compile(r"st:again:([0-9a-f-]{36})")
_CANCELLABLE: Final = {Stage.WAITING, Stage.STARTING, Stage.RUNNING}


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
            press = bot.presses.get(self.verb)
            if press is None:
                raise ButtonUnknown(self.verb)  # noqa: TRY301 -- one door for all that can go wrong here
            await press(interaction, self.what)
        except Exception as error:  # noqa: BLE001 -- discord.py would only log it, and the person would see nothing
            await door.answer(interaction, error, f"button {self.verb}")


def run_buttons(view: RunView) -> discord.ui.View:
    """What can be done with a run now."""
    row = discord.ui.View(timeout=None)
    if view.run_id is None:
        return row
    if view.pausing:
        row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage in _CANCELLABLE:
        row.add_item(_button("cancel", view.run_id, "Cancel", "✖", disabled=view.cancelling))
        row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage.is_over and view.stage is not Stage.LOST:
        row.add_item(_button("again", view.run_id, "Again", "🎲"))
        if view.stage is Stage.UNREAD or any(item.limit is None for item in view.left_out):
            row.add_item(_button("refresh", view.run_id, "Refresh", "🔄"))
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


def run_of(message: discord.Message) -> str | None:
    """The run whose finished result a message of ours shows, by its Again button."""
    for row in message.components:
        for child in getattr(row, "children", ()):
            found = _AGAIN.fullmatch(getattr(child, "custom_id", None) or "")
            if found:
                return found[1]
    return None


def _button(verb: str, what: str, label: str, emoji: str, *, disabled: bool = False) -> Immortal:
    button = discord.ui.Button[discord.ui.View](
        custom_id=f"st:{verb}:{what}", label=label, emoji=emoji, disabled=disabled
    )
    return Immortal(button, verb, what)


def _option(item: Deployment) -> discord.SelectOption:
    return discord.SelectOption(
        label=clip(item.label, limits.SELECT_LABEL), value=item.id, description=clip(f"makes: {item.makes}", 100)
    )
