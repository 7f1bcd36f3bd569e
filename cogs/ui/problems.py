"""What is wrong with an input or a file, and what would be right, in a sentence each; pure."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final

from cogs.ui.text import code, named, number, size
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Adjusted
from core.comfydeploy.written import MOST_FILES
from core.errors import Fault, Problem
from core.file_errors import (
    FileDamaged,
    FileError,
    FileHostRefused,
    FileNotAnImage,
    FileNotCleaned,
    FileOfOtherKind,
    FileTooLarge,
    FileUnavailable,
)

_MOST_CHOICES: Final = 12


def problem_words(problem: Problem) -> str:
    """What is wrong with one input, and what would be right."""
    return f"**{named(problem.name, 60)}** {fault_words(problem)}"


def fault_words(problem: Problem) -> str:
    """The same without the input's name, for a place that has it already."""
    return _FAULTS[problem.fault](problem)


def adjusted_words(item: Adjusted) -> str:
    """What is used instead of a number beyond its range."""
    what = f"**{named(item.name, 60)}** {code(item.given, 30)} → {code(item.used, 30)}"
    low, high = item.minimum, item.maximum
    if low is not None and high is not None:
        return f"{what}: it takes {number(low)} to {number(high)}."
    bound = f"{number(low)} or more" if low is not None else f"{number(high or 0)} or less"
    return f"{what}: it takes {bound}."


def _range(problem: Problem) -> str:
    low, high = problem.minimum, problem.maximum
    if low is not None and high is not None:
        return f"must be {number(low)} to {number(high)}"
    if low is not None:
        return f"must be {number(low)} or more"
    return f"must be {number(high)} or less" if high is not None else "is out of range"


def _out_of_range(problem: Problem) -> str:
    """The node of whole numbers reads no sign; what is below a range of any other is no problem."""
    if problem.minimum == 0 and problem.given.strip().startswith("-"):
        about = "cannot take negative numbers: the machine would use its default. It "
    else:
        about = ""
    return f"{about}{_range(problem)}{_wrote(problem)}"


def _wrote(problem: Problem) -> str:
    return f" (you wrote {code(problem.given, 60)})." if problem.given else "."


def _unknown(problem: Problem) -> str:
    if not problem.choices:
        return "is not an input of this deployment: it has none."
    known = {choice.casefold(): choice for choice in problem.choices}
    near = [known[name] for name in get_close_matches(problem.name.casefold(), known, n=2)]
    hint = f" Did you mean {' or '.join(code(name, 40) for name in near)}?" if near else ""
    return f"is not an input of this deployment.{hint} It has: {_choices(problem)}."


def _not_an_option(problem: Problem) -> str:
    right = _choices(problem) or "one of its options"
    return f"must be {'one of ' if len(problem.choices) > 1 else ''}{right}{_wrote(problem)}"


def _needs_another(problem: Problem) -> str:
    about = f" {file_words(problem.file)}" if isinstance(problem.file, FileError) else ""
    return f"needs another file.{about}"


def _choices(problem: Problem) -> str:
    shown = ", ".join(code(choice, 40) for choice in problem.choices[:_MOST_CHOICES])
    rest = len(problem.choices) - _MOST_CHOICES
    return f"{shown} and {rest} more" if rest > 0 else shown


_FAULTS: Final[dict[Fault, Callable[[Problem], str]]] = {
    Fault.UNKNOWN: _unknown,
    Fault.TWICE: lambda _: "is given twice.",
    Fault.MISSING: lambda _: "is missing. Give a file, or a link to one.",
    Fault.MISSING_PICTURE: lambda _: "is missing. Give a picture, or a link to one.",
    Fault.NOT_A_NUMBER: lambda p: f"must be a number{_wrote(p)}",
    Fault.NOT_WHOLE: lambda p: f"must be a whole number{_wrote(p)}",
    Fault.OUT_OF_RANGE: _out_of_range,
    Fault.NOT_YES_OR_NO: lambda p: f"must be `yes` or `no`{_wrote(p)}",
    Fault.NOT_AN_OPTION: _not_an_option,
    Fault.NOT_A_LINK: lambda p: f"must be a link that starts with `https://`{_wrote(p)}",
    Fault.NO_PLACE: lambda _: "cannot be given: this deployment has no such input.",
    Fault.UNUSABLE: lambda _: "is a live input, which cannot be set from here.",
    Fault.UNREADABLE: lambda p: f'cannot be read{_wrote(p)} Write `name=value; other="quoted; value"`.',
    Fault.BLANK: lambda _: "must not be blank.",
    Fault.NOT_AN_ADDRESS: lambda _: (
        "must be an address such as `https://host:8188/path`: without a password, without `?` and `#`."
    ),
    Fault.NOT_A_NAME: lambda p: f"must be a file's name, or a link that starts with `https://`{_wrote(p)}",
    Fault.NO_FILE: lambda _: "takes no file. Write something instead.",
    Fault.TOO_MANY: lambda _: f"has too many files: it takes one, or up to {MOST_FILES} where it asks for several.",
    Fault.FILE: _needs_another,
}


def file_words(error: FileError) -> str:
    """What is wrong with one file; what became of the wish is for others to say."""
    for kind in type(error).__mro__:
        if kind in _FILE_WORDS:
            return _FILE_WORDS[kind](error)
    return f"The file {code(error.name, 60)} could not be used."


def _too_large(error: FileTooLarge) -> str:
    limit = size(error.limit)
    is_size = size(error.size) if error.size is not None else limit
    if is_size != limit:
        return f"The file {code(error.name, 60)} is too large ({is_size}): at most {limit}."
    little = "a little " if error.size is not None else ""
    return f"The file {code(error.name, 60)} is {little}too large: at most {limit}."


def _refused_host(error: FileHostRefused) -> str:
    which = f"Files may not be fetched from {code(error.host, 60)}: a" if error.host else "A"
    return f"{which} link must start with `https://` and lead to a public address. Attach the file instead."


_WANTED: Final[dict[str, tuple[str, str]]] = {
    InputKind.VIDEO: ("a video", "an MP4, MOV, WebM, MKV or GIF"),
    InputKind.AUDIO: ("an audio file", "a WAV, MP3, FLAC, OGG, M4A or AAC"),
    InputKind.EXR: ("an EXR image", "an OpenEXR file"),
}


def _of_other_kind(error: FileOfOtherKind) -> str:
    if error.wanted not in _WANTED:
        return f"The file {code(error.name, 60)} is of another kind than is wanted: {code(error.wanted, 100)}."
    what, formats = _WANTED[error.wanted]
    return f"The file {code(error.name, 60)} is not {what} that can be read. Attach {formats}."


_FILE_WORDS: Final[dict[type[Any], Callable[[Any], str]]] = {
    FileTooLarge: _too_large,
    FileHostRefused: _refused_host,
    FileUnavailable: lambda e: f"The file {code(e.name, 60)} could not be fetched. Attach it once more and try again.",
    FileNotAnImage: lambda e: (
        f"The file {code(e.name, 60)} is not a picture that can be read. "
        "Attach a PNG, JPEG, WebP, GIF, BMP or TIFF of at most 64 megapixels."
    ),
    FileOfOtherKind: _of_other_kind,
    FileNotCleaned: lambda e: (
        f"What its maker embedded in the file {code(e.name, 60)} cannot be taken out, so it is not shown."
    ),
    FileDamaged: lambda e: f"The file {code(e.name, 60)} is damaged: its end is missing. Attach it once more.",
}
