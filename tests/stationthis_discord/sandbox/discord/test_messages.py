"""Messages by the channel's routes: what an edit changes, who is pinged, what is served, what is refused."""

import io
import time
from typing import Any

import pytest
from PIL import Image

from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, Permission
from stationthis_discord.sandbox.discord.image_size import image_size
from tests.stationthis_discord.sandbox.discord.conftest import Api, Object

IMAGE = {"embeds": [{"title": "t", "image": {"url": "attachment://0.png"}}]}


async def edit(api: Api, message: Object, body: object, files: list[bytes] | None = None) -> Object:
    answer = await api("PATCH", f"/channels/{message['channel_id']}/messages/{message['id']}", body, files=files)
    assert answer.status == 200, answer.body
    found: Object = answer.body
    return found


class TestEdits:
    """Only what an edit names changes."""

    async def test_fields_that_are_not_named_stay(self, api: Api) -> None:
        message = await api.message({"content": " a ", **IMAGE})
        edited = await edit(api, message, {"content": "b"})

        assert (message["content"], edited["content"]) == ("a", "b")
        assert edited["embeds"] == message["embeds"]
        assert (message["edited_timestamp"] is None, edited["edited_timestamp"] is None) == (True, False)

    async def test_null_empties_a_field(self, api: Api) -> None:
        message = await api.message({"content": "a", **IMAGE})

        assert (await edit(api, message, {"embeds": None}))["embeds"] == []

    async def test_nothing_left_is_refused_and_changes_nothing(self, sandbox: DiscordSandbox, api: Api) -> None:
        message = await api.message({"content": "a"})
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"

        refused = await api("PATCH", path, {"content": ""})

        assert (refused.status, refused.body) == (400, {"message": "Cannot send an empty message", "code": 50006})
        assert sandbox.message(message["id"])["content"] == "a"

    async def test_files_without_a_list_are_added(self, api: Api) -> None:
        message = await api.message({}, [b"old"])

        assert [file["size"] for file in (await edit(api, message, {}, [b"new!"]))["attachments"]] == [3, 4]

    async def test_the_list_says_which_files_stay(self, api: Api) -> None:
        message = await api.message({}, [b"a", b"bb"])
        kept = message["attachments"][1]["id"]
        listed = {"attachments": [{"id": kept, "description": "kept"}, {"id": 0}]}

        after = (await edit(api, message, listed, [b"ccc"]))["attachments"]

        assert [(file["size"], file.get("description")) for file in after] == [(2, "kept"), (3, None)]

    async def test_a_new_file_that_is_not_listed_is_dropped(self, api: Api) -> None:
        message = await api.message({"content": "x"})

        assert (await edit(api, message, {"attachments": []}, [b"new"]))["attachments"] == []

    async def test_more_than_ten_files_by_edits_are_refused(self, sandbox: DiscordSandbox, api: Api) -> None:
        message = await api.message({}, [b"a"] * 10)
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"

        assert (await api("PATCH", path, {}, files=[b"b"])).body["code"] == 50035
        assert len(sandbox.message(message["id"])["attachments"]) == 10

    async def test_states_keep_every_edit(self, sandbox: DiscordSandbox, api: Api) -> None:
        message = await api.message({"content": "a"})
        await edit(api, message, {"content": "b"})

        states = sandbox.states(message["id"])

        assert [state.message["content"] for state in states] == ["a", "b"]
        assert states[0].at <= states[1].at


class TestFiles:
    """Uploads are served back as Discord serves them."""

    async def test_a_file_is_served_with_its_type(self, api: Api) -> None:
        [file] = (await api.message({}, [b"data"]))["attachments"]

        assert await api.get(file["url"]) == (200, "image/png", b"data")

    async def test_without_its_signature_it_is_not(self, api: Api) -> None:
        [file] = (await api.message({}, [b"data"]))["attachments"]

        assert (await api.get(file["url"].split("?")[0]))[0] == 404

    async def test_a_file_shown_in_an_embed_is_no_attachment(self, api: Api) -> None:
        message = await api.message(IMAGE, [b"data"])
        shown = message["embeds"][0]["image"]["url"]
        edited = await edit(api, message, {"embeds": [], "content": "x"})

        assert message["attachments"] == []
        assert (await api.get(shown))[2] == b"data"
        assert [file["url"] for file in edited["attachments"]] == [shown]


