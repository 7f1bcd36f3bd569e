"""Every limit of the table: at the limit accepted, one beyond refused as an invalid form."""

from typing import Any

import pytest

from stationthis_discord.sandbox.discord.limits import LIMITS, MIB, REQUEST, UPLOAD
from tests.stationthis_discord.sandbox.discord.conftest import Api, Connect, Object, Stage
from tests.stationthis_discord.sandbox.discord.sized import (
    ANSWERS,
    COMMANDS,
    FILES,
    MESSAGES,
    V2,
    choice,
    command,
    embed,
    option,
    row,
    select,
)


@pytest.fixture
def limitless(stage: Stage) -> Stage:
    stage.sandbox.rate_limits.enabled = False
    return stage


def test_every_limit_is_tested() -> None:
    elsewhere = {
        *("gateway.sends", "gateway.presences", "gateway.payload", "gateway.guilds", "gateway.identifies"),
        *("page", "guilds.page", "invalid.requests", "followups", "thread.name"),
    }
    assert set(LIMITS) == {*MESSAGES, *FILES, *COMMANDS, *ANSWERS, *elsewhere}


def test_every_limit_names_its_page() -> None:
    assert all(limit.source.startswith("https://docs.discord.com/developers/") for limit in LIMITS.values())


@pytest.mark.parametrize("name", MESSAGES)
async def test_limits_of_messages(api: Api, name: str) -> None:
    most = LIMITS[name].value

    assert (await api.post(MESSAGES[name](most))).status == 200
    refused = await api.post(MESSAGES[name](most + 1))

    _is_invalid_form(refused.status, refused.body)


@pytest.mark.parametrize("name", FILES)
async def test_limits_of_files(api: Api, name: str) -> None:
    most = LIMITS[name].value

    body, count = FILES[name](most)
    assert (await api.post(body, [b"x"] * count)).status == 200
    body, count = FILES[name](most + 1)
    refused = await api.post(body, [b"x"] * count)

    _is_invalid_form(refused.status, refused.body)


@pytest.mark.parametrize("name", COMMANDS)
async def test_limits_of_commands(limitless: Stage, api: Api, name: str) -> None:
    most, path = LIMITS[name].value, f"/applications/{limitless.sandbox.application_id}/commands"

    assert (await api("PUT", path, COMMANDS[name](most))).status == 200
    refused = await api("PUT", path, COMMANDS[name](most + 1))

    assert refused.status == 400
    assert refused.body["code"] == (30032 if name.startswith("commands.") else 50035)


@pytest.mark.parametrize("name", ANSWERS)
async def test_limits_of_answers(stage: Stage, name: str) -> None:
    most, (kind, data) = LIMITS[name].value, ANSWERS[name]
    artist = stage.artist
    action: Any = artist.autocomplete("draw", "style", "x") if kind == 8 else artist.run("draw", {"prompt": "x"})
    task = await stage.begin(action)

    refused = await stage.answer(kind, data(most + 1))
    accepted = await stage.answer(kind, data(most))
    await task

    _is_invalid_form(refused.status, refused.body)
    assert accepted.status == 204


async def test_gateway_messages_per_minute(stage: Stage, connect: Connect) -> None:
    wire = await connect()

    for _ in range(LIMITS["gateway.sends"].value):
        await wire.send(1, None)
        assert (await wire.next())["op"] == 11
    await wire.send(1, None)

    assert await wire.next() == {"closed": 4008}


@pytest.mark.parametrize(
    ("query", "status"), [("limit=100", 200), ("limit=101", 400), ("limit=0", 400), ("before=x", 400)]
)
async def test_the_size_of_a_page(stage: Stage, api: Api, query: str, status: int) -> None:
    assert (await api("GET", f"/channels/{stage.sandbox.channel.id}/messages?{query}")).status == status


@pytest.mark.parametrize(("tier", "more", "status"), [(0, 0, 200), (0, 1, 413), (2, 1, 200)])
async def test_the_size_of_a_file_depends_on_the_tier(
    stage: Stage, api: Api, tier: int, more: int, status: int
) -> None:
    stage.sandbox.guild.premium_tier = tier

    answer = await api.post({}, [bytes(UPLOAD[0].value + more)])

    assert answer.status == status
    if status == 413:
        assert answer.body == {"message": "Request entity too large", "code": 40005}


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413)])
async def test_the_size_of_a_request(api: Api, more: int, status: int) -> None:
    third = REQUEST.value - 2 * 10 * MIB

    answer = await api.post({}, [bytes(10 * MIB), bytes(10 * MIB), bytes(third + more)])

    assert answer.status == status


