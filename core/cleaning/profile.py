"""Whether what a picture calls the profile of its colours is one. Pure."""

from typing import Final
from zlib import decompressobj, error

LARGEST_PROFILE: Final = 2**22  # bytes
_HEADER: Final = 128  # https://www.color.org/specification/ICC.1-2022-05.pdf, 7.2
_STEP: Final = 2**16


def is_profile(start: bytes, length: int) -> bool:
    """`start` is its first 128 bytes, `length` all of its bytes."""
    return _HEADER <= length <= LARGEST_PROFILE and start[36:40] == b"acsp"


def is_packed_profile(packed: bytes) -> bool:
    """The same of one that zlib made smaller, and of nothing behind it."""
    reader, start, length = decompressobj(), b"", 0
    try:
        while not reader.eof and length <= LARGEST_PROFILE:
            found = reader.decompress(packed, _STEP)
            packed, length, start = reader.unconsumed_tail, length + len(found), start or found
            if not found and not reader.eof:
                return False  # cut off
    except error:
        return False
    return reader.eof and not reader.unused_data and is_profile(start, length)
