"""The sandbox itself: a ComfyUI Deploy on a loopback socket, its state in plain attributes."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import furnishing, gate, older_gate, past
from stationthis_discord.sandbox.comfydeploy.account import Account
from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour, Outcome
from stationthis_discord.sandbox.comfydeploy.desk import DESK, Call, Desk
from stationthis_discord.sandbox.comfydeploy.faults import Faults
from stationthis_discord.sandbox.comfydeploy.hooks import Hooks
from stationthis_discord.sandbox.comfydeploy.jsonb import Json
from stationthis_discord.sandbox.comfydeploy.life import State
from stationthis_discord.sandbox.comfydeploy.pictures import file_bytes
from stationthis_discord.sandbox.comfydeploy.reporter import Reporter
from stationthis_discord.sandbox.comfydeploy.routes.files import MAX_BYTES
from stationthis_discord.sandbox.comfydeploy.routes.table import add_older_routes, add_routes
from stationthis_discord.sandbox.comfydeploy.rows import CLASSIC, Deployment, Machine, Run, Workflow
from stationthis_discord.sandbox.comfydeploy.storage import Storage
from stationthis_discord.sandbox.comfydeploy.table import Table
from stationthis_discord.sandbox.comfydeploy.tokens import PERSON, Keys, Owner

HOST = "127.0.0.1"


class ComfyDeploySandbox:
    """A local, faithful ComfyUI Deploy; use it with `async with`.

    Args:
        pace: multiplies every duration of a run.
        port: 0 for any free one.
        private: output and upload URLs are signed, and refused after `url_seconds`.
        faithful: false answers 404 where the real API wrongly says 500, and keeps connections open after crashes.
        older: answer only the four routes of the older, self-hosted server, over the same account.
    """

    def __init__(
        self,
        pace: float = 1.0,
        port: int = 0,
        *,
        private: bool = False,
        url_seconds: float = 3600.0,
        faithful: bool = True,
        older: bool = False,
    ) -> None:
        self.port = port
        self.keys = Keys()
        self.key = self.issue()
        self.faults = Faults()
        self.calls: list[Call] = []
        self.hooks = Hooks()
        self.account = Account(pace, faithful, Storage(private=private, seconds=url_seconds))
        self._reporter = Reporter(self.hooks, self.account.storage)
        self.account.changed = self._reporter.changed
        self._runner = web.AppRunner(self._app(older=older), access_log=None, shutdown_timeout=0.5)
        self._site: web.TCPSite | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without `/api`."""
        return f"http://{HOST}:{self.port}"

    @property
    def behaviour(self) -> dict[str, Behaviour]:
        """How the runs of a deployment go, by its name; runs take it when they are created."""
        return self.account.behaviour

    @property
    def runs(self) -> dict[str, Run]:
        """Every run by id, newest last."""
        return self.account.runs

    @property
    def deployments(self) -> Table[Deployment]:
        return self.account.deployments

    def issue(
        self, org_id: str | None = None, user_id: str = PERSON, *, revoked: bool = False, scopes: tuple[str, ...] = ()
    ) -> str:
        """Another API key; `scopes` are path patterns and make it a machine's token."""
        token = self.keys.issue(Owner(user_id, org_id), scopes=scopes)
        if revoked:
            self.keys.revoked.add(token)
        return token

    def add_deployment(
        self,
        name: str,
        workflow_api: Json,
        environment: str = "production",
        machine: furnishing.MachineKind = "serverless",
        *,
        is_fluid: bool = False,
        owner: Owner = furnishing.OPERATOR,
    ) -> Deployment:
        """A further deployment; an existing workflow of that name gets another version if `workflow_api` is new."""
        plot = furnishing.Plot(name, workflow_api, environment, machine, is_fluid, owner=owner)
        return furnishing.add_deployment(self.account, plot)

    def add_workflow(self, name: str, workflow_api: Json = None, *, owner: Owner = furnishing.OPERATOR) -> Workflow:
        """A workflow without a deployment, and without a version when there is no `workflow_api`."""
        return furnishing.add_workflow(self.account, furnishing.Plot(name, workflow_api, owner=owner))

    def add_machine(self, name: str, kind: str = CLASSIC, *, owner: Owner = furnishing.OPERATOR) -> Machine:
        """A further machine; `kind` is one of the API's machine types."""
        return furnishing.add_machine(self.account, name, kind, owner)

    def deployment(self, name: str, environment: str = "production") -> Deployment:
        """The deployment of this name. Raises `StopIteration` when there is none."""
        return next(row for row in self.deployments if (row.name, row.environment) == (name, environment))

    async def opened(self, run_id: str) -> dict[str, list[bytes]]:
        """The bytes of the files that the machine fetched for a run, by input id."""
        files = self.runs[run_id].opened
        return {key: [await asyncio.to_thread(file_bytes, file) for file in found] for key, found in files.items()}

    def add_runs(
        self,
        deployment: Deployment,
        inputs: Iterable[Mapping[str, Json]],
        outcome: Outcome = "success",
        *,
        days: float = 7.0,
    ) -> list[Run]:
        """Finished runs of the past, one for each set of inputs, the oldest first, spread evenly over the last days."""
        return past.add_runs(self.account, deployment, past.Past(tuple(inputs), outcome, days))

    def delete_run(self, run_id: str) -> None:
        """Nobody knows the run from now on, and nobody is told of it; its files stay in the bucket."""
        self.account.end(self.account.runs[run_id], "cancelled", stamped=False)
        del self.account.runs[run_id]

    def delete_deployment(self, deployment: Deployment) -> None:
        """Nobody knows the deployment from now on; its runs stay."""
        self.account.deployments.remove(deployment)

    def expire_urls(self) -> None:
        """Refuse every URL signed so far (of a private account); whoever asks again gets new ones."""
        self.account.storage.expire()

    @property
    def downloads(self) -> Counter[str]:
        """How often each file was handed out, by the path of its URL."""
        return self.account.storage.downloads

    @property
    def downloaded(self) -> Counter[str]:
        """How many bytes of each file were written to those who asked, by the path of its URL."""
        return self.account.storage.downloaded

    def state(self, run_id: str) -> State:
        """What is true of a run now."""
        return self.account.state(self.runs[run_id])

    def end(self, run_id: str, status: str = "success") -> None:
        """End a run now; a success has the outputs its behaviour would have made. One that is over stays as it is."""
        self.account.end(self.runs[run_id], status)

    def age(self, run_id: str, seconds: float) -> None:
        """Make a run look as if it had been created `seconds` (of the wall clock) earlier."""
        self.account.age(self.runs[run_id], seconds)

    async def refuse(self) -> None:
        """Close the listening socket and every connection: from now on connections are refused."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        server = self._runner.server
        for connection in server.connections if server is not None else ():
            connection.force_close()

    async def listen(self) -> None:
        """Listen, again on the same port after `refuse`."""
        self._site = web.TCPSite(self._runner, HOST, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]
        self.account.storage.origin = self.url

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self.listen()
        furnishing.furnish(self.account)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._reporter.close()
        await self.hooks.close()

    def _app(self, *, older: bool) -> web.Application:
        middlewares = older_gate.MIDDLEWARES if older else gate.MIDDLEWARES
        app = web.Application(middlewares=middlewares, client_max_size=MAX_BYTES + 2**20)
        app[DESK] = Desk(self.account, self.keys, self.faults, self.calls)
        (add_older_routes if older else add_routes)(app)
        return app
