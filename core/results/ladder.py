"""A result made to fit the place where it is shown: as it was made, else the best of it that has few enough bytes.

Without what its maker embedded, unless that is to be kept; and what is encoded anew never has it.
"""

import asyncio
import errno
import io
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, Final, TypeVar

import structlog

from core.cleaning.cleaning import Uncleanable, cleaned
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.content import Form, content_of, form_of
from core.file_errors import FileNotCleaned, FileTooLarge
from core.media import LocalFile
from core.pictures import Unreadable
from core.results.change import Change
from core.results.films import is_film, smaller_film
from core.results.smaller import Made, made_smaller

log = structlog.get_logger(__name__)

_F = TypeVar("_F", Made, LocalFile)

_HEAD: Final = 64  # bytes
_ANY_FILE: Final = Input("result", InputKind.FILE, "Result")
# what this computer lacks, and no picture is to blame for
_LACKING: Final = {errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOMEM}


@dataclass(frozen=True, slots=True)
class Ready:
    """A file to be shown: at its start, what its bytes are (extension with the dot, empty if nobody knows), its bytes.

    `source` is what the next fit may start from: where it is not what was given, that is not needed any more.
    `change` is None for a file as it was made.
    """

    file: IO[bytes]
    extension: str
    size: int
    source: LocalFile
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file looked at: `plain` is it without what was embedded, None if that cannot be."""

    extension: str
    form: Form | None
    plain: LocalFile | None


class Ladder:
    """`keep_metadata`: files that fit stay as they are. `at_once`: conversions of all who share this ladder.

    `ffmpeg` None: films stay as they are. What is kept open for each who waits are files, not memory.
    """

    def __init__(self, *, keep_metadata: bool = False, ffmpeg: Path | None = None, at_once: int = 1) -> None:
        self._keeps = keep_metadata
        self._ffmpeg = ffmpeg
        self._places = asyncio.Semaphore(at_once)
        # threads of its own: each that ever held pictures keeps some of that memory for the next ones (glibc)
        self._threads = ThreadPoolExecutor(at_once, "ladder")

    async def fit(self, local: LocalFile, limit: int, files: AsyncExitStack) -> Ready:
        """The best of the file that has at most `limit` bytes; new files close with `files`.

        Raises:
            FileTooLarge: nothing makes it fit.
            FileNotCleaned: it would fit, with what is embedded in it.
            OSError: a full disk, or too many open files; another time it may be made to fit.
        """
        with ExitStack() as opened:
            ready = await self._fitted(local, limit, opened)
            files.enter_context(opened.pop_all())
            return ready

    async def _fitted(self, local: LocalFile, limit: int, opened: ExitStack) -> Ready:
        looked = await self._looked(local, limit, opened)
        source = local if looked.plain is None or self._keeps else looked.plain
        if looked.plain is not None and looked.plain.size <= limit:
            return Ready(looked.plain.file, looked.extension, looked.plain.size, source)
        made = await self._made(looked, local, limit)
        if made is None and local.size <= limit:
            raise FileNotCleaned(local.name)
        if made is None:
            raise FileTooLarge(local.name, limit=limit, size=local.size)
        opened.callback(made.file.close)
        change = Change(made.format, local.size, made.lossless, made.scale)
        return Ready(made.file, made.extension, made.size, source, change)

    async def _looked(self, local: LocalFile, limit: int, opened: ExitStack) -> _Looked:
        form, extension = await asyncio.to_thread(_told, local)
        plain: LocalFile | None = local
        # only a picture's remarks may be what makes it too large; and they are not read by what makes it anew
        is_picture = form is not None and form.measure is not None
        if (local.size <= limit and not self._keeps) or (local.size > limit and is_picture):
            plain = await _plain(local, opened)
        return _Looked(extension, form, plain)

    async def _made(self, looked: _Looked, local: LocalFile, limit: int) -> Made | None:
        form, source = looked.form, looked.plain or local
        if form is None:
            return None
        if form.measure is not None:
            anew = looked.plain is None and local.size <= limit
            async with self._places:
                return await _whole(lambda stop: _picture(source.file, form, limit, stop, anew=anew), self._threads)
        if self._ffmpeg is None or not is_film(form):
            return None
        async with self._places:
            return await smaller_film(self._ffmpeg, source.file, form, min(limit, local.size))


def _told(local: LocalFile) -> tuple[Form | None, str]:
    local.file.seek(0)
    form = form_of(local.file.read(_HEAD))
    return form, content_of(local.file, local.name, _ANY_FILE).extension


async def _plain(local: LocalFile, opened: ExitStack) -> LocalFile | None:
    """The file without what was embedded in it; None if that cannot be."""
    try:
        plain = await _whole(lambda _: _cleaned(local))
    except Uncleanable:
        return None
    if plain is None:
        return local
    opened.callback(plain.file.close)
    return plain


def _cleaned(local: LocalFile) -> LocalFile | None:
    """None if there is nothing to remove. Raises `Uncleanable`."""
    file = cleaned(local.file, local.size)
    if file is None:
        return None
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return LocalFile(file, local.name, size)


def _picture(file: IO[bytes], form: Form, limit: int, stop: Event, *, anew: bool) -> Made | None:
    try:
        return made_smaller(file, form, limit, stop, anew=anew)
    except Unreadable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _LACKING:
            raise error.__cause__ from None
        log.warning("result.picture_unread", reason=repr(error.__cause__)[:200])
        return None
    finally:
        file.seek(0)


async def _whole(work: Callable[[Event], _F | None], threads: Executor | None = None) -> _F | None:
    """Cancelled, it ends with the step that it is at: its file must not be closed under its hands."""
    stop = Event()
    making = asyncio.get_running_loop().run_in_executor(threads, work, stop)
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        stop.set()
        making.add_done_callback(_dropped)  # also where the waiting below is given up
        await asyncio.wait([making])
        raise


def _dropped(making: "asyncio.Future[_F | None]") -> None:
    """Close what nobody waits for any more."""
    if not making.cancelled() and making.exception() is None and (made := making.result()):
        made.file.close()
