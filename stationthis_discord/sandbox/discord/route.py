"""What a route is: method, path, bucket and the function that answers; and what that function gets and returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from stationthis_discord.sandbox.discord.body import Body
from stationthis_discord.sandbox.discord.ratelimits import RateLimits
from stationthis_discord.sandbox.discord.refusals import Problems
from stationthis_discord.sandbox.discord.world import World


@dataclass(frozen=True)
class Ask:
    """A request that passed authentication and rate limits. `params` are those of the path, decoded."""

    world: World
    rates: RateLimits
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Body = field(default_factory=Body)

    def flag(self, name: str) -> bool:
        """A boolean of the query: https://docs.discord.com/developers/reference#boolean-query-strings."""
        return self.query.get(name) in {"1", "true", "True"}

    def number(self, name: str, default: int, greatest: int | None = None) -> int:
        """A number of the query, from 1 on when it has a greatest value. Raises 50035."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or (greatest is not None and not 1 <= int(text) <= greatest):
            problems = Problems()
            problems.add((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not int, or out of range.')
            problems.raise_any()
        return int(text)


class Reply(NamedTuple):
    """A status and the JSON body, None for no body."""

    status: int
    body: object = None


NO_CONTENT = Reply(204)

Handler: TypeAlias = Callable[[Ask], Reply]


@dataclass(frozen=True)
class Route:
    """A route of the API, its path below `/api/v10`.

    `bot` routes need the bot's token and count towards its global rate limit; the others carry their own token in the
    path, or none. `bucket` None is for routes without a rate limit of their own.
    """

    method: str
    template: str
    handler: Handler
    bucket: str | None = "default"
    bot: bool = True

    def major(self, params: Mapping[str, str]) -> str:
        """The part of the path rate limits are counted by."""
        for name in ("channel_id", "guild_id", "webhook_token"):
            if name in params:
                return params[name]
        return ""
