"""A scene that is a text is cleaned as one in a GLB; pictures that are texts in it are cleaned, too."""

import json
from base64 import b64encode
from typing import Any

import pytest

from core.cleaning.cleaning import Uncleanable
from tests.core.cleaning import samples, sounds
from tests.core.cleaning.formats import NOTE, Make, after, sure


def scene(note: str | None, make: Make, kind: str) -> dict[str, Any]:
    uri = f"data:image/{kind};base64,{b64encode(make(note)).decode()}"
    found = sounds.scene(note, b"")
    return found | {"images": [{"uri": uri}, {"uri": "wood.png"}], "buffers": [{"uri": "data:,a", "byteLength": 1}]}


def glb(content: dict[str, Any]) -> bytes:
    text = json.dumps(content).encode()
    chunk = len(text).to_bytes(4, "little") + b"JSON" + text
    return b"glTF\2\0\0\0" + (12 + len(chunk)).to_bytes(4, "little") + chunk


@pytest.mark.parametrize(("make", "kind"), [(samples.png, "png"), (samples.jpeg, "jpeg")])
def test_a_picture_that_is_a_text_is_cleaned(make: Make, kind: str) -> None:
    expected = scene(None, make, kind) | {"extensionsUsed": [], "extensions": {}}

    text, binary = sure(json.dumps(scene(NOTE, make, kind)).encode()), sure(glb(scene(NOTE, make, kind)))

    assert json.loads(text) == json.loads(binary[20:]) == expected
    assert after(text) is None
    assert after(binary) is None


def test_a_scene_without_notes_is_left_as_it_is() -> None:
    assert after(json.dumps(scene(None, samples.png, "png"), indent=2).encode()) is None


@pytest.mark.parametrize(
    "uri",
    ["data:image/png;base64,AAAA", "data:image/png;base64,A", "data:image/png,a", "DATA:image/svg+xml;base64,AAAA"],
)
def test_a_picture_that_nobody_can_read_is_refused(uri: str) -> None:
    content = {"asset": {"version": "2.0"}, "images": [{"uri": uri}]}

    for made in (json.dumps(content).encode(), glb(content)):
        with pytest.raises(Uncleanable):
            after(made)


def test_a_picture_within_a_text_of_numbers_is_refused() -> None:
    picture = samples.png(NOTE)
    content = sounds.scene(None, picture)
    content["buffers"][0]["uri"] = "data:application/octet-stream;base64," + b64encode(picture).decode()

    for made in (json.dumps(content).encode(), glb(content)):
        with pytest.raises(Uncleanable):
            after(made)


def test_a_long_scene_is_refused() -> None:
    with pytest.raises(Uncleanable):
        after(b'{"asset": {"version": "2.0"}}' + b" " * 2**20)
