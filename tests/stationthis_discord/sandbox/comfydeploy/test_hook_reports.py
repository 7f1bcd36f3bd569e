"""What a run with a webhook reports: when, and with which body."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller
from tests.stationthis_discord.sandbox.comfydeploy.receiver import Receiver, post, queue, receiving

KEYS = ["event_type", "status", "live_status", "progress", "run_id", "outputs"]
ENDLESS = Behaviour("never")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as open_receiver:
        yield open_receiver


async def test_each_status_is_reported_with_six_keys(caller: Caller, receiver: Receiver) -> None:
    run_id = await queue(caller, "text-to-image", receiver.url)

    last = await receiver.until_status("success")

    await receiver.until(4)
    assert sorted(receiver.statuses) == ["queued", "running", "started", "success"]
    assert {tuple(body) for body in receiver.bodies} == {tuple(KEYS)}
    assert {(body["event_type"], body["run_id"]) for body in receiver.bodies} == {("run.updated", run_id)}
    assert (last["live_status"], last["progress"]) == ("Executing SaveImage", 1.0)
    assert {item.method for item in receiver.received} == {"POST"}
    assert receiver.received[0].headers["Content-Type"] == "application/json"


async def test_a_classic_run_reports_that_it_runs_and_its_end(caller: Caller, receiver: Receiver) -> None:
    await queue(caller, "portrait-classic", receiver.url)

    await receiver.until_status("success")

    assert receiver.statuses == ["running", "success"]


async def test_the_end_has_the_outputs_that_reading_the_run_shows(caller: Caller, receiver: Receiver) -> None:
    run_id = await queue(caller, "text-to-image", receiver.url)

    (output,) = (await receiver.until_status("success"))["outputs"]

    (shown,) = (await caller.finished(run_id))["outputs"]
    assert list(output) == ["data", "run_id", "created_at", "id", "node_meta", "updated_at"]  # no label: no output_id
    assert (output["id"], output["run_id"]) == (shown["id"], run_id)
    assert [file["url"] for file in output["data"]["images"]] == [file["url"] for file in shown["data"]["images"]]


async def test_nodes_are_reported_when_asked_for_and_never_with_outputs(caller: Caller, receiver: Receiver) -> None:
    run_id = await queue(caller, "text-to-image", receiver.url, webhook_intermediate_status=True)

    steps = caller.api.runs[run_id].plan.steps
    await receiver.until(4 + len(steps))

    told = [body for body in receiver.bodies if body["status"] == "running" and body["live_status"]]
    assert sorted(body["progress"] for body in told) == [round(step.progress, 2) for step in steps]
    assert {body["live_status"] for body in told} == {f"Executing {step.node_class}" for step in steps}
    assert [body["outputs"] for body in told] == [[]] * len(steps)


async def test_an_output_is_reported_when_the_address_asks_for_it(receiver: Receiver) -> None:
    async with ComfyDeploySandbox(pace=0.02, private=True) as api, aiohttp.ClientSession() as http:
        await queue(Caller(api, http), "text-to-image", f"{receiver.url}/?target_events=run.updated,run.output")
        last = await receiver.until_status("success")
        await receiver.until(5)

    (told,) = [body for body in receiver.bodies if body["event_type"] == "run.output"]
    (output,), (finished,) = told["outputs"], last["outputs"]
    assert told["status"] == "running"
    assert "?" not in output["data"]["images"][0]["url"]
    assert "X-Amz-Signature" in finished["data"]["images"][0]["url"]


async def test_a_cancellation_by_the_api_is_the_last_report(
    api: ComfyDeploySandbox, caller: Caller, receiver: Receiver
) -> None:
    api.behaviour["text-to-image"] = ENDLESS
    run_id = await queue(caller, "text-to-image", receiver.url)
    await receiver.until_status("running")

    await caller.post(f"/run/{run_id}/cancel")

    told = await receiver.until_status("cancelled")
    assert (told["event_type"], told["run_id"], told["outputs"]) == ("run.updated", run_id, [])
    assert sorted(receiver.statuses) == ["cancelled", "queued", "running", "started"]


async def test_an_end_that_a_test_makes_is_reported_with_the_outputs(
    api: ComfyDeploySandbox, caller: Caller, receiver: Receiver
) -> None:
    api.account.pace = 100
    run_id = await queue(caller, "text-to-image", receiver.url)

    api.end(run_id)

    assert len((await receiver.until_status("success"))["outputs"]) == 1


async def test_a_run_that_is_made_older_catches_up(api: ComfyDeploySandbox, caller: Caller, receiver: Receiver) -> None:
    api.account.pace = 100
    run_id = await queue(caller, "text-to-image", receiver.url)

    api.age(run_id, 5_000)

    await receiver.until(4)
    assert sorted(receiver.statuses) == ["queued", "running", "started", "success"]


@pytest.mark.parametrize("silent", [Behaviour("rejected"), Behaviour("crashed", dispatch_seconds=0)])
async def test_a_failed_dispatch_is_not_reported(
    api: ComfyDeploySandbox, caller: Caller, receiver: Receiver, silent: Behaviour
) -> None:
    api.behaviour["text-to-image"] = silent
    await post(caller, "text-to-image", receiver.url)

    run_id = await queue(caller, "portrait-classic", receiver.url)

    await receiver.until_status("success")
    assert len(api.runs) == 2
    assert {body["run_id"] for body in receiver.bodies} == {run_id}


async def test_outputs_that_break_the_server_are_never_reported(
    api: ComfyDeploySandbox, caller: Caller, receiver: Receiver
) -> None:
    api.behaviour["text-to-image"] = Behaviour(output_form="bare")
    await queue(caller, "text-to-image", receiver.url)

    await queue(caller, "portrait-classic", receiver.url)

    await receiver.until_status("success")
    await receiver.until(5)
    assert sorted(receiver.statuses) == ["queued", "running", "running", "started", "success"]
