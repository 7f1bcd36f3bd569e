"""What the tests of reactions share: a bot whose runs all are of one person, and the messages it has left."""

import io
from typing import Any, Final

import discord
from discord.http import Route

from cogs.ui.reply import Reply
from core.errors import CoreError
from core.forms.wish import Wish
from core.people.actor import Actor
from core.runs.several import Stopped
from stationthis_discord.bot import StationBot
from stationthis_discord.sandbox.discord import Channel, DiscordSandbox, Person
from stationthis_discord.sandbox.discord.limits import Rate
from stationthis_discord.sandbox.discord.stored import StoredMessage
from tests.cogs.conftest import RUN, Start
from tests.waiting import until

OVER: Final = ("again", "details", "delete")
KEPT: Final = ("copy", "details", "delete")
SHEET: Final = "0123456789abcdef"
SEVERAL: Final = (f"cancelall:{SHEET}",)
SEVERAL_OVER: Final = (f"one:{SHEET}", "delete")


class Counting:
    """Remembers who wanted what with which run; `refusals` are met first, and `unread` is why none can be read."""

    def __init__(self, owner: int, *refusals: Exception, unread: CoreError | None = None) -> None:
        self._owner = owner
        self._refusals = list(refusals)
        self.unread = unread
        self.asked: list[tuple[str, int]] = []
        self.cancelled: list[tuple[str, int]] = []
        self.others = 0  # runs of a sheet that cannot be stopped

    async def owner_of(self, _: str) -> int:
        if self.unread is not None:
            raise self.unread
        return self._owner

    async def again(self, run_id: str, actor: Actor, reply: Reply) -> None:
        self.asked.append((run_id, actor.user))
        await self.prepare(reply)
        if self._refusals:
            raise self._refusals.pop(0)
        if self.unread is not None:
            raise self.unread

    async def cancel(self, run_id: str, actor: Actor) -> None:
        self.cancelled.append((run_id, actor.user))

    async def cancel_all(self, sheet: str, actor: Actor) -> Stopped:
        self.cancelled.append((sheet, actor.user))
        return Stopped(2, self.others)

    async def prepare(self, reply: Reply) -> None:
        """What is shown of a run before it may be refused: nothing."""

    async def check(self, _: Wish) -> None: ...

    async def start(self, *_: object) -> None: ...


class Stage:
    """The bot, whose runs all are of one person, and the messages it has left."""

    def __init__(self, sandbox: DiscordSandbox, bot: StationBot, who: Person, generation: Counting) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.who = who
        self.generation = generation
        self.mine = (RUN, int(who.id))
        self.channel = bot.get_partial_messageable(int(sandbox.channel.id))

    async def leave(self, *verbs: str, part_of: int | None = None) -> int:
        """A message with these buttons, or with only a file as the parts of a result have; its id."""
        more: dict[str, Any] = {"view": _view(verbs)} if verbs else {"file": discord.File(io.BytesIO(b"x"), "a.png")}
        if part_of is not None:
            more["reference"] = discord.MessageReference(message_id=part_of, channel_id=self.channel.id)
        return (await self.channel.send("-# here", **more)).id

    async def answer(self, *verbs: str) -> int:
        """As `leave`, for a message that answers the person's command."""
        shown = await self.who.run("generate", {"deployment": "x"})
        body = {"content": "a result", "components": _view(verbs).to_components()}
        path = f"/webhooks/{self.sandbox.application_id}/{shown.interaction.token}/messages/@original"
        await self.bot.http.request(Route("PATCH", path), json=body)
        return int(str(shown.message_id))

    async def change(self, message_id: int, *verbs: str) -> None:
        """The message as it is later, with these buttons."""
        await self.channel.get_partial_message(message_id).edit(content="later", view=_view(verbs))

    def is_there(self, message_id: int) -> bool:
        return not self.stored(message_id).deleted

    def stored(self, message_id: int) -> StoredMessage:
        return self.sandbox._world.messages[str(message_id)]  # noqa: SLF001 -- also what is deleted

    def calls(self, method: str) -> int:
        return sum(call.method == method and "/messages" in call.path for call in self.sandbox.calls)

    async def heard(self, channel: Channel | None = None) -> None:
        """Until the bot has looked at a further message there, by when it has looked at all others."""
        there = channel or self.sandbox.channel
        marker = await self.bot.get_partial_messageable(int(there.id)).send("nothing")
        await self.who.at(there).react(str(marker.id), "🔁")
        await until(lambda: any(call.path.endswith(f"/messages/{marker.id}") for call in self.sandbox.calls))


def _view(verbs: tuple[str, ...]) -> discord.ui.View:
    """Buttons for the run, or for what is named behind the verb; `one` is a menu."""
    view = discord.ui.View(timeout=None)
    for verb in verbs:
        custom_id = f"st:{verb}" if ":" in verb else f"st:{verb}:{RUN}"
        if verb.startswith("one:"):
            view.add_item(discord.ui.Select(custom_id=custom_id, options=[discord.SelectOption(label=RUN)]))
        else:
            view.add_item(discord.ui.Button(label=verb, custom_id=custom_id))
    view.stop()
    return view


async def a_stage(
    sandbox: DiscordSandbox, start: Start, who: Person, *refusals: Exception, unread: CoreError | None = None
) -> Stage:
    return await staged(sandbox, start, who, Counting(int(who.id), *refusals, unread=unread))


async def staged(sandbox: DiscordSandbox, start: Start, who: Person, generation: Counting) -> Stage:
    sandbox.rate_limits.rates["message.create"] = Rate(1000, 1.0, "what is left here would take the bot minutes")
    return Stage(sandbox, await start(generation=generation), who, generation)


async def react_anew(sandbox: DiscordSandbox, who: Person, message_id: object, emoji: str = "🔁") -> None:
    """Take the reaction back, if it is there, and give it once more."""
    message: StoredMessage = sandbox._world.messages[str(message_id)]  # noqa: SLF001 -- people can do that, the driver cannot
    message.reactions.clear()
    await who.react(message.id, emoji)
