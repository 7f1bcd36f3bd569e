"""A result without what its maker embedded; its picture, sound or film stays as it is. Here: who reads which format."""

import re
from collections.abc import Callable
from typing import IO, Final

from core import content
from core.cleaning.bmp import bmp
from core.cleaning.edits import Edit, applied, changing
from core.cleaning.exr import exr
from core.cleaning.flac import flac
from core.cleaning.gif import gif
from core.cleaning.glb import glb
from core.cleaning.jpeg import jpeg
from core.cleaning.matroska import matroska
from core.cleaning.meshes import ply, stl
from core.cleaning.mp4 import mp4
from core.cleaning.mpeg_audio import sound
from core.cleaning.ogg import ogg
from core.cleaning.png import png
from core.cleaning.riff import avi, wav
from core.cleaning.safetensors import begins_safetensors, safetensors
from core.cleaning.source import Source, Uncleanable
from core.cleaning.svg import svg
from core.cleaning.tiff import tiff
from core.cleaning.unmarked import unmarked
from core.cleaning.webp import webp
from core.content import Form, form_of

__all__ = ["Uncleanable", "cleaned"]

_Reader = Callable[[Source], list[Edit]]
_HEAD: Final = 64  # bytes


def _nobody(_: Source) -> list[Edit]:
    """For formats that can carry anything, and that nobody reads here. Raises `Uncleanable`."""
    raise Uncleanable


def _nothing(_: Source) -> list[Edit]:
    """For formats that are not cleaned."""
    return []


_READERS: Final[dict[Form, _Reader]] = {
    content.PNG: png,
    content.JPEG: jpeg,
    content.GIF: gif,
    content.WEBP: webp,
    content.BMP: bmp,
    content.TIFF: tiff,
    content.EXR: exr,
    content.WEBM: matroska,
    content.MKV: matroska,
    content.MOV: mp4,
    content.MP4: mp4,
    content.M4A: mp4,
    content.WAV: wav,
    content.MP3: sound,
    content.AAC: sound,
    content.FLAC: flac,
    content.OGG: ogg,
}
_OTHERS: Final[tuple[tuple[re.Pattern[bytes], _Reader], ...]] = tuple(
    (re.compile(start, re.DOTALL), reader)
    for start, reader in (
        (rb"glTF", glb),
        (rb"RIFF.{4}AVI ", avi),
        (rb"ID3", sound),
        # QuickTime without a word about itself, and a part of a stream
        (rb".{4}(?:moov|mdat|free|skip|wide|pnot)|\0.{3}(?:styp|moof|sidx|uuid|udta|meta)", mp4),
        (rb"\x1aE\xdf\xa3", matroska),
        (rb"(?:\xef\xbb\xbf)?\s{0,40}<(?:\?xml|!--|!DOCTYPE|svg\b|[\w.-]{1,40}:svg\b)", svg),
        (rb"ply\s", ply),
        (rb"solid\s", stl),
        (rb"(?:\xff\xfe)?<\0|(?:\xfe\xff)?\0<", _nobody),  # XML of two bytes for a letter
        # AVIF and HEIC, large TIFF, JPEG XL and 2000, Photoshop, Windows Media, Flash
        (rb".{4}ftyp|(?:II\+\0|MM\0\+)|\xff\x0a|\0\0\0\x0c(?:JXL |jP  )|8BPS|\x30\x26\xb2\x75|FLV\x01", _nobody),
        # AIFF, AU, CAF, WavPack, Radiance, FBX; icons and MPEG-PS; a TGA without a table of colours
        (rb"FORM.{4}AIF[FC]|\.snd\0|caff\0|wvpk|#\?R(?:ADIANCE|GBE)|Kaydara FBX|; FBX ", _nobody),
        (rb"\0\0[\x01\x02]\0[^\0]\0|\0\0\x01[\xb3\xba]", _nobody),
        (rb".\0[\x02\x03\n\x0b]\0\0\0\0[\0\x10\x18 ].{8}[\x08\x10\x18 ][\0-\x3f]", _nobody),
        (rb".{1,60}(?:\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n)", _nobody),  # behind stray bytes
    )
)


def cleaned(file: IO[bytes], size: int) -> IO[bytes] | None:
    """A new temporary file at its beginning, which the caller closes; None if there is nothing to remove.

    What `file` is, is told by its bytes; afterwards it is at its beginning. `size` in bytes. At most some megabytes are
    held in memory. To be called in a thread.

    Raises:
        Uncleanable: it is of a format that can carry such things, and its structure cannot be followed.
    """
    try:
        file.seek(0)
        reader = _reader(file.read(_HEAD))
        edits = changing(file, size, reader(Source(file, size)))
        return applied(file, size, edits) if edits else None
    finally:
        file.seek(0)


def _reader(head: bytes) -> _Reader:
    form = form_of(head)
    if form is not None:
        return _READERS.get(form, _nothing)
    if begins_safetensors(head):
        return safetensors
    return next((reader for start, reader in _OTHERS if start.match(head)), unmarked)
