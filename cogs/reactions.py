"""🔁 on a result: its owner wants it once more. ❌ on a run under way: its owner does not want it any more.

Reactions carry no rights, so nobody else's count.
"""

from typing import Final, NamedTuple

import discord
import structlog
from discord.ext import commands

from cogs.ui import door
from cogs.ui.buttons import delivery_of, run_of
from cogs.ui.heard import heard
from cogs.ui.remembered import Remembered
from cogs.ui.reply import Reply
from cogs.ui.who import Served, who_reacted
from core.errors import AlreadyAsked, AlreadyOver, CoreError, NothingUnderWay, RunGone, RunNotOurs
from core.services import Services

log = structlog.get_logger(__name__)

AGAIN: Final = "🔁"
CANCEL: Final = "❌"
_SENTENCE_LIFE: Final = 30.0  # seconds that an answer to a reaction stays, since only a public one is possible
_MEMORY: Final = 60.0  # seconds: whose a message is does not change, and taking a reaction back and forth is one wish
_MOST: Final = 1000  # messages, and wishes
_NOBODYS: Final = (RunGone, RunNotOurs, discord.NotFound)


class _Known(NamedTuple):
    """What a message shows: a run, or a wish in line by its delivery; `owner` is None when it is nobody's here."""

    owner: int | None
    run_id: str | None = None
    delivery: str | None = None
    ended: bool = True


class Reactions(commands.Cog):
    def __init__(self, bot: Served, client: discord.Client) -> None:
        self._services: Services = bot.services
        self._client = client
        self._messages = Remembered[int, _Known](_MEMORY, _MOST)
        self._wishes = Remembered[tuple[int, int, str], None](_MEMORY, _MOST)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Until it is known that the owner asks, nobody is told anything."""
        me, emoji = self._client.user, str(payload.emoji)
        if me is None or payload.message_author_id != me.id or payload.user_id == me.id:
            return
        if emoji not in {AGAIN, CANCEL}:
            return
        try:
            known = await self._known_to(payload)
        except (CoreError, discord.HTTPException) as error:
            _ignore(payload, error)
        except Exception as error:  # noqa: BLE001 -- the one door has a reference for it
            door.report(error, "reaction", payload.user_id)
        else:
            if known.owner == payload.user_id and known.ended == (emoji == AGAIN):
                await self._act(known, payload)

    async def _known_to(self, payload: discord.RawReactionActionEvent) -> _Known:
        """What the message shows; to the owner of a run that was under way, what it shows now."""
        self._services.admission.admit(payload.guild_id)
        known = await self._messages.get(payload.message_id, lambda: self._look_up(payload))
        if known.owner != payload.user_id or known.ended:
            return known
        self._messages.forget(payload.message_id)
        return await self._messages.get(payload.message_id, lambda: self._look_up(payload))

    async def _look_up(self, payload: discord.RawReactionActionEvent) -> _Known:
        channel = self._client.get_partial_messageable(payload.channel_id)
        try:
            message = await heard(channel.fetch_message(payload.message_id))
            shown, waiting = run_of(message), delivery_of(message)
            if shown is not None:
                owner = await self._services.generation.owner_of(shown.run_id)
                return _Known(owner, shown.run_id, ended=shown.ended)
            delivery = self._services.deliveries.get(waiting) if waiting is not None else None
            if delivery is not None:
                return _Known(delivery.owner, delivery=delivery.id, ended=False)
        except discord.Forbidden:
            log.warning("reaction.unreadable", channel=payload.channel_id, needs="Read Message History")
        except _NOBODYS as error:
            _ignore(payload, error)
        return _Known(None)

    async def _act(self, known: _Known, payload: discord.RawReactionActionEvent) -> None:
        wish = (payload.user_id, payload.message_id, str(payload.emoji))
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
        if known.run_id is None:
            await generation.leave(known.delivery or "", actor)
        elif known.ended:
            await generation.again(known.run_id, actor, Reply.after_reaction(self._client, payload))
        else:
            await generation.cancel(known.run_id, actor)

    async def _answer(self, payload: discord.RawReactionActionEvent, error: Exception) -> None:
        embed = door.report(error, "reaction", payload.user_id)
        channel = self._client.get_partial_messageable(payload.channel_id)
        try:
            await heard(channel.send(embed=embed, delete_after=_SENTENCE_LIFE))
        except (discord.DiscordException, CoreError) as failed:
            log.warning("reaction.unanswered", user=payload.user_id, error=type(failed).__name__)


def _ignore(payload: discord.RawReactionActionEvent, error: Exception) -> None:
    log.info("reaction.ignored", user=payload.user_id, message=payload.message_id, error=type(error).__name__)
