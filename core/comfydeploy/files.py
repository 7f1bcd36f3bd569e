"""Files that people hand over, as addresses that runs can use; the door to the account's storage."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import IO, Final

import aiohttp

from core.comfydeploy import operations
from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    BadReply,
    NoAnswer,
    NotFound,
    Refused,
    ServerFault,
    Unreachable,
)
from core.comfydeploy.records import UploadedFile, UploadPlace
from core.comfydeploy.replies import parsed
from core.comfydeploy.transport import Call, Lost, Transport, never_twice

_PUT: Final = "PUT (storage)"


class Files:
    """Uploads. Made by `connect`; `storage` is a session without the key, for addresses that are signed themselves."""

    def __init__(self, transport: Transport, storage: aiohttp.ClientSession) -> None:
        self._transport = transport
        self._storage = storage

    @classmethod
    @asynccontextmanager
    async def connect(cls, transport: Transport) -> AsyncIterator["Files"]:
        async with aiohttp.ClientSession(middlewares=(never_twice,)) as storage:
            yield cls(transport, storage)

    async def upload(
        self, file: IO[bytes], filename: str, content_type: str, told: Callable[[int], None] | None = None
    ) -> str:
        """Store a file and return the address that runs can use, in a private account maybe they alone.

        It is put into the account's storage, or posted to the API where that cannot be. `file` stays open; its position
        does not matter. `told` hears, in the event loop, how many bytes were read for sending.

        Raises:
            ApiError: neither took it.
        """
        parcel = _Parcel(file, filename, content_type, told)
        asking, posting = parcel.asking(), parcel.posting(self._transport.timeouts.upload)
        # a server that has no places to give is asked for one once
        return await self._transport.ways.take(
            asking.operation.before, lambda: self._placed(asking, parcel, posting), lambda: self._posted(posting)
        )

    async def post(self, file: IO[bytes], filename: str, content_type: str) -> str:
        """Hand a file to the API itself, which tells its type from the name's extension only.

        Others can read what is at the address, too; in a private account for an hour. Older servers have no such route.
        """
        return await self._posted(_Parcel(file, filename, content_type).posting(self._transport.timeouts.upload))

    async def presign(self, filename: str, content_type: str, size: int) -> UploadPlace:
        """A place in the account's storage for `size` bytes, good for an hour (5 minutes on older servers).

        The PUT must carry exactly this content type and, if the place is public, `x-amz-acl: public-read`.
        """
        return await self._asked(_asking(filename, content_type, size))

    async def _asked(self, asking: Call) -> UploadPlace:
        return parsed(UploadPlace, asking.name, await self._transport.read(asking))

    async def _posted(self, posting: Call) -> str:
        return parsed(UploadedFile, posting.name, await self._transport.send(posting)).file_url

    async def _placed(self, asking: Call, parcel: "_Parcel", posting: Call) -> str:
        try:
            place = await self._asked(asking)
            await self._put(place, parcel)
        except ApiError as error:
            if not _leaves_another_way(error):
                raise
            failure = error
        else:
            return place.download_url

        async def failed() -> str:
            raise failure  # an older server has no other way: then this is what there is to say

        return await self._transport.ways.take(posting.operation, lambda: self._posted(posting), failed)

    async def _put(self, place: UploadPlace, parcel: "_Parcel") -> None:
        # S3 takes nothing of unknown length
        headers = {"Content-Type": parcel.content_type, "Content-Length": str(parcel.size)}
        if place.is_public:
            headers["x-amz-acl"] = "public-read"
        timeout = self._transport.timeouts.upload
        failure: ApiError
        try:
            async with self._storage.put(
                place.url, data=parcel.lent(), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status < 300:
                    return
                kind = ServerFault if response.status >= 500 else Refused
                failure = kind(_PUT, response.status)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = Unreachable(_PUT)
        except (Lost, aiohttp.ClientError, TimeoutError, OSError, ValueError):
            failure = NoAnswer(_PUT)
        raise failure  # out here: aiohttp's error has the address in it, and so the signature


def _leaves_another_way(error: ApiError) -> bool:
    """Whether the API itself may still take the file: it gave an answer, or it is the storage that did not take it."""
    return error.call == _PUT or isinstance(error, AccessDenied | BadReply | NotFound | Refused | ServerFault)


def _asking(filename: str, content_type: str, size: int) -> Call:
    query = {"file_name": filename, "type": content_type, "parent_path": "/", "size": str(size)}
    older = Call(operations.PRESIGN_UPLOAD.before, query={"type": content_type, "file_size": str(size)})
    return Call(operations.PRESIGN_UPLOAD, query=query, older=older)


class _Parcel:
    """A file that is being uploaded; `size` in bytes."""

    def __init__(
        self, file: IO[bytes], filename: str, content_type: str, told: Callable[[int], None] | None = None
    ) -> None:
        self.content_type = content_type
        self.size = file.seek(0, io.SEEK_END)
        self._file = file
        self._filename = filename
        self._told = told
        self._lock = threading.Lock()

    def asking(self) -> Call:
        """For a place for it."""
        return _asking(self._filename, self.content_type, self.size)

    def posting(self, timeout: aiohttp.ClientTimeout) -> Call:
        form = aiohttp.FormData()
        form.add_field("file", self.lent(), filename=self._filename, content_type=self.content_type)
        return Call(operations.UPLOAD_FILE, form=form, timeout=timeout)

    def lent(self) -> "Lent":
        """For one way of sending it."""
        told, loop = self._told, asyncio.get_running_loop()
        if told is None:
            return Lent(self._file, self._lock)
        return Lent(self._file, self._lock, lambda count: loop.call_soon_threadsafe(told, count))


class Lent(io.RawIOBase):
    """A file that is read by somebody else, from its beginning, but not closed by them.

    aiohttp reads in threads and closes what it is given, maybe after the file's own block has ended; a second reader
    may come before the first one's thread is done. So each reader keeps its own place, and `lock` is one for them all.
    `told` hears that place after each read, in the reader's thread.
    """

    def __init__(self, file: IO[bytes], lock: threading.Lock, told: Callable[[int], object] = lambda _: None) -> None:
        self._file = file
        self._lock = lock
        self._told = told
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        with self._lock:
            self._file.seek(self._at)
            content = self._file.read(size)
            self._at = self._file.tell()
        self._told(self._at)
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with self._lock:
            self._file.seek(self._at)
            self._at = self._file.seek(offset, whence)
            return self._at

    def tell(self) -> int:
        return self._at

    def fileno(self) -> int:
        return self._file.fileno()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing: whoever opened the file closes it."""