@pytest.mark.parametrize("kind", ["png", "gif", "jpeg", "webp", "webp lossless", "webp alpha"])
def test_the_size_of_pictures(kind: str) -> None:
    name, _, more = kind.partition(" ")
    mode = "RGBA" if more == "alpha" else "RGB"
    data = io.BytesIO()
    Image.new(mode, (37, 11)).save(data, name, lossless=more == "lossless")

    assert image_size(data.getvalue()) == (37, 11)


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF0000WEBPVP8 "])
def test_what_is_no_picture_has_no_size(data: bytes) -> None:
    assert image_size(data) is None


PING = "<@{person}> <@&{role}> @everyone"


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [
        ({}, (True, True, True)),
        ({"allowed_mentions": {"parse": []}}, (False, False, False)),
        ({"allowed_mentions": {"parse": ["users"]}}, (True, False, False)),
        ({"allowed_mentions": {"users": ["{person}"]}}, (True, False, False)),
        ({"allowed_mentions": {"users": ["5"], "parse": ["everyone"]}}, (False, False, True)),
    ],
)
async def test_allowed_mentions(sandbox: DiscordSandbox, api: Api, allowed: Any, pinged: tuple[bool, ...]) -> None:  # noqa: ANN401 - JSON
    sandbox.channel.app_permissions |= Permission.MENTION_EVERYONE
    ids = {"person": sandbox.user("artist").id, "role": sandbox.guild.id}
    for users in (rule.get("users", []) for rule in allowed.values()):
        users[:] = [user.format(**ids) for user in users]

    message = await api.message({"content": PING.format(**ids), **allowed})

    assert (bool(message["mentions"]), bool(message["mention_roles"]), message["mention_everyone"]) == pinged


async def test_everyone_needs_a_permission(api: Api) -> None:
    assert (await api.message({"content": "@everyone"}))["mention_everyone"] is False


@pytest.mark.parametrize(("allowed", "count"), [({}, 1), ({"allowed_mentions": {"parse": []}}, 0)])
async def test_a_reply_pings_unless_told_otherwise(
    sandbox: DiscordSandbox, api: Api, allowed: Object, count: int
) -> None:
    said = await sandbox.user("artist").say("look")

    reply = await api.message({"content": "nice", "message_reference": {"message_id": said}, **allowed})

    assert reply["type"] == 19
    assert reply["referenced_message"]["content"] == "look"
    assert len(reply["mentions"]) == count


async def test_people_send_files_without_words(sandbox: DiscordSandbox) -> None:
    message = sandbox.message(await sandbox.user("artist").say("", ("a.txt", b"one"), ("b.txt", b"two")))

    assert [item["filename"] for item in message["attachments"]] == ["a.txt", "b.txt"]
    assert sandbox.file(message["attachments"][1]["url"]) == b"two"


async def test_a_reply_to_nothing_can_be_a_plain_message(api: Api) -> None:
    reference = {"message_id": "1", "fail_if_not_exists": False}

    assert (await api.message({"content": "x", "message_reference": reference}))["type"] == 0


async def test_the_same_nonce_makes_one_message(api: Api) -> None:
    body = {"content": "x", "nonce": "once", "enforce_nonce": True}

    assert (await api.message(body))["id"] == (await api.message(body))["id"]


async def test_the_nonce_of_a_deleted_message_makes_no_other(sandbox: DiscordSandbox, api: Api) -> None:
    body = {"content": "x", "nonce": "once", "enforce_nonce": True}
    sandbox.delete_message((await api.message(body))["id"])

    assert (await api.post(body)).body["code"] == 10008


async def test_a_nonce_is_forgotten_after_some_minutes(sandbox: DiscordSandbox, api: Api) -> None:
    body = {"content": "x", "nonce": "once", "enforce_nonce": True}
    first = await api.message(body)
    sandbox._world.clock = lambda: time.time() + 181  # noqa: SLF001 - three minutes later

    assert (await api.message(body))["id"] != first["id"]


async def test_messages_of_others_can_not_be_edited_or_deleted(sandbox: DiscordSandbox, api: Api) -> None:
    path = f"/channels/{sandbox.channel.id}/messages/{await sandbox.user('artist').say('mine')}"

    assert (await api("PATCH", path, {"content": "yours"})).body["code"] == 50005
    assert (await api("DELETE", path)).body["code"] == 50013


