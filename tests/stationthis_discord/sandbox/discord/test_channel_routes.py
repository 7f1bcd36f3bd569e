"""Reading and taking away what stands in a channel: pages, foreign messages and reactions, spoilers, bots of others."""

import pytest

from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, DriverError, Permission
from tests.stationthis_discord.sandbox.discord.conftest import Api, Connect, Stage

AGAIN = "%F0%9F%94%81"


async def texts(api: Api, sandbox: DiscordSandbox, query: str) -> list[str]:
    answer = await api("GET", f"/channels/{sandbox.channel.id}/messages?{query}")
    return [message["content"] for message in answer.body]


async def test_messages_around_one(sandbox: DiscordSandbox, api: Api) -> None:
    sandbox.rate_limits.enabled = False
    ids = [(await api.message({"content": str(number)}))["id"] for number in range(7)]

    assert await texts(api, sandbox, f"around={ids[3]}&limit=3") == ["4", "3", "2"]
    assert await texts(api, sandbox, f"around={ids[0]}&limit=4") == ["3", "2", "1", "0"]
    assert await texts(api, sandbox, f"after={ids[1]}&limit=2") == ["3", "2"]
    assert await texts(api, sandbox, f"before={ids[5]}&limit=2") == ["4", "3"]


async def test_only_one_place_of_a_page_may_be_named(sandbox: DiscordSandbox, api: Api) -> None:
    answer = await api("GET", f"/channels/{sandbox.channel.id}/messages?after=1&around=2")

    assert (answer.status, answer.body["code"]) == (400, 50035)


async def test_what_others_wrote_in_a_dm_stays(sandbox: DiscordSandbox, api: Api) -> None:
    person = sandbox.user("artist").dm()
    path = f"/channels/{person.channel.id}/messages/{await person.say('mine')}"

    refused = await api("DELETE", path)

    assert (refused.status, refused.body["code"]) == (403, 50003)
    assert sandbox.message(path.rpartition("/")[2])["content"] == "mine"


async def test_a_moderating_bot_deletes_what_others_wrote(sandbox: DiscordSandbox, api: Api) -> None:
    said = await sandbox.user("artist").say("mine")
    sandbox.channel.app_permissions |= Permission.MANAGE_MESSAGES

    assert (await api("DELETE", f"/channels/{sandbox.channel.id}/messages/{said}")).status == 204


async def test_reactions_of_others_need_a_permission(sandbox: DiscordSandbox, api: Api) -> None:
    sandbox.rate_limits.enabled = False
    artist, message = sandbox.user("artist"), await api.message({"content": "x"})
    path = f"/channels/{sandbox.channel.id}/messages/{message['id']}/reactions/{AGAIN}"
    await artist.react(message["id"], "🔁")

    refused = [await api("DELETE", address) for address in (f"{path}/{artist.id}", path, path.rpartition("/")[0])]
    sandbox.channel.app_permissions |= Permission.MANAGE_MESSAGES
    taken = await api("DELETE", f"{path}/{artist.id}")

    assert [answer.body["code"] for answer in refused] == [50013] * 3
    assert (taken.status, "reactions" in sandbox.message(message["id"])) == (204, False)


async def test_all_reactions_go_at_once_and_are_told(sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
    sandbox.rate_limits.enabled = False
    sandbox.channel.app_permissions |= Permission.MANAGE_MESSAGES
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 10)
    message = await api.message({"content": "x"})
    path = f"/channels/{sandbox.channel.id}/messages/{message['id']}/reactions"
    for name, emoji in (("artist", "🔁"), ("friend", "🔁"), ("friend", "❌")):
        await sandbox.user(name).react(message["id"], emoji)

    assert (await api("DELETE", f"{path}/{AGAIN}")).status == 204
    assert (await wire.event("MESSAGE_REACTION_REMOVE_EMOJI"))["emoji"] == {"name": "🔁", "id": None}
    assert [row["emoji"]["name"] for row in sandbox.message(message["id"])["reactions"]] == ["❌"]
    assert (await api("DELETE", path)).status == 204
    assert (await wire.event("MESSAGE_REACTION_REMOVE_ALL"))["message_id"] == message["id"]


async def test_who_reacted_is_listed(sandbox: DiscordSandbox, api: Api) -> None:
    message = await api.message({"content": "x"})
    people = [sandbox.user(name) for name in ("artist", "friend", "third")]
    for person in people:
        await person.react(message["id"], "🔁")
    path = f"/channels/{sandbox.channel.id}/messages/{message['id']}/reactions/{AGAIN}"

    first = await api("GET", f"{path}?limit=2")
    rest = await api("GET", f"{path}?after={people[1].id}")

    assert [user["id"] for user in first.body] == [person.id for person in people[:2]]
    assert [user["id"] for user in rest.body] == [people[2].id]


