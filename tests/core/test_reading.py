"""The offer as it is read: both lists, all pages, and whatever is broken costs only itself."""

import gc
import json
import tracemalloc

import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.outputs import Kind
from core.errors import Flaw
from core.offer import Offer, Unreadable
from core.reading import Pinned, read_offer, read_pinned
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.samples import broken, caption
from tests.core.shelf import Shelf, Walkway, item, named, reading

PRODUCTION = ("production",)
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


def _labels(offer: Offer) -> list[str]:
    return [deployment.label for deployment in offer.deployments]


async def _offered(shelf: Shelf) -> Offer:
    return (await shelf.catalog.list_deployments()).value


async def test_both_lists_are_on_offer_and_no_previews(api: ComfyDeploy) -> None:
    assert _labels(await read_offer(api, PRODUCTION)) == ON_OFFER


async def test_every_environment_asked_for_is_on_offer(api: ComfyDeploy) -> None:
    assert _labels(await read_offer(api, ("staging", "preview"))) == ["sketchbook", "text-to-image"]


async def test_nothing_on_offer_is_no_error(api: ComfyDeploy) -> None:
    assert await read_offer(api, ("private-share",)) == Offer()


async def test_a_deployment_brings_what_a_form_needs(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    (deployment,) = (await read_offer(api, PRODUCTION)).listing.suggest("image to image", 1)

    row = sandbox.deployment("image-to-image")
    assert (deployment.id, deployment.workflow_id, deployment.version) == (row.id, row.workflow.id, 1)
    assert (deployment.machine_id, deployment.version_id) == (row.machine.id, row.version.id)
    assert (deployment.name, deployment.environment, deployment.makes) == ("image-to-image", "production", Kind.IMAGE)
    assert [item.key for item in deployment.inputs] == ["image", "prompt", "strength", "seed"]
    assert deployment.roles.seed is deployment.inputs[3]


async def test_deployments_are_grouped_by_workflow_and_by_machine(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    offer = await read_offer(api, ("production", "staging"))

    row = sandbox.deployment("text-to-image")
    assert [item.environment for item in offer.of_workflow[row.workflow.id]] == ["production", "staging"]
    assert row.id in {item.id for item in offer.on_machine[row.machine.id]}
    assert [item.name for item in offer.deployments if item.is_fluid] == ["fluid-dreams"]


async def test_lists_longer_than_a_page_are_read_to_their_end(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    for number in range(60):
        sandbox.add_deployment(f"extra-{number:02}", caption())

    labels = _labels(await read_offer(api, PRODUCTION))

    assert len(labels) == len(set(labels)) == len(ON_OFFER) + 60
    assert [call.query["offset"] for call in sandbox.calls] == ["0", "25", "50", "0"]


async def test_a_list_of_exactly_one_page_is_read_to_its_end() -> None:
    async with Shelf([item(number) for number in range(25)]) as shelf:
        assert len((await _offered(shelf)).deployments) == 25


async def test_a_deployment_that_moves_between_two_pages_counts_once() -> None:
    async with Shelf([item(number) for number in range(60)], shift=1) as shelf:
        offer = await _offered(shelf)

    ids = [deployment.id for deployment in offer.deployments]
    assert len(ids) == len(set(ids))
    assert set(ids) == {str(item(number)["id"]) for number in range(60)}


@pytest.mark.parametrize(("count", "requests"), [(30, 2), (25, 3)])
async def test_a_server_that_knows_no_pages_is_not_asked_for_ever(count: int, requests: int) -> None:
    async with Shelf([item(number) for number in range(count)], knows_pages=False) as shelf:
        assert len((await _offered(shelf)).deployments) == count

    assert len(shelf.requests) == requests


@pytest.mark.parametrize(
    ("unreadable", "name"),
    [
        ({**item(1), "workflow_id": "not an id"}, "thing 1"),
        ({**item(1), "workflow": None, "environment": 7}, "a deployment without a name"),
        (None, "a deployment without a name"),
        ("text", "a deployment without a name"),
    ],
)
async def test_a_page_that_cannot_be_read_as_a_whole_is_read_item_by_item(unreadable: object, name: str) -> None:
    async with Shelf([item(0), unreadable, item(2)]) as shelf:
        offer = await _offered(shelf)

    assert (_labels(offer), offer.unreadable) == (["thing 0", "thing 2"], (Unreadable(name, Flaw.ODD),))


async def test_unreadable_items_count_for_the_length_of_a_page() -> None:
    async with Shelf([*(item(number) for number in range(20)), *[None] * 5, item(99)]) as shelf:
        offer = await _offered(shelf)

    assert "thing 99" in _labels(offer)


@pytest.mark.parametrize("workflow", [None, {"name": ""}, {"name": "   "}])
async def test_a_deployment_without_a_name_is_called_by_its_id(workflow: object) -> None:
    async with Shelf([{**item(0), "workflow": workflow}]) as shelf:
        assert _labels(await _offered(shelf)) == [str(item(0)["id"])[:8]]


async def test_spaces_around_a_name_are_not_part_of_it() -> None:
    async with Shelf([named(0, "  flux dev ")]) as shelf:
        assert _labels(await _offered(shelf)) == ["flux dev"]


async def test_a_deployment_whose_workflow_was_never_exported_has_no_inputs() -> None:
    async with Shelf([{**item(0), "version": None}]) as shelf:
        (deployment,) = (await _offered(shelf)).deployments

    assert (deployment.inputs, deployment.makes, deployment.version) == ((), Kind.FILE, None)


async def test_a_broken_workflow_costs_only_itself_and_is_named(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    sandbox.add_deployment("cracked", broken())

    offer = await read_offer(api, PRODUCTION)

    assert (_labels(offer), offer.unreadable) == (ON_OFFER, (Unreadable("cracked", Flaw.FAULTY),))


async def test_beside_a_broken_workflow_one_without_deployments_is_no_trouble(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    sandbox.add_deployment("cracked", broken())
    sandbox.deployments.remove(sandbox.deployment("upscale"))

    offer = await read_offer(api, PRODUCTION)

    assert _labels(offer) == [name for name in ON_OFFER if name != "upscale"]
    assert offer.unreadable == (Unreadable("cracked", Flaw.FAULTY),)


async def test_no_more_than_four_workflows_are_asked_for_at_once(quick_retries: None) -> None:
    walkway = Walkway({f"thing {number}": [item(number)] for number in range(20)})
    async with reading(walkway) as (api, _):
        offer = await read_offer(api, PRODUCTION)

    assert (len(offer.deployments), walkway.most_at_once) == (20, 4)


@pytest.mark.parametrize(("said", "reason"), [(500, Flaw.FAULTY), ({"no": "list"}, Flaw.ODD)], ids=["500", "no list"])
async def test_a_workflow_whose_list_is_no_use_costs_only_itself(
    quick_retries: None, said: object, reason: Flaw
) -> None:
    async with reading(Walkway({"cracked": said, "fine": [named(1, "fine")], "empty": []})) as (api, _):
        offer = await read_offer(api, PRODUCTION)

    assert (_labels(offer), offer.unreadable) == (["fine"], (Unreadable("cracked", reason),))


async def test_a_list_that_is_none_is_walked_around_like_a_broken_one(quick_retries: None) -> None:
    async with reading(Walkway({"fine": [named(1, "fine")]}, broken={"too": "large"})) as (api, _):
        assert _labels(await read_offer(api, PRODUCTION)) == ["fine"]


async def test_what_was_read_before_the_list_broke_is_not_on_offer_twice(quick_retries: None) -> None:
    items = [item(number) for number in range(30)]
    walkway = Walkway({"thing 0": items[:1], "others": items[1:]})

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/api/deployments" and request.query["offset"] == "0":
            return web.json_response(items[:25])
        return await walkway(request)

    async with reading(answer) as (api, _):
        offer = await read_offer(api, PRODUCTION)

    assert sorted(deployment.id for deployment in offer.deployments) == [
        str(item(number)["id"]) for number in range(30)
    ]


def _loading(number: int, environment: str = "production", **fields: object) -> dict[str, object]:
    """A deployment that asks for a LoRA and names models itself."""
    asked = {"class_type": "ComfyUIDeployExternalLora", "inputs": {"input_id": "lora", "default_lora_name": "own.pt"}}
    graph = {"1": asked, "2": {"class_type": "SomebodysLoader", "inputs": fields}}
    version = {"version": 1, "workflow_api": graph}
    return named(number, f"thing {number}", environment) | {"version": version}


def _options(offer: Offer) -> list[tuple[str, ...]]:
    return [declared.options for deployment in offer.deployments for declared in deployment.inputs]


async def test_inputs_for_models_can_be_searched_among_all_names_of_the_account() -> None:
    items = [
        _loading(0, lora_name="b.pt"),
        _loading(1, "staging", lora_name="a.pt", ckpt_name="base.pt"),
        item(2),
    ]
    async with Shelf(items) as shelf:
        offer = await _offered(shelf)

    assert _options(offer) == [("a.pt", "b.pt", "own.pt")]


async def test_names_of_models_are_shared_not_copied() -> None:
    async with Shelf([_loading(number, lora_name=f"{number:02}.pt") for number in range(60)]) as shelf:
        first, *others = _options(await _offered(shelf))

    assert len(first) == 61
    assert all(options is first for options in others)


async def test_names_of_models_are_found_where_each_workflow_is_asked_for_its_own(quick_retries: None) -> None:
    lists = {"one": [_loading(1, lora_name="a.pt")], "two": [_loading(2, lora_name="b.pt")]}
    async with reading(Walkway(lists)) as (api, _):
        offer = await read_offer(api, PRODUCTION)

    assert _options(offer) == [("a.pt", "b.pt", "own.pt")] * 2


async def test_names_of_models_are_found_in_pinned_versions(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    rows = [sandbox.deployment(name) for name in ("everything", "text-to-image")]

    offer = await read_pinned(api, [Pinned(row.workflow.name, row.id, row.version.id) for row in rows])

    found = {declared.key: declared.options for deployment in offer.deployments for declared in deployment.inputs}
    assert (found["lora"], found["ckpt"], found["face"]) == (
        ("detail.safetensors",),
        ("sd_xl_base_1.0.safetensors",),
        ("face.safetensors",),
    )


async def test_nothing_of_the_graphs_is_kept() -> None:
    pages = [json.dumps([_with_a_graph(number) for number in range(start, start + 25)]) for start in range(0, 500, 25)]

    async def answer(request: web.Request) -> web.StreamResponse:
        page = int(request.query["offset"]) // 25 if request.query["is_fluid"] == "false" else len(pages)
        return web.Response(text=pages[page] if page < len(pages) else "[]")

    async with reading(answer) as (api, stub):
        await read_offer(api, ("staging",))  # what is made once is made
        tracemalloc.start()
        offer = await read_offer(api, PRODUCTION)
        stub.requests.clear()
        gc.collect()
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    sent = sum(map(len, pages))
    assert (len(offer.deployments), {len(found.inputs) for found in offer.deployments}) == (500, {1})
    assert sent > 500 * 30_000
    assert kept < sent / 10
    assert peak < sent / 2


def _with_a_graph(number: int) -> dict[str, object]:
    prompt = {"class_type": "ComfyUIDeployExternalText", "inputs": {"input_id": "prompt", "default_value": "a fox"}}
    filler = {str(node): {"class_type": "Note", "inputs": {"text": f"{number}/{node} " * 700}} for node in range(1, 9)}
    return item(number) | {"version": {"version": 1, "workflow_api": {"0": prompt} | filler}}
