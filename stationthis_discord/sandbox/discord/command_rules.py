"""What Discord accepts as application commands.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

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
    problems.items((*path, "channel_types"), option.get("channel_types"), "command.options")
    if option.get("autocomplete") and (option.get("choices") or kind not in _CHOOSABLE):
        message = "Cannot have autocomplete with choices, or with this type"
        problems.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)


def _check_choices(problems: Problems, path: Path, option: Object) -> None:
    choices = problems.objects(path, option.get("choices"), "command.choices")
    if choices and option["type"] not in _CHOOSABLE:
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type cannot have choices")
    for index, choice in enumerate(choices):
        check_text(problems, (*path, index), choice, "name", "choice.name")
        if option["type"] == STRING:
            problems.text((*path, index, "value"), choice.get("value"), "choice.value", least=1)
        elif isinstance(choice.get("value"), bool) or not isinstance(choice.get("value"), int | float):
            problems.add((*path, index, "value"), "NUMBER_TYPE_COERCE", "Value is not a number.")
