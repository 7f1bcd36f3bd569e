"""What a file is is told by its bytes; what an input does not take is refused before anything of it is decoded."""

import contextlib
import io
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import FILES, InputKind
from core.content import Content, content_of
from core.file_errors import FileDamaged, FileError, FileNotAnImage, FileOfOtherKind
from core.pictures import bmp_size, gif_size, jpeg_size, png_size, tiff_size, webp_size
from tests.anything import QUICK
from tests.core import bytes_of
from tests.core.bytes_of import FILMS, NO_PICTURES, PICTURES, SOUNDS, drawn, mp4, wav

PICTURE = Input("image", InputKind.IMAGE, "Image")
BATCH = Input("images", InputKind.IMAGES, "Images")
VIDEO = Input("clip", InputKind.VIDEO, "Clip")
AUDIO = Input("sound", InputKind.AUDIO, "Sound")
EXR = Input("exr", InputKind.EXR, "EXR")
FILE = Input("file", InputKind.FILE, "File")
DOCUMENT = Input("file", InputKind.FILE, "File", accepts=(".pdf", ".jpg"))
NAMES = ["photo.png", "photo.jpeg", "photo", "photo.txt", ".png", "../../photo.exe", "x.gif\u202egpj"]

DRAWN: dict[str, bytes] = {
    **{f"PNG {mode}": drawn("PNG", (37, 21), mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")},
    "JPEG": drawn("JPEG", (41, 23)),
    "JPEG progressive": drawn("JPEG", (41, 23), progressive=True, optimize=True),
    "JPEG grey": drawn("JPEG", (41, 23), "L"),
    "JPEG with a film behind it": drawn("JPEG", (41, 23)) + FILMS["MP4"][0] * 20,
    "MPO": drawn("MPO", (41, 23)),
    "GIF": drawn("GIF", (19, 43), "P"),
    "GIF that moves": drawn("GIF", (19, 43), save_all=True, append_images=[Image.new("RGB", (19, 43), "red")]),
    "GIF with a remark": drawn("GIF", (19, 43), "P", comment=b"x" * 700),
    "WebP": drawn("WEBP", (29, 31)),
    "WebP lossless": drawn("WEBP", (29, 31), lossless=True),
    "WebP with alpha": drawn("WEBP", (29, 31), "RGBA"),
    "WebP that moves": drawn("WEBP", (29, 31), save_all=True, append_images=[Image.new("RGB", (29, 31), "red")]),
    "WebP of one dot": drawn("WEBP", (1, 1), lossless=True),
    **{f"BMP {mode}": drawn("BMP", (17, 13), mode) for mode in ("1", "L", "P", "RGB", "RGBA")},
    **{
        f"TIFF {compression}": drawn("TIFF", (51, 47), compression=compression)
        for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
    },
    "TIFF 16 bit, big-endian": drawn("TIFF", (51, 47), "I;16B"),
    "TIFF of two pages": drawn("TIFF", (51, 47), save_all=True, append_images=[Image.new("RGB", (9, 9))]),
}
MEASURES: dict[str, Callable[[io.BytesIO, int], tuple[int, int]]] = {
    "PNG": png_size,
    "JPEG": jpeg_size,
    "MPO": jpeg_size,
    "GIF": gif_size,
    "WebP": webp_size,
    "BMP": bmp_size,
    "TIFF": tiff_size,
}


def told(content: bytes, target: Input, name: str = "photo.png") -> Content:
    file = io.BytesIO(content)
    file.seek(len(content) // 2)
    try:
        return content_of(file, name, target)
    finally:
        assert file.tell() == 0


@pytest.mark.parametrize("form", PICTURES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", [PICTURE, BATCH], ids=["one", "batch"])
def test_a_picture_is_what_its_bytes_are_whatever_its_name_says(form: str, name: str, target: Input) -> None:
    assert told(drawn(form), target, name).extension == PICTURES[form]


@pytest.mark.parametrize("what", DRAWN)
def test_a_picture_is_as_large_as_its_reader_says(what: str) -> None:
    content = DRAWN[what]

    size = MEASURES[what.partition(" ")[0]](io.BytesIO(content), len(content))

    with Image.open(io.BytesIO(content)) as image:
        assert size == image.size


CUT = [(what, part) for what in DRAWN for part in (0.0, 0.3, 0.7, 1.0) if "film" not in what]
SPARE = {("TIFF jpeg", 1.0), ("TIFF of two pages", 1.0)}  # what ends there is not the picture


@pytest.mark.parametrize(("what", "part"), [cut for cut in CUT if cut not in SPARE])
def test_a_picture_that_was_cut_off_is_damaged(what: str, part: float) -> None:
    content = DRAWN[what]
    kept = 20 + round((len(content) - 21) * part)

    with pytest.raises(FileDamaged):
        told(content[:kept], PICTURE)


@pytest.mark.parametrize("form", PICTURES)
def test_a_picture_that_was_cut_off_in_its_header_is_none(form: str) -> None:
    with pytest.raises((FileDamaged, FileNotAnImage)):
        told(drawn(form)[:9], PICTURE)


def test_the_end_of_a_small_picture_in_the_header_is_not_the_end() -> None:
    content = drawn("JPEG", (99, 99), comment=drawn("JPEG"))

    assert told(content, PICTURE).extension == ".jpg"
    with pytest.raises(FileDamaged):
        told(content[:-2], PICTURE)


@pytest.mark.parametrize("what", NO_PICTURES)
def test_what_is_no_picture_is_refused(what: str) -> None:
    with pytest.raises(FileNotAnImage) as caught:
        told(NO_PICTURES[what], PICTURE, "a.png")

    assert caught.value.name == "a.png"


@pytest.mark.parametrize(("width", "height"), [(8001, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (0, 5), (5, 0)])
def test_a_picture_that_would_unfold_to_a_bomb_is_refused(width: int, height: int) -> None:
    with pytest.raises(FileNotAnImage):
        told(bytes_of.png_that_claims(width, height), PICTURE)


def test_the_largest_picture_allowed_is_taken() -> None:
    assert told(bytes_of.png_that_claims(8000, 8000), PICTURE).extension == ".png"


def test_a_frame_that_is_larger_than_its_gif_counts() -> None:
    content = drawn("GIF", (30, 20), "P")
    at = content.index(b",\0\0\0\0" + (30).to_bytes(2, "little"))
    large = content[: at + 5] + (60_000).to_bytes(2, "little") * 2 + content[at + 9 :]

    with pytest.raises(FileNotAnImage):
        told(large, PICTURE)


SLOW = {
    "TIFF": (bytes_of.tiff_of_strips(250_000), None),
    "PNG": (bytes_of.png_of_chunks(100_000), None),
    "JPEG": (bytes_of.jpeg_of_segments(30_000), FileNotAnImage),
    "GIF": (bytes_of.gif_of_remarks(30_000), FileNotAnImage),
    "GIF with one long remark": (bytes_of.gif_of_remarks(1, 30_000), FileNotAnImage),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_picture_made_to_be_slow_is_not(what: str) -> None:
    content, error = SLOW[what]
    file, started = io.BytesIO(content), time.process_time()
    tracemalloc.start()
    with pytest.raises(error) if error else contextlib.nullcontext():
        content_of(file, "a.png", PICTURE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 3 * 2**20
    assert time.process_time() - started < 1


class Counted(io.BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def test_the_parts_of_all_the_remarks_in_a_gif_count_together() -> None:
    file = Counted(bytes_of.gif_of_remarks(300, 300))

    with pytest.raises(FileNotAnImage):
        content_of(file, "a.gif", PICTURE)

    assert file.reads < 21_000


@pytest.mark.parametrize("what", FILMS)
@pytest.mark.parametrize("name", ["clip.mp4", "clip", "clip.png"])
def test_a_video_is_what_its_bytes_are(what: str, name: str) -> None:
    content, extension = FILMS[what]

    assert told(content, VIDEO, name).extension == extension


@pytest.mark.parametrize("what", SOUNDS)
@pytest.mark.parametrize("name", ["sound.mp3", "sound", "sound.png"])
def test_a_sound_is_what_its_bytes_are(what: str, name: str) -> None:
    content, extension = SOUNDS[what]

    assert told(content, AUDIO, name).extension == extension


def test_an_exr_image_is_one_by_its_first_bytes() -> None:
    assert told(bytes_of.EXR, EXR, "light.png") == Content(".exr", "image/x-exr")


@pytest.mark.parametrize(
    ("target", "wanted", "others"),
    [
        (VIDEO, "video", [drawn("PNG"), *(content for content, _ in SOUNDS.values()), *NO_PICTURES.values()]),
        (AUDIO, "audio", [drawn("PNG"), *(content for content, _ in FILMS.values()), bytes_of.SVG, b""]),
        (EXR, "EXR image", [drawn("PNG"), drawn("TIFF"), bytes_of.SVG, b"", b"v/2\x01", FILMS["MP4"][0]]),
    ],
    ids=["video", "audio", "EXR"],
)
def test_what_is_of_another_kind_is_refused(target: Input, wanted: str, others: list[bytes]) -> None:
    for content in others:
        if content == FILMS["MP4"][0] and target is VIDEO:
            continue
        with pytest.raises(FileOfOtherKind) as caught:
            told(content, target, "clip.mp4")
        assert (caught.value.name, caught.value.wanted) == ("clip.mp4", wanted)


@pytest.mark.parametrize("content", [mp4(b"isom", b"vide"), mp4(b"qt  ", b"vide"), mp4(b"M4A ", b"soun")])
@pytest.mark.parametrize("kept", [40, 1500, -1])
def test_a_film_that_was_cut_off_is_damaged(content: bytes, kept: int) -> None:
    target = AUDIO if b"soun" in content else VIDEO

    with pytest.raises(FileDamaged):
        told(content[:kept], target)


@pytest.mark.parametrize("content", [mp4(b"isom", b"vide") + bytes(50), mp4(b"isom", b"vide")[:-4] + bytes(4)])
def test_a_film_with_something_behind_it_is_not_damaged(content: bytes) -> None:
    assert told(content, VIDEO).extension == ".mp4"


def test_a_sound_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(FileDamaged):
        told(wav()[:-1], AUDIO)


@pytest.mark.parametrize(
    ("name", "content", "told_as"),
    [
        ("notes.zip", b"no zip either", Content(".zip", "application/zip")),
        ("notes.TXT", b"hello", Content(".txt", "text/plain")),
        ("notes", b"hello", Content("", "application/octet-stream")),
        ("notes.odd\u202e", b"hello", Content("", "application/octet-stream")),
        ("notes.averyveryverylongone", b"hello", Content("", "application/octet-stream")),
        ("photo.JPEG", drawn("JPEG"), Content(".jpeg", "image/jpeg")),
        ("photo", drawn("JPEG"), Content(".jpg", "image/jpeg")),
        ("photo.png", drawn("JPEG"), Content(".jpg", "image/jpeg")),
        ("photo.pdf", drawn("JPEG"), Content(".jpg", "image/jpeg")),
        ("photo.dng", drawn("TIFF"), Content(".dng", "application/octet-stream")),
        ("cut.png", drawn("PNG")[:50], Content(".png", "image/png")),
        ("paper.docx", bytes_of.ZIP, None),
        ("paper.pdf", bytes_of.PDF, Content(".pdf", "application/pdf")),
        ("drawing.svg", bytes_of.SVG, Content(".svg", "image/svg+xml")),
        ("empty.txt", b"", Content(".txt", "text/plain")),
    ],
)
def test_any_file_keeps_its_name_unless_that_names_another_format(
    name: str, content: bytes, told_as: Content | None
) -> None:
    found = told(content, FILE, name)

    assert found.extension == ".docx" if told_as is None else found == told_as


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", bytes_of.PDF),
        ("a.PDF", b"not really"),
        ("a.jpg", drawn("JPEG")),
        ("a.jpeg", drawn("JPEG")),
        ("a.png", drawn("JPEG")),
        ("a", bytes_of.PDF),
    ],
)
def test_a_file_of_an_accepted_extension_is_taken(name: str, content: bytes) -> None:
    assert told(content, DOCUMENT, name).extension in {".pdf", ".jpg", ".jpeg"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", drawn("PNG")), ("a.pdf", drawn("PNG")), ("a.txt", b"x"), ("pdf", b"x"), ("a.pdf.exe", b"x"), ("a", b"")],
)
def test_a_file_of_any_other_extension_is_not(name: str, content: bytes) -> None:
    with pytest.raises(FileOfOtherKind) as caught:
        told(content, DOCUMENT, name)

    assert (caught.value.name, caught.value.wanted) == (name, ".pdf, .jpg")


WHOLE = [*DRAWN.values(), *(content for content, _ in [*FILMS.values(), *SOUNDS.values()]), *NO_PICTURES.values()]
TARGETS = [Input("x", kind, "X") for kind in sorted(FILES)] + [DOCUMENT]


@QUICK
@given(
    whole=st.sampled_from(WHOLE) | st.binary(max_size=200),
    target=st.sampled_from(TARGETS),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12),
    keep=st.integers(0, 5000),
)
def test_any_bytes_are_taken_or_refused_and_nothing_else(
    whole: bytes, target: Input, changes: list[tuple[int, int]], keep: int
) -> None:
    content = bytearray(whole or b"\0")
    for place, value in changes:
        content[place % len(content)] = value

    try:
        found = told(bytes(content[:keep]), target)
    except FileError:
        return
    assert found.extension == "" or found.extension.startswith(".")
