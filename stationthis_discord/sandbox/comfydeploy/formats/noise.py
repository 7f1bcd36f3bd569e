"""Pictures of real noise, which no encoder makes smaller: files of about so many bytes."""

import random
from collections.abc import Callable

from PIL import Image

_PIECE = 2**18  # made at a time: one call for many megabytes would not let another thread run
_SAMPLE_SIDE = 128
_SMALLEST_SIDE = 16
_CLOSE = 0.1  # this far from what is wanted
_MOST_TRIES = 4  # the first is a small sample


def noise_bytes(seed: str, count: int) -> bytes:
    """The same bytes for the same seed."""
    source = random.Random(seed)
    return b"".join(source.randbytes(min(_PIECE, count - at)) for at in range(0, count, _PIECE))


def noise_picture(seed: str, side: int) -> Image.Image:
    return Image.frombytes("RGB", (side, side), noise_bytes(seed, side * side * 3))


def sized(encode: Callable[[Image.Image], bytes], seed: str, about: int) -> bytes:
    """A square picture of noise whose file has about so many bytes, going by what smaller ones come to.

    The best of a few tries: at some sizes an encoder changes its mind about the quality, and none is right.
    """
    side, tries = _SAMPLE_SIDE, list[bytes]()
    for _ in range(_MOST_TRIES):
        content = encode(noise_picture(seed, side))
        tries.append(content)
        wanted = max(_SMALLEST_SIDE, round(side * (about / len(content)) ** 0.5))
        if abs(len(content) - about) <= about * _CLOSE or wanted == side:
            break
        side = wanted
    return min(tries, key=lambda content: abs(len(content) - about))
