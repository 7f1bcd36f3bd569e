"""One method of the clients, called once: what it means, what it sends, and the least that answers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.operations import Operation


@dataclass(frozen=True, slots=True)
class Method:
    """One call; `ids` are what it takes as ids, in order. `path` is without `/api`; `reply` None: it is not read."""

    name: str
    operation: Operation
    call: Callable[..., Awaitable[object]]
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    ids: tuple[str, ...] = ()
    reply: object = None

    @property
    def is_read(self) -> bool:
        return self.operation.method == "GET"

    def __str__(self) -> str:
        return self.name

    async def __call__(self, api: ComfyDeploy, *ids: str) -> object:
        """Call it, with other ids if there are any."""
        return await self.call(api, *(ids or self.ids))
