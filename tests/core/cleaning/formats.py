"""All samples by name, and what the tests ask of them."""

import io
from collections.abc import Callable
from functools import partial

from core.cleaning.cleaning import cleaned
from tests.core.cleaning import samples, sounds
from tests.core.cleaning.samples import TOKEN

NOTE = f'{{"3": {{"inputs": {{"key": "{TOKEN}"}}}}, "https://somebody.example/?sig={TOKEN}"}}'
Make = Callable[[str | None], bytes]

PICTURES: dict[str, Make] = {
    "PNG": samples.png,
    "APNG": samples.apng,
    "JPEG": samples.jpeg,
    "JPEG progressive": samples.progressive,
    "WebP": samples.webp,
    "WebP that moves": samples.moving_webp,
    "GIF": samples.gif,
    "TIFF": samples.tiff,
    "TIFF of two pages": samples.pages,
}
IN_PLACE: dict[str, Make] = {  # those whose length stays
    "EXR": samples.exr,
    "EXR of two parts": partial(samples.exr, parts=2),
    "MP4": samples.mp4,
    "MP4 for the web": partial(samples.mp4, faststart=True),
    "WebM": samples.matroska,
    "MKV": partial(samples.matroska, kind=b"matroska"),
    "WebM while it is made": partial(samples.matroska, live=True),
    "WAV": sounds.wav,
    "RF64": partial(sounds.wav, large=True),
    "AVI": sounds.avi,
    "Vorbis": lambda note: sounds.ogg(sounds.vorbis_packets(note)),
    "Opus": lambda note: sounds.ogg(sounds.opus_packets(note)),
    "FLAC in Ogg": lambda note: sounds.ogg(sounds.flac_packets(note)),
    "two streams in Ogg": lambda note: sounds.ogg(sounds.opus_packets(note), sounds.vorbis_packets(note)),
    "safetensors": sounds.safetensors,
}
OTHERS: dict[str, Make] = {"FLAC": sounds.flac, "MP3": sounds.mp3, "AAC": sounds.aac, "GLB": sounds.glb}
ALL: dict[str, Make] = PICTURES | IN_PLACE | OTHERS


def after(content: bytes) -> bytes | None:
    """The bytes of a file once it is cleaned; None if there was nothing to remove."""
    file = io.BytesIO(content)
    file.seek(len(content) // 2)
    try:
        found = cleaned(file, len(content))
    finally:
        assert file.tell() == 0
        assert file.getvalue() == content
    if found is None:
        return None
    with found:
        assert found.tell() == 0
        return found.read()


def sure(content: bytes) -> bytes:
    """The same where something has to be removed."""
    found = after(content)
    assert found is not None
    return found


def tells(content: bytes) -> bool:
    """Whether the planted token is in it."""
    return any(TOKEN.encode(way) in content for way in ("ascii", "utf-16-le", "utf-16-be"))
