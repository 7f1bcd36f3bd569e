"""Deployments that the operator named, for servers without lists: each costs only itself."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from aiohttp import web

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, KeyRefused, ServerFault, WrongAddress
from core.errors import Flaw
from core.offer import Unreadable
from core.reading import Pinned
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.samples import broken
from tests.core.stub import serving

NOWHERE = "00000000-0000-4000-8000-000000000000"
GONE = Pinned("gone", NOWHERE, NOWHERE)


@pytest.fixture(params=["older", "today"])
async def server(request: pytest.FixtureRequest, quick_retries: None) -> AsyncIterator[ComfyDeploySandbox]:
    async with ComfyDeploySandbox(pace=0.02, older=request.param == "older") as local:
        yield local


@asynccontextmanager
async def offering(server: ComfyDeploySandbox, *pins: Pinned) -> AsyncIterator[Catalog]:
    async with (
        ComfyDeploy.connect(server.url, server.key) as api,
        aclosing(Catalog(api, Terms(ttl=3600.0, pinned=pins))) as catalog,
    ):
        yield catalog


def _pin(server: ComfyDeploySandbox, name: str) -> Pinned:
    row = server.deployment(name)
    return Pinned(name.title(), row.id, row.version.id)


async def test_what_is_pinned_is_on_offer_and_nothing_else(server: ComfyDeploySandbox) -> None:
    async with offering(server, _pin(server, "upscale"), _pin(server, "caption")) as catalog:
        offer = (await catalog.list_deployments()).value

    assert [item.label for item in offer.deployments] == ["Caption", "Upscale"]
    assert {call.path.split("/")[2] for call in server.calls} == {"workflow-version"}


async def test_a_pinned_deployment_brings_what_a_form_needs(server: ComfyDeploySandbox) -> None:
    async with offering(server, _pin(server, "image-to-image")) as catalog:
        deployment = await catalog.find("image-TO-image")
        suggested = catalog.suggest("image", 25)

    row = server.deployment("image-to-image")
    assert (deployment.id, deployment.version_id) == (row.id, row.version.id)
    assert (deployment.workflow_id, deployment.version) == (row.workflow.id, 1)
    assert {item.key for item in deployment.inputs} == {"image", "prompt", "strength", "seed"}
    assert suggested == [deployment]


async def test_equal_names_of_pins_are_told_apart(server: ComfyDeploySandbox) -> None:
    pins = [Pinned("twin", row.id, row.version.id) for row in list(server.deployments)[:2]]
    async with offering(server, *pins) as catalog:
        labels = [item.label for item in (await catalog.list_deployments()).value.deployments]

    assert sorted(labels) == sorted(f"twin ({pin.deployment_id[:8]})" for pin in pins)


async def test_a_pin_that_is_gone_costs_only_itself_and_is_named(server: ComfyDeploySandbox) -> None:
    async with offering(server, GONE, _pin(server, "upscale")) as catalog:
        offer = (await catalog.list_deployments()).value

    assert ([item.label for item in offer.deployments], offer.unreadable) == (
        ["Upscale"],
        (Unreadable("gone", Flaw.GONE),),
    )


async def test_pins_that_are_all_gone_are_an_empty_offer(server: ComfyDeploySandbox) -> None:
    async with offering(server, GONE) as catalog:
        offer = (await catalog.list_deployments()).value

    assert (offer.deployments, offer.unreadable) == ((), (Unreadable("gone", Flaw.GONE),))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(faults.SERVER_ERROR, Flaw.FAULTY), (faults.NOT_JSON, Flaw.ODD), (faults.WRONG_SHAPE, Flaw.ODD)],
    ids=["500", "HTML", "{}"],
)
async def test_a_pin_that_cannot_be_read_costs_only_itself(
    server: ComfyDeploySandbox, fault: faults.Fault, reason: Flaw
) -> None:
    cracked = _pin(server, "caption")
    server.faults.add("GET", f"*/{cracked.version_id}", fault)
    async with offering(server, cracked, _pin(server, "upscale")) as catalog:
        offer = (await catalog.list_deployments()).value

    assert ([item.label for item in offer.deployments], offer.unreadable) == (
        ["Upscale"],
        (Unreadable("Caption", reason),),
    )


@pytest.mark.parametrize(("fault", "error"), [(faults.SERVER_ERROR, ServerFault), (faults.REVOKED, KeyRefused)])
async def test_pins_of_which_none_can_be_read_are_an_error(
    server: ComfyDeploySandbox, fault: faults.Fault, error: type[ApiError]
) -> None:
    server.faults.add("GET", "*", fault)
    async with offering(server, _pin(server, "caption"), _pin(server, "upscale")) as catalog:
        with pytest.raises(error):
            await catalog.list_deployments()


async def test_a_workflow_that_breaks_the_lists_can_be_pinned(server: ComfyDeploySandbox) -> None:
    row = server.add_deployment("cracked", broken())
    async with offering(server, Pinned("cracked", row.id, row.version.id)) as catalog:
        assert (await catalog.find("cracked")).id == row.id


async def test_a_version_that_does_not_say_its_workflow_is_unreadable() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        workflow = {"workflow_id": NOWHERE} if request.path.endswith("1") else {}
        return web.json_response({"id": NOWHERE, "version": 1} | workflow)

    pins = [Pinned(f"pin {number}", NOWHERE, NOWHERE[:-1] + str(number)) for number in (1, 2)]
    async with (
        serving(answer) as stub,
        ComfyDeploy.connect(stub.url, "key") as api,
        aclosing(Catalog(api, Terms(pinned=tuple(pins)))) as catalog,
    ):
        offer = (await catalog.list_deployments()).value

    assert ([item.label for item in offer.deployments], offer.unreadable) == (
        ["pin 1"],
        (Unreadable("pin 2", Flaw.ODD),),
    )


async def test_without_pins_an_older_server_has_nothing_to_offer(quick_retries: None) -> None:
    async with ComfyDeploySandbox(older=True) as older, offering(older) as catalog:
        with pytest.raises(WrongAddress):
            await catalog.list_deployments()
