"""What a GLB or glTF carries beside its scene, also within pictures on its surfaces; the file keeps its length."""

import io
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Final

from core.cleaning.edits import Edit, applied, blank, changing, moved
from core.cleaning.jpeg import jpeg
from core.cleaning.png import png
from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable
from core.cleaning.text import Text
from core.cleaning.webp import webp
from core.cleaning.written import read, rewritten

_JSON: Final = b"JSON"
_BINARY: Final = b"BIN\0"
_NOTES: Final = ("KHR_xmp", "KHR_xmp_json_ld")  # extensions
# https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html#properties-reference
_NAMES: Final = """
    accessors alphaCutoff alphaMode animations asset aspectRatio attributes baseColorFactor baseColorTexture buffer
    bufferView bufferViews buffers byteLength byteOffset byteStride camera cameras channels children componentType count
    doubleSided emissiveFactor emissiveTexture extensions extensionsRequired extensionsUsed generator images index
    indices input interpolation inverseBindMatrices joints magFilter material materials matrix max mesh meshes
    metallicFactor metallicRoughnessTexture mimeType min minFilter minVersion mode name node nodes normalTexture
    normalized occlusionTexture orthographic output path pbrMetallicRoughness perspective primitives rotation
    roughnessFactor sampler samplers scale scene scenes skeleton skin skins source sparse strength target targets
    texCoord textures translation type uri values version weights wrapS wrapT xmag yfov ymag zfar znear
"""
_KNOWN: Final = frozenset(_NAMES.split())
_FREE: Final = frozenset({"attributes", "targets", "extensions"})  # what is in these has names of its own
_DROPPED: Final = frozenset({"extras", "copyright"})
_LISTS: Final = frozenset({"extensionsUsed", "extensionsRequired"})
# those that are for looks; KHR_xmp and those of single programs are not
_EXTENSION: Final = re.compile(
    r"(KHR|EXT)_(materials|texture|mesh|meshopt|lights|draco|node|animation|gaussian)\w{0,40}"
)
_GENERATOR: Final = "glTF"
_ASSET: Final = re.compile(rb"\"asset\"\s{0,40}:\s{0,40}\{")
_DATA: Final = re.compile(r"data:image/(png|jpeg|webp);base64")
_PICTURES: Final[tuple[tuple[bytes, Callable[[Source], list[Edit]]], ...]] = (
    (b"\x89PNG", png),
    (b"\xff\xd8\xff", jpeg),
    (b"RIFF", webp),
)


