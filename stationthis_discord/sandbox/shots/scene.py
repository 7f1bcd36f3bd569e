"""What a drawing may look at besides the message: files by address, and how texts are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from stationthis_discord.sandbox.shots.inline import Reader
from stationthis_discord.sandbox.shots.pictures import opened

Json = Mapping[str, Any]
Files = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Scene:
    """One message being drawn; `room` is the width of its content in CSS pixels."""

    message: Json
    files: Files
    reader: Reader
    room: float

    def picture(self, media: Json) -> Image.Image | None:
        """The picture an attachment or an embed's media names, if it can be had."""
        addresses = [text(media, "url"), text(media, "proxy_url")]
        name = addresses[0].removeprefix("attachment://")
        addresses += [
            text(file, "url") for file in items(self.message, "attachments") if text(file, "filename") == name
        ]
        for address in filter(None, addresses):
            if picture := opened(self.files(address)):
                return picture
        return None


def text(source: Json, key: str) -> str:
    value = source.get(key)
    return "" if value is None else str(value)


def part(source: Json, key: str) -> Json:
    value = source.get(key)
    return value if isinstance(value, Mapping) else {}


def items(source: Json, key: str) -> Sequence[Json]:
    value = source.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def whole(source: Json, key: str) -> int:
    """A whole number; 0 for anything else."""
    value = source.get(key)
    return value if isinstance(value, int) else 0
