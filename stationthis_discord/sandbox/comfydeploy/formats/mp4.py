"""MP4 with one film: boxes by hand, the index behind the frames as ffmpeg puts it, tags as its `use_metadata_tags`."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from stationthis_discord.sandbox.comfydeploy.formats import h264
from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_TICKS = 12_800  # of the film's clock, in a second
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@dataclass(frozen=True, slots=True)
class Film:
    """H.264 frames, their sides in pixels, frames in a second, and what stands beside them."""

    frames: Sequence[bytes]
    width: int
    height: int
    rate: float
    tags: Tags


def mp4(film: Film) -> bytes:
    """The whole file."""
    start = _box("ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41")
    sizes = [4 + len(frame) for frame in film.frames]
    start += struct.pack(">I", 8 + sum(sizes)) + b"mdat"
    planted = film.tags.planted
    udta = _box("udta", _meta(film.tags), *([_spoken("\xa9cmt", planted)] if planted else []))
    moov = _box("moov", _mvhd(film), _trak(film, sizes, len(start)), udta if film.tags.named else b"")
    extra = _box("uuid", _XMP, film.tags.xmp) if planted else b""
    samples = (part for frame in film.frames for part in (struct.pack(">I", len(frame)), frame))
    return b"".join((start, *samples, moov, extra))  # in one go, which lets other threads run


def _box(kind: str, *parts: bytes) -> bytes:
    size = 8 + sum(map(len, parts))
    return struct.pack(">I", size) + kind.encode("latin-1") + b"".join(parts)


def _full(kind: str, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *parts)


def _ticks(film: Film) -> int:
    return round(_TICKS / film.rate) * len(film.frames)


def _mvhd(film: Film) -> bytes:
    times = struct.pack(">IIII", 0, 0, _TICKS, _ticks(film))
    return _full("mvhd", times, struct.pack(">IHHQ", 0x10000, 0x100, 0, 0), _UNITY, bytes(24), struct.pack(">I", 2))


def _trak(film: Film, sizes: list[int], first: int) -> bytes:
    head = struct.pack(">IIIII", 0, 0, 1, 0, _ticks(film)) + bytes(16)
    sides = struct.pack(">II", film.width << 16, film.height << 16)
    tkhd = _full("tkhd", head, _UNITY, sides, flags=3)
    mdhd = _full("mdhd", struct.pack(">IIIIHH", 0, 0, _TICKS, _ticks(film), 0x55C4, 0))
    hdlr = _full("hdlr", bytes(4), b"vide", bytes(12), b"VideoHandler\0")
    dinf = _box("dinf", _full("dref", struct.pack(">I", 1), _full("url ", flags=1)))
    minf = _box("minf", _full("vmhd", bytes(8), flags=1), dinf, _stbl(film, sizes, first))
    planted = [_box("udta", _spoken("name", film.tags.planted))] if film.tags.planted else []
    return _box("trak", tkhd, _box("mdia", mdhd, hdlr, minf), *planted)


def _stbl(film: Film, sizes: list[int], first: int) -> bytes:
    count = len(sizes)
    stts = _full("stts", struct.pack(">III", 1, count, round(_TICKS / film.rate)))
    stsc = _full("stsc", struct.pack(">IIII", 1, 1, count, 1))
    stsz = _full("stsz", struct.pack(">II", 0, count), struct.pack(f">{count}I", *sizes))
    return _box("stbl", _stsd(film), stts, stsc, stsz, _full("stco", struct.pack(">II", 1, first)))


def _stsd(film: Film) -> bytes:
    sequence, picture = h264.parameter_sets(film.width, film.height)
    sets = b"\xe1" + struct.pack(">H", len(sequence)) + sequence + b"\x01" + struct.pack(">H", len(picture)) + picture
    config = _box("avcC", bytes([1, sequence[1], sequence[2], sequence[3], 0xFF]) + sets)
    entry = bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HH", film.width, film.height)
    entry += struct.pack(">IIIH", 0x480000, 0x480000, 0, 1) + bytes(32) + struct.pack(">Hh", 24, -1)
    return _full("stsd", struct.pack(">I", 1), _box("avc1", entry, config))


def _meta(tags: Tags) -> bytes:
    hdlr = _full("hdlr", bytes(4), b"mdta", bytes(12), b"\0")
    keys = _full("keys", struct.pack(">I", len(tags.named)), *(_box("mdta", name.encode()) for name, _ in tags.named))
    values = [_data(text) for _, text in tags.named]
    items = [struct.pack(">II", 8 + len(value), number) + value for number, value in enumerate(values, start=1)]
    return _full("meta", hdlr, keys, _box("ilst", *items))


def _data(text: str) -> bytes:
    return _box("data", struct.pack(">II", 1, 0), text.encode())


def _spoken(kind: str, text: str) -> bytes:
    """A QuickTime text: its length, a language, the letters."""
    return _box(kind, struct.pack(">HH", len(text.encode()), 0x55C4), text.encode())
