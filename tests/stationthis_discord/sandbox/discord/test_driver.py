"""People at the bot: what they can click, pick and type, and what the bot is told of it."""

import pytest

from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, DriverError, Permission
from tests.stationthis_discord.sandbox.discord.conftest import Api, Object, Stage

BUTTON = {"type": 2, "style": 1, "label": "🔁 Again", "custom_id": "st:again:1"}
LINK = {"type": 2, "style": 5, "label": "Open", "url": "https://example.com"}
OFF = {"type": 2, "style": 1, "label": "Off", "custom_id": "st:off", "disabled": True}
MENU = {"type": 3, "custom_id": "st:pick:1", "options": [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}]}
ROWS = [{"type": 1, "components": [BUTTON, LINK, OFF]}, {"type": 1, "components": [MENU]}]


class TestComponents:
    """Clicks and selections on a message with buttons and a menu."""

    @pytest.fixture
    async def shown(self, stage: Stage) -> str:
        shown = await stage.run(4, {"content": "pick", "components": ROWS})
        assert shown.message_id
        return shown.message_id

    @pytest.mark.parametrize("name", ["Again", "🔁 Again", "st:again:1"])
    async def test_a_click_by_label_or_custom_id(self, stage: Stage, shown: str, name: str) -> None:
        task = await stage.begin(stage.artist.click(shown, name))
        await stage.answer(6)
        clicked = await task

        assert stage.interaction["data"] == {"component_type": 2, "custom_id": "st:again:1", "id": 2}
        assert stage.interaction["message"]["id"] == clicked.message_id == shown

    async def test_an_update_edits_the_message(self, stage: Stage, shown: str) -> None:
        task = await stage.begin(stage.artist.click(shown, "Again"))
        answer = await stage.answer(7, {"content": "new", "components": []}, "?with_response=1")
        await task

        assert answer.body["resource"]["type"] == 7
        assert stage.sandbox.message(shown)["content"] == "new"
        assert stage.sandbox.message(shown)["edited_timestamp"]

    async def test_an_answer_of_its_own_replies_to_the_message(self, stage: Stage, shown: str) -> None:
        task = await stage.begin(stage.artist.click(shown, "Again"))
        await stage.answer(4, {"content": "reply"})
        clicked = await task

        reply = stage.sandbox.message(clicked.message_id)
        assert (reply["type"], reply["message_reference"]["message_id"]) == (19, shown)
        assert reply["interaction_metadata"]["interacted_message_id"] == shown

    async def test_a_selection_carries_its_values(self, stage: Stage, shown: str) -> None:
        task = await stage.begin(stage.artist.select(shown, "st:pick", ["b"]))
        await stage.answer(6)
        await task

        assert stage.interaction["data"]["values"] == ["b"]
        assert stage.interaction["data"]["component_type"] == 3

    @pytest.mark.parametrize("name", ["Off", "Open", "Nothing"])
    async def test_what_can_not_be_clicked(self, stage: Stage, shown: str, name: str) -> None:
        with pytest.raises(DriverError):
            await stage.artist.click(shown, name)

    @pytest.mark.parametrize("values", [[], ["a", "b"], ["c"]])
    async def test_what_can_not_be_selected(self, stage: Stage, shown: str, values: list[str]) -> None:
        with pytest.raises(DriverError):
            await stage.artist.select(shown, "st:pick", values)

    async def test_ephemeral_buttons_are_for_one_person(self, stage: Stage) -> None:
        shown = await stage.run(4, {"content": "yours", "components": ROWS, "flags": 64})

        with pytest.raises(DriverError, match="sees no message"):
            await stage.sandbox.user("stranger").click(shown.message_id, "Again")


