"""What is not of the account fails the whole load, so that no part of the offer is taken for all of it."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, BadReply, Busy, KeyRefused, NoAnswer, ServerFault, Unreachable
from core.errors import Flaw
from core.offer import Unreadable
from core.reading import Pinned, read_offer, read_pinned
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.samples import broken
from tests.core.shelf import Walkway, item, reading

PRODUCTION = ("production",)
AWAY: dict[str, tuple[Fault, type[ApiError]]] = {
    "502": (faults.BAD_GATEWAY, ServerFault),
    "503": (faults.UNAVAILABLE, ServerFault),
    "504": (faults.GATEWAY_TIMEOUT, ServerFault),
    "520": (faults.page(520, "Web server is returning an unknown error"), ServerFault),
    "429": (faults.rate_limited(60), Busy),
    "cut": (faults.CUT, NoAnswer),
}


@pytest.fixture
async def catalog(api: ComfyDeploy) -> AsyncIterator[Catalog]:
    async with aclosing(Catalog(api, Terms(ttl=3600.0))) as opened:
        yield opened


@pytest.mark.parametrize("away", AWAY)
async def test_a_proxys_failure_for_one_workflow_is_not_taken_for_a_broken_workflow(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, away: str
) -> None:
    fault, error = AWAY[away]
    sandbox.add_deployment("cracked", broken())
    sandbox.faults.add("GET", f"/api/workflow/{sandbox.deployment('upscale').workflow.id}/deployments", fault)

    with pytest.raises((error, NoAnswer)):  # the connection that is closed after the broken one's 500 may fail first
        await read_offer(api, PRODUCTION)


@pytest.mark.parametrize("away", AWAY)
async def test_a_proxys_failure_for_the_list_asks_for_no_workflow(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, away: str
) -> None:
    fault, error = AWAY[away]
    sandbox.faults.add("GET", "/api/deployments", fault)

    with pytest.raises(error):
        await read_offer(api, PRODUCTION)

    assert {call.path for call in sandbox.calls} == {"/api/deployments"}


@pytest.mark.parametrize("away", AWAY)
async def test_a_proxys_failure_for_one_pin_is_not_taken_for_a_broken_version(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, away: str
) -> None:
    fault, error = AWAY[away]
    pins = [
        Pinned(name, row.id, row.version.id) for name in ("upscale", "caption") for row in [sandbox.deployment(name)]
    ]
    sandbox.faults.add("GET", f"*/{pins[1].version_id}", fault)

    with pytest.raises(error):
        await read_pinned(api, pins)


async def test_a_good_offer_outlives_a_proxys_failure_for_one_workflow(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.add_deployment("cracked", broken())
    fresh = await catalog.list_deployments()
    sandbox.faults.add(
        "GET", f"/api/workflow/{sandbox.deployment('upscale').workflow.id}/deployments", faults.UNAVAILABLE
    )
    catalog.invalidate()

    kept = await catalog.list_deployments()

    assert (kept.value, kept.stale) == (fresh.value, True)


async def test_a_good_offer_outlives_a_server_that_can_describe_nothing(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    keep = sandbox.deployment("upscale").workflow
    for workflow in sandbox.account.workflows:
        workflow.deleted = workflow is not keep
    fresh = await catalog.list_deployments()
    sandbox.faults.add("GET", "/api/deployments", faults.SERVER_ERROR)
    sandbox.faults.add("GET", "/api/workflow/*/deployments", faults.SERVER_ERROR)
    catalog.invalidate()

    kept = await catalog.list_deployments()

    assert ([item.label for item in kept.value.deployments], kept.stale) == (["upscale"], True)
    assert not fresh.stale


@pytest.mark.parametrize("lists", [{"one": 500, "other": 500}, {"only": 500}, {}], ids=["two", "one", "none"])
async def test_when_no_workflows_list_can_be_read_nothing_proves_that_the_account_is_well(
    quick_retries: None, lists: dict[str, object]
) -> None:
    async with reading(Walkway(lists)) as (api, _):
        with pytest.raises(ServerFault):
            await read_offer(api, PRODUCTION)


async def test_one_workflow_without_deployments_proves_that_the_account_is_well(quick_retries: None) -> None:
    async with reading(Walkway({"cracked": 500, "empty": []})) as (api, _):
        offer = await read_offer(api, PRODUCTION)

    assert (offer.deployments, offer.unreadable) == ((), (Unreadable("cracked", Flaw.FAULTY),))


async def test_a_key_that_is_refused_ends_the_walk(quick_retries: None) -> None:
    walkway = Walkway({"first": 401} | {f"thing {number}": [item(number)] for number in range(40)})
    async with reading(walkway) as (api, _):
        with pytest.raises(KeyRefused):
            await read_offer(api, PRODUCTION)

    assert len(walkway.asked) < 20


async def test_when_the_workflows_do_not_answer_either_the_api_is_down(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.faults.add("GET", "*", faults.BAD_GATEWAY)

    with pytest.raises(ApiError) as caught:
        await read_offer(api, PRODUCTION)

    assert isinstance(caught.value, ServerFault | Unreachable)


async def test_a_refused_key_is_not_mistaken_for_a_broken_workflow(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.faults.add("GET", "*", faults.REVOKED)

    with pytest.raises(KeyRefused):
        await read_offer(api, PRODUCTION)
    assert len(sandbox.calls) == 1


async def test_garbage_from_the_api_is_an_error(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.faults.add("GET", "*", Fault(status=200, body="<html>"))

    with pytest.raises(BadReply):
        await read_offer(api, PRODUCTION)
