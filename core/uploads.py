"""People's files on their way to ComfyUI Deploy: fetched, checked by their bytes, and uploaded once each."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import IO, Final

from core.comfydeploy.files import Files
from core.comfydeploy.inputs import Input
from core.comfydeploy.values import Source, Stored
from core.comfydeploy.wire import unsigned
from core.content import Content, content_of
from core.media import LocalFile, Media

LARGEST_INPUT: Final = 50 * 2**20  # bytes
LIFETIME: Final = 6 * 3600.0  # seconds for which an upload is used again
MOST_REMEMBERED: Final = 4096

Tell = Callable[[int, int | None], None]  # is told the bytes sent so far, and those in all if they are known


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What makes an upload the same as another: the bytes, and what they are stored as."""

    digest: str
    content: Content


@dataclass(slots=True, eq=False)
class _Upload:
    """One upload under way, and all who wait for it."""

    task: asyncio.Task[str]
    listeners: list[Tell]

    async def address(self, tell: Tell | None) -> str:
        """Who does not want to wait any more does not end it for the others."""
        heard = [tell] if tell else []
        self.listeners += heard
        try:
            return await asyncio.shield(self.task)
        finally:
            for one in heard:
                self.listeners.remove(one)


class Uploads:
    """Uploads each file once while it is remembered. `clock` in seconds; to be closed before `media` and `files`."""

    def __init__(self, media: Media, files: Files, clock: Callable[[], float] = time.monotonic) -> None:
        self._media = media
        self._files = files
        self._clock = clock
        self._under_way: dict[_Bytes, _Upload] = {}
        self._stored: OrderedDict[_Bytes, tuple[str, float]] = OrderedDict()  # addresses, and until when they are used

    async def take(self, target: Input, source: Source, tell: Tell | None = None) -> Stored:
        """Make a person's file one that runs can use. `tell` is called while it is being sent.

        Raises:
            FileError: too large, not to be had, or not what `target` takes.
            ApiError: the API did not take it.
        """
        async with AsyncExitStack() as block:
            local = await block.enter_async_context(self._media.input(source, LARGEST_INPUT))
            same = await asyncio.to_thread(_examined, local.file, source.name, target)
            address = self._recalled(same)
            if address is None:
                upload = self._under_way.get(same) or self._begin(same, local, block.pop_all())
                address = await upload.address(tell)
        return Stored(source.name, address)

    async def aclose(self) -> None:
        """End what is under way."""
        tasks = [upload.task for upload in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _recalled(self, same: _Bytes) -> str | None:
        address, until = self._stored.get(same, (None, 0.0))
        if self._clock() >= until:
            return None
        self._stored.move_to_end(same)
        return address

    def _begin(self, same: _Bytes, local: LocalFile, block: AsyncExitStack) -> _Upload:
        """`block` keeps the file open, from now on for the upload."""
        listeners: list[Tell] = []
        task = asyncio.create_task(self._sent(same, local, block, listeners), name=f"upload {same.digest[:8]}")
        self._under_way[same] = _Upload(task, listeners)
        task.add_done_callback(lambda done: self._ended(same, done))
        return self._under_way[same]

    async def _sent(self, same: _Bytes, local: LocalFile, block: AsyncExitStack, listeners: list[Tell]) -> str:
        def told(count: int) -> None:
            for tell in tuple(listeners):
                tell(count, local.size)

        async with block:
            name = f"file{same.content.extension}"  # what a person calls it is nobody's business
            address = await self._files.upload(local.file, name, same.content.media_type, told)
        return unsigned(address)  # a signature would be over before the memory; the API makes a new one for each run

    def _ended(self, same: _Bytes, task: asyncio.Task[str]) -> None:
        del self._under_way[same]
        if task.cancelled() or task.exception() is not None:  # looked at here: maybe nobody waits any more
            return
        self._stored[same] = (task.result(), self._clock() + LIFETIME)
        self._stored.move_to_end(same)
        while len(self._stored) > MOST_REMEMBERED:
            self._stored.popitem(last=False)


def _examined(file: IO[bytes], name: str, target: Input) -> _Bytes:
    """Raises `FileError`."""
    content = content_of(file, name, target)
    digest = hashlib.sha256()
    while part := file.read(2**18):
        digest.update(part)
    return _Bytes(digest.hexdigest(), content)