class TestFillingIn:
    """A person fills in options as the client lets them."""

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({}, "required options are missing"),
            ({"prompt": "x", "size": 3}, "no such options"),
            ({"prompt": 5}, "takes text"),
            ({"prompt": "x" * 11}, "0 to 10 characters"),
        ],
    )
    async def test_what_the_client_refuses(self, stage: Stage, options: Object, told: str) -> None:
        with pytest.raises(DriverError, match=told):
            await stage.artist.run("draw", options)

    async def test_other_types(self, stage: Stage, api: Api) -> None:
        names = {"count": 4, "fast": 5, "who": 6, "where": 7, "role": 8, "anyone": 9, "size": 10, "image": 11}
        options = [{"type": kind, "name": name, "description": "d"} for name, kind in names.items()]
        nested = [{"type": 1, "name": "all", "description": "d", "options": options}]
        body = {"name": "types", "description": "d", "options": nested}
        await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)
        guild, channel, person = stage.sandbox.guild, stage.sandbox.channel, stage.artist
        values = {
            "count": 3,
            "fast": True,
            "who": person,
            "where": channel,
            "role": guild,
            "anyone": person,
            "size": 1.5,
        }

        task = await stage.begin(person.run("types all", values, {"image": ("a b.png", b"xyz")}))
        await stage.answer(5)
        await task

        data = stage.interaction["data"]
        sent = {option["name"]: option["value"] for option in data["options"][0]["options"]}
        file = data["resolved"]["attachments"][sent["image"]]
        assert (sent["count"], sent["fast"], sent["size"], sent["who"]) == (3, True, 1.5, person.id)
        assert set(data["resolved"]) == {"attachments", "users", "members", "channels", "roles"}
        assert (file["filename"], file["ephemeral"], file["size"]) == ("a_b.png", True, 3)
        assert await api.get(file["url"]) == (200, "image/png", b"xyz")

    async def test_commands_of_others_are_not_offered(self, stage: Stage, api: Api) -> None:
        body = [{"name": "secret", "description": "d", "default_member_permissions": "8"}]
        guild_id = stage.sandbox.guild.id
        await api("PUT", f"/applications/{stage.sandbox.application_id}/guilds/{guild_id}/commands", body)

        with pytest.raises(DriverError, match="not offered"):
            await stage.artist.run("secret")
        with pytest.raises(DriverError, match="not offered"):
            await stage.artist.dm().run("secret")

    async def test_only_options_with_autocomplete_have_it(self, stage: Stage) -> None:
        with pytest.raises(DriverError, match="no autocomplete"):
            await stage.artist.autocomplete("draw", "prompt", "x")

    async def test_somebody_has_to_listen(self, sandbox: DiscordSandbox, api: Api) -> None:
        body = [{"name": "draw", "description": "draws"}]
        await api("PUT", f"/applications/{sandbox.application_id}/commands", body)

        with pytest.raises(DriverError, match="no bot is connected"):
            await sandbox.user("artist").run("draw")

    @pytest.mark.parametrize(
        ("value", "told"), [("x", "number of its type"), (1.5, "number of its type"), (0, "1 to 3"), (4, "1 to 3")]
    )
    async def test_numbers_have_a_range(self, stage: Stage, api: Api, value: object, told: str) -> None:
        option = {"type": 4, "name": "count", "description": "d", "min_value": 1, "max_value": 3}
        body = {"name": "many", "description": "d", "options": [option]}
        await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)

        with pytest.raises(DriverError, match=told):
            await stage.artist.run("many", {"count": value})

    @pytest.mark.parametrize(
        ("name", "options", "told"),
        [
            ("kinds a", {"style": "z"}, "takes one of"),
            ("kinds a", {"fast": "yes"}, "true or false"),
            ("kinds a", {"image": "cat.png"}, "pass it in attachments"),
            ("kinds a", {"who": "1"}, "there is no 1 here"),
            ("kinds b", {}, "its parts are"),
            ("kinds", {}, "its parts are"),
        ],
    )
    async def test_other_refusals(self, stage: Stage, api: Api, name: str, options: Object, told: str) -> None:
        kinds: list[Object] = [
            {"type": 3, "name": "style", "description": "d", "choices": [{"name": "A", "value": "a"}]},
            {"type": 5, "name": "fast", "description": "d"},
            {"type": 11, "name": "image", "description": "d"},
            {"type": 6, "name": "who", "description": "d"},
        ]
        nested = [{"type": 1, "name": "a", "description": "d", "options": kinds}]
        body = {"name": "kinds", "description": "d", "options": nested}
        await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)

        with pytest.raises(DriverError, match=told):
            await stage.artist.run(name, options)

    async def test_a_file_larger_than_allowed(self, stage: Stage, api: Api) -> None:
        option = {"type": 11, "name": "image", "description": "d"}
        body = {"name": "look", "description": "d", "options": [option]}
        await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)

        with pytest.raises(DriverError, match="larger than"):
            await stage.artist.run("look", attachments={"image": ("big.png", bytes(10 * 1024 * 1024 + 1))})

    @pytest.mark.parametrize("permission", [Permission.ADMINISTRATOR, Permission.MANAGE_GUILD])
    async def test_who_has_the_permission_is_offered_the_command(
        self, stage: Stage, api: Api, permission: Permission
    ) -> None:
        body = {"name": "server", "description": "d", "default_member_permissions": str(int(Permission.MANAGE_GUILD))}
        await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)
        admin = stage.sandbox.user("admin", MEMBER | permission)

        task = await stage.begin(admin.run("server"))
        await stage.answer(5)

        assert (await task).message_id


@pytest.mark.parametrize("emoji", ["smile", ""])
async def test_reactions_are_emoji(stage: Stage, emoji: str) -> None:
    shown = await stage.run(4, {"content": "x"})

    with pytest.raises(DriverError, match="no emoji"):
        await stage.artist.react(shown.message_id, emoji)


async def test_a_custom_emoji(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x"})

    await stage.artist.react(shown.message_id, "party:42")
    await stage.artist.react(shown.message_id, "party:42")

    [reaction] = stage.sandbox.message(shown.message_id)["reactions"]
    assert (reaction["emoji"], reaction["count"]) == ({"name": "party", "id": "42"}, 1)


async def test_one_person_in_many_places(stage: Stage) -> None:
    other = stage.sandbox.add_channel("other")

    assert stage.artist.at(other).channel is other
    assert stage.artist.dm().channel is stage.artist.dm().channel
    assert (stage.artist.dm().member, stage.artist.mention) == (None, f"<@{stage.artist.id}>")
