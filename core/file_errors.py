"""What can go wrong with a file that is fetched, checked or uploaded."""

from core.errors import CoreError


class FileError(CoreError):
    """A file could not be taken or fetched; `name` is what the person or the run calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{type(self).__name__}: {name}")
        self.name = name


class FileTooLarge(FileError):
    """More bytes than `limit`; `size` in bytes when it is known."""

    def __init__(self, name: str, *, limit: int, size: int | None = None) -> None:
        super().__init__(name)
        self.limit = limit
        self.size = size


class FileHostRefused(FileError):
    """Its address is not one that files may be fetched from; `host` as written in the address."""

    def __init__(self, name: str, *, host: str) -> None:
        super().__init__(name)
        self.host = host

    def __str__(self) -> str:
        return f"{super().__str__()} at {self.host}"


class FileUnavailable(FileError):
    """Its host did not hand it over; `status` when there was an answer."""

    def __init__(self, name: str, *, status: int | None = None) -> None:
        super().__init__(name)
        self.status = status


class FileNotAnImage(FileError):
    """An image was asked for, and these bytes are none that can be read."""


class FileOfOtherKind(FileError):
    """Its bytes are not of the kind that was asked for: `wanted` is `video`, `audio`, `EXR image`, or extensions."""

    def __init__(self, name: str, *, wanted: str) -> None:
        super().__init__(name)
        self.wanted = wanted


class FileNotCleaned(FileError):
    """What its maker embedded in it cannot be taken out, and it cannot be made anew without that."""


class FileDamaged(FileError):
    """Its end is missing: it was cut off somewhere on the way."""
