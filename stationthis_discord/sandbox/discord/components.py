"""Finding what a person clicks in a stored message."""

import re
from collections.abc import Sequence

from stationthis_discord.sandbox.discord.component_kinds import BUTTON, LINK, PREMIUM, SELECTS, STRING_SELECT, walk
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.resolving import DriverError


def find_button(message: Object, wanted: str) -> Object:
    """The one enabled button with this custom_id, this label, or this label after its emoji.

    Raises:
        DriverError: there is none, or more than one.
    """
    buttons = [item for item in walk(message["components"]) if item["type"] == BUTTON]
    buttons = [button for button in buttons if button["style"] not in (LINK, PREMIUM)]
    for name, told in (("custom_id", _as_is), ("label", _as_is), ("label", _without_emoji)):
        found = [button for button in buttons if told(button.get(name)) == wanted]
        if found:
            return _only(found, wanted)
    raise DriverError(f"no button {wanted!r} among {[(item.get('label'), item['custom_id']) for item in buttons]}")


def find_select(message: Object, prefix: str, values: Sequence[object]) -> Object:
    """The enabled select whose custom_id starts so, if it takes these values.

    Raises:
        DriverError: there is none, or the values are not on offer, too few or too many.
    """
    selects = [item for item in walk(message["components"]) if item["type"] in SELECTS]
    found = [item for item in selects if item["custom_id"].startswith(prefix)]
    if not found:
        raise DriverError(f"no select {prefix!r} among {[item['custom_id'] for item in selects]}")
    select = _only(found, prefix)
    offered = [option["value"] for option in select.get("options") or []]
    if select["type"] == STRING_SELECT and not set(values) <= set(offered):
        raise DriverError(f"{list(values)} are not all among {offered}")
    if not select["min_values"] <= len(values) <= select["max_values"]:
        raise DriverError(f"takes {select['min_values']} to {select['max_values']} values, not {len(values)}")
    return select


def _only(found: list[Object], wanted: str) -> Object:
    enabled = [item for item in found if not item.get("disabled")]
    if len(enabled) != 1:
        raise DriverError(f"{wanted!r} is {'disabled' if not enabled else 'ambiguous'}")
    return enabled[0]


def _as_is(value: object) -> str:
    return str(value)


def _without_emoji(value: object) -> str:
    return re.sub(r"^\W+", "", str(value))
