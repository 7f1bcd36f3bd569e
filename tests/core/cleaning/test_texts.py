"""Drawings and meshes that are texts, or begin like one, lose their comments and nothing else."""

import pytest

from core.cleaning.cleaning import Uncleanable
from tests.core.cleaning.formats import NOTE, after, sure

TEXT = NOTE.encode()
METADATA = b"<metadata>\n<![CDATA[\n" + TEXT + b"</metadata> <metadata>\n]]></metadata>"
START = b"<?xml version='1.0' encoding='UTF-8'?>\n<svg xmlns='http://www.w3.org/2000/svg' width='9'>"
DRAWING = b"<style><![CDATA[a > b {}]]></style><text>a b</text><path d='M0 0'/></svg>"
TRIANGLE = b"  facet normal 0 0 1\n    outer loop\n    endloop\n  endfacet\n"
PLY = b"ply%(end)sformat binary_little_endian 1.0%(end)s%(note)selement vertex 1%(end)send_header%(end)s\ncomment "


@pytest.mark.parametrize(
    "note",
    [
        METADATA,
        b"<svg:metadata id='>'><a><metadata/><metadata>" + TEXT + b"</metadata></a></svg:metadata >",
        b"<metadata a='" + TEXT.replace(b"<", b"") + b"'/>",
        b"<metadata><!-- </metadata> --><?a </metadata> ?>" + TEXT + b"</metadata>",
        b"<!-- " + TEXT + b" <metadata> -->",
        b"<?xpacket " + TEXT + b"?>",
        b"<!--" + TEXT * 9000 + b"-->",
    ],
    ids=["CDATA", "nested", "empty", "comments in it", "comment", "for a program", "long"],
)
def test_a_drawing_is_the_same_without_notes(note: bytes) -> None:
    assert sure(START + note + DRAWING) == START + DRAWING
    assert after(START + DRAWING) is None


def test_notes_before_and_after_a_drawing_are_dropped() -> None:
    comment = b"<!--" + TEXT + b"-->"

    assert sure(comment + START[START.index(b"<svg") :] + DRAWING + comment) == START[START.index(b"<svg") :] + DRAWING


@pytest.mark.parametrize(
    "content",
    [
        START + b"<metadata>" + TEXT,
        START + b"<!-- " + TEXT,
        START + b"<metadata a='>" + TEXT,
        START + b"<!" + TEXT,
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + START + DRAWING,
        START + b"<image href='data:image/png;base64,AAAA'/></svg>",
        START.replace(b"UTF-8", b"UTF-7") + DRAWING,
    ],
    ids=["open metadata", "open comment", "open tag", "unknown", "entities", "a picture in it", "odd letters"],
)
def test_a_drawing_that_cannot_be_followed_is_refused(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<!-- a --><!DOCTYPE html><html><svg><!-- a --></svg></html>",
        b"<?xml version='1.0'?><a><!-- a --></a>",
        b"solid advice\nis to be had here",
        b"# a title\n\nand a text",
        b"x, y\n# 1, 2\n",
        b'{"asset": {"a": 1}}',
    ],
)
def test_texts_of_other_kinds_are_left_as_they_are(content: bytes) -> None:
    assert after(content) is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_ply_has_no_comments(end: bytes) -> None:
    content = PLY % {b"end": end, b"note": b""}
    notes = b"comment " + TEXT + end + b"comment" + end + b"obj_info " + TEXT + end

    assert sure(PLY % {b"end": end, b"note": notes}) == content
    assert after(content) is None


def test_a_ply_without_an_end_is_refused() -> None:
    with pytest.raises(Uncleanable):
        after(b"ply\ncomment " + TEXT + b"\n")


@pytest.mark.parametrize("start", [TEXT, b"solid " + TEXT])
def test_the_header_of_an_stl_is_emptied(start: bytes) -> None:
    triangles = (2).to_bytes(4, "little") + bytes(range(100))

    assert sure(start[:80].ljust(80) + triangles) == bytes(80) + triangles


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_solid_has_no_name(end: bytes) -> None:
    lines = (TRIANGLE * 9000).replace(b"\n", end)

    def solids(name: bytes) -> bytes:
        return (b"solid" + name + end + lines + b"endsolid" + name + end) * 2

    assert sure(solids(b" " + TEXT)) == solids(b"")
    assert after(solids(b"")) is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("first", [b"mtllib a.mtl", b"o a", b"v 0 0 0", b"newmtl a"])
def test_a_mesh_has_no_comments(first: bytes, end: bytes) -> None:
    lines = (first + b"\nv 1 2 3\nv 1 2 3\nv 1 2 3\nusemtl a#1\nf 1 2 3\n%b" * 9000).replace(b"\n", end)

    found = sure(b"# " + TEXT + end + lines.replace(b"%b", b" # " + TEXT[:30] + end))

    assert found == end + lines.replace(b"%b", end)
    assert after(found) is None
