"""What Discord accepts as names, descriptions, translations and places of commands.

https://docs.discord.com/developers/interactions/application-commands#application-command-object
"""

import unicodedata
from collections.abc import Callable

from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.locales import LOCALES
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Path, Problems

_PERMISSIONS = 2**53 - 1
_CONTEXTS = (0, 1, 2)


def check_name(problems: Problems, path: Path, named: Object) -> None:
    """`name` and `name_localizations` of a slash command or an option: lower case, no spaces."""
    _check_name(problems, (*path, "name"), named.get("name"))
    each_locale(problems, (*path, "name_localizations"), named.get("name_localizations"), _check_name)


def _check_name(problems: Problems, path: Path, value: object) -> None:
    name = problems.text(path, value, "command.name", least=1)
    if name and (name != name.lower() or not all(_in_name(letter) for letter in name)):
        problems.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _in_name(letter: str) -> bool:
    r"""Whether a letter fits `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`."""
    if letter in "-_'" or unicodedata.category(letter)[0] in "LN":
        return True
    return unicodedata.name(letter, "").startswith(("DEVANAGARI", "THAI"))


def check_text(problems: Problems, path: Path, holder: Object, name: str, limit: str) -> None:
    """A required text and its translations. Nothing but blanks counts as nothing."""

    def check(inner: Problems, at: Path, value: object) -> None:
        blank = isinstance(value, str) and not value.strip()
        inner.text(at, None if blank else value, limit, least=1)

    check(problems, (*path, name), holder.get(name))
    localized = f"{name}_localizations"
    each_locale(problems, (*path, localized), holder.get(localized), check)


def each_locale(problems: Problems, path: Path, value: object, check: Callable[[Problems, Path, object], None]) -> None:
    """Translations by language: https://docs.discord.com/developers/interactions/application-commands#localization."""
    for locale, text in problems.mapping(path, value).items():
        if locale not in LOCALES:
            problems.add((*path, locale), "ENUM_TYPE_COERCE", f'Value "{locale}" is not a valid locale.')
        check(problems, (*path, locale), text)


def check_places(problems: Problems, path: Path, command: Object, installs: tuple[int, ...]) -> None:
    """Where a command may be used, and by whose installation: only what the app is set up for."""
    _check_set(problems, (*path, "contexts"), command.get("contexts"), _CONTEXTS)
    _check_set(problems, (*path, "integration_types"), command.get("integration_types"), installs)
    needed = command.get("default_member_permissions")
    if needed is not None and not (str(needed).isdecimal() and int(str(needed)) <= _PERMISSIONS):
        message = f'Value "{needed}" is not a set of permissions.'
        problems.add((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", message)


def _check_set(problems: Problems, path: Path, value: object, allowed: tuple[int, ...]) -> None:
    found = problems.items(path, value, "command.options", least=0 if value is None else 1)
    for index, item in enumerate(found):
        if isinstance(item, bool) or item not in allowed:
            problems.choices((*path, index), allowed)
    if len({str(item) for item in found}) < len(found):
        problems.add(path, "SET_TYPE_DUPLICATE", "Values must be unique.")


def size(node: object) -> int:
    """Characters of names, descriptions and values of a command with everything in it; of translations the longest.

    https://docs.discord.com/developers/interactions/application-commands#slash-commands
    """
    if isinstance(node, list):
        return sum(size(child) for child in node)
    if not isinstance(node, dict):
        return 0
    own = sum(_longest(node, name) for name in ("name", "description", "value"))
    return own + size(node.get("options")) + size(node.get("choices"))


def _longest(node: Object, name: str) -> int:
    translations = node.get(f"{name}_localizations")
    texts = [node.get(name), *(translations.values() if isinstance(translations, dict) else ())]
    return max(len("" if text is None else str(text)) for text in texts)


def too_large(command: Object) -> bool:
    return size(command) > most("command.total")
