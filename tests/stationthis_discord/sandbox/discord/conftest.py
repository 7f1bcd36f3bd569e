"""A sandbox, a raw client of its API and gateway, and a real discord.py bot to put in front of it."""

import asyncio
import io
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, NamedTuple, TypeAlias, TypeVar

import aiohttp
import discord
import pytest
import yarl
from discord.ext import commands

from stationthis_discord.sandbox.discord import DiscordSandbox, Person, Shown

Object: TypeAlias = dict[str, Any]
Result = TypeVar("Result")


class Answer(NamedTuple):
    """What the API answered."""

    status: int
    body: Any
    headers: Any


class Api:
    """Requests below the API's base, with the bot's token unless `token` says otherwise."""

    def __init__(self, sandbox: DiscordSandbox, session: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._session = session

    async def __call__(
        self, method: str, path: str, body: object = None, *, token: str | None = None, files: list[bytes] | None = None
    ) -> Answer:
        headers = {"Authorization": f"Bot {token or self._sandbox.token}"}
        data = _form(body, files) if files is not None else None
        json_body = body if files is None else None
        url = yarl.URL(self._sandbox.url + path, encoded=True)
        async with self._session.request(method, url, headers=headers, json=json_body, data=data) as response:
            is_json = response.content_type == "application/json"
            return Answer(response.status, await response.json() if is_json else None, response.headers)

    async def post(self, body: object, files: list[bytes] | None = None) -> Answer:
        """A message into the default channel."""
        return await self("POST", f"/channels/{self._sandbox.channel.id}/messages", body, files=files)

    async def message(self, body: object, files: list[bytes] | None = None) -> Object:
        answer = await self.post(body, files)
        assert answer.status == 200, answer.body
        message: Object = answer.body
        return message

    async def get(self, url: str) -> tuple[int, str, bytes]:
        async with self._session.get(yarl.URL(url, encoded=True)) as response:
            return response.status, response.content_type, await response.read()


def _form(body: object, files: list[bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body))
    for index, data in enumerate(files):
        form.add_field(
            f"files[{index}]", io.BytesIO(data), filename=f"{index}.png", content_type="application/octet-stream"
        )
    return form


class Wire:
    """A bare gateway client."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        zstd = "zstd-stream" in str(socket._response.url)  # noqa: SLF001 - the address it was opened with
        self._stream = (
            pytest.importorskip("zstandard").ZstdDecompressor().decompressobj() if zstd else zlib.decompressobj()
        )

    async def send(self, op: int, data: object) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, token: str, intents: int = 0, **more: object) -> None:
        await self.send(2, {"token": token, "intents": intents, "properties": {}, **more})

    async def next(self) -> Object:
        message = await self.socket.receive(timeout=5)
        if message.type not in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}:
            return {"closed": self.socket.close_code}
        packed = message.type is aiohttp.WSMsgType.BINARY
        found: Object = json.loads(self._stream.decompress(message.data) if packed else message.data)
        return found

    async def event(self, name: str) -> Object:
        """The data of the next event of this name."""
        while (payload := await self.next()).get("t") != name:
            assert "closed" not in payload, payload
        found: Object = payload["d"]
        return found


@pytest.fixture
async def sandbox() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as running:
        yield running


@pytest.fixture
def api(sandbox: DiscordSandbox, session: aiohttp.ClientSession) -> Api:
    return Api(sandbox, session)


Connect: TypeAlias = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def connect(sandbox: DiscordSandbox, session: aiohttp.ClientSession) -> AsyncIterator[Connect]:
    """Opens gateway connections, past HELLO."""
    wires: list[Wire] = []

    async def open_wire(query: str = "v=10&encoding=json") -> Wire:
        address = sandbox.url.removesuffix("/api/v10").replace("http", "ws")
        wire = Wire(await session.ws_connect(f"{address}/gateway?{query}"))
        wires.append(wire)
        assert (await wire.next())["op"] == 10
        return wire

    yield open_wire
    for wire in wires:
        await wire.socket.close()


class Stage:
    """An interaction in the hands of a bare bot: the driver's call under way, and how to answer it."""

    def __init__(self, api: Api, wire: Wire, sandbox: DiscordSandbox) -> None:
        self._api = api
        self._wire = wire
        self.sandbox = sandbox
        self.artist: Person = sandbox.user("artist")
        self.interaction: Object = {}

    async def begin(self, action: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        task = asyncio.create_task(action)
        self.interaction = await self._wire.event("INTERACTION_CREATE")
        return task

    async def run(self, kind: int, data: object = None) -> Shown:
        """The artist runs `/draw prompt: a cat` and gets this answer."""
        task = await self.begin(self.artist.run("draw", {"prompt": "a cat"}))
        assert (await self.answer(kind, data)).status == 204
        return await task

    async def answer(self, kind: int, data: object = None, query: str = "", files: list[bytes] | None = None) -> Answer:
        path = f"/interactions/{self.interaction['id']}/{self.interaction['token']}/callback{query}"
        return await self._api("POST", path, {"type": kind, "data": data}, files=files)

    async def hook(self, method: str, path: str = "", body: object = None, files: list[bytes] | None = None) -> Answer:
        base = f"/webhooks/{self.sandbox.application_id}/{self.interaction['token']}"
        return await self._api(method, base + path, body, files=files)


@pytest.fixture
async def stage(sandbox: DiscordSandbox, api: Api, connect: Connect) -> Stage:
    """A bare bot with one command, `/draw prompt: [style:]`."""
    wire = await connect()
    await wire.identify(sandbox.token, 1 << 9 | 1 << 10 | 1 << 13)
    await wire.event("READY")
    prompt = {"type": 3, "name": "prompt", "description": "what", "required": True, "max_length": 10}
    style = {"type": 3, "name": "style", "description": "how", "autocomplete": True}
    body = [{"name": "draw", "description": "draws", "options": [prompt, style]}]
    assert (await api("PUT", f"/applications/{sandbox.application_id}/commands", body)).status == 200
    return Stage(api, wire, sandbox)


class Bot(commands.AutoShardedBot):
    """discord.py as it is; only the 5 s pause before a fresh identify is left out, by its own hook."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        chosen = discord.Intents(guild_reactions=True, dm_reactions=True) if intents is None else intents
        super().__init__("!", intents=chosen, guild_ready_timeout=0, max_messages=None, chunk_guilds_at_startup=False)
        self.seen: list[discord.RawReactionActionEvent] = []
        self.reacted = asyncio.Event()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.seen.append(payload)
        self.reacted.set()


Start: TypeAlias = Callable[[Bot], Awaitable[Bot]]


@pytest.fixture
async def start(sandbox: DiscordSandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Runs bots against the sandbox and closes them."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.url)
    gateway = yarl.URL(sandbox.url.replace("http", "ws").replace("/api/v10", "/gateway"))
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    running: list[tuple[Bot, asyncio.Task[None]]] = []

    async def run(bot: Bot) -> Bot:
        running.append((bot, asyncio.create_task(bot.start(sandbox.token))))
        await sandbox.ready(5)
        return bot

    yield run
    for bot, task in running:
        await bot.close()
        await task
