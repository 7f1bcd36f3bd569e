"""The life of a run: statuses, progress, outputs on the way, ends of every kind."""

import re
import time
from typing import Any

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, Failure
from stationthis_discord.sandbox.comfydeploy.life import float32
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, media

RANK = ["not-started", "queued", "started", "running", "success"]
NODES = [("1", "ComfyUIDeployExternalText"), ("2", "CheckpointLoaderSimple"), ("3", "KSampler"), ("4", "SaveImage")]


async def lived(caller: Caller, run_id: str) -> list[Any]:
    """The run just after each of its turning points; time is moved, not waited for."""
    row = caller.api.runs[run_id]
    plan = row.plan
    turns = {0.0, plan.queued or 0.0, plan.started or 0.0, plan.running, plan.ended}
    turns.update(moment for step in plan.steps for moment in (step.at, step.done))
    seen = []
    for moment in sorted(turns):
        row.created = time.monotonic() - moment - 0.01
        seen.append(await caller.run(run_id))
    return seen


async def test_a_serverless_run_passes_every_status(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.pace = 20

    seen = await lived(caller, await caller.queue("text-to-image", seed=1))

    statuses = list(dict.fromkeys(run["status"] for run in seen))
    assert statuses == RANK
    last = seen[-1]
    assert last["queued_at"] < last["started_at"] < last["ended_at"]
    assert last["duration"] > last["run_duration"] > 0
    assert last["cold_start_duration"] > 0
    assert last["machine_type"] == "comfy-deploy-serverless"
    assert re.fullmatch(r"fc-[0-9A-F]{24}", last["modal_function_call_id"])


async def test_a_classic_run_is_never_queued(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.pace = 20

    seen = await lived(caller, await caller.queue("portrait-classic"))

    assert list(dict.fromkeys(run["status"] for run in seen)) == ["not-started", "running", "success"]
    last = seen[-1]
    assert (last["queued_at"], last["started_at"], last["run_duration"]) == (None, None, None)
    assert last["duration"] > 0
    assert last["modal_function_call_id"] is None


async def test_progress_is_single_precision_and_complete_before_the_end(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    api.account.pace = 20

    seen = await lived(caller, await caller.queue("text-to-image"))

    running = [run for run in seen if run["status"] == "running" and run["live_status"]]
    assert running[-1]["progress"] == 1.0
    assert all(run["progress"] == float32(round(run["progress"], 2)) for run in running)
    assert {run["live_status"] for run in running} >= {"Executing CheckpointLoaderSimple", "Executing KSampler"}


async def test_outputs_appear_one_by_one_while_still_running(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.pace = 20

    seen = await lived(caller, await caller.queue("everything"))

    counts = [len(run["outputs"]) for run in seen if run["status"] == "running"]
    assert counts == sorted(counts)
    assert max(counts) > 0
    assert len(seen[-1]["outputs"]) == 5


async def test_the_line_drains_and_counts_real_older_runs(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.account.pace = 1.0
    api.behaviour["text-to-image"] = Behaviour(queue_seconds=60, ahead=3)
    first = await caller.queue("text-to-image")
    second = await caller.queue("text-to-image")

    places = [(await caller.run(run_id))["queue_position"] for run_id in (first, second)]
    api.age(first, 40)
    later = (await caller.run(first))["queue_position"]
    unasked = (await caller.get(f"/run/{first}")).body["queue_position"]

    assert places == [3, 4]
    assert later == 1
    assert unasked is None


async def test_a_failed_run_tells_its_reason_only_in_the_heavy_list(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="failed", error=Failure("no room", "torch.OutOfMemoryError"))

    run = await caller.finished(await caller.queue("text-to-image"))
    heavy = (await caller.get(f"/workflow/{run['workflow_id']}/runs")).body[0]

    assert (run["status"], run["outputs"], run["live_status"]) == ("failed", [], "Executing KSampler")
    assert 0 < run["progress"] < 1
    error = heavy["outputs"][0]
    assert error["node_meta"] is None
    assert error["data"]["exception_message"] == "no room"
    assert error["data"]["exception_type"] == "torch.OutOfMemoryError"
    assert error["data"]["node_type"] == "KSampler"


async def test_a_run_can_time_out(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="timeout")

    run = await caller.finished(await caller.queue("text-to-image"))

    assert (run["status"], run["outputs"]) == ("timeout", [])


async def test_a_silent_run_is_a_timeout_after_a_day_but_only_when_read(
    api: ComfyDeploySandbox, caller: Caller
) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="never")
    run_id = await caller.queue("text-to-image")
    api.age(run_id, 25 * 3600)

    run = await caller.run(run_id)
    light = (await caller.get(f"/v2/workflow/{run['workflow_id']}/runs")).body[0]

    assert (run["status"], run["ended_at"]) == ("timeout", None)
    assert light["status"] == "running"


async def test_cancelling_a_serverless_run_stops_it(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="never")
    run_id = await caller.queue("text-to-image")

    reply = await caller.post(f"/run/{run_id}/cancel")
    run = await caller.run(run_id)

    assert (reply.status, reply.body) == (200, {"status": "success", "message": "Function cancelled"})
    assert run["status"] == "cancelled"
    assert run["ended_at"] is not None


async def test_cancelling_a_finished_run_changes_nothing(caller: Caller) -> None:
    run_id = await caller.queue("text-to-image")
    await caller.finished(run_id)

    reply = await caller.post(f"/run/{run_id}/cancel")

    assert reply.status == 200
    assert (await caller.run(run_id))["status"] == "success"


async def test_what_cannot_be_cancelled_is_a_500(api: ComfyDeploySandbox, caller: Caller) -> None:
    classic, unknown = await caller.queue("portrait-classic"), "00000000-0000-0000-0000-000000000000"
    theirs = await caller.queue("text-to-image")
    other = {"Authorization": f"Bearer {api.issue(user_id='user_other')}"}

    replies = [
        await caller.post(f"/run/{classic}/cancel"),
        await caller.post(f"/run/{unknown}/cancel"),
        await caller.ask("POST", f"/run/{theirs}/cancel", headers=other),
    ]
    not_uuid = await caller.post("/run/xyz/cancel")

    detail = "Error cancel function 404: Run not found or has no modal function call ID"
    assert [(reply.status, reply.body["detail"]) for reply in replies] == [(500, detail)] * 3
    assert not_uuid.status == 500
    assert "SQL" in not_uuid.body["detail"]


async def test_a_test_can_end_a_run(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="never")
    run_id = await caller.queue("text-to-image")

    api.end(run_id, "success")

    assert (await caller.run(run_id))["status"] == "success"
    assert api.state(run_id).final


async def test_a_run_is_read_by_query_too(caller: Caller) -> None:
    run_id = await caller.queue("text-to-image")

    assert (await caller.get(f"/run?run_id={run_id}")).body["id"] == run_id
    missing = await caller.get("/run")
    assert missing.status == 422
    assert missing.body["detail"] == [
        {"type": "missing", "loc": ["query", "run_id"], "msg": "Field required", "input": None}
    ]


async def test_unknown_runs_are_404_and_odd_ids_422(caller: Caller) -> None:
    unknown = await caller.get("/run/00000000-0000-0000-0000-000000000000")
    odd = await caller.get("/run/xyz")

    assert (unknown.status, unknown.body) == (404, {"detail": "Run not found"})
    assert (odd.status, odd.body["detail"][0]["loc"]) == (422, ["path", "run_id"])


async def test_the_lists_show_the_same_run_each_in_its_way(api: ComfyDeploySandbox, caller: Caller) -> None:
    run = await caller.finished(await caller.queue("text-to-image", prompt="p"))
    workflow = run["workflow_id"]

    heavy = (await caller.get(f"/workflow/{workflow}/runs")).body[0]
    bare = (await caller.get(f"/workflow/{workflow}/runs?with_outputs=false&with_inputs=false")).body[0]
    light = (await caller.get(f"/v2/workflow/{workflow}/runs")).body[0]
    own = (await caller.get(f"/deployment/{api.deployment('text-to-image').id}/runs")).body

    assert isinstance(run["duration"], float)
    assert heavy["duration"] == light["duration"] == str(run["duration"])
    assert heavy["created_at"] == light["created_at"] == run["created_at"].replace("000Z", "Z")
    assert heavy["workflow_inputs"] == {"prompt": "p"}
    assert not {"outputs", "workflow_inputs"} & bare.keys()
    assert not {"outputs", "workflow_inputs", "webhook", "progress"} & light.keys()
    assert own["meta"] == {"totalRowCount": 0, "filterRowCount": 0, "chartData": []}
    assert own["data"][0]["id"] == run["id"]
    assert not own["data"][0]["created_at"].endswith("Z")


async def test_the_light_list_is_newest_first_and_filtered(api: ComfyDeploySandbox, caller: Caller) -> None:
    old = await caller.queue("text-to-image")
    api.behaviour["text-to-image"] = Behaviour(outcome="never")
    new = await caller.queue("text-to-image")
    api.age(old, 3600)
    path = f"/v2/workflow/{api.runs[old].workflow.id}/runs"

    async def ids(query: str) -> list[str]:
        return [item["id"] for item in (await caller.get(path + query)).body]

    assert await ids("") == [new, old]
    assert await ids(f"?rf={int(time.time()) - 60}") == [new]
    assert await ids("?status=success") == [old]
    assert await ids("?limit=1&offset=1") == [old]
    assert await ids(f"?deployment_id={api.deployment('text-to-image', 'staging').id}") == []
    assert (await caller.get(f"{path}?status=bogus")).status == 500


async def test_several_images_are_several_files(api: ComfyDeploySandbox, caller: Caller) -> None:
    asked = await caller.finished(await caller.queue("text-to-image", images=3))
    api.behaviour["text-to-image"] = Behaviour(images=5)
    forced = await caller.finished(await caller.queue("text-to-image"))

    assert [item["filename"] for item in media(asked)] == [f"ComfyUI_0000{n}_.png" for n in (1, 2, 3)]
    assert len(media(forced)) == 5


async def test_both_node_generations_have_their_shape(api: ComfyDeploySandbox, caller: Caller) -> None:
    shapes = {}
    for generation in ("old", "new"):
        api.behaviour["animation"] = api.behaviour["everything"] = Behaviour(node_generation=generation)
        runs = [await caller.finished(await caller.queue(name)) for name in ("animation", "everything")]
        shapes[generation] = [
            (set(output["data"]), set(output["node_meta"])) for run in runs for output in run["outputs"]
        ]

    old = set().union(*(kinds for kinds, _ in shapes["old"]))
    new = set().union(*(kinds for kinds, _ in shapes["new"]))
    assert old == {"images", "gifs", "text_file", "files", "animated"}
    assert new == {"images", "files", "animated"}
    assert all(meta == {"node_id", "node_class"} for _, meta in shapes["old"])
    assert all(meta == {"node_id"} for _, meta in shapes["new"])


async def test_outputs_can_be_hidden_or_break_the_reply(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(output_form="dropped")
    hidden = await caller.finished(await caller.queue("text-to-image"))
    api.behaviour["text-to-image"] = Behaviour(output_form="bare")
    bare = await caller.queue("text-to-image")
    api.end(bare, "success")

    assert (hidden["status"], hidden["outputs"]) == ("success", [])
    assert (await caller.get(f"/run/{bare}")).status == 500


async def test_labels_are_lifted_and_foreign_keys_stripped(caller: Caller) -> None:
    run = await caller.finished(await caller.queue("everything"))
    heavy = (await caller.get(f"/workflow/{run['workflow_id']}/runs")).body[0]

    assert {output["output_id"] for output in run["outputs"]} == {None, "my_image", "words", "output_file"}
    assert all("output_id" not in item for item in media(run))
    assert any(isinstance(output["data"], list) for output in heavy["outputs"])  # the timing table, shown nowhere else
