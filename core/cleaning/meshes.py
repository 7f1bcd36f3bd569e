"""What meshes in PLY, STL and OBJ carry beside their shape: comments, and names of solids."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable
from core.cleaning.text import Text

_END_OF_LINE: Final = re.compile(rb"[\r\n]")
_OF_PLY: Final = re.compile(rb"[\r\n](?:comment|obj_info|end_header)(?=\s)")
_SOLID: Final = re.compile(rb"[\r\n][ \t]{0,40}(?:end)?solid(?=[ \t])")
_INSIDE: Final = re.compile(rb"\s{1,200}(?:facet|endsolid)\b")
_COMMENT: Final = re.compile(rb"[\r\n][ \t]{0,40}#")
_STL_HEADER: Final = 80  # bytes; after it the number of triangles, of 50 bytes each
_FIRST_WORD: Final = re.compile(rb"^[ \t]*([^\s#]\S{0,20})", re.MULTILINE)
_LOOKED_AT: Final = 50  # lines
_WORDS: Final = frozenset(
    b"v vt vn vp f l p o g s usemtl mtllib newmtl Ka Kd Ks Ke Ns Ni d Tr Tf illum Pr Pm Ps Pc map_Ka map_Kd map_Ks "
    b"map_Ke map_Ns map_d map_Bump map_bump map_Pr map_Pm bump norm disp refl".split()
)
_SURE: Final = frozenset({b"v", b"newmtl"})


def ply(source: Source) -> list[Edit]:
    """Raises `Uncleanable`."""
    edits: list[Edit] = []
    for start, word, end in _lines(Text(source), _OF_PLY):
        if source.piece(start + 1, word - start - 1) == b"end_header":
            return edits
        edits.append(Edit(start + 1, end + (2 if source.upto(end, 2) == b"\r\n" else 1)))
    raise Uncleanable


def is_binary_stl(source: Source) -> bool:
    """They have no word at their beginning; their length says it."""
    number = source.upto(_STL_HEADER, 4)
    return len(number) == 4 and source.size == _STL_HEADER + 4 + 50 * int.from_bytes(number, "little")


def stl(source: Source) -> list[Edit]:
    """Nothing for a text that only begins like one. Raises `Uncleanable`."""
    if is_binary_stl(source):
        return [blank(0, _STL_HEADER)]
    text = Text(source)
    first = text.find(_END_OF_LINE, 0)
    inside = text.find(_INSIDE, first[0]) if first else None
    if first is None or inside is None or inside[0] != first[0]:
        return []
    edits = [Edit(len(b"solid"), first[0])]
    return edits + [Edit(word, end) for _, word, end in _lines(text, _SOLID)]


def is_obj(source: Source) -> bool:
    """Whether it is one, or the materials of one: it begins with comments, and then with words of these."""
    found = islice(_FIRST_WORD.finditer(source.upto(0, LARGEST_PIECE)), _LOOKED_AT)
    words = {match[1] for match in found}
    return bool(words & _SURE) and words <= _WORDS


def obj(source: Source) -> list[Edit]:
    """Raises `Uncleanable`."""
    text = Text(source)
    edits = [Edit(start + 1, end) for start, _, end in _lines(text, _COMMENT)]
    if source.upto(0, 64).lstrip(b" \t").startswith(b"#"):
        first = text.find(_END_OF_LINE, 0)
        edits.append(Edit(0, first[0] if first else source.size))
    return edits


def _lines(text: Text, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int, int]]:
    """Where it begins, where it ends, and where its line does."""
    place = 0
    while found := text.find(pattern, place):
        after = found[0] + len(found[1])
        line = text.find(_END_OF_LINE, after)
        place = line[0] if line else text.size
        yield found[0], after, place
