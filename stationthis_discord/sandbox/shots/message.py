"""A whole Discord message as a PNG: avatar on the left, everything it says beside it."""

from datetime import datetime
from types import MappingProxyType

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.attachments import attached
from stationthis_discord.sandbox.shots.box import Box, column, panel, sheet
from stationthis_discord.sandbox.shots.canvas import Canvas
from stationthis_discord.sandbox.shots.components import controls, reactions
from stationthis_discord.sandbox.shots.embed import embedded
from stationthis_discord.sandbox.shots.heading import AVATAR, avatar, byline, name, only_you, opening, spine, thinking
from stationthis_discord.sandbox.shots.inline import Reader
from stationthis_discord.sandbox.shots.paragraph import Type
from stationthis_discord.sandbox.shots.prose import prose
from stationthis_discord.sandbox.shots.scene import Files, Json, Scene, items, part, text, whole

_MARGIN = 16.0
_LEFT = 72.0
_RIGHT = 24.0
_NARROWEST = 120.0
_TALLEST = 10_000.0
_CONTENT = Type(16, 22)
_EPHEMERAL = 1 << 6
_LOADING = 1 << 7


def draw_message(message: Json, files: Files, *, now: datetime, width: int = 720) -> bytes:
    """What people see of a message, in Discord's dark theme.

    `message` is the JSON of Discord's REST API, `files` gives the bytes behind an attachment's or an embed
    picture's URL (None: not to be had), `now` is an aware time, `width` is in CSS pixels. The PNG has two
    pixels per CSS pixel; of a message higher than 10,000 CSS pixels it shows the beginning.
    """
    people = [*items(message, "mentions"), part(part(message, "interaction_metadata"), "user")]
    names = {text(user, "id"): name(user) for user in people}
    room = max(_NARROWEST, width - _LEFT - _RIGHT)
    scene = Scene(message, files, Reader(now, MappingProxyType(names)), room)
    ephemeral = bool(whole(message, "flags") & _EPHEMERAL)
    box = _message(scene)
    height = min(box.height + 2 * _MARGIN, _TALLEST)
    canvas = Canvas(width, height, palette.EPHEMERAL if ephemeral else palette.CHAT)
    if ephemeral:
        panel(2, height, palette.BLURPLE).paint(canvas, 0, 0)
    box.paint(canvas, 0, _MARGIN)
    return canvas.png()


def _message(scene: Scene) -> Box:
    above = opening(scene)
    start = above.height + 4 if above else 0
    body = column([column([byline(scene), _content(scene)], 2), *_extras(scene)], 8)
    placed = [(_MARGIN, start + 2, avatar(part(scene.message, "author"), AVATAR)), (_LEFT, start, body)]
    if above:
        placed += [(_LEFT, 0, above), (_MARGIN + AVATAR / 2 - 1, 7, spine())]
    return sheet(placed, scene.room, max(start + body.height, start + AVATAR + 2))


def _content(scene: Scene) -> Box | None:
    if whole(scene.message, "flags") & _LOADING:
        return thinking(scene)
    content = text(scene.message, "content")
    return prose(content, _CONTENT, scene.room, scene.reader) if content.strip() else None


def _extras(scene: Scene) -> list[Box | None]:
    embeds = [embedded(embed, scene) for embed in items(scene.message, "embeds")]
    below = only_you() if whole(scene.message, "flags") & _EPHEMERAL else None
    return [attached(scene), *embeds, controls(scene), reactions(scene), below]
