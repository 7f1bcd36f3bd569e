"""Users and members of servers, and the JSON Discord sends for them."""

from dataclasses import dataclass, field

from stationthis_discord.sandbox.discord.payload import Object, iso
from stationthis_discord.sandbox.discord.permissions import MEMBER, Permission


@dataclass(eq=False)
class User:
    """An account, a person's or the bot's: https://docs.discord.com/developers/resources/user#user-object.

    `accepts_dms` off makes messages to this person fail with 50007; `installed` is whether the person has the app
    as their own (user install), which brings it along to every server and DM; `own` marks the app's bot among others.
    """

    id: str
    username: str
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True
    installed: bool = False
    own: bool = False

    def json(self) -> Object:
        user: Object = {
            "id": self.id,
            "username": self.username,
            "global_name": None if self.bot else self.username.title(),
            "discriminator": "0000" if self.bot else "0",
            "avatar": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
            "public_flags": 0,
            "flags": 0,
        }
        if self.bot:
            user["bot"] = True
        return user


@dataclass(eq=False)
class Member:
    """A user in a server: https://docs.discord.com/developers/resources/guild#guild-member-object."""

    user: User
    joined: float
    permissions: Permission = MEMBER
    roles: list[str] = field(default_factory=list)

    def json(self) -> Object:
        return {**self.partial(), "user": self.user.json(), "deaf": False, "mute": False}

    def partial(self) -> Object:
        """Without user, deaf and mute, as it stands in resolved data."""
        return {
            "nick": None,
            "avatar": None,
            "avatar_decoration_data": None,
            "banner": None,
            "collectibles": None,
            "roles": list(self.roles),
            "joined_at": iso(self.joined),
            "premium_since": None,
            "communication_disabled_until": None,
            "pending": False,
            "flags": 0,
        }
