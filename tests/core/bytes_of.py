"""The bytes of files as people have them, and as some people make them."""

import io
import struct
from hashlib import shake_128
from zlib import crc32

from PIL import Image

PICTURES = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "TIFF": ".tiff",
}


def drawn(form: str, size: tuple[int, int] = (3, 2), mode: str = "RGB", **options: object) -> bytes:
    """A picture of this size, always with the same noise in it."""
    buffer, noise = io.BytesIO(), shake_128(b"noise").digest(size[0] * size[1])
    Image.frombytes("L", size, noise).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A real PNG whose header has another size: nothing else of it is looked at."""
    start = drawn("PNG")
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + start[24:29]
    return start[:12] + header + crc32(header).to_bytes(4) + start[33:]


def box(kind: bytes, *content: bytes) -> bytes:
    """A part of an MP4, with parts in it."""
    inside = b"".join(content)
    return (8 + len(inside)).to_bytes(4) + kind + inside


def mp4(brand: bytes, *tracks: bytes, data: int = 3000, index_first: bool = False) -> bytes:
    """An MP4 with tracks such as `vide` and `soun`."""
    handlers = [box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), track, bytes(12)))) for track in tracks]
    parts = [box(b"mdat", bytes(data)), box(b"moov", box(b"mvhd", bytes(100)), *handlers)]
    if index_first:
        parts.reverse()
    return box(b"ftyp", brand, bytes(4), b"isom") + b"".join(parts)


def ebml(kind: bytes, long: bool = False) -> bytes:
    length = b"\x01" + bytes(6) + bytes([len(kind)]) if long else bytes([0x80 | len(kind)])
    header = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82" + length + kind
    return b"\x1aE\xdf\xa3" + bytes([0x80 | len(header)]) + header + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + bytes(500)


def wav(data: int = 1000, stated: int | None = None) -> bytes:
    chunks = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", data)
    length = len(chunks) + data if stated is None else stated
    return b"RIFF" + struct.pack("<I", length) + chunks + bytes(data)


EXR = b"v/1\x01" + bytes(400)
MP3 = b"\xff\xfb\x90\x64" + bytes(400)
MP3_WITH_A_TITLE = b"ID3\x04\0\0\0\0\0\x0a" + bytes(400)
FLAC = b"fLaC\0\0\0\x22" + bytes(400)
OGG = b"OggS\0\x02" + bytes(400)
AAC = b"\xff\xf1\x50\x80" + bytes(400)
PDF = b"%PDF-1.7\n" + bytes(400)
ZIP = b"PK\x03\x04" + bytes(400)
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>1</script></svg>"
HEIC = box(b"ftyp", b"heic", bytes(4), b"mif1") + box(b"meta", bytes(300))
AVIF = box(b"ftyp", b"avif", bytes(4), b"mif1") + box(b"meta", bytes(300))
FILMS = {
    "MP4": (mp4(b"isom", b"vide", b"soun"), ".mp4"),
    "MP4 for the web": (mp4(b"mp42", b"soun", b"vide", index_first=True), ".mp4"),
    "MOV": (mp4(b"qt  ", b"vide"), ".mov"),
    "WebM": (ebml(b"webm"), ".webm"),
    "WebM with a long length": (ebml(b"webm", long=True), ".webm"),
    "MKV": (ebml(b"matroska"), ".mkv"),
    "GIF": (drawn("GIF", (30, 20), "P"), ".gif"),
}
SOUNDS = {
    "WAV": (wav(), ".wav"),
    "WAV from a pipe": (wav(stated=0xFFFFFFFF), ".wav"),
    "WAV without a length": (wav(stated=0), ".wav"),
    "MP3": (MP3, ".mp3"),
    "MP3 with a title": (MP3_WITH_A_TITLE, ".mp3"),
    "FLAC": (FLAC, ".flac"),
    "Ogg": (OGG, ".ogg"),
    "AAC": (AAC, ".aac"),
    "M4A": (mp4(b"M4A ", b"soun"), ".m4a"),
    "MP4 of sound only": (mp4(b"mp42", b"soun"), ".m4a"),
}
NO_PICTURES = {
    "nothing": b"",
    "text": b"just text",
    "SVG": SVG,
    "HTML": b"<!doctype html><title>Not found</title>",
    "BM": b"BM",
    "text that begins like a BMP": b"BMW prices, by year and model, in no order at all",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
    "PSD": b"8BPS\x00\x01" + bytes(20),
    "HEIC": HEIC,
    "AVIF": AVIF,
    "EXR": EXR,
    "PDF": PDF,
    "film": FILMS["MP4"][0],
    "PNG without a header": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "PNG with a wrong sum": drawn("PNG")[:29] + bytes(4) + drawn("PNG")[33:],
    "JPEG without a picture": b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9" + bytes(9),
    "JPEG that ends before its picture": b"\xff\xd8\xff\xfe\0\x04ab" + b"no marker",
    "GIF without a picture": b"GIF89a\x01\0\x01\0\0\0\0;",
    "WebP of another kind": b"RIFF\x10\0\0\0WEBPALPH" + bytes(30),
    "TIFF without tags": b"II*\0\x08\0\0\0\0\0\0\0\0\0",
}


def tiff_of_strips(count: int) -> bytes:
    """A small picture that says it is made of so many strips."""
    tags = [(256, 4, 1, 100), (257, 4, 1, 100), (273, 4, count, 200), (279, 4, count, 200)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    return start.ljust(200, b"\0") + struct.pack("<I", 300) * count


def png_of_chunks(count: int) -> bytes:
    """A small picture with so many remarks before it."""
    picture, remark = drawn("PNG"), b"abCd"
    return picture[:33] + (bytes(4) + remark + crc32(remark).to_bytes(4)) * count + picture[33:]


def gif_of_remarks(count: int, length: int = 0) -> bytes:
    """As many remarks before there is a picture, or one of so many parts."""
    picture = drawn("GIF", (3, 2), "P")
    at = picture.index(b",\0\0\0\0")
    return picture[:at] + (b"!\xfe" + b"\x01x" * length + b"\0") * count + picture[at:]


def jpeg_of_segments(count: int) -> bytes:
    """As many remarks before there is a picture."""
    picture = drawn("JPEG")
    return picture[:2] + b"\xff\xfe\0\x02" * count + picture[2:]
