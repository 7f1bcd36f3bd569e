"""Operators reach every deployment, also in environments that are not on offer; what is unclear is never guessed."""

from collections.abc import AsyncIterator

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import NotFoundOrBroken
from core.errors import DeploymentAmbiguous, NameAmbiguous, NameUnknown
from core.offer import PRODUCTION
from core.operator_errors import EnvironmentUnclear
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.samples import caption
from tests.core.operating import Desk, at_desk


@pytest.fixture
async def desk(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Desk]:
    """Only production is on offer; `poster` is deployed to staging alone, `upscale` to three environments."""
    for name, environment in [("poster", "staging"), ("upscale", "staging"), ("upscale", "public-share")]:
        sandbox.add_deployment(name, caption(), environment)
    async with at_desk(sandbox, api, environments=(PRODUCTION,)) as opened:
        yield opened


async def test_what_is_on_offer_is_found_without_asking(desk: Desk) -> None:
    found = await desk.operators.find_deployment("upscale")
    same = await desk.operators.find_deployment(found.id, PRODUCTION)

    assert found == same
    assert (found.id, desk.sandbox.calls) == (desk.sandbox.deployment("upscale").id, [])


@pytest.mark.parametrize("environment", ["staging", "public-share"])
async def test_the_environment_picks_what_is_not_on_offer(desk: Desk, environment: str) -> None:
    found = await desk.operators.find_deployment("upscale", environment)

    assert (found.id, found.environment) == (desk.sandbox.deployment("upscale", environment).id, environment)


async def test_a_workflow_that_is_deployed_once_needs_no_environment(desk: Desk) -> None:
    poster = desk.sandbox.deployment("poster", "staging")

    by_name = await desk.operators.find_deployment(" Poster ")
    by_workflow = await desk.operators.find_deployment(poster.workflow.id)

    assert by_name.id == by_workflow.id == poster.id


async def test_an_id_reaches_it_in_any_environment(desk: Desk) -> None:
    share = desk.sandbox.deployment("upscale", "public-share")

    found = await desk.operators.find_deployment(f" {share.id.upper()} ")
    other = await desk.operators.find_deployment(share.id, "staging")

    assert (found.id, found.environment) == (share.id, "public-share")
    assert other.id == desk.sandbox.deployment("upscale", "staging").id


async def test_several_environments_are_told_and_not_guessed(desk: Desk) -> None:
    workflow = desk.sandbox.deployment("upscale").workflow

    with pytest.raises(EnvironmentUnclear) as caught:
        await desk.operators.find_deployment(workflow.id)

    assert (caught.value.wanted, caught.value.environment) == ("upscale", None)
    assert set(caught.value.choices) == {PRODUCTION, "staging", "public-share"}


async def test_an_environment_it_is_not_deployed_to_is_told(desk: Desk) -> None:
    with pytest.raises(EnvironmentUnclear) as caught:
        await desk.operators.find_deployment("poster", "preview")

    assert (caught.value.environment, caught.value.choices) == ("preview", ("staging",))


async def test_a_workflow_without_deployments_is_told(desk: Desk) -> None:
    desk.sandbox.add_workflow("only drawn")
    desk.operators.refresh()

    with pytest.raises(EnvironmentUnclear) as caught:
        await desk.operators.find_deployment("only drawn")

    assert caught.value.choices == ()


async def test_a_name_that_several_on_offer_share_is_picked_by_its_environment(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    share = sandbox.add_deployment("upscale", caption(), "public-share")
    async with at_desk(sandbox, api, environments=(PRODUCTION, "public-share")) as desk:
        with pytest.raises(DeploymentAmbiguous):
            await desk.operators.find_deployment("upscale")
        found = await desk.operators.find_deployment("upscale", "public-share")

    assert found.id == share.id


async def test_a_name_that_nothing_has_is_unknown(desk: Desk) -> None:
    with pytest.raises(NameUnknown) as caught:
        await desk.operators.find_deployment("upscal")

    assert (type(caught.value), caught.value.similar) == (NameUnknown, ("upscale",))


async def test_a_name_that_several_workflows_have_is_ambiguous(desk: Desk) -> None:
    for name in ("twin", "other twin"):
        desk.sandbox.add_workflow(name).name = "twin"
    desk.operators.refresh()

    with pytest.raises(NameAmbiguous):
        await desk.operators.find_deployment("twin", "staging")


async def test_an_id_that_nothing_has_is_what_the_api_says(desk: Desk) -> None:
    with pytest.raises(NotFoundOrBroken):
        await desk.operators.find_deployment("00000000-0000-4000-8000-000000000000")
