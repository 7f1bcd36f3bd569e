"""What files made to be slow, or large, cost."""

import io
import struct
import tempfile
import tracemalloc

import pytest

from core.cleaning.cleaning import Uncleanable, cleaned
from core.cleaning.edits import Edit, applied, changing
from core.cleaning.source import MOST_PIECES, Source
from tests.core import bytes_of
from tests.core.bytes_of import box
from tests.core.cleaning import samples, sounds
from tests.core.cleaning.formats import NOTE, after

LARGE = 32 * 2**20


def test_a_file_is_looked_at_a_bounded_number_of_times() -> None:
    source = Source(io.BytesIO(b"abc"), 3)
    for _ in range(MOST_PIECES):
        source.piece(0, 1)

    with pytest.raises(Uncleanable):
        source.piece(0, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"II*\0\x08\0\0\0" + b"\1\0\0\1\3\0\1\0\0\0\5\0\0\0\x08\0\0\0",
        bytes_of.tiff_of_strips(600_000),
        box(b"ftyp", b"isom") + box(b"free") * MOST_PIECES,
        b"RIFF" + struct.pack("<I", 8 * MOST_PIECES) + b"WAVE" + b"abcd\0\0\0\0" * MOST_PIECES,
        samples.png(None)[:33] + b"\0\0\0\0tEXt\x9a\xd1\x82\xef" * MOST_PIECES,
        b"<svg>" + b"<!---->" * MOST_PIECES + b"</svg>",
        b'{"asset":{"version":"2.0"},"nodes":[' + b"{}," * MOST_PIECES + b"{}]}",
    ],
    ids=["a page that follows itself", "strips", "boxes", "chunks", "PNG", "comments", "JSON"],
)
def test_a_file_that_is_made_to_be_slow_is_refused(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content)


def test_a_part_of_a_file_has_no_bound_of_its_own() -> None:
    source = Source(io.BytesIO(b"abc"), 3)
    for _ in range(MOST_PIECES):
        source.part(0, 1).piece(0, 1)

    with pytest.raises(Uncleanable):
        source.piece(0, 1)


def test_an_hour_of_sound_is_not_too_much() -> None:
    assert after(sounds.FRAME * (MOST_PIECES + 1)) is None


@pytest.mark.parametrize("kind", [b"mdat", b"udta"])
def test_little_of_a_large_file_is_held_in_memory(kind: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(samples.mp4(NOTE) + (8 + LARGE).to_bytes(4) + kind)
        size = file.seek(LARGE, io.SEEK_CUR)
        file.truncate()
        tracemalloc.start()
        try:
            found = cleaned(file, size)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert found is not None
    with found:
        assert found.seek(0, io.SEEK_END) == size
    assert peak < 6 * 2**20


def test_edits_that_change_nothing_are_left_out() -> None:
    file = io.BytesIO(b"abc\0\0def")

    edits = changing(file, 8, [Edit(3, 5, fill=2), Edit(0, 1, b"x"), Edit(8, 8)])

    assert edits == [Edit(0, 1, b"x")]
    with applied(file, 8, edits) as found:
        assert found.read() == b"xbc\0\0def"


@pytest.mark.parametrize("edits", [[Edit(0, 3), Edit(2, 4)], [Edit(7, 9)], [Edit(3, 2)]])
def test_edits_that_do_not_fit_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(Uncleanable):
        changing(io.BytesIO(b"abc\0\0def"), 8, edits)


def test_a_file_that_became_shorter_meanwhile_is_refused() -> None:
    with pytest.raises(Uncleanable):
        applied(io.BytesIO(b"abc"), 9, [Edit(0, 1, b"x")])


def test_a_large_text_in_a_scene_is_not_read() -> None:
    content = sounds.glb(None).replace(b'"mesh"', b'"' + b"x" * 2**20 + b'"')
    length = (len(content) - len(sounds.glb(None))) + int.from_bytes(content[12:16], "little")

    with pytest.raises(Uncleanable):
        after(content[:8] + len(content).to_bytes(4, "little") + length.to_bytes(4, "little") + content[16:])
