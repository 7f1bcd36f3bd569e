"""The two files of a workflow that an operator uploads, read and looked at before anything is sent."""

import json
import math
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from core.comfydeploy.inputs import graph_nodes
from core.comfydeploy.values import Source
from core.comfydeploy.workflows import Upload
from core.file_errors import FileError
from core.media import Media
from core.operator_errors import UploadRefused, WorkflowFileInvalid

LARGEST_WORKFLOW: Final = 4 * 2**20  # bytes of one file


@dataclass(frozen=True, slots=True)
class WorkflowFiles:
    """A workflow as ComfyUI saves it, twice: `drawing` for the editor, `graph` in API format."""

    drawing: Source
    graph: Source
    comment: str | None = None


async def read_files(media: Media, files: WorkflowFiles) -> Upload:
    """Both files, as they are sent.

    Raises:
        WorkflowFileInvalid: one is no JSON of its kind.
        UploadRefused: one cannot be fetched, or is too large.
    """
    drawing = await _read(media, files.drawing, wants_graph=False)
    if not isinstance(drawing.get("nodes"), list):
        raise WorkflowFileInvalid(files.drawing.name, wants_graph=False)
    graph = await _read(media, files.graph, wants_graph=True)
    if not any("class_type" in node for node in graph_nodes(graph)):
        raise WorkflowFileInvalid(files.graph.name, wants_graph=True)
    return Upload(drawing, graph, comment=files.comment)


async def _read(media: Media, source: Source, *, wants_graph: bool) -> dict[str, Any]:
    try:
        async with media.input(source, LARGEST_WORKFLOW) as local:
            content = local.file.read()
    except FileError as error:
        raise UploadRefused(error) from error
    try:
        found = json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WorkflowFileInvalid(source.name, wants_graph=wants_graph)
    return found


def _refuse(constant: str) -> NoReturn:
    """Python reads `NaN` and `Infinity`, which are no JSON, and would send them on."""
    raise ValueError(constant)


def _finite(text: str) -> float:
    """Python makes infinity of `1e999`, which it cannot write as JSON."""
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)
