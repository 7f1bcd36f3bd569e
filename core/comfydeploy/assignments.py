"""`name=value; name="quoted; value"` as people write it, read into pairs."""

import re
from collections.abc import Mapping

from core.errors import Fault, InputsInvalid, Problem

_PART = re.compile(
    r"""\s* (?P<name>[^=;]*?) \s*
        (?: (?P<equals>=) \s* (?: "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<plain>[^;]*?) ) )?
        \s* (?:;|$)""",
    re.VERBOSE | re.DOTALL,
)


def parse_assignments(text: str) -> dict[str, str]:
    r"""Names and values in the order written. A value in quotes may hold `;`, `\"` and `\\`.

    Raises:
        InputsInvalid: a part without `=`, an open quote, or a name twice; all of them at once.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for part in _PART.finditer(text):
        name, quoted, plain = part["name"], part["quoted"], part["plain"]
        if not part[0].strip("; \t\r\n"):
            continue
        if not name or not part["equals"] or (plain or "").startswith('"'):
            problems.append(Problem(name[:100], Fault.UNREADABLE, given=part[0].strip("; ")[:100]))
        elif name in found:
            problems.append(Problem(name[:100], Fault.TWICE))
        else:
            found[name] = plain if quoted is None else re.sub(r'\\(["\\])', r"\1", quoted)
    if problems:
        raise InputsInvalid(problems)
    return found


def format_assignments(values: Mapping[str, str]) -> str:
    """The inverse of `parse_assignments`, with quotes only where they are needed."""
    return "; ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(value: str) -> str:
    if value and value == value.strip() and ";" not in value and not value.startswith('"'):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
