"""Pictures made smaller: as good as the bytes allow, looking the same, with nothing else in them."""

import io
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms
from PIL.PngImagePlugin import PngInfo

from core.content import Form, form_of
from core.pictures import Unreadable
from core.results.smaller import Made, made_smaller
from tests.anything import QUICK
from tests.core.bytes_of import NO_PICTURES, PICTURES, drawn, png_that_claims, tiff_of_strips
from tests.core.results.to_fit import TOKEN, local, moving, noise, saved, smooth

SIZE = (180, 120)


def form(file: io.BytesIO) -> Form:
    found = form_of(file.getvalue()[:64])
    assert found is not None
    return found


def made(file: io.BytesIO, share: float = 0.5, *, anew: bool = False) -> Made:
    """The best with that share of the bytes."""
    found = made_smaller(file, form(file), int(local(file).size * share), Event(), anew=anew)
    assert found is not None
    return found


def seen(found: Made) -> Image.Image:
    with found.file:
        image = Image.open(io.BytesIO(found.file.read()))
        image.load()
        return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Of each value on average, from 0 to 255."""
    bands = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).split()
    return sum(sum(value * count for value, count in enumerate(band.histogram())) for band in bands) / (
        3 * one.width * one.height
    )


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_every_format_is_made_to_fit(kind: str) -> None:
    file = io.BytesIO(drawn(kind, (300, 200)))

    found = made(file)

    assert found.size == len(found.file.read()) <= local(file).size // 2
    found.file.close()


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
@pytest.mark.parametrize("width", [180, 533])  # lines of 1600 bytes were once taken for values of 16 bits
def test_what_packs_well_loses_nothing(kind: str, width: int) -> None:
    image = smooth((width, 90))

    found = made(saved(image, kind), 0.9)

    assert (found.format, found.extension, found.lossless, found.scale) == ("WebP", ".webp", True, 1.0)
    assert difference(seen(found), image) == 0


def test_quality_goes_before_size() -> None:
    found = made(saved(noise(SIZE), "PNG"), 0.5)

    assert (found.format, found.extension, found.lossless, found.scale) == ("JPEG", ".jpg", False, 1.0)
    found.file.close()


def test_size_goes_last() -> None:
    found = made(saved(noise(SIZE), "PNG"), 0.08)

    assert found.scale < 1
    assert seen(found).size == (round(SIZE[0] * found.scale), round(SIZE[1] * found.scale))


def test_a_large_picture_of_noise_becomes_a_megabyte() -> None:
    file = saved(Image.effect_noise((4096, 4096), 90), "BMP")

    found = made_smaller(file, form(file), 2**20, Event())

    assert found is not None
    assert found.size <= 2**20
    found.file.close()


@QUICK
@given(st.integers(0, 18_000))
def test_never_more_bytes_than_were_allowed(limit: int) -> None:
    file = saved(noise((90, 60), "RGBA"), "PNG")

    found = made_smaller(file, form(file), limit, Event())

    if found is not None:
        with found.file:
            assert found.size == len(found.file.read()) <= limit


def test_too_few_bytes_for_anything_is_no_picture() -> None:
    file = saved(noise(SIZE), "PNG")

    assert made_smaller(file, form(file), 60, Event()) is None


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_shines_through_still_does(mode: str) -> None:
    image = smooth(SIZE, mode)

    picture = seen(made(saved(image, "PNG"), 0.3))

    assert (picture.format, picture.mode) == ("WEBP", "RGBA")
    assert difference(picture.getchannel("A"), image.getchannel("A").resize(picture.size)) < 6


def test_a_transparent_colour_of_a_palette_still_is() -> None:
    image = noise(SIZE).quantize(64)
    image.paste(3, (0, 0, 60, 60))
    image.info["transparency"] = 3

    picture = seen(made(saved(image, "PNG"), 0.6))

    assert (picture.mode, picture.getchannel("A").getpixel((5, 5))) == ("RGBA", 0)


def test_what_is_opaque_all_over_needs_no_alpha() -> None:
    image = noise(SIZE)
    image.putalpha(255)

    assert seen(made(saved(image, "PNG"), 0.4)).mode == "RGB"


@pytest.mark.parametrize("place", [(0, 0), (2047, 1535)])
def test_one_clear_point_of_a_large_picture_is_found(place: tuple[int, int]) -> None:
    image = Image.new("RGBA", (2048, 1536), (9, 9, 9, 255))
    image.putpixel(place, (9, 9, 9, 0))

    assert seen(made(saved(image, "TIFF"))).getchannel("A").getpixel(place) == 0


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (smooth(SIZE, "L"), "PNG"),
        (smooth(SIZE).quantize(200, dither=Image.Dither.NONE), "PNG"),
        (smooth(SIZE, "CMYK"), "TIFF"),
        (smooth(SIZE, "CMYK"), "JPEG"),
        (smooth(SIZE, "LA"), "TIFF"),
    ],
)
def test_other_colours_look_the_same(image: Image.Image, kind: str) -> None:
    assert difference(seen(made(saved(image, kind), 0.9)), image) < 8


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_look_as_eight(kind: str) -> None:
    grey = smooth(SIZE, "L")
    deep = grey.convert("I").point(lambda value: value * 257).convert("I;16")

    found = made(saved(deep, kind), 0.4)

    assert not found.lossless
    assert difference(seen(found), grey) < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", [3, 6])
def test_a_picture_that_lies_on_its_side_stands(kind: str, turn: int) -> None:
    image, exif = smooth(SIZE), Image.Exif()
    exif[0x0112] = turn
    expected = image.transpose(Image.Transpose.ROTATE_180 if turn == 3 else Image.Transpose.ROTATE_270)
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}

    picture = seen(made(saved(image, kind, exif=exif, **options), 0.6))

    assert picture.getexif().get(0x0112, 1) == 1
    assert difference(picture, expected.resize(picture.size)) < 6


def test_the_profile_of_its_colours_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert seen(made(saved(noise(SIZE), "PNG", icc_profile=profile), 0.5)).info["icc_profile"] == profile


def test_a_profile_that_is_none_does_not_hinder() -> None:
    assert seen(made(saved(noise(SIZE), "PNG", icc_profile=b"none"), 0.5)).size == SIZE


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_nothing_of_what_its_maker_embedded_is_left(mode: str, anew: bool) -> None:
    info, exif = PngInfo(), Image.Exif()
    info.add_text("prompt", TOKEN)
    info.add_itxt("XML:com.adobe.xmp", TOKEN)
    exif[0x010F] = TOKEN

    found = made(saved(noise(SIZE, mode), "PNG", pnginfo=info, exif=exif), 1.0 if anew else 0.7, anew=anew)

    with found.file:
        assert TOKEN.encode() not in found.file.read()


@pytest.mark.parametrize("image", [noise(SIZE, "RGBA"), noise(SIZE).quantize(90), noise(SIZE, "L").convert("I;16")])
def test_what_is_only_to_be_made_anew_loses_nothing(image: Image.Image) -> None:
    found = made(saved(image, "PNG"), 2.0, anew=True)

    assert (found.format, found.lossless) == ("PNG", True)
    assert seen(found).tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_moves_still_does(kind: str) -> None:
    found = made(moving(kind, loop=0), 0.6)

    picture = seen(found)
    assert (found.format, picture.n_frames, picture.info["loop"]) == ("WebP", 6, 0)  # type: ignore[attr-defined]
    times = []
    for number in range(6):
        picture.seek(number)
        picture.load()
        times.append(picture.info["duration"])
    assert times == [40, 80, 120, 160, 200, 240]


@pytest.mark.parametrize(("said", "meant"), [(None, 1), (0, 0), (2, 3)])
def test_a_gif_is_shown_once_more_than_it_says(said: int | None, meant: int) -> None:
    file = moving("GIF", 3) if said is None else moving("GIF", 3, loop=said)

    assert seen(made(file, 0.7)).info["loop"] == meant


def test_too_many_frames_are_no_picture() -> None:
    frames = [Image.new("L", (2, 2), number % 251) for number in range(1001)]
    file = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])

    with pytest.raises(Unreadable):
        made(file)


@pytest.mark.parametrize(
    "content",
    [
        png_that_claims(100_000, 100_000),
        png_that_claims(300, 200),
        png_that_claims(5793, 5793),  # a little too large
        tiff_of_strips(100_000),
        drawn("JPEG", (64, 64))[:-40],
        drawn("PNG", (64, 64))[:-40],
        drawn("WEBP", (64, 64))[:-40],
        drawn("PNG", (64, 64)).replace(b"IDAT", b"IDAT" + bytes(50))[:-50] + drawn("PNG")[-12:],
        *(content for content in NO_PICTURES.values() if form_of(content[:64])),
    ],
)
def test_what_lies_or_is_cut_is_no_picture(content: bytes) -> None:
    with pytest.raises(Unreadable):
        made(io.BytesIO(content), 2.0)


def test_it_ends_when_nobody_waits_any_more() -> None:
    file, stop = saved(noise(SIZE), "PNG"), Event()
    stop.set()

    assert made_smaller(file, form(file), 10_000, stop) is None


def test_a_side_that_no_jpeg_has_is_made_shorter() -> None:
    file = saved(Image.new("RGB", (66_000, 4), "red"), "BMP")

    found = made(file, 0.9)

    assert (found.format, found.scale) == ("JPEG", 0.75)
    found.file.close()


def test_a_clear_picture_too_large_for_a_webp_becomes_a_smaller_one() -> None:
    image = Image.new("RGBA", (2912, 2884), (200, 20, 20, 90))

    found = made(saved(image, "TIFF"))

    assert (found.format, found.scale, found.lossless) == ("WebP", 0.75, False)
    assert seen(found).size == (2184, 2163)
