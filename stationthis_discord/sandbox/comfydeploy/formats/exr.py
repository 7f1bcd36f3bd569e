"""OpenEXR: one part, scan lines, half floats, not compressed; metadata in string attributes."""

import struct

from PIL import Image

from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_START = struct.pack("<II", 20000630, 2)
_HALF = 1  # the type of a channel


def exr(image: Image.Image, tags: Tags) -> bytes:
    """The picture with values from 0 to 1, as `ComfyDeployOutputEXR` saves it."""
    width, height = image.size
    header = _START + b"".join(_attributes(width, height)) + _strings(tags) + b"\0"
    lines = [_line(image, number) for number in range(height)]
    first = len(header) + 8 * height
    offsets = struct.pack(f"<{height}Q", *(first + number * len(lines[0]) for number in range(height)))
    return header + offsets + b"".join(lines)


def _attributes(width: int, height: int) -> list[bytes]:
    channels = b"".join(name + b"\0" + struct.pack("<IIII", _HALF, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    return [
        _attribute("channels", "chlist", channels),
        _attribute("compression", "compression", b"\0"),
        _attribute("dataWindow", "box2i", window),
        _attribute("displayWindow", "box2i", window),
        _attribute("lineOrder", "lineOrder", b"\0"),
        _attribute("pixelAspectRatio", "float", struct.pack("<f", 1.0)),
        _attribute("screenWindowCenter", "v2f", struct.pack("<ff", 0.0, 0.0)),
        _attribute("screenWindowWidth", "float", struct.pack("<f", 1.0)),
    ]


def _strings(tags: Tags) -> bytes:
    named = (*tags.named, ("owner", tags.planted)) if tags.planted else tags.named
    return b"".join(_attribute(name, "string", text.encode()) for name, text in named)


def _attribute(name: str, kind: str, value: bytes) -> bytes:
    return f"{name}\0{kind}\0".encode() + struct.pack("<I", len(value)) + value


def _line(image: Image.Image, number: int) -> bytes:
    row = image.crop((0, number, image.width, number + 1)).tobytes()
    values = [value / 255 for channel in (2, 1, 0) for value in row[channel::3]]
    data = struct.pack(f"<{len(values)}e", *values)
    return struct.pack("<iI", number, len(data)) + data
