"""Messages and pictures to draw."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import Image

from stationthis_discord.sandbox.shots import draw_message

NOW = datetime(2025, 6, 1, 14, 35, tzinfo=UTC)
UNIX = int(NOW.timestamp())


def message(**parts: object) -> dict[str, Any]:
    return {
        "id": "5",
        "author": {"id": "1", "username": "StationThis", "bot": True},
        "timestamp": "2025-06-01T14:32:00+00:00",
        **parts,
    }


def square(colour: str, side: int = 64) -> bytes:
    with BytesIO() as out:
        Image.new("RGB", (side, side), colour).save(out, "PNG")
        return out.getvalue()


def attachment(name: str, kind: str = "image/png", **more: object) -> dict[str, Any]:
    return {"filename": name, "url": f"http://files/{name}", "content_type": kind, "size": 1, **more}


def nothing(address: str) -> None:
    """No file can be had."""


def drawn(content: dict[str, Any], files: dict[str, bytes] | None = None, width: int = 720) -> Image.Image:
    png = draw_message(content, (files or {}).get, now=NOW, width=width)
    with BytesIO(png) as file, Image.open(file, formats=("PNG",)) as picture:
        return picture.convert("RGB")


def colours(picture: Image.Image) -> set[tuple[int, int, int]]:
    return {
        colour
        for _, colour in picture.getcolors(picture.width * picture.height) or ()
        if isinstance(colour, tuple) and len(colour) == 3
    }


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
