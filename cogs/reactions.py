"""🔁 on a result: its owner wants it once more. ❌: its owner does not want it any more, be it under way or over.

Reactions carry no rights, so nobody else's count.
"""

import asyncio
from typing import Final, NamedTuple
from weakref import WeakValueDictionary

import discord
import structlog
from discord.ext import commands

from cogs.ui import door
from cogs.ui.buttons import delivery_of
from cogs.ui.heard import heard
from cogs.ui.remembered import Remembered
from cogs.ui.removing import Found, asker_of, found_in, owner_of, take_away
from cogs.ui.reply import Reply
from cogs.ui.results import manner_here
from cogs.ui.sheet_view import stopped_embed
from cogs.ui.who import Served, who_reacted
from core.errors import AlreadyAsked, AlreadyOver, CoreError, NothingUnderWay, RunGone, RunNotOurs
from core.services import Services

log = structlog.get_logger(__name__)

AGAIN: Final = "🔁"
CANCEL: Final = "❌"
_SENTENCE_LIFE: Final = 30.0  # seconds that an answer to a reaction stays, since only a public one is possible
_MEMORY: Final = 60.0  # seconds: whose a message is does not change, and taking a reaction back and forth is one wish
_BRIEF: Final = 0.5  # seconds: the same of what is nobody's yet, as while a run is prepared that a reaction asked for
_SHUT: Final = 600.0  # seconds without a further request where one was refused: Discord counts them for as long
_MOST: Final = 1000  # messages, wishes, and channels
_NOBODYS: Final = (RunGone, RunNotOurs, discord.NotFound)


class _Known(NamedTuple):
    """What a message shows: runs, or a wish in line by its delivery; `owner` is None when it is nobody's here.

    `hidden`: its files are behind a spoiler. `may_change`: it may show something else soon.
    """

    owner: int | None
    found: Found | None = None
    delivery: str | None = None
    hidden: bool = False
    may_change: bool = False

    def takes(self, emoji: str) -> bool:
        """Whether there is anything to do by it; of several only one would be run again, and a gallery stays one."""
        if emoji == CANCEL:
            return self.found is not None or self.delivery is not None
        found = self.found
        return found is not None and found.ended and found.sheet is None and not found.is_kept


