"""What a database says when something goes wrong, in a few words that hold no address, no password and no values."""

from typing import Final

UNUSABLE_ADDRESS: Final = "its address cannot be used"
NO_FOLDER: Final = "its folder cannot be made"
NO_FILE: Final = "its file cannot be opened"
NEWER: Final = "it was made by a newer version of the bot"
NO_ANSWER: Final = "it does not answer in time"
CLOSED: Final = "it is closed"
UNSTORABLE: Final = "it takes no such text"

_ANYTHING_ELSE: Final = "it does not do what it is asked to"
_REASONS: Final = {  # by the primary result codes of SQLite (sqlite.org/rescode.html)
    "BUSY": "another process keeps it locked",
    "LOCKED": "another process keeps it locked",
    "FULL": "its disk is full",
    "READONLY": "it is read-only",
    "PERM": "it is read-only",
    "CORRUPT": "its file is damaged",
    "NOTADB": "its file is no database",
    "CANTOPEN": NO_FILE,
    "IOERR": "its disk cannot be read or written",
    "ERROR": "its tables are not those of the bot",
    "TOOBIG": UNSTORABLE,
}


def reason_of(error: BaseException) -> str:
    """A few words on what went wrong; SQLAlchemy's errors wrap what the driver said."""
    if isinstance(error, TimeoutError):
        return NO_ANSWER
    if isinstance(error, (UnicodeError, OverflowError)):
        return UNSTORABLE
    if isinstance(error, ValueError):
        return "what it holds cannot be read"
    inner: BaseException | None = error
    while inner is not None:
        name = getattr(inner, "sqlite_errorname", None)
        if isinstance(name, str):  # such as SQLITE_IOERR_WRITE
            return _REASONS.get(name.split("_")[1], _ANYTHING_ELSE)
        inner = getattr(inner, "orig", None) or inner.__cause__
    return _ANYTHING_ELSE
