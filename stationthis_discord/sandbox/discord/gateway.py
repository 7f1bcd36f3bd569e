"""The gateway: identify, resume, heartbeats, events to sessions, and cutting connections for tests.

https://docs.discord.com/developers/events/gateway
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from aiohttp import WSMsgType, web

from stationthis_discord.sandbox.discord import codec
from stationthis_discord.sandbox.discord.compression import compressor
from stationthis_discord.sandbox.discord.identify import objection, ready, shard_of
from stationthis_discord.sandbox.discord.intents import MESSAGE_CONTENT, wants
from stationthis_discord.sandbox.discord.journal import Event, GatewayEntry
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.pacing import Pacing
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.place_json import guild_create
from stationthis_discord.sandbox.discord.presence import Presences, is_presence
from stationthis_discord.sandbox.discord.redaction import redacted
from stationthis_discord.sandbox.discord.session import Close, Link, Session
from stationthis_discord.sandbox.discord.world import World

HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID, HELLO, ACK = 1, 2, 3, 6, 7, 9, 10, 11
"""Opcodes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-opcodes."""

_IGNORED = (4, 8, 31)
_FATAL = (1000, 1001)
_PATIENCE = 1.5
_WITH_CONTENT = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rules = world.gateway
        self._pacing = Pacing(world.gateway)
        self._presences = Presences(world.journal, world.gateway)
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
            session.dispatch(event.name, self._readable(session, event))
        self._world.changes.notify()
        return len(takers)

    def emit_lazily(self, name: str, guild_id: str, data: Callable[[], Object]) -> None:
        """As `emit`, but nothing is built or recorded when no session wants it."""
        probe = Event(name, {}, guild_id)
        if any(session.takes(probe) for session in self.sessions.values()):
            self.emit(Event(name, data(), guild_id))

    def _readable(self, session: Session, event: Event) -> Object:
        if event.name not in _WITH_CONTENT or session.intents & MESSAGE_CONTENT:
            return event.data
        return redacted(event.data, self._world.bot.id, private=event.guild_id is None)

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one connection until it closes."""
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        link = Link(socket, compressor(request.query.get("compress")))
        self._links.add(link)
        writer = asyncio.create_task(link.write())
        interval = int(self._rules.heartbeat_seconds * 1000)
        link.post({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": interval, "_trace": []}})
        if request.query.get("v", "10") not in {"9", "10"}:
            self._refuse(link, 4012, f"version {request.query['v']}")
        try:
            await self._read(link)
        finally:
            link.quiet()
            writer.cancel()
            self._links.discard(link)
            self._left(link)
        return socket

    async def _read(self, link: Link) -> None:
        times: deque[float] = deque(maxlen=most("gateway.sends"))
        self._expect_heartbeat(link)
        async for message in link.socket:
            if message.type is not WSMsgType.TEXT or link.closing:
                continue
            if len(times) == times.maxlen and time.monotonic() - times[0] < 60:
                self._refuse(link, 4008, "more than 120 gateway messages in 60 s")
                continue
            times.append(time.monotonic())
            try:
                payload = codec.load(message.data) if len(message.data) <= most("gateway.payload") else None
            except ValueError:
                payload = None
            if isinstance(payload, dict):
                self._received(link, payload.get("op"), payload.get("d"))
            else:
                self._refuse(link, 4002, "not a JSON object, or over 4096 bytes")

    def _expect_heartbeat(self, link: Link) -> None:
        """Closes the connection when the next heartbeat does not come in time."""
        link.expect(self._rules.heartbeat_seconds * _PATIENCE, lambda: self._missed(link))

    def _missed(self, link: Link) -> None:
        self._world.journal.violations.append("gateway closed with 4000: no heartbeat in time")
        if link.session:
            link.session.leave(4000)
        else:
            link.post(Close(4000))

    def _received(self, link: Link, op: object, data: object) -> None:
        if op == HEARTBEAT:
            self._expect_heartbeat(link)
            link.post({"op": ACK, "s": None, "t": None, "d": None})
        elif op == IDENTIFY and isinstance(data, dict):
            self._identify(link, data)
        elif op == RESUME and isinstance(data, dict):
            self._resume(link, data)
        elif op not in (PRESENCE, *_IGNORED):
            self._refuse(link, 4001, f"opcode {op}")
        elif not link.session:
            self._refuse(link, 4003, "not identified")
        elif op == PRESENCE:
            self._present(link, link.session.id, data)

    def _present(self, link: Link, session_id: str, data: object) -> None:
        if not isinstance(data, dict) or not is_presence(data):
            self._refuse(link, 4002, "not a presence")
            return
        self._presences.note(session_id, data)
        self._world.changes.notify()

    def _identify(self, link: Link, data: Object) -> None:
        refused = objection(data, self._world.token, self._rules)
        shard = shard_of(data)
        if link.session:
            self._refuse(link, 4005, "identified twice")
        elif refused or not shard:
            self._refuse(link, *(refused or (4010, "no shard")))
        elif not self._pacing.admit(shard[0]):
            self._world.journal.violations.append(f"shard {shard[0]} identified too soon after another")
            self._invalidate(link, None)
        else:
            self._welcome(link, Session(data["intents"], shard, link))

    def _welcome(self, link: Link, session: Session) -> None:
        world = self._world
        homes = [guild for guild in world.homes if session.serves(guild.id)]
        if len(homes) > self._rules.guilds_per_shard:
            self._refuse(link, 4011, f"{len(homes)} servers in one shard")
            return
        link.session = session
        self.sessions[session.id] = session
        self._log(GatewayEntry("identify", session.id, session.shard[0], session.intents))
        session.dispatch("READY", ready(world, session, homes))
        if wants(session.intents, Event("GUILD_CREATE", {}, "0")):
            for guild in homes:
                session.dispatch("GUILD_CREATE", guild_create(guild, world.bot.id))

    def _resume(self, link: Link, data: Object) -> None:
        session = self.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        sequence = sequence if isinstance(sequence, int) else 0
        if data.get("token") != self._world.token:
            self._refuse(link, 4004, "bad token")
        elif session and sequence > session.sequence:
            self._refuse(link, 4007, f"sequence {sequence}")
        elif session and session.resume(link, sequence):
            self._log(GatewayEntry("resume", session.id, session.shard[0]))
        else:
            self._invalidate(link, str(data.get("session_id")))

    def _invalidate(self, link: Link, session_id: str | None) -> None:
        self._log(GatewayEntry("invalid", session_id))
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
