"""What is on offer: both lists, all pages, whatever is broken, and what is left when the API is down."""

import pytest

from core.cache import Counters, Kept
from core.catalog import Catalog, Offer
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.outputs import Kind
from core.errors import BadReply, KeyRefused, ServerFault, Unreachable
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.samples import broken, caption
from tests.core.shelf import Shelf, item, named
from tests.waiting import until, until_told

LONG = 3600.0
ON_OFFER = [
    "animation",
    "caption",
    "everything",
    "fluid-dreams",
    "image-to-image",
    "portrait-classic",
    "text-to-image",
    "upscale",
]


@pytest.fixture
def catalog(api: ComfyDeploy) -> Catalog:
    return Catalog(api, ["production"], LONG)


async def _if_stale(catalog: Catalog) -> Kept[Offer] | None:
    kept = await catalog.list_deployments()
    return kept if kept.stale else None


async def _labels(catalog: Catalog) -> list[str]:
    return [deployment.label for deployment in (await catalog.list_deployments()).value.deployments]


async def test_both_lists_are_on_offer_and_no_previews(catalog: Catalog) -> None:
    assert await _labels(catalog) == ON_OFFER


async def test_every_environment_asked_for_is_on_offer(api: ComfyDeploy) -> None:
    catalog = Catalog(api, ["staging", "preview"], LONG)

    assert await _labels(catalog) == ["sketchbook", "text-to-image"]


