"""Bodies that hurt a careless client, made piece by piece or once, and never held unpacked."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache

MEGABYTE = 2**20
_ITEM = b'"' + b"a" * (MEGABYTE - 3) + b'",'  # of a list, a megabyte long
_LAST = b'""]'
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@cache
def gzip_bomb(megabytes: int = 256) -> tuple[bytes, ...]:
    """A list of long strings in gzip, about a thousandth of its size on the wire.

    One item is packed, and repeated: after a full flush it depends on nothing before it.
    """
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    first = packer.compress(b"[") + packer.flush(zlib.Z_FULL_FLUSH)
    item = packer.compress(_ITEM) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(_LAST) + packer.flush()
    checksum = zlib.crc32(b"[")
    for _ in range(megabytes):
        checksum = zlib.crc32(_ITEM, checksum)
    size = len(b"[") + megabytes * len(_ITEM) + len(_LAST)
    trailer = struct.pack("<II", zlib.crc32(_LAST, checksum), size % 2**32)
    return (_GZIP_HEADER + first, *[item] * megabytes, last + trailer)


def huge_json(megabytes: int = 80) -> Iterator[bytes]:
    """The same list unpacked, a piece at a time."""
    yield b"["
    for _ in range(megabytes):
        yield _ITEM
    yield _LAST


def deep_json(depth: int = 100_000) -> str:
    """A list in a list in a list: more than a recursive reader survives."""
    return "[" * depth + "]" * depth
