"""What of a picture matters for looks stays; what it hides in odd places does not."""

import io
import struct
import zlib
from zlib import crc32

import pytest
from PIL import Image, ImageOps

from core.cleaning.cleaning import Uncleanable
from tests.core import bytes_of
from tests.core.cleaning import samples
from tests.core.cleaning.formats import NOTE, after, sure, tells


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return len(content).to_bytes(4) + kind + content + crc32(kind + content).to_bytes(4)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stays_turned(form: str, orientation: int) -> None:
    content = samples.saved(form, "RGB", exif=samples.exif(NOTE, orientation))

    found = sure(content)

    assert not tells(found)
    turned, expected = (ImageOps.exif_transpose(opened(each)) for each in (found, content))
    assert turned.tobytes() == expected.tobytes()
    assert dict(opened(found).getexif()) == {0x0112: orientation}
    assert after(found) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_an_orientation_that_turns_nothing_is_dropped(form: str) -> None:
    found = sure(samples.saved(form, "RGB", exif=samples.exif(None, 1)))

    assert dict(opened(found).getexif()) == {}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_profile_of_its_colours_stays(form: str) -> None:
    content = samples.saved(form, "RGB", icc_profile=samples.PROFILE, exif=samples.exif(NOTE))

    assert opened(sure(content)).info["icc_profile"] == samples.PROFILE


