"""What the sandbox forgets, so that a long test fits into memory."""

import pytest

from stationthis_discord.sandbox.discord import world as module
from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.interaction import Interaction, Kind
from stationthis_discord.sandbox.discord.messages import Slot, create
from stationthis_discord.sandbox.discord.world import World


def test_old_messages_and_their_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_MESSAGES", 3)
    world = World(lambda: 1_800_000_000.0, 3.0)
    slot = Slot(world.add_channel(world.add_guild("Studio"), "general"), world.bot)

    made = [create(world, slot, {}, [Upload("0", "a.png", b"x")]) for _ in range(5)]

    assert list(world.messages.values()) == list(world.fresh.values()) == made[2:]
    assert [message.deleted for message in made] == [True, True, False, False, False]
    assert len(world.files) == 3


def test_tokens_over_fifteen_minutes_old() -> None:
    now = 1_800_000_000.0
    world = World(lambda: now, 3.0)
    channel = world.add_channel(world.add_guild("Studio"), "general")
    for number in range(3):
        now += 600
        world.add_interaction(Interaction(str(number), f"token {number}", Kind.COMMAND, world.owner, channel, now))

    assert list(world.interactions) == ["token 1", "token 2"]
