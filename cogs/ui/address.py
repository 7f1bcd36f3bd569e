"""Where a run is shown, as a text that is written down: all that another process needs to go on there."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field

_STRICT: Final = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

Id = Annotated[int, Field(ge=1, lt=2**63)]
Nonce = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]


class Ticket(BaseModel):
    """An interaction's token, and until when it is used, in seconds since the epoch."""

    model_config = _STRICT

    application: Id
    token: str = Field(min_length=1, max_length=2000, repr=False)
    until: int = Field(ge=0, lt=2**53)


class Address(BaseModel):
    """The place of one message, secret as long as there is a `ticket`.

    `message` is None until it was seen. `reply_to` is set where the bot makes the message itself, in reply to that one.
    `guild` is the server. `home`: the bot itself may use the channel. `private`: only one person sees the message.
    `limit` is how many bytes one file may have, as the interaction said. Messages are sent with nonces made of `nonce`.
    `source` is the message there whose run is repeated or used. `hidden`: its files are behind a spoiler.
    """

    model_config = _STRICT

    channel: Id
    nonce: Nonce
    limit: int = Field(ge=1, lt=2**53)
    guild: Id | None = None
    home: bool = False
    private: bool = False
    message: Id | None = None
    reply_to: Id | None = None
    source: Id | None = None
    hidden: bool = False
    ticket: Ticket | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """As `write` left it; raises `ValueError` for anything else."""
        return cls.model_validate_json(text)

    def write(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @property
    def open(self) -> bool:
        """Whether the message can be reached without a token: the bot is there, and can see it."""
        return self.home and not self.private

    @property
    def exists(self) -> bool:
        """Whether there is a message: an interaction's is there from the start."""
        return self.message is not None or self.reply_to is None

    def but(self, **changes: object) -> Self:
        return self.model_copy(update=changes)