async def test_a_deployment_brings_what_a_form_needs(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    deployment = await catalog.find("image-to-image")

    row = sandbox.deployment("image-to-image")
    assert (deployment.id, deployment.workflow_id, deployment.version) == (row.id, row.workflow.id, 1)
    assert (deployment.name, deployment.environment, deployment.makes) == ("image-to-image", "production", Kind.IMAGE)
    assert [item.key for item in deployment.inputs] == ["image", "prompt", "strength", "seed"]
    assert deployment.roles.seed is deployment.inputs[3]


async def test_the_lists_are_read_once_for_everybody(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for _ in range(5):
        await catalog.list_deployments()

    assert [call.query["is_fluid"] for call in sandbox.calls] == ["false", "true"]
    assert catalog.counters == Counters(hits=4, loads=1, stale=0, failures=0)


async def test_lists_longer_than_a_page_are_read_to_their_end(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for number in range(60):
        sandbox.add_deployment(f"extra-{number:02}", caption())

    labels = await _labels(catalog)

    assert len(labels) == len(set(labels)) == len(ON_OFFER) + 60
    assert [call.query["offset"] for call in sandbox.calls] == ["0", "25", "50", "0"]


async def test_a_list_of_exactly_one_page_is_read_to_its_end() -> None:
    async with Shelf([item(number) for number in range(25)]) as shelf:
        assert len(await _labels(shelf.catalog)) == 25


async def test_a_deployment_that_moves_between_two_pages_counts_once() -> None:
    async with Shelf([item(number) for number in range(60)], shift=1) as shelf:
        offer = (await shelf.catalog.list_deployments()).value

    ids = [deployment.id for deployment in offer.deployments]
    assert len(ids) == len(set(ids))
    assert set(ids) == {str(item(number)["id"]) for number in range(60)}


async def test_a_server_that_knows_no_pages_is_asked_once_for_each_list() -> None:
    async with Shelf([item(number) for number in range(30)], knows_pages=False) as shelf:
        assert len(await _labels(shelf.catalog)) == 30

    assert len(shelf.requests) == 2


async def test_thousands_of_deployments_keep_names_of_their_own() -> None:
    items = [named(number, f"model {number % 500}") for number in range(2000)]
    async with Shelf(items) as shelf:
        labels = await _labels(shelf.catalog)
        suggested = shelf.catalog.suggest("model 499", 25)
        found = await shelf.catalog.find(labels[1234])

    assert len({label.casefold() for label in labels}) == 2000
    assert {"model 499"} <= {deployment.name for deployment in suggested}
    assert all("499" in deployment.label for deployment in suggested)
    assert found.label == labels[1234]


async def test_a_broken_workflow_costs_only_itself_and_is_named(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    sandbox.add_deployment("cracked", broken())

    offer = (await catalog.list_deployments()).value

    assert [deployment.label for deployment in offer.deployments] == ON_OFFER
    assert offer.unreadable == ("cracked",)


async def test_beside_a_broken_workflow_one_without_deployments_is_no_trouble(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.add_deployment("cracked", broken())
    sandbox.deployments.remove(sandbox.deployment("upscale"))

    offer = (await catalog.list_deployments()).value

    assert [deployment.label for deployment in offer.deployments] == [name for name in ON_OFFER if name != "upscale"]
    assert offer.unreadable == ("cracked",)


async def test_a_broken_workflow_is_named_when_it_is_the_only_one(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.deployments.clear()
    sandbox.account.workflows.clear()
    sandbox.add_deployment("cracked", broken())

    offer = (await catalog.list_deployments()).value

    assert (offer.deployments, offer.unreadable) == ((), ("cracked",))


async def test_when_no_workflow_answers_the_api_is_down(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    sandbox.faults.add("GET", "/api/deployments", faults.SERVER_ERROR)
    sandbox.faults.add("GET", "/api/workflow/*", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await catalog.list_deployments()


async def test_when_the_workflows_do_not_answer_either_the_api_is_down(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.faults.add("GET", "*", faults.BAD_GATEWAY)

    with pytest.raises(ServerFault):
        await catalog.list_deployments()


@pytest.mark.parametrize(
    ("unreadable", "name"),
    [
        ({**item(1), "workflow_id": "not an id"}, "thing 1"),
        ({**item(1), "workflow": None, "environment": 7}, "a deployment without a name"),
        (None, "a deployment without a name"),
        ("text", "a deployment without a name"),
    ],
)
async def test_an_item_that_cannot_be_read_costs_only_itself(unreadable: object, name: str) -> None:
    async with Shelf([item(0), unreadable, item(2)]) as shelf:
        offer = (await shelf.catalog.list_deployments()).value

    assert [deployment.label for deployment in offer.deployments] == ["thing 0", "thing 2"]
    assert offer.unreadable == (name,)


@pytest.mark.parametrize("workflow", [None, {"name": ""}, {"name": "   "}])
async def test_a_deployment_without_a_name_is_called_by_its_id(workflow: object) -> None:
    async with Shelf([{**item(0), "workflow": workflow}]) as shelf:
        assert await _labels(shelf.catalog) == [str(item(0)["id"])[:8]]


async def test_spaces_around_a_name_are_not_part_of_it() -> None:
    async with Shelf([named(0, "  flux dev ")]) as shelf:
        assert (await shelf.catalog.find("flux dev")).label == "flux dev"


async def test_a_deployment_whose_workflow_was_never_exported_has_no_inputs() -> None:
    async with Shelf([{**item(0), "version": None}]) as shelf:
        deployment = await shelf.catalog.find("thing 0")

    assert (deployment.inputs, deployment.makes, deployment.version) == ((), Kind.FILE, None)


async def test_nothing_on_offer_is_no_error(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    catalog = Catalog(api, ["private-share"], LONG)

    offer = (await catalog.list_deployments()).value

    assert (offer.deployments, offer.unreadable) == ((), ())


async def test_an_api_that_is_down_at_the_start_is_an_error(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    await sandbox.refuse()

    with pytest.raises(Unreachable):
        await catalog.list_deployments()


async def test_a_refused_key_is_not_mistaken_for_a_broken_workflow(
    sandbox: ComfyDeploySandbox, catalog: Catalog
) -> None:
    sandbox.faults.add("GET", "*", faults.REVOKED)

    with pytest.raises(KeyRefused):
        await catalog.list_deployments()
    assert len(sandbox.calls) == 1


async def test_while_the_api_is_down_the_last_offer_stands_and_says_so(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    catalog = Catalog(api, ["production"], ttl=0.01)
    fresh = await catalog.list_deployments()
    await sandbox.refuse()

    kept = await until_told(lambda: _if_stale(catalog))

    assert (kept.value, kept.loaded_at) == (fresh.value, fresh.loaded_at)
    assert (await catalog.find("upscale")).label == "upscale"


async def test_closing_stops_a_load_under_way(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    sandbox.faults.add("GET", "*", faults.slow(3600))
    catalog.peek()
    await until(lambda: sandbox.calls)

    await catalog.aclose()

    with pytest.raises(RuntimeError, match="closed"):
        await catalog.list_deployments()


async def test_garbage_from_the_api_is_an_error(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    sandbox.faults.add("GET", "*", Fault(status=200, body="<html>"))

    with pytest.raises(BadReply):
        await catalog.list_deployments()


async def test_a_suggestion_before_the_first_load_is_empty_and_starts_it(catalog: Catalog) -> None:
    assert catalog.suggest("cap", 25) == []

    suggested = await until(lambda: catalog.suggest("cap", 25))

    assert [deployment.label for deployment in suggested] == ["caption"]


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("IMAGE text", ["text-to-image"]),
        ("picture from words", ["caption", "image-to-image"]),
        ("animation", ["animation", "everything"]),
        ("  ", ON_OFFER),
        ("no such thing", []),
    ],
)
async def test_suggestions_hold_all_words_typed_whatever_the_case(
    catalog: Catalog, typed: str, labels: list[str]
) -> None:
    await catalog.list_deployments()

    assert [deployment.label for deployment in catalog.suggest(typed, 25)] == labels


async def test_suggestions_are_as_many_as_asked_for(catalog: Catalog) -> None:
    await catalog.list_deployments()

    assert [deployment.label for deployment in catalog.suggest("", 3)] == ON_OFFER[:3]


async def test_recall_gives_the_offer_once_it_is_in_memory(catalog: Catalog) -> None:
    assert catalog.recall() is None

    offer = (await catalog.list_deployments()).value

    assert catalog.recall() is offer
