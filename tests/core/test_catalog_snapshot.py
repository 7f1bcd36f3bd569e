"""The lists of the last process stand in while ComfyUI Deploy is away from the start, and only then."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.cache import Kept
from core.catalog import KINDS, Catalog, Terms
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import Unreachable
from core.comfydeploy.values import Given
from core.forms.wish import Wish
from core.offer import Offer
from core.reading import Pinned
from core.runs.view import Stage
from core.services import Plan, open_services
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from tests.core.notes import Notes
from tests.core.runs.bench import ANNA, Canvas
from tests.waiting import until, until_told

ID = "00000000-0000-4000-8000-000000000001"
TERMS = Terms(ttl=3600.0, machines_ttl=3600.0)


@asynccontextmanager
async def opened(
    api: ComfyDeploy, notes: Notes | None, terms: Terms = TERMS, cool_down: float = 0.02
) -> AsyncIterator[Catalog]:
    async with aclosing(Catalog(api, terms, cool_down, notes)) as catalog:
        yield catalog


@pytest.fixture
async def notes(api: ComfyDeploy) -> Notes:
    """What a process leaves that has read all lists."""
    notes = Notes()
    async with opened(api, notes) as catalog:
        catalog.warm()
        await until(lambda: set(notes.puts) == set(KINDS))
    return notes


async def _all_of(catalog: Catalog) -> list[Kept[Any]]:
    return [await catalog.list_deployments(), await catalog.list_workflows(), await catalog.list_machines()]


def _labels(value: Any) -> list[str]:  # noqa: ANN401 -- an offer or a listing
    items = value.deployments if isinstance(value, Offer) else value.items
    return [item.label for item in items]


async def test_what_is_left_is_what_was_read_with_its_time(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, notes: Notes
) -> None:
    async with opened(api, None) as catalog:
        fresh = await _all_of(catalog)
    await sandbox.refuse()

    async with opened(api, notes) as catalog:
        kept = await _all_of(catalog)

    assert [item.stale for item in kept] == [True] * 3
    assert [item.loaded_at for item in kept] == [notes.kept[kind][0] for kind in KINDS]
    assert [_labels(item.value) for item in kept] == [_labels(item.value) for item in fresh]


async def test_names_are_found_and_suggested_from_it(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, notes: Notes
) -> None:
    await sandbox.refuse()

    async with opened(api, notes) as catalog:
        found = await catalog.find("upscale")
        suggested = catalog.suggest("cap", 25)

    assert found.id == sandbox.deployment("upscale").id
    assert suggested[0].label == "caption"


async def test_as_soon_as_the_api_answers_its_answer_stands(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, notes: Notes
) -> None:
    await sandbox.refuse()
    async with opened(api, notes) as catalog:
        before = await catalog.list_machines()
        await sandbox.listen()

        async def look() -> bool:
            return not (await catalog.list_machines()).stale

        assert before.stale
        await until_told(look)


async def test_while_the_api_answers_nothing_that_was_left_is_read(api: ComfyDeploy, notes: Notes) -> None:
    async with opened(api, notes) as catalog:
        kept = await catalog.list_deployments()

    assert (kept.stale, notes.gets) == (False, [])


@pytest.mark.parametrize(
    "terms",
    [Terms(("staging",)), Terms(("production", "staging")), Terms(pinned=(Pinned("one", ID, ID),))],
)
async def test_what_was_on_offer_by_other_terms_is_not(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, notes: Notes, terms: Terms
) -> None:
    await sandbox.refuse()

    async with opened(api, notes, terms) as catalog:
        with pytest.raises(Unreachable):
            await catalog.list_deployments()


async def test_what_was_read_from_another_server_is_not_used(
    sandbox: ComfyDeploySandbox, notes: Notes, quick_retries: None
) -> None:
    async with ComfyDeploySandbox() as other:
        await other.refuse()
        async with ComfyDeploy.connect(other.url, other.key) as api, opened(api, notes) as catalog:
            with pytest.raises(Unreachable):
                await catalog.list_deployments()


async def test_without_a_shelf_a_failed_start_is_an_error_as_ever(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    await sandbox.refuse()

    async with opened(api, None) as catalog:
        with pytest.raises(Unreachable):
            await catalog.list_deployments()


async def test_the_key_is_not_written(sandbox: ComfyDeploySandbox, notes: Notes) -> None:
    bodies = b"".join(body for _, body in notes.kept.values())

    assert sandbox.key.encode() not in bodies
    assert sandbox.url.encode() not in bodies


async def test_a_new_process_starts_a_run_by_what_the_last_one_left(
    sandbox: ComfyDeploySandbox, tmp_path: Path, quick_retries: None
) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    plan = Plan(api_url=sandbox.url, api_key=sandbox.key, terms=TERMS, database_url=database)
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=0, queue_seconds=0, cold_seconds=0)
    began = datetime.now(UTC)
    async with open_services(plan) as services:
        assert services.store is not None
        await services.catalog.list_deployments()
        taken_at, _ = await until_told(partial(services.store.snapshots.get, "deployments"))
    await sandbox.refuse()

    canvas = Canvas()
    async with open_services(plan) as services:
        kept = await services.catalog.list_deployments()
        await sandbox.listen()
        await services.generation.start(Wish(ANNA, "text-to-image", Given(), "width=64; height=64"), canvas)
        view = await canvas.end()

    assert (kept.stale, kept.loaded_at) == (True, taken_at)
    assert taken_at >= began
    assert view.stage is Stage.DONE
