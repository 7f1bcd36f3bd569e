"""A table of rows: in order of creation, and found by id at once however many there are."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Identified(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=Identified)


class Table(Generic[Row]):
    """Rows by id; iterating goes from the oldest to the newest. `added` counts all there ever were."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self.added = 0

    def add(self, row: Row) -> Row:
        self._rows[row.id] = row
        self.added += 1
        return row

    def get(self, row_id: str) -> Row | None:
        return self._rows.get(row_id)

    def remove(self, row: Row) -> None:
        del self._rows[row.id]

    def clear(self) -> None:
        self._rows.clear()

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> Row:
        """The row at this place; slow, for tests."""
        return list(self._rows.values())[place]
