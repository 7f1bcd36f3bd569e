"""Rows of buttons and select menus below a message, and its reactions."""

from collections.abc import Sequence

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import (
    Box,
    Edges,
    backed,
    column,
    faded,
    flow,
    inset,
    line,
    panel,
    sheet,
)
from stationthis_discord.sandbox.shots.drawing import drawing
from stationthis_discord.sandbox.shots.paragraph import Type, label
from stationthis_discord.sandbox.shots.scene import Json, Scene, items, part, text, whole
from stationthis_discord.sandbox.shots.vector import stroke

_GROUNDS = {1: palette.BLURPLE, 3: palette.SUCCESS, 4: palette.DANGER, 6: palette.BLURPLE}
_BUTTON, _ROW, _LINK = 2, 1, 5
_SELECTS = {3, 5, 6, 7, 8}
_LABEL = Type(14, 18, palette.WHITE)
_MENU = Type(15, 20)
_HIGH = 32.0
_WIDEST_MENU = 400.0
_PLACEHOLDERS = {5: "Select a user", 6: "Select a role", 7: "Select something", 8: "Select a channel"}

_LAUNCH = (
    stroke(None, 2, (13, 4), (20, 4), (20, 11)),
    stroke(None, 2, (20, 4), (11, 13)),
    stroke(None, 2, (9, 5.5), (4, 5.5), (4, 20), (18.5, 20), (18.5, 15)),
)
_CHEVRON = (stroke(None, 2.4, (5, 9), (12, 16), (19, 9)),)


def controls(scene: Scene) -> Box | None:
    """All component rows."""
    rows = [
        _row(items(row, "components"), scene)
        for row in items(scene.message, "components")
        if whole(row, "type") == _ROW
    ]
    return column([row for row in rows if row.height], 8) if any(row.height for row in rows) else None


def _row(components: Sequence[Json], scene: Scene) -> Box:
    boxes = [_component(component, scene.room) for component in components]
    return flow([box for box in boxes if box is not None], scene.room, 8)


def _component(component: Json, room: float) -> Box | None:
    kind = whole(component, "type")
    if kind == _BUTTON:
        box = _button(component, room)
    elif kind in _SELECTS:
        box = _menu(component, min(room, _WIDEST_MENU))
    else:
        return None
    return faded(box) if component.get("disabled") is True else box


def _button(component: Json, room: float) -> Box:
    style = whole(component, "style")
    words = text(component, "label")
    inside = line(
        [
            _emoji(component),
            label(words, _LABEL, room - 80) if words else None,
            drawing(_LAUNCH, 15, palette.WHITE) if style == _LINK else None,
        ],
        5,
    )
    width = max(60, inside.width + 32)
    ground = panel(width, _HIGH, _GROUNDS.get(style, palette.SECONDARY), 4)
    middle = ((width - inside.width) / 2, (_HIGH - inside.height) / 2, inside)
    return sheet([(0, 0, ground), middle], width, _HIGH)


def _emoji(component: Json) -> Box | None:
    emoji = part(component, "emoji")
    if not emoji:
        return None
    return label("\ufffd" if emoji.get("id") else text(emoji, "name")[:8], Type(16, 18, palette.TEXT))


def _menu(component: Json, width: float) -> Box:
    chosen = [option for option in items(component, "options") if option.get("default") is True]
    if chosen:
        inside = line([_emoji(chosen[0]), _menu_words(chosen, width - 90)], 8)
    else:
        missing = _PLACEHOLDERS.get(whole(component, "type"), "Make a selection")
        words = text(component, "placeholder") or missing
        inside = label(words, Type(_MENU.size, _MENU.leading, palette.MUTED), width - 60)
    chevron = drawing(_CHEVRON, 20, palette.TEXT)
    ground = panel(width, 42, palette.DEEP, 4)
    placed = [(0, 0, ground), (12, (42 - inside.height) / 2, inside), (width - 32, 11, chevron)]
    return sheet(placed, width, 42)


def _menu_words(chosen: Sequence[Json], room: float) -> Box:
    return label(", ".join(text(option, "label") for option in chosen), _MENU, room)


def reactions(scene: Scene) -> Box | None:
    """Pills with an emoji and how many people chose it."""
    found = [_reaction(reaction) for reaction in items(scene.message, "reactions")]
    return flow(found, scene.room, 4) if found else None


def _reaction(reaction: Json) -> Box:
    mine = reaction.get("me") is True
    count = label(str(whole(reaction, "count")), Type(13, 18, palette.MENTION if mine else palette.TEXT, bold=True))
    pill = inset(line([_emoji(reaction), count], 6), Edges(8, 4, 8, 4))
    return backed(pill, palette.MENTION_PILL if mine else palette.PANEL, 8)
