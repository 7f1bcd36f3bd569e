"""What a safetensors file carries beside its numbers; ComfyUI keeps latents in such files. Its length stays."""

from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.source import Source, Uncleanable
from core.cleaning.written import read, rewritten

_NOTES: Final = "__metadata__"  # https://huggingface.co/docs/safetensors/index#format
_OF_ENTRY: Final = frozenset({"dtype", "shape", "data_offsets"})
_FORMATS: Final = frozenset({"pt", "tf", "flax", "np", "mlx"})  # readers of models want to know it
_LONGEST_HEADER: Final = 100_000_000  # bytes; its own library takes no more


def begins_safetensors(head: bytes) -> bool:
    """Whether a file that begins like this is one: no text and no other format does."""
    return head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= _LONGEST_HEADER


def safetensors(source: Source) -> list[Edit]:
    """Raises `Uncleanable`."""
    end = 8 + int.from_bytes(source.piece(0, 8), "little")
    header = read(source, 8, end)
    notes = header.get(_NOTES, {})
    numbers = {key: value for key, value in header.items() if key != _NOTES}
    if not isinstance(notes, dict) or not all(_is_entry(value) for value in numbers.values()):
        raise Uncleanable
    kept = {"format": notes["format"]} if str(notes.get("format")) in _FORMATS else {}
    return rewritten(8, end, header, {_NOTES: kept, **numbers} if kept else numbers)


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and set(value) == _OF_ENTRY
