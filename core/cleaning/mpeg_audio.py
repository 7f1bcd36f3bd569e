"""What MP3 and AAC carry beside their frames of sound: all that is no frame is dropped."""

from collections.abc import Callable
from typing import Final

from core.cleaning.edits import Edit, moved
from core.cleaning.flac import flac
from core.cleaning.source import Source, Uncleanable
from core.cleaning.tags import after_id3, end_of_sound

_STEP: Final = 4096  # bytes of padding that are looked at in one go
_KBITS: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_NONE: Final = 0


def sound(source: Source) -> list[Edit]:
    """For what begins with an ID3, or with a frame. Raises `Uncleanable`, as all of these."""
    start = after_id3(source)
    beginning = source.piece(start, 4)
    if beginning == b"fLaC":
        return [Edit(0, start), *moved(flac(source.part(start, source.size)), start)]
    length = _adts_length if _adts_length(source, start) else _mp3_length
    return _frames(source, length)


def _frames(source: Source, length: Callable[[Source, int], int]) -> list[Edit]:
    place, frames, edits, frames_of = 0, 0, list[Edit](), source.to_walk()
    end = end_of_sound(source, 0)
    while place < end:
        step = length(frames_of, place)
        frames += bool(step)
        after = place + step if step else _after_other(source, place)
        if step == _NONE:
            edits.append(Edit(place, after))
        place = after
    if frames == 0:
        raise Uncleanable
    return [*edits, Edit(end, source.size)]


def _after_other(source: Source, place: int) -> int:
    """Behind a tag, or padding. Raises `Uncleanable` for anything else."""
    after = after_id3(source, place)
    if after > place:
        return after
    found = source.upto(place, _STEP)
    zeros = len(found) - len(found.lstrip(b"\0"))
    if zeros == 0:
        raise Uncleanable
    return place + zeros


def _mp3_length(source: Source, place: int) -> int:
    """The bytes of a frame of layer III; 0 if there is none.

    See http://www.mp3-tech.org/programmer/frame_header.html.
    """
    header = source.upto(place, 4)
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return _NONE
    version, rate, hertz = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in {0, 15} or hertz == 3:
        return _NONE
    bits = _KBITS[max(version, 2)][rate] * 1000
    return (144 if version == 3 else 72) * bits // _HERTZ[version][hertz] + (header[2] >> 1 & 1)


def _adts_length(source: Source, place: int) -> int:
    """The bytes of a frame of AAC; 0 if there is none."""
    header = source.upto(place, 7)
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return _NONE
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else _NONE
