"""Long lists: read to their end, each item once, whatever moves meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from core.comfydeploy.paging import every_item


@dataclass(frozen=True)
class Item:
    id: str


def pages(
    *listed: list[str], unreadable: int = 0
) -> tuple[Callable[[int], Awaitable[tuple[list[Item], list[object]]]], list[int]]:
    asked: list[int] = []

    async def page(offset: int) -> tuple[list[Item], list[object]]:
        asked.append(offset)
        ids = listed[min(len(asked), len(listed)) - 1]
        return [Item(name) for name in ids], [None] * unreadable

    return page, asked


@pytest.mark.parametrize(
    ("listed", "found", "offsets"),
    [
        ([[]], "", [0]),
        ([["a"]], "a", [0]),
        ([["a", "b"], []], "ab", [0, 2]),
        ([["a", "b"], ["c", "d"], ["e"]], "abcde", [0, 2, 4]),
        ([["a", "b"], ["b", "c"], ["d"]], "abcd", [0, 2, 4]),  # a new one pushed the others on
        ([["a", "b"]], "ab", [0, 2]),  # a server that knows no pages sends the same for ever
    ],
)
async def test_a_list_is_read_to_its_end(listed: list[list[str]], found: str, offsets: list[int]) -> None:
    page, asked = pages(*listed)

    items = await every_item(page, 2)

    assert "".join(item.id for item in items) == found
    assert asked == offsets


async def test_items_that_cannot_be_read_fill_a_page_too() -> None:
    page, asked = pages(["a"], ["b"], [], unreadable=1)

    assert [item.id for item in await every_item(page, 2)] == ["a", "b"]
    assert asked == [0, 2, 4]
