"""The sentence for each error: what happened, what became of the wish, what to do next. One table, pure."""

from collections.abc import Callable
from typing import Any, Final

import discord

from cogs.ui.text import code, fitting, named, number, size
from core.errors import (
    AccessDenied,
    AlreadyAsked,
    AlreadyOver,
    ApiError,
    BadReply,
    Busy,
    ButtonUnknown,
    CannotCancel,
    CoreError,
    DeploymentAmbiguous,
    DeploymentGone,
    DeploymentNotFound,
    DispatchFailed,
    Fault,
    FileError,
    FileHostRefused,
    FileNotAnImage,
    FileTooLarge,
    FileUnavailable,
    InputsInvalid,
    KeyRefused,
    NoAnswer,
    NotCancellable,
    NotFound,
    NothingUnderWay,
    NotServedHere,
    NotYourRun,
    OutOfCredits,
    PermissionsMissing,
    Problem,
    Refused,
    RunGone,
    RunNotOurs,
    RunSilent,
    ServerFault,
    SubmitUnknown,
    SurfaceLost,
    TooManyRuns,
    Unreachable,
    WrongAddress,
)

_NOTHING_STARTED: Final = "Nothing was started."
_OPERATORS: Final = "Please tell the people who run this bot."
MOST_PROBLEMS: Final = 8
_MOST_CHOICES: Final = 12
_ROOM: Final = 3000  # characters for the list of problems; an embed holds 4096 in all


def words_for(error: BaseException) -> str:
    """A sentence or a few for a person, in Discord's markdown. Every error has one; unknown ones a general one."""
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return _WORDS[kind](error)
    return f"Something went wrong that nobody thought of. {_OPERATORS}"


def problem_words(problem: Problem) -> str:
    """What is wrong with one input, and what would be right."""
    return f"**{named(problem.name, 60)}** {_FAULTS[problem.fault](problem)}"


def _range(problem: Problem) -> str:
    low, high = problem.minimum, problem.maximum
    if low is not None and high is not None:
        return f"must be {number(low)} to {number(high)}"
    if low is not None:
        return f"must be {number(low)} or more"
    return f"must be {number(high)} or less" if high is not None else "is out of range"


def _wrote(problem: Problem) -> str:
    return f" (you wrote {code(problem.given, 60)})."


def _unknown(problem: Problem) -> str:
    if not problem.choices:
        return "is not an input of this deployment: it has none."
    return f"is not an input of this deployment. It has: {_choices(problem)}."


def _not_an_option(problem: Problem) -> str:
    right = f"one of {_choices(problem)}" if problem.choices else "one of its options"
    return f"must be {right}{_wrote(problem)}"


def _choices(problem: Problem) -> str:
    shown = ", ".join(code(choice, 40) for choice in problem.choices[:_MOST_CHOICES])
    rest = len(problem.choices) - _MOST_CHOICES
    return f"{shown} and {rest} more" if rest > 0 else shown


_FAULTS: Final[dict[Fault, Callable[[Problem], str]]] = {
    Fault.UNKNOWN: _unknown,
    Fault.TWICE: lambda _: "is given twice.",
    Fault.MISSING: lambda p: f"is missing. Write a link to it into `inputs`, as {code(f'{p.given}=https://…', 80)}.",
    Fault.MISSING_PICTURE: lambda _: "is missing. Attach a picture as `image`.",
    Fault.NOT_A_NUMBER: lambda p: f"must be a number{_wrote(p)}",
    Fault.NOT_WHOLE: lambda p: f"must be a whole number{_wrote(p)}",
    Fault.OUT_OF_RANGE: lambda p: f"{_range(p)}{_wrote(p)}",
    Fault.NOT_YES_OR_NO: lambda p: f"must be `yes` or `no`{_wrote(p)}",
    Fault.NOT_AN_OPTION: _not_an_option,
    Fault.NOT_A_LINK: lambda p: f"must be a link that starts with `https://`{_wrote(p)}",
    Fault.NO_PLACE: lambda _: "cannot be given: this deployment has no such input.",
    Fault.UNUSABLE: lambda _: "is a live input, which cannot be set from here.",
    Fault.UNREADABLE: lambda p: f'cannot be read{_wrote(p)} Write `name=value; other="quoted; value"`.',
}


def _invalid(error: InputsInvalid) -> str:
    lines = [f"- {problem_words(problem)}" for problem in error.problems]
    place = f" for **{named(error.deployment, 100)}**" if error.deployment else ""
    return f"{_NOTHING_STARTED} Please change this{place}:\n{fitting(lines, _ROOM, MOST_PROBLEMS)}"


def _not_found(error: DeploymentNotFound) -> str:
    hint = ", ".join(f"**{named(name, 100)}**" for name in error.similar)
    advice = f"Did you mean {hint}?" if hint else "`/deployments` lists what can be run."
    return f"There is no deployment {code(error.wanted, 80)} on offer. {advice}"


def _ambiguous(error: DeploymentAmbiguous) -> str:
    choices = ", ".join(f"**{named(label, 100)}**" for label in error.choices[:5])
    return f"Several deployments are called {code(error.wanted, 80)}. Pick one of {choices}."


