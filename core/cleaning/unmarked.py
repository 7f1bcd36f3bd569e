"""Files that do not begin with a word of their format: what else gives them away."""

from typing import Final

from core.cleaning.edits import Edit
from core.cleaning.glb import gltf
from core.cleaning.meshes import is_binary_stl, is_obj, obj, stl
from core.cleaning.source import Source, Uncleanable

_TGA_END: Final = b"TRUEVISION-XFILE.\0"
_PACKET: Final = 188  # bytes of MPEG-TS; in M2TS 4 more before each
_MARK: Final = b"G"


def unmarked(source: Source) -> list[Edit]:
    """Nothing for those that nobody knows. Raises `Uncleanable`."""
    if is_binary_stl(source):
        return stl(source)
    if _is_transport(source) or source.upto(max(0, source.size - len(_TGA_END)), len(_TGA_END)) == _TGA_END:
        raise Uncleanable
    if source.upto(0, 64).lstrip().startswith(b"{"):
        return gltf(source)
    return obj(source) if is_obj(source) else []


def _is_transport(source: Source) -> bool:
    return any(
        source.upto(first, 1) == source.upto(first + step, 1) == _MARK
        and source.upto(first + 2 * step, 1) in {_MARK, b""}
        for first, step in ((0, _PACKET), (4, _PACKET + 4))
    )