class Reactions(commands.Cog):
    def __init__(self, bot: Served, client: discord.Client) -> None:
        self._services: Services = bot.services
        self._client = client
        self._messages = Remembered[int, _Known](_MEMORY, _MOST)
        self._glimpses = Remembered[int, None](_BRIEF, _MOST)  # of messages that are nobody's yet
        self._wishes = Remembered[tuple[int, int, str], None](_MEMORY, _MOST)
        self._shut = Remembered[int, None](_SHUT, _MOST)
        self._turns = WeakValueDictionary[int, asyncio.Lock]()  # by channel, while somebody looks there

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Until it is known that the owner asks, nobody is told anything."""
        emoji = str(payload.emoji)
        if emoji not in {AGAIN, CANCEL} or not self._is_of_interest(payload):
            return
        try:
            known = await self._known_to(payload)
        except (CoreError, discord.HTTPException) as error:
            _ignore(payload, error)
        except Exception as error:  # noqa: BLE001 -- the one door has a reference for it
            door.report(error, "reaction", payload.user_id)
        else:
            if known.owner == payload.user_id and known.takes(emoji):
                await self._act(known, payload)
            else:
                log.debug("reaction.ignored", user=payload.user_id, message=payload.message_id)

    def _is_of_interest(self, payload: discord.RawReactionActionEvent) -> bool:
        """Whether a person reacted to a message of ours, where nothing was refused lately."""
        me = self._client.user
        if me is None or payload.message_author_id != me.id or payload.user_id == me.id:
            return False
        is_bot = payload.member is not None and payload.member.bot
        return not is_bot and payload.channel_id not in self._shut

    async def _known_to(self, payload: discord.RawReactionActionEvent) -> _Known:
        """What the message shows; to the owner of what was under way, what it shows now."""
        self._services.admission.admit(payload.guild_id)
        message_id = payload.message_id
        was_known = message_id in self._messages
        known = await self._messages.get(message_id, lambda: self._look_up(payload))
        is_stale = message_id not in self._glimpses if known.owner is None else known.owner == payload.user_id
        if was_known and known.may_change and is_stale:
            self._messages.forget(message_id)
            known = await self._messages.get(message_id, lambda: self._look_up(payload))
        return known

    async def _look_up(self, payload: discord.RawReactionActionEvent) -> _Known:
        known = await self._find(payload)
        if known.owner is None and known.may_change:
            await self._glimpses.get(payload.message_id, _nothing)
        return known

    async def _find(self, payload: discord.RawReactionActionEvent) -> _Known:
        found = None
        try:
            message, found = await self._see(payload)
            if found is not None:
                owner = await owner_of(self._services.generation, found)
                return _Known(owner, found, hidden=manner_here(message).hidden, may_change=not found.ended)
            if message is not None:
                return self._without_run(message)
        except discord.Forbidden:
            await self._shut_out(payload, "reaction.unreadable", needs="Read Message History")
        except _NOBODYS as error:
            _ignore(payload, error)
        return _Known(None, may_change=found is not None and not found.ended)

    def _without_run(self, message: discord.Message) -> _Known:
        """It may show one soon, to be cancelled then by who asked for it."""
        waiting = delivery_of(message)
        delivery = self._services.deliveries.get(waiting) if waiting is not None else None
        if delivery is not None:
            return _Known(delivery.owner, delivery=delivery.id, may_change=True)
        return _Known(asker_of(message), may_change=True)

    async def _see(self, payload: discord.RawReactionActionEvent) -> tuple[discord.Message | None, Found | None]:
        """The message, and what it shows or is a part of. One look at a time in a channel: a refusal ends them all."""
        channel = self._client.get_partial_messageable(payload.channel_id)
        async with self._turns.setdefault(payload.channel_id, asyncio.Lock()):
            if payload.channel_id in self._shut:
                return None, None
            message = await heard(channel.fetch_message(payload.message_id))
            return message, await found_in(self._client, message)

    async def _act(self, known: _Known, payload: discord.RawReactionActionEvent) -> None:
        what = known.found.spot.message if known.found is not None else payload.message_id
        wish = (payload.user_id, what, str(payload.emoji))
        try:
            if wish in self._wishes:
                raise AlreadyAsked  # noqa: TRY301 -- as the verbs themselves do for a shorter while
            await self._wishes.get(wish, lambda: self._wanted(known, payload))
        except (AlreadyAsked, AlreadyOver, NothingUnderWay) as error:
            _ignore(payload, error)
        except Exception as error:  # noqa: BLE001 -- discord.py would only log it, and the person would see nothing
            await self._answer(payload, error)

    async def _wanted(self, known: _Known, payload: discord.RawReactionActionEvent) -> None:
        generation, actor = self._services.generation, who_reacted(payload)
        found = known.found
        if found is None:
            await generation.leave(known.delivery or "", actor)
        elif found.ended and str(payload.emoji) == CANCEL:
            await take_away(self._client, found, payload.user_id)
        elif found.run_id is None:
            stopped = await generation.cancel_all(found.sheet or "", actor)
            if stopped.others:
                await self._say(payload, stopped_embed(stopped))
        elif found.ended:
            await self._again(found.run_id, payload, hidden=known.hidden)
        else:
            await generation.cancel(found.run_id, actor)

    async def _again(self, run_id: str, payload: discord.RawReactionActionEvent, *, hidden: bool) -> None:
        """In a new message, which would wait for ever if it came to nothing."""
        reply = Reply.after_reaction(self._client, payload, hidden=hidden)
        try:
            await self._services.generation.again(run_id, who_reacted(payload), reply)
        except Exception:
            await reply.withdraw()
            raise

    async def _answer(self, payload: discord.RawReactionActionEvent, error: Exception) -> None:
        await self._say(payload, door.report(error, "reaction", payload.user_id))

    async def _say(self, payload: discord.RawReactionActionEvent, embed: discord.Embed) -> None:
        channel = self._client.get_partial_messageable(payload.channel_id)
        try:
            await heard(channel.send(embed=embed, delete_after=_SENTENCE_LIFE))
        except discord.Forbidden as failed:
            await self._shut_out(payload, "reaction.unanswered", error=type(failed).__name__)
        except (discord.DiscordException, CoreError) as failed:
            log.warning("reaction.unanswered", user=payload.user_id, error=type(failed).__name__)

    async def _shut_out(self, payload: discord.RawReactionActionEvent, event: str, **about: str) -> None:
        """Reactions there are not heard for a while: whoever gives them could run up refusals, which Discord bans for.

        https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
        """
        log.warning(event, user=payload.user_id, channel=payload.channel_id, quiet_seconds=_SHUT, **about)
        await self._shut.get(payload.channel_id, _nothing)


async def _nothing() -> None:
    """There is nothing to find out."""


def _ignore(payload: discord.RawReactionActionEvent, error: Exception) -> None:
    log.info("reaction.ignored", user=payload.user_id, message=payload.message_id, error=type(error).__name__)
