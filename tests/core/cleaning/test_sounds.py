"""Sound stays byte for byte, whatever stands before, behind and between; scenes and numbers keep their places."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cleaning.cleaning import Uncleanable
from tests.anything import QUICK
from tests.core.cleaning import sounds
from tests.core.cleaning.formats import NOTE, after, sure, tells
from tests.core.cleaning.samples import NOISE, png


def pages(content: bytes) -> list[bytes]:
    return [b"OggS" + page for page in content.split(b"OggS")[1:]]


@pytest.mark.parametrize("packets", [sounds.vorbis_packets, sounds.opus_packets, sounds.flac_packets])
def test_pages_have_right_sums_afterwards(packets: sounds.Packets) -> None:
    found = pages(sure(sounds.ogg(packets(NOTE))))

    sums = [struct.unpack("<I", page[22:26])[0] for page in found]
    assert sums == [sounds.slow_sum(page[:22] + bytes(4) + page[26:]) for page in found]


@QUICK
@given(st.integers(0, 700), st.integers(1, 9))
def test_comments_of_any_length_over_any_pages_are_emptied(length: int, per_page: int) -> None:
    packets = sounds.opus_packets(NOTE + "x" * length)
    content = b"".join(sounds.stream(packets, 1, per_page))

    found = sure(content)

    assert not tells(found)
    assert len(found) == len(content)
    assert found.endswith(content[-200:])
    assert after(found) is None


@pytest.mark.parametrize("packets", [[b"fishead\0" + bytes(56), NOTE.encode()], [b"OpusHead" + bytes(11), b"OpusTag"]])
def test_streams_that_nobody_knows_are_refused(packets: list[bytes]) -> None:
    with pytest.raises(Uncleanable):
        after(sounds.ogg(packets))


def test_comments_that_go_on_after_the_end_are_refused() -> None:
    with pytest.raises(Uncleanable):
        after(b"".join(sounds.stream(sounds.opus_packets(NOTE * 20), 1)[:3]))


@pytest.mark.parametrize("short", range(9))
def test_comments_of_a_flac_without_room_for_padding_become_spaces(short: int) -> None:
    content = sounds.flac(None, short)
    found = after(content) or content

    assert len(found) == len(content)
    assert b"x" * max(1, short) not in found[: -len(sounds.FLAC_SOUND)]
    assert after(found) is None


def test_a_flac_behind_a_tag_is_found() -> None:
    assert sure(sounds.id3(NOTE) + sounds.flac(None)) == sounds.flac(None)


@pytest.mark.parametrize("between", [b"\0" * 5000, sounds.id3(NOTE), b"\0" + sounds.id3(NOTE) + b"\0"])
def test_what_is_no_sound_is_dropped_from_between_the_frames(between: bytes) -> None:
    assert sure(sounds.FRAME * 2 + between + sounds.FRAME) == sounds.FRAME * 3


LYRICS = b"LYRICSBEGIN" + NOTE.encode()


@pytest.mark.parametrize("tail", [sounds.ape(NOTE), sounds.tail(NOTE), LYRICS + b"%06dLYRICS200" % len(LYRICS)])
def test_tags_at_the_end_are_dropped(tail: bytes) -> None:
    assert sure(sounds.mp3(None) + tail) == sounds.mp3(None)
    assert sure(sounds.flac(None) + tail) == sounds.flac(None)


@pytest.mark.parametrize(
    "content",
    [
        sounds.FRAME + NOTE.encode() + sounds.FRAME,
        sounds.id3(NOTE),
        b"ID3\4\0\0\0\0\xff\0" + sounds.FRAME,
        sounds.flac(None) + sounds.ape(NOTE)[:-1],
        sounds.flac(None) + b"TAG" + NOTE.encode()[:100],
        b"fLaC\0\0\0\x22" + bytes(400),
        sounds.wav(None)[:44],
        sounds.wav(None) + b"\0\1\2\3\0\0\0\0",
        sounds.avi(None) + b"LIST",
    ],
    ids=["text", "only a tag", "odd tag", "cut tag", "cut old tag", "zeros", "no sound", "no chunk", "AVI and more"],
)
def test_sound_that_cannot_be_followed_is_refused(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_sound_from_a_pipe_goes_up_to_the_end(length: int) -> None:
    content = sounds.wav(None)
    unknown = struct.pack("<I", length)

    assert after(b"RIFF" + unknown + content[8:40] + unknown + NOISE) is None


def test_a_scene_shows_the_same_without_notes() -> None:
    found = sure(sounds.glb(NOTE))

    length = struct.unpack("<I", found[12:16])[0]
    picture = png(None)
    expected = sounds.scene(None, png(NOTE))
    expected["bufferViews"][0]["byteLength"] = len(picture)
    assert json.loads(found[20 : 20 + length]) == expected | {"extensionsUsed": [], "extensions": {}}
    assert found[28 + length :].startswith(NOISE + picture)


@pytest.mark.parametrize(
    "scene",
    [
        b'{"scene":1,"scene":2}',
        b"[]",
        b'{"scene":',
        b'{"extras":1,"min":NaN}',
        b'{"nodes":' + b"[" * 150 + b"]" * 150 + b"}",
        b'{"notes":"a"}',
        b'{"extensionsRequired":["MAKER_notes"]}',
        b'{"images":[{"bufferView":[]}]}',
        b'{"images":[{"bufferView":0}],"bufferViews":[{"byteLength":"9"}]}',
        b'{"images":[{"bufferView":0}],"bufferViews":[{"buffer":0,"byteLength":4}]}',
    ],
)
def test_a_scene_that_readers_may_not_agree_about_is_refused(scene: bytes) -> None:
    chunks = struct.pack("<I4s", len(scene), b"JSON") + scene + struct.pack("<I4s", 4, b"BIN\0") + bytes(4)

    with pytest.raises(Uncleanable):
        after(b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks)


def test_what_readers_of_models_want_to_know_stays() -> None:
    text = json.dumps({"__metadata__": {"format": "pt", "prompt": NOTE}}).encode()

    found = sure(len(text).to_bytes(8, "little") + text)

    assert json.loads(found[8:]) == {"__metadata__": {"format": "pt"}}
