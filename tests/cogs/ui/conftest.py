"""A run's message on the local Discord: a command or a reaction makes its `Reply`, and a test shows states in it."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest

from cogs.ui.address import Address
from cogs.ui.reply import Reply
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media
from core.forms.wish import Wish
from core.runs.view import Fetched, RunView
from stationthis_discord.bot import StationBot
from stationthis_discord.sandbox.discord import Channel, DiscordSandbox, Person
from tests.cogs.conftest import RUN, Start
from tests.waiting import until

ASKED: Final = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


class Taking:
    """Takes the place where a run would be shown, and runs nothing."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    async def check(self, _: Wish) -> None: ...

    async def start(self, _: Wish, reply: Reply) -> None:
        self.replies.append(reply)

    async def refresh(self, _: str, reply: Reply) -> None:
        self.replies.append(reply)


class Clock:
    """The clock of Discord, and of the replies that are made with it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, **span: float) -> None:
        self._ahead += timedelta(**span)


@dataclass
class Stand:
    """A bot, a person, and the message of the person's run: `reply` as another process has it from its address."""

    sandbox: DiscordSandbox
    clock: Clock
    bot: StationBot
    who: Person
    taking: Taking
    reply: Reply
    since: int = 0

    def restart(self, **changes: object) -> None:
        """Another process goes on with the address, or with one that differs in this."""
        address = Address.read(self.reply.address).but(**changes)
        self.reply = Reply.at(self.bot, address.write(), self.clock.now)

    def lose_token(self) -> None:
        """As fifteen minutes do."""
        self.restart(ticket=None)

    @property
    def message(self) -> dict[str, Any]:
        """The message as its address has it now."""
        return self.sandbox.message(self.message_id)

    @property
    def message_id(self) -> str:
        return str(Address.read(self.reply.address).message)

    def fresh(self) -> list[dict[str, Any]]:
        """The bot's messages that nobody asked for yet, oldest first."""
        return [message.json() for message in self.sandbox._world.fresh.values()]  # noqa: SLF001 -- without waiting

    def calls(self) -> list[tuple[str, int | None]]:
        """What the bot asked of Discord since the last time: `("PATCH /channels/1/messages/2", 200)`."""
        found = self.sandbox.calls[self.since :]
        self.since = len(self.sandbox.calls)
        return [(f"{call.method} {call.path}", call.status) for call in found]

    def refusals(self) -> int:
        return sum((status or 0) >= 400 for _, status in self.calls())


MakeStand: TypeAlias = Callable[..., Awaitable[Stand]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def discord_sandbox(clock: Clock) -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(clock=lambda: clock.now().timestamp()) as sandbox:
        yield sandbox
        assert sandbox.violations == []
        assert sandbox.too_many == []


@pytest.fixture
async def stand(discord_sandbox: DiscordSandbox, clock: Clock, start: Start) -> MakeStand:
    """Makes one: somebody ran `/generate` in this channel, and was answered."""

    async def make(channel: Channel | None = None, who: Person | None = None) -> Stand:
        taking = Taking()
        bot = await start(generation=taking)
        who = who or discord_sandbox.user("painter", channel=channel)
        await who.run("generate", {"deployment": "x"})
        [reply] = await until(lambda: taking.replies)
        here = Stand(discord_sandbox, clock, bot, who, taking, reply, len(discord_sandbox.calls))
        here.restart()
        return here

    return make


def running(who: Person, progress: float = 0.5) -> RunView:
    run = Run.model_validate({"id": RUN, "status": "running", "progress": progress})
    return RunView(deployment="fox", requester=int(who.id), asked_at=ASKED, run_id=RUN, run=run)


def done(who: Person, *sizes: int, ping: bool = False) -> RunView:
    """The end, with files of so many bytes."""
    files = tuple(
        Fetched(Media(f"https://a.example/{size}.bin", f"{size}.bin"), io.BytesIO(b"x" * size), f"{size}.bin", size)
        for size in sizes
    )
    return replace(running(who), delivered=True, files=files, ping=ping)


def said(message: dict[str, Any]) -> str:
    """All words of a message."""
    embeds = [embed.get("title", "") + "\n" + embed.get("description", "") for embed in message["embeds"]]
    buttons = [item.get("label", "") for row in message["components"] for item in row["components"]]
    return "\n".join([message["content"], *embeds, *buttons])
