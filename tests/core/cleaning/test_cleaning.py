"""What makers embed is gone, what they made is not touched, and nobody is held up by files made to be slow."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from core.cleaning.cleaning import Uncleanable
from tests.anything import QUICK
from tests.core import bytes_of
from tests.core.cleaning import samples, sounds
from tests.core.cleaning.formats import ALL, IN_PLACE, NOTE, PICTURES, after, sure, tells

FEW = settings(QUICK, max_examples=20)
NOTED = {name: make(NOTE) for name, make in ALL.items()}


def pixels(content: bytes) -> list[tuple[bytes, object]]:
    with Image.open(io.BytesIO(content)) as image:
        return [
            (frame.convert("RGBA").tobytes(), frame.info.get("duration")) for frame in ImageSequence.Iterator(image)
        ]


@pytest.mark.parametrize("name", ALL)
def test_what_was_embedded_is_gone(name: str) -> None:
    content = NOTED[name]

    assert tells(content)
    assert not tells(sure(content))


@pytest.mark.parametrize("name", ALL)
def test_a_second_cleaning_finds_nothing(name: str) -> None:
    assert after(sure(NOTED[name])) is None


@pytest.mark.parametrize("name", [name for name in ALL if name != "TIFF of two pages"])  # Pillow leaves bits in those
def test_a_file_without_notes_is_left_as_it_is(name: str) -> None:
    assert after(ALL[name](None)) is None


@pytest.mark.parametrize("name", PICTURES)
def test_no_dot_of_a_picture_changes(name: str) -> None:
    content = NOTED[name]

    assert pixels(sure(content)) == pixels(content)


@pytest.mark.parametrize("name", IN_PLACE)
def test_no_place_changes_where_others_may_point_to(name: str) -> None:
    content = NOTED[name]
    start = content.rindex(samples.NOISE[:12])

    found = sure(content)

    assert len(found) == len(content)
    assert found.rindex(samples.NOISE[:12]) == start


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("FLAC", sounds.FLAC_SOUND),
        ("MP3", sounds.FRAME * 5),
        ("AAC", sounds.ADTS * 5),
        *((name, samples.NOISE) for name in ("MP4", "MP4 for the web", "WAV", "RF64", "AVI", "GLB", "safetensors")),
    ],
)
def test_the_sound_or_film_is_the_same(name: str, sound: bytes) -> None:
    assert sound in sure(NOTED[name])


@pytest.mark.parametrize("name", ["PNG", "JPEG", "JPEG progressive", "WebP that moves", "MP3", "AAC"])
def test_what_is_left_is_the_file_that_would_have_been_made_without_notes(name: str) -> None:
    assert sure(NOTED[name]) == ALL[name](None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"a prompt",
        bytes_of.PDF,
        bytes_of.ZIP,
        bytes_of.SVG,
        bytes_of.drawn("BMP"),
        b'{"a": 1}',
        b"the meta",
    ],
)
def test_what_cannot_carry_notes_is_left_as_it_is(content: bytes) -> None:
    assert after(content) is None


@pytest.mark.parametrize(
    "content",
    [
        bytes_of.AVIF,
        bytes_of.HEIC,
        b"II+\0\x08\0\0\0" + bytes(20),
        b"8BPS\0\1",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"FLV\1",
        b"FORM\0\0\0\x64AIFF",
        b".snd\0",
        b"caff\0\1",
        b"wvpk",
        b"#?RADIANCE\n# ",
        b"Kaydara FBX Binary  \0",
        b"; FBX 7",
        b"\0\0\1\xba",
        b"G" + bytes(187) + b"G" + bytes(187) + b"G",
        bytes(4) + b"G" + bytes(191) + b"G",
        samples.saved("ICO", "RGB"),
        samples.saved("TGA", "RGB")[:-26],
        b"<\0s\0v\0g\0",
    ],
)
def test_what_can_carry_notes_that_nobody_finds_is_not_passed_on(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content + NOTE.encode())


def test_a_tga_is_known_by_its_end() -> None:
    with pytest.raises(Uncleanable):
        after(samples.saved("TGA", "P"))


@pytest.mark.parametrize("name", ALL)
@FEW
@given(st.data())
def test_a_file_that_was_cut_off_is_refused_or_clean(name: str, data: st.DataObject) -> None:
    content = NOTED[name]
    kept = content[: data.draw(st.integers(12, len(content) - 1))]

    assert not _passed_on(kept)


@pytest.mark.parametrize("name", ALL)
@QUICK
@given(st.data())
def test_a_file_with_a_wrong_byte_is_refused_or_clean(name: str, data: st.DataObject) -> None:
    content = bytearray(NOTED[name])
    content[data.draw(st.integers(12, len(content) - 1))] = data.draw(st.integers(0, 255))

    assert not _passed_on(bytes(content))


@pytest.mark.parametrize("name", ALL)
@FEW
@given(st.data())
def test_a_file_of_wrong_bytes_is_refused_or_read_to_its_end(name: str, data: st.DataObject) -> None:
    content = bytearray(NOTED[name])
    for place in data.draw(st.lists(st.integers(8, len(content) - 1), max_size=9)):
        content[place : place + 4] = data.draw(st.binary(min_size=4, max_size=4))

    _passed_on(bytes(content))


def _passed_on(content: bytes) -> bool:
    """Whether the token gets through. Any error but `Uncleanable` is one of the test."""
    try:
        found = after(content)
    except Uncleanable:
        return False
    return tells(content if found is None else found)
