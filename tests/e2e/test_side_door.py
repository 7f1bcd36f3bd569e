"""The side door of the real process: what it says before and after Discord is there, and that it keeps secrets."""

import re
from pathlib import Path

import aiohttp

from tests.e2e.conftest import World, a_world


async def get(world: World, path: str) -> tuple[int, str]:
    found = re.search(r"address=(http://[\d.:]+)", await world.logged("web.open"))
    assert found
    async with aiohttp.ClientSession() as http, http.get(found[1] + path) as reply:
        return reply.status, await reply.text()


async def test_readiness_and_counts_are_served_and_secrets_are_not(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.settings["STATIONTHIS_HTTP_BIND"] = "127.0.0.1:0"
        await world.start()
        await world.until(await world.generate(prompt="fox"), "**Done**")
        await world.logged("run.delivered")

        status, ready = await get(world, "/readyz")
        _, counts = await get(world, "/metrics")

    assert (status, ready) == (200, '{"ready": true}')
    assert 'stationthis_runs_over_total{outcome="success"} 1.0' in counts
    assert 'stationthis_api_calls_total{operation="POST /run/deployment/queue",outcome="ok"} 1.0' in counts
    assert [secret for secret in (world.api.key, world.discord.token, "fox") if secret in counts] == []


async def test_it_says_what_a_start_waits_for(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.settings["STATIONTHIS_HTTP_BIND"] = "127.0.0.1:0"
        await world.api.refuse()
        await world.start()
        await world.logged("bot.ready")

        status, ready = await get(world, "/readyz")
        healthy, _ = await get(world, "/healthz")

    assert (status, ready) == (503, '{"ready": false, "waiting_for": ["deployments"]}')
    assert healthy == 200
