"""A fast sandbox, and a client that has its key."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller


@pytest.fixture
async def api() -> AsyncIterator[ComfyDeploySandbox]:
    async with ComfyDeploySandbox(pace=0.02) as sandbox:
        yield sandbox


@pytest.fixture
async def caller(api: ComfyDeploySandbox) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as http:
        yield Caller(api, http)


@pytest.fixture
async def sane() -> AsyncIterator[Caller]:
    """A client of a sandbox that answers with the right status where the real API does not."""
    async with ComfyDeploySandbox(pace=0.02, faithful=False) as sandbox, aiohttp.ClientSession() as http:
        yield Caller(sandbox, http)
