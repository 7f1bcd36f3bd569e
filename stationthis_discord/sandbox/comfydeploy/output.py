"""What an output node of a workflow leaves behind: files (not drawn yet) and text."""

from dataclasses import dataclass, field
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
    """Everything one output node made; `kind` is ComfyUI's key for its files."""

    node_id: str
    node_class: str
    kind: str = "images"
    files: tuple[OutputFile, ...] = ()
    texts: tuple[str, ...] = ()
    animated: bool = False
    output_id: str | None = None
