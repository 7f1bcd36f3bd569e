"""The sentence for each error: what happened, what became of the wish, what to do next. One table, pure."""

from collections.abc import Callable
from typing import Any, Final

import discord
from discord import app_commands

from cogs.ui.flaws import flaw_words
from cogs.ui.operator_words import NOTHING_CHANGED, OPERATOR_WORDS, names
from cogs.ui.problems import file_words, problem_words
from cogs.ui.result_words import RESULT_WORDS
from cogs.ui.text import block, code, fitting, named
from core.comfydeploy import operations
from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    BadReply,
    Busy,
    DispatchFailed,
    KeyRefused,
    NoAnswer,
    NotCancellable,
    NotFound,
    NotFoundOrBroken,
    OutOfCredits,
    Refused,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from core.comfydeploy.kinds import InputKind
from core.errors import (
    AlreadyAsked,
    AlreadyOver,
    ButtonUnknown,
    CannotCancel,
    CoreError,
    DeploymentAmbiguous,
    DeploymentGone,
    DeploymentNotFound,
    DeploymentNotHere,
    FormExpired,
    FormGone,
    InputsInvalid,
    LookingAlready,
    NameAmbiguous,
    NameUnknown,
    NothingUnderWay,
    NotServedHere,
    NotStartedYet,
    NotYourRun,
    OrderForgotten,
    PermissionsMissing,
    PlaceClosed,
    RunExpired,
    RunGone,
    RunNotOurs,
    RunSilent,
    StillNotFound,
    Stopping,
    StoreFailed,
    StoreHeld,
    SubmitUnclear,
    SurfaceLost,
    SurfaceSilent,
    TakenByAnother,
    TookTooLong,
    TooManyRuns,
)
from core.file_errors import FileError
from core.forms.form import FormNeeded, NoTaker, NothingUsable, PickNeeded
from core.operator_errors import ChangeInvalid
from core.people.preferences import ManagersOnly

_NOTHING_STARTED: Final = "Nothing was started."
_SUBMITS: Final = {operations.QUEUE_RUN.name, operations.QUEUE_RUN.before.name}
OPERATORS: Final = "Please tell the people who run this bot."
_AS_INPUT: Final = {
    InputKind.IMAGE: "a picture",
    InputKind.VIDEO: "a video",
    InputKind.AUDIO: "a sound",
    InputKind.EXR: "an EXR image",
}
MOST_PROBLEMS: Final = 8
_ROOM: Final = 3000  # characters for the list of problems; an embed holds 4096 in all


def words_for(error: BaseException) -> str:
    """A sentence or a few for a person, in Discord's markdown. Every error has one; unknown ones a general one."""
    for kind in type(error).__mro__:
        if kind in _WORDS:
            return _WORDS[kind](error)
    return f"Something went wrong that nobody thought of. {OPERATORS}"


def _invalid(error: InputsInvalid) -> str:
    lines = [f"- {problem_words(problem)}" for problem in error.problems]
    place = f" for **{named(error.deployment, 100)}**" if error.deployment else ""
    nothing = NOTHING_CHANGED if isinstance(error, ChangeInvalid) else _NOTHING_STARTED
    return f"{nothing} Please change this{place}:\n{fitting(lines, _ROOM, MOST_PROBLEMS)}"


def _form_needed(error: FormNeeded) -> str:
    """Where no form can be shown, as after a reaction or in a terminal."""
    which = f"**{named(error.deployment, 100)}**"
    if error.form.drift:
        return (
            f"The deployment {which} has changed since. {_NOTHING_STARTED} "
            "Press **Again** under the result to see how, and to run it all the same."
        )
    if error.problems:
        return _invalid(error)
    return f"The form of {which} could not be shown. {_NOTHING_STARTED} Please try again."


def _pick_needed(error: PickNeeded) -> str:
    if error.cause is not None:
        return words_for(error.cause)
    return "Say what to run: `/generate deployment:`, and type to search."


def _form_expired(error: FormExpired) -> str:
    words = (
        "This form is over: it was run, or left alone for 15 minutes, or the bot was restarted. "
        "`/generate more_inputs:True` opens a new one."
    )
    typed = "".join(f"\n{block(text, 900)}" for text in error.typed[:3])
    return f"{words} What you typed:{typed}" if typed else words


