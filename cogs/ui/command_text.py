"""A whole `/generate` command in one line, to be pasted; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cogs.ui import limits
from core.runs.telling import Retyped

_DEPLOYMENT: Final = 200  # characters that the option takes


@dataclass(frozen=True, slots=True)
class CommandText:
    """`left_out` values are too long for it, or cannot be typed."""

    text: str
    left_out: int = 0


def command_text(retyped: Retyped, label: str, deployment_id: str) -> CommandText:
    """The command that asks for this; the deployment by its id where its label is none to be typed."""
    is_typed = label.isprintable() and label.strip() == label and 0 < len(label) <= _DEPLOYMENT
    parts = ["/generate", f"deployment:{label if is_typed else deployment_id}"]
    left_out = retyped.lost
    for name, text in (("prompt", retyped.prompt), ("negative", retyped.negative)):
        is_too_long = text is not None and len(text) > limits.OPTION_TEXT
        parts += [f"{name}:{text}"] if text is not None and not is_too_long else []
        left_out += is_too_long
    if retyped.seed is not None and retyped.seed <= limits.LARGEST_INTEGER:
        parts.append(f"seed:{retyped.seed}")
    else:
        left_out += retyped.seed is not None
    fitting = list(_fitting(retyped.named))
    if fitting:
        parts.append(f"inputs:{'; '.join(fitting)}")
    return CommandText(" ".join(parts), left_out + len(retyped.named) - len(fitting))


def _fitting(named: Sequence[str]) -> Iterator[str]:
    """Those that one option holds; a long one leaves room to the shorter ones after it."""
    room = limits.OPTION_TEXT + len("; ")
    for one in named:
        if len(one) + len("; ") <= room:
            room -= len(one) + len("; ")
            yield one