@pytest.mark.parametrize(
    ("missing", "body", "files", "code"),
    [
        (Permission.VIEW_CHANNEL, {"content": "x"}, None, 50001),
        (Permission.SEND_MESSAGES, {"content": "x"}, None, 50013),
        (Permission.ATTACH_FILES, {}, [b"x"], 50013),
        (Permission.EMBED_LINKS, IMAGE, None, 50013),
    ],
)
async def test_what_the_bot_may_not_do(
    sandbox: DiscordSandbox, api: Api, missing: Permission, body: Object, files: list[bytes] | None, code: int
) -> None:
    sandbox.channel.app_permissions = MEMBER & ~missing

    refused = await api.post(body, files)

    assert (refused.status, refused.body["code"]) == (403, code)
    assert sandbox.violations == []


async def test_unknown_places(sandbox: DiscordSandbox, api: Api) -> None:
    assert (await api("GET", "/channels/1")).body == {"message": "Unknown Channel", "code": 10003}
    unknown = await api("GET", f"/channels/{sandbox.channel.id}/messages/1")
    assert (unknown.status, unknown.body) == (404, {"message": "Unknown Message", "code": 10008})


async def test_a_dm_can_be_refused(sandbox: DiscordSandbox, api: Api) -> None:
    artist = sandbox.user("artist")
    channel = (await api("POST", "/users/@me/channels", {"recipient_id": artist.id})).body
    path = f"/channels/{channel['id']}/messages"
    open_door = await api("POST", path, {"content": "your picture is done"})
    artist.user.accepts_dms = False

    assert channel["recipients"][0]["id"] == artist.id
    assert open_door.status == 200
    assert (await api("POST", path, {"content": "x"})).body["code"] == 50007


async def test_pages_of_messages(sandbox: DiscordSandbox, api: Api) -> None:
    ids = [(await api.message({"content": str(number)}))["id"] for number in range(4)]
    path = f"/channels/{sandbox.channel.id}/messages"

    async def page(query: str) -> list[str]:
        return [message["content"] for message in (await api("GET", path + query)).body]

    assert await page("") == ["3", "2", "1", "0"]
    assert await page("?limit=2") == ["3", "2"]
    assert await page(f"?before={ids[2]}&limit=1") == ["1"]
    assert await page(f"?after={ids[0]}&limit=2") == ["2", "1"]


async def test_own_reactions(sandbox: DiscordSandbox, api: Api) -> None:
    sandbox.rate_limits.enabled = False
    message = await api.message({"content": "x"})
    path = f"/channels/{sandbox.channel.id}/messages/{message['id']}/reactions"
    await sandbox.user("artist").react(message["id"], "🔁")

    assert (await api("PUT", f"{path}/%F0%9F%94%81/@me")).status == 204
    assert [(r["count"], r["me"]) for r in sandbox.message(message["id"])["reactions"]] == [(2, True)]
    assert (await api("DELETE", f"{path}/%F0%9F%94%81/@me")).status == 204
    assert [(r["count"], r["me"]) for r in sandbox.message(message["id"])["reactions"]] == [(1, False)]
    for name in ("smile", "%C3%A9", "%F0%9F%94%81%F0%9F%94%81"):
        assert (await api("PUT", f"{path}/{name}/@me")).body == {"message": "Unknown Emoji", "code": 10014}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/users/1", 10013),
        ("/users/{bot}", None),
        ("/users/@me/guilds", None),
        ("/guilds/1", 10004),
        ("/guilds/{guild}?with_counts=true", None),
        ("/guilds/{guild}/channels", None),
        ("/guilds/{guild}/roles", None),
        ("/guilds/{guild}/members/1", 10007),
        ("/guilds/{guild}/members/{bot}", None),
        ("/gateway", None),
        ("/applications/@me", None),
    ],
)
async def test_lookups(sandbox: DiscordSandbox, api: Api, path: str, code: int | None) -> None:
    answer = await api("GET", path.format(guild=sandbox.guild.id, bot=sandbox.bot_user_id))

    assert answer.status == (404 if code else 200)
    assert code is None or answer.body["code"] == code
