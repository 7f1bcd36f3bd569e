"""How long a person waits for ComfyUI Deploy: one limit for one wait, however many calls that takes.

An action may wait more than once: for the lists, for an upload, for a run. Inside another limit the earlier end counts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.errors import TookTooLong

PATIENCE: Final = 20.0  # seconds


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Ends what is in the block after so many seconds; what it shares with others, such as a load, goes on.

    Raises:
        TookTooLong: the time was over; `seconds` are those of the limit that was reached.
    """
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise TookTooLong(seconds) from None
        raise
