"""Which events a session gets: https://docs.discord.com/developers/events/gateway#list-of-intents."""

from stationthis_discord.sandbox.discord.journal import Event

_GUILDS, _MESSAGES, _REACTIONS = 1 << 0, 1 << 9, 1 << 10
_DIRECT_MESSAGES, _DIRECT_REACTIONS = 1 << 12, 1 << 13

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
"""GUILD_MEMBERS, GUILD_PRESENCES and MESSAGE_CONTENT: refused unless allowed in the developer portal."""

KNOWN = (1 << 26) - 1 & ~(1 << 17 | 1 << 18 | 1 << 19 | 1 << 22 | 1 << 23)

MESSAGE_CONTENT = 1 << 15

_NEEDED = {
    **dict.fromkeys(
        [
            *("GUILD_CREATE", "GUILD_DELETE", "CHANNEL_CREATE", "CHANNEL_DELETE"),
            *("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"),
        ],
        (_GUILDS, 0),
    ),
    "MESSAGE_CREATE": (_MESSAGES, _DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (_MESSAGES, _DIRECT_MESSAGES),
    "MESSAGE_DELETE": (_MESSAGES, _DIRECT_MESSAGES),
    "MESSAGE_REACTION_ADD": (_REACTIONS, _DIRECT_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (_REACTIONS, _DIRECT_REACTIONS),
    "MESSAGE_REACTION_REMOVE_ALL": (_REACTIONS, _DIRECT_REACTIONS),
    "MESSAGE_REACTION_REMOVE_EMOJI": (_REACTIONS, _DIRECT_REACTIONS),
}


def wants(intents: int, event: Event) -> bool:
    """Whether a session with these intents gets the event; those without an intent come to all."""
    if event.name not in _NEEDED:
        return True
    return bool(intents & _NEEDED[event.name][event.guild_id is None])
