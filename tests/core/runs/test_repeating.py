"""A run once more, after its deployment may have changed: what is new, gone or changed is told, and nothing is lost."""

from dataclasses import replace
from typing import Any

import pytest

from core.comfydeploy.values import Stored
from core.errors import DeploymentGone, DeploymentNotHere, Fault
from core.forms.drift import Drift
from core.forms.form import Form, FormNeeded, PickNeeded
from core.people.actor import Actor
from core.people.offering import Offering
from core.runs.order import Order
from core.runs.repeating import Repeats
from core.runs.view import Stage
from core.store.database import open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings
from stationthis_discord.sandbox.comfydeploy import Fault as Failure
from stationthis_discord.sandbox.comfydeploy import faults
from tests.core.comfydeploy.graphs import Node, external
from tests.core.runs.bench import ANNA, BERT, SEED, Bench, Canvas

VERSIONS = "/api/workflow-version/"


def redeploy(bench: Bench, name: str = "text-to-image", *more: Node, without: str = "", **changes: Any) -> None:  # noqa: ANN401 -- fields of any kind
    """The deployment gets another version: `changes` are to the fields of inputs, by their ids."""
    row = bench.sandbox.deployment(name)
    nodes = {key: {**node, "inputs": dict(node["inputs"])} for key, node in row.version.graph.items()}
    for node in nodes.values():
        key = node["inputs"].get("input_id")
        node["inputs"].update(changes.get(key, {}))
        if key == without:
            node["class_type"] = "PrimitiveNode"
    nodes |= {f"more {number}": node for number, node in enumerate(more)}
    row.version = bench.sandbox.add_workflow(name, nodes).versions[-1]
    bench.catalog.invalidate("deployments")


def repeats(bench: Bench) -> Repeats:
    return Repeats(bench.parts, lambda _low, _high: SEED)


async def again(bench: Bench, run_id: str, actor: Actor = BERT) -> Order:
    return await repeats(bench).order(run_id, actor)


async def needed(bench: Bench, run_id: str, actor: Actor = ANNA) -> Form:
    with pytest.raises(FormNeeded) as caught:
        await again(bench, run_id, actor)
    return caught.value.form


async def test_of_the_same_version_nothing_is_compared(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)

    order = await again(bench, first)

    assert order.fitted.values == {"prompt": "made before", "seed": SEED, "width": 64, "height": 64}
    assert (order.owner, order.parent, order.fitted.prompt, order.fitted.seed) == (BERT, first, "made before", SEED)
    assert bench.calls("GET", VERSIONS) == 0


