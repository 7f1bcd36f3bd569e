"""Interactions: the answer in time and once, the token's messages, and its end."""

import asyncio

import aiohttp
import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError
from tests.stationthis_discord.sandbox.discord.conftest import Api, Object, Stage


async def test_the_payload_is_complete(stage: Stage) -> None:
    await stage.run(5)

    payload = stage.interaction
    assert payload["data"]["options"] == [{"name": "prompt", "type": 3, "value": "a cat"}]
    assert payload["member"]["user"]["id"] == stage.artist.id
    assert int(payload["member"]["permissions"]) & 1 << 11
    assert payload["guild"] == {"id": stage.sandbox.guild.id, "locale": "en-US", "features": []}
    assert payload["channel"]["id"] == payload["channel_id"] == stage.sandbox.channel.id
    assert payload["authorizing_integration_owners"] == {"0": stage.sandbox.guild.id}
    assert payload["attachment_size_limit"] == 10 * 1024 * 1024
    assert (payload["context"], payload["version"], payload["entitlements"]) == (0, 1, [])


async def test_in_a_dm_there_is_a_user_and_no_member(stage: Stage) -> None:
    task = await stage.begin(stage.artist.dm().run("draw", {"prompt": "a cat"}))
    await stage.answer(4, {"content": "here"})
    await task

    payload = stage.interaction
    assert payload["user"]["id"] == stage.artist.id
    assert not {"member", "guild", "guild_id"} & set(payload)
    assert payload["channel"]["type"] == 1
    assert (payload["context"], payload["authorizing_integration_owners"]) == (1, {"0": "0"})


async def test_a_response_tells_about_the_message(stage: Stage) -> None:
    task = await stage.begin(stage.artist.run("draw", {"prompt": "a cat"}))
    answer = await stage.answer(4, {"content": "hi", "flags": 64}, "?with_response=true")
    shown = await task

    about = answer.body["interaction"]
    assert answer.status == 200
    assert about["response_message_id"] == shown.message_id == answer.body["resource"]["message"]["id"]
    assert (about["response_message_ephemeral"], about["response_message_loading"]) == (True, False)
    assert answer.body["resource"]["message"]["interaction_metadata"]["user"]["id"] == stage.artist.id


async def test_a_deferred_answer_is_filled_by_the_first_edit(stage: Stage) -> None:
    shown = await stage.run(5, {"flags": 64})
    loading = stage.sandbox.message(shown.message_id)
    edited = await stage.hook("PATCH", "/messages/@original", {"content": "done"})

    assert loading["flags"] == 64 | 128
    assert edited.body["flags"] == 64
    assert shown.ephemeral


async def test_a_followup_to_a_deferred_answer_fills_it(stage: Stage) -> None:
    shown = await stage.run(5)

    first = await stage.hook("POST", "", {"content": "first", "flags": 64})
    second = await stage.hook("POST", "", {"content": "second", "flags": 64})

    assert first.body["id"] == shown.message_id
    assert not first.body["flags"] & 64
    assert second.body["id"] != shown.message_id
    assert second.body["interaction_metadata"]["original_response_message_id"] == shown.message_id


async def test_a_second_answer_is_refused(stage: Stage) -> None:
    await stage.run(5)
    again = await stage.answer(5)

    assert (again.status, again.body["code"]) == (400, 40060)
    assert "40060" in stage.sandbox.violations[0]


async def test_an_answer_too_late_is_refused_and_kills_the_token(stage: Stage) -> None:
    stage.sandbox._world.ack_limit = 0.0  # noqa: SLF001 - three seconds are long in a test
    task = await stage.begin(stage.artist.run("draw", {"prompt": "x"}, timeout=0.05))
    late = await stage.answer(5)
    followup = await stage.hook("POST", "", {"content": "x"})

    assert (late.status, late.body) == (404, {"message": "Unknown interaction", "code": 10062})
    assert (followup.status, followup.body["code"]) == (404, 10015)
    with pytest.raises(TimeoutError, match="did not answer 'draw'"):
        await task


