"""A name service for tests: every name leads where the test says."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

# A public address that nothing is ever sent to: given out as one of the other family, it cannot even be tried.
AWAY = ("93.184.215.14", 443)


class Names(AbstractResolver):
    """Leads every name to these `(address, port)`, or nowhere when there are none. `asked` are the names asked for."""

    def __init__(self, *places: tuple[str, int]) -> None:
        self._places = places
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if not self._places:
            raise OSError(None, "unknown name")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=place,
                family=socket.AF_INET6 if (address, place) == AWAY else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address, place in self._places
        ]

    async def close(self) -> None:
        pass
