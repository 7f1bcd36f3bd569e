"""Files that people hand over, as addresses that runs can use; the door to the account's storage."""

import io
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Final

import aiohttp

from core.comfydeploy import operations
from core.comfydeploy.errors import ApiError, NoAnswer, Refused, ServerFault, Unreachable
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

    async def upload(self, file: IO[bytes], filename: str, content_type: str) -> str:
        """Store a file and return its address. `file` stays open; its position does not matter.

        Today's server tells the type from the name's extension only. An older one has no such route; there the file is
        put into its storage.
        """
        lock = threading.Lock()
        with lock:
            size = file.seek(0, io.SEEK_END)
        call = self._posting(Lent(file, lock), filename, content_type)

        async def post() -> str | UploadPlace:
            return parsed(UploadedFile, call.name, await self._transport.send(call)).file_url

        async def find_place() -> str | UploadPlace:
            return await self.presign(filename, content_type, size)

        stored = await self._transport.ways.take(call.operation, post, find_place)
        if isinstance(stored, str):
            return stored
        await self._put(stored, Lent(file, lock), content_type, size)
        return stored.download_url

    async def presign(self, filename: str, content_type: str, size: int) -> UploadPlace:
        """A place in the account's storage for `size` bytes, good for an hour (5 minutes on older servers).

        The PUT must carry exactly this content type and, if the place is public, `x-amz-acl: public-read`.
        """
        query = {"file_name": filename, "type": content_type, "parent_path": "/", "size": str(size)}
        older = Call(operations.PRESIGN_UPLOAD.before, query={"type": content_type, "file_size": str(size)})
        call = Call(operations.PRESIGN_UPLOAD, query=query, older=older)
        return parsed(UploadPlace, call.name, await self._transport.read(call))

    def _posting(self, file: "Lent", filename: str, content_type: str) -> Call:
        form = aiohttp.FormData()
        form.add_field("file", file, filename=filename, content_type=content_type)
        return Call(operations.UPLOAD_FILE, form=form, timeout=self._transport.timeouts.upload)

    async def _put(self, place: UploadPlace, file: "Lent", content_type: str, size: int) -> None:
        headers = {"Content-Type": content_type, "Content-Length": str(size)}  # S3 takes nothing of unknown length
        if place.is_public:
            headers["x-amz-acl"] = "public-read"
        failure: ApiError
        try:
            async with self._storage.put(
                place.url, data=file, headers=headers, timeout=self._transport.timeouts.upload, allow_redirects=False
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


class Lent(io.RawIOBase):
    """A file that is read by somebody else, from its beginning, but not closed by them.

    aiohttp reads in threads and closes what it is given, maybe after the file's own block has ended; a second reader
    may come before the first one's thread is done. So each reader keeps its own place, and `lock` is one for them all.
    """

    def __init__(self, file: IO[bytes], lock: threading.Lock) -> None:
        self._file = file
        self._lock = lock
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        with self._lock:
            self._file.seek(self._at)
            content = self._file.read(size)
            self._at = self._file.tell()
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
