"""Single workflows and machines, put together from what can be read of them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NamedTuple

import pytest

from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.deadline import PATIENCE
from core.details import Details
from core.errors import NameUnknown, TookTooLong
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults


class Place(NamedTuple):
    sandbox: ComfyDeploySandbox
    api: ComfyDeploy
    catalog: Catalog
    details: Details


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with (
        ComfyDeploySandbox() as sandbox,
        ComfyDeploy.connect(sandbox.url, sandbox.key) as api,
        aclosing(Catalog(api, Terms())) as catalog,
        aclosing(Details(api, catalog)) as details,
    ):
        yield Place(sandbox, api, catalog, details)


async def test_a_workflow_has_all_that_the_lists_and_itself_tell(place: Place) -> None:
    found = await place.details.of_workflow("upscale")

    assert found.whole is not None
    assert found.whole.description == "The same picture, larger"
    assert [row.version for row in found.versions or ()] == [1]
    assert [item.label for item in found.deployments or ()] == ["upscale"]
    assert found.machine == "serverless"
    assert found.old_since is None


async def test_a_machine_has_its_limits_and_what_runs_on_it(place: Place) -> None:
    found = await place.details.of_machine("classic")

    assert found.whole is not None
    assert (found.whole.concurrency_limit, found.whole.run_timeout, found.whole.keep_warm) == (2, 300, 0)
    assert [item.label for item in found.deployments or ()] == ["portrait-classic"]


async def test_a_change_is_seen_at_once(place: Place) -> None:
    await place.details.of_workflow("upscale")
    place.sandbox.deployment("upscale").workflow.description = "Larger"

    found = await place.details.of_workflow("upscale")

    assert found.whole is not None
    assert found.whole.description == "Larger"


@pytest.mark.parametrize(
    ("path", "part"),
    [("/api/workflow/*/versions", "versions"), ("/api/deployments", "deployments"), ("/api/machines", "machine")],
)
async def test_what_cannot_be_read_costs_nothing_else(place: Place, path: str, part: str) -> None:
    place.sandbox.faults.add("GET", path, faults.REVOKED)

    found = await place.details.of_workflow("upscale")

    missing = {name for name in ("whole", "versions", "deployments", "machine") if getattr(found, name) is None}
    assert missing == {part}


PARTS = {
    "versions": "/api/workflow/*/versions",
    "deployments": "/api/deployments",
    "machine": "/api/machines",
    "whole": "/api/workflow/????????-????-????-????-????????????",
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_hangs_costs_only_itself(place: Place, part: str) -> None:
    await place.catalog.list_workflows()
    place.sandbox.faults.add("GET", PARTS[part], faults.SILENT_AFTER)

    async with aclosing(Details(place.api, place.catalog, share=1.5)) as hurried:
        found = await hurried.of_workflow("upscale")

    missing = {name for name in ("whole", "versions", "deployments", "machine") if getattr(found, name) is None}
    assert missing == {part}


async def test_of_a_machine_that_hangs_the_rest_is_shown(place: Place) -> None:
    await place.catalog.list_machines()
    place.sandbox.faults.add("GET", "/api/machine/*", faults.SILENT_AFTER)

    async with aclosing(Details(place.api, place.catalog, share=1.5)) as hurried:
        found = await hurried.of_machine("classic")

    assert found.whole is None
    assert [item.label for item in found.deployments or ()] == ["portrait-classic"]


@pytest.mark.parametrize("kind", ["workflow", "machine"])
async def test_a_list_that_hangs_leaves_the_parts_their_share_of_the_wait(place: Place, kind: str) -> None:
    place.sandbox.faults.add("GET", f"/api/{kind}s", faults.SILENT_AFTER)

    async with aclosing(Details(place.api, place.catalog, share=PATIENCE - 0.05)) as hurried:
        with pytest.raises(TookTooLong) as caught:
            await (hurried.of_workflow("upscale") if kind == "workflow" else hurried.of_machine("classic"))

    assert caught.value.seconds == pytest.approx(0.05)


async def test_how_single_things_were_used_is_counted(place: Place) -> None:
    await place.details.of_workflow("upscale")
    await place.details.of_machine("classic")

    assert place.details.counters.loads == 2


async def test_of_what_was_read_before_the_last_is_shown_with_its_age(place: Place) -> None:
    first = await place.details.of_machine("classic")
    await place.sandbox.refuse()

    found = await place.details.of_machine("classic")

    assert found.whole == first.whole
    assert found.old_since is not None


async def test_what_was_deleted_since_the_list_was_read_is_not_shown(place: Place) -> None:
    await place.details.of_workflow("upscale")
    await place.details.of_machine("classic")
    place.sandbox.deployment("upscale").workflow.deleted = True
    place.sandbox.deployment("portrait-classic").machine.deleted = True

    with pytest.raises(NameUnknown):
        await place.details.of_workflow("upscale")
    with pytest.raises(NameUnknown):
        await place.details.of_machine("classic")


async def test_without_any_list_there_is_an_error(place: Place) -> None:
    await place.sandbox.refuse()

    with pytest.raises(ApiError):
        await place.details.of_workflow("upscale")
