"""One interaction: who did what where, how the bot answered, and whether its token still works."""

import time
from dataclasses import dataclass, field
from enum import IntEnum

from stationthis_discord.sandbox.discord.changes import Changes
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.people import User
from stationthis_discord.sandbox.discord.permissions import Permission, allows
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.stored import EPHEMERAL, StoredMessage


class Kind(IntEnum):
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Ack(IntEnum):
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Menu(IntEnum):
    """https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types."""

    CHAT = 1
    USER = 2
    MESSAGE = 3


@dataclass(eq=False)
class Interaction:
    """An interaction the driver made.

    `owners` are its `authorizing_integration_owners`; `original` is what `@original` means; `source` the message a
    component, or the component that opened the modal, was on; `trigger` the interaction that opened the modal;
    `target` what a context-menu command was used on; `late` is set by an answer after the limit, which kills the
    token; `focused_type` is the type of the option an autocomplete fills in; `changes` tells of its first answer.
    """

    id: str
    token: str
    kind: Kind
    user: User
    channel: Channel
    born: float
    owners: Object = field(default_factory=dict)
    source: StoredMessage | None = None
    trigger: "Interaction | None" = None
    target: User | StoredMessage | None = None
    menu: Menu = Menu.CHAT
    command: str = ""
    focused_type: int = 3
    sent: float = field(default_factory=time.monotonic)
    ack: Ack | None = None
    ack_seconds: float | None = None
    original: StoredMessage | None = None
    answer: Object = field(default_factory=dict)
    followups: list[StoredMessage] = field(default_factory=list)
    late: bool = False
    expired: bool = False
    submitted: bool = False
    changes: Changes = field(default_factory=Changes)

    @property
    def only_of_user(self) -> bool:
        """Whether it runs by the person's own installation alone, the app not being installed to the place."""
        return set(self.owners) == {"1"}

    @property
    def silenced(self) -> bool:
        """Whether all its messages are ephemeral: the person may not use external apps in this server.

        https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
        """
        if not self.only_of_user or not self.channel.guild:
            return False
        return not allows(self.channel.permissions_of(self.user), Permission.USE_EXTERNAL_APPS)

    def hides(self, answer: Object) -> bool:
        """Whether a new message with these fields, checked or not, is seen by the person alone."""
        flags = answer.get("flags")
        return self.silenced or (isinstance(flags, int) and bool(flags & EPHEMERAL))

    def metadata(self, *, followup: bool = False) -> Object:
        """https://docs.discord.com/developers/resources/message#message-interaction-metadata-object."""
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
        if self.trigger:
            metadata["triggering_interaction_metadata"] = self.trigger.metadata()
        if isinstance(self.target, User):
            metadata["target_user"] = self.target.json()
        elif self.target:
            metadata["target_message_id"] = self.target.id
        return metadata

    def message(self, message_id: str) -> StoredMessage | None:
        """The message its token reaches under this id or `@original`, if any."""
        if message_id == "@original":
            return self.original
        reachable = [self.original, self.source, *self.followups]
        return next((message for message in reachable if message and message.id == message_id), None)
