"""What Discord accepts as application commands.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

from typing import TypeGuard

from stationthis_discord.sandbox.discord.command_parts import (
    check_name,
    check_places,
    check_text,
    too_large,
)
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems

CHAT = 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)

_TYPES = tuple(range(1, 12))
_CHOOSABLE = (STRING, INTEGER, NUMBER)
_INNER = {None: _TYPES, GROUP: (SUBCOMMAND,), SUBCOMMAND: _TYPES[2:]}


def check_command(problems: Problems, path: Path, command: Object, installs: tuple[int, ...] = (0, 1)) -> None:
    """Reports everything Discord would refuse in one command of an app with these installation contexts."""
    kind = command.get("type") or CHAT
    if kind not in (CHAT, 2, 3):
        problems.choices((*path, "type"), (CHAT, 2, 3))
    check_places(problems, path, command, installs)
    if kind != CHAT:
        _check_menu(problems, path, command)
        return
    check_name(problems, path, command)
    check_text(problems, path, command, "description", "command.description")
    _check_options(problems, (*path, "options"), command.get("options"), None)
    if too_large(command):
        message = f"Command exceeds maximum size ({most('command.total')})"
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_menu(problems: Problems, path: Path, command: Object) -> None:
    """Commands of context menus have any name, and nothing else."""
    check_text(problems, path, command, "name", "command.name")
    for name in ("description", "options"):
        if command.get(name):
            message = f"Context menu commands cannot have {name}"
            problems.add((*path, name), "APPLICATION_COMMAND_CONTEXT_MENU_INVALID", message)


def _check_options(problems: Problems, path: Path, value: object, inside: int | None) -> None:
    """`inside` is the type of the option these belong to, None at the top."""
    options = problems.objects(path, value, "command.options")
    names: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        at = (*path, index)
        _check_option(problems, at, option, inside)
        if str(option.get("name")) in names:
            message = "Option name already exists in options array"
            problems.add((*at, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        names.add(str(option.get("name")))
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            problems.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
    nested = {option.get("type") in (SUBCOMMAND, GROUP) for option in options}
    if len(nested) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_option(problems: Problems, path: Path, option: Object, inside: int | None) -> None:
    kind = option.get("type")
    if kind not in _INNER[inside]:
        problems.choices((*path, "type"), _INNER[inside])
        return
    check_name(problems, path, option)
    check_text(problems, path, option, "description", "command.description")
    if kind in (SUBCOMMAND, GROUP):
        _check_options(problems, (*path, "options"), option.get("options"), kind)
    _check_choices(problems, (*path, "choices"), option)
    for name in ("min_length", "max_length"):
        problems.number((*path, name), option.get(name), int(name == "max_length"), most("command.text"))
    _check_bounds(problems, path, option)
    problems.items((*path, "channel_types"), option.get("channel_types"), "command.options")
    if option.get("autocomplete") and (option.get("choices") or kind not in _CHOOSABLE):
        message = "Cannot have autocomplete with choices, or with this type"
        problems.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)


def _check_choices(problems: Problems, path: Path, option: Object) -> None:
    choices = problems.objects(path, option.get("choices"), "command.choices")
    if choices and option["type"] not in _CHOOSABLE:
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type cannot have choices")
    names: set[str] = set()
    for index, choice in enumerate(choices):
        check_text(problems, (*path, index), choice, "name", "choice.name")
        if str(choice.get("name")) in names:
            message = "Option choice name already exists"
            problems.add((*path, index, "name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message)
        names.add(str(choice.get("name")))
        _check_choice_value(problems, (*path, index, "value"), option["type"], choice.get("value"))


def _check_choice_value(problems: Problems, path: Path, kind: int, value: object) -> None:
    if kind == STRING:
        problems.text(path, value, "choice.value", least=1)
    elif value is None:
        problems.required(path)
    else:
        _check_number(problems, path, kind, value)


def _check_bounds(problems: Problems, path: Path, option: Object) -> None:
    """`min_value` and `max_value`; other types than numbers ignore them."""
    if option["type"] not in (INTEGER, NUMBER):
        return
    bounds = [option.get(name) for name in ("min_value", "max_value")]
    for name, bound in zip(("min_value", "max_value"), bounds, strict=True):
        if bound is not None:
            _check_number(problems, (*path, name), option["type"], bound)
    least, greatest = bounds
    if _is_number(least) and _is_number(greatest) and least > greatest:
        message = "min_value must be less than or equal to max_value"
        problems.add((*path, "min_value"), "APPLICATION_COMMAND_OPTIONS_MIN_VALUE_TOO_LARGE", message)


def _check_number(problems: Problems, path: Path, kind: int, value: object) -> None:
    """Of integers only those a double can tell apart; Discord's OpenAPI description calls them `Int53Type`."""
    if kind == INTEGER:
        problems.number(path, value, -most("command.integer"), most("command.integer"))
    elif not _is_number(value):
        problems.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
