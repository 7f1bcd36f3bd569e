"""Buttons, menus and forms that outlive the process: all they need stands in their `custom_id`, `st:<verb>:<what>`.

What a verb does is registered by the cog it belongs to, in the bot's `presses`, and for forms in its `submits`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Self

import discord

from cogs.ui import door
from cogs.ui.who import Pressed, served_by
from core.errors import ButtonUnknown
from core.runs.view import RunView, Stage

_TEMPLATE: Final = re.compile(r"st:(?P<verb>[a-z]{1,20}):(?P<what>[0-9a-f-]{1,90})")
RUN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DELIVERY: Final = re.compile(r"[0-9a-f]{16}")
TRAIL: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}-[0-9a-f]{1,12}-[0-9]{1,20}")
PAGE: Final = re.compile(r"[0-9]{1,9}-[01]")
MAKE: Final = "make"  # the verb that runs a deployment, whose id looks like that of a run
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
        await _act(interaction, f"button {self.verb}", served_by(interaction).presses.get(self.verb), self._asked)

    def _asked(self, pressed: Pressed) -> str:
        """What is asked for: what stands in the id, or the choice of a menu whose id says nothing.

        Raises:
            ButtonUnknown: nothing of ours looks so.
        """
        is_menu = isinstance(self.item, discord.ui.Select)
        if pressed.shape is None:
            if isinstance(self.item, discord.ui.Select) and self.item.values:
                return self.item.values[0]
        elif is_menu == pressed.is_menu and pressed.shape.fullmatch(self.what):
            return self.what
        raise ButtonUnknown(self.verb)


async def submitted(interaction: discord.Interaction) -> None:
    """A form was sent, whether this process opened it or another did."""
    found = _TEMPLATE.fullmatch(interaction.custom_id or "")
    verb, what = (found["verb"], found["what"]) if found else ("", "")

    def asked(pressed: Pressed) -> str:
        if pressed.shape is None or not pressed.shape.fullmatch(what):
            raise ButtonUnknown(verb)
        return what

    await _act(interaction, f"form {verb}", served_by(interaction).submits.get(verb), asked)


def chosen(interaction: discord.Interaction) -> list[str]:
    """The choices of the menu that was used: none, one or several."""
    data: Any = interaction.data or {}
    return [str(value) for value in data.get("values") or ()]


async def _act(
    interaction: discord.Interaction, door_name: str, pressed: Pressed | None, asked: Callable[[Pressed], str]
) -> None:
    """What discord.py would only log, so that the person would see nothing, leaves by the door."""
    bot = served_by(interaction)
    try:
        bot.services.admission.admit(interaction.guild_id)
        if pressed is None:
            raise ButtonUnknown(door_name)  # noqa: TRY301 -- one door for all that can go wrong here
        what = asked(pressed)
        with bot.answering.one(interaction):
            await pressed.act(interaction, what)
    except Exception as error:  # noqa: BLE001 -- as said above
        await door.answer(interaction, error, door_name)


def unkept() -> discord.ui.View:
    """An empty view for a private message: its presses are taken by their ids, so discord.py need not keep it."""
    view = discord.ui.View(timeout=None)
    view.stop()
    return view


def run_buttons(view: RunView, *, lasts: bool = True) -> discord.ui.View:
    """What can be done with a run now; a message that does not last can be had anew by a press."""
    row = discord.ui.View(timeout=None)
    if view.run_id is None:
        return _early_buttons(row, view)
    if view.pausing:
        row.add_item(button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage in _CANCELLABLE:
        row.add_item(button("cancel", view.run_id, "Cancel", "✖", disabled=view.cancelling))
        if not lasts:
            row.add_item(button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage.is_over and view.stage is not Stage.LOST:
        row.add_item(button("again", view.run_id, "Again", "🎲"))
        if view.stage in _REFRESHABLE or any(item.limit is None and not item.beyond for item in view.left_out):
            row.add_item(button("refresh", view.run_id, "Refresh", "🔄"))
    return row


def _early_buttons(row: discord.ui.View, view: RunView) -> discord.ui.View:
    """What can be done while there is no run yet, or nobody knows whether there is one."""
    if view.stage is Stage.IN_LINE and view.delivery is not None:
        row.add_item(button("leave", view.delivery, "Leave the line", "✖"))
    elif view.trail is not None and (view.stage is Stage.EXPIRED or not view.stage.is_over):
        row.add_item(button("look", view.trail, "Look again", "🔎"))
        if view.unknown:
            row.add_item(button("anew", view.trail, "Submit again", "🎲"))
            row.add_item(button("forget", view.trail, "Give up", "✖"))
    return row


def is_ours(custom_id: str) -> bool:
    """Whether `Immortal` takes what has this id."""
    return _TEMPLATE.fullmatch(custom_id) is not None


class OnShow(NamedTuple):
    """The run that a message shows, and whether it shows its end."""

    run_id: str
    ended: bool


def run_of(message: discord.Message) -> OnShow | None:
    """The run that a message of ours shows, by its buttons; one that can be run again has ended."""
    runs = {verb: what for verb, what in _presses(message) if verb != MAKE and RUN.fullmatch(what)}
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


def button(
    verb: str,
    what: str,
    label: str,
    emoji: str | None = None,
    *,
    disabled: bool = False,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> Immortal:
    """A button that lasts; `what` is all that its verb gets to know."""
    made = discord.ui.Button[discord.ui.View](
        custom_id=f"st:{verb}:{what}", label=label, emoji=emoji, disabled=disabled, style=style
    )
    return Immortal(made, verb, what)
