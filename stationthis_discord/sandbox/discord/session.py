"""A gateway session: what was sent in it, so that it can be resumed, and to which connection it speaks now."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import WSCloseCode, web

from stationthis_discord.sandbox.discord import codec
from stationthis_discord.sandbox.discord.compression import Compress
from stationthis_discord.sandbox.discord.intents import wants
from stationthis_discord.sandbox.discord.journal import Event
from stationthis_discord.sandbox.discord.payload import Object

_KEPT = 1000


class Close(NamedTuple):
    """The last thing a connection sends."""

    code: int


class Link:
    """One websocket connection. What is posted is sent in order by `write`, which its owner runs as a task."""

    def __init__(self, socket: web.WebSocketResponse, compress: Compress | None) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.closing = False
        self._compress = compress
        self._watch: asyncio.TimerHandle | None = None
        self._queue: asyncio.Queue[Object | Close] = asyncio.Queue()

    def post(self, payload: Object | Close) -> None:
        self.closing = self.closing or isinstance(payload, Close)
        self._queue.put_nowait(payload)

    def expect(self, within: float, missed: Callable[[], None]) -> None:
        """Calls `missed` unless this is called again, or `quiet`, within so many seconds."""
        self.quiet()
        self._watch = asyncio.get_running_loop().call_later(within, missed)

    def quiet(self) -> None:
        if self._watch:
            self._watch.cancel()

    async def write(self) -> None:
        """Sends until it has sent a close, or the client has gone."""
        while not self.socket.closed:
            item = await self._queue.get()
            if isinstance(item, Close):
                await self.socket.close(code=item.code)
                return
            data = codec.dump(item)
            try:
                if self._compress:
                    await self.socket.send_bytes(self._compress(data))
                else:
                    await self.socket.send_str(data.decode())
            except ConnectionError:
                return


@dataclass(eq=False)
class Session:
    """The stream of events of one shard. `link` is None while the client is away."""

    intents: int
    shard: tuple[int, int]
    link: Link | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    sent: deque[Object] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def takes(self, event: Event) -> bool:
        """Whether the event belongs to this shard and its intents cover it; DMs belong to shard 0."""
        return self.serves(event.guild_id) and wants(self.intents, event)

    def serves(self, guild_id: str | None) -> bool:
        """Whether this shard is the server's: https://docs.discord.com/developers/events/gateway#sharding."""
        shard, count = self.shard
        if count == 1:
            return True
        return ((int(guild_id) >> 22) % count if guild_id else 0) == shard

    def dispatch(self, name: str, data: Object) -> None:
        """Sends an event, or keeps it for the resume."""
        self.sequence += 1
        payload: Object = {"op": 0, "s": self.sequence, "t": name, "d": data}
        self.sent.append(payload)
        if self.link:
            self.link.post(payload)

    def resume(self, link: Link, sequence: int) -> bool:
        """Goes on with a new connection, replaying what it missed. False when that is too old."""
        missed = [payload for payload in self.sent if payload["s"] > sequence]
        if self.sequence - sequence > len(missed):
            return False
        self.leave()
        self.link = link
        link.session = self
        for payload in missed:
            link.post(payload)
        self.dispatch("RESUMED", {"_trace": []})
        return True

    def leave(self, code: int = WSCloseCode.SERVICE_RESTART) -> None:
        """Cuts the connection; the session stays."""
        if self.link:
            self.link.post(Close(code))
            self.link.session = None
            self.link = None
