"""How attachments are packed."""

import pytest

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
