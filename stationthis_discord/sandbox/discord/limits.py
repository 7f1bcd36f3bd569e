"""Every limit of Discord the sandbox enforces, in one table, each with the page that states it.

Lengths are counted in Unicode code points (Python's `len`), as Discord's servers do; the counter in its client,
which counts UTF-16 units, is stricter only for people.
"""

from typing import Final, NamedTuple

_DOCS = "https://discord.com/developers/docs"
_EMBED = f"{_DOCS}/resources/message#embed-object-embed-limits"
_EMBED_URL = f"{_DOCS}/resources/message#embed-object"
_MESSAGE = f"{_DOCS}/resources/message#create-message"
_MENTIONS = f"{_DOCS}/resources/message#allowed-mentions-object"
_ATTACHMENT = f"{_DOCS}/resources/message#attachment-object"
_UPLOAD = f"{_DOCS}/reference#uploading-files"
_COMPONENTS = f"{_DOCS}/components/reference"
_BUTTON = f"{_DOCS}/components/reference#button"
_SELECT = f"{_DOCS}/components/reference#string-select"
_COMMAND = f"{_DOCS}/interactions/application-commands#application-command-object"
_OPTION = f"{_DOCS}/interactions/application-commands#application-command-object-application-command-option-structure"
_CHOICE = (
    f"{_DOCS}/interactions/application-commands#application-command-object-application-command-option-choice-structure"
)
_REGISTER = f"{_DOCS}/interactions/application-commands#registering-a-command"
_CALLBACK = f"{_DOCS}/interactions/receiving-and-responding#interaction-response-object"
_INTERACTION = f"{_DOCS}/interactions/receiving-and-responding#interaction-callback"
_RATE = f"{_DOCS}/topics/rate-limits"
_GATEWAY = f"{_DOCS}/events/gateway#rate-limiting"


class Limit(NamedTuple):
    """A maximum (inclusive) and the page it comes from."""

    value: int
    source: str


class Rate(NamedTuple):
    """So many requests per window of so many seconds, and the page that describes the mechanism.

    Discord publishes no numbers ("should not be hard coded"); these are the commonly observed ones.
    """

    requests: int
    seconds: float
    source: str


MIB: Final = 1024 * 1024

LIMITS: Final[dict[str, Limit]] = {
    "content": Limit(2000, _MESSAGE),
    "nonce": Limit(25, _MESSAGE),
    "page": Limit(100, f"{_DOCS}/resources/message#get-channel-messages"),
    "embeds": Limit(10, _MESSAGE),
    "embed.title": Limit(256, _EMBED),
    "embed.description": Limit(4096, _EMBED),
    "embed.fields": Limit(25, _EMBED),
    "embed.field.name": Limit(256, _EMBED),
    "embed.field.value": Limit(1024, _EMBED),
    "embed.footer": Limit(2048, _EMBED),
    "embed.author": Limit(256, _EMBED),
    "embed.total": Limit(6000, _EMBED),
    "embed.url": Limit(2048, _EMBED_URL),
    "embed.color": Limit(0xFFFFFF, _EMBED_URL),
    "files": Limit(10, _UPLOAD),
    "attachment.filename": Limit(1024, _ATTACHMENT),
    "attachment.description": Limit(1024, _ATTACHMENT),
    "mentions": Limit(100, _MENTIONS),
    "rows": Limit(5, f"{_COMPONENTS}#action-row"),
    "buttons": Limit(5, f"{_COMPONENTS}#action-row"),
    "custom_id": Limit(100, f"{_COMPONENTS}#custom-id"),
    "button.label": Limit(80, _BUTTON),
    "button.url": Limit(512, _BUTTON),
    "select.placeholder": Limit(150, _SELECT),
    "select.options": Limit(25, _SELECT),
    "select.values": Limit(25, _SELECT),
    "option.label": Limit(100, f"{_COMPONENTS}#string-select-select-option-structure"),
    "option.value": Limit(100, f"{_COMPONENTS}#string-select-select-option-structure"),
    "option.description": Limit(100, f"{_COMPONENTS}#string-select-select-option-structure"),
    "v2.components": Limit(40, _COMPONENTS),
    "v2.text": Limit(4000, f"{_COMPONENTS}#text-display"),
    "commands.chat": Limit(100, _REGISTER),
    "commands.menu": Limit(15, _REGISTER),
    "command.name": Limit(32, f"{_COMMAND}-application-command-naming"),
    "command.description": Limit(100, _COMMAND),
    "command.options": Limit(25, _COMMAND),
    "command.choices": Limit(25, _OPTION),
    "command.text": Limit(6000, _OPTION),
    "command.total": Limit(8000, _COMMAND),
    "choice.name": Limit(100, _CHOICE),
    "choice.value": Limit(100, _CHOICE),
    "autocomplete.choices": Limit(25, f"{_CALLBACK}-autocomplete"),
    "modal.title": Limit(45, f"{_CALLBACK}-modal"),
    "modal.components": Limit(5, f"{_CALLBACK}-modal"),
    "gateway.sends": Limit(120, _GATEWAY),
}

UPLOAD: Final[dict[int, Limit]] = {
    0: Limit(10 * MIB, _UPLOAD),
    1: Limit(10 * MIB, _UPLOAD),
    2: Limit(50 * MIB, _UPLOAD),
    3: Limit(100 * MIB, _UPLOAD),
}
"""Bytes per file by the server's boost tier.

The page lately says 20 MiB for everyone; the sandbox keeps the older, stricter value.
"""

REQUEST: Final = Limit(25 * MIB, f"{_MESSAGE}-limitations")
"""Bytes of all files of one request, where the server's own limit is not larger."""

ACK_SECONDS: Final = 3.0
"""An interaction has to be answered within this time: https://discord.com/developers/docs/interactions/receiving-and-responding."""

TOKEN_SECONDS: Final = 900.0
"""An interaction's token lives this long: https://discord.com/developers/docs/interactions/receiving-and-responding."""

RATES: Final[dict[str, Rate]] = {
    "message.create": Rate(5, 5.0, _RATE),
    "message.edit": Rate(5, 5.0, _RATE),
    "message.delete": Rate(5, 1.0, _RATE),
    "reaction": Rate(1, 0.25, _RATE),
    "token": Rate(5, 5.0, f"{_INTERACTION}"),
    "default": Rate(50, 1.0, _RATE),
    "global": Rate(50, 1.0, f"{_RATE}#global-rate-limit"),
}
"""Buckets by name; a bucket counts per channel, server or interaction token, `global` per bot."""


def most(name: str) -> int:
    """The value of a limit of the table by its name."""
    return LIMITS[name].value
