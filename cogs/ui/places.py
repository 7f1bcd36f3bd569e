"""One message and the ways to it: by an interaction's token while it lives, then through its channel."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

import discord

from cogs.ui.address import Address, Ticket
from cogs.ui.answering import shows_itself
from cogs.ui.losses import is_token_over
from cogs.ui.tiers import file_limit
from core.errors import SurfaceLost

_ORIGINAL: Final[Any] = "@original"  # where discord.py wants a number: the one name that always leads to the message
_LAST_SIGHT: Final = 60.0  # seconds before a token is over
_OLD: Final = timedelta(hours=1)  # from this age on Discord allows few edits of a message (30046)
_OLD_PACE: Final = timedelta(minutes=10)  # between two of them

_TURNS: Final = WeakValueDictionary[int, asyncio.Lock]()  # by channel, as long as somebody has a message there

Now = Callable[[], datetime]
Arguments = dict[str, Any]
Payload = Callable[[], Arguments]
"""Makes the arguments of one attempt anew, since discord.py uses up the files of the last."""


class Place:
    """Where one run is shown. `address` changes with what the answers tell of the message."""

    def __init__(
        self, client: discord.Client, address: Address, now: Now, interaction: discord.Interaction | None = None
    ) -> None:
        self.address = address
        self._client = client
        self._channel = client.get_partial_messageable(address.channel, guild_id=address.guild)
        self._now = now
        self._interaction = interaction
        self.attached: list[discord.Attachment] = []  # what it has, by the last answer
        self._edited: datetime | None = None
        self._turn = _TURNS.setdefault(address.channel, asyncio.Lock())

    @property
    def ticket(self) -> Ticket | None:
        """The token, while it may be used."""
        ticket = self.address.ticket
        return ticket if ticket is not None and self._now().timestamp() < ticket.until else None

    @property
    def is_mute(self) -> bool:
        """Whether nothing reaches the message any more, though it is there."""
        return self.ticket is None and not self.address.open

    @property
    def is_last_sight(self) -> bool:
        """Whether it will be mute in a minute."""
        ticket = self.ticket
        return not self.address.open and ticket is not None and ticket.until - self._now().timestamp() <= _LAST_SIGHT

    @property
    def is_old(self) -> bool:
        """Whether Discord counts its edits."""
        message = self.address.message
        return message is not None and self._now() - discord.utils.snowflake_time(message) > _OLD

    @property
    def rests(self) -> bool:
        """Whether an old message was changed lately."""
        return self.is_old and self._edited is not None and self._now() - self._edited < _OLD_PACE

    @property
    def link(self) -> str | None:
        """Where the run is shown that this one repeats or uses, if that is known."""
        source = self.address.source or self.address.reply_to
        return None if source is None else f"{self._channel.jump_url}/{source}"

    async def find_limit(self) -> int:
        """Bytes of one file: what the interaction said while its token is used, then what the server's tier allows."""
        at = self.address
        return at.limit if self.ticket is not None else await file_limit(self._client, at.guild if at.home else None)

    async def put(self, payload: Payload, *, yields: bool = False) -> bool:
        """Change the message, or make it; False for what `yields` while others wait for the limit of the channel.

        Raises:
            SurfaceLost: no way leads there any more.
            HTTPException: Discord refuses it.
        """
        if await self._put_by_token(payload):
            return True
        if not self.address.open:
            raise SurfaceLost("its token is over, and nothing else reaches it")
        if self.address.message is not None:
            if yields and self._turn.locked():
                return False  # ends come first, and the next state will do
            self._note(await self.edit(self.address.message, payload()))
        elif self.address.exists:
            raise SurfaceLost("its message was never seen")
        else:
            self._note(await self.send(payload(), self.address.nonce, self.address.reply_to))
        return True

    async def put_below(self, payload: Arguments, nonce: str) -> str:
        """A new message in reply to the one there is, in whose place it is from now on; its web address."""
        new = await self.send(payload, nonce, self.address.message)
        self.address = self.address.but(ticket=None)
        self._note(new)
        return f"{self._channel.jump_url}/{new.id}"  # without the guild cache a message knows no server

    async def add(self, payload: Payload, nonce: str) -> int:
        """A further message after this one, seen by who sees it; its id.

        Raises:
            SurfaceLost: no way leads there any more.
            HTTPException: Discord refuses it.
        """
        if self.address.open:
            try:
                return (await self.send(payload(), nonce, self.address.message)).id
            except discord.Forbidden:
                if self.ticket is None:
                    raise
        return (await self._webhook.send(**as_new(payload()), ephemeral=self.address.private, wait=True)).id

    async def change(self, further: int, payload: Arguments) -> None:
        """Another content for a further message. Raises as `add`."""
        if self.address.open:
            await self.edit(further, payload)
        else:
            await self._webhook.edit_message(further, **payload)

    async def remove(self, further: int) -> None:
        """No such message any more. Raises as `add`."""
        if self.address.open:
            async with self._turn:
                await self._channel.get_partial_message(further).delete()
        else:
            await self._webhook.delete_message(further)

    @property
    def _webhook(self) -> discord.Webhook:
        """The interaction as what it sends by; raises `SurfaceLost` once its token is over."""
        ticket = self.ticket
        if ticket is None:
            raise SurfaceLost("its token is over, and nothing else reaches it")
        webhook = discord.Webhook.partial(ticket.application, ticket.token, client=self._client)
        webhook.type = discord.WebhookType.application  # as interactions have it: only those may send privately
        return webhook

    async def edit(self, message: int, payload: Arguments) -> discord.Message:
        async with self._turn:  # one at a time: discord.py miscounts a limit that several requests share
            return await self._channel.get_partial_message(message).edit(**payload)

    async def send(self, payload: Arguments, nonce: str, reply_to: int | None) -> discord.Message:
        """A new message; of two with the same nonce within some minutes, Discord makes one and answers with it twice.

        It does so for what is sent through a channel only: https://github.com/discord/discord-api-docs/pull/6647
        """
        if reply_to is not None:
            payload["reference"] = discord.MessageReference(
                message_id=reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
        async with self._turn:
            return await self._channel.send(**as_new(payload), nonce=nonce)

    async def _put_by_token(self, payload: Payload) -> bool:
        """False without a token, and when Discord says that it is over, whatever the clock says."""
        ticket = self.ticket
        if ticket is None:
            return False
        webhook = discord.Webhook.partial(ticket.application, ticket.token, client=self._client)
        try:
            self._note(await webhook.edit_message(_ORIGINAL, **payload()))
        except discord.HTTPException as error:
            if not is_token_over(error):
                raise
            self.address = self.address.but(ticket=None)
            return False
        if self._interaction is not None:
            shows_itself(self._interaction)
        return True

    def _note(self, message: discord.Message) -> None:
        """Remember what an answer tells of the message."""
        private = self.address.private or message.flags.ephemeral
        self.address = self.address.but(message=message.id, private=private)
        self.attached = message.attachments
        self._edited = self._now()


def as_new(payload: Arguments) -> Arguments:
    """An edit names the files a message is to have, a new message those that come with it."""
    return {"files" if name == "attachments" else name: value for name, value in payload.items()}
