"""Where the app is: in a server, only with a person (user install), in DMs; and what it can do there."""

import aiohttp
import discord
import pytest
from discord import app_commands

from stationthis_discord.sandbox.discord import MEMBER, Channel, DiscordSandbox, DriverError, Permission, Person
from tests.stationthis_discord.sandbox.discord.conftest import Api, Bot, Object, Stage, Start


@pytest.fixture
async def abroad(stage: Stage, api: Api) -> Person:
    """The artist has the app, and is in a server where the app is not."""
    guild = stage.sandbox.add_guild("Abroad", installed=False)
    channel = stage.sandbox.add_channel("far", guild)
    return stage.sandbox.user("traveller", channel=channel).install()


async def owners(stage: Stage, person: Person, answer: Object | None = None) -> Object:
    task = await stage.begin(person.run("draw", {"prompt": "x"}))
    await stage.answer(4, answer or {"content": "x"})
    await task
    found: Object = stage.interaction["authorizing_integration_owners"]
    return found


async def test_by_the_server_and_by_the_person(stage: Stage, abroad: Person) -> None:
    home, artist = stage.sandbox.guild.id, stage.artist

    assert await owners(stage, artist) == {"0": home}
    assert await owners(stage, artist.dm()) == {"0": "0"}
    artist.install()
    assert await owners(stage, artist) == {"0": home, "1": artist.id}
    assert await owners(stage, artist.dm()) == {"0": "0", "1": artist.id}
    assert await owners(stage, abroad) == {"1": abroad.id}
    assert await owners(stage, abroad.dm()) == {"1": abroad.id}


@pytest.mark.parametrize("number", [1, 2])
async def test_in_a_dm_of_people_without_the_bot(stage: Stage, number: int) -> None:
    friends = [stage.sandbox.user(f"friend{index}") for index in range(number)]
    channel = stage.sandbox.add_private(stage.artist, *friends)

    assert await owners(stage, stage.artist.install().at(channel)) == {"1": stage.artist.id}

    payload = stage.interaction
    assert (payload["context"], payload["channel"]["type"]) == (2, 1 if number == 1 else 3)
    assert "guild_id" not in payload
    assert payload["user"]["id"] == stage.artist.id
    with pytest.raises(DriverError, match="not offered"):
        await friends[0].at(channel).run("draw", {"prompt": "x"})


async def test_only_the_token_works_where_the_app_is_not(stage: Stage, api: Api, abroad: Person) -> None:
    task = await stage.begin(abroad.run("draw", {"prompt": "x"}))
    await stage.answer(5)
    shown = await task
    channel = f"/channels/{abroad.channel.id}"

    edited = await stage.hook("PATCH", "/messages/@original", {"content": "done"})

    assert edited.status == 200
    for method, path in (("GET", ""), ("POST", "/messages"), ("PATCH", f"/messages/{shown.message_id}")):
        refused = await api(method, channel + path, {"content": "x"} if method != "GET" else None)
        assert (refused.status, refused.body["code"]) == (403, 50001)
    assert (await api("GET", f"/guilds/{stage.sandbox.add_guild('Else', installed=False).id}")).body["code"] == 10004


async def test_five_followups_are_all(stage: Stage, abroad: Person) -> None:
    await owners(stage, abroad)
    answers = [await stage.hook("POST", "", {"content": str(number)}) for number in range(5)]
    stage.sandbox.rate_limits.enabled = False
    refused = await stage.hook("POST", "", {"content": "6"})

    assert [answer.status for answer in answers] == [200] * 5
    assert (refused.status, refused.body["code"]) == (400, 40094)


async def test_in_a_server_of_the_app_there_may_be_more(stage: Stage) -> None:
    stage.sandbox.rate_limits.enabled = False
    await owners(stage, stage.artist.install())

    assert [(await stage.hook("POST", "", {"content": "x"})).status for _ in range(6)] == [200] * 6


