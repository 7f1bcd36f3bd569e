"""The fields of a form's screens: for each input what Discord has for its kind, filled with what it has now; pure.

A field's `custom_id` is one letter and a hash of the input's id, so that it is understood even if the inputs have
changed by the time it is sent. The letter of what is written says what it means to leave it blank; a link that the
field opens with adds its own hash, so that it can be told from another.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.input_words import (
    RANDOM,
    choices_of,
    clipped,
    default_of,
    fallback,
    files_of,
    is_secret,
    meant,
    sendable,
    takes,
)
from cogs.ui.text import plain
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS, InputKind
from core.comfydeploy.values import Value
from core.forms.sections import is_listed

VALUE: Final = "v"  # blank: its default again, for a text that was there nothing, and for a file what is there
KEPT: Final = "k"  # blank: what is there, since the field could not show it
CLEARED: Final = "c"  # blank: its default again, since the field showed what was there
UPLOAD: Final = "u"
HEAD: Final = 13  # characters of a custom_id that say which field it is
REMOVE: Final = "-"  # written in place of a link: no file

_LONG: Final = 60  # characters; a single line shows about half of that on a phone, and scrolls sideways

Label = discord.ui.Label[discord.ui.Modal]
Field = discord.ui.Item[discord.ui.Modal]
TextField = discord.ui.TextInput[discord.ui.Modal]


@dataclass(frozen=True, slots=True)
class Asked:
    """An input in a form: what it is called there, what was given for it if anything was, what is wrong with that.

    `wrong` is shown with a file, whose field cannot show what was given. `is_drawn` for the seed that is drawn where
    none is given, `is_roomy` for what people write at length.
    """

    item: Input
    name: str
    value: Value | None = None
    wrong: str = ""
    is_drawn: bool = False
    is_roomy: bool = False


def hash_of(text: str) -> str:
    """Twelve hex digits that stand for an input's id or an option."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def fields_for(asked: Asked) -> list[Label]:
    """One field, or two for a file."""
    item = asked.item
    if item.is_file:
        return _file(asked)
    if item.kind is InputKind.SWITCH:
        return [_switch(asked)]
    if item.kind is InputKind.CHOICE and choices_of(item) and not is_listed(item):
        return [_choice(asked)]
    return [_text(asked)]


# -- what is written --


def _text(asked: Asked) -> Label:
    """Texts and names open with their default, to be changed; of a number it is only said, as it is quickly typed."""
    item, used = asked.item, fallback(asked.item, is_drawn=asked.is_drawn)
    default = default_of(item) if item.kind is InputKind.TEXT or item.kind in MODELS else None
    if is_secret(default if asked.value is None else asked.value if item.kind in MODELS else ""):
        return _hidden(asked)
    shown = default if asked.value is None else asked.value
    text = sendable(shown) if isinstance(shown, str) else ""
    if len(text) > limits.TEXT_VALUE:
        return _too_long(asked)
    is_random = used == RANDOM
    hint = "" if default is not None else f"empty = {RANDOM}" if is_random else used
    about = [] if default is not None or is_random or not used else [f"default {used}"]
    about += [hint] if is_random and text else []  # where a text stands, nobody sees the hint
    blank = KEPT if asked.value == "" and default is None else VALUE  # a field cannot show that it was emptied
    field = _written(item, blank, text, hint, is_roomy=asked.is_roomy)
    return _label(asked, [*takes(item), *about, item.description], field)


def _hidden(asked: Asked) -> Label:
    """An address that may hold a key stays where it is."""
    note = "A link is set. Leave this empty to keep it."
    return _label(asked, [note, asked.item.description], _written(asked.item, KEPT, "", note, is_roomy=False))


def _too_long(asked: Asked) -> Label:
    what = "Its default" if asked.value is None else "What you gave"
    note = f"{what} is too long to be shown here. Leave this empty to keep it."
    return _label(asked, [note], _written(asked.item, KEPT, "", note, is_roomy=True))


def _written(item: Input, blank: str, text: str, hint: str, *, is_roomy: bool) -> TextField:
    may_be_long = item.kind is InputKind.TEXT and not item.is_line and not text
    is_long = is_roomy or may_be_long or (not item.is_line and len(text) > _LONG)
    return discord.ui.TextInput(
        custom_id=f"{blank}{hash_of(item.key)}",
        style=discord.TextStyle.paragraph if is_long or "\n" in text else discord.TextStyle.short,
        placeholder=plain(hint, limits.TEXT_PLACEHOLDER) or None,
        default=text or None,
        required=False,
    )


