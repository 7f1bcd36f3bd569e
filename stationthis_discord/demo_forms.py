"""What the demo does where more is asked for before a run: shows the form, fills in a picture, presses Run."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console

from stationthis_discord.demo_tour import (
    DemoFailed,
    Message,
    Tour,
    buttons_of,
    draw,
    is_error,
    lines_of,
    picture_of,
)
from stationthis_discord.sandbox.discord import DiscordSandbox, Person, Shown

_UPLOAD: Final = 19  # https://docs.discord.com/developers/components/reference#component-object
_SECOND: Final = "…"  # begins the label of a field that only gives another way to fill in the one before it
_SHOWN: Final = 10.0  # seconds for an answer to be filled in
ELSEWHERE: Final = "try --deployment text-to-image, which needs nothing"


async def through_forms(discord: DiscordSandbox, artist: Person, shown: Shown, tour: Tour, console: Console) -> str:
    """The id of the message of the run. `shown` is the first answer to the command; it may be that message.

    Raises:
        DemoFailed: the bot asks for more than the demo can give.
        DriverError, TimeoutError: the bot did not answer.
    """
    is_filled = False
    while shown.message_id is None or shown.ephemeral:
        if shown.modal is not None:
            shown, is_filled = await _fill(artist, shown, tour, console), True
            continue
        message = await discord.wait(str(shown.message_id), lambda message: bool(message["embeds"]), _SHOWN)
        _print(discord, message, tour, console, is_filled=is_filled)
        shown = await artist.click(message["id"], next_button(message, is_filled=is_filled))
    return shown.message_id


def next_button(message: Message, *, is_filled: bool) -> str:
    """The button of a form's message that leads on: Run, or what opens the fields that are missing.

    `is_filled` when the demo has filled in all it has.

    Raises:
        DemoFailed: there is none.
    """
    if is_error(message):
        raise DemoFailed(" ".join(lines_of(message)))
    ready = [label for label, can_be_pressed in buttons_of(message).items() if can_be_pressed]
    wanted = ("Run", "Fix (", "Fill in (") if not is_filled else ("Run",)
    for start in wanted:
        for label in ready:
            if label.startswith(start):
                return label
    raise DemoFailed(f"The form above wants more than the demo can give: {ELSEWHERE}.")


def asked_in(modal: Message) -> list[str]:
    """What the fields of an open form ask for."""
    return [label["label"] for label in modal["components"] if not label["label"].startswith(_SECOND)]


def uploads_in(modal: Message) -> Iterator[str]:
    """The ids of its fields that take a file."""
    fields = (label["component"] for label in modal["components"])
    return (field["custom_id"] for field in fields if field["type"] == _UPLOAD)


async def _fill(artist: Person, shown: Shown, tour: Tour, console: Console) -> Shown:
    """The picture goes wherever a file is asked for; whether it fits there the bot says."""
    modal = shown.modal or {}
    asked, fields, picture = asked_in(modal), list(uploads_in(modal)), picture_of(tour)
    console.print(f"@artist sees a form  {modal['title']}: {', '.join(asked)}", markup=False, soft_wrap=True)
    if picture is None or not fields:
        way = "add --image with a picture, or " if fields else ""
        raise DemoFailed(f"This deployment needs {', '.join(asked)}: {way}{ELSEWHERE}.")
    console.print(f"@artist uploads  {picture[0]}\n", markup=False, soft_wrap=True)
    return await artist.submit(shown, dict.fromkeys(fields, picture))


def _print(discord: DiscordSandbox, message: Message, tour: Tour, console: Console, *, is_filled: bool) -> None:
    """What only the artist sees, in the terminal and as a drawing."""
    buttons = [f"[{label}]" if ready else f"({label})" for label, ready in buttons_of(message).items()]
    console.print("@artist sees, and nobody else does", markup=False)
    for line in [message["embeds"][0].get("title", ""), *lines_of(message), " ".join(buttons)]:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if tour.shots is not None:
        draw(discord, message, tour.shots / ("0-form-filled.png" if is_filled else "0-form.png"), console)
    console.print()
