"""How attachments are packed."""

from io import BytesIO

import pytest
from PIL import Image

from stationthis_discord.sandbox.shots import palette
from tests.stationthis_discord.sandbox.shots.samples import attachment, colours, drawn, message, rgb, square

PALE = [f"#{50 + 20 * index:02x}40{250 - 20 * index:02x}" for index in range(10)]


@pytest.mark.parametrize("count", range(1, 11))
def test_all_pictures_are_in_the_mosaic(count: int) -> None:
    files = {f"http://files/{index}.png": square(colour) for index, colour in enumerate(PALE)}
    content = message(attachments=[attachment(f"{index}.png") for index in range(count)])

    picture = drawn(content, files)

    assert {rgb(colour) for colour in PALE[:count]} <= colours(picture)
    assert not {rgb(colour) for colour in PALE[count:]} & colours(picture)


def test_one_picture_keeps_its_shape() -> None:
    picture = drawn(message(attachments=[attachment("a.png")]), {"http://files/a.png": square("#ff0000", 700)})

    box = picture.point(lambda value: 255 if value == 255 else 0).getchannel("R").getbbox()

    assert box is not None
    assert 690 <= box[3] - box[1] <= 1400


def test_a_picture_that_cannot_be_had_leaves_its_place() -> None:
    picture = drawn(message(attachments=[attachment("a.png")]), {"http://files/a.png": b"not a picture"})

    assert picture.height > 300
    assert rgb(palette.PANEL) in colours(picture)


def test_other_files_are_cards() -> None:
    content = message(attachments=[attachment("mesh.glb", "model/gltf-binary", size=4_812_345)])

    assert rgb(palette.BORDER) in colours(drawn(content))


def test_the_alt_text_is_not_drawn() -> None:
    files = {"http://files/a.png": square("#ff0000")}
    bare, described = (
        message(attachments=[attachment("a.png", **more)]) for more in ({}, {"description": "a red square"})
    )

    assert drawn(bare, files).tobytes() == drawn(described, files).tobytes()


@pytest.mark.parametrize("address", ["attachment://a.png", "http://files/a.png"])
def test_a_picture_in_an_embed_is_not_shown_twice(address: str) -> None:
    files = {"http://files/a.png": square("#ff0000", 100)}
    content = message(attachments=[attachment("a.png")], embeds=[{"image": {"url": address}}])

    picture = drawn(content, files)

    red = sum(1 for pixel in picture.getchannel("R").tobytes() if pixel == 255)
    assert 190 * 190 < red < 210 * 210


@pytest.mark.parametrize(("name", "flags"), [("SPOILER_a.png", 0), ("a.png", 8)], ids=["by its name", "by its flag"])
def test_a_spoiler_is_blurred(name: str, flags: int) -> None:
    with BytesIO() as out:
        half = Image.new("RGB", (128, 128), "#ff0000")
        half.paste("#00ff00", (0, 0, 64, 128))
        half.save(out, "PNG")
        files = {f"http://files/{name}": out.getvalue()}

    shown = colours(drawn(message(attachments=[attachment(name, flags=flags)]), files))

    assert not {rgb("#ff0000"), rgb("#00ff00")} & shown
    assert rgb(palette.WHITE) in shown


def test_a_file_that_is_a_spoiler_says_so() -> None:
    plain, hidden = (
        drawn(message(attachments=[attachment(name, "model/gltf-binary")])) for name in ("mesh.glb", "SPOILER_mesh.glb")
    )

    assert rgb(palette.DEEP) in colours(hidden)
    assert rgb(palette.DEEP) not in colours(plain)


def test_a_film_is_a_tile_with_a_sign_among_the_pictures() -> None:
    files = {"http://files/a.png": square("#ff0000")}
    picture, film = attachment("a.png"), attachment("b.mp4", "video/mp4")

    both, alone = drawn(message(attachments=[picture, film]), files), drawn(message(attachments=[film]))

    assert {rgb("#ff0000"), rgb(palette.DEEP), rgb(palette.WHITE)} <= colours(both)
    assert {rgb(palette.DEEP), rgb(palette.WHITE)} <= colours(alone)


def test_a_sound_is_a_row_that_can_be_played() -> None:
    sound, other = (
        drawn(message(attachments=[attachment(name, kind)]))
        for name, kind in (("a.flac", "audio/flac"), ("a.zip", "application/zip"))
    )

    assert sound.height > other.height
    assert rgb(palette.SECONDARY) in colours(sound)


def test_what_discord_does_not_show_is_a_card() -> None:
    picture = drawn(message(attachments=[attachment("light.tiff", "image/tiff")]))

    assert rgb(palette.BORDER) in colours(picture)
