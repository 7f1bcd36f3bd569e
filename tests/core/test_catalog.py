"""What is on offer, found by name and suggested from memory, and what is left of it when the API is down."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from core.cache import Counters, Kept
from core.catalog import Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import Unreachable
from core.errors import DeploymentAmbiguous, DeploymentNotFound
from core.offer import Offer
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.samples import animation, text_to_image
from tests.core.shelf import Shelf, named
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
async def catalog(api: ComfyDeploy) -> AsyncIterator[Catalog]:
    async with aclosing(Catalog(api, Terms(ttl=LONG))) as opened:
        yield opened


async def _if_stale(catalog: Catalog) -> Kept[Offer] | None:
    kept = await catalog.list_deployments()
    return kept if kept.stale else None


async def test_the_lists_are_read_once_for_everybody(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for _ in range(5):
        await catalog.list_deployments()

    assert [call.query["is_fluid"] for call in sandbox.calls] == ["false", "true"]
    assert catalog.deployments.counters == Counters(hits=4, loads=1)


async def test_only_the_environments_of_the_terms_are_on_offer(api: ComfyDeploy) -> None:
    catalog = Catalog(api, Terms(("staging", "preview"), LONG))

    assert [item.label for item in (await catalog.list_deployments()).value.deployments] == [
        "sketchbook",
        "text-to-image",
    ]


async def test_a_deployment_is_found_by_id_label_and_name(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    row = sandbox.deployment("upscale")

    assert [(await catalog.find(wanted)).id for wanted in (row.id, "upscale", " UPSCALE ")] == [row.id] * 3


async def test_equal_names_are_told_apart_by_their_labels(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for is_fluid in (False, True):
        sandbox.add_deployment("twin", text_to_image(), is_fluid=is_fluid)

    with pytest.raises(DeploymentAmbiguous) as caught:
        await catalog.find("twin")

    found = [await catalog.find(label) for label in caught.value.choices]
    assert [item.name for item in found] == ["twin", "twin"]
    assert len({item.id for item in found}) == 2


async def test_what_is_not_on_offer_is_told_with_what_comes_close(catalog: Catalog) -> None:
    with pytest.raises(DeploymentNotFound) as caught:
        await catalog.find("capton")

    assert caught.value.similar == ("caption",)


async def test_thousands_of_deployments_keep_names_of_their_own() -> None:
    async with Shelf([named(number, f"model {number % 500}") for number in range(2000)]) as shelf:
        labels = [item.label for item in (await shelf.catalog.list_deployments()).value.deployments]
        suggested = shelf.catalog.suggest("model 499", 25)
        found = await shelf.catalog.find(labels[1234])

    assert len({label.casefold() for label in labels}) == 2000
    assert {"model 499"} <= {deployment.name for deployment in suggested}
    assert all("499" in deployment.label for deployment in suggested)
    assert found.label == labels[1234]


async def test_an_api_that_is_down_at_the_start_is_an_error(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    await sandbox.refuse()

    with pytest.raises(Unreachable):
        await catalog.list_deployments()


async def test_while_the_api_is_down_the_last_offer_stands_and_says_so(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    async with aclosing(Catalog(api, Terms(ttl=0.01))) as catalog:
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


async def test_a_suggestion_before_the_first_load_is_empty_and_starts_it(catalog: Catalog) -> None:
    assert catalog.suggest("cap", 25) == []

    suggested = await until(lambda: catalog.suggest("cap", 25))

    assert suggested[0].label == "caption"


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("IMAGE text", ["text-to-image"]),
        ("picture from words", ["caption", "image-to-image"]),
        ("animation", ["animation", "everything"]),
        ("  ", ON_OFFER),
    ],
)
async def test_what_has_all_words_typed_is_suggested_first(catalog: Catalog, typed: str, labels: list[str]) -> None:
    await catalog.list_deployments()

    assert [deployment.label for deployment in catalog.suggest(typed, len(labels))] == labels


@pytest.mark.parametrize(("typed", "name"), [("staging", "text-to-image"), ("preview", "sketchbook")])
async def test_an_environment_suggests_what_is_in_it(api: ComfyDeploy, typed: str, name: str) -> None:
    async with aclosing(Catalog(api, Terms(("production", "staging", "preview"), LONG))) as catalog:
        await catalog.list_deployments()

        suggested = catalog.suggest(typed, 25)

    assert [(item.name, item.environment) for item in suggested] == [(name, typed)]


@pytest.mark.parametrize("typed", ["video", "staging"])
async def test_however_long_a_description_is_kind_and_environment_are_found(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, typed: str
) -> None:
    row = sandbox.add_deployment("wordy", animation(), "staging")
    row.description = "very many words " * 100
    async with aclosing(Catalog(api, Terms(("staging",), LONG))) as catalog:
        await catalog.list_deployments()

        suggested = catalog.suggest(typed, 25)

    assert row.id in {item.id for item in suggested}


async def test_what_is_like_nothing_on_offer_suggests_nothing(catalog: Catalog) -> None:
    await catalog.list_deployments()

    assert catalog.suggest("xyzzy", 25) == []


async def test_suggestions_are_as_many_as_asked_for(catalog: Catalog) -> None:
    await catalog.list_deployments()

    assert [deployment.label for deployment in catalog.suggest("", 3)] == ON_OFFER[:3]


async def test_recall_gives_the_offer_once_it_is_in_memory(catalog: Catalog) -> None:
    assert catalog.recall() is None

    offer = (await catalog.list_deployments()).value

    assert catalog.recall() is offer


async def test_recall_forgets_what_was_invalidated_and_peek_does_not(catalog: Catalog) -> None:
    offer = (await catalog.list_deployments()).value

    catalog.invalidate("deployments")

    assert catalog.recall() is None
    kept = catalog.peek()
    assert kept is not None
    assert kept.value is offer
