"""No message of the bot can ping anybody, whatever way it takes to Discord."""

from typing import Any

from stationthis_discord.sandbox.comfydeploy import faults
from tests.e2e.conftest import World, said
from tests.e2e.stage import pressed_again, shown_again


def sent(world: World) -> list[dict[str, Any]]:
    """What the bot has sent that Discord shows as a message, or as the new state of one."""
    bodies = [call.payload for call in world.discord.calls if isinstance(call.payload, dict)]
    inner = [body.get("data") or body for body in bodies]
    return [body for body in inner if "embeds" in body or "content" in body]


async def test_every_message_forbids_all_mentions(world: World) -> None:
    nasty = "@everyone @here <@&1> <@1>"
    first = await world.until(await world.generate(prompt=nasty), "**Done**")
    second = await pressed_again(world, world.artist, first)
    await world.artist.react(second["id"], "🔁")
    await shown_again(world, second)
    await world.artist.run("help")
    await world.artist.run("deployments", {"deployment": nasty})
    await world.new(lambda message: "ref `" in said(message))
    world.api.faults.add("POST", faults.QUEUE, faults.NO_CREDITS, times=1)
    await world.artist.run("generate", {"deployment": "text-to-image", "prompt": nasty})
    await world.new(lambda message: "out of GPU credits" in said(message))

    ways = {call.route for call in world.discord.calls if call.payload}
    assert {"/interactions/{interaction_id}/{webhook_token}/callback", "/webhooks/{webhook_id}/{webhook_token}"} < ways
    assert "/channels/{channel_id}/messages" in ways
    assert len(sent(world)) > 8
    assert [body for body in sent(world) if body.get("allowed_mentions") != {"parse": []}] == []
