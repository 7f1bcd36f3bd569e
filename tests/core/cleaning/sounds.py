"""Small files of sound, scenes and numbers, with and without what makers embed."""

import json
import struct
from collections.abc import Callable
from typing import Any

from tests.core.cleaning.samples import NOISE, png

Packets = Callable[[str | None], list[bytes]]
FRAME = b"\xff\xfb\x90\x64" + bytes(range(1, 200)) + bytes(214)
ADTS = b"\xff\xf1\x50\x80\x06\x5f\xfc" + NOISE[:43]
FLAC_SOUND = b"\xff\xf8\xc9\x18" + NOISE


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def wav(note: str | None, *, large: bool = False) -> bytes:
    text = (note or "").encode()
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    before, after = b"", b""
    if note is not None:
        before = chunk(b"bext", text) + chunk(b"LIST", b"INFO" + chunk(b"ICMT", text))
        after = chunk(b"id3 ", text) + chunk(b"iXML", text) + chunk(b"_PMX", text) + chunk(b"JUNK", text)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(NOISE), 0, 0)) if large else b""
    sound = b"data" + struct.pack("<I", 0xFFFFFFFF if large else len(NOISE)) + NOISE
    inside = b"WAVE" + ds64 + before + form + before + sound + after
    length = 0xFFFFFFFF if large else len(inside)
    return (b"RF64" if large else b"RIFF") + struct.pack("<I", length) + inside


def avi(note: str | None) -> bytes:
    text = (note or "").encode()
    name = b"" if note is None else chunk(b"strn", text)
    notes = b"" if note is None else chunk(b"LIST", b"INFO" + chunk(b"ISFT", text)) + chunk(b"JUNK", text)
    stream = chunk(b"LIST", b"strl" + chunk(b"strh", bytes(56)) + chunk(b"strf", bytes(40)) + name)
    headers = chunk(b"LIST", b"hdrl" + chunk(b"avih", bytes(56)) + stream + notes)
    film = chunk(b"LIST", b"movi" + chunk(b"00dc", NOISE))
    return chunk(b"RIFF", b"AVI " + headers + notes + film + chunk(b"idx1", b"00dc" + bytes(12)) + notes)


def id3(note: str) -> bytes:
    text = b"\x01\xff\xfe" + note.encode("utf-16-le")
    frame = b"TXXX" + struct.pack(">I", len(text)) + bytes(2) + text
    size = len(frame)
    return b"ID3\x03\0\0" + bytes([0, 0, size >> 7 & 0x7F, size & 0x7F]) + frame


def ape(note: str) -> bytes:
    item = struct.pack("<II", len(note), 0) + b"Comment\0" + note.encode()
    both = [struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(item) + 32, 1, flags) for flags in (0xA0000000, 0x80000000)]
    return both[0] + item + both[1]


def tail(note: str) -> bytes:
    return ape(note) + (b"TAG" + note.encode()[:125]).ljust(128, b"\0")


def mp3(note: str | None) -> bytes:
    sound = FRAME * 5
    return sound if note is None else id3(note) + id3(note) + bytes(9) + sound + tail(note)


def aac(note: str | None) -> bytes:
    sound = ADTS * 5
    return sound if note is None else id3(note) + sound


def comments(note: str | None) -> bytes:
    """As Vorbis, Opus and FLAC have them."""
    if note is None:
        return bytes(8)
    texts = [b"prompt=" + note.encode(), b"workflow=" + note.encode()]
    listed = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack("<I", len(note)) + note.encode() + struct.pack("<I", len(texts)) + listed


def blocks(note: str | None, short: int | None = None) -> list[tuple[int, bytes]]:
    """The blocks of a FLAC; `short` is the length of the name of the writer, which is all there is then."""
    found = [
        (0, bytes(34)),
        (4, comments(note) if short is None else struct.pack("<I", short) + b"x" * short + bytes(4)),
    ]
    if note is not None:
        text = note.encode()
        found += [(6, text), (2, text), (5, text), (1, text), (3, bytes(18)), (4, comments(note))]
    return found


def flac(note: str | None, short: int | None = None) -> bytes:
    found = blocks(note, short)
    listed = b"".join(
        bytes([kind | (0x80 if place == len(found) - 1 else 0)]) + len(content).to_bytes(3) + content
        for place, (kind, content) in enumerate(found)
    )
    content = b"fLaC" + listed + FLAC_SOUND
    return content if note is None else id3(note) + content + tail(note)


