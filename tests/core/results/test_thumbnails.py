"""Small pictures of results: small, without metadata, made once, and never at the cost of much memory."""

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.comfydeploy.models import Run
from core.media import Media
from core.results.thumbnails import LARGEST, MOST_PIXELS, SIDE, Thumbnails, thumbnail
from tests.anything import QUICK
from tests.core.bytes_of import EXR, FILMS, NO_PICTURES, PICTURES, drawn, png_that_claims
from tests.core.fetching import fetching, trusting
from tests.core.stub import Answer, Held, Stub, hanging, in_turn, saying, serving

SECRET = "planted by a machine"


def run_of(*urls: str, number: int = 1, status: str = "success") -> Run:
    """A run with these files; what they are is said by their names only."""
    files = [{"url": url, "filename": url.rpartition("/")[2]} for url in urls]
    facts = {"id": f"{number:08x}-0000-4000-8000-00000000abcd", "status": status, "outputs": [{"data": {"any": files}}]}
    return Run.model_validate(facts)


def opened(made: bytes | None) -> Image.Image:
    assert made
    return Image.open(io.BytesIO(made))


async def of(run: Run, media: Media) -> bytes | None:
    return await Thumbnails(media).of(run)


async def made_from(answer: Answer, name: str = "a.png") -> bytes | None:
    async with serving(answer) as stub, fetching(trusting(stub)) as media:
        return await of(run_of(f"{stub.url}/{name}"), media)


@pytest.mark.parametrize("form", sorted(PICTURES.keys() - {"TIFF"}))
def test_a_picture_becomes_a_small_webp(form: str) -> None:
    made = opened(thumbnail(io.BytesIO(drawn(form, (600, 300)))))

    assert (made.format, made.size) == ("WEBP", (SIDE, SIDE // 2))


def test_a_small_picture_is_not_made_larger() -> None:
    assert opened(thumbnail(io.BytesIO(drawn("PNG", (40, 30))))).size == (40, 30)


def test_what_shines_through_still_does() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (300, 300), (255, 0, 0, 0)).save(clear, "PNG")

    assert opened(thumbnail(clear)).mode == "RGBA"


def test_a_grey_picture_of_16_bits_keeps_its_greys() -> None:
    deep = io.BytesIO()
    Image.new("I;16", (300, 300), 0x8000).save(deep, "PNG")

    red, *_ = opened(thumbnail(deep)).convert("RGB").getpixel((9, 9))  # type: ignore[misc]  # three colours

    assert 120 < red < 136


def test_it_is_turned_as_it_is_to_be_seen() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    assert opened(thumbnail(io.BytesIO(drawn("JPEG", (300, 100), exif=exif)))).size[0] < SIDE


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_nothing_that_was_embedded_is_left(form: str) -> None:
    exif, text = Image.Exif(), PngInfo()
    exif[0x010E] = SECRET
    text.add_text("prompt", SECRET)
    options = {"pnginfo": text} if form == "PNG" else {"exif": exif}
    planted = drawn(form, icc_profile=SECRET.encode(), **options)
    assert SECRET.encode() in planted

    made = thumbnail(io.BytesIO(planted))

    assert opened(made).info.keys() <= {"background", "loop", "timestamp", "duration"}
    assert SECRET.encode() not in made


@pytest.mark.parametrize("side", [8000, 100_000])
def test_a_picture_of_too_many_pixels_is_not_decoded(side: int) -> None:
    assert side * side > MOST_PIXELS
    assert thumbnail(io.BytesIO(png_that_claims(side, side))) == b""


@pytest.mark.parametrize(
    "content",
    [*NO_PICTURES.values(), FILMS["MP4"][0], EXR, drawn("TIFF"), drawn("PNG")[:-30], png_that_claims(30, 20)],
)
def test_what_cannot_be_read_makes_none(content: bytes) -> None:
    assert thumbnail(io.BytesIO(content)) == b""


@QUICK
@given(st.data())
def test_no_bytes_break_it(data: st.DataObject) -> None:
    content = bytearray(drawn(data.draw(st.sampled_from(sorted(PICTURES)))))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))

    assert isinstance(thumbnail(io.BytesIO(bytes(content))), bytes)