def _not_found(error: DeploymentNotFound) -> str:
    if error.reason is not None:
        return f"The deployment {code(error.wanted, 80)} cannot be run now. {flaw_words(error.reason)}"
    hint = ", ".join(f"**{named(name, 100)}**" for name in error.similar)
    advice = f"Did you mean {hint}?" if hint else "`/deployments` lists what can be run."
    return f"There is no deployment {code(error.wanted, 80)} on offer. {advice}"


def _unknown_name(error: NameUnknown) -> str:
    hint = f" Did you mean {names(error.similar)}?" if error.similar else ""
    return f"There is nothing called {code(error.wanted, 80)}.{hint}"


def _ambiguous(error: DeploymentAmbiguous) -> str:
    choices = ", ".join(f"**{named(label, 100)}**" for label in error.choices[:5])
    return f"Several deployments are called {code(error.wanted, 80)}. Pick one of {choices}."


def _cannot_cancel(error: CannotCancel) -> str:
    if error.is_early:
        return "This run has not reached a machine yet, so it cannot be cancelled. Try again in a few seconds."
    return "This machine kind cannot cancel. The run goes on, and its result will be shown."


def _nothing(error: ApiError) -> str:
    """What a submit that was refused means for who pays."""
    return f" {_NOTHING_STARTED}" if error.call in _SUBMITS else ""


def _too_many(error: TooManyRuns) -> str:
    if error.everybody:
        line = f", and you have {error.waiting} waiting in line" if error.waiting else ""
        places = "The only place for runs is" if error.limit == 1 else f"All {error.limit} places for runs are"
        return f"{places} taken{line}. Please try again in a moment. {_NOTHING_STARTED}"
    runs = "a run" if error.limit == 1 else f"{error.limit} runs"
    line = f" and {error.waiting} waiting in line" if error.waiting else ""
    return (
        f"You have {runs} under way{line}, which is the limit. "
        f"Wait for one to end, or `/cancel` one. {_NOTHING_STARTED}"
    )


def _closed(error: PlaceClosed) -> str:
    if error.locked:
        return "This thread is locked, so nothing was done. Its moderators can open it; commands work elsewhere."
    return "This thread is archived, so nothing was done. Write something in it to wake it up, and try again."


def _other_version(_: app_commands.AppCommandError) -> str:
    return (
        "This command is of another version or another setup of the bot. "
        "Look again in a minute: Discord shows the commands of this version by then. One that stays does nothing."
    )


def _api_down(_: ApiError) -> str:
    return "ComfyUI Deploy does not answer at the moment. Please try again in a minute."


