"""What the gateway insists on, changeable by a test: https://docs.discord.com/developers/events/gateway."""

from dataclasses import dataclass

from stationthis_discord.sandbox.discord.limits import PRESENCE_SECONDS, most


@dataclass
class GatewayRules:
    """The clocks and numbers of the gateway.

    Attributes:
        max_concurrency: identifies allowed at once, one for each `shard_id % max_concurrency`.
        identify_seconds: the pause between two identifies of such a bucket; too soon is answered with opcode 9
            (invalid session), as documented, and recorded. Discord's is 5 s; 0, the default, does not look, because
            a test restarts a bot faster than people do.
        heartbeat_seconds: the interval told in HELLO; one and a half times as long without a heartbeat closes the
            connection with 4000, from which a client resumes. Discord does not document the code or the patience.
        guilds_per_shard: more close the connection with 4011; also decides the shards `GET /gateway/bot` recommends.
        presence_seconds: the window in which a session may update its presence five times; more is recorded.
        privileged_intents: those the app may ask for; all others close the connection with 4014.
    """

    max_concurrency: int = 1
    identify_seconds: float = 0.0
    heartbeat_seconds: float = 41.25
    guilds_per_shard: int = most("gateway.guilds")
    presence_seconds: float = PRESENCE_SECONDS
    privileged_intents: int = 0
