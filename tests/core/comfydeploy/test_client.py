"""The client as a whole: how it is made, what it is made of, and that its parts share one transport."""

import pytest

from core.comfydeploy.breaker import FAILURES
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import KeyRefused, NoAnswer, Paused
from core.metrics import Metrics
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.comfydeploy.methods import METHODS
from tests.core.comfydeploy.sending import SHORT
from tests.core.stub import cutting, hanging, saying, serving


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/"])
async def test_the_address_may_be_given_with_or_without_api(sandbox: ComfyDeploySandbox, ending: str) -> None:
    async with ComfyDeploy.connect(sandbox.url + ending, sandbox.key) as api:
        workflows = await api.workflows.list_all()

    assert "text-to-image" in [workflow.name for workflow in workflows]
    assert sandbox.calls[-1].path == "/api/workflows"
    assert api.root == f"{sandbox.url}/api"


@pytest.mark.parametrize("url", ["api.example.test", "", "ftp://api.example.test", "https://"])
async def test_an_address_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        async with ComfyDeploy.connect(url, "key"):
            pass


async def test_a_key_that_is_none_is_refused(sandbox: ComfyDeploySandbox) -> None:
    async with ComfyDeploy.connect(sandbox.url, "no-key") as api:
        with pytest.raises(KeyRefused):
            await api.workflows.list_all()


async def test_all_parts_pause_together() -> None:
    async with serving(cutting) as server, ComfyDeploy.connect(server.url, "key") as api:
        for _ in range(FAILURES):
            with pytest.raises(NoAnswer):
                await api.machines.delete("00000000-0000-4000-8000-000000000000")

        for method in METHODS:
            with pytest.raises(Paused):
                await method(api)

    assert len(server.requests) == FAILURES


async def test_its_health_is_that_of_all_parts() -> None:
    async with serving(saying(b"[]")) as server, ComfyDeploy.connect(server.url, "key") as api:
        before = api.health.reachable_since
        await api.machines.list_all()

    assert before is None
    assert api.health.reachable_since is not None


async def test_what_is_called_is_counted_in_the_given_metrics() -> None:
    metrics = Metrics()

    async with serving(saying(b"[]")) as server, ComfyDeploy.connect(server.url, "key", metrics=metrics) as api:
        await api.machines.list_all()

    assert b'stationthis_api_calls_total{operation="GET /machines",outcome="ok"} 1.0' in metrics.exposition()[0]


async def test_the_given_time_outs_hold() -> None:
    async with serving(hanging) as server, ComfyDeploy.connect(server.url, "key", SHORT) as api:
        assert await api.server_time() is None
        with pytest.raises(NoAnswer):
            await api.workflows.clone("00000000-0000-4000-8000-000000000000")


async def test_the_servers_clock_is_told(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    assert await api.server_time() is not None

    assert [call.path for call in sandbox.calls] == ["/api/platform/gpu-pricing"]


async def test_after_the_block_nothing_can_be_sent(sandbox: ComfyDeploySandbox) -> None:
    async with ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        pass

    with pytest.raises(RuntimeError, match="closed"):
        await api.workflows.list_all()
