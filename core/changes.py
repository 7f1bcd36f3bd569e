"""What holds for every change that an operator makes: what is filled in, and what becomes of a lost answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from core.comfydeploy.errors import BadReply, NoAnswer, Refused, ServerFault
from core.errors import Fault, Problem
from core.operator_errors import ChangeInvalid, ChangeRefused, ChangeUnclear, NothingToChange

log = structlog.get_logger(__name__)


@contextmanager
def sent(write: str) -> Iterator[None]:
    """Around what is sent once: who sends it again may have it done twice, so they must know that it may be done.

    Raises:
        ChangeUnclear: no answer, or one that leaves it open; a 500 may come after the work.
        ChangeRefused: ComfyUI Deploy says that it was not done.
    """
    try:
        yield
    except (NoAnswer, ServerFault, BadReply) as error:
        log.warning("operator.unclear", write=write, error=str(error))
        raise ChangeUnclear(write) from error
    except Refused as error:
        log.warning("operator.refused", write=write, error=str(error), fields=error.fields)
        raise ChangeRefused(write) from error


def filled(field: str, text: str) -> str:
    """The text without the spaces around it. Raises `ChangeInvalid` when nobody could see any of it."""
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise ChangeInvalid([Problem(field, Fault.BLANK)])
    return text.strip()


def given(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON values
    """Those that are not None."""
    return {name: value for name, value in changes.items() if value is not None}


def something(changes: dict[str, Any]) -> dict[str, Any]:
    """The same. Raises `NothingToChange` when there are none."""
    if not changes:
        raise NothingToChange
    return changes
