"""What can go wrong with a result that is there: who may do what with it, where it goes, and what is left of it."""

from collections.abc import Sequence

from core.errors import CoreError


class NotYourResult(CoreError):
    """In this server the buttons of the result of `run_id` are for its `owner` alone; others may make their own."""

    def __init__(self, owner: int, run_id: str) -> None:
        super().__init__("not the owner")
        self.owner = owner
        self.run_id = run_id


class NoUpscaler(CoreError):
    """Nothing is named here that makes a result larger, or it is no longer on offer."""


class TakesNoPicture(CoreError):
    """The deployment called `label` has no input for a picture, so it makes none larger."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NoGallery(CoreError):
    """No channel is named here for results that people keep."""


class GalleryClosed(CoreError):
    """The bot cannot post in the gallery `channel`; `permissions`, by Discord's names, are missing, if known."""

    def __init__(self, channel: int, permissions: Sequence[str] = ()) -> None:
        super().__init__(str(channel))
        self.channel = channel
        self.permissions = tuple(permissions)


class AlreadyKept(CoreError):
    """The result is in the gallery; `link` leads there, None while it is being sent."""

    def __init__(self, link: str | None = None) -> None:
        super().__init__("kept before")
        self.link = link


class NotOverYet(CoreError):
    """What is asked for needs a result, and the run is under way."""


class NoResult(CoreError):
    """What is asked for needs a file, and the run made none."""


class NoResultHere(CoreError):
    """The message that was picked shows no result of this bot."""


class RunUnknown(CoreError):
    """Nothing of this person is known by what they wrote for a run."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


class SurfaceTooSmall(CoreError):
    """A place did not take files of a size that it had allowed; `limit` is what to try next, in bytes of one file."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} bytes")
        self.limit = limit


class RoomForFewer(CoreError):
    """So many runs (`count`) of one person have no room now; `room` of them would."""

    def __init__(self, count: int, room: int) -> None:
        super().__init__(f"{count} where there is room for {room}")
        self.count = count
        self.room = room


class TooManyAtOnce(CoreError):
    """More runs in one wish than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most
