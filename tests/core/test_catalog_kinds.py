"""Deployments, workflows, machines and versions: each list is kept by itself, and each outlives the API's failures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from core.cache import Kept
from core.catalog import KINDS, Catalog, Terms, What
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.errors import NameAmbiguous, NameUnknown
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.stub import serving
from tests.waiting import until

PATHS = {"deployments": "/api/deployments", "workflows": "/api/workflows", "machines": "/api/machines"}
LONG = Terms(ttl=3600.0, machines_ttl=3600.0)
OFF = Terms(ttl=0.0, machines_ttl=0.0)


@asynccontextmanager
async def cataloguing(api: ComfyDeploy, terms: Terms = LONG) -> AsyncIterator[Catalog]:
    async with aclosing(Catalog(api, terms)) as catalog:
        yield catalog


@pytest.fixture
async def catalog(api: ComfyDeploy) -> AsyncIterator[Catalog]:
    async with cataloguing(api) as opened:
        yield opened


async def _read(catalog: Catalog, kind: What) -> Kept[Any]:
    if kind == "deployments":
        return await catalog.list_deployments()
    return await (catalog.list_workflows() if kind == "workflows" else catalog.list_machines())


def _suggested(catalog: Catalog, kind: What, typed: str) -> list[str]:
    if kind == "deployments":
        return [item.label for item in catalog.suggest(typed, 25)]
    find = catalog.suggest_workflows if kind == "workflows" else catalog.suggest_machines
    return [item.label for item in find(typed, 25)]


def _loads(sandbox: ComfyDeploySandbox, kind: What) -> int:
    """How often the first page of this list was asked for."""
    asked = [call.query for call in sandbox.calls if call.path == PATHS[kind]]
    return sum(query.get("is_fluid") != "true" for query in asked)


def _all_loads(sandbox: ComfyDeploySandbox) -> dict[str, int]:
    return {kind: _loads(sandbox, kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_thousand_readers_at_once_are_one_load(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What
) -> None:
    found = await asyncio.gather(*(_read(catalog, kind) for _ in range(1000)))

    assert len({id(kept.value) for kept in found}) == 1
    assert _all_loads(sandbox) == dict.fromkeys(KINDS, 0) | {kind: 1}
    assert (catalog.cache(kind).counters.loads, catalog.cache(kind).counters.hits) == (1, 999)


async def test_each_list_has_a_time_to_live_of_its_own(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    async with cataloguing(api, Terms(ttl=3600.0, machines_ttl=0.0)) as catalog:
        for _ in range(3):
            for kind in KINDS:
                await _read(catalog, kind)

    assert _all_loads(sandbox) == {"deployments": 1, "workflows": 1, "machines": 3}


@pytest.mark.parametrize("kind", KINDS)
async def test_with_a_time_to_live_of_zero_each_read_loads(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, kind: What
) -> None:
    async with cataloguing(api, OFF) as catalog:
        before = [await _read(catalog, kind) for _ in range(2)]
        workflow = sandbox.add_workflow("brand-new")
        await catalog.list_versions(workflow.id)
        await catalog.list_versions(workflow.id)

    assert before[0].value is not before[1].value
    assert _loads(sandbox, kind) == 2
    assert sum(call.path.endswith("/versions") for call in sandbox.calls) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_one_list_is_loaded_anew_and_the_others_are_left(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What
) -> None:
    for each in KINDS:
        await _read(catalog, each)

    catalog.invalidate(kind)
    for each in KINDS:
        await _read(catalog, each)

    assert _all_loads(sandbox) == dict.fromkeys(KINDS, 1) | {kind: 2}


async def test_without_a_name_every_list_is_loaded_anew(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    for each in KINDS:
        await _read(catalog, each)

    catalog.invalidate()
    for each in KINDS:
        await _read(catalog, each)

    assert _all_loads(sandbox) == dict.fromkeys(KINDS, 2)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_invalidation_during_a_load_is_not_undone_by_that_load(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What
) -> None:
    sandbox.faults.add("GET", PATHS[kind], faults.slow(0.05), times=1)
    loading = asyncio.ensure_future(_read(catalog, kind))
    await until(lambda: sandbox.calls)

    catalog.invalidate(kind)
    await loading
    await _read(catalog, kind)
    await _read(catalog, kind)

    assert _loads(sandbox, kind) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_while_the_api_is_away_the_last_list_stands_with_its_age(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What
) -> None:
    fresh = await _read(catalog, kind)
    await sandbox.refuse()
    catalog.invalidate(kind)

    kept = await _read(catalog, kind)
    age = catalog.cache(kind).age
    await sandbox.listen()

    assert (kept.value, kept.loaded_at, kept.stale) == (fresh.value, fresh.loaded_at, True)
    assert age is not None
    assert age > 0.0
    assert not fresh.stale


@pytest.mark.parametrize("kind", KINDS)
async def test_a_list_that_never_was_read_is_an_error_while_the_api_is_away(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What
) -> None:
    await sandbox.refuse()

    with pytest.raises(ApiError):
        await _read(catalog, kind)
    assert catalog.cache(kind).age is None


@pytest.mark.parametrize(
    ("kind", "typed", "label"),
    [("deployments", "upsc", "upscale"), ("workflows", "sketch", "sketchbook"), ("machines", "classic", "classic")],
)
async def test_suggestions_come_from_memory_only(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What, typed: str, label: str
) -> None:
    before = _suggested(catalog, kind, typed)
    await until(lambda: _suggested(catalog, kind, typed))
    calls = len(sandbox.calls)

    suggested = [_suggested(catalog, kind, typed) for _ in range(5)]
    await asyncio.sleep(0)

    assert (before, [found[0] for found in suggested]) == ([], [label] * 5)
    assert len(sandbox.calls) == calls
    assert _loads(sandbox, kind) == 1


async def test_versions_are_kept_for_each_workflow_by_itself(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    rows = [sandbox.deployment(name).workflow for name in ("upscale", "text-to-image")]

    for _ in range(3):
        for row in rows:
            versions = (await catalog.list_versions(row.id)).value
            assert [version.id for version in versions] == [version.id for version in reversed(row.versions)]

    assert [call.path for call in sandbox.calls] == [f"/api/workflow/{row.id}/versions" for row in rows]


@pytest.mark.parametrize(("kind", "loads"), [("workflows", 2), ("deployments", 1), ("machines", 1), (None, 2)])
async def test_versions_are_outdated_with_the_workflows(
    sandbox: ComfyDeploySandbox, catalog: Catalog, kind: What | None, loads: int
) -> None:
    workflow_id = sandbox.deployment("upscale").workflow.id
    await catalog.list_versions(workflow_id)

    catalog.invalidate(*([kind] if kind else []))
    await catalog.list_versions(workflow_id)

    assert len(sandbox.calls) == loads


async def test_workflows_of_equal_names_are_told_apart(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    twins = [await api.workflows.clone(sandbox.deployment("upscale").workflow.id, "Twin") for _ in range(2)]
    async with cataloguing(api) as catalog:
        with pytest.raises(NameAmbiguous) as caught:
            await catalog.find_workflow("twin")
        by_label = [(await catalog.find_workflow(label)).id for label in caught.value.choices]
        by_id = (await catalog.find_workflow(twins[0].id)).id

    assert (sorted(by_label), by_id) == (sorted(twin.id for twin in twins), twins[0].id)
    assert sorted(caught.value.choices) == sorted(f"Twin ({twin.id[:8]})" for twin in twins)


async def test_machines_of_equal_names_are_told_apart(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    other = sandbox.add_machine("Classic")

    with pytest.raises(NameAmbiguous) as caught:
        await catalog.find_machine("CLASSIC")

    assert len(caught.value.choices) == 2
    assert (await catalog.find_machine(f"classic ({other.id[:8]})")).id == other.id
    assert (await catalog.find_machine(other.id)).record.name == "Classic"


async def test_an_unknown_name_brings_what_comes_close(catalog: Catalog) -> None:
    with pytest.raises(NameUnknown) as machine:
        await catalog.find_machine("clasic")
    with pytest.raises(NameUnknown) as workflow:
        await catalog.find_workflow("upscal")

    assert (machine.value.similar[0], workflow.value.similar[0]) == ("classic", "upscale")


async def test_deleted_machines_are_not_listed(sandbox: ComfyDeploySandbox, catalog: Catalog) -> None:
    gone = sandbox.add_machine("gone")
    gone.deleted = True

    assert gone.id not in (await catalog.list_machines()).value.by_id


async def test_deleted_machines_are_not_listed_even_if_the_server_sends_them() -> None:
    rows = [
        {"id": f"{number:08x}-0000-4000-8000-000000000000", "name": f"m{number}", "type": "classic", "status": "ready"}
        for number in range(3)
    ]

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response([rows[0], rows[1] | {"deleted": True}, rows[2] | {"deleted": False}])

    async with serving(answer) as stub, ComfyDeploy.connect(stub.url, "key") as api, cataloguing(api) as catalog:
        assert [item.label for item in (await catalog.list_machines()).value.items] == ["m0", "m2"]
