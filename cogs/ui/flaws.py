"""What could not be read, by name, and why in people's words; pure."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from cogs.ui.text import named
from core.errors import Flaw
from core.offer import Unreadable

_NAMES: Final = 5  # that are shown, of all reasons together
_WORDS: Final = {
    Flaw.FAULTY: (
        "ComfyUI Deploy answered with an error for {}; often a choice without a list of options. "
        "Operators can fix that in the workflow."
    ),
    Flaw.ODD: "What ComfyUI Deploy says of {} makes no sense to this bot. Please tell the people who run this bot.",
    Flaw.GONE: "ComfyUI Deploy has {} no longer. Please tell the people who run this bot.",
}


def flaw_words(reason: Flaw, *, several: bool = False) -> str:
    """Why it cannot be read, and who can help; a sentence or two."""
    return _WORDS[reason].format("them" if several else "it")


def unreadable_lines(unreadable: Sequence[Unreadable]) -> list[str]:
    """A line for each reason with the names that it holds for, and how many more there are."""
    lines = []
    for reason, group in groupby(sorted(unreadable[:_NAMES], key=lambda item: item.reason), lambda item: item.reason):
        names = [f"**{named(item.name, 40)}**" for item in group]
        lines.append(f"⚠ Cannot be read: {', '.join(names)}. {flaw_words(reason, several=len(names) > 1)}")
    more = len(unreadable) - _NAMES
    return [*lines, *([f"⚠ {more} more cannot be read."] if more > 0 else [])]
