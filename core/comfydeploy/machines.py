"""Machines: what runs are executed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.comfydeploy import operations
from core.comfydeploy.paging import every_item
from core.comfydeploy.records import Machine
from core.comfydeploy.replies import items, parsed
from core.comfydeploy.transport import Call, Transport

PAGE: Final = 500
CUSTOM_TYPES: Final = ("classic", "runpod-serverless")  # those that are added by their address


@dataclass(frozen=True, slots=True)
class CustomMachine:
    """A machine that somebody runs themselves. `endpoint` needs a slash at its end when it has a path."""

    name: str
    type: str
    endpoint: str
    auth_token: str | None = None

    def __repr__(self) -> str:
        return f"CustomMachine({self.name!r}, {self.type!r})"  # the token must not reach a log


class Machines:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list_all(self) -> list[Machine]:
        """Every machine that is not deleted; without the question the API lists deleted ones, too."""
        return await every_item(self._page, PAGE)

    async def get(self, machine_id: str) -> Machine:
        call = Call(operations.GET_MACHINE, ids={"id": machine_id})
        return parsed(Machine, call.name, await self._transport.read(call))

    async def add(self, new: CustomMachine) -> Machine:
        body = {"name": new.name, "type": new.type, "endpoint": new.endpoint, "auth_token": new.auth_token}
        call = Call(operations.ADD_MACHINE, json=body, timeout=self._transport.timeouts.upload)
        return parsed(Machine, call.name, await self._transport.send(call))

    async def update(self, machine_id: str, changes: Mapping[str, Any]) -> Machine:
        """Change `name`, `type`, `endpoint` or `auth_token`; what is left out stays."""
        slow = self._transport.timeouts.upload
        call = Call(operations.UPDATE_MACHINE, ids={"id": machine_id}, json=dict(changes), timeout=slow)
        return parsed(Machine, call.name, await self._transport.send(call))

    async def delete(self, machine_id: str, *, force: bool = False) -> None:
        """Delete it.

        Raises:
            MachineInUse: workflows use it, and `force` was not given.
            MachineKeptWarm: its instances are kept warm.
        """
        query = {"force": "true"} if force else None
        slow = self._transport.timeouts.upload
        await self._transport.send(Call(operations.DELETE_MACHINE, ids={"id": machine_id}, query=query, timeout=slow))

    async def _page(self, offset: int) -> tuple[list[Machine], list[object]]:
        query = {"is_deleted": "false", "limit": str(PAGE), "offset": str(offset)}
        call = Call(operations.LIST_MACHINES, query=query)
        return items(Machine, call.name, await self._transport.read(call))
