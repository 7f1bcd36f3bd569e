"""The one thing of EXIF that matters for looks: how a picture is to be turned. Pure."""

from typing import Final, Literal

_ORIENTATION: Final = 0x0112
_MOST_TAGS: Final = 1000


def turned(exif: bytes) -> bytes:
    """A minimal EXIF, from its byte order on, that turns a picture as this one does; empty if it does not turn it."""
    order: Literal["little", "big"] = "little" if exif[:2] == b"II" else "big"
    at = int.from_bytes(exif[4:8], order)
    count = int.from_bytes(exif[at : at + 2], order)
    for place in range(at + 2, at + 2 + 12 * min(count, _MOST_TAGS), 12):
        tag, kind, value = (int.from_bytes(exif[place + more : place + more + 2], order) for more in (0, 2, 8))
        if tag == _ORIENTATION and kind == 3 and 1 < value <= 8:
            return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + value.to_bytes(2) + bytes(6)
    return b""
