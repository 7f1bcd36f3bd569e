"""Three-dimensional files of one triangle: GLB with extras, and OBJ."""

import json
import struct
from typing import Any

from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_CORNERS = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)


def glb(tags: Tags) -> bytes:
    """`SaveGLB` puts the pairs into the extras of the asset."""
    described: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "ComfyUI"} | _extras(dict(tags.named)),
        "buffers": [{"byteLength": len(_CORNERS)}],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": len(_CORNERS), "target": 34962}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]}
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 4}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    if tags.planted:
        described["asset"]["copyright"] = tags.planted
        for row in (described, described["nodes"][0], described["meshes"][0], described["scenes"][0]):
            row.update(_extras({"note": tags.planted}))
    text = json.dumps(described).encode()
    body = _chunk(b"JSON", text + b" " * (-len(text) % 4)) + _chunk(b"BIN\0", _CORNERS)
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def obj() -> bytes:
    """Text, without any metadata."""
    return b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def _extras(values: dict[str, str]) -> dict[str, Any]:
    return {"extras": values} if values else {}


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + kind + body