def glb(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    if _little(source, 4) != 2:  # the one before has other parts
        raise Uncleanable
    end, place = _little(source, 8), 20 + _little(source, 12)
    if not place <= end <= source.size or source.piece(16, 4) != _JSON:
        raise Uncleanable
    scene = read(source, 20, place)
    after = _bare_scene(scene)
    edits: list[Edit] = []
    has_binary = False
    while place < end:
        kind, start, stop = source.piece(place + 4, 4), place + 8, place + 8 + _little(source, place)
        if stop > end:
            raise Uncleanable
        if kind != _BINARY:
            edits.append(blank(start, stop))
        else:
            edits += moved(_pictures(source.part(start, stop), after), start)
            has_binary = True
        place = stop
    if not has_binary:
        edits += _pictures(source.part(end, end), after)
    return [*edits, *rewritten(20, 20 + _little(source, 12), scene, after), Edit(end, source.size)]


def gltf(source: Source) -> list[Edit]:
    """For JSON; nothing if it is of another kind. Raises `Uncleanable`."""
    if Text(source).find(_ASSET, 0) is None:
        return []
    if source.size > LARGEST_PIECE:
        raise Uncleanable
    scene = read(source, 0, source.size)
    if not isinstance(scene.get("asset"), dict) or "version" not in scene["asset"]:
        return []
    after = _bare_scene(scene)
    return _pictures(source.part(0, 0), after) + rewritten(0, source.size, scene, after)


def _bare_scene(scene: dict[str, Any]) -> dict[str, Any]:
    after = _bare_object(scene, _KNOWN)
    _check_extensions(after)
    for image in _dicts(after, "images"):
        uri = image.get("uri")
        if isinstance(uri, str) and uri[:5].lower() == "data:":
            image["uri"] = _bare_uri(uri)
    return after


def _bare_uri(uri: str) -> str:
    """A picture in a text. Raises `Uncleanable` if it is none, or of another kind than those."""
    kind, _, coded = uri.partition(",")
    try:
        raw = b64decode(coded, validate=True)
    except ValueError:
        raise Uncleanable from None
    if not _DATA.fullmatch(kind):
        raise Uncleanable
    file = io.BytesIO(raw)
    edits = changing(file, len(raw), _of_picture(Source(file, len(raw))))
    if not edits:
        return uri
    with applied(file, len(raw), edits) as found:
        return f"{kind},{b64encode(found.read()).decode()}"


def _bare_object(value: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Without what is not needed to show it. If there are `known` names, no others may be in it."""
    found: dict[str, Any] = {}
    for key, item in value.items():
        if known and key not in known | _DROPPED:
            raise Uncleanable
        if key not in _DROPPED:
            found[key] = _bare(item, frozenset() if key in _FREE or not known else known)
    if known and "generator" in found:
        found["generator"] = _GENERATOR
    if known and isinstance(found.get("extensions"), dict):
        found["extensions"] = {name: item for name, item in found["extensions"].items() if _EXTENSION.fullmatch(name)}
    return found


def _bare(value: object, known: frozenset[str]) -> object:
    if isinstance(value, list):
        return [_bare(item, known) for item in value]
    return _bare_object(value, known) if isinstance(value, dict) else value


def _check_extensions(scene: dict[str, Any]) -> None:
    """Drops the names of those that are gone. Raises `Uncleanable` if readers cannot do without one of them."""
    for name in _LISTS & set(scene):
        listed = [str(extension) for extension in scene[name]] if isinstance(scene[name], list) else []
        kept = [extension for extension in listed if _EXTENSION.fullmatch(extension)]
        if name == "extensionsRequired" and kept != scene[name]:
            raise Uncleanable
        scene[name] = kept


def _pictures(binary: Source, scene: dict[str, Any]) -> list[Edit]:
    """Those of its surfaces, as long as before; `scene` gets their new lengths."""
    edits: list[Edit] = []
    images, views = (_dicts(scene, name) for name in ("images", "bufferViews"))
    if any("uri" in buffer for buffer in _dicts(scene, "buffers")[:1]):
        binary = binary.part(0, 0)  # then the first is not what follows
    numbers = [image["bufferView"] for image in images if "bufferView" in image]
    if not all(isinstance(number, int) and 0 <= number < len(views) for number in numbers):
        raise Uncleanable
    for number in set(numbers):
        edits += _picture(binary, views[number])
    return edits


def _picture(binary: Source, view: dict[str, Any]) -> list[Edit]:
    start, length, buffer = view.get("byteOffset", 0), view.get("byteLength"), view.get("buffer")
    if not isinstance(start, int) or not isinstance(length, int) or buffer != 0:
        raise Uncleanable
    picture = binary.part(start, start + length)
    edits = _of_picture(picture)
    dropped = sum(edit.end - edit.start - edit.length() for edit in edits)
    if dropped < 0:
        raise Uncleanable
    view["byteLength"] = length - dropped
    return moved([*edits, Edit(length, length, b"", dropped)], start)


def _of_picture(picture: Source) -> list[Edit]:
    beginning = picture.upto(0, 4)
    reader = next((reader for start, reader in _PICTURES if beginning.startswith(start)), None)
    if reader is None:
        raise Uncleanable
    return reader(picture)


def _dicts(scene: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = scene.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Uncleanable
    return found


def _little(source: Source, place: int) -> int:
    return int.from_bytes(source.piece(place, 4), "little")
