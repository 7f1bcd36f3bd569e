"""`name=value; name="quoted; value"` as people write it, read into pairs."""

import re

from core.errors import Fault, Problem

# Each piece is either followed by what ends it or cannot be read in two ways, so the time is linear in the length.
_PART = re.compile(
    r"""(?P<name>[^=;]*)
        (?P<equals>= (?: \s* "(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)" \s* (?=;|\Z) | (?P<plain>[^;]*) ))?
        (?:;|\Z)""",
    re.VERBOSE | re.DOTALL,
)


def parse_assignments(text: str) -> tuple[dict[str, str], list[Problem]]:
    r"""Names and values in the order written, and what cannot be read: no `=`, an open quote, a name twice.

    A value in quotes may hold `;`, `\"` and `\\`.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for part in _PART.finditer(text):
        name, quoted, plain = part["name"].strip(), part["quoted"], (part["plain"] or "").strip()
        if not name and not part["equals"]:
            continue
        if not name or not part["equals"] or plain.startswith('"'):
            problems.append(Problem(name[:100], Fault.UNREADABLE, given=part[0].removesuffix(";").strip()[:100]))
        elif name in found:
            problems.append(Problem(name[:100], Fault.TWICE))
        else:
            found[name] = plain if quoted is None else re.sub(r'\\(["\\])', r"\1", quoted)
    return found, problems