async def test_a_reaction_is_taken_back(sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 10)
    artist, message = sandbox.user("artist"), await api.message({"content": "x"})
    await artist.react(message["id"], "🔁")

    await artist.unreact(message["id"], "🔁")

    assert (await wire.event("MESSAGE_REACTION_REMOVE"))["user_id"] == artist.id
    assert "reactions" not in sandbox.message(message["id"])
    for emoji, told in (("🔁", "has not reacted"), ("smile", "no emoji")):
        with pytest.raises(DriverError, match=told):
            await artist.unreact(message["id"], emoji)


async def test_another_bot_reacts_and_is_told_as_a_bot(sandbox: DiscordSandbox, api: Api, connect: Connect) -> None:
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 10)
    robot, message = sandbox.user("robot", bot=True), await api.message({"content": "x"})

    await robot.react(message["id"], "🔁")

    assert (await wire.event("MESSAGE_REACTION_ADD"))["member"]["user"]["bot"] is True
    assert [(row["count"], row["me"]) for row in sandbox.message(message["id"])["reactions"]] == [(1, False)]


async def test_bots_use_no_commands(stage: Stage) -> None:
    with pytest.raises(DriverError, match="bots"):
        await stage.sandbox.user("robot", bot=True).run("draw", {"prompt": "a cat"})


async def test_a_menu_command_for_some_is_offered_to_them_alone(stage: Stage, api: Api) -> None:
    body = {"type": 3, "name": "Remove", "default_member_permissions": str(int(Permission.MANAGE_MESSAGES))}
    await api("POST", f"/applications/{stage.sandbox.application_id}/commands", body)
    message = await api.message({"content": "x"})
    moderator = stage.sandbox.user("moderator", MEMBER | Permission.MANAGE_MESSAGES)

    task = await stage.begin(moderator.use_on_message("Remove", message["id"]))
    await stage.answer(4, {"content": "gone", "flags": 64})

    assert (await task).ephemeral
    assert stage.interaction["data"]["resolved"]["messages"][message["id"]]["author"]["bot"] is True
    with pytest.raises(DriverError, match="not offered"):
        await stage.artist.use_on_message("Remove", message["id"])


async def test_an_ephemeral_follow_up_is_deleted_by_the_token_alone(stage: Stage, api: Api) -> None:
    await stage.run(4, {"content": "x"})
    extra = (await stage.hook("POST", body={"content": "psst", "flags": 64})).body

    refused = await api("DELETE", f"/channels/{stage.sandbox.channel.id}/messages/{extra['id']}")
    deleted = await stage.hook("DELETE", f"/messages/{extra['id']}")

    assert (refused.body["code"], deleted.status) == (10008, 204)
    with pytest.raises(LookupError):
        stage.sandbox.message(extra["id"])


async def test_spoilers_are_flagged_and_stay_so_in_edits(sandbox: DiscordSandbox, api: Api) -> None:
    listed = [{"id": 0, "filename": "SPOILER_a.png"}, {"id": 1, "filename": "b.png", "is_spoiler": True}, {"id": 2}]
    message = await api.message({"attachments": listed}, [b"a", b"b", b"c"])

    kept = {"attachments": [{"id": file["id"]} for file in message["attachments"][:2]]}
    edited = await api("PATCH", f"/channels/{sandbox.channel.id}/messages/{message['id']}", kept)

    assert [file.get("flags", 0) for file in message["attachments"]] == [8, 8, 0]
    assert [(file["filename"], file["flags"]) for file in edited.body["attachments"]] == [
        ("SPOILER_a.png", 8),
        ("b.png", 8),
    ]


async def test_a_request_too_large_by_order(sandbox: DiscordSandbox, api: Api) -> None:
    sandbox.faults.add("POST", "/channels/*/messages", status=413)

    refused = await api.post({}, [b"small"])

    assert (refused.status, refused.body["code"]) == (413, 40005)
    assert sandbox.violations == []


@pytest.mark.parametrize("tier", [0, 2, 3])
async def test_the_boosts_of_a_server_are_told(sandbox: DiscordSandbox, api: Api, tier: int) -> None:
    guild = sandbox.add_guild("Boosted", premium_tier=tier)

    assert (await api("GET", f"/guilds/{guild.id}")).body["premium_tier"] == tier


async def test_a_reply_names_what_it_answers(sandbox: DiscordSandbox, api: Api) -> None:
    target = await api.message({"content": "first"})

    reply = await api.message({"content": "second", "message_reference": {"message_id": target["id"]}})

    assert reply["type"] == 19
    assert reply["message_reference"]["message_id"] == target["id"]
    assert reply["referenced_message"]["content"] == "first"
