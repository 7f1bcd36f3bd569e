"""What a FLAC carries beside its sound: such blocks become padding, so that no offset changes."""

from typing import Final

from core.cleaning.edits import Edit, blank
from core.cleaning.source import Source, Uncleanable
from core.cleaning.tags import check_no_tag, end_of_sound

# https://www.rfc-editor.org/rfc/rfc9639.html#name-metadata-blocks
_INFO: Final = 0
_PADDING: Final = 1
_SEEKS: Final = 3
_COMMENTS: Final = 4
_LAST: Final = 0x80
_HEADER: Final = 4
NO_COMMENTS: Final = bytes(8)  # no name of a writer, and no comments


def flac(source: Source) -> list[Edit]:
    """Raises `Uncleanable`, as all of these."""
    edits: list[Edit] = []
    place, kind = 4, _PADDING
    while not kind & _LAST:
        kind, end = source.number(place, 1), place + _HEADER + source.number(place + 1, 3)
        if end > source.size or (kind & ~_LAST == _INFO) != (place == 4):
            raise Uncleanable
        if kind & ~_LAST not in {_INFO, _SEEKS}:
            edits.append(blank(place, end, _instead(kind, end - place)))
        place = end
    if source.piece(place, 2) not in {b"\xff\xf8", b"\xff\xf9"}:
        raise Uncleanable
    end = end_of_sound(source, place)
    check_no_tag(source, place, end)
    return [*edits, Edit(end, source.size)]


def _instead(kind: int, length: int) -> bytes:
    """The beginning of what takes the place of a block of this length; zeros follow it."""
    last = kind & _LAST
    if kind & ~_LAST != _COMMENTS:
        return _block(last | _PADDING, length)
    if length < 2 * _HEADER + len(NO_COMMENTS):  # no room for padding: a writer without a name, of some spaces
        return _block(kind, length) + no_comments(length - _HEADER)
    return (
        _block(_COMMENTS, _HEADER + len(NO_COMMENTS))
        + NO_COMMENTS
        + _block(last | _PADDING, length - _HEADER - len(NO_COMMENTS))
    )


def no_comments(length: int) -> bytes:
    """A list of no comments that has so many bytes. Raises `Uncleanable` if these are too few."""
    spaces = length - len(NO_COMMENTS)
    if spaces < 0:
        raise Uncleanable
    return spaces.to_bytes(4, "little") + b" " * spaces + bytes(4)


def _block(kind: int, length: int) -> bytes:
    """The header of a block that has so many bytes with it."""
    return bytes([kind]) + (length - _HEADER).to_bytes(3)
