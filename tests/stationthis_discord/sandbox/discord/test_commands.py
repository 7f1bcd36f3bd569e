"""Registering commands: scopes, ids that stay, defaults, single changes."""

import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.stationthis_discord.sandbox.discord.conftest import Api, Object


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


LOCALIZED = {
    "name": "draw",
    "name_localizations": {"de": "zeichne"},
    "description": "Draws",
    "description_localizations": {"de": "Zeichnet"},
    "options": [{"type": 3, "name": "a", "description": "d", "name_localizations": {"de": "x"}}],
}


async def test_translations_are_kept_and_listed_on_request(sandbox: DiscordSandbox, api: Api) -> None:
    made = (await api("POST", path(sandbox), LOCALIZED)).body

    assert made["name_localizations"] == {"de": "zeichne"}
    assert "name_localizations" not in (await api("GET", path(sandbox))).body[0]
    assert (await api("GET", path(sandbox) + "?with_localizations=true")).body == [made]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name_localizations": {"de": "Upper"}}, "name_localizations"),
        ({"name_localizations": {"de": "x" * 33}}, "name_localizations"),
        ({"name_localizations": {"xx": "a"}}, "name_localizations"),
        ({"name_localizations": {"de": ""}}, "name_localizations"),
        ({"description_localizations": {"de": "x" * 101}}, "description_localizations"),
        ({"options": [{"type": 3, "name": "a", "description": "d", "name_localizations": {"de": "A B"}}]}, "options"),
        (
            {
                "options": [
                    {
                        "type": 3,
                        "name": "a",
                        "description": "d",
                        "choices": [{"name": "n", "value": "v", "name_localizations": {"de": "x" * 101}}],
                    }
                ]
            },
            "options",
        ),
        ({"contexts": [3]}, "contexts"),
        ({"contexts": []}, "contexts"),
        ({"contexts": [1, 1]}, "contexts"),
        ({"integration_types": [2]}, "integration_types"),
        ({"default_member_permissions": "admin"}, "default_member_permissions"),
        ({"type": 3, "name": "x" * 33, "description": ""}, "name"),
        ({"type": 2, "description": "no"}, "description"),
    ],
)
async def test_what_is_refused(sandbox: DiscordSandbox, api: Api, fields: Object, where: str) -> None:
    refused = await api("POST", path(sandbox), {"name": "a", "description": "d", **fields})

    assert (refused.status, refused.body["code"]) == (400, 50035)
    assert where in refused.body["errors"]


@pytest.mark.parametrize(("count", "status"), [(3, 201), (4, 400)])
async def test_only_the_longest_translation_counts(sandbox: DiscordSandbox, api: Api, count: int, status: int) -> None:
    """Twenty-five choices of a hundred characters in two languages count 2500, of the 8000 a command may have."""
    choices = [
        {"name": f"n{number}", "name_localizations": {"de": "x" * 100, "fr": "x" * 99}, "value": number}
        for number in range(25)
    ]
    options = [{"type": 4, "name": f"o{n}", "description": "d", "choices": choices} for n in range(count)]

    assert (await api("POST", path(sandbox), {"name": "a", "description": "d", "options": options})).status == status


async def test_another_application_is_unknown(api: Api) -> None:
    assert (await api("GET", "/applications/1/commands")).status == 404
