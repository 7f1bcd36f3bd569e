"""Which files go together into one message; pure."""

from collections.abc import Sequence
from typing import Final

MOST_IN_A_PART: Final = 10  # a Discord message holds no more
# bytes of a whole request: https://docs.discord.com/developers/resources/message#create-message-limitations
_REQUEST: Final = 25 * 2**20
_AROUND: Final = 64 * 2**10  # the message itself, and what separates the files


def request_bytes(limit: int) -> int:
    """The bytes of files that one request may carry where a file may have `limit` bytes."""
    return max(limit, _REQUEST) - _AROUND


def packed(sizes: Sequence[int], limit: int, most: int = MOST_IN_A_PART) -> list[list[int]]:
    """Indices of `sizes` in their order, in parts of at most `most` files and `request_bytes(limit)` bytes.

    A file that is larger than that is a part of its own.
    """
    parts: list[list[int]] = []
    room = 0
    for index, size in enumerate(sizes):
        if not parts or len(parts[-1]) == most or size > room:
            parts.append([])
            room = request_bytes(limit)
        parts[-1].append(index)
        room -= size
    return parts
