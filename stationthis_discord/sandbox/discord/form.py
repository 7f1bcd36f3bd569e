"""A person filling in a modal, checked as Discord's client does, and the data it sends.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
"""

from collections.abc import Mapping, Sequence

from stationthis_discord.sandbox.discord.component_kinds import (
    CHANNEL_SELECT,
    CHECKBOX,
    CHECKBOXES,
    LABEL,
    MENTIONABLE_SELECT,
    RADIOS,
    ROLE_SELECT,
    ROW,
    TEXT,
    TEXT_INPUT,
    UPLOAD,
    USER_SELECT,
    walk,
)
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.resolving import DriverError, Resolver, id_of

_LAYOUT = (ROW, LABEL, TEXT)


class Form:
    """One modal in a person's hands. Fields are named by custom_id; those not named keep what they opened with."""

    def __init__(self, modal: Object, values: Mapping[str, object], resolver: Resolver) -> None:
        self._modal = modal
        self._values = values
        self._resolver = resolver

    def data(self) -> Object:
        """`data` of the interaction. Raises DriverError when the client would not send it."""
        fields = [field for field in walk(self._modal["components"]) if field["type"] not in _LAYOUT]
        unknown = set(self._values) - {field["custom_id"] for field in fields}
        if unknown:
            raise DriverError(f"no such fields: {sorted(unknown)}; there are {[f['custom_id'] for f in fields]}")
        components = [self._component(component) for component in self._modal["components"]]
        data: Object = {"custom_id": self._modal["custom_id"], "components": components}
        return {**data, "resolved": self._resolver.data} if self._resolver.data else data

    def _component(self, component: Object) -> Object:
        shown: Object = {"type": component["type"], "id": component["id"]}
        if component["type"] == LABEL:
            return {**shown, "component": self._field(component["component"])}
        if component["type"] == ROW:
            return {**shown, "components": [self._field(field) for field in component["components"]]}
        return shown

    def _field(self, field: Object) -> Object:
        shown: Object = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
        given = self._values.get(field["custom_id"], _prefilled(field))
        if field["type"] == TEXT_INPUT:
            return {**shown, "value": _text(field, given)}
        if field["type"] == CHECKBOX:
            return {**shown, "value": _yes_or_no(field, given)}
        if field["type"] == RADIOS:
            return {**shown, "value": next(iter(self._chosen(field, given)), None)}
        return {**shown, "values": self._chosen(field, given)}

    def _chosen(self, field: Object, given: object) -> list[str]:
        picked = _as_list(given)
        least, greatest = _range(field)
        if not least <= len(picked) <= greatest:
            raise DriverError(f"{field['custom_id']} takes {least} to {greatest} values, not {len(picked)}")
        if "options" in field:
            return _options(field, picked)
        return [self._entity(field, value) for value in picked]

    def _entity(self, field: Object, value: object) -> str:
        if field["type"] == UPLOAD:
            if not isinstance(value, tuple):
                raise DriverError(f"{field['custom_id']} takes files: (name, bytes)")
            return self._resolver.file(value)
        return pick(self._resolver, field, id_of(value))


def pick(resolver: Resolver, select: Object, key: str) -> str:
    """Picks somebody or something in a select that is not of strings. Raises DriverError when it is not on offer."""
    kind = select["type"]
    found = kind in (USER_SELECT, MENTIONABLE_SELECT) and resolver.user(key)
    found = found or (kind in (ROLE_SELECT, MENTIONABLE_SELECT) and resolver.role(key))
    found = found or (kind == CHANNEL_SELECT and resolver.channel(key, select.get("channel_types")))
    if not found:
        raise DriverError(f"{select['custom_id']}: there is no {key} here")
    return key


def _prefilled(field: Object) -> object:
    """What a field opens with."""
    if field["type"] == TEXT_INPUT:
        return field.get("value") or ""
    if field["type"] == CHECKBOX:
        return bool(field.get("default"))
    if "options" in field:
        return [option["value"] for option in field["options"] if option.get("default")]
    return [default["id"] for default in field.get("default_values") or []]


def _as_list(given: object) -> Sequence[object]:
    """Several values, or the only one; a file is a tuple and so one value."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _range(field: Object) -> tuple[int, int]:
    """How many values a field takes."""
    if field["type"] == RADIOS:
        return int(field.get("required") is not False), 1
    least = field.get("min_values", 1)
    if field.get("required") is False:
        least = 0
    whole = len(field["options"]) if field["type"] == CHECKBOXES else 1
    return least, field.get("max_values", whole)


def _options(field: Object, picked: Sequence[object]) -> list[str]:
    offered = [option["value"] for option in field["options"]]
    if any(value not in offered for value in picked) or len(set(map(str, picked))) < len(picked):
        raise DriverError(f"{field['custom_id']}: {list(picked)} are not all among {offered}")
    return [str(value) for value in picked]


def _text(field: Object, given: object) -> str:
    if not isinstance(given, str):
        raise DriverError(f"{field['custom_id']} takes text, not {given!r}")
    if not given and field.get("required") is False:
        return given
    least, greatest = field.get("min_length") or 0, field.get("max_length") or most("text.value")
    if not max(least, 1 if field.get("required") is not False else 0) <= len(given) <= greatest:
        raise DriverError(f"{field['custom_id']} takes {least} to {greatest} characters, not {len(given)}")
    if "\n" in given and field["style"] == 1:
        raise DriverError(f"{field['custom_id']} is a single line")
    return given


def _yes_or_no(field: Object, given: object) -> bool:
    if not isinstance(given, bool):
        raise DriverError(f"{field['custom_id']} takes true or false, not {given!r}")
    return given
