"""ComfyUI Deploy for one key: a small client for each kind of thing, over one transport."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from core.comfydeploy.account import Account
from core.comfydeploy.deployments import Deployments
from core.comfydeploy.files import Files
from core.comfydeploy.health import Health
from core.comfydeploy.machines import Machines
from core.comfydeploy.runs import Runs
from core.comfydeploy.transport import TIMEOUTS, Timeouts, Transport
from core.comfydeploy.workflows import Workflows
from core.metrics import Metrics


class ComfyDeploy:
    """The API as typed calls; each may raise `ApiError`. Made by `connect`."""

    def __init__(self, transport: Transport, files: Files) -> None:
        self._transport = transport
        self.root = transport.root
        self.deployments = Deployments(transport)
        self.workflows = Workflows(transport)
        self.machines = Machines(transport)
        self.runs = Runs(transport)
        self.files = files
        self.account = Account(transport)

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, url: str, key: str, timeouts: Timeouts = TIMEOUTS, metrics: Metrics | None = None
    ) -> AsyncIterator["ComfyDeploy"]:
        """The client, open until the block ends. `url` with or without `/api`.

        Raises:
            ValueError: `url` is not an absolute http(s) address.
        """
        async with (
            Transport.connect(url, key, timeouts, metrics) as transport,
            Files.connect(transport) as files,
        ):
            yield cls(transport, files)

    @property
    def health(self) -> Health:
        return self._transport.health

    async def server_time(self) -> datetime | None:
        """The server's clock, to the second; None when it does not say."""
        return await self._transport.server_time()
