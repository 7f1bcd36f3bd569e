"""Core around a fast sandbox."""

from collections.abc import AsyncIterator

import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.runs.bench import Bench, open_bench


@pytest.fixture
async def bench(sandbox: ComfyDeploySandbox, quick_retries: None) -> AsyncIterator[Bench]:
    async with open_bench(sandbox) as opened:
        yield opened


@pytest.fixture
async def restarted(sandbox: ComfyDeploySandbox, bench: Bench) -> AsyncIterator[Bench]:
    """Another process, which remembers nothing of what `bench` did."""
    async with open_bench(sandbox) as opened:
        yield opened
