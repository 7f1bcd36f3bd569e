"""Where Discord's description is known to be at odds with its documentation or with an unmodified discord.py.

Nothing here is about what the bot itself puts into a payload.
"""

from fnmatch import fnmatchcase
from typing import NamedTuple

from tests.conformance.check import Side, Violation

_LIBRARY = "discord.py writes it whatever the bot says"
_KEPT = "discord.py writes all that it knows of a file which an edit keeps, where its id would do"


class Exemption(NamedTuple):
    """All but `side` and `reason` are patterns, with `*` as in file names."""

    side: Side
    route: str
    pointer: str
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.side} {self.route} {self.pointer}: {self.text}; {self.reason}"


EXEMPTIONS = (
    Exemption(
        *("request", "*", "*/attachments/[*]/id", "is an integer, must be string"),
        "discord.py numbers new files with integers, as the documentation's own examples do",
    ),
    Exemption(
        *("request", "POST /channels/*/messages", "/message_reference/*_id", "is an integer, must be *string"),
        "discord.py writes these ids as integers",
    ),
    Exemption(
        *("request", "POST /users/@me/channels", "/recipient_id", "is an integer, must be *string"),
        "discord.py writes this id as an integer",
    ),
    Exemption("request", "*", "*/embeds/[*]/flags", "is not described", _LIBRARY),
    *(
        Exemption("request", "PATCH */messages/*", f"/attachments/[*]/{field}", "is not described", _KEPT)
        for field in ("content_type", "height", "proxy_url", "size", "spoiler", "url", "width")
    ),
    Exemption("request", "PATCH */messages/*", "/tts", "is not described", _LIBRARY),
    Exemption("request", "POST /interactions/*/callback", "/data/tts", "is not described", _LIBRARY),
    Exemption(
        *("request", "PUT /applications/*/commands", "/[*]/nsfw", "is not described"),
        f"{_LIBRARY}, and the documentation has it among the fields of a command",
    ),
    Exemption(
        *("reply", "*", "", "status 50[234] is not described"),
        "the description has no failures in front of Discord, which some tests order",
    ),
)


def exemption(violation: Violation, table: tuple[Exemption, ...] = EXEMPTIONS) -> Exemption | None:
    """The first that covers a violation."""
    return next((each for each in table if _covers(each, violation)), None)


def _covers(each: Exemption, violation: Violation) -> bool:
    return (
        each.side == violation.side
        and fnmatchcase(f"{violation.method} {violation.template}", each.route)
        and fnmatchcase(violation.pointer, each.pointer)
        and fnmatchcase(violation.text, each.text)
    )
