"""The gateway: identify, resume, heartbeats, events to sessions, and cutting connections for tests.

https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
import time
from collections import deque

from aiohttp import WSMsgType, web

from stationthis_discord.sandbox.discord.compression import compressor
from stationthis_discord.sandbox.discord.intents import KNOWN, PRIVILEGED
from stationthis_discord.sandbox.discord.journal import Event, GatewayEntry
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.routes.login import gateway_url
from stationthis_discord.sandbox.discord.session import Close, Link, Session
from stationthis_discord.sandbox.discord.world import World

HEARTBEAT_MS = 41_250

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 1, 2, 6, 7, 9, 10, 11
"""Opcodes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes."""

_IGNORED = (3, 4, 8, 31)
_FATAL = (1000, 1001)


class Gateway:
    """All sessions of the bot. `privileged` are the privileged intents allowed to it."""

    def __init__(self, world: World, privileged: int = 0) -> None:
        self._world = world
        self._privileged = privileged
        self._links: set[Link] = set()
        self.sessions: dict[str, Session] = {}
        world.emit = self.emit

    @property
    def connected(self) -> bool:
        return any(session.link for session in self.sessions.values())

    def emit(self, event: Event) -> int:
        """Records an event, sends it to every session it is for, and returns how many those are."""
        self._world.journal.events.append(event)
        takers = [session for session in self.sessions.values() if session.takes(event)]
        for session in takers:
            session.dispatch(event.name, event.data)
        return len(takers)

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one connection until it closes."""
        socket = web.WebSocketResponse(timeout=1.0, max_msg_size=4096)
        await socket.prepare(request)
        link = Link(socket, compressor(request.query.get("compress")))
        self._links.add(link)
        writer = asyncio.create_task(link.write())
        link.post({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS, "_trace": []}})
        try:
            await self._read(link)
        finally:
            writer.cancel()
            self._links.discard(link)
            self._left(link)
        return socket

    async def _read(self, link: Link) -> None:
        times: deque[float] = deque(maxlen=most("gateway.sends"))
        async for message in link.socket:
            if message.type is not WSMsgType.TEXT or link.closing:
                continue
            if len(times) == times.maxlen and time.monotonic() - times[0] < 60:
                self._refuse(link, 4008, "more than 120 gateway messages in 60 s")
                continue
            times.append(time.monotonic())
            try:
                payload = json.loads(message.data)
            except ValueError:
                payload = None
            if isinstance(payload, dict):
                self._received(link, payload.get("op"), payload.get("d"))
            else:
                self._refuse(link, 4002, "not a JSON object")

    def _received(self, link: Link, op: object, data: object) -> None:
        if op == HEARTBEAT:
            link.post({"op": ACK, "s": None, "t": None, "d": None})
        elif op == IDENTIFY and isinstance(data, dict):
            self._identify(link, data)
        elif op == RESUME and isinstance(data, dict):
            self._resume(link, data)
        elif op not in _IGNORED:
            self._refuse(link, 4001, f"opcode {op}")
        elif not link.session:
            self._refuse(link, 4003, "not identified")

    def _identify(self, link: Link, data: Object) -> None:
        intents, shard = data.get("intents"), tuple(data.get("shard") or (0, 1))
        if link.session:
            self._refuse(link, 4005, "identified twice")
        elif data.get("token") != self._world.token:
            self._refuse(link, 4004, "bad token")
        elif len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            self._refuse(link, 4010, f"shard {shard}")
        elif not isinstance(intents, int) or intents & ~KNOWN:
            self._refuse(link, 4013, f"intents {intents}")
        elif intents & PRIVILEGED & ~self._privileged:
            self._refuse(link, 4014, f"privileged intents {intents & PRIVILEGED}")
        else:
            self._welcome(link, Session(intents, (shard[0], shard[1]), link))

    def _welcome(self, link: Link, session: Session) -> None:
        link.session = session
        self.sessions[session.id] = session
        self._log(GatewayEntry("identify", session.id, session.shard[0], session.intents))
        world = self._world
        homes = [guild for guild in world.guilds.values() if session.takes(Event("", {}, guild.id))]
        ready: Object = {
            "v": 10,
            "user": {**world.bot.json(), "mfa_enabled": True, "verified": True, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in homes],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": gateway_url(world),
            "shard": list(session.shard),
            "application": {"id": world.application_id, "flags": 0},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": [],
        }
        session.dispatch("READY", ready)
        for guild in homes:
            event = Event("GUILD_CREATE", guild.create_event(guild.members[world.bot.id]), guild.id)
            if session.takes(event):
                session.dispatch(event.name, event.data)

    def _resume(self, link: Link, data: Object) -> None:
        session = self.sessions.get(str(data.get("session_id")))
        if data.get("token") != self._world.token:
            self._refuse(link, 4004, "bad token")
        elif session and session.resume(link, int(data.get("seq") or 0)):
            self._log(GatewayEntry("resume", session.id, session.shard[0]))
        else:
            self._log(GatewayEntry("invalid", str(data.get("session_id"))))
            link.post({"op": INVALID, "s": None, "t": None, "d": False})

    def _left(self, link: Link) -> None:
        """A client that closes with 1000 or 1001 ends its session; after anything else it may resume."""
        session, code = link.session, link.socket.close_code
        self._log(GatewayEntry("close", session.id if session else None, code=code))
        if session and session.link is link:
            session.link = None
            link.session = None
            if code in _FATAL:
                self.sessions.pop(session.id, None)

    def _refuse(self, link: Link, code: int, why: str) -> None:
        self._world.journal.violations.append(f"gateway closed with {code}: {why}")
        self.sessions = {key: session for key, session in self.sessions.items() if session.link is not link}
        link.post(Close(code))

    def _log(self, entry: GatewayEntry) -> None:
        self._world.journal.gateway.append(entry)
        self._world.changes.notify()

    def drop(self, code: int, *, resumable: bool) -> None:
        """Closes every connection, forgetting the sessions unless they may be resumed."""
        for session in self.sessions.values():
            session.leave(code)
        if not resumable:
            self.sessions.clear()

    def tell(self, op: int, data: object) -> None:
        """Sends every session an opcode that asks it to come back: RECONNECT or INVALID (data: resumable)."""
        for session in list(self.sessions.values()):
            if session.link:
                session.link.post({"op": op, "s": None, "t": None, "d": data})
            if op == INVALID and not data:
                del self.sessions[session.id]

    async def close(self) -> None:
        for link in list(self._links):
            await link.socket.close(code=1001)
