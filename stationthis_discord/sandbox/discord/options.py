"""A person filling in a command, checked against the registered one as Discord's client does."""

from collections.abc import Mapping
from dataclasses import dataclass

from stationthis_discord.sandbox.discord.command_rules import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.resolving import DriverError, File, Resolver, id_of

_INNER = (SUBCOMMAND, GROUP)
_ENTITIES = (USER, CHANNEL, ROLE, MENTIONABLE)


@dataclass(frozen=True)
class Filled:
    """What a person typed: the words of the command, its options, the files picked, and the option still typed in."""

    words: list[str]
    options: Mapping[str, object]
    files: Mapping[str, File]
    focused: str | None = None


class Filling:
    """Turns what a person typed into the `data` of the interaction."""

    def __init__(self, resolver: Resolver, filled: Filled) -> None:
        self._resolver = resolver
        self._filled = filled
        self.focused_type = STRING

    def data(self, command: Object) -> Object:
        """`data` of the interaction.

        https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-application-command-data-structure

        Raises:
            DriverError: the client would refuse: an unknown or missing option, a wrong type, length or choice.
        """
        data: Object = {"id": command["id"], "name": command["name"], "type": command["type"]}
        options = self._nest(command, self._filled.words[1:])
        if options:
            data["options"] = options
        if self._resolver.data:
            data["resolved"] = self._resolver.data
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _nest(self, node: Object, words: list[str]) -> list[Object]:
        """The options of a command, inside those of its sub-commands."""
        children = node.get("options") or []
        inner = [child for child in children if child["type"] in _INNER]
        if not words and not inner:
            return self._leaf(children)
        for child in inner:
            if words and child["name"] == words[0]:
                return [{"name": child["name"], "type": child["type"], "options": self._nest(child, words[1:])}]
        raise DriverError(f"/{' '.join(self._filled.words)}: its parts are {[child['name'] for child in inner]}")

    def _leaf(self, specs: list[Object]) -> list[Object]:
        given = {**self._filled.options, **self._filled.files}
        unknown = set(given) - {spec["name"] for spec in specs}
        if unknown:
            raise DriverError(f"no such options: {sorted(unknown)}; there are {[spec['name'] for spec in specs]}")
        missing = [spec["name"] for spec in specs if spec.get("required") and spec["name"] not in given]
        if missing and self._filled.focused is None:
            raise DriverError(f"required options are missing: {missing}")
        return [self._option(spec, given[spec["name"]]) for spec in specs if spec["name"] in given]

    def _option(self, spec: Object, value: object) -> Object:
        option: Object = {"name": spec["name"], "type": spec["type"]}
        if spec["name"] == self._filled.focused:
            if not spec.get("autocomplete"):
                raise DriverError(f"option {spec['name']} has no autocomplete")
            self.focused_type = spec["type"]
            return {**option, "value": str(value), "focused": True}
        return {**option, "value": self._value(spec, value)}

    def _value(self, spec: Object, value: object) -> object:
        kind, name = spec["type"], spec["name"]
        if kind == STRING:
            _check_text(spec, value)
        elif kind in (INTEGER, NUMBER):
            _check_number(spec, value)
        elif kind == BOOLEAN and not isinstance(value, bool):
            raise DriverError(f"option {name} takes true or false, not {value!r}")
        elif kind == ATTACHMENT:
            return self._attach(name)
        elif kind in _ENTITIES:
            return self._resolve(spec, id_of(value))
        return value

    def _attach(self, name: str) -> str:
        if name not in self._filled.files:
            raise DriverError(f"option {name} takes a file: pass it in attachments")
        return self._resolver.file(self._filled.files[name])

    def _resolve(self, spec: Object, key: str) -> str:
        """Adds the user, channel or role of this id to `resolved`."""
        kind = spec["type"]
        found = kind in (USER, MENTIONABLE) and self._resolver.user(key)
        found = found or (kind in (ROLE, MENTIONABLE) and self._resolver.role(key))
        found = found or (kind == CHANNEL and self._resolver.channel(key, spec.get("channel_types")))
        if not found:
            raise DriverError(f"option {spec['name']}: there is no {key} here")
        return key


def _check_choice(spec: Object, value: object) -> None:
    values = [choice["value"] for choice in spec.get("choices") or []]
    if values and value not in values:
        raise DriverError(f"option {spec['name']} takes one of {values}, not {value!r}")


def _check_text(spec: Object, value: object) -> None:
    if not isinstance(value, str):
        raise DriverError(f"option {spec['name']} takes text, not {value!r}")
    least, greatest = spec.get("min_length") or 0, spec.get("max_length") or most("command.text")
    if not least <= len(value) <= greatest:
        raise DriverError(f"option {spec['name']} takes {least} to {greatest} characters, not {len(value)}")
    _check_choice(spec, value)


def _check_number(spec: Object, value: object) -> None:
    allowed = int if spec["type"] == INTEGER else (int, float)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(value, allowed):
        raise DriverError(f"option {spec['name']} takes a number of its type, not {value!r}")
    least, greatest = (spec.get(name) for name in ("min_value", "max_value"))
    least, greatest = -(2**53) if least is None else least, 2**53 if greatest is None else greatest
    if not least <= value <= greatest:
        raise DriverError(f"option {spec['name']} takes {least} to {greatest}, not {value}")
    _check_choice(spec, value)
