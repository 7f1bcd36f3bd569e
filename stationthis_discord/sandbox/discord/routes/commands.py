"""Application commands, global and of one server: list, overwrite, create, change, delete.

https://docs.discord.com/developers/interactions/application-commands#endpoints
"""

from stationthis_discord.sandbox.discord import refusals
from stationthis_discord.sandbox.discord.command_rules import CHAT, check_command
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route

_WRITABLE = (
    *("type", "name", "name_localizations", "description", "description_localizations", "options"),
    *("default_member_permissions", "dm_permission", "contexts", "integration_types", "nsfw"),
)


def _book(ask: Ask) -> dict[str, Object]:
    """The commands of the path's scope by id."""
    if ask.params["application_id"] != ask.world.application_id:
        raise refusals.unknown_route()
    guild_id = ask.params.get("guild_id")
    guild = ask.world.guilds.get(guild_id or "")
    if guild_id and not (guild and guild.installed):
        raise refusals.missing_access()
    return ask.world.commands.setdefault(guild_id, {})


def _identity(command: Object) -> tuple[int, str]:
    return command.get("type") or CHAT, str(command.get("name"))


def _saved(ask: Ask, body: Object, had: Object | None) -> Object:
    """A command as Discord returns it: with ids, and every field that has a default."""
    written = {name: body[name] for name in _WRITABLE if body.get(name) is not None}
    command: Object = {
        "id": had["id"] if had else ask.world.new_id(),
        "application_id": ask.world.application_id,
        "version": ask.world.new_id(),
        "default_member_permissions": None,
        "type": CHAT,
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "integration_types": [0] if ask.params.get("guild_id") else list(ask.world.installs),
        "nsfw": False,
        **written,
    }
    if command["default_member_permissions"] is not None:
        command["default_member_permissions"] = str(command["default_member_permissions"])
    if ask.params.get("guild_id"):
        command["guild_id"] = ask.params["guild_id"]
    else:
        command.setdefault("contexts", None)
        command.setdefault("dm_permission", True)
    changed = had is None or any(had.get(name) != command.get(name) for name in _WRITABLE)
    return command if had is None or changed else had


def _list(ask: Ask) -> Reply:
    """Translations are in the list only on request, elsewhere always."""
    found = list(_book(ask).values())
    if ask.flag("with_localizations"):
        return Reply(200, found)
    hidden = ("name_localizations", "description_localizations")
    return Reply(200, [{key: value for key, value in item.items() if key not in hidden} for item in found])


def _overwrite(ask: Ask) -> Reply:
    book = _book(ask)
    problems = Problems()
    bodies = ask.body.json
    if not isinstance(bodies, list):
        problems.add((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        bodies = []
    commands = [problems.mapping((index,), item) for index, item in enumerate(bodies)]
    _check_counts(commands)
    for index, command in enumerate(commands):
        check_command(problems, (index,), command, ask.world.installs)
        if _identity(command) in [_identity(earlier) for earlier in commands[:index]]:
            message = "Application command names must be unique"
            problems.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    problems.raise_any()
    had = {_identity(command): command for command in book.values()}
    saved = [_saved(ask, command, had.get(_identity(command))) for command in commands]
    book.clear()
    book.update({command["id"]: command for command in saved})
    return Reply(200, saved)


def _check_counts(commands: list[Object]) -> None:
    """Raises 30032 when there would be more commands of a type than one scope may have."""
    kinds = [_identity(command)[0] for command in commands]
    for kind in set(kinds):
        limit = most("commands.chat" if kind == CHAT else "commands.menu")
        if kinds.count(kind) > limit:
            raise refusals.too_many_commands(limit)


def _create(ask: Ask) -> Reply:
    book = _book(ask)
    body = _checked(ask, ask.body.object())
    had = next((command for command in book.values() if _identity(command) == _identity(body)), None)
    if not had:
        _check_counts([*book.values(), body])
    saved = _saved(ask, body, had)
    book[saved["id"]] = saved
    return Reply(200 if had else 201, saved)


def _checked(ask: Ask, body: Object) -> Object:
    problems = Problems()
    check_command(problems, (), body, ask.world.installs)
    problems.raise_any()
    return body


def _one(ask: Ask) -> Object:
    command = _book(ask).get(ask.params["command_id"])
    if not command:
        raise refusals.unknown_command()
    return command


def _get(ask: Ask) -> Reply:
    return Reply(200, _one(ask))


def _change(ask: Ask) -> Reply:
    had = _one(ask)
    saved = _saved(ask, _checked(ask, {**had, **ask.body.object(), "type": had["type"]}), had)
    _book(ask)[had["id"]] = saved
    return Reply(200, saved)


def _delete(ask: Ask) -> Reply:
    del _book(ask)[_one(ask)["id"]]
    return NO_CONTENT


def _scope(base: str) -> list[Route]:
    one = base + "/{command_id}"
    return [
        Route("GET", base, _list),
        Route("PUT", base, _overwrite),
        Route("POST", base, _create),
        Route("GET", one, _get),
        Route("PATCH", one, _change),
        Route("DELETE", one, _delete),
    ]


ROUTES = _scope("/applications/{application_id}/commands") + _scope(
    "/applications/{application_id}/guilds/{guild_id}/commands"
)
