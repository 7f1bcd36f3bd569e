"""The output rows of a run at one moment, in the shape of its machine's node generation."""

from typing import Any

from stationthis_discord.sandbox.comfydeploy import worker
from stationthis_discord.sandbox.comfydeploy.account import output_key
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject
from stationthis_discord.sandbox.comfydeploy.life import State
from stationthis_discord.sandbox.comfydeploy.output import Output, OutputFile
from stationthis_discord.sandbox.comfydeploy.rows import Run
from stationthis_discord.sandbox.comfydeploy.storage import Storage, content_type
from stationthis_discord.sandbox.comfydeploy.wire_runs import output_row

_SIGNED = ("images", "gifs", "files", "mesh")


def stored_outputs(run: Run, state: State, storage: Storage) -> list[JsonObject]:
    """What is stored so far: a preview, outputs of ended nodes, the exception of a failed run, a finished one's times.

    Only the first two kinds are ever shown by `GET /run`. The order is by id, that is, by chance: the API has none.
    """
    steps = {step.node_id: step for step in run.plan.steps}
    ended = [output for output in run.outputs if output.node_id in state.done and not output.early]
    rows = [
        output_row(run, "preview", _data(run, output, storage), _meta(run, output), run.plan.half)
        for output in run.outputs
        if output.early and state.half
    ]
    rows += [
        output_row(run, output.node_id, _data(run, output, storage), _meta(run, output), steps[output.node_id].done)
        for output in ended
    ]
    if state.status == "failed" and run.plan.steps and run.stop is None:
        rows.append(output_row(run, "error", _exception(run), None, state.updated))
    if state.status == "success":
        rows.append(output_row(run, "times", _timing(run), None, state.updated))
    return sorted(rows, key=lambda row: str(row["id"]))


def _data(run: Run, output: Output, storage: Storage) -> Json:
    kind = _kind(run, output)
    form = run.behaviour.output_form
    if form == "bare":
        return {"images": ["outputs/bare.png"]}
    items: list[Any] = [_media(run, output, file, kind, storage) for file in output.files]
    if form == "dropped":
        return {kind: [{key: value for key, value in item.items() if key != "url"} for item in items] or [None]}
    data: JsonObject = {kind: [*items, *output.texts]}
    return data | {"animated": [True]} if output.animated else data


def _kind(run: Run, output: Output) -> str:
    """Old nodes key by ComfyUI's kind, new ones tell only images from other files."""
    if run.generation == "old" or not output.files:
        return output.kind
    return "images" if content_type(output.files[0].name).startswith("image/") else "files"


def _media(run: Run, output: Output, file: OutputFile, kind: str, storage: Storage) -> JsonObject:
    key = output_key(run, file.name)
    item: JsonObject = {
        "url": storage.url(key) if kind in _SIGNED else storage.plain_url(key),
        "type": "output",
        "filename": file.name,
        "is_public": not storage.private,
        "subfolder": "",
        "upload_duration": 0.010705709457397461,
    }
    label = {} if output.output_id is None else {"output_id": output.output_id}
    return item | label | file.extra


def _meta(run: Run, output: Output) -> JsonObject:
    node = {"node_id": output.node_id}
    return node | {"node_class": output.node_class} if run.generation == "old" else node


def _exception(run: Run) -> JsonObject:
    """ComfyUI's error as it is stored, which is no valid output, so that only the heavy list shows it."""
    error, step = run.behaviour.error, run.plan.steps[-1]
    return {
        "node_id": step.node_id,
        "executed": [earlier.node_id for earlier in run.plan.steps[:-1]],
        "node_type": error.node if error.node == step.node_class else step.node_class,
        "prompt_id": run.id,
        "traceback": [f'  File "/comfyui/execution.py", line 349, in execute\n    raise {error.type}\n'],
        "current_inputs": {},
        "exception_type": error.type,
        "current_outputs": [earlier.node_id for earlier in run.plan.steps[:-1]],
        "exception_message": error.message,
    }


def _timing(run: Run) -> list[JsonObject]:
    graph = run.version.graph or {}
    return [
        {
            "id": step.node_id,
            "time": round(step.done - step.at, 3),
            "vram_used": 1000,
            "class_type": worker.class_of(graph, step.node_id),
        }
        for step in run.plan.steps
    ]
