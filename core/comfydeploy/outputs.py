"""What a run made, and what a workflow will make; pure.

Keys and shapes differ between generations of the machine's nodes, so files are told apart by their extension only.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from core.comfydeploy.inputs import graph_nodes
from core.comfydeploy.models import Output
from core.comfydeploy.wire import unsigned


class Kind(StrEnum):
    """What a result or a file is, for people."""

    IMAGE = "image"
    ANIMATION = "animation"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    MODEL = "3D"
    FILE = "file"


_EXTENSIONS = {
    Kind.IMAGE: "png jpg jpeg webp bmp tif tiff exr avif",
    Kind.ANIMATION: "gif apng",
    Kind.VIDEO: "mp4 webm mov mkv avi",
    Kind.AUDIO: "mp3 wav flac ogg opus m4a",
    Kind.TEXT: "txt md json csv",
    Kind.MODEL: "glb gltf obj stl ply fbx",
}
_KIND_OF = {extension: kind for kind, names in _EXTENSIONS.items() for extension in names.split()}

# Parts of class names of nodes that end a workflow; the first that fits decides.
_MAKERS = (
    ("deployoutputtext", Kind.TEXT),
    ("savetext", Kind.TEXT),
    ("showtext", Kind.TEXT),
    ("saveanimated", Kind.ANIMATION),
    ("videocombine", Kind.VIDEO),
    ("savevideo", Kind.VIDEO),
    ("savewebm", Kind.VIDEO),
    ("saveaudio", Kind.AUDIO),
    ("saveglb", Kind.MODEL),
    ("savemesh", Kind.MODEL),
    ("deployoutputimage", Kind.IMAGE),
    ("deployoutputexr", Kind.IMAGE),
    ("deploystdoutputimage", Kind.IMAGE),
    ("saveimage", Kind.IMAGE),
    ("imagesave", Kind.IMAGE),
    ("deployoutputfile", Kind.FILE),
    ("deploystdoutputany", Kind.FILE),
)


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a run, still at ComfyUI Deploy. `filename` is foreign text."""

    url: str
    filename: str

    @property
    def kind(self) -> Kind:
        return kind_of(self.filename)


@dataclass(frozen=True, slots=True)
class Results:
    """Files and texts of a run, in the order in which they were made."""

    files: tuple[Media, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run failed, in the machine's own words: foreign text, not yet clipped. `kind` is the exception's class."""

    message: str
    node: str | None = None
    kind: str | None = None


def kind_of(filename: str) -> Kind:
    """The kind by file extension, `file` when it is not known."""
    return _KIND_OF.get(PurePosixPath(filename).suffix.lower().removeprefix("."), Kind.FILE)


def read_results(outputs: Iterable[Output], *, previews: bool = False) -> Results:
    """All files and texts under any key, without flags; a file listed twice counts once.

    What nodes show on the way (`temp`) is no result; with `previews` it is among the files all the same.
    """
    files: dict[str, Media] = {}
    texts: list[str] = []
    for item in _items(sorted(outputs, key=_made)):
        if isinstance(item, str):
            if item.strip():
                texts.append(item)
        elif isinstance(item, dict) and (previews or item.get("type") != "temp"):
            media = _media(item)
            if media:
                files.setdefault(unsigned(media.url), media)  # a private account's are signed anew each time
    return Results(tuple(files.values()), tuple(texts))


def read_reason(raw_outputs: Iterable[object]) -> Reason | None:
    """Why a run failed: ComfyUI stores its error as an output that only the heavy list shows; None without one."""
    for output in raw_outputs:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(data, dict) and isinstance(data.get("exception_message"), str):
            kind, node = _text(data.get("exception_type")), _text(data.get("node_type"))
            return Reason(data["exception_message"].strip() or kind or "", node, kind)
    return None


def made_by(workflow_api: object) -> Kind:
    """The kind of result a workflow ends in: of its output nodes the one that says most; `file` when none is known."""
    found = [kind for name in _class_types(workflow_api) if (kind := _made_by_node(name)) is not None]
    return min(found, key=_PREFERENCE.index, default=Kind.FILE)


_PREFERENCE = [Kind.VIDEO, Kind.ANIMATION, Kind.MODEL, Kind.AUDIO, Kind.IMAGE, Kind.TEXT, Kind.FILE]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _made(output: Output) -> datetime:
    return output.created_at or datetime.max.replace(tzinfo=UTC)


def _items(outputs: Iterable[Output]) -> Iterator[object]:
    for output in outputs:
        if isinstance(output.data, dict):
            for values in output.data.values():
                yield from values if isinstance(values, list) else ()


def _media(item: dict[str, Any]) -> Media | None:
    url, filename = item.get("url"), item.get("filename")
    if not isinstance(url, str) or not url:
        return None
    return Media(url, filename if isinstance(filename, str) and filename else "file")


def _class_types(workflow_api: object) -> Iterator[str]:
    for node in graph_nodes(workflow_api):
        name = node.get("class_type")
        if isinstance(name, str):
            yield re.sub(r"[\W_]", "", name.lower())


def _made_by_node(name: str) -> Kind | None:
    return next((kind for part, kind in _MAKERS if part in name), None)