_WORDS: Final[dict[type[BaseException], Callable[[Any], str]]] = {
    **OPERATOR_WORDS,
    **RESULT_WORDS,
    CoreError: lambda _: f"That did not work. {OPERATORS}",
    ApiError: lambda _: f"ComfyUI Deploy gave an answer that this bot does not understand. {OPERATORS}",
    Unreachable: lambda e: f"{_api_down(e)}{_nothing(e)}",
    NoAnswer: _api_down,
    ServerFault: _api_down,
    BadReply: _api_down,
    Busy: lambda e: f"ComfyUI Deploy is too busy at the moment. Please try again in a minute.{_nothing(e)}",
    KeyRefused: lambda e: f"The bot's access to ComfyUI Deploy does not work.{_nothing(e)} {OPERATORS}",
    AccessDenied: lambda e: f"ComfyUI Deploy does not allow the bot to do this.{_nothing(e)} {OPERATORS}",
    OutOfCredits: lambda _: f"The bot's ComfyUI Deploy account is out of GPU credits. {_NOTHING_STARTED} {OPERATORS}",
    NotFound: lambda _: "ComfyUI Deploy no longer has this. `/deployments` lists what can be run.",
    WrongAddress: lambda e: f"The bot's address of ComfyUI Deploy is wrong.{_nothing(e)} {OPERATORS}",
    Refused: lambda _: f"ComfyUI Deploy did not accept this. {_NOTHING_STARTED} {OPERATORS}",
    DispatchFailed: lambda _: (
        "The machine did not accept this run: its workflow, its models or one of your values do not fit it. "
        "Try other values. If that does not help, please tell the people who run this bot."
    ),
    NotCancellable: lambda _: "This run cannot be cancelled.",
    DeploymentNotFound: _not_found,
    DeploymentAmbiguous: _ambiguous,
    DeploymentNotHere: lambda e: (
        f"The deployment **{named(e.label, 100)}** is not on offer in this server. "
        "`/deployments` lists what can be run here."
    ),
    InputsInvalid: _invalid,
    FormNeeded: _form_needed,
    FormExpired: _form_expired,
    FormGone: lambda e: (
        f"The deployment **{named(e.label, 100)}** is no longer on offer, so this form is over. {_NOTHING_STARTED} "
        "`/deployments` lists what can be run."
    ),
    PickNeeded: _pick_needed,
    NothingUsable: lambda _: "This message has no picture, video, sound or other file that could be used.",
    NoTaker: lambda e: (
        f"Nothing on offer here takes {_AS_INPUT.get(e.kind, 'such a file') if e.count == 1 else 'several pictures'}. "
        "`/deployments` lists what can be run."
    ),
    FileError: lambda e: f"{file_words(e)} {_NOTHING_STARTED}",
    RunNotOurs: lambda _: "This run was not made with this bot, so it cannot be used from here.",
    RunSilent: lambda _: "ComfyUI Deploy does not tell how this run stands. Please try again later.",
    DeploymentGone: lambda _: "The deployment of this run is no longer on offer. `/deployments` lists what can be run.",
    RunGone: lambda _: "ComfyUI Deploy no longer knows this run. Start a new one with `/generate`.",
    NotYourRun: lambda e: (
        f"This is a run of <@{e.owner}>. Only they {'and moderators ' if e.moderators else ''}can do that."
    ),
    NothingUnderWay: lambda _: (
        "You have no run under way that could be cancelled. "
        "One that you can see is cancelled by the button under its message."
    ),
    AlreadyOver: lambda _: "This run has ended already, so there is nothing to cancel.",
    CannotCancel: _cannot_cancel,
    SubmitUnclear: lambda _: (
        "ComfyUI Deploy did not say whether your run was started, and it cannot be found. "
        "Wait a minute before you try again, else you may pay twice."
    ),
    StoreFailed: lambda _: f"I cannot reach my own records right now, so nothing was started or changed. {OPERATORS}",
    ManagersOnly: lambda _: "Only people who may manage this server can do that. Nothing was changed.",
    StoreHeld: lambda e: (
        f"This bot runs already, as process {e.pid} on {code(e.host, 60)}. End that first, or wait until it has ended."
    ),
    RunExpired: lambda _: (
        "This was asked for more than a day ago, so the bot does not follow it any more. "
        "What became of it is in ComfyUI Deploy."
    ),
    OrderForgotten: lambda _: (
        "The bot was restarted and no longer knows what you asked for. "
        "**Look again**, or start a new run with `/generate`."
    ),
    TookTooLong: lambda _: "ComfyUI Deploy took too long to answer. Please try again in a minute.",
    NameUnknown: _unknown_name,
    NameAmbiguous: lambda e: f"Several are called {code(e.wanted, 80)}. Pick one of {names(e.choices)}.",
    NotFoundOrBroken: lambda _: "ComfyUI Deploy does not have this, or cannot describe it.",
    TooManyRuns: _too_many,
    NotStartedYet: lambda _: (
        "It is being handed in right now. Cancel it as soon as its message shows **Cancel**, or answer what it asks."
    ),
    LookingAlready: lambda _: "The bot looks for it right now, for up to three minutes. Then its message asks you.",
    StillNotFound: lambda _: "Still not found. Look again in a minute, submit it again, or give up.",
    TakenByAnother: lambda _: "Another process of this bot goes on with it.",
    AlreadyAsked: lambda _: "You asked for that a moment ago, and it is on its way.",
    NotServedHere: lambda _: "This bot does not answer here.",
    PermissionsMissing: lambda e: (
        f"The bot could not show the result here: it needs {', '.join(e.permissions)}. {_NOTHING_STARTED}"
    ),
    PlaceClosed: _closed,
    Stopping: lambda _: (
        "The bot is being restarted. Ask again in a minute; if it was a change, look first whether it was done."
    ),
    ButtonUnknown: lambda _: "This button or form is of another version of the bot, or too old. Use the command anew.",
    SurfaceLost: lambda _: (
        f"The bot could not write here. It needs View Channel, Send Messages, Embed Links and Attach Files. "
        f"{_NOTHING_STARTED}"
    ),
    SurfaceSilent: lambda _: "Discord did not answer the bot, so nothing was done. Please try again.",
    app_commands.CommandNotFound: _other_version,
    app_commands.CommandSignatureMismatch: _other_version,
    discord.Forbidden: lambda _: (
        "Discord does not let the bot do this here. It needs View Channel, Send Messages, Embed Links and Attach Files."
    ),
    discord.HTTPException: lambda _: "Discord did not accept the bot's message. Please try again.",
}