async def test_without_external_apps_answers_are_for_one_person(stage: Stage, abroad: Person) -> None:
    abroad.channel.permit(abroad.user, MEMBER & ~Permission.USE_EXTERNAL_APPS)

    await owners(stage, abroad)
    quiet = await stage.hook("GET", "/messages/@original")
    followup = await stage.hook("POST", "", {"content": "y"})

    assert quiet.body["flags"] & 64
    assert followup.body["flags"] & 64


async def test_a_click_runs_by_the_installation_of_the_message(stage: Stage, abroad: Person) -> None:
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
    await owners(stage, abroad, {"content": "x", "components": [{"type": 1, "components": [button]}]})
    message = next(reversed(stage.sandbox._world.messages))  # noqa: SLF001 - the one just made
    stranger = stage.sandbox.user("stranger", channel=abroad.channel)

    task = await stage.begin(stranger.click(message, "Again"))
    await stage.answer(6)
    await task

    assert stage.interaction["authorizing_integration_owners"] == {"1": abroad.id}


async def test_commands_keep_to_their_places(sandbox: DiscordSandbox, stage: Stage, api: Api) -> None:
    body: list[Object] = [
        {"name": "dm", "description": "d", "contexts": [1]},
        {"name": "server", "description": "d", "contexts": [0]},
        {"name": "mine", "description": "d", "integration_types": [1]},
        {"name": "theirs", "description": "d", "integration_types": [0]},
    ]
    await api("PUT", f"/applications/{sandbox.application_id}/commands", body)
    artist = stage.artist

    for name, person in (("dm", artist), ("server", artist.dm()), ("mine", artist)):
        with pytest.raises(DriverError, match="not offered"):
            await person.run(name)
    artist.install()
    outside = artist.at(sandbox.add_private(artist, sandbox.user("friend")))
    with pytest.raises(DriverError, match="not offered"):
        await outside.run("theirs")
    for name, person in (("dm", artist.dm()), ("server", artist), ("mine", outside)):
        task = await stage.begin(person.run(name))
        await stage.answer(5)
        assert (await task).message_id


async def test_an_app_without_user_install_can_not_ask_for_it(session: aiohttp.ClientSession) -> None:
    async with DiscordSandbox(installs=(0,)) as sandbox:
        api, path = Api(sandbox, session), f"/applications/{sandbox.application_id}/commands"
        refused = await api("POST", path, {"name": "a", "description": "d", "integration_types": [0, 1]})
        accepted = await api("POST", path, {"name": "a", "description": "d"})
        config = (await api("GET", "/applications/@me")).body["integration_types_config"]

    assert (refused.status, refused.body["code"]) == (400, 50035)
    assert (accepted.body["integration_types"], list(config)) == ([0], ["0"])


async def test_with_discord_py(sandbox: DiscordSandbox, start: Start) -> None:
    bot = Bot(discord.Intents.none())

    @bot.tree.command(description="d")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def where(interaction: discord.Interaction) -> None:
        told = [interaction.is_user_integration(), interaction.is_guild_integration()]
        await interaction.response.send_message(f"{told} {interaction.context.private_channel}")

    await start(bot)
    artist, friend = sandbox.user("artist"), sandbox.user("friend")
    group = sandbox.add_private(artist, friend, sandbox.user("third"))

    async def ask(channel: Channel) -> str:
        return str(sandbox.message((await artist.at(channel).run("where")).message_id)["content"])

    assert await ask(sandbox.channel) == "[False, True] False"
    artist.install()
    assert await ask(sandbox.channel) == "[True, True] False"
    assert await ask(group) == "[True, False] True"
    assert sandbox.violations == []


async def test_strangers_can_not_be_written_to(sandbox: DiscordSandbox, api: Api) -> None:
    guild = sandbox.add_guild("Abroad", installed=False)
    stranger = sandbox.user("stranger", channel=sandbox.add_channel("far", guild))
    path = f"/channels/{stranger.dm().channel.id}/messages"

    assert (await api("POST", path, {"content": "x"})).body["code"] == 50007
    stranger.install()
    assert (await api("POST", path, {"content": "x"})).status == 200
