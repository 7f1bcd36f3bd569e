"""What an output node of a workflow leaves behind: files (not drawn yet) and text."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from stationthis_discord.sandbox.comfydeploy.pictures import FileRecipe


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file: its name, how to make its bytes, and in `extra` keys only ComfyUI's own reply carries."""

    name: str
    recipe: FileRecipe
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """Everything one output node made; `kind` is ComfyUI's key for its files, `early` ones are stored halfway."""

    node_id: str
    node_class: str
    kind: str = "images"
    files: tuple[OutputFile, ...] = ()
    texts: tuple[str, ...] = ()
    animated: bool = False
    output_id: str | None = None
    early: bool = False


def under_one_name(outputs: Iterable[Output]) -> list[Output]:
    """The same outputs, as if all nodes counted from 1 with one prefix."""
    return [
        replace(output, files=tuple(map(_renamed, range(1, 1 + len(output.files)), output.files))) for output in outputs
    ]


def _renamed(number: int, file: OutputFile) -> OutputFile:
    return replace(file, name=f"ComfyUI_{number:05}_{PurePosixPath(file.name).suffix}")
