"""The mark: a hidden input that says whose run it is, so that any process can read it back with an empty disk."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy.inputs import MARK
from core.comfydeploy.wire import checked_id, unsigned
from core.errors import RunNotOurs

_VERSION: Final = "1"
_FORM: Final = re.compile(r"1\.([0-9a-f]{1,32})\.([0-9]{1,20})\.([0-9]{1,20})\.([0-9a-f-]{36})\.([0-9a-f-]{36}|0)")


@dataclass(frozen=True, slots=True)
class Mark:
    """`1.<delivery>.<user>.<guild or 0>.<deployment>.<parent run or 0>`; user 0 is the terminal."""

    delivery: str
    user: int
    guild: int | None
    deployment: str
    parent: str | None = None

    def __str__(self) -> str:
        return ".".join(
            (_VERSION, self.delivery, str(self.user), str(self.guild or 0), self.deployment, self.parent or "0")
        )


def read_mark(workflow_inputs: object) -> Mark:
    """The mark among a run's inputs.

    Raises:
        RunNotOurs: there is none, or not one of ours.
    """
    text = workflow_inputs.get(MARK) if isinstance(workflow_inputs, dict) else None
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise RunNotOurs
    delivery, user, guild, deployment, parent = found.groups()
    try:
        parent_id = None if parent == "0" else checked_id(parent)
        return Mark(delivery, int(user), int(guild) or None, checked_id(deployment), parent_id)
    except ValueError:
        raise RunNotOurs from None


def shown_inputs(workflow_inputs: object) -> dict[str, Any]:
    """A run's inputs as they may be shown and used again: without the mark, uploads' addresses without a signature."""
    given = workflow_inputs if isinstance(workflow_inputs, dict) else {}
    return {
        key: unsigned(value) if isinstance(value, str) else value
        for key, value in given.items()
        if isinstance(key, str) and key != MARK
    }


def with_mark(values: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    """Values as they are submitted."""
    return {**values, MARK: str(mark)}


def is_made_from(parent: str | None, values: Iterable[object]) -> bool:
    """Whether one of a run's inputs is a file of its parent: ComfyUI Deploy keeps them under the id of their run."""
    return parent is not None and any(isinstance(value, str) and f"/{parent}/" in value for value in values)
