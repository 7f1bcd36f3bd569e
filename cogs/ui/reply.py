"""The message a run is shown in: reached by the interaction's token while that lives, then through the channel."""

import asyncio
import functools
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol, Self

import discord
import structlog

from cogs.ui import limits
from cogs.ui.buttons import run_buttons
from cogs.ui.embeds import long_texts, run_embed
from cogs.ui.text import plain
from core.errors import SurfaceLost
from core.people.actor import DEFAULT_UPLOAD_LIMIT
from core.runs.view import Fetched, LeftOut, RunView

log = structlog.get_logger(__name__)

_TOKEN_OVER: Final = {50027, 10015}  # Invalid Webhook Token, Unknown Webhook
_TOO_LARGE: Final = 40005
_NO_PERMISSION: Final = 50013
_ARCHIVED: Final = 50083
_GONE: Final = {403, 404}
_PAUSES: Final = (2.0, 8.0)  # seconds between the tries to show an end

Payload = Callable[[], dict[str, Any]]
"""Makes the arguments of one attempt anew, since discord.py uses up the files of the last."""


class _Door(Protocol):
    """One way to reach the message."""

    async def send(self, payload: dict[str, Any]) -> int: ...

    async def edit(self, message_id: int | None, payload: dict[str, Any]) -> int: ...


class _Token:
    """By the interaction's token. `owns_original` when the message is what the interaction answered with."""

    def __init__(self, interaction: discord.Interaction, *, owns_original: bool) -> None:
        self._interaction = interaction
        self._owns_original = owns_original
        self._until = interaction.created_at + timedelta(seconds=limits.TOKEN_LIFE)

    @property
    def is_alive(self) -> bool:
        return discord.utils.utcnow() < self._until

    async def send(self, payload: dict[str, Any]) -> int:
        return (await self._interaction.followup.send(wait=True, **payload)).id

    async def edit(self, message_id: int | None, payload: dict[str, Any]) -> int:
        if self._owns_original or message_id is None:
            return (await self._interaction.edit_original_response(**payload)).id
        return (await self._interaction.followup.edit_message(message_id, **payload)).id


