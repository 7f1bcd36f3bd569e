"""Who a message pings: its mentions, filtered by `allowed_mentions`.

https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

import re
from typing import Final

from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.permissions import Permission
from stationthis_discord.sandbox.discord.places import Channel
from stationthis_discord.sandbox.discord.stored import StoredMessage
from stationthis_discord.sandbox.discord.world import World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")

IN_CHANNEL: Final = frozenset({"users", "roles", "everyone"})
IN_INTERACTION: Final = frozenset({"users"})
"""What is parsed when `allowed_mentions` is absent."""


def mention_fields(world: World, channel: Channel, content: str, parsed: frozenset[str], lists: Object) -> Object:
    """`mentions`, `mention_roles` and `mention_everyone` of a message.

    Args:
        world: where the users are known.
        channel: where it is posted; the bot's permission there decides about @everyone.
        content: its text; embeds never ping.
        parsed: the kinds taken from the text.
        lists: `users` and `roles` allowed by id.
    """
    users = [user for user in _USER.findall(content) if "users" in parsed or user in lists.get("users", [])]
    roles = [role for role in _ROLE.findall(content) if "roles" in parsed or role in lists.get("roles", [])]
    everyone = "everyone" in parsed and bool(_EVERYONE.search(content))
    return {
        "mentions": [world.users[user].json() for user in dict.fromkeys(users) if user in world.users],
        "mention_roles": list(dict.fromkeys(roles)),
        "mention_everyone": everyone and channel.bot_may(Permission.MENTION_EVERYONE),
    }


def allowed(payload: Object, default: frozenset[str]) -> tuple[frozenset[str], Object]:
    """The kinds parsed and the lists of ids of a body, or the default of its place when it says nothing."""
    value = payload.get("allowed_mentions")
    if value is None:
        return default, {}
    lists = {kind: [str(item) for item in value.get(kind) or []] for kind in ("users", "roles")}
    return frozenset(value.get("parse") or []), lists


def reply_mention(fields: Object, payload: Object, target: StoredMessage) -> None:
    """Adds the author of the message replied to, unless `replied_user` says no (absent: yes without a filter)."""
    value = payload.get("allowed_mentions")
    wanted = True if value is None else bool(value.get("replied_user"))
    if wanted and all(user["id"] != target.author.id for user in fields["mentions"]):
        fields["mentions"].append(target.author.json())
