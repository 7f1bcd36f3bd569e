"""Who asks, with what rights."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at one moment in one place. `may_moderate` is their right over others' messages there."""

    user: int
    guild: int | None = None
    may_moderate: bool = False

    def moderates(self, guild: int | None) -> bool:
        """Whether this person may act on what belongs to others in that server."""
        return self.may_moderate and self.guild == guild
