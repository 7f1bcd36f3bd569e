"""Emojis as drawings on a grid of 24 by 24, in the colours people know them by."""

from types import MappingProxyType

from stationthis_discord.sandbox.shots.emoji_signs import SIGNS
from stationthis_discord.sandbox.shots.emoji_things import THINGS

GRID = (24.0, 24.0)

EMOJI = MappingProxyType(SIGNS | THINGS)
"""The drawing of each emoji, without variation selectors."""
