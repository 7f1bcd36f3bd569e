"""Any text as a row of glyphs: letters of the font, or drawings where it has none."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image

from stationthis_discord.sandbox.shots.canvas import SCALE, Canvas, pixels
from stationthis_discord.sandbox.shots.emoji import EMOJI, GRID
from stationthis_discord.sandbox.shots.letters import Face, advance, cell, font, known, mask
from stationthis_discord.sandbox.shots.signs import BASELINE, BOX, MARKS_ABOVE, MARKS_BELOW, SIGNS, Sign
from stationthis_discord.sandbox.shots.vector import Point, Shape, moved, raster

_EM = 24.0
_HEADROOM = 8.0
"""Units above the em, where capitals wear their marks."""
_PLAIN = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d"}
_PLAIN |= dict.fromkeys("\u2010\u2011\u2043", "-") | dict.fromkeys("\t\n\r\u2028\u2029", " ") | {"\u0131": "i"}
_INVISIBLE = frozenset("\ufe0e\ufe0f\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SKIN = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A stretch of letters, or one drawing (letters empty), or a letter with marks (both)."""

    letters: str = ""
    shapes: tuple[Shape, ...] = ()
    grid: Point = (_EM, _EM)
    coloured: bool = False


def width(text: str, face: Face) -> float:
    """In CSS pixels."""
    return sum(_advance(glyph, face) for glyph in glyphs(text, apart=face.mono))


def write(canvas: Canvas, at: Point, text: str, face: Face, colour: str) -> None:
    """Write with the left end of the baseline at a point."""
    x, y = at
    for glyph in glyphs(text, apart=face.mono):
        if glyph.shapes:
            _draw(canvas, (x, y), glyph, face, colour)
        if glyph.letters and not glyph.letters.isspace():
            found = mask(glyph.letters, face)
            canvas.ink(found.image, x - found.left / SCALE, y - found.top / SCALE, colour)
        x += _advance(glyph, face)


@lru_cache(maxsize=4096)
def glyphs(text: str, *, apart: bool = False) -> tuple[Glyph, ...]:
    """Letters stay together (for their kerning) unless they are wanted apart."""
    found: list[Glyph] = []
    for glyph in _singly(unicodedata.normalize("NFC", text)):
        if not apart and found and not glyph.shapes and not found[-1].shapes:
            found[-1] = replace(found[-1], letters=found[-1].letters + glyph.letters)
        else:
            found.append(glyph)
    return tuple(found)


def _singly(text: str) -> Iterator[Glyph]:
    for char in text:
        if char in EMOJI:
            yield Glyph(shapes=EMOJI[char], grid=GRID, coloured=True)
        elif char in SIGNS:
            yield _sign(SIGNS[char])
        elif char not in _INVISIBLE and ord(char) not in _SKIN:
            yield from _letter(char)


def _letter(char: str) -> Iterator[Glyph]:
    plain = _PLAIN.get(char, char)
    if not known(plain):
        plain = unicodedata.normalize("NFKC", char)
    if known(plain):
        yield from (Glyph(letter) for letter in plain)
        return
    parts = unicodedata.normalize("NFD", char)
    if len(parts) > 1 and known(parts[0]):
        yield Glyph(parts[0], _marks(parts[0], parts[1:]))
    elif not unicodedata.combining(char):
        yield _sign(BOX)


def _sign(sign: Sign) -> Glyph:
    return Glyph(shapes=sign.shapes, grid=(sign.advance, _EM))


def _marks(base: str, marks: str) -> tuple[Shape, ...]:
    left, top, right, _ = (edge / SCALE for edge in font(_EM).getbbox(base, anchor="ls"))
    middle = (left + right) / 2
    line = _HEADROOM + BASELINE
    above = line + top + (1.6 if base in "ij" else -1.8)
    shapes = [moved(shape, (middle, above)) for mark in marks for shape in MARKS_ABOVE.get(mark, ())]
    shapes += [moved(shape, (middle, line)) for mark in marks for shape in MARKS_BELOW.get(mark, ())]
    return tuple(shapes)


def _advance(glyph: Glyph, face: Face) -> float:
    if glyph.coloured:
        return 1.375 * face.size
    if glyph.letters:
        return advance(glyph.letters, face)
    return cell(face.size) if face.mono else pixels(glyph.grid[0] / _EM * face.size) / SCALE


def _draw(canvas: Canvas, at: Point, glyph: Glyph, face: Face, colour: str) -> None:
    x, y = at
    if glyph.coloured:
        side = 1.2 * face.size
        x, top, size = x + 0.09 * face.size, y - 0.36 * face.size - side / 2, (side, side)
    elif glyph.letters:
        glyph = replace(glyph, grid=(_EM, _EM + _HEADROOM))
        if face.mono:
            x += (cell(face.size) - font(face.size).getlength(glyph.letters) / SCALE) / 2
        top = y - (BASELINE + _HEADROOM) / _EM * face.size
        size = (face.size, (_EM + _HEADROOM) / _EM * face.size)
    else:
        top, size = y - BASELINE / _EM * face.size, (_advance(glyph, face), face.size)
    tile = _tile(glyph.shapes, glyph.grid, (max(1, pixels(size[0])), max(1, pixels(size[1]))), colour)
    canvas.stamp(tile, x, top)


@lru_cache(maxsize=512)
def _tile(shapes: tuple[Shape, ...], grid: Point, size: tuple[int, int], colour: str) -> Image.Image:
    return raster(shapes, grid, size, colour)
