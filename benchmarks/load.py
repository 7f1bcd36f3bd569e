"""Two kinds of load: so many actions a second whatever comes of them, and so many people who each wait their turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

_STEP: Final = 0.002  # seconds between two looks at what is due

Act = Callable[[], Awaitable[float]]
"""One interaction; returns the seconds until it was acknowledged, or raises TimeoutError."""


@dataclass(slots=True)
class Load:
    """What came of it: seconds to each acknowledgement, how many never came, and how long it all took."""

    acks: list[float] = field(default_factory=list)
    unanswered: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answered ones a second."""
        return len(self.acks) / self.seconds

    async def record(self, act: Act) -> None:
        try:
            self.acks.append(await act())
        except TimeoutError:
            self.unanswered += 1


async def steady(act: Act, rate: float, seconds: float) -> Load:
    """Begins `rate` actions a second, however slowly they are answered, and waits for the last one's answer."""
    load, tasks, began = Load(), list[asyncio.Task[None]](), time.monotonic()
    while (elapsed := time.monotonic() - began) < seconds:
        due = int(elapsed * rate) + 1
        tasks += [asyncio.create_task(load.record(act)) for _ in range(due - len(tasks))]
        await asyncio.sleep(_STEP)
    await asyncio.gather(*tasks)
    load.seconds = time.monotonic() - began
    return load


async def busy(act: Act, people: int, seconds: float) -> Load:
    """So many people who each act again as soon as they have their answer."""
    load, began = Load(), time.monotonic()

    async def go_on() -> None:
        while time.monotonic() - began < seconds:
            await load.record(act)

    await asyncio.gather(*(go_on() for _ in range(people)))
    load.seconds = time.monotonic() - began
    return load
