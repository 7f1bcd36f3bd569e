"""A run's values as people may see them, and as they would type them for the same run once more; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy.fit import shown_values
from core.comfydeploy.inputs import Input, Roles, find_roles
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Stored
from core.comfydeploy.wire import unsigned
from core.comfydeploy.written import text_of

# from the end of its scheme on; JSON may escape a slash, and what ends it here cannot stand in an address
_ADDRESS: Final = re.compile(r'(:(?:\\?/){2})([^\s"<>]*)')
_END: Final = re.compile(r"[?#].*", re.DOTALL)
_USER: Final = re.compile(r"(:(?:\\?/){2})[^/\\]*@")
_LONGEST_SEED: Final = 20  # digits


@dataclass(frozen=True, slots=True)
class ShownInput:
    """An input as people see it, with the value it had; `text` is empty for a default that nobody knows."""

    key: str
    name: str
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody sees of a run's values, and the `others`, in the form's order.

    `public` are the ids of the inputs that everybody sees.
    """

    prompt: str | None
    negative: str | None
    seed: int | None
    public: frozenset[str]
    others: tuple[ShownInput, ...]


@dataclass(frozen=True, slots=True)
class Retyped:
    """What a person would type to have the same now; `named` are further values, each as `name=value`.

    `lost` values cannot be typed, or have no input any more.
    """

    prompt: str | None = None
    negative: str | None = None
    seed: int | None = None
    named: tuple[str, ...] = ()
    lost: int = 0


def bare(text: str) -> str:
    """Text whose addresses have lost all that may open something: user, password, query and fragment."""
    return unsigned(_ADDRESS.sub(_bare_address, text))


def told(inputs: Iterable[Input], values: Mapping[str, Any]) -> Told:
    """`values` of a run by the inputs of its version; what those do not have is told by its id."""
    declared = list(inputs)
    known = {item.key for item in declared}
    every = [*declared, *(_guessed(key, value) for key, value in values.items() if key not in known)]
    roles = find_roles(declared or every)
    prompt, seed = shown_values(roles, values)
    negative = _negative(roles, values)
    shown = ((roles.prompt, prompt), (roles.negative, negative), (roles.seed, seed))
    public = frozenset(item.key for item, value in shown if item is not None and value is not None)
    others = (item for item in every if item.key not in public)
    return Told(
        prompt=prompt and bare(prompt),
        negative=negative and bare(negative),
        seed=seed,
        public=public,
        others=tuple(_shown(item, values) for item in others if item.key in values or _can_be_set(item)),
    )


def retyped(inputs: Iterable[Input], values: Mapping[str, Any]) -> Retyped:
    """`values` for the inputs of today's deployment, which takes nothing else."""
    declared = list(inputs)
    roles = find_roles(declared)
    given, named = dict[str, str](), list[str]()
    lost = len(values.keys() - {item.key for item in declared})
    for item in declared:
        if item.key not in values:
            continue
        text = text_in(item, values[item.key])
        role = _option_of(item, roles, text)
        if role is not None:
            given[role] = text
        elif text or item.kind is InputKind.TEXT:  # anything else that is empty means the default
            written = assignment(item.key, text) if _can_be_set(item) else None
            named += [written] if written is not None else []
            lost += written is None
    seed = int(given["seed"]) if "seed" in given else None
    return Retyped(given.get("prompt"), given.get("negative"), seed, tuple(named), lost)


def text_in(item: Input, value: object) -> str:
    """A run's value as a person would write it; several files are separated by blanks."""
    written = text_of(item, value)
    if isinstance(written, str):
        return bare(written)
    return bare(" ".join(file.address for file in written if isinstance(file, Stored)))


def assignment(name: str, value: str) -> str | None:
    """As `core.comfydeploy.assignments` reads it, in quotes where it has to be; None for a name it cannot read."""
    if not name or name != name.strip() or re.search("[=;]", name):
        return None
    if value and value == value.strip() and not value.startswith('"') and not re.search(r"[;\r\n]", value):
        return f"{name}={value}"
    quoted = re.sub(r'(["\\])', r"\\\1", value)
    return f'{name}="{quoted}"'


def _bare_address(found: re.Match[str]) -> str:
    """Without the users of further addresses that stand in its path, too."""
    return _USER.sub(r"\1", found[1] + _END.sub("", found[2]))


def _guessed(key: str, value: object) -> Input:
    """An input for a value of which no more is known; only what calls itself a prompt counts as one."""
    kind = InputKind.COLOUR if isinstance(value, list) else InputKind.TEXT
    for types, known in ((bool, InputKind.SWITCH), (int, InputKind.WHOLE), (float, InputKind.NUMBER)):
        if isinstance(value, types):
            kind = known
            break
    return Input(key, kind, key, is_line=True)


def _negative(roles: Roles, values: Mapping[str, Any]) -> str | None:
    text = values.get(roles.negative.key, roles.negative.default) if roles.negative else None
    return text if isinstance(text, str) and text.strip() else None


def _shown(item: Input, values: Mapping[str, Any]) -> ShownInput:
    default = "" if item.default is None else text_in(item, item.default)
    text = text_in(item, values[item.key]) if item.key in values else default
    is_same = item.default is not None and text == default
    return ShownInput(item.key, item.name, text, item.key not in values or is_same)


def _option_of(item: Input, roles: Roles, text: str) -> str | None:
    """The option of its own that takes this value; blanks around a text would be lost there."""
    if item is roles.seed:
        return "seed" if text.isdecimal() and len(text) <= _LONGEST_SEED else None
    if not text or text != text.strip():
        return None
    return "prompt" if item is roles.prompt else "negative" if item is roles.negative else None


def _can_be_set(item: Input) -> bool:
    return item.kind is not InputKind.UNUSABLE