class _Channel:
    """By the channel, with the bot's own rights."""

    def __init__(self, client: discord.Client, channel_id: int, reply_to: int | None = None) -> None:
        self._channel = client.get_partial_messageable(channel_id)
        self._reply_to = reply_to

    async def send(self, payload: dict[str, Any]) -> int:
        if self._reply_to is not None:
            payload["reference"] = discord.MessageReference(
                message_id=self._reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
        return (await self._channel.send(**payload)).id

    async def edit(self, message_id: int | None, payload: dict[str, Any]) -> int:
        if message_id is None:
            raise SurfaceLost("its message was never seen")
        return (await self._channel.get_partial_message(message_id).edit(**payload)).id


class Reply:
    """A `Surface` on one Discord message. Made by one of the class methods, one for each way in."""

    def __init__(self, token: _Token | None, channel: _Channel, upload_limit: int, *, exists: bool = False) -> None:
        self.upload_limit = upload_limit
        self._token = token
        self._channel = channel
        self._exists = exists
        self._asleep = False
        self._message_id: int | None = None  # learnt from the first answer

    @classmethod
    def on_original(cls, interaction: discord.Interaction) -> Self:
        """The message that is there: a deferred command's own, or the one whose button was pressed."""
        token = _Token(interaction, owns_original=True)
        return cls(token, _channel_of(interaction), interaction.filesize_limit, exists=True)

    @classmethod
    def after_press(cls, interaction: discord.Interaction) -> Self:
        """A new message, made when there is something to show."""
        return cls(_Token(interaction, owns_original=False), _channel_of(interaction), interaction.filesize_limit)

    @classmethod
    def after_reaction(cls, client: discord.Client, payload: discord.RawReactionActionEvent) -> Self:
        """A new message, in reply to the one that was reacted to."""
        channel = _Channel(client, payload.channel_id, reply_to=payload.message_id)
        return cls(None, channel, DEFAULT_UPLOAD_LIMIT)

    async def show(self, view: RunView) -> None:
        """One edit; if Discord is only busy, the next state will do. In an archived thread only the end is shown."""
        if self._asleep:
            return
        try:
            await self._put(lambda: {"embed": run_embed(view), "view": run_buttons(view)})
        except discord.HTTPException as error:
            self._asleep = error.code == _ARCHIVED
            if not self._exists or error.status in _GONE:
                raise SurfaceLost(_reason(error)) from None
            log.warning("run.show_failed", run=view.run_id, error=_reason(error))
        except Exception as error:  # noqa: BLE001 -- discord.py lets its HTTP client's own errors through
            if not self._exists:
                raise SurfaceLost(type(error).__name__) from None
            log.warning("run.show_failed", run=view.run_id, error=type(error).__name__)

    async def finish(self, view: RunView) -> None:
        """The end, tried more than once: without its files if they are refused, and then without foreign text."""
        reason = ""
        for pause in (*_PAUSES, 0.0):
            try:
                await self._put(functools.partial(_final_payload, view))
            except discord.HTTPException as error:
                reason = _reason(error)
                self._asleep = error.code == _ARCHIVED
                if error.status in _GONE and not (error.code == _NO_PERMISSION and view.files):
                    break
                view = view if self._asleep else _lighter(view, error, self.upload_limit)
            except Exception as error:  # noqa: BLE001 -- as above
                reason = type(error).__name__
            else:
                return
            log.warning("run.end_not_shown", run=view.run_id, error=reason)
            await asyncio.sleep(pause)
        raise SurfaceLost(reason)

    async def _put(self, payload: Payload) -> None:
        if self._asleep:  # a message in an archived thread cannot be edited, but a new one wakes the thread
            self._token, self._exists = None, False
        if self._token is not None and self._token.is_alive:
            try:
                await self._through(self._token, payload())
            except discord.HTTPException as error:
                if error.code not in _TOKEN_OVER and error.status != 401:
                    raise
                self._token = None
            else:
                return
        await self._through(self._channel, payload())

    async def _through(self, door: _Door, payload: dict[str, Any]) -> None:
        if self._exists:
            self._message_id = await door.edit(self._message_id, payload)
        else:
            if "attachments" in payload:
                payload["files"] = payload.pop("attachments")
            self._message_id = await door.send(payload)
            self._exists = True


def _channel_of(interaction: discord.Interaction) -> _Channel:
    if interaction.channel_id is None:
        raise SurfaceLost("an interaction without a channel")
    return _Channel(interaction.client, interaction.channel_id)


def _final_payload(view: RunView) -> dict[str, Any]:
    return {
        "embed": run_embed(view),
        "view": run_buttons(view),
        "attachments": [*(_attachment(item, view.prompt) for item in view.files), *_texts(view)],
    }


def _texts(view: RunView) -> list[discord.File]:
    room = limits.FILES - len(view.files)
    texts = enumerate(long_texts(view)[:room], start=1)
    return [discord.File(io.BytesIO(text.encode()), f"text-{number}.txt") for number, text in texts]


def _attachment(item: Fetched, prompt: str | None) -> discord.File:
    item.file.seek(0)
    return discord.File(item.file, item.name, description=plain(prompt, limits.ALT_TEXT) if prompt else None)  # type: ignore[arg-type]  # an IO[bytes] at run time


def _lighter(view: RunView, error: discord.HTTPException, limit: int) -> RunView:
    """What to show instead of what Discord did not take."""
    if error.status >= 500:
        return view
    is_size = error.code == _TOO_LARGE or error.status == 413
    left_out = tuple(LeftOut(item.media, item.size, limit if is_size else None) for item in view.files)
    lighter = replace(view, files=(), left_out=view.left_out + left_out)
    return lighter if is_size else replace(lighter, prompt=None, texts=())


def _reason(error: discord.HTTPException) -> str:
    return f"{error.status} (code {error.code})"
