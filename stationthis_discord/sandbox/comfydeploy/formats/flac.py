"""FLAC with verbatim frames (RFC 9639): sound as it is, comments as `SaveAudio` writes them."""

import hashlib
import struct
from functools import cache

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.formats.stills import png
from stationthis_discord.sandbox.comfydeploy.formats.tags import NO_TAGS, Tags

RATE = 44_100
BLOCK = 4096  # samples in a frame; a sound is a whole number of them
_VENDOR = b"Lavf61.1.100"


def flac(samples: bytes, tags: Tags) -> bytes:
    """One channel of 16-bit samples, least byte first."""
    count = len(samples) // 2
    facts = RATE << 44 | 15 << 36 | count
    info = struct.pack(">HH", BLOCK, BLOCK) + bytes(6) + facts.to_bytes(8, "big")
    info += hashlib.md5(samples, usedforsecurity=False).digest()
    blocks = [(0, info), (4, comments(_VENDOR, tags)), *_more(tags.planted)]
    last = len(blocks) - 1
    heads = [bytes([kind | (number == last) << 7]) for number, (kind, _) in enumerate(blocks)]
    told = [head + len(body).to_bytes(3, "big") + body for head, (_, body) in zip(heads, blocks, strict=True)]
    turned = bytearray(samples)
    turned[0::2], turned[1::2] = samples[1::2], samples[0::2]
    frames = [_frame(bytes(turned[at : at + 2 * BLOCK]), at // (2 * BLOCK)) for at in range(0, 2 * count, 2 * BLOCK)]
    return b"fLaC" + b"".join(told) + b"".join(frames)


def comments(vendor: bytes, tags: Tags) -> bytes:
    """A list of comments as FLAC and Ogg have it."""
    listed = [f"{name}={text}".encode() for name, text in tags.named]
    packed = b"".join(struct.pack("<I", len(text)) + text for text in listed)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(listed)) + packed


def _more(planted: str) -> list[tuple[int, bytes]]:
    """The other blocks that can carry text: an application's own, and the description of a cover."""
    if not planted:
        return []
    text, picture = planted.encode(), png(Image.new("RGB", (1, 1)), NO_TAGS)
    cover = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">I", len(text)) + text
    cover += struct.pack(">IIIII", 1, 1, 24, 0, len(picture)) + picture
    return [(2, b"test" + text), (6, cover)]


def _frame(samples: bytes, number: int) -> bytes:
    head = b"\xff\xf8\xc9\x08" + _coded(number)
    body = head + bytes([_crc(head, 8, 0x07)]) + b"\x02" + samples
    return body + _crc(body, 16, 0x8005).to_bytes(2, "big")


def _coded(number: int) -> bytes:
    """As UTF-8 codes a character."""
    return chr(number).encode()


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    table, shift, mask, crc = _table(bits, polynomial), bits - 8, (1 << bits) - 1, 0
    for byte in data:
        crc = (crc << 8 & mask) ^ table[crc >> shift ^ byte]
    return crc


@cache
def _table(bits: int, polynomial: int) -> list[int]:
    top, mask, table = 1 << bits - 1, (1 << bits) - 1, []
    for start in range(256):
        crc = start << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
        table.append(crc)
    return table
