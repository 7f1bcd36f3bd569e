"""Attachments: pictures and films as a mosaic the way Discord packs them, everything else as cards."""

from collections.abc import Sequence

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import (
    Box,
    Edges,
    Placed,
    clipped,
    column,
    inset,
    line,
    panel,
    sheet,
    wide,
)
from stationthis_discord.sandbox.shots.drawing import drawing
from stationthis_discord.sandbox.shots.paragraph import Type, label
from stationthis_discord.sandbox.shots.scene import Json, Scene, items, text, whole
from stationthis_discord.sandbox.shots.tiles import Tile, alone, filling, is_hidden, spoiler
from stationthis_discord.sandbox.shots.vector import area

_WIDEST, _HIGHEST = 550.0, 350.0
_GAP = 4.0
_ROWS = {1: (1,), 2: (2,), 4: (2, 2), 5: (2, 3), 6: (3, 3), 7: (1, 3, 3), 8: (2, 3, 3), 9: (3, 3, 3), 10: (1, 3, 3, 3)}
_SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif")  # others are files to Discord
_FILMS = (".mp4", ".webm", ".mov")
_TRIANGLE = (area(None, (5, 3), (20, 12), (5, 21)),)


def attached(scene: Scene) -> Box | None:
    """All attachments that no embed shows."""
    shown = _in_embeds(scene.message)
    files = [file for file in items(scene.message, "attachments") if not shown & _addresses(file)]
    seen = [file for file in files if _is_picture(file) or _is_film(file)]
    tiles = [Tile(scene.picture(file), _is_film(file), is_hidden(file)) for file in seen]
    parts = [_mosaic(tiles, min(scene.room, _WIDEST))] if tiles else []
    parts += [_card(file, min(scene.room, 432)) for file in files if file not in seen]
    return column(parts, 8) if parts else None


def _in_embeds(message: Json) -> set[str]:
    media = [embed.get(key) for embed in items(message, "embeds") for key in ("image", "thumbnail")]
    return {text(medium, "url") for medium in media if isinstance(medium, dict)} - {""}


def _addresses(file: Json) -> set[str]:
    return {text(file, "url"), f"attachment://{text(file, 'filename')}"}


def _is_picture(file: Json) -> bool:
    kind = text(file, "content_type")
    name = text(file, "filename").lower()
    if kind:
        return kind in _SHOWN
    return name.endswith((".png", ".jpg", ".jpeg", ".webp", ".gif"))


def _is_film(file: Json) -> bool:
    kind = text(file, "content_type")
    return kind.startswith("video/") or (not kind and text(file, "filename").lower().endswith(_FILMS))


def _mosaic(tiles: Sequence[Tile], width: float) -> Box:
    if len(tiles) == 1:
        return clipped(alone(tiles[0], width, _HIGHEST), 8)
    if len(tiles) == 3:
        return clipped(_one_and_two(tiles, width), 8)
    rows = _ROWS.get(len(tiles), (3,) * -(-len(tiles) // 3))
    flat = len(tiles) == 4
    boxes: list[Box] = []
    for count in rows:
        side = (width - _GAP * (count - 1)) / count
        height = (_HIGHEST - _GAP * (len(rows) - 1)) / len(rows) if flat else min(side, _HIGHEST)
        boxes.append(line([filling(tile, side, height) for tile in tiles[:count]], _GAP))
        tiles = tiles[count:]
    return clipped(column(boxes, _GAP), 8)


def _one_and_two(tiles: Sequence[Tile], width: float) -> Box:
    small = (width - 2 * _GAP) / 3
    large = width - small - _GAP
    half = (_HIGHEST - _GAP) / 2
    placed: list[Placed] = [
        (0, 0, filling(tiles[0], large, _HIGHEST)),
        (large + _GAP, 0, filling(tiles[1], small, half)),
        (large + _GAP, half + _GAP, filling(tiles[2], small, half)),
    ]
    return sheet(placed, width, _HIGHEST)


def _card(file: Json, width: float) -> Box:
    words = column(
        [
            label(text(file, "filename") or "file", Type(16, 20, palette.LINK), width - 78),
            label(_size(whole(file, "size")), Type(12, 16, palette.MUTED)),
        ]
    )
    kind = text(file, "content_type")
    hidden = spoiler() if is_hidden(file) else None
    body = line([label(_sign(kind), Type(28, 40)), words, hidden], 10)
    player = _player(width - 24) if kind.startswith("audio/") else None
    return _bordered(inset(wide(column([body, player], 8), width - 24), Edges(12, 10, 12, 10)))


def _player(width: float) -> Box:
    """What plays a sound: a triangle, the time, and how far it is, which is nowhere."""
    start = line([drawing(_TRIANGLE, 14, palette.TEXT), label("0:00", Type(12, 16, palette.MUTED))], 8)
    return line([start, panel(width - start.width - 10, 4, palette.SECONDARY, 2)], 10)


def _bordered(card: Box) -> Box:
    inside = panel(card.width - 2, card.height - 2, palette.PANEL, 7)
    frame = panel(card.width, card.height, palette.BORDER, 8)
    return sheet([(0, 0, frame), (1, 1, inside), (0, 0, card)], card.width, card.height)


def _sign(content_type: str) -> str:
    signs = {"video": "🎬", "audio": "🔊", "text": "📝", "model": "🧊"}
    return signs.get(content_type.partition("/")[0], "📄")


def _size(count: int) -> str:
    """A size as Discord writes it: 1.21 MB."""
    if count < 1024:
        return f"{count} bytes"
    power = 2 if count >= 1024**2 else 1
    return f"{count / 1024**power:.2f} {('KB', 'MB')[power - 1]}"
