"""The files of an order on their way to ComfyUI Deploy, and their progress in the run's message where it takes time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.comfydeploy.fit import Fitted
from core.comfydeploy.inputs import Input
from core.comfydeploy.values import File, Stored
from core.errors import InputsInvalid
from core.file_errors import FileError
from core.forms.form import file_problem
from core.runs.delivery import Delivery
from core.runs.parts import Parts
from core.runs.view import Upload

LARGE: Final = 4 * 2**20  # bytes; smaller files are there before anybody could read how far they are
PACE: Final = 2.0  # seconds between two states of the message


class Uploading:
    """Uploads what is not uploaded yet. `pace` is in seconds."""

    def __init__(self, parts: Parts, pace: float = PACE) -> None:
        self._parts = parts
        self._pace = pace

    async def upload(self, delivery: Delivery, fitted: Fitted) -> None:
        """All files of `fitted`; what is done need not be done again after a failure.

        Raises:
            InputsInvalid: some cannot be used; all of them are named.
            ApiError: ComfyUI Deploy did not take one.
        """
        if not fitted.files:
            return
        async with self._shown(delivery):
            await self._upload(delivery, fitted)

    async def _upload(self, delivery: Delivery, fitted: Fitted) -> None:
        problems = []
        for target, files in list(fitted.files.items()):
            tried = await asyncio.gather(*(self._tried(delivery, target, file) for file in files))
            problems += [file_problem(target, found) for found in tried if isinstance(found, FileError)]
            addresses = [found for found in tried if isinstance(found, str)]
            if len(addresses) == len(files):
                fitted.with_files(target, addresses)
                del fitted.files[target]
        if problems:
            raise InputsInvalid(problems, delivery.view.deployment)

    async def _tried(self, delivery: Delivery, target: Input, file: File) -> str | FileError:
        try:
            return await self._address(delivery, target, file)
        except FileError as error:
            return error

    async def _address(self, delivery: Delivery, target: Input, source: File) -> str:
        if isinstance(source, Stored):
            return source.address

        def tell(sent: int, size: int | None) -> None:
            if size is None or size > LARGE:
                delivery.tell(upload=Upload(source.name, sent, size))

        return (await self._parts.uploads.take(target, source, tell)).address

    @asynccontextmanager
    async def _shown(self, delivery: Delivery) -> AsyncIterator[None]:
        """While the block lasts, the message says how far it is."""
        showing = asyncio.create_task(self._keep_showing(delivery), name=f"upload {delivery.id}")
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.wait([showing])  # not for its result: a cancellation from outside has to get through
            delivery.tell(upload=None)

    async def _keep_showing(self, delivery: Delivery) -> None:
        deliveries = self._parts.deliveries
        while True:
            await asyncio.sleep(max(self._pace, deliveries.pace_of(delivery)))
            await deliveries.show(delivery)
