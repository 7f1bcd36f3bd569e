"""Registering commands: scopes, ids that stay, defaults, single changes."""

from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.stationthis_discord.sandbox.discord.conftest import Api


def path(sandbox: DiscordSandbox, guild: str | None = None, command: str = "") -> str:
    scope = f"/guilds/{guild}" if guild else ""
    return f"/applications/{sandbox.application_id}{scope}/commands" + (f"/{command}" if command else "")


async def test_an_overwrite_replaces_all_and_keeps_ids(sandbox: DiscordSandbox, api: Api) -> None:
    first = (
        await api("PUT", path(sandbox), [{"name": "a", "description": "d"}, {"name": "b", "description": "d"}])
    ).body
    same = (await api("PUT", path(sandbox), [{"name": "a", "description": "d"}])).body
    changed = (await api("PUT", path(sandbox), [{"name": "a", "description": "e"}])).body

    assert first[0] == same[0]
    assert (changed[0]["id"], changed[0]["version"] == same[0]["version"]) == (same[0]["id"], False)
    assert [command["name"] for command in sandbox.commands] == ["a"]


async def test_defaults_are_told(sandbox: DiscordSandbox, api: Api) -> None:
    [command] = (await api("PUT", path(sandbox), [{"name": "a", "description": "d"}])).body

    assert command["application_id"] == sandbox.application_id
    assert (command["type"], command["nsfw"], command["dm_permission"]) == (1, False, True)
    assert command["default_member_permissions"] is None


async def test_a_server_has_its_own(sandbox: DiscordSandbox, api: Api) -> None:
    body = [{"name": "a", "description": "d"}]
    [command] = (await api("PUT", path(sandbox, sandbox.guild.id), body)).body

    assert command["guild_id"] == sandbox.guild.id
    assert (await api("GET", path(sandbox))).body == []
    assert (await api("PUT", path(sandbox, "1"), body)).body["code"] == 50001


async def test_one_by_one(sandbox: DiscordSandbox, api: Api) -> None:
    made = await api("POST", path(sandbox), {"name": "a", "description": "d"})
    again = await api("POST", path(sandbox), {"name": "a", "description": "e"})
    one = path(sandbox, command=made.body["id"])
    patched = await api("PATCH", one, {"description": "f"})
    read = await api("GET", one)
    deleted = await api("DELETE", one)

    assert (made.status, again.status, again.body["id"]) == (201, 200, made.body["id"])
    assert read.body == patched.body
    assert read.body["description"] == "f"
    assert (deleted.status, (await api("GET", one)).body["code"]) == (204, 10063)


async def test_another_application_is_unknown(api: Api) -> None:
    assert (await api("GET", "/applications/1/commands")).status == 404
