"""The routes of the API, one file per resource."""

from stationthis_discord.sandbox.discord.routes import (
    channels,
    commands,
    interactions,
    login,
    messages,
    reactions,
    webhooks,
)

ALL = [
    *login.ROUTES,
    *channels.ROUTES,
    *commands.ROUTES,
    *messages.ROUTES,
    *reactions.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
]
"""In order of matching: `/users/@me` stands before `/users/{user_id}`."""
