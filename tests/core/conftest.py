"""A fast local ComfyUI Deploy, and core's client connected to it."""

from collections.abc import AsyncIterator

import pytest

from core.comfydeploy.client import ComfyDeploy
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[ComfyDeploySandbox]:
    async with ComfyDeploySandbox(pace=0.02) as local:
        yield local


@pytest.fixture
async def api(sandbox: ComfyDeploySandbox, quick_retries: None) -> AsyncIterator[ComfyDeploy]:
    async with ComfyDeploy.connect(sandbox.url, sandbox.key) as client:
        yield client
