"""The message a run is shown in, from the first state to the end; what the end becomes where that message is lost."""

import functools
import secrets
from collections.abc import Awaitable, Callable
from typing import Final, Self, TypeVar

import discord
import structlog

from cogs.ui import limits
from cogs.ui.address import Address, Ticket
from cogs.ui.endings import Endings, Frame, call, endings, fit, is_too_large, lighter, passing, pointer, summons
from cogs.ui.further import Further
from cogs.ui.heard import heard
from cogs.ui.losses import ARCHIVED, NO_PERMISSION, OVER, Loss, loss_by, reason_of
from cogs.ui.places import Now, Place, as_new
from cogs.ui.previewing import Previewing
from core.errors import CoreError, SurfaceLost, SurfaceSilent
from core.forms.wish import IN_PUBLIC, Manner
from core.result_errors import SurfaceTooSmall
from core.runs.view import RunView

log = structlog.get_logger(__name__)

T = TypeVar("T")

_TRIES: Final = 4  # to show an end: as it is, in a new message of an archived thread, without files, without words

Answer = discord.InteractionCallbackResponse[discord.Client]


class Reply:
    """A `Surface` on one Discord message. Made by one of the class methods, one for each way in."""

    def __init__(
        self,
        client: discord.Client,
        address: Address,
        now: Now = discord.utils.utcnow,
        interaction: discord.Interaction | None = None,
    ) -> None:
        self._client = client
        self._place = Place(client, address, now, interaction)
        self._limit: int | None = None  # bytes of one file, once Discord did not take what it had allowed
        self._previewing = Previewing(self.find_limit)
        self._loss: Loss | None = None
        self._asleep = False  # its thread is archived: there only a new message can be sent, which wakes it
        self._called = False
        self._further = Further(self._place)

    @classmethod
    def on_original(
        cls,
        interaction: discord.Interaction,
        answer: Answer | None = None,
        now: Now = discord.utils.utcnow,
        manner: Manner = IN_PUBLIC,
    ) -> Self:
        """The message that is there: the deferred one, or else the one whose button was pressed.

        `answer` is what came back for deferring it: it knows the message before it is first edited.
        """
        if interaction.channel_id is None:
            raise SurfaceLost("an interaction without a channel")
        until = int(interaction.created_at.timestamp() + limits.TOKEN_LIFE)
        address = Address(
            channel=interaction.channel_id,
            nonce=secrets.token_hex(8),
            limit=interaction.filesize_limit,
            guild=interaction.guild_id,
            home=interaction.is_guild_integration() or bool(interaction.context.dm_channel),
            private=manner.private,
            message=_message_of(interaction, answer),
            source=manner.source,
            hidden=manner.hidden,
            ticket=Ticket(application=interaction.application_id, token=interaction.token, until=until),
        )
        return cls(interaction.client, address, now, interaction)

    @classmethod
    def after_reaction(
        cls,
        client: discord.Client,
        payload: discord.RawReactionActionEvent,
        now: Now = discord.utils.utcnow,
        *,
        hidden: bool = False,
    ) -> Self:
        """A new message, in reply to the one that was reacted to; its files `hidden` as there."""
        address = Address(
            channel=payload.channel_id,
            nonce=secrets.token_hex(8),
            limit=limits.UPLOAD,
            guild=payload.guild_id,
            home=True,
            reply_to=payload.message_id,
            hidden=hidden,
        )
        return cls(client, address, now)

    @classmethod
    def at(cls, client: discord.Client, address: str, now: Now = discord.utils.utcnow) -> Self:
        """Where another process left off; raises `ValueError` for what is no address."""
        return cls(client, Address.read(address), now)

    @property
    def address(self) -> str:
        return self._place.address.write()

    @property
    def manner(self) -> Manner:
        return Manner(self._place.address.private, self._place.address.hidden)

    @property
    def lane(self) -> str | None:
        return str(self._place.address.channel) if self._place.ticket is None and self._place.address.open else None

    async def find_limit(self) -> int:
        """Bytes of one file; other once the token is over, since the bot itself has other rights than the person."""
        if self._loss is not None:
            return limits.UPLOAD  # of a direct message
        found = await self._place.find_limit()
        return found if self._limit is None else min(found, self._limit)

    async def show(self, view: RunView) -> bool:
        """One edit; False if Discord is only busy. In an archived thread only the end is shown.

        Nothing is shown either, and nothing raised, where only a token led to and it is over, and at most one state
        each ten minutes in a message that is over an hour old.
        """
        if self._loss is not None:
            raise SurfaceLost(self._loss.reason)
        if self._is_still:
            return False
        ahead = await self._previewing.due(view)
        payload = functools.partial(passing, view, self._frame, last=self._place.is_last_sight, ahead=ahead)
        try:
            is_shown = await _surely(lambda: self._place.put(payload, yields=True))
        except discord.HTTPException as error:
            self._loss = self._learn(error)
            self._previewing.refuse()
            self._bear(view, SurfaceLost(reason_of(error)))
        except SurfaceSilent as silent:
            self._bear(view, silent)
        except SurfaceLost as lost:
            if not self._place.is_mute:
                self._loss = Loss(str(lost), OVER)
                raise
        else:
            self._previewing.note(self._place.attached, is_shown=is_shown)
            return is_shown
        return False

    async def finish(self, view: RunView) -> None:
        """The end; without its files if they are refused, and then without foreign text.

        Where the place is lost, it goes to the person by direct message.

        Raises:
            SurfaceTooSmall: Discord does not take files as large as it had allowed.
            SurfaceSilent: Discord does not answer, or is too busy; a later try may do.
            SurfaceLost: nowhere can the person see it.
        """
        self._loss = self._loss or await self._try(self._end_here, view, await self.find_limit())
        if self._loss is None:
            return
        if self._loss.everywhere:
            raise SurfaceLost(self._loss.reason)
        refused = await self._try(self._end_elsewhere, fit(view, limits.UPLOAD), limits.UPLOAD)
        if refused is not None:
            raise SurfaceLost(f"{self._loss.reason}, and by direct message {refused.reason}")
        log.info("run.end_sent_directly", run=view.run_id, user=view.requester, reason=self._loss.reason)

    async def withdraw(self) -> None:
        """Delete the message that answers a reaction, as far as it was made and Discord lets it; never raises."""
        at = self._place.address
        if at.message is not None and at.reply_to is not None:  # else an interaction's, or a result's own
            await _beside(self._place.remove(at.message))

    async def _try(self, put: Callable[[RunView, int], Awaitable[None]], view: RunView, limit: int) -> Loss | None:
        """None when it is shown. Raises as `finish`."""
        reason = ""
        for _ in range(_TRIES):
            try:
                await _surely(functools.partial(put, view, limit))
            except discord.HTTPException as error:
                reason = reason_of(error)
                log.warning("run.end_not_shown", run=view.run_id, error=reason)
                if error.status == 429 or error.status >= 500:
                    raise SurfaceSilent(reason) from None
                self._shrink(error, view, limit)
                loss = self._learn(error)
                if loss is not None and not (error.code == NO_PERMISSION and view.files):
                    return loss
                view = view if error.code == ARCHIVED else lighter(view, error, limit)
            except SurfaceSilent:
                raise
            except SurfaceLost as lost:
                return Loss(str(lost), OVER)
            else:
                return None
        raise SurfaceLost(reason)

    def _shrink(self, error: discord.HTTPException, view: RunView, limit: int) -> None:
        """Raises `SurfaceTooSmall` the first time that files of an allowed size are refused for it."""
        if self._limit is None and is_too_large(error) and view.files:
            self._limit = limits.UPLOAD if limit > limits.UPLOAD else limit // 2
            raise SurfaceTooSmall(self._limit)

    async def _end_here(self, view: RunView, limit: int) -> None:
        place, end = self._place, endings(view, limit, self._frame)
        if not place.address.exists:
            await place.put(functools.partial(passing, view))  # it may be there unseen: so it is found, not doubled
        if place.address.open and (self._asleep or (place.is_old and place.ticket is None)):
            await self._end_below(view, end)
        else:
            await place.put(end.first)
        await self._below(end)
        if view.ping:
            await self._call(view)

    async def _below(self, end: Endings) -> None:
        """What the first message has no room for; where that cannot be sent, it names the rest."""
        try:
            await self._further.put(end)
        except discord.HTTPException as error:
            if error.status == 429 or error.status >= 500 or (is_too_large(error) and self._limit is None):
                raise
            log.warning("run.part_not_shown", run=end.view.run_id, error=reason_of(error))
            await self._place.put(end.cut(self._further.count + 1).first)

    async def _end_below(self, view: RunView, end: Endings) -> None:
        """A new message, which calls the person if that is wanted; the old one says that it is over."""
        old = self._place.address.message
        payload = end.first(summons(view), calls=view.ping)
        where = await self._place.put_below(payload, f"{self._place.address.nonce}-end")
        self._asleep, self._called = False, True
        if old is not None:
            await _beside(self._place.edit(old, pointer(view, where)), view)

    async def _call(self, view: RunView) -> None:
        """Call the person, once: nobody is told of an edit."""
        message = self._place.address.message
        if message is not None and self._place.address.open and not self._called:
            self._called = True
            await _beside(self._place.send(call(view), f"{message}-ping", message), view)

    async def _end_elsewhere(self, view: RunView, limit: int) -> None:
        words = self._loss.words if self._loss is not None else OVER
        end, nonce = endings(view, limit, self._frame), self._place.address.nonce
        channel = await self._client.create_dm(discord.Object(view.requester))
        await channel.send(**as_new(end.first(f"{words}, so here is how it ended.")), nonce=f"{nonce}-direct")
        for number in range(1, len(end.parts)):
            await channel.send(**as_new(end.further(number)), nonce=f"{nonce}-dm{number}")

    def _bear(self, view: RunView, failure: SurfaceLost) -> None:
        """Go on without this state, unless there is no message to go on with: then raises `failure`."""
        if self._loss is not None or not self._place.address.exists:
            raise failure from None
        log.warning("run.show_failed", run=view.run_id, error=str(failure))

    def _learn(self, error: discord.HTTPException) -> Loss | None:
        """What is lost by this refusal; in an archived thread nothing is, for whoever may send a new message."""
        if error.code != ARCHIVED:
            return loss_by(error)
        self._asleep = True
        return None if self._place.address.open else Loss(reason_of(error))

    @property
    def _frame(self) -> Frame:
        return Frame(lasts=self._place.address.open, link=self._place.link, hidden=self._place.address.hidden)

    @property
    def _is_still(self) -> bool:
        return self._asleep or self._place.rests or self._place.is_mute


async def _surely(put: Callable[[], Awaitable[T]]) -> T:
    """Once more where the connection broke: the same edit twice is one, and so is a message with its nonce."""
    try:
        return await heard(put())
    except SurfaceSilent:
        return await heard(put())


async def _beside(sent: Awaitable[object], view: RunView | None = None) -> None:
    """What may fail: nothing depends on it."""
    try:
        await heard(sent)
    except (discord.DiscordException, CoreError) as error:
        log.debug("run.beside_failed", run=view.run_id if view is not None else None, error=str(error))


def _message_of(interaction: discord.Interaction, answer: Answer | None) -> int | None:
    """The message the token edits, if it is known already: that of the button, unless there is to be another."""
    if answer is not None and answer.message_id is not None:
        return answer.message_id
    is_its_own = interaction.response.type is discord.InteractionResponseType.deferred_message_update
    return interaction.message.id if is_its_own and interaction.message is not None else None
