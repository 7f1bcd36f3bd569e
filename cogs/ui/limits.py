"""Discord's limits, each with the page that states it."""

from typing import Final

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096

# https://docs.discord.com/developers/resources/message#attachment-object
ALT_TEXT: Final = 1024
FILES: Final = 10

# https://docs.discord.com/developers/reference#uploading-files: bytes of one file, by a server's tier; the page lately
# says 20 MiB for everybody, which the API does not take: https://github.com/discord/discord-api-docs/issues/8572
UPLOAD: Final = 10 * 2**20
UPLOAD_BY_TIER: Final = {2: 50 * 2**20, 3: 100 * 2**20}

# https://docs.discord.com/developers/interactions/application-commands
CHOICES: Final = 25
CHOICE_NAME: Final = 100
OPTION_TEXT: Final = 6000
LARGEST_INTEGER: Final = 2**53 - 1

# https://docs.discord.com/developers/components/reference
SELECT_LABEL: Final = 100
SELECT_OPTIONS: Final = 25
RADIO_OPTIONS: Final = 10
BUTTON_LABEL: Final = 80
LABEL: Final = 45
LABEL_DESCRIPTION: Final = 100
TEXT_PLACEHOLDER: Final = 100
TEXT_VALUE: Final = 4000
UPLOADS: Final = 10

# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal
MODAL_TITLE: Final = 45

# https://docs.discord.com/developers/interactions/receiving-and-responding: tokens are valid for 15 minutes
TOKEN_LIFE: Final = 14 * 60.0  # seconds; a minute in hand
