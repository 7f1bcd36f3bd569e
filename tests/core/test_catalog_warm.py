"""A catalog that is told to be warm reads every list by itself, and tries again while the API is away."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from core.catalog import KINDS, Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.waiting import until

LISTS = {"/api/deployments", "/api/workflows", "/api/machines"}


@pytest.fixture
async def catalog(api: ComfyDeploy) -> AsyncIterator[Catalog]:
    async with aclosing(Catalog(api, Terms(ttl=3600.0, machines_ttl=3600.0), cool_down=0.02)) as opened:
        yield opened


def _read(catalog: Catalog) -> bool:
    return all(catalog.cache(kind).age is not None for kind in KINDS)


async def test_every_list_is_read_though_nobody_asks(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    catalog.warm()
    await until(lambda: _read(catalog))

    assert {call.path for call in sandbox.calls} == LISTS
    assert [catalog.cache(kind).counters.loads for kind in KINDS] == [1, 1, 1]


async def test_lists_that_cannot_be_read_at_the_start_are_tried_until_they_can(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.faults.add("GET", "*", faults.REVOKED)
    catalog.warm()
    await until(lambda: all(catalog.cache(kind).counters.failures > 1 for kind in KINDS))
    before = [catalog.cache(kind).age for kind in KINDS]

    sandbox.faults.clear()
    await until(lambda: _read(catalog))

    assert before == [None] * 3


async def test_a_list_that_was_read_is_not_read_again_for_one_that_was_not(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.faults.add("GET", "/api/machines", faults.REVOKED)
    catalog.warm()

    await until(lambda: catalog.machines.counters.failures > 3 and catalog.deployments.age and catalog.workflows.age)

    assert [catalog.cache(kind).counters.loads for kind in ("deployments", "workflows")] == [1, 1]


async def test_how_versions_were_used_is_counted(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for _ in range(3):
        await catalog.list_versions(sandbox.deployment("upscale").workflow.id)

    assert (catalog.version_counters.loads, catalog.version_counters.hits) == (1, 2)
