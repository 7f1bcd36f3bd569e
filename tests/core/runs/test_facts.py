"""What there is to know of a run, and who may know it; what cannot be read beside it is left out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from core.errors import RunGone, RunNotOurs
from core.people.actor import Actor
from core.prices import Prices
from core.runs.facts import Facts, RunFacts
from core.runs.mark import Mark
from core.runs.telling import ShownInput
from stationthis_discord.sandbox.comfydeploy import Fault as Failure
from stationthis_discord.sandbox.comfydeploy import faults
from tests.core.comfydeploy.graphs import external
from tests.core.runs.bench import ANNA, BERT, MODERATOR, Bench
from tests.waiting import until_told

PARENT = "5e6f7a8b-0000-4000-8000-00000000ef01"
GONE = "00000000-0000-4000-8000-000000000000"
ELSEWHERE = Actor(user=1004, guild=78, may_moderate=True)
ALONE = Actor(user=1004, guild=None, may_moderate=False)
VERSIONS, LISTS, PRICES = "/api/workflow-version/*", "/api/deployments*", "/api/platform/gpu-pricing"


@pytest.fixture
async def facts(bench: Bench) -> AsyncIterator[RunFacts]:
    async with aclosing(Prices(bench.api.account.get_gpu_prices)) as prices:
        yield RunFacts(bench.parts, prices)


async def over(bench: Bench, run_id: str) -> None:
    async def is_over() -> bool:
        return (await bench.api.runs.get(run_id)).is_final

    await until_told(is_over)


def keys(found: Facts) -> set[str]:
    return {item.key for item in found.values}


async def test_all_that_a_run_and_its_deployment_tell(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    await over(bench, run_id)

    found = await facts.of(run_id, ANNA)

    deployment = bench.sandbox.deployment("text-to-image")
    assert (found.run_id, found.owner, found.guild, found.parent) == (run_id, ANNA.user, ANNA.guild, None)
    assert (found.deployment, found.deployment_id, found.on_offer) == ("text-to-image", deployment.id, True)
    assert (found.status, found.version, found.gpu) == ("success", deployment.version.number, "A10G")
    assert (found.prompt, found.negative, found.seed) == ("made before", "blurry, low quality, watermark", 5)
    assert found.values[1] == ShownInput("width", "Width", "64", is_default=False)
    assert keys(found) == {"style", "width", "height", "steps", "images"}
    assert found.hidden == 0


async def test_its_times_and_what_it_cost(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    await over(bench, run_id)
    run = await bench.api.runs.get(run_id)
    assert run.run_duration is not None
    assert run.created_at is not None
    assert run.ended_at is not None

    found = await facts.of(run_id, ANNA)

    assert (found.asked_at, found.ran) == (run.created_at, run.run_duration)
    assert found.took == (run.ended_at - run.created_at).total_seconds()
    assert found.waited == pytest.approx(found.took - run.run_duration)
    assert found.cost == pytest.approx(run.run_duration * 0.000337)


@pytest.mark.parametrize("who", [BERT, ELSEWHERE, ALONE])
async def test_others_see_what_the_message_shows(bench: Bench, facts: RunFacts, who: Actor) -> None:
    run_id = await bench.elsewhere(owner=ANNA, style="neon", negative="fog")

    found = await facts.of(run_id, who)

    assert (found.prompt, found.negative, found.seed) == ("made before", "fog", 5)
    assert (found.values, found.hidden) == ((), 5)
    assert found.retyped is not None
    assert (found.retyped.prompt, found.retyped.negative, found.retyped.seed) == ("made before", "fog", 5)
    assert (found.retyped.named, found.retyped.lost) == ((), 0)


async def test_moderators_of_its_server_see_all(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA, style="neon")

    found = await facts.of(run_id, MODERATOR)

    assert (len(found.values), found.hidden) == (5, 0)
    assert found.retyped is not None
    assert found.retyped.named == ("style=neon", "width=64", "height=64")


async def test_a_run_in_direct_messages_is_its_owners_alone(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=replace(ANNA, guild=None))

    assert (await facts.of(run_id, ALONE)).hidden == 5
    assert (await facts.of(run_id, MODERATOR)).hidden == 5
    assert (await facts.of(run_id, ANNA)).hidden == 0


async def test_a_deployment_that_is_gone_leaves_its_version_to_name_the_inputs(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    row = bench.sandbox.deployment("text-to-image")
    bench.sandbox.delete_deployment(row)

    found = await facts.of(run_id, ANNA)

    assert (found.deployment, found.on_offer, found.version, found.retyped) == (None, False, row.version.number, None)
    assert ShownInput("width", "Width", "64", is_default=False) in found.values


async def test_inputs_are_named_as_they_were_then_and_typed_as_they_are_now(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    row = bench.sandbox.deployment("text-to-image")
    before = row.version.number
    nodes = {"1": external("Text", "prompt", 1), "2": external("NumberInt", "width", 2, display_name="How wide")}
    row.version = bench.sandbox.add_workflow("text-to-image", nodes).versions[-1]

    found = await facts.of(run_id, ANNA)

    assert found.version == before
    assert ShownInput("width", "Width", "64", is_default=False) in found.values
    assert found.retyped is not None
    assert (found.retyped.prompt, found.retyped.named, found.retyped.lost) == ("made before", ("width=64",), 2)


async def test_a_version_that_cannot_be_read_leaves_todays_to_name_the_inputs(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    row = bench.sandbox.deployment("text-to-image")
    row.version = bench.sandbox.add_workflow("text-to-image", {**row.version.graph, "m": external("Text")}).versions[-1]
    bench.sandbox.faults.add("GET", VERSIONS, faults.REVOKED)

    found = await facts.of(run_id, ANNA)

    assert found.version is None
    assert ShownInput("width", "Width", "64", is_default=False) in found.values


@pytest.mark.parametrize("fault", [faults.REVOKED, faults.SILENT_AFTER])
async def test_without_anything_beside_it_a_run_is_told_by_its_ids(bench: Bench, fault: Failure) -> None:
    run_id = await bench.elsewhere(owner=ANNA, style="neon")
    await over(bench, run_id)
    for path in (VERSIONS, LISTS, PRICES):
        bench.sandbox.faults.add("GET", path, fault)

    async with aclosing(Prices(bench.api.account.get_gpu_prices, patience=0.05)) as prices:
        found = await RunFacts(bench.parts, prices, share=0.05).of(run_id, ANNA)

    assert (found.deployment, found.on_offer, found.version, found.cost, found.retyped) == (None,) * 5
    assert (found.prompt, found.seed, found.status) == ("made before", 5, "success")
    assert {item.name: item.text for item in found.values} == {"style": "neon", "width": "64", "height": "64"}


async def test_a_list_that_hangs_leaves_the_last_one(bench: Bench) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    await bench.catalog.list_deployments()
    bench.catalog.invalidate()
    bench.sandbox.faults.add("GET", LISTS, faults.SILENT_AFTER)

    async with aclosing(Prices(bench.api.account.get_gpu_prices)) as prices:
        found = await RunFacts(bench.parts, prices, share=0.05).of(run_id, ANNA)

    assert (found.deployment, found.on_offer) == ("text-to-image", True)


async def test_a_run_that_says_little_is_told_with_gaps(bench: Bench, facts: RunFacts) -> None:
    run_id = await bench.elsewhere(owner=ANNA)
    inputs = dict(bench.sandbox.runs[run_id].workflow_inputs)
    said = Failure(status=200, body={"id": run_id, "status": "new", "workflow_inputs": inputs})
    bench.sandbox.faults.add("GET", f"/api/run/{run_id}", said)

    found = await facts.of(run_id, ANNA)

    gaps = (found.version, found.asked_at, found.waited, found.ran, found.took, found.gpu, found.cost)
    assert gaps == (None,) * 7
    assert (found.deployment, found.status) == ("text-to-image", "new")
    assert ShownInput("width", "Width", "64", is_default=False) in found.values


@pytest.mark.parametrize("who", [ANNA, BERT])
async def test_no_signed_address_and_no_mark_is_in_anything(bench: Bench, facts: RunFacts, who: Actor) -> None:
    bench.sandbox.account.storage.private = True
    signed = bench.sandbox.account.storage.url("inputs/sample.png")
    model = "https://me:5ecret@models.example/a.safetensors?token=5ecret"
    run_id = await bench.elsewhere(
        "everything", owner=ANNA, image=signed, references=f'["{signed}", "{signed}"]', lora=model, text=f"as {signed}"
    )

    found = await facts.of(run_id, who)

    assert not any(secret in repr(found) for secret in ("X-Amz", "5ecret", "_stationthis", "?"))
    if who is ANNA:
        plain = signed.partition("?")[0]
        values = {item.key: item.text for item in found.values}
        assert (values["image"], values["references"]) == (plain, f"{plain} {plain}")
        assert values["lora"] == "https://models.example/a.safetensors"


@pytest.mark.parametrize("is_made_from", [True, False])
async def test_what_it_was_made_from_is_told_apart_from_what_it_repeats(
    bench: Bench, facts: RunFacts, is_made_from: bool
) -> None:
    row, image = bench.sandbox.deployment("upscale"), f"{bench.sandbox.url}/files/outputs/runs/{PARENT}/a.png"
    mark = Mark("d00d", ANNA.user, ANNA.guild, row.id, PARENT)
    values = {"image": image} if is_made_from else {"scale": "3x"}
    run_id = await bench.api.runs.submit(row.id, {**values, "_stationthis": str(mark)})

    found = await facts.of(run_id, ANNA)

    assert (found.parent, found.made_from) == (PARENT, is_made_from)


async def test_a_run_that_is_gone_or_was_made_elsewhere_is_not_told(bench: Bench, facts: RunFacts) -> None:
    with pytest.raises(RunGone):
        await facts.of(GONE, ANNA)
    foreign = await bench.elsewhere()
    with pytest.raises(RunNotOurs):
        await facts.of(foreign, ANNA)
