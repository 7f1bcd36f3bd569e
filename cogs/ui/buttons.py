"""Buttons, menus and forms that outlive the process: all they need stands in their `custom_id`, `st:<verb>:<what>`.

What a verb does is registered by the cog it belongs to, in the bot's `presses`, and for forms in its `submits`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Self

import discord

from cogs.ui import door
from cogs.ui.who import Pressed, served_by
from core.comfydeploy.outputs import Kind
from core.errors import ButtonUnknown
from core.runs.view import RunView, Stage

_TEMPLATE: Final = re.compile(r"st:(?P<verb>[a-z]{1,20}):(?P<what>[0-9a-f-]{1,90})")
RUN: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DELIVERY: Final = re.compile(r"[0-9a-f]{16}")
TRAIL: Final = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}-[0-9a-f]{1,12}-[0-9]{1,20}")
PAGE: Final = re.compile(r"[0-9]{1,9}-[01]")
MAKE: Final = "make"  # the verb that runs a deployment, whose id looks like that of a run
_ENDED: Final = {"again", "one"}  # verbs that only the end has
_OF_SHEET: Final = {"cancelall", "one"}  # verbs whose object is several runs that are shown together
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
    rows = discord.ui.View(timeout=None)
    if view.run_id is None:
        return _early_buttons(rows, view)
    if view.pausing:
        rows.add_item(button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage in _CANCELLABLE:
        rows.add_item(button("cancel", view.run_id, "Cancel", "✖", disabled=view.cancelling))
        if not lasts:
            rows.add_item(button("refresh", view.run_id, "Refresh", "🔄"))
    elif view.stage.is_over and view.stage is not Stage.LOST:
        for number, row in enumerate((_further(view), _about(view, lasts=lasts))):
            for verb, label, emoji in row:
                item = button(verb, view.run_id, label, emoji)
                item.row = number
                rows.add_item(item)
    return rows


def _further(view: RunView) -> Iterator[tuple[str, str, str]]:
    """What can be made of a run that is over: verb, label and sign of each button."""
    kinds = {media.kind for media in view.made}
    yield "again", "Again", "🎲"
    if view.seed is not None:
        yield "same", "Same seed", "🔁"
    yield "edit", "Edit", "✏️"
    if kinds:
        yield "use", "Use in…", "➡️"
    if view.can_enlarge and Kind.IMAGE in kinds:
        yield "upscale", "Upscale", "⬆️"


def _about(view: RunView, *, lasts: bool) -> Iterator[tuple[str, str, str]]:
    """What can be done with what is there; what only one person sees is not for everybody's gallery."""
    yield "details", "Details", "ℹ️"  # noqa: RUF001 -- the sign itself
    if view.can_keep and lasts and view.files and view.stage is Stage.DONE:
        yield "keep", "Keep", "⭐"
    yield "delete", "Delete", "🗑"
    if view.stage in _REFRESHABLE or any(item.may_come for item in view.left_out):
        yield "refresh", "Refresh", "🔄"


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
    """The run that a message shows, and whether it shows its end.

    `sheet` is set where several are shown together: once all have ended, `run_id` is the first, before it is None.
    """

    run_id: str | None
    ended: bool
    sheet: str | None = None


def run_of(message: discord.Message) -> OnShow | None:
    """What a message of ours shows, by its buttons; a run that can be run again has ended."""
    verbs = dict(_presses(message))
    run_id = next((what for verb, what in verbs.items() if verb != MAKE and RUN.fullmatch(what)), None)
    sheet = next((what for verb, what in verbs.items() if verb in _OF_SHEET), None)
    return OnShow(run_id, bool(_ENDED & verbs.keys()), sheet) if run_id or sheet else None


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
