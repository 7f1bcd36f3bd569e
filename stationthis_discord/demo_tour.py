"""What the demo is to show, and how it shows a message: as lines in the terminal, as a picture in a file."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from stationthis_discord.sandbox.discord import DiscordSandbox
from stationthis_discord.sandbox.shots import draw_message

Message = dict[str, Any]
_BUTTON: Final = 2  # https://docs.discord.com/developers/components/reference#component-object
_MARKS: Final = re.compile(r" · asked <t:\d+:R>|-# |<@\d+> · |\*\*|^__|__$|\\(?=[^a-zA-Z0-9\s])|`", re.MULTILINE)


class DemoFailed(Exception):
    """The demo did not reach its end; the text is a sentence or two for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Tour:
    """What to show: which of the sandbox's deployments with what, and where files and drawings go.

    With `form` its form is shown before it runs, with `results` what can be done with the result after that.
    """

    deployment: str
    prompt: str | None
    image: Path | None
    out: Path
    shots: Path | None
    once: bool
    form: bool = False
    results: bool = False


def picture_of(tour: Tour) -> tuple[str, bytes] | None:
    """The name and the bytes of the picture to start from, if there is one.

    Raises:
        DemoFailed: it cannot be read.
    """
    if tour.image is None:
        return None
    try:
        return tour.image.name, tour.image.read_bytes()
    except OSError as error:
        raise DemoFailed(f"{tour.image} cannot be read: {error.strerror}.") from None


def description(message: Message) -> str:
    """What its embed says, as Discord has it."""
    return str(message["embeds"][0].get("description", "")) if message["embeds"] else ""


def is_error(message: Message) -> bool:
    return description(message).startswith("❌")


def lines_of(message: Message) -> list[str]:
    """The lines of its embed as they read in a terminal."""
    return [line.strip() for line in _MARKS.sub("", description(message)).splitlines() if line.strip()]


def buttons_of(message: Message) -> dict[str, bool]:
    """Whether each button can be pressed, by what is written on it."""
    items = [item for row in message["components"] for item in row["components"] if item["type"] == _BUTTON]
    return {item["label"]: not item.get("disabled") for item in items}


def draw(discord: DiscordSandbox, message: Message, target: Path, console: Console) -> None:
    """A picture of the message as it is now, and its path in the terminal."""
    now = datetime.fromisoformat(message["edited_timestamp"] or message["timestamp"])
    target.write_bytes(draw_message(message, lambda url: _file(discord, url), now=now))
    console.print(str(target), markup=False, soft_wrap=True)


def _file(discord: DiscordSandbox, url: str) -> bytes | None:
    try:
        return discord.file(url)
    except KeyError:
        return None
