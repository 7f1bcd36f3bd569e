"""Sound files besides FLAC: WAV, MP3 and Opus, with the metadata of ComfyUI's nodes."""

import math
import struct
from functools import cache

from stationthis_discord.sandbox.comfydeploy.formats.flac import BLOCK, RATE, comments
from stationthis_discord.sandbox.comfydeploy.formats.tags import Tags

_SILENT_MP3 = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s, 44.1 kHz, stereo; nothing in it
_MP3_SECONDS = 1152 / RATE
_SILENT_OPUS = b"\xf8\xff\xfe"  # 20 ms
_SERIAL = 7
_LONGEST_PAGE = 50  # packets of sound
_ID3V1_ROOM = 30


def tone(pitch: float, seconds: float) -> bytes:
    """A sine wave: 16-bit samples of one channel, a whole number of blocks."""
    count = max(1, round(seconds * RATE / BLOCK)) * BLOCK
    period = round(RATE / pitch)
    wave = struct.pack(f"<{period}h", *(round(9000 * math.sin(2 * math.pi * at / period)) for at in range(period)))
    return (wave * (count // period + 1))[: 2 * count]


def wav(samples: bytes, tags: Tags) -> bytes:
    """PCM; the pairs in a list of comments, what is planted in each other place, too."""
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))
    notes = b"".join(_chunk(b"ICMT", f"{name}={text}".encode() + b"\0") for name, text in tags.named)
    told = [_chunk(b"LIST", b"INFO" + notes)] if notes else []
    if tags.planted:
        text = tags.planted.encode()
        xml = b"<BWFXML><NOTE>" + text + b"</NOTE></BWFXML>"
        told += [_chunk(b"bext", text[:256].ljust(602, b"\0")), _chunk(b"iXML", xml), _chunk(b"_PMX", tags.xmp)]
        told += [_chunk(b"id3 ", _id3(tags))]
    body = b"WAVE" + form + b"".join(told) + _chunk(b"data", samples)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp3(seconds: float, tags: Tags) -> bytes:
    """Silence."""
    start = _id3(tags) if tags.named else b""
    end = _ape(tags.planted) + _id3v1(tags.planted) if tags.planted else b""
    return start + _SILENT_MP3 * max(2, round(seconds / _MP3_SECONDS)) + end


def opus(seconds: float, tags: Tags) -> bytes:
    """Silence in an Ogg file."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    told = b"OpusTags" + comments(b"Lavf61.1.100", tags)
    pages = [_page([head], 2, 0, 0), *_told_pages(told)]
    left, granule = max(2, round(seconds * 50)), 0
    while left > 0:
        count = min(left, _LONGEST_PAGE)
        left, granule = left - count, granule + count * 960
        pages.append(_page([_SILENT_OPUS] * count, 0 if left else 4, granule, len(pages)))
    return b"".join(pages)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _id3(tags: Tags) -> bytes:
    """ID3v2.4: the pairs as texts of one's own, as ffmpeg writes them."""
    frames = b"".join(_id3_frame(b"TXXX", f"{name}\0{text}") for name, text in tags.named)
    if tags.planted:
        frames += _id3_frame(b"COMM", f"eng\0{tags.planted}") + _id3_frame(b"TIT2", tags.planted)
    return b"ID3\x04\x00\x00" + _synchsafe(len(frames)) + frames


def _id3_frame(name: bytes, text: str) -> bytes:
    body = b"\x03" + text.encode()
    return name + _synchsafe(len(body)) + b"\0\0" + body


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _id3v1(text: str) -> bytes:
    short = text.encode()[:_ID3V1_ROOM].ljust(_ID3V1_ROOM, b"\0")
    return b"TAG" + short * 3 + bytes(4) + short + b"\xff"


def _ape(text: str) -> bytes:
    value = text.encode()
    item = struct.pack("<II", len(value), 0) + b"Comment\0" + value
    ends = [struct.pack("<IIII", 2000, len(item) + 32, 1, flags) + bytes(8) for flags in (0xA0000000, 0x80000000)]
    return b"APETAGEX" + ends[0] + item + b"APETAGEX" + ends[1]


def _told_pages(packet: bytes) -> list[bytes]:
    """The comments, over as many pages as they need: 255 pieces of 255 bytes fit into one."""
    room = 255 * 255
    parts = [packet[at : at + room] for at in range(0, len(packet) + 1, room)]
    pages = []
    for number, part in enumerate(parts):
        laced = bytes([255] * (len(part) // 255)) + (b"" if len(part) == room else bytes([len(part) % 255]))
        granule = 0 if number == len(parts) - 1 else 2**64 - 1
        pages.append(_ogg(laced, part, 1 if number else 0, granule, number + 1))
    return pages


def _page(packets: list[bytes], flags: int, granule: int, number: int) -> bytes:
    """A page of packets shorter than 255 bytes."""
    return _ogg(bytes(map(len, packets)), b"".join(packets), flags, granule, number)


def _ogg(laced: bytes, body: bytes, flags: int, granule: int, number: int) -> bytes:
    start = b"OggS" + struct.pack("<BBQII", 0, flags, granule, _SERIAL, number)
    end = bytes([len(laced)]) + laced + body
    return start + struct.pack("<I", _checksum(start + bytes(4) + end)) + end


def _checksum(data: bytes) -> int:
    table, crc = _crc_table(), 0
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ table[crc >> 24 ^ byte]
    return crc


@cache
def _crc_table() -> list[int]:
    table = []
    for start in range(256):
        crc = start << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
        table.append(crc)
    return table
