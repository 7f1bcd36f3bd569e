"""What a bot shows beside its name: https://docs.discord.com/developers/events/gateway-events#update-presence."""

import time
from collections import deque

from stationthis_discord.sandbox.discord.gateway_rules import GatewayRules
from stationthis_discord.sandbox.discord.journal import Journal, Presence
from stationthis_discord.sandbox.discord.limits import most
from stationthis_discord.sandbox.discord.payload import Object

_STATUSES = ("online", "dnd", "idle", "invisible", "offline")
_CUSTOM = 4
_TYPES = (0, 1, 2, 3, _CUSTOM, 5)
"""https://docs.discord.com/developers/events/gateway-events#activity-object-activity-types."""


class Presences:
    """Records presence updates, and those of one session that come too fast as a violation."""

    def __init__(self, journal: Journal, rules: GatewayRules) -> None:
        self._journal = journal
        self._rules = rules
        self._times: dict[str, deque[float]] = {}

    def note(self, session_id: str, data: Object) -> None:
        """Records an update of the right shape. Discord says nowhere what it does with one too many: it counts too."""
        now, limit = time.monotonic(), most("gateway.presences")
        times = self._times.setdefault(session_id, deque(maxlen=limit))
        if len(times) == limit and now - times[0] < self._rules.presence_seconds:
            told = f"more than {limit} presence updates in {self._rules.presence_seconds:g} s"
            self._journal.violations.append(f"{told} in one gateway session")
        times.append(now)
        self._journal.presences.append(Presence(now, _shown(data["activities"]), session_id))


def _shown(activities: list[Object]) -> str:
    """What people read: the state of a custom status, the name of any other activity."""
    for activity in activities:
        return str(activity.get("state") if activity["type"] == _CUSTOM else activity["name"])
    return ""


def is_presence(data: object) -> bool:
    """Whether it has the shape of a presence update."""
    if not isinstance(data, dict) or data.get("status") not in _STATUSES or not isinstance(data.get("afk"), bool):
        return False
    since, activities = data.get("since"), data.get("activities")
    if isinstance(since, bool) or not isinstance(since, int | float | None) or not isinstance(activities, list):
        return False
    return all(_is_activity(activity) for activity in activities)


def _is_activity(activity: object) -> bool:
    if not isinstance(activity, dict) or isinstance(activity.get("type"), bool) or activity.get("type") not in _TYPES:
        return False
    texts = [activity.get("name"), activity.get("state") or "", activity.get("url") or ""]
    wanted = "state" if activity["type"] == _CUSTOM else "name"
    return bool(activity.get(wanted)) and all(isinstance(text, str) for text in texts)