async def test_before_the_answer_the_token_opens_nothing(stage: Stage) -> None:
    task = await stage.begin(stage.artist.run("draw", {"prompt": "x"}))
    early = await stage.hook("PATCH", "/messages/@original", {"content": "x"})
    await stage.answer(5)
    await task

    assert (early.status, early.body["code"]) == (404, 10015)


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10, 99])
async def test_answers_that_do_not_fit_a_command(stage: Stage, kind: int) -> None:
    task = await stage.begin(stage.artist.run("draw", {"prompt": "x"}))
    refused = await stage.answer(kind, {"content": "x"})
    await stage.answer(5)
    await task

    assert refused.body["code"] == 50035
    assert "type" in refused.body["errors"]


async def test_an_expired_token_is_refused_without_blame(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x"})
    stage.sandbox.expire_tokens()

    refused = await stage.hook("PATCH", "/messages/@original", {"content": "y"})

    assert (refused.status, refused.body) == (401, {"message": "Invalid Webhook Token", "code": 50027})
    assert stage.sandbox.message(shown.message_id)["content"] == "x"
    assert stage.sandbox.violations == []


async def test_a_token_lives_fifteen_minutes(session: aiohttp.ClientSession) -> None:
    now = 1_800_000_000.0
    async with DiscordSandbox(clock=lambda: now) as sandbox:
        interaction = await _answered(sandbox, Api(sandbox, session), session)
        path = f"/webhooks/{sandbox.application_id}/{interaction['token']}/messages/@original"
        api = Api(sandbox, session)
        now += 899
        before = await api("GET", path)
        now += 2
        after = await api("GET", path)

    assert (before.status, after.status) == (200, 401)


async def _answered(sandbox: DiscordSandbox, api: Api, session: aiohttp.ClientSession) -> Object:
    body = [{"name": "draw", "description": "draws"}]
    await api("PUT", f"/applications/{sandbox.application_id}/commands", body)
    address = sandbox.url.replace("http", "ws").replace("/api/v10", "/gateway")
    async with session.ws_connect(address) as socket:
        await socket.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 0}})
        await sandbox.ready(5)
        task = asyncio.create_task(sandbox.user("artist").run("draw"))
        await asyncio.sleep(0)
        interaction = sandbox.events[-1].data
        await api("POST", f"/interactions/{interaction['id']}/{interaction['token']}/callback", {"type": 5})
        await task
    return interaction


async def test_messages_by_token_can_be_read_and_deleted(stage: Stage) -> None:
    shown = await stage.run(4, {"content": "x", "flags": 64})

    read = await stage.hook("GET", f"/messages/{shown.message_id}")
    deleted = await stage.hook("DELETE", "/messages/@original")
    gone = await stage.hook("GET", "/messages/@original")

    assert (read.status, deleted.status, gone.body["code"]) == (200, 204, 10008)
    with pytest.raises(LookupError):
        stage.sandbox.message(shown.message_id)


@pytest.mark.parametrize(("webhook", "token", "code"), [("1", None, 10015), (None, "nonsense", 50027)])
async def test_foreign_webhooks(stage: Stage, api: Api, webhook: str | None, token: str | None, code: int) -> None:
    await stage.run(5)
    path = f"/webhooks/{webhook or stage.sandbox.application_id}/{token or stage.interaction['token']}"

    refused = await api("POST", path, {"content": "x"})

    assert refused.body["code"] == code


async def test_ephemeral_messages_are_not_in_the_channel(stage: Stage, api: Api) -> None:
    shown = await stage.run(4, {"content": "x", "flags": 64})
    channel = f"/channels/{stage.sandbox.channel.id}/messages"

    assert (await api("GET", f"{channel}/{shown.message_id}")).body["code"] == 10008
    assert (await api("GET", channel)).body == []
    with pytest.raises(DriverError, match="ephemeral"):
        await stage.artist.react(shown.message_id, "🔁")


async def test_a_modal_is_shown_and_makes_no_message(stage: Stage) -> None:
    field = {"type": 4, "custom_id": "name", "style": 1}
    label = {"type": 18, "label": "Name", "component": field}
    shown = await stage.run(9, {"custom_id": "form", "title": "Form", "components": [label]})

    assert shown.message_id is None
    assert shown.modal
    assert shown.modal["custom_id"] == "form"
