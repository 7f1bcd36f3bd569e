"""One picture or film among a message's attachments: plain, blurred as a spoiler, or with a play sign."""

from dataclasses import dataclass

from PIL import Image, ImageFilter

from stationthis_discord.sandbox.shots import palette
from stationthis_discord.sandbox.shots.box import Box, Edges, Placed, backed, inset, panel, sheet
from stationthis_discord.sandbox.shots.drawing import drawing
from stationthis_discord.sandbox.shots.paragraph import Type, label
from stationthis_discord.sandbox.shots.pictures import covered, fitted
from stationthis_discord.sandbox.shots.scene import Json, text, whole
from stationthis_discord.sandbox.shots.vector import area, disc

_SPOILER = 1 << 3
_BLUR = 12  # of the width of what is hidden: so little of it can be told apart
_FILM = (400.0, 225.0)
_PLAY = (disc(12, 12, 12, palette.VEIL), area(palette.WHITE, (9, 6.5), (18, 12), (9, 17.5)))


@dataclass(frozen=True, slots=True)
class Tile:
    """What is known of one: its picture, if there is any to be had, and what stands over it."""

    picture: Image.Image | None
    film: bool = False
    hidden: bool = False


def is_hidden(file: Json) -> bool:
    """Whether people see an attachment only after a click."""
    return bool(whole(file, "flags") & _SPOILER) or text(file, "filename").startswith("SPOILER_")


def alone(tile: Tile, width: float, height: float) -> Box:
    """All of it, at most this large."""
    if tile.picture is not None:
        return _over(fitted(_shown(tile, tile.picture), width, height), tile)
    return filling(tile, min(width, _FILM[0]), _FILM[1]) if tile.film else filling(tile, width, height)


def filling(tile: Tile, width: float, height: float) -> Box:
    """The middle of it."""
    if tile.picture is not None:
        return _over(covered(_shown(tile, tile.picture), width, height), tile)
    if tile.film:
        return _over(panel(width, height, palette.DEEP), tile)
    return _over(sheet([(0, 0, panel(width, height, palette.PANEL))], width, height), tile, label("🖼", Type(28, 38)))


def spoiler() -> Box:
    """The word that stands over what is hidden."""
    word = label("SPOILER", Type(14, 18, palette.WHITE, bold=True))
    return backed(inset(word, Edges(12, 6, 12, 6)), palette.DEEP, 15)


def _shown(tile: Tile, picture: Image.Image) -> Image.Image:
    if not tile.hidden:
        return picture
    small = picture.resize((_BLUR, max(1, round(_BLUR * picture.height / picture.width))), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(1)).point(lambda value: value * 0.7)
    return soft.convert("RGBA").resize(picture.size, Image.Resampling.BICUBIC)


def _over(ground: Box, tile: Tile, sign: Box | None = None) -> Box:
    """With a sign in the middle: the word for what is hidden before any other."""
    if tile.hidden:
        sign = spoiler()
    elif tile.film:
        sign = drawing(_PLAY, 56, palette.WHITE)
    placed: list[Placed] = [(0, 0, ground)]
    if sign:
        placed.append(((ground.width - sign.width) / 2, (ground.height - sign.height) / 2, sign))
    return sheet(placed, ground.width, ground.height)