@pytest.mark.parametrize("profile", [NOTE.encode() * 3, samples.PROFILE[:40] + bytes(2**22)], ids=["none", "too large"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_what_is_no_profile_is_dropped(form: str, profile: bytes) -> None:
    found = sure(samples.saved(form, "RGB", icc_profile=profile))

    assert "icc_profile" not in opened(found).info
    assert not tells(found)
    assert after(found) is None


def test_a_profile_in_several_segments_of_a_jpeg_stays() -> None:
    profile = (100_000).to_bytes(4) + samples.PROFILE[4:128] + bytes(100_000 - 128)

    assert after(samples.saved("JPEG", "RGB", icc_profile=profile)) is None


def test_what_follows_the_profile_of_a_jpeg_is_dropped() -> None:
    content = samples.saved("JPEG", "RGB", icc_profile=samples.PROFILE)
    note = b"ICC_PROFILE\0\2\2" + NOTE.encode()
    at = content.index(b"\xff\xe2") + 4 + 14 + len(samples.PROFILE)

    assert sure(content[:at] + b"\xff\xe2" + (2 + len(note)).to_bytes(2) + note + content[at:]) == content


@pytest.mark.parametrize("packed", [zlib.compress(samples.PROFILE) + NOTE.encode(), b"no zlib", b""])
def test_what_a_png_hides_with_its_profile_is_dropped(packed: bytes) -> None:
    content = samples.png(None)

    assert sure(content[:33] + chunk(b"iCCP", b"name\0\0" + packed) + content[33:]) == content


@pytest.mark.parametrize("kind", [b"hIST", b"IEND"])
def test_notes_in_chunks_of_a_png_that_have_none_are_dropped(kind: bytes) -> None:
    content = samples.png(None)
    before = content[:-12] if kind == b"IEND" else content[:33]

    assert sure(before + chunk(kind, NOTE.encode()) + content[len(before) :]) == content


@pytest.mark.parametrize("mode", ["1", "P", "L", "RGB"])
def test_a_bmp_has_nothing_around_its_dots(mode: str) -> None:
    content, note = samples.saved("BMP", mode), NOTE.encode()
    start = int.from_bytes(content[10:14], "little")
    moved = (start + len(note)).to_bytes(4, "little")

    found = sure(content[:10] + moved + content[14:start] + note + content[start:] + note)

    assert not tells(found)
    assert opened(found).tobytes() == opened(content).tobytes()
    assert int.from_bytes(found[2:6], "little") == len(found) == len(content) + len(note)
    assert after(content) is None


def test_a_jpeg_for_print_keeps_how_its_colours_are_meant() -> None:
    content = samples.saved("JPEG", "CMYK", comment=NOTE)

    assert opened(sure(content)).tobytes() == opened(content).tobytes()


def test_a_gif_goes_on_turning() -> None:
    found = opened(sure(samples.gif(NOTE)))

    assert (found.info["loop"], found.info["duration"]) == (0, 50)


def test_a_webp_says_what_it_still_has() -> None:
    found = sure(samples.webp(NOTE, icc_profile=samples.PROFILE))

    assert found[12:16] == b"VP8X"
    assert found[20] == 0x20
    assert struct.unpack("<I", found[4:8])[0] == len(found) - 8


def test_notes_within_a_frame_of_a_webp_are_found() -> None:
    content = samples.moving_webp(None)
    at = content.index(b"ANMF")
    size = struct.unpack("<I", content[at + 4 : at + 8])[0]
    note = b"NOTE" + struct.pack("<I", len(NOTE)) + NOTE.encode() + bytes(len(NOTE) % 2)
    longer = content[: at + 4] + struct.pack("<I", size + len(note)) + content[at + 8 : at + 8 + size] + note
    whole = longer + content[at + 8 + size :]

    assert sure(whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]) == content


def test_notes_between_the_scans_of_a_jpeg_are_found() -> None:
    content = samples.progressive(None)
    at = content.index(b"\xff\xda", content.index(b"\xff\xda") + 2)
    comment = b"\xff\xfe" + (2 + len(NOTE)).to_bytes(2) + NOTE.encode()

    assert sure(content[:at] + comment + content[at:]) == content


def test_the_second_picture_of_a_jpeg_is_dropped_with_its_notes() -> None:
    buffer = io.BytesIO()
    second = samples.picture(turn=1)
    samples.picture().save(buffer, "MPO", save_all=True, append_images=[second], exif=samples.exif(NOTE))

    found = sure(buffer.getvalue())

    assert opened(found).format == "JPEG"
    assert opened(found).tobytes() == opened(buffer.getvalue()).tobytes()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", None])
def test_a_tiff_shows_the_same_however_it_is_packed(compression: str | None) -> None:
    content = samples.saved("TIFF", "RGB", compression=compression, description=NOTE)

    assert opened(sure(content)).tobytes() == opened(content).tobytes()


def test_a_tiff_keeps_no_tag_that_it_does_not_need() -> None:
    found = opened(sure(samples.tiff(NOTE)))

    assert {270, 271, 305, 315, 700, 33432, 34665, 50000} & set(found.getexif()) == set()


def test_a_note_that_a_tiff_shows_as_its_picture_is_refused() -> None:
    content = samples.saved("TIFF", "RGB", description=NOTE)
    with Image.open(io.BytesIO(content)) as image:
        strip = struct.pack("<I", image.getexif()[273])
    shown = struct.pack("<I", content.index(NOTE.encode()))

    with pytest.raises(Uncleanable):
        after(content.replace(strip, shown))


@pytest.mark.parametrize(
    "content",
    [
        samples.png(None)[:33] + chunk(b"NEED") + samples.png(None)[33:],
        samples.png(None)[:33] + b"\0\0\0\1tEXtaBAD!" + samples.png(None)[33:],
        b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9",
        samples.jpeg(None).replace(b"\xff\xdb\0\x43", b"\xff\xdb\0\x44", 1),
        b"GIF89a\x01\0\x01\0\0\0\0;",
        samples.webp(None)[:12],
        b"II*\0" + bytes(20),
        bytes_of.EXR,
        samples.saved("BMP", "RGB")[:-1],
        samples.saved("BMP", "RGB").replace(b"\x18\0\0\0\0\0", b"\x18\0\4\0\0\0", 1),
        b"\0" + samples.jpeg(None),
    ],
    ids=[
        "PNG of need",
        "PNG of a wrong sum",
        "empty JPEG",
        "long table",
        "empty GIF",
        "short WebP",
        "TIFF",
        "EXR",
        "cut BMP",
        "JPEG in a BMP",
        "late JPEG",
    ],
)
def test_a_picture_that_cannot_be_followed_is_refused(content: bytes) -> None:
    with pytest.raises(Uncleanable):
        after(content)


def test_what_an_exr_needs_stays() -> None:
    found, bare = sure(samples.exr(NOTE)), samples.exr(None)

    start = bare.index(b"channels")
    end = bare.index(b"screenWindowWidth") + 31
    assert found[start:end] == bare[start:end]
    assert found.count(b"\0string\0") == samples.exr(NOTE).count(b"\0string\0")
