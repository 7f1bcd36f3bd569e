"""What came of every run, read from the traffic itself: each one the API has must be shown to its end."""

import re
from typing import Any, Final

from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox

ENDS: Final = ("**Done**", "**Failed**", "**Timed out**", "**Cancelled**", "**Lost**")
_RUN: Final = re.compile(r"run ([0-9a-f]{8})")


class Ledger:
    """Runs by the eight characters that their messages show."""

    def __init__(self, api: ComfyDeploySandbox, discord: DiscordSandbox) -> None:
        self._api = api
        self._discord = discord
        self._seen = 0
        self._ended: set[str] = set()

    @property
    def started(self) -> int:
        return len(self._api.runs)

    def ended(self) -> int:
        self._read()
        return len(self._ended)

    def under_way(self) -> list[str]:
        """Those that were made, and whose end nobody has seen yet."""
        self._read()
        return [run_id for run_id in self._api.runs if run_id[:8] not in self._ended]

    def _read(self) -> None:
        calls = self._discord.calls
        total = calls.total  # type: ignore[attr-defined]  # a Tail, typed as the list it is
        new = calls[max(0, len(calls) - (total - self._seen)) :]
        self._seen = total
        for call in new:
            if call.status < 300 and isinstance(call.payload, dict):
                self._ended.update(ended_runs(call.payload))


def ended_runs(message: dict[str, Any]) -> list[str]:
    """The runs whose end a message shows."""
    return [
        found[1]
        for embed in message.get("embeds") or []
        if has_ended(embed) and (found := _RUN.match((embed.get("footer") or {}).get("text", "")))
    ]


def has_ended(embed: dict[str, Any]) -> bool:
    return any(end in (embed.get("description") or "") for end in ENDS)
