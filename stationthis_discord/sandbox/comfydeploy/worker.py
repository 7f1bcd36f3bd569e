"""The GPU machine: executes a ComfyUI graph node by node, into recipes of the files its output nodes save."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stationthis_discord.sandbox.comfydeploy import external
from stationthis_discord.sandbox.comfydeploy.behaviour import Failure
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject, stored
from stationthis_discord.sandbox.comfydeploy.nodes import NODES, SAVERS, Fields, NodeError, checked_size
from stationthis_discord.sandbox.comfydeploy.output import Output
from stationthis_discord.sandbox.comfydeploy.pictures import FileRecipe, Loaded


@dataclass(frozen=True, slots=True)
class Job:
    """A graph and what a run brings to it.

    load: turns a URL into a file, or raises `NodeError`; chance: stands for random seeds; images: how many pictures
    each image node saves, null for what the workflow asks; metadata: whether PNGs carry the graph as ComfyUI does.
    """

    graph: Mapping[str, Any]
    inputs: Mapping[str, Any]
    load: Callable[[Any], FileRecipe]
    chance: int = 0
    images: int | None = None
    metadata: bool = False


@dataclass(slots=True)
class Work:
    """What came of a job: the outputs in order of execution and, if a node raised, why.

    `opened` are the files that its external input nodes fetched, by input id.
    """

    outputs: list[Output] = field(default_factory=list)
    opened: dict[str, tuple[FileRecipe, ...]] = field(default_factory=dict)
    failure: Failure | None = None


def order(graph: Mapping[str, Any]) -> list[str]:
    """The node ids in order of execution: what a node needs comes first, nodes that save come last."""
    done: dict[str, None] = {}

    def visit(node_id: str, above: frozenset[str]) -> None:
        if node_id in done or node_id in above or not isinstance(graph.get(node_id), dict):
            return
        for value in _inputs(graph[node_id]).values():
            if is_link(value):
                visit(value[0], above | {node_id})
        done[node_id] = None

    savers = [node_id for node_id in graph if class_of(graph, node_id) in SAVERS]
    for node_id in [*(other for other in graph if other not in savers), *savers]:
        visit(node_id, frozenset())
    return list(done)


def execute(job: Job) -> Work:
    """Run the whole graph. Slow when a node looks at pictures: call it in a thread."""
    work = Work()
    values: dict[str, Any] = {}
    metadata = _metadata(job) if job.metadata else ()
    for node_id in order(job.graph):
        name = class_of(job.graph, node_id)
        fields = _fields(job, node_id, values)
        try:
            if name in SAVERS:
                output = Output(node_id, name, **SAVERS[name](fields, metadata, job.images))
                work.outputs.extend([output] if output.files or output.texts else [])
            else:
                values[node_id] = _value(job, work, name, fields)
        except (NodeError, ArithmeticError, TypeError, ValueError) as error:
            kind = error.kind if isinstance(error, NodeError) else type(error).__name__
            work.failure = Failure(str(error), kind, name)
            break
    return work


def class_of(graph: Mapping[str, Any], node_id: str) -> str:
    node = graph.get(node_id)
    return str(node.get("class_type", "")) if isinstance(node, dict) else ""


def _inputs(node: Json) -> JsonObject:
    inputs = node.get("inputs") if isinstance(node, dict) else None
    return inputs if isinstance(inputs, dict) else {}


def is_link(value: Json) -> bool:
    """Whether an input's value is `[node id, output number]`."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int)


def _fields(job: Job, node_id: str, values: Mapping[str, Any]) -> Fields:
    """The inputs of a node: links are resolved, and plain seeds are replaced by chance as the machine does."""
    raw = {**_inputs(job.graph[node_id])}
    raw.update((name, job.chance) for name in ("seed", "noise_seed") if isinstance(raw.get(name), int))
    return {name: values.get(value[0]) if is_link(value) else value for name, value in raw.items()}


def _value(job: Job, work: Work, name: str, fields: Fields) -> Json:
    if external.is_external(name):
        key = str(fields.get("input_id"))
        given = job.inputs.get(key)
        if name == external.SEED:
            return external.seed_value(fields, given, job.chance)
        value = external.node_value(name, fields, given)
        files = _opened(job, name, value)
        if files is None:
            return value
        work.opened[key] = files
        return tuple(map(Loaded, files)) if name == external.BATCH else files[0]
    if name in NODES:
        return NODES[name](fields)
    return next(iter(fields.values()), None)  # unknown nodes hand on their first input


def _opened(job: Job, name: str, value: Json) -> tuple[FileRecipe, ...] | None:
    """The files behind an address or, of a batch, a JSON list of them; null for what names none.

    A picture is always needed. Whether the other nodes do without their file is not known; here they do.
    """
    if name in external.OTHER_FILES:
        return (job.load(value),) if "://" in str(value) else None
    if name not in (*external.IMAGES, external.BATCH):
        return None
    files = tuple(map(job.load, json.loads(value or "[]") if name == external.BATCH else [value]))
    for file in files:
        checked_size(Loaded(file))
    return files


def _metadata(job: Job) -> tuple[tuple[str, str], ...]:
    filled = {}
    for node_id, node in job.graph.items():
        inputs = _inputs(node)
        given = job.inputs.get(str(inputs.get("input_id")))
        filled[node_id] = node if given is None else {**node, "inputs": {**inputs, "input_id": given}}
    return (("prompt", json.dumps(stored(filled))), ("workflow", json.dumps({"nodes": len(filled), "version": 0.4})))
