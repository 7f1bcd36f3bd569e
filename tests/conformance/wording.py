"""What is wrong with a value, in words that never repeat its text: texts may be secrets."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from jsonschema import ValidationError

Where: TypeAlias = tuple[str | int, ...]


class Problem(NamedTuple):
    """`pointer` is a JSON pointer in which `*` stands for any index of a list."""

    pointer: str
    text: str


def problems(error: ValidationError) -> Iterator[Problem]:
    """The problems behind an error; of alternatives, those of the one that was meant."""
    where, rule = tuple(error.absolute_path), error.validator
    value: Any = error.instance
    expected: Any = error.validator_value
    schema: Any = error.schema
    if meant := _meant(error):
        for inner in meant:
            yield from problems(inner)
    elif rule == "required":
        yield from (Problem(_pointer((*where, name)), "is missing") for name in expected if name not in value)
    elif rule == "additionalProperties":
        known = schema.get("properties", {})
        yield from (Problem(_pointer((*where, name)), "is not described") for name in value if name not in known)
    else:
        yield Problem(_pointer(where), _text(error))


def _pointer(where: Where) -> str:
    parts = ("*" if isinstance(part, int) else part.replace("~", "~0").replace("/", "~1") for part in where)
    return "".join(f"/{part}" for part in parts)


def _meant(error: ValidationError) -> list[ValidationError]:
    """The errors of the alternative the value comes closest to; none when they say no more than the error itself."""
    context = error.context or []
    if all(inner.validator in {"const", "type"} and not inner.relative_path for inner in context):
        return []
    branches: dict[str | int, list[ValidationError]] = {}
    for inner in context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    return min(branches.values(), key=_distance)


def _distance(branch: list[ValidationError]) -> tuple[bool, bool, int, int]:
    """Another JSON type is furthest off, then another kind (by `type`), then what is wrong at the top."""
    return (
        any(error.validator == "type" and not error.relative_path for error in branch),
        any(error.validator in {"enum", "const"} and list(error.relative_path) == ["type"] for error in branch),
        sum(not error.relative_path for error in branch),
        len(branch),
    )


def _text(error: ValidationError) -> str:
    if error.validator in {"oneOf", "anyOf"}:
        return _alternatives(error)
    say = _WORDS.get(str(error.validator))
    return say(error.instance, error.validator_value) if say else f"breaks the rule {error.validator}"


def _alternatives(error: ValidationError) -> str:
    if not error.context:
        return f"is {_kind(error.instance)} that fits more than one alternative"
    expected = " or ".join(dict.fromkeys(_listed(inner.validator_value) for inner in error.context))
    by_value = any(inner.validator == "const" for inner in error.context)
    return f"is {_shown(error.instance) if by_value else _kind(error.instance)}, must be {expected}"


def _shown(value: object) -> str:
    """A value that can't be a secret, else what it is."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _kind(value)


def _kind(value: object) -> str:
    names: dict[type, str] = {str: "a string", bool: "a boolean", int: "an integer", float: "a number"}
    return (names | {list: "an array", dict: "an object", type(None): "null"})[type(value)]


def _listed(expected: object) -> str:
    return " or ".join(str(each) for each in expected) if isinstance(expected, list) else str(expected)


_WORDS: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda value, expected: f"is {_kind(value)}, must be {_listed(expected)}",
    "enum": lambda value, expected: f"is {_shown(value)}, must be {_listed(expected)}",
    "const": lambda value, expected: f"is {_shown(value)}, must be {expected}",
    "maxLength": lambda _, limit: f"has more than {limit} characters",
    "minLength": lambda _, limit: f"has fewer than {limit} characters",
    "maxItems": lambda _, limit: f"has more than {limit} items",
    "minItems": lambda _, limit: f"has fewer than {limit} items",
    "maxProperties": lambda _, limit: f"has more than {limit} fields",
    "maximum": lambda _, limit: f"is greater than {limit}",
    "minimum": lambda _, limit: f"is less than {limit}",
    "uniqueItems": lambda *_: "has items that are alike",
    "pattern": lambda *_: "does not have the described pattern",
    "format": lambda _, name: f"is not of the format {name}",
}