@pytest.mark.parametrize(
    "body",
    [
        {"content": "nul\0"},
        embed(url="ftp://example.com"),
        embed(image={"url": "file:///etc/passwd"}),
        embed(fields=[{"name": " ", "value": "v"}]),
        embed(timestamp="yesterday"),
        row(label="a", style=5, url="javascript:alert(1)"),
        row(label="a"),
        row(custom_id="no label"),
        row(label="  ", custom_id="blank label"),
        row(label="a", custom_id="a", emoji={"name": "smile"}),
        row(label="a", custom_id="a", emoji={"name": "é"}),
        row(label="a", custom_id="a", emoji={"name": "🎲🎲"}),
        row(label="a", custom_id="a", emoji={}),
        choice(emoji={"name": "漢"}),
        {"embeds": [{}]},
        {"embeds": [{"color": 5, "url": "https://example.com"}]},
        {"embeds": [{"title": "t"}, {"description": " \n ", "title": "\u00a0"}]},
        {"embeds": [{"video": {"url": "https://example.com"}}]},
        {"content": "x", "nonce": True},
        {"content": "x", "nonce": 2**70},
        {"content": "x", "nonce": -(2**63) - 1},
        {"components": [{"type": 2, "style": 1, "label": "a", "custom_id": "a"}]},
        {"components": row(label="a", custom_id="a")["components"] * 2},
        select(options=[]),
        select(options=[{"label": "a", "value": "a"}] * 2),
        {"components": [{"type": 1, "components": []}]},
        {"content": 5},
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        {"content": "x", "flags": V2},
        {"content": "x", "attachments": [{"id": 0}]},
        {"content": "x", "message_reference": {"message_id": "1"}},
    ],
)
async def test_other_bodies_discord_refuses(api: Api, body: Object) -> None:
    refused = await api.post(body)

    _is_invalid_form(refused.status, refused.body)


@pytest.mark.parametrize(
    "body",
    [
        {"embeds": [{"description": "\u200b"}]},
        {"embeds": [{"title": "t", "description": "  "}]},
        {"embeds": [{"footer": {"text": "f"}}, {"image": {"url": "https://example.com/a.png"}}]},
        {"embeds": [{"fields": [{"name": "\u200b", "value": "\u200b"}]}, {"timestamp": "2026-01-01T00:00:00Z"}]},
        row(label="  ", custom_id="a", emoji={"name": "🎲"}),
        row(custom_id="a", emoji={"name": "✖"}),
        row(custom_id="a", emoji={"id": "1", "name": "party"}),
        choice(emoji={"name": "1️⃣"}),
        {"content": "x", "nonce": -(2**63)},
        {"content": "x", "nonce": None},
    ],
)
async def test_other_bodies_discord_accepts(api: Api, body: Object) -> None:
    assert (await api.post(body)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        command(name="Upper"),
        command(name="two words"),
        command(description=""),
        command(description="  "),
        command(description_localizations={"de": " "}),
        option(description=" "),
        option(choices=[{"name": " ", "value": "v"}]),
        option(choices=[{"name": "n", "value": "v"}, {"name": "n", "value": "w"}]),
        option(type=4, choices=[{"name": "n", "value": 2**53}]),
        option(type=4, choices=[{"name": "n", "value": 1.5}]),
        option(type=4, choices=[{"name": "n"}]),
        option(type=10, choices=[{"name": "n", "value": "1"}]),
        option(type=4, min_value=9, max_value=1),
        option(type=4, min_value=-(2**53)),
        option(type=4, min_value=0.5),
        option(type=10, min_value=0.5, max_value=0.25),
        option(type=10, max_value=True),
        option(type=12),
        option(type=5, choices=[{"name": "n", "value": "v"}]),
        option(autocomplete=True, choices=[{"name": "n", "value": "v"}]),
        command(options=[{"type": 3, "name": "o", "description": "d"}] * 2),
        command(
            options=[
                {"type": 3, "name": "o", "description": "d"},
                {"type": 3, "name": "p", "description": "d", "required": True},
            ]
        ),
        command() * 2,
        {"not": "a list"},
    ],
)
async def test_other_commands_discord_refuses(stage: Stage, api: Api, body: object) -> None:
    refused = await api("PUT", f"/applications/{stage.sandbox.application_id}/commands", body)

    _is_invalid_form(refused.status, refused.body)


@pytest.mark.parametrize(
    "body",
    [
        command(description=" d "),
        option(choices=[{"name": "n", "value": "v"}, {"name": "N", "value": "v"}]),
        option(type=4, choices=[{"name": "n", "value": 2**53 - 1}]),
        option(type=10, choices=[{"name": "n", "value": 1.5}]),
        option(type=4, min_value=1, max_value=1),
        option(type=4, min_value=1 - 2**53),
        option(type=10, min_value=-0.5),
        option(type=3, min_value="nobody asks for it here"),
    ],
)
async def test_other_commands_discord_accepts(stage: Stage, api: Api, body: object) -> None:
    assert (await api("PUT", f"/applications/{stage.sandbox.application_id}/commands", body)).status == 200


async def test_errors_are_nested_by_field_and_all_told_at_once(api: Api) -> None:
    refused = await api.post({"content": "x" * 2001, "embeds": [{"title": "ok"}, {"title": "x" * 257}]})

    error = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 256 or fewer in length."}
    assert refused.body["errors"]["embeds"] == {"1": {"title": {"_errors": [error]}}}
    assert "content" in refused.body["errors"]


def _is_invalid_form(status: int, body: Object) -> None:
    assert status == 400
    assert body["code"] == 50035
    assert body["message"] == "Invalid Form Body"
    assert "_errors" in str(body["errors"])
