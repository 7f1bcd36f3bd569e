"""What a file is, by its bytes and not by its name, and whether an input takes it; pure. Nothing is decoded."""

import io
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Final

from core import pictures
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.file_errors import FileDamaged, FileError, FileNotAnImage, FileOfOtherKind
from core.pictures import Cut, Unreadable, piece

MOST_PIXELS: Final = 64 * 10**6
_HEAD: Final = 64  # bytes
_MOST_BOXES: Final = 20_000
_LARGEST_INDEX: Final = 2**22  # bytes of it that are looked at
_UNKNOWN: Final = "application/octet-stream"
_EXTENSION: Final = re.compile(r"\.[a-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file is: its extension with the dot (empty if nobody knows it), and its media type."""

    extension: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Form:
    """A format: its extensions, the usual one first, and its media type. Pictures have `measure`."""

    extensions: tuple[str, ...]
    media_type: str
    measure: Callable[[IO[bytes], int], tuple[int, int]] | None = None


PNG: Final = Form((".png", ".apng"), "image/png", pictures.png_size)
JPEG: Final = Form((".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg", pictures.jpeg_size)
GIF: Final = Form((".gif",), "image/gif", pictures.gif_size)
WEBP: Final = Form((".webp",), "image/webp", pictures.webp_size)
BMP: Final = Form((".bmp", ".dib"), "image/bmp", pictures.bmp_size)
TIFF: Final = Form((".tiff", ".tif"), "image/tiff", pictures.tiff_size)
EXR: Final = Form((".exr",), "image/x-exr")
WEBM: Final = Form((".webm",), "video/webm")
MKV: Final = Form((".mkv", ".mka"), "video/x-matroska")
MOV: Final = Form((".mov", ".qt"), "video/quicktime")
MP4: Final = Form((".mp4", ".m4v"), "video/mp4")
M4A: Final = Form((".m4a", ".m4b"), "audio/mp4")
WAV: Final = Form((".wav", ".wave"), "audio/wav")
MP3: Final = Form((".mp3",), "audio/mpeg")
FLAC: Final = Form((".flac",), "audio/flac")
OGG: Final = Form((".ogg", ".oga", ".opus"), "audio/ogg")
AAC: Final = Form((".aac",), "audio/aac")
PDF: Final = Form((".pdf",), "application/pdf")
ZIP: Final = Form((".zip",), "application/zip")

_PICTURES: Final = frozenset({PNG, JPEG, GIF, WEBP, BMP, TIFF})
_TAKEN: Final = {
    InputKind.IMAGE: _PICTURES,
    InputKind.IMAGES: _PICTURES,
    InputKind.VIDEO: frozenset({WEBM, MKV, MP4, MOV, GIF}),
    InputKind.AUDIO: frozenset({WAV, MP3, FLAC, OGG, M4A, AAC}),
    InputKind.EXR: frozenset({EXR}),
}
_BEGINNINGS: Final[tuple[tuple[bytes, Form], ...]] = (
    (rb"\x89PNG\r\n\x1a\n", PNG),
    (rb"\xff\xd8\xff", JPEG),
    (rb"GIF8[79]a", GIF),
    (rb"RIFF.{4}WEBP", WEBP),
    (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", BMP),
    (rb"II\*\0|MM\0\*", TIFF),
    (rb"v/1\x01", EXR),
    (rb"\x1aE\xdf\xa3.*?\x42\x82.{1,8}?webm", WEBM),
    (rb"\x1aE\xdf\xa3.*?\x42\x82.{1,8}?matroska", MKV),
    (rb".{4}ftypqt  ", MOV),
    (rb".{4}ftypM4[AB] ", M4A),
    (rb".{4}ftyp(?!hei|hev|mif1|msf1|avi)", MP4),  # those are pictures that are not taken
    (rb"RIFF.{4}WAVE|RF64.{4}WAVE", WAV),
    (rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]", MP3),
    (rb"\xff[\xf0\xf1\xf8\xf9]", AAC),
    (rb"fLaC", FLAC),
    (rb"OggS\0", OGG),
    (rb"%PDF-", PDF),
    (rb"PK\x03\x04", ZIP),
)
_FORMS: Final = tuple((re.compile(start, re.DOTALL), form) for start, form in _BEGINNINGS)
_EXTENSIONS: Final = frozenset(extension for _, form in _BEGINNINGS for extension in form.extensions)
_FILM_TRACK: Final = re.compile(rb"hdlr.{8}vide", re.DOTALL)


def content_of(file: IO[bytes], name: str, target: Input) -> Content:
    """What the file really is, if `target` takes it. Afterwards the file is at its beginning.

    Raises:
        FileNotAnImage: a picture was wanted, and it is none, or one of more than `MOST_PIXELS`.
        FileOfOtherKind: something else was wanted.
        FileDamaged: its end is missing.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    form = form_of(file.read(_HEAD))
    try:
        if target.kind is InputKind.FILE:
            return _as_named(name, form, target.accepts)
        form = _looked_through(form, file, size)
    except Cut:
        raise FileDamaged(name) from None
    except Unreadable:
        form = None
    finally:
        file.seek(0)
    if form is None or form not in _TAKEN[target.kind]:
        raise _refusal(name, target)
    return Content(form.extensions[0], form.media_type)


def form_of(head: bytes) -> Form | None:
    """The format of what begins like this; None for others than these."""
    return next((form for start, form in _FORMS if start.match(head)), None)


def _looked_through(form: Form | None, file: IO[bytes], size: int) -> Form | None:
    """The format, once more exactly. Raises `Unreadable`, `Cut`."""
    if form is None:
        return None
    if form.measure is not None:
        width, height = form.measure(file, size)
        if not 0 < width * height <= MOST_PIXELS:
            raise Unreadable
    if form is WAV and size < _stated(file) <= 0xFFFFFF00:  # beyond: its writer did not know the length
        raise Cut
    if form in {MP4, MOV, M4A}:
        shows = _FILM_TRACK.search(_index(file, size)) is not None
        return M4A if form is MP4 and not shows else form
    return form


def _stated(file: IO[bytes]) -> int:
    """The bytes that a RIFF file says it has."""
    return int.from_bytes(piece(file, 4, 4), "little") + 8


def _index(file: IO[bytes], size: int) -> bytes:
    """The part of an MP4 that describes its tracks. Raises `Cut` when it is not there, or a part is not all there."""
    place, found = 0, b""
    for _ in range(_MOST_BOXES):
        if size - place < 8:
            break
        length, kind = int.from_bytes(piece(file, place, 4)), piece(file, place + 4, 4)
        if length == 1:
            length = int.from_bytes(piece(file, place + 8, 8))
        if length < 8:  # 0: up to the end
            length = size - place
        if kind == b"moov":
            found = piece(file, place, min(length, size - place, _LARGEST_INDEX))
        place += length
    if place > size or not found:
        raise Cut
    return found


def _as_named(name: str, form: Form | None, accepts: tuple[str, ...]) -> Content:
    """Any file: its name counts, unless it names another format than its bytes are of."""
    extension = PurePath(name).suffix.lower()
    if not _EXTENSION.fullmatch(extension):
        extension = ""
    if form is not None and extension not in form.extensions and (not extension or extension in _EXTENSIONS):
        extension = form.extensions[0]
    alike = form.extensions if form is not None and extension in form.extensions else (extension,)
    if accepts and not set(alike) & set(accepts):
        raise FileOfOtherKind(name, wanted=", ".join(accepts))
    if form is not None and extension in form.extensions:
        return Content(extension, form.media_type)
    return Content(extension, mimetypes.guess_type(f"a{extension}")[0] or _UNKNOWN)


def _refusal(name: str, target: Input) -> FileError:
    return FileNotAnImage(name) if target.is_picture else FileOfOtherKind(name, wanted=target.kind.value)
