"""A shelf for snapshots in memory."""

from datetime import datetime


class Notes:
    """`gets` and `puts` are the kinds it was asked for and given, in that order."""

    def __init__(self, **kept: tuple[datetime, bytes]) -> None:
        self.kept = dict(kept)
        self.gets = list[str]()
        self.puts = list[str]()

    async def get(self, kind: str) -> tuple[datetime, bytes] | None:
        self.gets.append(kind)
        return self.kept.get(kind)

    async def put(self, kind: str, taken_at: datetime, body: bytes) -> None:
        self.puts.append(kind)
        self.kept[kind] = (taken_at, body)
