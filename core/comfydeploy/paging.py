"""Long lists read page by page."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar


class Row(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Row)


async def every_item(page: Callable[[int], Awaitable[tuple[list[T], list[object]]]], size: int) -> list[T]:
    """All items of a list whose pages of `size` are read by their offset; one that moves meanwhile comes once.

    `page` gives what could be read and what could not; the latter is left out.
    """
    found: dict[str, T] = {}
    offset = 0
    while True:
        rows, unreadable = await page(offset)
        known = len(found)
        found.update({row.id: row for row in rows})
        if len(rows) + len(unreadable) < size or len(found) == known:  # the last, or a server that knows no pages
            return list(found.values())
        offset += size
