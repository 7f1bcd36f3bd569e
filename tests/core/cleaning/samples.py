"""Small files of each format, with and without what makers embed; by hand where no library here writes them."""

import io
import json
import struct
from hashlib import shake_128

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.core.bytes_of import box

TOKEN = "sk-planted-0123456789"
WORKFLOW = json.dumps({"3": {"class_type": "Secret", "inputs": {"key": TOKEN}}}) + "#" * 40
NOISE = shake_128(b"noise").digest(900)
PROFILE = (932).to_bytes(4) + bytes(32) + b"acsp" + bytes(88) + NOISE[:804]


def saved(form: str, mode: str, /, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture(mode).save(buffer, form, **options)
    return buffer.getvalue()


def picture(mode: str = "RGB", turn: int = 0) -> Image.Image:
    return Image.frombytes("L", (30, 30), NOISE).rotate(90 * turn).convert(mode)


def frames() -> dict[str, object]:
    return {"save_all": True, "append_images": [picture(turn=turn) for turn in (1, 2)], "duration": 50, "loop": 0}


def exif(note: str | None, orientation: int = 0) -> bytes:
    found = Image.Exif()
    if note is not None:
        found[0x010F], found[0x0110] = f"workflow:{note}", f"prompt:{note}"
        found.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + note.encode("utf-16-le")
    if orientation:
        found[0x0112] = orientation
    return found.tobytes()


def png(note: str | None, /, **options: object) -> bytes:
    info = PngInfo()
    if note is not None:
        info.add_text("prompt", note)
        info.add_text("workflow", note, zip=True)
        info.add_itxt("extra", note, zip=True)
        info.add_itxt("parameters", note)
        info.add(b"caBX", note.encode())
        options |= {"exif": exif(note)}
    return saved("PNG", "RGBA", pnginfo=info, dpi=(72, 72), **options) + (note or "").encode()


def apng(note: str | None) -> bytes:
    return png(note, **frames())


def jpeg(note: str | None, orientation: int = 0, **options: object) -> bytes:
    if note is not None:
        options |= {"comment": note, "xmp": f"<x:xmpmeta>{note}</x:xmpmeta>".encode()}
    if note is not None or orientation:
        options |= {"exif": exif(note, orientation)}
    return saved("JPEG", "RGB", quality=90, **options) + (note or "").encode()


def progressive(note: str | None) -> bytes:
    return jpeg(note, progressive=True, icc_profile=PROFILE)


def webp(note: str | None, /, **options: object) -> bytes:
    if note is not None:
        options |= {"exif": exif(note), "xmp": f"<x:xmpmeta>{note}</x:xmpmeta>".encode()}
    return saved("WEBP", "RGBA", lossless=True, **options)


def moving_webp(note: str | None) -> bytes:
    return webp(note, icc_profile=PROFILE, **frames())


def gif(note: str | None) -> bytes:
    content = saved("GIF", "RGB", **frames(), **({} if note is None else {"comment": note}))
    if note is None:
        return content
    parts = b"".join(bytes([len(part)]) + part for part in (note.encode()[:90], note.encode()[90:200]) if part)
    xmp = b"!\xff\x0bXMP DataXMP" + parts + b"\0"
    plain = b"!\x01\x0c" + bytes(12) + parts + b"\0"
    return content[:-1] + xmp + plain + b";" + note.encode()


def tiff(note: str | None, **options: object) -> bytes:
    if note is not None:
        tags = dict.fromkeys((270, 271, 272, 305, 315, 316, 33432, 50000), note) | {700: note.encode(), 33723: note}
        options |= {"tiffinfo": tags, "description": note, "exif": exif(note)} if not options else {"description": note}
    return saved("TIFF", "RGB", **options)


def pages(note: str | None) -> bytes:
    return tiff(note, compression="tiff_lzw", save_all=True, append_images=[picture("L", 1)])


def exr(note: str | None, *, parts: int = 1) -> bytes:
    """Without compression; in its picture is one channel of noise."""
    sides = struct.pack("<4i", 0, 0, 2, 1)
    needed = [
        (b"channels", b"chlist", b"Y\0" + struct.pack("<iB3xii", 2, 0, 1, 1) + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", sides),
        (b"displayWindow", b"box2i", sides),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", bytes(8)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    ]
    if note is not None:
        text = note.encode()
        needed += [(b"comments", b"string", text), (b"prompt", b"odd", text), (TOKEN.encode(), b"string", b"")]
        needed += [(b"all", b"stringvector", struct.pack("<i", len(text)) + text)]
        needed += [(b"preview", b"preview", struct.pack("<2I", 1, len(text) // 4) + text[: len(text) // 4 * 4])]
    header = b"".join(
        name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value for name, kind, value in needed
    )
    start = b"v/1\x01" + struct.pack("<i", 2 | (0x1000 if parts > 1 else 0))
    start += (header + b"\0") * parts + (b"\0" if parts > 1 else b"")
    rows = [struct.pack("<ii", y, 12) + NOISE[12 * y : 12 * y + 12] for y in range(2)] * parts
    at = [len(start) + 8 * len(rows) + 20 * row for row in range(len(rows))]
    return start + struct.pack(f"<{len(at)}Q", *at) + b"".join(rows)


def mp4(note: str | None, *, faststart: bool = False) -> bytes:
    """What a real one has, as far as boxes go; each second box is one that carries notes."""
    text = None if note is None else note.encode()
    notes = b"" if text is None else box(b"udta", box(b"meta", bytes(4), box(b"ilst", box(b"\xa9cmt", text))))
    odd = b"" if text is None else box(b"uuid", bytes(16), text) + box(b"free", text) + box(b"name", text)
    handler = box(b"hdlr", bytes(8), b"vide", bytes(12), text or b"", b"\0")
    table = box(b"stbl", box(b"stco", bytes(4), struct.pack(">II", 1, 32)), odd)
    media = box(b"mdia", box(b"mdhd", bytes(24)), handler, box(b"minf", box(b"vmhd", bytes(12)), table, odd), odd)
    index = box(b"moov", box(b"mvhd", bytes(100)), box(b"trak", box(b"tkhd", bytes(84)), media, notes, odd), notes, odd)
    data = box(b"mdat", NOISE)
    parts = [index, data] if faststart else [data, index]
    large = b"" if text is None else struct.pack(">I4sQ", 1, b"meta", 16 + len(text)) + text
    return box(b"ftyp", b"isom", bytes(4), b"isommp42") + b"".join(parts) + notes + odd + large


def element(number: int, *content: bytes, wide: bool = False, length: int | None = None) -> bytes:
    inside = b"".join(content)
    size = len(inside) if length is None else length
    header = number.to_bytes((number.bit_length() + 7) // 8)
    return header + (bytes([0x80 | size]) if size < 127 and not wide else (1 << 56 | size).to_bytes(8)) + inside


UNKNOWN = (1 << 56) - 1


def matroska(note: str | None, *, live: bool = False, kind: bytes = b"webm") -> bytes:
    text = b"" if note is None else note.encode()
    start = element(0x1A45DFA3, element(0x4286, b"\1"), element(0x4282, kind))
    seek = element(0x114D9B74, element(0x4DBB, element(0x53AB, b"\x15\x49\xa9\x66"), element(0x53AC, b"\x40")))
    info = [element(0x2AD7B1, b"\x0f\x42\x40"), element(0x4D80, text), element(0x5741, text)]
    track = [element(0xD7, b"\1"), element(0x83, b"\1"), element(0x86, b"V_VP9")]
    more = []
    if note is not None:
        info += [element(0x7BA9, text), element(0xBF, b"\1\2\3\4"), element(0x4461, bytes(8)), element(0xEC, text)]
        track += [element(0x536E, text), element(0x258688, text)]
        tag = element(0x7373, element(0x67C8, element(0x45A3, b"PROMPT"), element(0x4487, text)))
        more = [element(0x1254C367, tag, wide=True), element(0x1941A469, element(0x61A7, text)), element(0xEC, text)]
        seek = element(0x114D9B74, element(0x4DBB, element(0x53AB, b"\x12\x54\xc3\x67"), element(0x53AC, b"\x40")))
    block = element(0xA3, b"\x81\0\0\x80", NOISE[:300])
    cluster = element(0x1F43B675, element(0xE7, b"\0"), block, block, length=UNKNOWN if live else None, wide=True)
    tracks = element(0x1654AE6B, element(0xAE, *track))
    parts = [seek, element(0x1549A966, *info), tracks, *more, cluster, cluster, *more]
    return start + element(0x18538067, *parts, length=UNKNOWN if live else None, wide=True)
