"""The GPU machine: executes a ComfyUI graph node by node, into recipes of the files its output nodes save."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stationthis_discord.sandbox.comfydeploy import external
from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, Failure
from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags
from stationthis_discord.sandbox.comfydeploy.jsonb import Json, JsonObject, stored
from stationthis_discord.sandbox.comfydeploy.nodes import NODES, Fields, NodeError, checked_size
from stationthis_discord.sandbox.comfydeploy.output import Output, OutputFile, under_one_name
from stationthis_discord.sandbox.comfydeploy.pictures import Drawn, FileRecipe, Film, Loaded, Moving, Still
from stationthis_discord.sandbox.comfydeploy.savers import SAVERS, Making

_PREVIEW_SIDE = 256


@dataclass(frozen=True, slots=True)
class Job:
    """A graph and what a run brings to it.

    load: turns a URL into a file, or raises `NodeError`; chance: stands for random seeds; metadata: whether files carry
    the graph as ComfyUI writes it; behaviour: how many files of what size, and what else is special about them.
    """

    graph: Mapping[str, Any]
    inputs: Mapping[str, Any]
    load: Callable[[Any], FileRecipe]
    chance: int = 0
    metadata: bool = False
    behaviour: Behaviour = field(default_factory=Behaviour)


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
    making = _making(job)
    for node_id in order(job.graph):
        name = class_of(job.graph, node_id)
        fields = _fields(job, node_id, values)
        try:
            if name in SAVERS:
                output = Output(node_id, name, **SAVERS[name](fields, making))
                work.outputs.extend([output] if output.files or output.texts else [])
            else:
                values[node_id] = _value(job, work, name, fields)
        except (NodeError, ArithmeticError, TypeError, ValueError) as error:
            kind = error.kind if isinstance(error, NodeError) else type(error).__name__
            work.failure = Failure(str(error), kind, name)
            break
    return _finished(job, work)


def _making(job: Job) -> Making:
    behaviour = job.behaviour
    pairs = _metadata(job) if job.metadata else ()
    return Making(Tags(pairs, behaviour.planted), behaviour.images, behaviour.output_bytes)


def _finished(job: Job, work: Work) -> Work:
    """What the behaviour adds to or changes about the outputs."""
    if job.behaviour.same_names:
        work.outputs = under_one_name(work.outputs)
    if job.behaviour.previews:
        work.outputs = [_preview(job, work), *work.outputs]
    return work


def _preview(job: Job, work: Work) -> Output:
    """What a sampler shows of its work: a small picture of what comes, from the node with the most to do."""
    recipes = [file.recipe for output in work.outputs for file in output.files]
    painted = [recipe.picture for recipe in recipes if isinstance(recipe, Still | Moving | Film)]
    picture = next((one for one in painted if isinstance(one, Drawn)), Drawn("preview", job.chance))
    recipe = Still(
        replace(picture, width=_PREVIEW_SIDE, height=_PREVIEW_SIDE), tags=Tags(planted=job.behaviour.planted)
    )
    file = OutputFile(f"ComfyUI_temp_{job.chance % 10**5:05}_00001_.png", recipe, {"type": "temp"})
    nodes = {class_of(job.graph, node_id): node_id for node_id in job.graph}
    node_id = nodes.get("KSampler", next(iter(job.graph), ""))
    return Output(node_id, class_of(job.graph, node_id), files=(file,), early=True)


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
