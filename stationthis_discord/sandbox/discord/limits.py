"""Every limit of Discord the sandbox enforces, in one table, each with the page that states it.

Lengths are counted in Unicode code points (Python's `len`), as Discord's servers do; the counter in its client,
which counts UTF-16 units, is stricter only for people. Blanks around content, and around the texts of embeds, are
trimmed and do not count (https://docs.discord.com/developers/resources/message#embed-object-embed-limits says so of
embeds); a zero-width space is no blank.
"""

from typing import Final, NamedTuple

_DOCS = "https://docs.discord.com/developers"
_EMBED = f"{_DOCS}/resources/message#embed-object-embed-limits"
_EMBED_URL = f"{_DOCS}/resources/message#embed-object"
_MESSAGE = f"{_DOCS}/resources/message#create-message"
_MENTIONS = f"{_DOCS}/resources/message#allowed-mentions-object"
_ATTACHMENT = f"{_DOCS}/resources/message#attachment-object"
_UPLOAD = f"{_DOCS}/reference#uploading-files"
_COMPONENTS = f"{_DOCS}/components/reference"
_BUTTON = f"{_DOCS}/components/reference#button"
_SELECT = f"{_DOCS}/components/reference#string-select"
_TEXT_INPUT = f"{_DOCS}/components/reference#text-input"
_LABEL = f"{_DOCS}/components/reference#label"
_GALLERY = f"{_DOCS}/components/reference#media-gallery"
_CHECKBOXES = f"{_DOCS}/components/reference#checkbox-group-structure"
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
_OPTION_TYPE = f"{_DOCS}/interactions/application-commands#application-command-object-application-command-option-type"


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
    "nonce.number": Limit(2**63 - 1, _MESSAGE),
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
    "select.defaults": Limit(25, f"{_COMPONENTS}#user-select"),
    "v2.components": Limit(40, _COMPONENTS),
    "v2.text": Limit(4000, f"{_COMPONENTS}#text-display"),
    "section.texts": Limit(3, f"{_COMPONENTS}#section"),
    "gallery.items": Limit(10, _GALLERY),
    "media.description": Limit(1024, _GALLERY),
    "media.url": Limit(2048, f"{_COMPONENTS}#unfurled-media-item"),
    "commands.chat": Limit(100, _REGISTER),
    "commands.menu": Limit(15, _REGISTER),
    "command.name": Limit(32, f"{_COMMAND}-application-command-naming"),
    "command.description": Limit(100, _COMMAND),
    "command.options": Limit(25, _COMMAND),
    "command.choices": Limit(25, _OPTION),
    "command.text": Limit(6000, _OPTION),
    "command.total": Limit(8000, _COMMAND),
    "command.integer": Limit(2**53 - 1, _OPTION_TYPE),
    "choice.name": Limit(100, _CHOICE),
    "choice.value": Limit(100, _CHOICE),
    "autocomplete.choices": Limit(25, f"{_CALLBACK}-autocomplete"),
    "modal.title": Limit(45, f"{_CALLBACK}-modal"),
    "modal.components": Limit(5, f"{_CALLBACK}-modal"),
    "label.label": Limit(45, _LABEL),
    "label.description": Limit(100, _LABEL),
    "text.label": Limit(45, _TEXT_INPUT),
    "text.placeholder": Limit(100, _TEXT_INPUT),
    "text.value": Limit(4000, _TEXT_INPUT),
    "text.length": Limit(4000, _TEXT_INPUT),
    "upload.values": Limit(10, f"{_COMPONENTS}#file-upload"),
    "radio.options": Limit(10, f"{_COMPONENTS}#radio-group-structure"),
    "checkbox.options": Limit(10, _CHECKBOXES),
    "checkbox.values": Limit(10, _CHECKBOXES),
    "followups": Limit(5, f"{_DOCS}/interactions/receiving-and-responding#create-followup-message"),
    "thread.name": Limit(100, f"{_DOCS}/resources/channel#start-thread-from-message"),
    "guilds.page": Limit(200, f"{_DOCS}/resources/user#get-current-user-guilds"),
    "gateway.sends": Limit(120, _GATEWAY),
    "gateway.presences": Limit(5, f"{_DOCS}/events/gateway-events#update-presence"),
    "gateway.payload": Limit(4096, f"{_DOCS}/events/gateway#sending-events"),
    "gateway.guilds": Limit(2500, f"{_DOCS}/events/gateway#sharding"),
    "gateway.identifies": Limit(1000, f"{_DOCS}/events/gateway#identifying"),
    "invalid.requests": Limit(10_000, f"{_RATE}#invalid-request-limit-aka-cloudflare-bans"),
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
"""An interaction has to be answered within this time: https://docs.discord.com/developers/interactions/receiving-and-responding."""

TOKEN_SECONDS: Final = 900.0
"""An interaction's token lives this long: https://docs.discord.com/developers/interactions/receiving-and-responding."""

RATES: Final[dict[str, Rate]] = {
    "message.create": Rate(5, 5.0, _RATE),
    "message.edit": Rate(5, 5.0, _RATE),
    "message.edit.old": Rate(3, 60.0, f"{_DOCS}/topics/opcodes-and-status-codes#json"),
    "message.delete": Rate(5, 1.0, _RATE),
    "reaction": Rate(1, 0.25, _RATE),
    "token": Rate(5, 5.0, f"{_INTERACTION}"),
    "default": Rate(50, 1.0, _RATE),
    "global": Rate(50, 1.0, f"{_RATE}#global-rate-limit"),
}
"""Buckets by name; a bucket counts per channel, server or interaction token, `global` per bot.

`message.edit.old` is for messages over an hour old (30046) and counts by the sandbox's clock.
"""

OLD_MESSAGE_SECONDS: Final = 3600.0
"""From this age on an edit counts towards `message.edit.old`: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json."""

NONCE_SECONDS: Final = 180.0
"""How long `enforce_nonce` knows a nonce; the page says "in the past few minutes", and the sandbox takes three.

https://docs.discord.com/developers/resources/message#create-message
"""

PRESENCE_SECONDS: Final = 20.0
"""The window of `gateway.presences`: https://docs.discord.com/developers/events/gateway-events#update-presence."""

INVALID_SECONDS: Final = 600.0
"""The window of `invalid.requests`: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans."""

INVALID_WARNING: Final = 500
"""So many invalid requests in one window are a violation already: a bot that gets there is on its way to the ban."""


def most(name: str) -> int:
    """The value of a limit of the table by its name."""
    return LIMITS[name].value