async def test_another_version_with_the_same_inputs_runs_as_it_is(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    redeploy(bench, width={"display_name": "How wide", "description": "In pixels"})

    order = await again(bench, first)

    assert order.fitted.values == {"prompt": "made before", "seed": SEED, "width": 64, "height": 64}
    assert order.deployment.version_id == bench.sandbox.deployment("text-to-image").version.id
    assert bench.calls("GET", VERSIONS) == 1


async def test_what_is_new_gone_and_changed_is_told_and_what_still_fits_is_kept(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA, steps=7)
    redeploy(
        bench,
        "text-to-image",
        external("Text", "mood"),
        without="height",
        steps={"max_value": 5},
        style={"options": '["ink"]'},
    )

    form = await needed(bench, first)

    assert form.drift == Drift(new=("mood",), gone=("Height",), changed=("Style", "Steps"))
    assert form.values == {"prompt": "made before", "width": "64", "steps": "7"}
    assert (form.parent, form.is_ready) == (first, True)
    assert [(item.name, item.given, item.used) for item in form.adjusted] == [("Steps", "7", "5")]


async def test_once_it_was_told_it_is_run_with_what_still_fits(bench: Bench) -> None:
    first, canvas = await bench.elsewhere(owner=ANNA), Canvas()
    redeploy(bench, without="height")
    with pytest.raises(FormNeeded) as caught:
        await bench.again(first, ANNA, Canvas())
    with pytest.raises(FormNeeded):  # and no double click
        await bench.again(first, ANNA, Canvas())

    delivery = await bench.generation.start_form(caught.value.form.id, ANNA, canvas)

    assert (await canvas.end()).stage is Stage.DONE
    inputs = dict(bench.sandbox.runs[str(delivery.run_id)].workflow_inputs)
    assert bench.mark(str(delivery.run_id)).parent == first
    assert inputs == {"prompt": "made before", "seed": SEED, "width": 64, "_stationthis": inputs["_stationthis"]}


async def test_what_does_not_fit_any_more_is_left_out_and_told(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA, style="neon")
    redeploy(bench, "text-to-image", external("Image", "image"), style={"options": '["ink"]'})

    form = await needed(bench, first)

    faults_of = [(problem.key, problem.fault) for problem in form.problems]
    assert faults_of == [("image", Fault.MISSING_PICTURE)]
    assert form.drift is not None
    assert ("Style" in form.drift.changed, "style" in form.values) == (True, False)


async def test_somebody_else_sees_no_more_of_the_run_than_its_message_shows(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA, style="neon", negative="my secret")
    redeploy(bench, width={"default_value": 3})

    form = await needed(bench, first, BERT)

    assert form.values == {"prompt": "made before"}


async def test_files_of_the_run_are_used_again_as_they_are_stored(bench: Bench) -> None:
    address = bench.sandbox.account.storage.plain_url("inputs/sample.png")
    first = await bench.elsewhere("upscale", owner=ANNA, image=address)
    redeploy(bench, "upscale", scale={"default_value": "3x"})

    form = await needed(bench, first)

    assert form.values["image"] == (Stored("sample.png", address),)
    order = await bench.forms.order_of(form.id, ANNA)
    assert (order.fitted.values["image"], order.fitted.files) == (address, {})


async def test_of_a_version_that_cannot_be_read_the_values_tell(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA, steps=7)
    bench.sandbox.faults.add("GET", f"{VERSIONS}*", faults.SERVER_ERROR)
    redeploy(bench, "text-to-image", external("Text", "mood"), without="height", steps={"max_value": 5})

    form = await needed(bench, first)

    assert form.drift == Drift(gone=("height",), changed=("Steps",))


async def test_values_that_fit_a_version_that_cannot_be_compared_run_as_they_are(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    bench.sandbox.faults.add("GET", f"{VERSIONS}*", faults.SERVER_ERROR)
    redeploy(bench, steps={"default_value": 30})

    assert (await again(bench, first)).fitted.values["width"] == 64


@pytest.mark.parametrize("is_gone", [True, False])
async def test_of_a_run_that_does_not_say_its_version_the_values_tell(bench: Bench, is_gone: bool) -> None:
    first = await bench.elsewhere(owner=ANNA)
    inputs = dict(bench.sandbox.runs[first].workflow_inputs)
    said = Failure(status=200, body={"id": first, "status": "success", "workflow_inputs": inputs})
    bench.sandbox.faults.add("GET", f"/api/run/{first}", said)
    redeploy(bench, without="height" if is_gone else "")

    if is_gone:
        assert (await needed(bench, first)).drift == Drift(gone=("height",))
    else:
        assert (await again(bench, first)).parent == first
    assert bench.calls("GET", VERSIONS) == 0


async def test_a_deployment_that_is_gone_or_not_allowed_here_is_not_run(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)
    async with open_database("sqlite+aiosqlite:///:memory:") as database:
        await database.run(migrate)
        offering = Offering(bench.catalog, KeptSettings(database))
        asked = Repeats(replace(bench.parts, offering=offering), lambda _low, _high: SEED)

        await offering.change(BERT.guild or 0, [bench.sandbox.deployment("upscale").id])
        with pytest.raises(DeploymentNotHere):
            await asked.order(first, BERT)
        bench.sandbox.deployments.remove(bench.sandbox.deployment("text-to-image"))
        bench.catalog.invalidate("deployments")
        with pytest.raises(PickNeeded) as caught:
            await asked.order(first, BERT)
        assert isinstance(caught.value.cause, DeploymentGone)


async def test_a_form_of_somebody_elses_run_has_the_prompt_only(bench: Bench) -> None:
    first = await bench.elsewhere(owner=ANNA)

    own, others = [await repeats(bench).form(first, actor, may_all=False) for actor in (ANNA, BERT)]

    assert set(others.values) <= {"prompt"} < set(own.values) | {"prompt"}
    assert own.values["seed"]
