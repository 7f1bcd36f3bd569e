"""The files that are written by hand: their structure, where no library of the tests reads them."""

import json
import struct
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image

from stationthis_discord.sandbox.comfydeploy.formats import flac, h264, meshes, mp4, sounds, stills, webm
from stationthis_discord.sandbox.comfydeploy.formats.exr import exr
from stationthis_discord.sandbox.comfydeploy.formats.noise import sized
from stationthis_discord.sandbox.comfydeploy.formats.tags import NO_TAGS, Tags
from stationthis_discord.sandbox.comfydeploy.kept import Kept

TAGS = Tags((("prompt", '{"1": {}}'), ("workflow", "{}")), "planted")
PICTURE = Image.linear_gradient("L").convert("RGB").resize((64, 48))


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        assert 8 <= size <= len(data) - at
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """EBML with sizes of eight bytes."""
    at = 0
    while at < len(data):
        width = 9 - data[at].bit_length()
        number = int.from_bytes(data[at : at + width], "big")
        size = int.from_bytes(data[at + width + 1 : at + width + 8], "big")
        assert data[at + width] == 1
        assert size <= len(data) - at
        yield number, data[at + width + 8 : at + width + 8 + size]
        at += width + 8 + size


def film(tags: Tags) -> bytes:
    frames = [h264.picture(PICTURE, number) for number in range(3)]
    return mp4.mp4(mp4.Film(frames, 64, 48, 8.0, tags))


@pytest.mark.parametrize("tags", [NO_TAGS, TAGS])
def test_the_index_of_a_film_points_at_its_frames(tags: Tags) -> None:
    content = film(tags)

    moov = dict(boxes(content))[b"moov"]
    stbl = dict(boxes(dict(boxes(dict(boxes(dict(boxes(moov))[b"trak"]))[b"mdia"]))[b"minf"]))[b"stbl"]
    first = struct.unpack_from(">I", dict(boxes(stbl))[b"stco"], 8)[0]
    sizes = struct.unpack_from(">3I", dict(boxes(stbl))[b"stsz"], 12)
    frame = h264.picture(PICTURE, 0)
    assert content[first : first + sizes[0]] == struct.pack(">I", len(frame)) + frame
    assert sum(sizes) == len(dict(boxes(content))[b"mdat"])


def test_frames_hold_no_start_code() -> None:
    assert b"\0\0" not in h264.noise("seed", 64, 0)
    assert len(h264.noise("seed", 64, 1)) == len(h264.picture(PICTURE.resize((64, 64)), 1))


def test_a_webm_holds_the_pictures_of_webp() -> None:
    frames = [webm.vp8(PICTURE), webm.vp8(PICTURE.rotate(180))]

    (_, segment) = list(elements(webm.webm(frames, PICTURE.size, 8.0, TAGS)))[1]

    parts = dict(elements(segment))
    blocks = [body[4:] for number, body in elements(parts[0x1F43B675]) if number == 0xA3]
    assert blocks == frames
    assert {0x1254C367, 0x1941A469} <= set(parts)
    assert all(frame[3:6] == b"\x9d\x01\x2a" for frame in frames)


def test_a_flac_gives_back_its_samples() -> None:
    samples = sounds.tone(440.0, 0.2)

    content = flac.flac(samples, TAGS)

    at, last = 4, False
    while not last:
        last = bool(content[at] & 0x80)
        at += 4 + int.from_bytes(content[at + 1 : at + 4], "big")
    size = 7 + 2 * flac.BLOCK + 2
    frames = [content[start : start + size] for start in range(at, len(content), size)]
    assert b"".join(frame[7:-2] for frame in frames) == b"".join(
        samples[number + 1 : number + 2] + samples[number : number + 1] for number in range(0, len(samples), 2)
    )


def test_an_ogg_page_has_the_checksum_of_its_bytes() -> None:
    content = sounds.opus(2.0, Tags((("prompt", "x" * 70_000),)))

    pages = content.split(b"OggS")[1:]
    assert len(pages) == 5
    for number, page in enumerate(pages):
        whole = b"OggS" + page
        assert int.from_bytes(page[14:18], "little") == number
        assert sum(whole[27 : 27 + whole[26]]) + 27 + whole[26] == len(whole)


def test_a_glb_is_a_triangle_with_extras() -> None:
    content = meshes.glb(TAGS)

    size = struct.unpack_from("<I", content, 12)[0]
    described = json.loads(content[20 : 20 + size])
    assert struct.unpack_from("<I", content, 8)[0] == len(content)
    assert described["asset"]["extras"]["prompt"] == '{"1": {}}'
    assert described["buffers"][0]["byteLength"] == struct.unpack_from("<I", content, 20 + size)[0]


def test_an_exr_has_a_line_at_each_offset() -> None:
    content = exr(PICTURE, TAGS)

    first = content.index(struct.pack("<iI", 0, 64 * 3 * 2))
    offsets = struct.unpack_from("<48Q", content, first - 48 * 8)
    assert [struct.unpack_from("<i", content, offset)[0] for offset in offsets] == list(range(48))


def test_a_png_holds_the_planted_text_packed_and_plain() -> None:
    content = stills.png(PICTURE, TAGS)

    packed = [part.partition(b"\0\0")[2] for part in content.split(b"zTXtDescription")[1:]]
    assert zlib.decompressobj().decompress(b"x" + packed[0].partition(b"x")[2]) == b"planted"
    assert content.count(b"planted") >= 4


def test_what_was_made_is_kept_within_bounds() -> None:
    kept = Kept(most=3, room=10)

    for name, size in (("a", 4), ("b", 4), ("c", 4), ("d", 11)):
        kept.put(name, bytes(size))

    assert [name for name in "abcd" if kept.get(name) is not None] == ["b", "c"]


@pytest.mark.parametrize("about", [1, 1000, 20_000])
def test_a_size_that_cannot_be_met_ends_the_search(about: int) -> None:
    content = sized(lambda image: stills.webp([image], 1.0, TAGS), "seed", about)

    assert len(content) <= about * 1.2 + 1000
