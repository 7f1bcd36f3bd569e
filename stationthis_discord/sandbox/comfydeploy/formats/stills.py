"""Image files, still and animated: PNG, JPEG, WebP and GIF with the metadata of ComfyUI's nodes."""

import io
import struct
from collections.abc import Sequence

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_DESCRIPTION, _COMMENT, _MODEL, _XP_COMMENT = 0x010E, 0x9286, 0x0110, 0x9C9C
_EXIF = 0x8769  # where the tag of the comment lives


def png(image: Image.Image, tags: Tags, level: int = 4) -> bytes:
    """A text chunk for each pair, as `SaveImage` does."""
    info = PngInfo()
    for keyword, text in tags.pairs:
        info.add_text(keyword, text)
    return _encoded(image, "PNG", compress_level=level, **_png_places(info, tags))


def apng(frames: Sequence[Image.Image], rate: float, tags: Tags) -> bytes:
    """A chunk `comf` for each pair, as `SaveAnimatedPNG` does."""
    info = PngInfo()
    for keyword, text in tags.pairs:
        info.add(b"comf", keyword.encode() + b"\0" + text.encode(), after_idat=True)
    return _encoded(frames[0], "PNG", compress_level=4, **_moving(frames, rate), **_png_places(info, tags))


def jpeg(image: Image.Image, tags: Tags) -> bytes:
    options = {"exif": _exif(tags), "comment": tags.planted, "xmp": tags.xmp} if tags.planted else {}
    content = _encoded(image, "JPEG", quality=92, **options)
    return _with_iptc(content, tags.planted) if tags.planted else content


def webp(frames: Sequence[Image.Image], rate: float, tags: Tags) -> bytes:
    """Still or animated. The pairs stand in EXIF, as `SaveAnimatedWEBP` writes them."""
    options: dict[str, object] = {"exif": _exif(tags)} if tags.named else {}
    if tags.planted:
        options["xmp"] = tags.xmp
    moving = _moving(frames, rate) if len(frames) > 1 else {}
    return _encoded(frames[0], "WEBP", quality=88, method=2, **moving, **options)


def gif(frames: Sequence[Image.Image], rate: float, tags: Tags) -> bytes:
    options = {"comment": tags.planted.encode()} if tags.planted else {}
    content = _encoded(frames[0], "GIF", **_moving(frames, rate), **options)
    return content[:-1] + _gif_xmp(tags.xmp) + content[-1:] if tags.planted else content


def _moving(frames: Sequence[Image.Image], rate: float) -> dict[str, object]:
    return {"save_all": True, "append_images": frames[1:], "loop": 0, "duration": round(1000 / rate)}


def _png_places(info: PngInfo, tags: Tags) -> dict[str, object]:
    if not tags.planted:
        return {"pnginfo": info}
    info.add_text("Comment", tags.planted)
    info.add_text("Description", tags.planted, zip=True)
    info.add_itxt("Title", tags.planted, zip=True)
    info.add_itxt("XML:com.adobe.xmp", tags.xmp.decode())
    info.add(b"prVt", tags.planted.encode(), after_idat=True)
    return {"pnginfo": info, "exif": _exif(Tags(planted=tags.planted))}


def _exif(tags: Tags) -> Image.Exif:
    """Pairs as `keyword:text`, from the tag of the model downwards."""
    exif = Image.Exif()
    for number, (keyword, text) in enumerate(tags.pairs):
        exif[_MODEL - number] = f"{keyword}:{text}"
    if tags.planted:
        exif[_DESCRIPTION] = tags.planted
        exif[_XP_COMMENT] = tags.planted.encode("utf-16-le")
        exif.get_ifd(_EXIF)[_COMMENT] = b"ASCII\0\0\0" + tags.planted.encode()
    return exif


def _with_iptc(content: bytes, planted: str) -> bytes:
    """An APP13 segment with a caption, right behind the beginning."""
    caption = planted.encode()[:30_000]
    record = b"\x1c\x02\x78" + struct.pack(">H", len(caption)) + caption
    body = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    return content[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + content[2:]


def _gif_xmp(packet: bytes) -> bytes:
    """An application extension: the packet as it is, then bytes that lead any reader out of it."""
    return b"\x21\xff\x0bXMP DataXMP" + packet + b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def _encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()
