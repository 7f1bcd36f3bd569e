"""*Remove result* on several runs in one message: it goes while they are under way, and they go on."""

import pytest

from stationthis_discord.sandbox.discord import DiscordSandbox, Person
from tests.cogs.conftest import Start
from tests.cogs.reacting import SEVERAL, SEVERAL_OVER, a_stage
from tests.cogs.ui.conftest import said


@pytest.mark.parametrize(
    ("verbs", "question", "after"),
    [(SEVERAL, "Its runs go on", "🗑 Deleted here."), (SEVERAL_OVER, "with `/runs`", "with `/runs`")],
)
async def test_a_moderator_removes_several_in_one_message(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person, verbs: tuple[str, ...], question: str, after: str
) -> None:
    stage = await a_stage(discord_sandbox, start, artist)
    moderator = discord_sandbox.user("moderator", manage_messages=True)
    message_id = await stage.answer(*verbs)

    shown = await moderator.use_on_message("Remove result", str(message_id))
    asked = str(shown.message_id)
    await discord_sandbox.wait(asked, lambda item: question in said(item))
    await moderator.click(asked, "Delete")

    await discord_sandbox.wait(asked, lambda item: "Deleted here" in said(item) and after in said(item))
    assert not stage.is_there(message_id)
    assert stage.generation.cancelled == []


async def test_it_is_no_way_for_others_to_remove_them(
    discord_sandbox: DiscordSandbox, start: Start, artist: Person
) -> None:
    stage = await a_stage(discord_sandbox, start, artist)
    message_id = await stage.answer(*SEVERAL_OVER)

    await discord_sandbox.user("stranger").click(str(message_id), "delete")

    await discord_sandbox.wait_new(lambda item: "Only they and moderators" in said(item))
    assert stage.is_there(message_id)