def _too_large(error: FileTooLarge) -> str:
    is_size = f" ({size(error.size)})" if error.size is not None else ""
    return f"The file {code(error.name, 60)} is too large{is_size}: at most {size(error.limit)}. {_NOTHING_STARTED}"


def _cannot_cancel(error: CannotCancel) -> str:
    if error.is_early:
        return "This run has not reached a machine yet, so it cannot be cancelled. Try again in a few seconds."
    return "This machine kind cannot cancel. The run goes on, and its result will be shown."


def _too_many(error: TooManyRuns) -> str:
    if error.everybody:
        return f"All {error.limit} places for runs are taken. Please try again in a moment. {_NOTHING_STARTED}"
    runs = "a run" if error.limit == 1 else f"{error.limit} runs"
    return f"You have {runs} under way, which is the limit. Wait for one to end, or `/cancel` one. {_NOTHING_STARTED}"


def _api_down(_: ApiError) -> str:
    return "ComfyUI Deploy does not answer at the moment. Please try again in a minute."


_WORDS: Final[dict[type[BaseException], Callable[[Any], str]]] = {
    CoreError: lambda _: f"That did not work. {_OPERATORS}",
    ApiError: lambda _: f"ComfyUI Deploy gave an answer that this bot does not understand. {_OPERATORS}",
    Unreachable: _api_down,
    NoAnswer: _api_down,
    ServerFault: _api_down,
    BadReply: _api_down,
    Busy: lambda _: "ComfyUI Deploy is too busy at the moment. Please try again in a minute.",
    KeyRefused: lambda _: f"The bot's access to ComfyUI Deploy does not work. {_OPERATORS}",
    AccessDenied: lambda _: f"ComfyUI Deploy does not allow the bot to do this. {_OPERATORS}",
    OutOfCredits: lambda _: f"The bot's ComfyUI Deploy account is out of GPU credits. {_NOTHING_STARTED} {_OPERATORS}",
    NotFound: lambda _: "ComfyUI Deploy no longer has this. `/deployments` lists what can be run.",
    WrongAddress: lambda _: f"The bot's address of ComfyUI Deploy is wrong. {_OPERATORS}",
    Refused: lambda _: f"ComfyUI Deploy did not accept this. {_NOTHING_STARTED} {_OPERATORS}",
    DispatchFailed: lambda _: (
        "The machine did not accept this run: its workflow, its models or one of your values do not fit it. "
        f"Try other values. If that does not help: {_OPERATORS}"
    ),
    NotCancellable: lambda _: "This run cannot be cancelled.",
    DeploymentNotFound: _not_found,
    DeploymentAmbiguous: _ambiguous,
    InputsInvalid: _invalid,
    FileError: lambda e: f"The file {code(e.name, 60)} could not be used. {_NOTHING_STARTED}",
    FileTooLarge: _too_large,
    FileHostRefused: lambda e: (
        f"Files may not be fetched from {code(e.host, 60)}. Attach the file instead. {_NOTHING_STARTED}"
    ),
    FileUnavailable: lambda e: (
        f"The file {code(e.name, 60)} could not be fetched. Attach it once more and try again. {_NOTHING_STARTED}"
    ),
    FileNotAnImage: lambda e: (
        f"The file {code(e.name, 60)} is not a picture that can be read. "
        f"Attach a PNG, JPEG, WebP, GIF, BMP or TIFF of at most 64 megapixels. {_NOTHING_STARTED}"
    ),
    RunNotOurs: lambda _: "This run was not made with this bot, so it cannot be used from here.",
    RunSilent: lambda _: "ComfyUI Deploy does not tell how this run stands. Please try again later.",
    DeploymentGone: lambda _: "The deployment of this run is no longer on offer. `/deployments` lists what can be run.",
    RunGone: lambda _: "ComfyUI Deploy no longer knows this run. Start a new one with `/generate`.",
    NotYourRun: lambda e: f"This is a run of <@{e.owner}>. Only they and moderators can do that.",
    NothingUnderWay: lambda _: (
        "You have no run under way that could be cancelled. "
        "One from before a restart of the bot is cancelled by the button under its message."
    ),
    AlreadyOver: lambda _: "This run has ended already, so there is nothing to cancel.",
    CannotCancel: _cannot_cancel,
    SubmitUnknown: lambda _: (
        "ComfyUI Deploy did not say whether your run was started, and it cannot be found. "
        "Wait a minute before you try again, else you may pay twice."
    ),
    TooManyRuns: _too_many,
    AlreadyAsked: lambda _: "You asked for that a moment ago, and it is on its way.",
    NotServedHere: lambda _: "This bot does not answer here.",
    PermissionsMissing: lambda e: (
        f"The bot could not show the result here: it needs {', '.join(e.permissions)}. {_NOTHING_STARTED}"
    ),
    ButtonUnknown: lambda _: "This button or form is of another version of the bot, or too old. Use the command anew.",
    SurfaceLost: lambda _: (
        f"The bot could not write here. It needs View Channel, Send Messages, Embed Links and Attach Files. "
        f"{_NOTHING_STARTED}"
    ),
    discord.Forbidden: lambda _: (
        "Discord does not let the bot do this here. It needs View Channel, Send Messages, Embed Links and Attach Files."
    ),
    discord.HTTPException: lambda _: "Discord did not accept the bot's message. Please try again.",
}
