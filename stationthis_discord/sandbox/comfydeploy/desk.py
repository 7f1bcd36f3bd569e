"""What the middlewares and routes work with: the account, the keys, the faults and the record of calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy.account import Account
from stationthis_discord.sandbox.comfydeploy.faults import Faults
from stationthis_discord.sandbox.comfydeploy.tokens import Keys

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Call:
    """One request as received; `at` is on the monotonic clock; `status` is null while it runs and when it was cut."""

    method: str
    path: str
    query: dict[str, str]
    at: float
    body: Any = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """`stale` are the connections whose next request is cut."""

    account: Account
    keys: Keys
    faults: Faults
    calls: list[Call]
    stale: WeakSet[asyncio.BaseTransport] = field(default_factory=WeakSet)


DESK = web.AppKey("desk", Desk)


def account(request: web.Request) -> Account:
    return request.app[DESK].account
