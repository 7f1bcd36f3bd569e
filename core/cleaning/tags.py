"""Tags before and behind sound that know nothing of its format: ID3, APE, Lyrics3."""

from typing import Final

from core.cleaning.source import LARGEST_PIECE, Source, Uncleanable

_ID3: Final = 10  # bytes of its header
_ID3_OLD: Final = 128
_APE: Final = 32  # bytes of its header, and of its end
_MOST_TAGS: Final = 20
_BEGINNINGS: Final = (b"APETAGEX", b"LYRICSBEGIN")


def after_id3(source: Source, place: int = 0) -> int:
    """Where the first thing begins that is no such tag; `place` if there is none."""
    while source.upto(place, 3) == b"ID3":
        header = source.piece(place, _ID3)
        if any(byte & 0x80 for byte in header[6:]):
            raise Uncleanable
        length = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
        place += _ID3 + length + (_ID3 if header[5] & 0x10 else 0)
    if place > source.size:
        raise Uncleanable
    return place


def end_of_sound(source: Source, start: int) -> int:
    """Where the tags at the end of the file begin; `start` is where the sound does."""
    end = source.size
    for _ in range(_MOST_TAGS):
        before = _before_tag(source, end)
        if before == end:
            return end
        if before < start:
            raise Uncleanable
        end = before
    raise Uncleanable


def check_no_tag(source: Source, start: int, end: int) -> None:
    """For sound whose end is not to be seen. Raises `Uncleanable` if there is what could be a tag that was cut off."""
    for place in range(start, end, LARGEST_PIECE - 16):
        found = source.upto(place, min(LARGEST_PIECE, end - place))
        if any(beginning in found for beginning in _BEGINNINGS):
            raise Uncleanable
    if b"TAG" in source.upto(max(start, end - _ID3_OLD), min(end - start, _ID3_OLD)):
        raise Uncleanable


def _before_tag(source: Source, end: int) -> int:
    """Where a tag begins that ends at `end`; `end` if there is none."""
    if end >= _ID3_OLD and source.piece(end - _ID3_OLD, 3) == b"TAG":
        return end - _ID3_OLD
    foot = source.piece(end - _APE, _APE) if end >= _APE else bytes(_APE)
    if foot[:8] == b"APETAGEX":
        with_header = bool(foot[23] & 0x80)
        return end - int.from_bytes(foot[12:16], "little") - (_APE if with_header else 0)
    if foot[-9:] == b"LYRICS200" and foot[-15:-9].isdigit():
        return end - 15 - int(foot[-15:-9])
    if foot[-_ID3:-7] == b"3DI":
        length = foot[-4] << 21 | foot[-3] << 14 | foot[-2] << 7 | foot[-1]
        return end - length - 2 * _ID3
    return end