def slow_sum(page: bytes) -> int:
    """The check sum of a page of Ogg, as its specification has it."""
    found = 0
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ (0x04C11DB7 if found & 0x80000000 else 0)) & 0xFFFFFFFF
    return found


def page(content: bytes, lengths: list[int], serial: int, number: int, flags: int = 0) -> bytes:
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, 0, serial, number, 0) + bytes([len(lengths), *lengths])
    whole = header + content
    return whole[:22] + struct.pack("<I", slow_sum(whole)) + whole[26:]


def stream(packets: list[bytes], serial: int, per_page: int = 2) -> list[bytes]:
    """Pages of at most `per_page` segments: a long packet goes over several of them."""
    pages = [page(packets[0], [len(packets[0])], serial, 0, flags=2)]
    lengths = [length for packet in packets[1:] for length in [255] * (len(packet) // 255) + [len(packet) % 255]]
    content, place = b"".join(packets[1:]), 0
    for at in range(0, len(lengths), per_page):
        part = lengths[at : at + per_page]
        pages.append(page(content[place : place + sum(part)], part, serial, len(pages)))
        place += sum(part)
    return pages


def vorbis_packets(note: str | None) -> list[bytes]:
    return [b"\x01vorbis" + bytes(23), b"\x03vorbis" + comments(note) + b"\1", b"\x05vorbis" + NOISE[:99], NOISE]


def opus_packets(note: str | None) -> list[bytes]:
    return [b"OpusHead" + bytes(11), b"OpusTags" + comments(note), NOISE, NOISE[:300]]


def flac_packets(note: str | None) -> list[bytes]:
    _, *more = blocks(note)
    last = len(more) - 1
    listed = [
        bytes([kind | (0x80 if place == last else 0)]) + len(content).to_bytes(3) + content
        for place, (kind, content) in enumerate(more)
        if kind != 3
    ]
    return [b"\x7fFLAC\x01\0\0\1fLaC\0\0\0\x22" + bytes(34), *listed, FLAC_SOUND]


def ogg(packets: list[bytes], *others: list[bytes]) -> bytes:
    """The streams side by side: a page of each in turn."""
    streams = [stream(each, serial) for serial, each in enumerate((packets, *others), 7)]
    longest = max(len(pages) for pages in streams)
    return b"".join(pages[at] for at in range(longest) for pages in streams if at < len(pages))


def scene(note: str | None, picture: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "glTF"},
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}], "name": "mesh"}],
        "buffers": [{"byteLength": len(NOISE) + len(picture)}],
        "bufferViews": [{"buffer": 0, "byteOffset": len(NOISE), "byteLength": len(picture)}],
        "images": [{"bufferView": 0, "mimeType": "image/png"}],
        "accessors": [{"max": [0.1, 1e-05, 3], "min": [-1.5, 0, 0]}],
    }
    if note is not None:
        found["asset"] |= {"generator": note, "copyright": note, "extras": {"prompt": note}}
        found["extras"] = [note]
        found["meshes"][0]["extras"] = {"a": {"extras": note}}
        found |= {"extensionsUsed": ["KHR_xmp"], "extensions": {"KHR_xmp": {"packets": [note]}}}
    return found


def glb(note: str | None) -> bytes:
    picture = png(note)
    text = json.dumps(scene(note, picture)).encode()
    text += b" " * (-len(text) % 4)
    inside = struct.pack("<I4s", len(text), b"JSON") + text
    inside += struct.pack("<I4s", len(NOISE) + len(picture), b"BIN\0") + NOISE + picture
    if note is not None:
        inside += struct.pack("<I4s", len(note), b"NOTE") + note.encode()
    content = b"glTF" + struct.pack("<II", 2, 12 + len(inside)) + inside
    return content if note is None else content + note.encode()


def safetensors(note: str | None) -> bytes:
    header: dict[str, Any] = {"latent_tensor": {"dtype": "F32", "shape": [225], "data_offsets": [0, 900]}}
    if note is not None:
        header = {"__metadata__": {"prompt": note, "workflow": note}, **header}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + NOISE
