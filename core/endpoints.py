"""The address of a machine that somebody runs themselves, as ComfyUI Deploy needs it; pure."""

import re
from typing import Final

from core.errors import Fault, Problem
from core.operator_errors import ChangeInvalid

_LONGEST: Final = 500  # characters
_ENDPOINT: Final = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<path>/[^\s?#@]*)?"
)


def machine_endpoint(text: str) -> str:
    """The address with a slash at the end when it has a path, for ComfyUI Deploy appends to it.

    Raises:
        ChangeInvalid: it is no absolute http or https address, or has credentials, a query or a fragment in it.
    """
    address = text.strip()
    found = _ENDPOINT.fullmatch(address)
    if found is None or len(address) > _LONGEST or not 0 < int(found["port"] or 80) < 2**16:
        raise ChangeInvalid([Problem("endpoint", Fault.NOT_AN_ADDRESS)])  # any part of it may be a password
    return address if not found["path"] or address.endswith("/") else f"{address}/"
