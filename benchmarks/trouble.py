"""What goes wrong while people use the bot: the gateway is cut, and the API is away for a few seconds."""

import asyncio
import itertools
import time
from typing import Final

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault
from stationthis_discord.sandbox.discord import DiscordSandbox

DROPS_EVERY: Final = 30.0  # seconds
OUTAGES_EVERY: Final = 40.0
OUTAGE: Final = 4.0
_RECOVERY: Final = 12.0  # seconds after a cut in which a command may get lost: a new session waits its turn

_FAULTS: Final = (
    Fault(status=502, body="<html>Bad Gateway</html>"),
    Fault(cut=True),
    Fault(status=500, body={"detail": "x"}),
)


class Trouble:
    """Makes it, and knows whether there is some now."""

    def __init__(self, api: ComfyDeploySandbox, discord: DiscordSandbox) -> None:
        self._api = api
        self._discord = discord
        self._cut_at = -_RECOVERY
        self.drops = 0
        self.outages = 0

    def excuses(self, began: float) -> bool:
        """Whether an interaction since `began` may have been lost with a session."""
        return began < self._cut_at + _RECOVERY

    async def go_on(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._drop())
            group.create_task(self._be_away())

    async def _drop(self) -> None:
        for resumable in itertools.cycle((True, False)):
            await asyncio.sleep(DROPS_EVERY)
            self._cut_at = time.monotonic()
            self.drops += 1
            await self._discord.drop(resumable=resumable)

    async def _be_away(self) -> None:
        for fault in itertools.cycle((None, *_FAULTS)):
            await asyncio.sleep(OUTAGES_EVERY)
            self.outages += 1
            if fault is None:
                await self._refuse()
                continue
            rule = self._api.faults.add("*", "/api/*", fault)
            try:
                await asyncio.sleep(OUTAGE)
            finally:
                self._api.faults.remove(rule)

    async def _refuse(self) -> None:
        await self._api.refuse()
        try:
            await asyncio.sleep(OUTAGE)
        finally:
            await self._api.listen()
