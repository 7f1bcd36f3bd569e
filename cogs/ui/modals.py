"""A form's screens of up to five fields, and what was filled in there, read back; pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.fields import CLEARED, HEAD, KEPT, REMOVE, UPLOAD, VALUE, Asked, Label, fields_for, hash_of
from cogs.ui.input_words import choices_of, default_of, files_of, is_default, names_of
from cogs.ui.problems import fault_words
from cogs.ui.text import plain
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import File, Source, Value
from core.comfydeploy.written import Unfit, read_value
from core.errors import Fault, Problem
from core.forms.form import Form, FormNeeded
from core.forms.sections import FIELDS, Section, fields_of

_SEARCH: Final = "search"
_NAME: Final = 100  # characters of what is no link, shown as a file's name
_MISSING: Final = {Fault.MISSING, Fault.MISSING_PICTURE}
_TEXT, _MENU, _RADIOS, _BOX = 4, 3, 21, 23  # https://docs.discord.com/developers/components/reference#component-object

Sent = Mapping[str, Any]


class _Left(Enum):
    """For an input that stays as it is."""

    LEFT = auto()


_LEFT: Final = _Left.LEFT


def section_modal(form: Form, section: Section) -> discord.ui.Modal:
    """The fields of one section, filled with what is there; of a long list one for any other name."""
    count = len(form.sections)
    title = section.title or form.deployment.label
    where = f" ({section.number + 1} of {count})" if count > 1 else ""
    return _modal(title, where, f"st:form:{form.id}-{section.number}", _fields(form, section.inputs))


def fix_modal(form: Form) -> discord.ui.Modal:
    """What has problems, as much as fits; the rest is there the next time.

    Raises:
        FormNeeded: nothing has that can be changed.
    """
    fixed, room = list[Input](), FIELDS
    for item in fixable(form):
        if fields_of(item) <= room:
            fixed.append(item)
            room -= fields_of(item)
    if not fixed:
        raise FormNeeded(form)
    return _modal(form.deployment.label, "", f"st:fixed:{form.id}", _fields(form, fixed))


def fixable(form: Form) -> list[Input]:
    """The inputs that have problems, but for those nobody can set."""
    return [item for item in form.wrong if item.kind is not InputKind.UNUSABLE]


def search_modal(form: Form, section: Section) -> discord.ui.Modal:
    """What to look for in a long list."""
    field = discord.ui.TextInput[discord.ui.Modal](
        custom_id=_SEARCH,
        placeholder="part of the name; nothing shows all",
        default=form.search or None,
        max_length=100,
        required=False,
    )
    name = names_of(form.deployment.inputs)[section.inputs[0].key]
    label = Label(text="Search", description=plain(f"in {name}", limits.LABEL_DESCRIPTION), component=field)
    return _modal(form.deployment.label, "", f"st:sought:{form.id}-{section.number}", [label])


def _modal(title: str, tail: str, custom_id: str, fields: Iterable[Label]) -> discord.ui.Modal:
    shown = f"{plain(title, limits.MODAL_TITLE - len(tail)) or 'Form'}{tail}"
    modal = discord.ui.Modal(title=shown, custom_id=custom_id)
    for field in fields:
        modal.add_item(field)
    modal.stop()  # its answer comes by its custom_id; else discord.py would keep each one that is opened, for good
    return modal


def _fields(form: Form, inputs: Iterable[Input]) -> Iterator[Label]:
    names, roles = names_of(form.deployment.inputs), form.deployment.roles
    wrong = defaultdict[str, list[Problem]](list)
    for problem in form.problems:
        if problem.fault not in _MISSING:
            wrong[problem.key].append(problem)
    for item in inputs:
        asked = Asked(
            item,
            names[item.key],
            form.values.get(item.key),
            wrong=_wrong_words(wrong[item.key]),
            is_drawn=item is roles.seed,
            is_roomy=item in {roles.prompt, roles.negative},
        )
        yield from fields_for(asked)


def _wrong_words(problems: list[Problem]) -> str:
    """In plain text; of several files which they are, as there is no room to say why."""
    files = [problem.file for problem in problems if problem.file is not None]
    if len(files) > 1:
        return f"{len(files)} files cannot be used: {files_of(files)}"
    return " It ".join(map(fault_words, problems)).replace("`", "")


# -- the way back --


def answers_of(data: object, inputs: Iterable[Input]) -> dict[str, Value | None]:
    """What was filled in, by input id, from an interaction's data; None is the default again.

    An empty text is given where one could be seen and was deleted. What is left out stays as it is: fields that nobody
    touched though they could not show what is there, and fields that do not fit what their input has become since.
    Fields of other inputs are ignored.
    """
    sent = data if isinstance(data, dict) else {}
    fields = {custom_id[:HEAD]: field for custom_id, field in _sent_fields(sent)}
    files = (sent.get("resolved") or {}).get("attachments") or {}
    answers = {item.key: _answer(item, fields, files) for item in inputs}
    return {key: answer for key, answer in answers.items() if not isinstance(answer, _Left)}


def search_in(data: object) -> str:
    """What was typed into the field of `search_modal`."""
    field = dict(_sent_fields(data if isinstance(data, dict) else {})).get(_SEARCH, {})
    return str(field.get("value") or "")


def _sent_fields(sent: Sent) -> Iterator[tuple[str, Sent]]:
    for row in sent.get("components") or ():
        field = row.get("component") or {}
        if field.get("custom_id"):
            yield field["custom_id"], field


def _answer(item: Input, fields: Mapping[str, Sent], files: Mapping[str, Any]) -> Value | _Left | None:
    if item.kind is InputKind.UNUSABLE:
        return None  # it was written out in a command, and no field can take it back
    key = hash_of(item.key)
    blank = next((letter for letter in (VALUE, KEPT, CLEARED) if letter + key in fields), None)
    field = fields[blank + key] if blank is not None else {}
    text = _text_in(item, field) if field else None
    if item.is_file:
        uploads = _uploads(fields.get(UPLOAD + key, {}), files)
        return _files_in(item, text, uploads, str(field.get("custom_id", ""))[HEAD:])
    if text is not None and item.kind is not InputKind.TEXT:
        text = text.strip() and text  # only a text can be blanks
    if text is None or (text == "" and blank == KEPT):
        return _LEFT
    if text == "":
        is_emptied = item.kind is InputKind.TEXT and default_of(item) and not is_default(item, text)
        return "" if is_emptied else None
    return None if is_default(item, text) else text


def _text_in(item: Input, field: Sent) -> str | None:
    """None where it is a field of another kind than this input has now."""
    kind, value = field.get("type"), field.get("value")
    if kind == _TEXT:
        return str(value or "")
    if kind == _BOX:
        return ("yes" if value else "no") if item.kind is InputKind.SWITCH else None
    picked = next(iter(field.get("values") or ()), None) if kind == _MENU else value
    if picked is None:
        return ""
    return next((choice for choice in choices_of(item) if hash_of(choice) == picked), None)


def _uploads(field: Sent, files: Mapping[str, Any]) -> tuple[Source, ...]:
    found = (files.get(picked) for picked in field.get("values") or ())
    return tuple(
        Source(str(file.get("filename") or "file"), file["url"], file.get("size"), attached=True)
        for file in found
        if file
    )


def _files_in(item: Input, text: str | None, uploads: tuple[Source, ...], before: str) -> Value | _Left | None:
    """Both of what is uploaded and what is written, even if that is too much; but an upload replaces a link.

    `before` is the hash of the link that the field opened with, empty without one.
    """
    written = (text or "").strip()
    if uploads:
        is_old = hash_of(written) == before and item.kind is not InputKind.IMAGES
        links = [] if is_old else [link for link in written.split() if link != REMOVE]
        return (*uploads, *(file for link in links for file in _linked(item, link)))
    if not written:
        return None if before else _LEFT
    return None if written == REMOVE or is_default(item, written) else written


def _linked(item: Input, link: str) -> tuple[File, ...]:
    """What is no link is kept as one, so that it is said to be none."""
    try:
        files = read_value(item, link).files
    except Unfit:
        files = ()
    return files or (Source(link[-_NAME:], link),)
