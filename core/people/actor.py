"""Who asks, with what rights."""

from dataclasses import dataclass
from typing import Final

DEFAULT_UPLOAD_LIMIT: Final = 10 * 2**20  # bytes; Discord's for a server without boosts


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at one moment in one place. `may_moderate` is their right over others' messages there.

    `upload_limit` is how many bytes one file may have in that place.
    """

    user: int
    guild: int | None = None
    may_moderate: bool = False
    upload_limit: int = DEFAULT_UPLOAD_LIMIT

    def moderates(self, guild: int | None) -> bool:
        """Whether this person may act on what belongs to others in that server."""
        return self.may_moderate and self.guild == guild
