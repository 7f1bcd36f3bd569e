"""How fast a bot may identify: https://docs.discord.com/developers/events/gateway#identifying."""

import time

from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules


class Pacing:
    """When each bucket of shards identified last."""

    def __init__(self, rules: GatewayRules) -> None:
        self._rules = rules
        self._last: dict[int, float] = {}

    def admit(self, shard_id: int) -> bool:
        """Whether this shard may identify now; if so, its bucket is taken for the next seconds."""
        bucket, now = shard_id % self._rules.max_concurrency, time.monotonic()
        if now - self._last.get(bucket, -1e9) < self._rules.identify_seconds:
            return False
        self._last[bucket] = now
        return True
