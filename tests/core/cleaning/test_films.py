"""Films keep every offset; what is said about them is gone, and what cannot be told apart is refused."""

import pytest

from core.cleaning.cleaning import Uncleanable
from tests.core.bytes_of import box, mp4
from tests.core.cleaning import samples
from tests.core.cleaning.formats import NOTE, after, sure, tells
from tests.core.cleaning.samples import UNKNOWN, element


def kinds(content: bytes) -> list[bytes]:
    """Of the boxes at the top."""
    found, place = [], 0
    while place < len(content):
        length = int.from_bytes(content[place : place + 4])
        if length == 1:
            length = int.from_bytes(content[place + 8 : place + 16])
        found.append(content[place + 4 : place + 8])
        place += length
    return found


def test_boxes_of_notes_become_free_ones() -> None:
    content = samples.mp4(NOTE)

    assert kinds(sure(content)) == [b"ftyp", b"mdat", b"moov", b"free", b"free", b"free", b"free", b"free"]


def test_free_places_are_emptied() -> None:
    content = samples.mp4(None) + box(b"free", NOTE.encode())

    assert sure(content) == samples.mp4(None) + box(b"free", bytes(len(NOTE)))


@pytest.mark.parametrize("kind", [b"moof", b"uuid", b"udta", b"free", b"skip", b"wide", b"meta"])
def test_an_mp4_may_begin_with_any_box(kind: bytes) -> None:
    found = sure(box(kind, box(b"uuid", NOTE.encode())) + samples.mp4(NOTE))

    assert not tells(found)
    assert samples.NOISE in found


def test_a_part_of_a_stream_alone_is_refused() -> None:
    with pytest.raises(Uncleanable):
        after(box(b"styp", b"msdh", bytes(4)) + box(b"moof", box(b"udta", NOTE.encode())))


@pytest.mark.parametrize(
    "content",
    [
        mp4(b"isom", b"meta"),
        mp4(b"isom"),
        box(b"ftyp", b"isom", bytes(4), b"avif") + samples.mp4(None)[24:],
        box(b"ftyp", b"isom", bytes(5000)) + samples.mp4(None)[24:],
        samples.mp4(None)[:-1],
        samples.mp4(None) + b"\0\0\0\7free",
        samples.mp4(None) + b"\0\0\0\x0c\1\2\3\4note",
    ],
    ids=["a track of notes", "no track", "a picture", "a long start", "cut", "a short box", "no box"],
)
def test_an_mp4_that_cannot_be_followed_is_refused(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content)


def test_a_box_up_to_the_end_may_leave_its_length_out() -> None:
    content = samples.mp4(None)

    assert after(content + b"\0\0\0\0mdat" + samples.NOISE) is None


@pytest.mark.parametrize("live", [False, True])
def test_what_leads_to_notes_is_dropped_from_the_index_of_a_webm(live: bool) -> None:
    found = sure(samples.matroska(NOTE, live=live))

    assert b"\x12\x54\xc3\x67" not in found
    assert found.count(b"\xa3\x41") == samples.matroska(NOTE, live=live).count(b"\xa3\x41")


def test_a_sum_over_what_changes_is_dropped() -> None:
    assert b"\xbf\x84\1\2\3\4" not in sure(samples.matroska(NOTE))


def test_a_long_note_in_a_webm_becomes_as_long_a_void() -> None:
    content = samples.matroska(NOTE * 20)

    found = sure(content)

    assert len(found) == len(content)
    assert not tells(found)


@pytest.mark.parametrize(
    "more",
    [
        element(0x1254C367, NOTE.encode(), length=UNKNOWN, wide=True),
        element(0x1F43B675, element(0x1254C367, NOTE.encode())),
        element(0x1F43B676, NOTE.encode()),
        b"\0" + NOTE.encode(),
        b"\xec",
    ],
    ids=["tags without an end", "tags in a cluster", "nobody knows", "no element", "cut"],
)
def test_a_webm_that_cannot_be_followed_is_refused(more: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(samples.matroska(None, live=True) + more)


def test_what_follows_a_film_of_known_length_is_refused() -> None:
    with pytest.raises(Uncleanable):
        after(samples.matroska(None) + NOTE.encode())
