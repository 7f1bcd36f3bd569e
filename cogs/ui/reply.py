"""The message a run is shown in: reached by the interaction's token while that lives, then through the channel."""

import asyncio
import functools
import io
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol, Self

import discord
import structlog

from cogs.ui import limits
from cogs.ui.answering import shows_itself
from cogs.ui.buttons import run_buttons
from cogs.ui.embeds import long_texts, run_embed
from cogs.ui.heard import heard
from cogs.ui.text import plain
from core.errors import SurfaceLost, SurfaceSilent
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

    async def edit(self, message_id: int | None, payload: dict[str, Any]) -> int: ...


class _Token:
    """By the interaction's token: whatever its original message is."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._until = interaction.created_at + timedelta(seconds=limits.TOKEN_LIFE)

    @property
    def is_alive(self) -> bool:
        return discord.utils.utcnow() < self._until

    async def edit(self, _: int | None, payload: dict[str, Any]) -> int:
        message = await self._interaction.edit_original_response(**payload)
        shows_itself(self._interaction)
        return message.id


class _Channel:
    """By the channel, with the bot's own rights."""

    def __init__(self, client: discord.Client, channel_id: int, reply_to: int | None = None) -> None:
        self._channel = client.get_partial_messageable(channel_id)
        self._reply_to = reply_to

    async def send(self, payload: dict[str, Any]) -> int:
        """A new message; of two with the same `nonce`, Discord makes one and answers with it twice."""
        if self._reply_to is not None:
            payload["reference"] = discord.MessageReference(
                message_id=self._reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
        return (await self._channel.send(**payload)).id

    async def edit(self, message_id: int | None, payload: dict[str, Any]) -> int:
        if message_id is None:
            raise SurfaceLost("its message was never seen")
        nobody = discord.AllowedMentions.none()  # which discord.py leaves out of an edit without content
        return (await self._channel.get_partial_message(message_id).edit(**payload, allowed_mentions=nobody)).id


class Reply:
    """A `Surface` on one Discord message. Made by one of the class methods, one for each way in."""

    def __init__(self, token: _Token | None, channel: _Channel, upload_limit: int, *, exists: bool = False) -> None:
        self.upload_limit = upload_limit
        self._token = token
        self._channel = channel
        self._exists = exists
        self._asleep = False
        self._message_id: int | None = None  # learnt from the first answer
        self._nonce = _new_nonce()

    @classmethod
    def on_original(cls, interaction: discord.Interaction) -> Self:
        """The message that is there: the deferred one, or else the one whose button was pressed."""
        return cls(_Token(interaction), _channel_of(interaction), interaction.filesize_limit, exists=True)

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
            await self._put_surely(lambda: {"embed": run_embed(view), "view": run_buttons(view)})
        except discord.HTTPException as error:
            self._asleep = error.code == _ARCHIVED
            if not self._exists or error.status in _GONE:
                raise SurfaceLost(_reason(error)) from None
            log.warning("run.show_failed", run=view.run_id, error=_reason(error))
        except SurfaceSilent as silent:
            if not self._exists:
                raise
            log.warning("run.show_failed", run=view.run_id, error=str(silent))

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
            except Exception as error:  # noqa: BLE001 -- discord.py lets its HTTP client's own errors through
                reason = type(error).__name__
            else:
                return
            log.warning("run.end_not_shown", run=view.run_id, error=reason)
            await asyncio.sleep(pause)
        raise SurfaceLost(reason)

    async def _put_surely(self, payload: Payload) -> None:
        """Once more where the connection broke: the same edit twice is one, and so is a message with its nonce."""
        try:
            await heard(self._put(payload))
        except SurfaceSilent:
            await heard(self._put(payload))

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
        await (self._through(self._channel, payload()) if self._exists else self._send(payload()))

    async def _through(self, door: _Door, payload: dict[str, Any]) -> None:
        self._message_id = await door.edit(self._message_id, payload)

    async def _send(self, payload: dict[str, Any]) -> None:
        if "attachments" in payload:
            payload["files"] = payload.pop("attachments")
        self._message_id = await self._channel.send({**payload, "nonce": self._nonce})
        self._exists, self._nonce = True, _new_nonce()


def _new_nonce() -> str:
    return secrets.token_hex(8)


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
    words = plain(prompt or "", limits.ALT_TEXT) or None
    return discord.File(item.file, item.name, description=words)  # type: ignore[arg-type]  # an IO[bytes] at run time


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
