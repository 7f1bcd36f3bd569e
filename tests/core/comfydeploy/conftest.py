"""A ComfyUI Deploy of the older kind, and core's client connected to it."""

from collections.abc import AsyncIterator

import pytest

from core.comfydeploy.client import ComfyDeploy
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox


@pytest.fixture
async def older() -> AsyncIterator[ComfyDeploySandbox]:
    async with ComfyDeploySandbox(pace=0.02, older=True) as local:
        yield local


@pytest.fixture
async def old_api(older: ComfyDeploySandbox, quick_retries: None) -> AsyncIterator[ComfyDeploy]:
    async with ComfyDeploy.connect(older.url, older.key) as client:
        yield client
