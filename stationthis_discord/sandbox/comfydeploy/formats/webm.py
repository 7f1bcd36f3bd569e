"""WebM with VP8 key frames, which a lossy WebP picture is: EBML by hand, tags as ffmpeg writes them."""

import io
import struct
from collections.abc import Sequence

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_FRAMES_IN_CLUSTER = 30  # a block's time is 16 bits of milliseconds


def vp8(image: Image.Image, quality: int = 80) -> bytes:
    """The key frame inside a lossy WebP picture."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=0)
    content = buffer.getvalue()
    size = int.from_bytes(content[16:20], "little")
    return content[20 : 20 + size]


def webm(frames: Sequence[bytes], size: tuple[int, int], rate: float, tags: Tags) -> bytes:
    """The whole file; `size` is width and height in pixels."""
    head = [(0x4286, _uint(1)), (0x42F7, _uint(1)), (0x42F2, _uint(4)), (0x42F3, _uint(8)), (0x4282, b"webm")]
    header = _element(0x1A45DFA3, *(_element(*field) for field in (*head, (0x4287, _uint(2)), (0x4285, _uint(2)))))
    clusters = [
        _cluster(frames[at : at + _FRAMES_IN_CLUSTER], round(at * 1000 / rate), rate)
        for at in range(0, len(frames), _FRAMES_IN_CLUSTER)
    ]
    told = [_attachments(tags.planted)] if tags.planted else []
    told += [_tags(tags)] if tags.named else []
    return header + _element(0x18538067, _info(len(frames) / rate, tags), _tracks(size), *told, *clusters)


def _info(seconds: float, tags: Tags) -> bytes:
    title = [_element(0x7BA9, tags.planted.encode())] if tags.planted else []
    duration = _element(0x4489, struct.pack(">d", seconds * 1000))
    apps = [_element(0x4D80, b"Lavf61.1.100"), _element(0x5741, b"Lavf61.1.100")]
    return _element(0x1549A966, _element(0x2AD7B1, _uint(1_000_000)), *title, *apps, duration)


def _tracks(size: tuple[int, int]) -> bytes:
    video = _element(0xE0, _element(0xB0, _uint(size[0])), _element(0xBA, _uint(size[1])))
    numbers = [_element(0xD7, _uint(1)), _element(0x73C5, _uint(1)), _element(0x83, _uint(1))]
    return _element(0x1654AE6B, _element(0xAE, *numbers, _element(0x86, b"V_VP8"), video))


def _tags(tags: Tags) -> bytes:
    named = [
        _element(0x67C8, _element(0x45A3, name.upper().encode()), _element(0x4487, text.encode()))
        for name, text in tags.named
    ]
    return _element(0x1254C367, _element(0x7373, _element(0x63C0), *named))


def _attachments(planted: str) -> bytes:
    text = planted.encode()
    fields = [(0x467E, text), (0x466E, b"notes.txt"), (0x4660, b"text/plain"), (0x46AE, _uint(7)), (0x465C, text)]
    return _element(0x1941A469, _element(0x61A7, *(_element(*field) for field in fields)))


def _cluster(frames: Sequence[bytes], start: int, rate: float) -> bytes:
    blocks = [
        _element(0xA3, b"\x81" + struct.pack(">hB", round(number * 1000 / rate), 0x80) + frame)
        for number, frame in enumerate(frames)
    ]
    return _element(0x1F43B675, _element(0xE7, _uint(start)), *blocks)


def _element(number: int, *parts: bytes) -> bytes:
    size = sum(map(len, parts))
    return (
        number.to_bytes((number.bit_length() + 7) // 8, "big") + (size | 1 << 56).to_bytes(8, "big") + b"".join(parts)
    )


def _uint(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
