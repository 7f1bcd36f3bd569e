"""What was searched for, as far as a button can keep it: whole words, written as hexadecimal digits; pure."""

from cogs.ui.text import plain

_LONGEST = 100  # characters that the option of a command takes


def kept_of(search: str | None, room: int) -> tuple[str, bool]:
    """As much of it as `room` bytes hold, cut between two words where there are several, and whether it was cut."""
    whole = plain(search or "", _LONGEST).encode(errors="ignore")
    if len(whole) <= room:
        return whole.decode().strip(), False
    text = whole[:room].decode(errors="ignore")
    words, space, _ = text.rpartition(" ")
    return (words if space and whole[room : room + 1] != b" " else text).strip(), True


def digits_of(search: str) -> str:
    """How a button keeps it."""
    return search.encode(errors="ignore").hex()


def search_in(digits: str) -> str:
    """What a button kept, also one that somebody else made."""
    return bytes.fromhex(digits).decode(errors="ignore")
