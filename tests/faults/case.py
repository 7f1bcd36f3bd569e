"""One fault at work: people click, and what each of them was told in the end is read from Discord's own record."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from stationthis_discord.sandbox.comfydeploy import Behaviour, Run
from stationthis_discord.sandbox.discord import Person, Shown
from tests.e2e.conftest import World, said
from tests.e2e.stage import ENDLESS, SMALL, Message

PATIENCE: Final = 75.0  # seconds for anything that has to happen; Discord's own pauses add up to some forty
LOOKED_FOR: Final = 200.0  # seconds; an unclear submit is looked for for 162
BRISK: Final = Behaviour(seconds=0.2, queue_seconds=0.0, cold_seconds=0.0)
ASKING: Final = "**Not known**"
REFUSED: Final = "refused"
UNANSWERED: Final = "unanswered"
DONE: Final = "Done"
ENDS: Final = (
    DONE, "Failed", "Timed out", "Cancelled", "Lost", "Finished", "No news", "Not followed any more",
    "Not started", "Given up", "Left the line",
)  # fmt: skip
_RUNLESS: Final = {REFUSED, UNANSWERED, "Not started", "Left the line"}
_UNSURE: Final = {"Given up"}
_LOADING: Final = 128  # flag of a message that has no words yet
_REFERENCE: Final = re.compile(r"ref `[0-9a-f]{8}`")
_MARK: Final = "_stationthis"


@dataclass(slots=True)
class Click:
    """A wish of somebody who makes no other one in that place; `shown` is null where the bot did not answer in time."""

    who: Person
    shown: Shown | None

    @property
    def message_id(self) -> str:
        assert self.shown is not None
        return str(self.shown.message_id)

    @property
    def is_silent(self) -> bool:
        """Whether the bot said nothing, or only that it thinks."""
        original = self.shown.interaction.original if self.shown is not None else None
        return original is None or (not original.deleted and bool(original.flags & _LOADING))


class Case:
    """The world of a row, and all clicks in it. `vanished` are runs that the API was made to forget."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clicks: list[Click] = []
        self.vanished: list[Run] = []
        self._before = set(world.api.runs)
        self.quicken()

    # -- what people do --

    def quicken(self, behaviour: Behaviour = BRISK) -> None:
        """So the next runs go."""
        self.world.api.behaviour["text-to-image"] = behaviour

    def somebody(self) -> Person:
        """A new person in a channel of their own."""
        return self.world.discord.user("painter", channel=self.world.discord.add_channel("room"))

    async def click(self, who: Person | None = None, prompt: str = "fox") -> Click:
        """`/generate`; an answer that does not come is part of the fault."""
        who = who or self.somebody()
        options = {"deployment": "text-to-image", "prompt": prompt, "inputs": SMALL}
        try:
            shown = await who.run("generate", options)
        except TimeoutError:
            shown = None
        click = Click(who, shown)
        self.clicks.append(click)
        return click

    async def started(self, who: Person | None = None) -> Click:
        """A click whose run is shown as running, and never ends by itself."""
        self.quicken(ENDLESS)
        click = await self.click(who)
        await self.says(click, "**Running**")
        self.quicken()
        return click

    async def press(self, click: Click, button: str, while_it_says: str) -> None:
        """Click a button, and again while nothing comes of it: the message may be faster than what is behind it."""
        async with asyncio.timeout(PATIENCE):
            while while_it_says in self.words_of(click):
                await click.who.click(click.message_id, button)
                await asyncio.sleep(1.0)

    async def says(self, click: Click, words: str, within: float = PATIENCE) -> None:
        """Wait until its message does."""
        await self.world.until(click.message_id, words, within)

    # -- what became of it --

    @property
    def made(self) -> set[str]:
        """The runs that there are since this began."""
        return set(self.world.api.runs) - self._before

    def end_all(self) -> None:
        """All runs succeed now."""
        for run_id in list(self.world.api.runs):
            self.world.api.end(run_id)

    def run_of(self, click: Click) -> Run:
        """The only run of this person."""
        [run] = self.runs_of(click)
        return run

    def runs_of(self, click: Click) -> list[Run]:
        """All that were ever made for this person, by their marks."""
        runs: Iterable[Run] = (*self.vanished, *self.world.api.runs.values())
        return [run for run in runs if str(run.workflow_inputs.get(_MARK)).split(".")[2:3] == [click.who.id]]

    def told(self, click: Click) -> dict[str, str]:
        """The end that each message shows, of those that tell this person of one."""
        found = {str(message["id"]): word for message in self._seen_by(click) if (word := _end_in(message))}
        now = {message.id: message.json() for message in _answers(click) if not message.deleted}
        for message_id in found.keys() & now.keys():
            assert _end_in(now[message_id]), "an end was shown, and then something else"
        return found

    def words_of(self, click: Click) -> str:
        """What its message says now."""
        return said(self.world.discord.message(click.message_id))

    async def outcome(self, click: Click, *, silence: bool = False) -> str:
        """How it ended, waited for; `silence` where the bot may have died before it could write anything down."""

        def look() -> str | None:
            told = self.told(click)
            if told:
                return next(iter(told.values()))
            is_silent = click.is_silent and not self.runs_of(click)
            return UNANSWERED if is_silent and (silence or click.shown is None) else None

        return await self.world.discord.until(look, PATIENCE)

    def count_is_right(self, click: Click, outcome: str) -> bool:
        """Whether there are as many runs as this end speaks of."""
        count = len(self.runs_of(click))
        if outcome in _UNSURE:
            return count <= 1
        return count == (0 if outcome in _RUNLESS else 1)

    async def is_usable(self) -> None:
        """A run of somebody new goes through."""
        self.quicken()
        click = await self.click()
        await self.says(click, f"**{DONE}**")

    # -- the process --

    async def start(self) -> None:
        """Start the bot again, and wait until Discord knows the new process."""
        before = self._identified
        await self.world.start()
        await self.world.discord.until(lambda: self._identified > before or None, PATIENCE)

    @property
    def _identified(self) -> int:
        return sum(entry.what == "identify" for entry in self.world.discord.gateway_log)

    def _seen_by(self, click: Click) -> list[Message]:
        """Every state of every message in their places: those of the interaction, and those everybody sees."""
        states = [state.message for message in _answers(click) for state in message.states]
        rooms = {click.who.channel.id, click.who.dm().channel.id}
        named = {"MESSAGE_CREATE", "MESSAGE_UPDATE"}
        events = self.world.discord.events
        return states + [event.data for event in events if event.name in named and event.data["channel_id"] in rooms]


def _answers(click: Click) -> list[Any]:
    """The stored messages of its interaction."""
    if click.shown is None:
        return []
    interaction = click.shown.interaction
    return [message for message in (interaction.original, *interaction.followups) if message is not None]


def _end_in(message: Message) -> str | None:
    """The end that a message speaks of, or that it refuses."""
    words = said(message)
    end = next((end for end in ENDS if f"**{end}**" in words), None)
    return end or (REFUSED if _REFERENCE.search(words) else None)
