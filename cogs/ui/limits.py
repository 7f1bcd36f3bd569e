"""Discord's limits, each with the page that states it."""

from typing import Final

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096

# https://docs.discord.com/developers/resources/message#attachment-object
ALT_TEXT: Final = 1024
FILES: Final = 10

# https://docs.discord.com/developers/interactions/application-commands
CHOICES: Final = 25
CHOICE_NAME: Final = 100
OPTION_TEXT: Final = 6000
LARGEST_INTEGER: Final = 2**53 - 1

# https://docs.discord.com/developers/components/reference
SELECT_LABEL: Final = 100

# https://docs.discord.com/developers/interactions/receiving-and-responding: tokens are valid for 15 minutes
TOKEN_LIFE: Final = 14 * 60.0  # seconds; a minute in hand