# -- what is picked --


def _switch(asked: Asked) -> Label:
    """A box says yes or no and nothing else, so it will not do where nobody knows the default."""
    item = asked.item
    default = meant(item, default_of(item))
    custom_id = f"{VALUE}{hash_of(item.key)}"
    if isinstance(default, bool):
        box: Field = discord.ui.Checkbox(custom_id=custom_id, default=bool(meant(item, asked.value, default_of(item))))
        return _label(asked, [_or_default(item), item.description], box)
    now = meant(item, asked.value)
    picked = "" if now is None else "yes" if now else "no"
    options = [
        discord.RadioGroupOption(label=label, value=hash_of(value), default=value == picked)
        for value, label in zip(choices_of(item), ("Yes", "No", "As the workflow has it"), strict=True)
    ]
    radios: Field = discord.ui.RadioGroup(custom_id=custom_id, required=False, options=options)
    return _label(asked, [item.description], radios)


def _choice(asked: Asked) -> Label:
    item = asked.item
    custom_id, options = f"{VALUE}{hash_of(item.key)}", choices_of(item)
    picked = meant(item, asked.value, default_of(item))
    if 2 <= len(options) <= limits.RADIO_OPTIONS:
        radios = [discord.RadioGroupOption(**option) for option in _options(options, picked)]
        field: Field = discord.ui.RadioGroup(custom_id=custom_id, required=False, options=radios)
    else:
        field = discord.ui.Select(
            custom_id=custom_id, required=False, min_values=0, options=menu_options(options, picked)
        )
    return _label(asked, [_or_default(item), item.description], field)


def _or_default(item: Input) -> str:
    used = fallback(item)
    return f"default {used}" if used else ""


def menu_options(options: Sequence[str], picked: object) -> list[discord.SelectOption]:
    """Options of a menu; what is handed on is an option's hash, since options may be of any length."""
    return [discord.SelectOption(**option) for option in _options(options, picked)]


def _options(options: Sequence[str], picked: object) -> list[dict[str, Any]]:
    return [
        {
            "label": clipped(option, limits.SELECT_LABEL) or "(no name)",
            "value": hash_of(option),
            "default": option == picked,
        }
        for option in options
    ]


# -- files --


def _file(asked: Asked) -> list[Label]:
    """Nothing is required: Discord would insist on the one field though the other is filled in."""
    item = asked.item
    upload: Field = discord.ui.FileUpload(
        custom_id=f"{UPLOAD}{hash_of(item.key)}",
        required=False,
        min_values=0,
        max_values=limits.UPLOADS if item.kind is InputKind.IMAGES else 1,
    )
    about = [asked.wrong] if asked.wrong else [_there(asked), *takes(item), item.description]
    return [
        _label(asked, about, upload),
        _link(replace(asked, name=plain(f"…or a link to {asked.name}", limits.LABEL))),
    ]


def _link(asked: Asked) -> Label:
    item, value = asked.item, asked.value
    text = sendable(value) if isinstance(value, str) else ""
    if len(text) > limits.TEXT_VALUE:
        text = ""  # no address is that long, and no file's name
    about = ["one link a line"] if item.kind is InputKind.IMAGES else []
    about += ["or the name of a file on the machine"] if item.kind is InputKind.AUDIO else []
    about += [f"{REMOVE} removes what is there"] if (value or asked.wrong) and not text else []
    field = _written(item, CLEARED if text else VALUE, text, "https://…", is_roomy=item.kind is InputKind.IMAGES)
    if text:
        field.custom_id += hash_of(text.strip())
    return _label(asked, about, field)


def _there(asked: Asked) -> str:
    """What is there already: an upload's field cannot show it."""
    if isinstance(asked.value, tuple) and asked.value:
        return f"Now: {files_of(asked.value)}. Leave it empty to keep {'that' if len(asked.value) == 1 else 'them'}."
    if isinstance(asked.value, str) and asked.value:
        return f"Now: {clipped(asked.value, 40)}"
    used = fallback(asked.item)
    return f"Default: {used}. Leave it empty to use that." if used else "needed" if asked.item.required else ""


def _label(asked: Asked, about: Sequence[str], field: Field) -> Label:
    said = " · ".join(part for part in (plain(text, limits.LABEL_DESCRIPTION) for text in about) if part)
    return discord.ui.Label(text=asked.name, description=plain(said, limits.LABEL_DESCRIPTION) or None, component=field)
