"""Attachments: pictures as a mosaic the way Discord packs them, everything else as cards."""

from collections.abc import Sequence

from PIL import Image

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
from stationthis_discord.sandbox.shots.paragraph import Type, label
from stationthis_discord.sandbox.shots.pictures import covered, fitted
from stationthis_discord.sandbox.shots.scene import Json, Scene, items, text, whole

_WIDEST, _HIGHEST = 550.0, 350.0
_GAP = 4.0
_ROWS = {1: (1,), 2: (2,), 4: (2, 2), 5: (2, 3), 6: (3, 3), 7: (1, 3, 3), 8: (2, 3, 3), 9: (3, 3, 3), 10: (1, 3, 3, 3)}

Picture = Image.Image | None


def attached(scene: Scene) -> Box | None:
    """All attachments that no embed shows."""
    shown = _in_embeds(scene.message)
    files = [file for file in items(scene.message, "attachments") if not shown & _addresses(file)]
    pictures = [scene.picture(file) for file in files if _is_picture(file)]
    parts = [_mosaic(pictures, min(scene.room, _WIDEST))] if pictures else []
    parts += [_card(file, min(scene.room, 432)) for file in files if not _is_picture(file)]
    return column(parts, 8) if parts else None


def _in_embeds(message: Json) -> set[str]:
    media = [embed.get(key) for embed in items(message, "embeds") for key in ("image", "thumbnail")]
    return {text(medium, "url") for medium in media if isinstance(medium, dict)} - {""}


def _addresses(file: Json) -> set[str]:
    return {text(file, "url"), f"attachment://{text(file, 'filename')}"}


def _is_picture(file: Json) -> bool:
    kind = text(file, "content_type")
    name = text(file, "filename").lower()
    return kind.startswith("image/") or (not kind and name.endswith((".png", ".jpg", ".jpeg", ".webp", ".gif")))


def _mosaic(pictures: Sequence[Picture], width: float) -> Box:
    if len(pictures) == 1 and (only := pictures[0]) is not None:
        return clipped(fitted(only, width, _HIGHEST), 8)
    if len(pictures) == 3:
        return clipped(_one_and_two(pictures, width), 8)
    rows = _ROWS.get(len(pictures), (3,) * -(-len(pictures) // 3))
    flat = len(pictures) in {1, 4}
    boxes: list[Box] = []
    for count in rows:
        side = (width - _GAP * (count - 1)) / count
        height = (_HIGHEST - _GAP * (len(rows) - 1)) / len(rows) if flat else min(side, _HIGHEST)
        boxes.append(line([_tile(picture, side, height) for picture in pictures[:count]], _GAP))
        pictures = pictures[count:]
    return clipped(column(boxes, _GAP), 8)


def _one_and_two(pictures: Sequence[Picture], width: float) -> Box:
    small = (width - 2 * _GAP) / 3
    large = width - small - _GAP
    half = (_HIGHEST - _GAP) / 2
    placed: list[Placed] = [
        (0, 0, _tile(pictures[0], large, _HIGHEST)),
        (large + _GAP, 0, _tile(pictures[1], small, half)),
        (large + _GAP, half + _GAP, _tile(pictures[2], small, half)),
    ]
    return sheet(placed, width, _HIGHEST)


def _tile(picture: Picture, width: float, height: float) -> Box:
    if picture is not None:
        return covered(picture, width, height)
    sign = label("🖼", Type(28, 38))
    middle = ((width - sign.width) / 2, (height - sign.height) / 2, sign)
    return sheet([(0, 0, panel(width, height, palette.PANEL)), middle], width, height)


def _card(file: Json, width: float) -> Box:
    words = column(
        [
            label(text(file, "filename") or "file", Type(16, 20, palette.LINK), width - 78),
            label(_size(whole(file, "size")), Type(12, 16, palette.MUTED)),
        ]
    )
    body = line([label(_sign(text(file, "content_type")), Type(28, 40)), words], 10)
    card = inset(wide(body, width - 24), Edges(12, 10, 12, 10))
    return _bordered(card)


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
