"""The account: its plan, and what a second on each GPU costs."""

from typing import Final

from core.comfydeploy import operations, wire
from core.comfydeploy.errors import BadReply
from core.comfydeploy.records import Plan
from core.comfydeploy.replies import parsed
from core.comfydeploy.transport import Call, Transport

_ABSURD: Final = 1e6  # dollars a second; a number of JSON may be too large for a float


class Account:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get_plan(self) -> Plan:
        call = Call(operations.GET_PLAN)
        return parsed(Plan, call.name, await self._transport.read(call))

    async def get_gpu_prices(self) -> dict[str, float]:
        """US dollars per second, by GPU."""
        call = Call(operations.GET_GPU_PRICES)
        prices = wire.decode(call.name, await self._transport.read(call))
        if not isinstance(prices, dict):
            raise BadReply(call.name)
        return {
            gpu: float(price) for gpu, price in prices.items() if type(price) in (int, float) and 0 <= price < _ABSURD
        }