async def test_the_first_picture_of_a_run_is_taken() -> None:
    wide, high = saying(drawn("PNG", (90, 30))), saying(drawn("PNG", (30, 90)))

    async with serving(in_turn(wide, high)) as stub, fetching(trusting(stub)) as media:
        made = await of(run_of(f"{stub.url}/a.mp4", f"{stub.url}/b.png", f"{stub.url}/c.png"), media)

    assert opened(made).size == (90, 30)
    assert [request.path for request in stub.requests] == ["/b.png"]


async def test_a_run_without_pictures_asks_for_nothing() -> None:
    async with serving(saying(b"")) as stub, fetching(trusting(stub)) as media:
        thumbnails = Thumbnails(media)

        assert await thumbnails.of(run_of(f"{stub.url}/a.mp4")) is None
        assert thumbnails.has(run_of().id)
    assert stub.requests == []


async def test_it_is_made_once_for_all_who_ask() -> None:
    held = Held(drawn("PNG"))
    async with serving(held) as stub, fetching(trusting(stub)) as media:
        thumbnails, run = Thumbnails(media), run_of(f"{stub.url}/a.png")
        asking = [asyncio.create_task(thumbnails.of(run)) for _ in range(5)]
        while not held.waiting:  # noqa: ASYNC110 -- the request is on its way
            await asyncio.sleep(0.001)
        held.answer()

        first, *others = await asyncio.gather(*asking)

        assert await thumbnails.of(run) == first
    assert first
    assert set(others) == {first}
    assert len(stub.requests) == 1


async def test_who_stops_asking_stops_nobody_else_for_good() -> None:
    async with serving(in_turn(hanging, saying(drawn("PNG")))) as stub, fetching(trusting(stub)) as media:
        thumbnails, run = Thumbnails(media), run_of(f"{stub.url}/a.png")
        first = asyncio.create_task(thumbnails.of(run))
        while not stub.requests:  # noqa: ASYNC110 -- the request is on its way
            await asyncio.sleep(0.001)
        second = asyncio.create_task(thumbnails.of(run))
        await asyncio.sleep(0)
        first.cancel()

        assert await second is None
        assert await thumbnails.of(run)


async def test_what_fails_today_may_work_tomorrow() -> None:
    async with serving(in_turn(saying(b"", 403), saying(drawn("PNG")))) as stub, fetching(trusting(stub)) as media:
        thumbnails, run = Thumbnails(media), run_of(f"{stub.url}/a.png")

        assert await thumbnails.of(run) is None
        assert not thumbnails.has(run.id)
        assert await thumbnails.of(run)


async def test_a_slow_storage_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.results.thumbnails._PATIENCE", 0.05)

    assert await made_from(hanging) is None


async def test_a_file_that_is_too_large_is_not_fetched() -> None:
    assert await made_from(saying(drawn("PNG") + bytes(LARGEST))) is None


async def test_a_run_that_goes_on_may_make_another_picture() -> None:
    async with serving(saying(drawn("PNG"))) as stub, fetching(trusting(stub)) as media:
        thumbnails = Thumbnails(media)

        await thumbnails.of(run_of(f"{stub.url}/a.png", status="running"))

    assert not thumbnails.has(run_of().id)


async def test_no_other_host_is_asked() -> None:
    async with serving(saying(drawn("PNG"))) as stub, fetching(trusting(Stub("http://127.0.0.1:9"))) as media:
        assert await of(run_of(f"{stub.url}/a.png"), media) is None
    assert stub.requests == []


async def test_those_used_last_stay_within_the_room() -> None:
    async with serving(saying(drawn("PNG", (200, 200)))) as stub, fetching(trusting(stub)) as media:
        runs = [run_of(f"{stub.url}/a.png", number=number) for number in range(4)]
        size = len(await of(runs[0], media) or b"")
        thumbnails = Thumbnails(media, most_bytes=3 * size + 1000)
        for run in runs[:3]:
            await thumbnails.of(run)
        thumbnails.recall(runs[0].id)
        await thumbnails.of(runs[3])

    assert [thumbnails.has(run.id) for run in runs] == [True, False, True, True]
