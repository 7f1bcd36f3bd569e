"""One interaction: who did what where, how the bot answered, and whether its token still works."""

import time
from dataclasses import dataclass, field
from enum import IntEnum

from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.people import Member, User
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.stored import StoredMessage


class Kind(IntEnum):
    """https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Ack(IntEnum):
    """https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Interaction:
    """An interaction the driver made.

    `original` is what `@original` means; `source` the message a component was on; `late` is set by an answer
    after the limit, which kills the token; `focused_type` is the type of the option an autocomplete fills in.
    """

    id: str
    token: str
    kind: Kind
    user: User
    member: Member | None
    channel: Channel
    born: float
    source: StoredMessage | None = None
    command: str = ""
    focused_type: int = 3
    payload: Object = field(default_factory=dict)
    sent: float = field(default_factory=time.monotonic)
    ack: Ack | None = None
    ack_seconds: float | None = None
    original: StoredMessage | None = None
    answer: Object = field(default_factory=dict)
    followups: list[StoredMessage] = field(default_factory=list)
    late: bool = False
    expired: bool = False

    @property
    def owners(self) -> Object:
        """`authorizing_integration_owners` of an app installed to servers."""
        return {"0": self.channel.guild_id or "0"}

    def metadata(self, *, followup: bool = False) -> Object:
        """https://discord.com/developers/docs/resources/message#message-interaction-metadata-object."""
        metadata: Object = {
            "id": self.id,
            "type": int(self.kind),
            "user": self.user.json(),
            "authorizing_integration_owners": self.owners,
        }
        if followup and self.original:
            metadata["original_response_message_id"] = self.original.id
        if self.kind is Kind.COMPONENT and self.source:
            metadata["interacted_message_id"] = self.source.id
        return metadata

    def message(self, message_id: str) -> StoredMessage | None:
        """The message its token reaches under this id or `@original`, if any."""
        if message_id == "@original":
            return self.original
        reachable = [self.original, self.source, *self.followups]
        return next((message for message in reachable if message and message.id == message_id), None)
