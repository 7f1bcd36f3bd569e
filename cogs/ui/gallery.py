"""The gallery of a server as the bot reaches it: what is there, and how something is put up."""

import secrets
from collections.abc import Awaitable
from typing import Final, Self, TypeVar

import discord
import structlog

from cogs.ui import limits
from cogs.ui.address import Address
from cogs.ui.embeds import note_embed
from cogs.ui.endings import FRAME, Frame, is_too_large
from cogs.ui.gallery_view import OPENING, exhibit_message
from cogs.ui.heard import heard
from cogs.ui.losses import NO_PERMISSION, reason_of
from cogs.ui.places import Arguments, Place
from cogs.ui.removing import shown_in
from cogs.ui.results import manner_of
from cogs.ui.tiers import file_limit
from core.errors import SurfaceSilent
from core.result_errors import GalleryClosed, SurfaceTooSmall
from core.results.keeping import Exhibit

log = structlog.get_logger(__name__)

T = TypeVar("T")

_NEWEST: Final = 100  # messages that are looked through
_NO_ACCESS: Final = 50001
_TO_SEE: Final = ("View Channel",)
_TO_POST: Final = ("Send Messages", "Embed Links", "Attach Files")


class ServerWall:
    """A `Wall` on one server. `frame` is what is to be said of the message a result is kept from."""

    def __init__(self, client: discord.Client, guild: int, frame: Frame = FRAME) -> None:
        self._client = client
        self._guild = guild
        self._frame = frame

    @classmethod
    def of(cls, interaction: discord.Interaction) -> Self:
        """For a press; where it is in no server nothing is ever asked of it."""
        manner, guild = manner_of(interaction.message), interaction.guild_id or 0
        place = f"https://discord.com/channels/{guild}/{interaction.channel_id}"
        link = f"{place}/{manner.source}" if manner.source is not None else None
        return cls(interaction.client, guild, Frame(link=link, hidden=manner.hidden))

    async def find_limit(self) -> int:
        return await file_limit(self._client, self._guild)

    async def has(self, channel: int, message: int) -> bool:
        """What the bot may not see may be there."""
        try:
            await _answered(self._channel(channel).fetch_message(message))
        except discord.NotFound:
            return False
        except discord.Forbidden as error:
            log.info("gallery.unreadable", channel=channel, error=reason_of(error))
        return True

    async def look(self, channel: int, run_id: str) -> int | None:
        try:
            newest = await _answered(self._newest(channel))
        except (discord.Forbidden, discord.NotFound) as error:
            raise _closed(channel, error) from None
        me = self._client.user.id if self._client.user is not None else 0
        shown = (shown_in(message) for message in newest if message.author.id == me)
        return next((item.spot.message for item in shown if item and item.is_kept and item.run_id == run_id), None)

    async def put(self, channel: int, exhibit: Exhibit, limit: int) -> int:
        nonce = secrets.token_hex(8)
        try:
            return await self._post(channel, exhibit_message(exhibit, limit, self._frame), nonce, limit)
        except SurfaceSilent:  # it may be there: with this nonce it will not be there twice
            return await self._post(channel, exhibit_message(exhibit, limit, self._frame), nonce, limit)

    async def open(self, channel: int) -> None:
        """Say in a channel that it is the gallery from now on; raises `GalleryClosed` where the bot cannot."""
        await self._post(channel, {"embed": note_embed(OPENING)}, secrets.token_hex(8), limits.UPLOAD)

    def link(self, channel: int, message: int) -> str:
        return f"{self._channel(channel).jump_url}/{message}"

    async def _newest(self, channel: int) -> list[discord.Message]:
        return [message async for message in self._channel(channel).history(limit=_NEWEST)]

    async def _post(self, channel: int, payload: Arguments, nonce: str, limit: int) -> int:
        address = Address(channel=channel, nonce=nonce, limit=limit, guild=self._guild, home=True)
        place = Place(self._client, address, discord.utils.utcnow)
        try:
            return (await _answered(place.send(payload, nonce, None))).id
        except (discord.Forbidden, discord.NotFound) as error:
            raise _closed(channel, error) from None
        except discord.HTTPException as error:
            if not is_too_large(error):
                raise
            raise SurfaceTooSmall(limits.UPLOAD if limit > limits.UPLOAD else limit // 2) from None

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel, guild_id=self._guild)


async def _answered(call: Awaitable[T]) -> T:
    """As `heard`; a Discord that is only busy is silent, too."""
    try:
        return await heard(call)
    except discord.HTTPException as error:
        if error.status == 429 or error.status >= 500:
            raise SurfaceSilent(reason_of(error)) from None
        raise


def _closed(channel: int, error: discord.HTTPException) -> GalleryClosed:
    """With the permissions that may be missing: Discord does not say which."""
    log.info("gallery.closed", channel=channel, error=reason_of(error))
    if error.code == _NO_ACCESS:
        return GalleryClosed(channel, _TO_SEE)
    return GalleryClosed(channel, _TO_POST if error.code == NO_PERMISSION else ())
