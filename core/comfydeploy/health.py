"""Whether the API answers, and since when."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Health:
    """Whether the API answers: since when it does, or since when it does not (UTC); both None before the first call."""

    reachable_since: datetime | None = None
    away_since: datetime | None = None

    def answered(self) -> None:
        if self.reachable_since is None:
            self.reachable_since, self.away_since = datetime.now(UTC), None

    def failed(self) -> None:
        if self.away_since is None:
            self.reachable_since, self.away_since = None, datetime.now(UTC)
