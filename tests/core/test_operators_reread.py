"""All lists read anew at once: what came of each, also when another fails or hangs."""

from collections.abc import AsyncIterator

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import KeyRefused
from core.errors import TookTooLong
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.operating import Desk, at_desk


@pytest.fixture
async def desk(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Desk]:
    async with at_desk(sandbox, api) as opened:
        yield opened


async def test_what_was_added_elsewhere_is_counted(desk: Desk) -> None:
    before = await desk.operators.reread()
    desk.sandbox.add_machine("new")
    desk.sandbox.add_workflow("new")

    after = await desk.operators.reread()

    counts = [(before[kind], after[kind]) for kind in ("machines", "workflows")]
    assert all(isinstance(old, int) and new == old + 1 for old, new in counts)


async def test_a_list_that_fails_costs_only_itself(desk: Desk) -> None:
    desk.sandbox.faults.add("GET", "/api/workflows", faults.REVOKED)

    found = await desk.operators.reread()

    assert isinstance(found["workflows"], KeyRefused)
    assert all(isinstance(found[kind], int) for kind in ("deployments", "machines"))


async def test_a_list_that_hangs_is_waited_for_no_longer_than_a_person_waits(desk: Desk) -> None:
    desk.sandbox.faults.add("GET", "/api/machines", faults.slow(30))

    found = await desk.operators.reread(patience=0.5)

    assert isinstance(found["machines"], TookTooLong)
    assert all(isinstance(found[kind], int) for kind in ("deployments", "workflows"))
