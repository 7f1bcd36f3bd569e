"""The sentences for what cannot be done with a result; pure."""

from collections.abc import Callable
from typing import Any, Final

from cogs.ui.text import code, named
from core.result_errors import (
    AlreadyKept,
    GalleryClosed,
    NoGallery,
    NoResult,
    NoResultHere,
    NotOverYet,
    NotYourResult,
    NoUpscaler,
    RoomForFewer,
    RunUnknown,
    SurfaceTooSmall,
    TakesNoPicture,
    TooManyAtOnce,
)
from core.runs.several import CostNeeded


def _gallery_closed(error: GalleryClosed) -> str:
    names = ", ".join(f"**{name}**" for name in error.permissions)
    missing = f" I need these there: {names}." if names else ""
    return (
        f"I cannot post in the channel of this server's gallery.{missing} "
        "Those who manage the server can change that, or name another one with `/server gallery`."
    )


def _already_kept(error: AlreadyKept) -> str:
    return "It is in the gallery already." if error.link else "It is on its way to the gallery already."


def _unknown(error: RunUnknown) -> str:
    return (
        f"I know no run of yours as {code(error.wanted, 60)}. `/runs` lists those that I remember; "
        "the whole id of a run works in any case."
    )


RESULT_WORDS: Final[dict[type[BaseException], Callable[[Any], str]]] = {
    NotYourResult: lambda _: (
        "In this server the buttons of a result are for the person who asked for it. You can make your own copy."
    ),
    NoUpscaler: lambda _: (
        "Nothing is named here that makes a result larger. Those who manage this server can name it with "
        "`/server upscaler`; **Use in…** works in any case."
    ),
    TakesNoPicture: lambda error: (
        f"The deployment **{named(error.label, 100)}** has no input for a picture, so it cannot make one larger. "
        "Nothing was changed."
    ),
    NoGallery: lambda _: "This server has no gallery. Those who manage it can name a channel with `/server gallery`.",
    GalleryClosed: _gallery_closed,
    AlreadyKept: _already_kept,
    NotOverYet: lambda _: "That run is still under way. Wait for its result first.",
    NoResult: lambda _: "This run made no file that could be used for that.",
    NoResultHere: lambda _: "This message shows no result of mine.",
    RunUnknown: _unknown,
    SurfaceTooSmall: lambda _: "Discord does not take files of this size here.",
    CostNeeded: lambda error: (
        f"These **{error.count} runs** of **{named(error.deployment, 100)}** cost about ${error.dollars:.2f} in all. "
        "Nothing was started; with `/generate count:` you are asked first."
    ),
    RoomForFewer: lambda error: (
        f"You asked for **{error.count}**, and there is room for **{error.room}** now. Nothing was started."
    ),
    TooManyAtOnce: lambda error: f"At most **{error.most}** at once here. Nothing was started.",
}
