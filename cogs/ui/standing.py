"""How the bot stands, as people and operators see it: `/status`, the counts, and what a refresh found; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord

from cogs.ui.embeds import BLURPLE, GREEN, RED, YELLOW
from cogs.ui.text import seconds, when
from cogs.ui.words import words_for
from core.catalog import KINDS, What
from core.errors import CoreError
from core.metrics import RUN_OUTCOMES

_REFRESHED: Final[dict[What, str]] = {
    "deployments": "deployments on offer",
    "workflows": "workflows",
    "machines": "machines",
}
_CACHE_COUNTS: Final = ("hits", "loads", "stale", "failures")


@dataclass(frozen=True, slots=True)
class ListAge:
    """When a list was last read, None before the first time; stale when reading it anew has failed since."""

    name: str
    loaded_at: datetime | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of the API, the lists, the runs and the bot itself, at one moment."""

    reachable_since: datetime | None = None
    away_since: datetime | None = None
    lists: tuple[ListAge, ...] = ()
    under_way: int = 0
    total: int = 0
    mine: int = 0
    my_limit: int = 0
    ready_since: datetime | None = None


def status_embed(standing: Standing) -> discord.Embed:
    lines = [_api_line(standing)]
    lines += [_age_line(item) for item in standing.lists] if _is_known(standing) else []
    mine = f"yours: {standing.mine} of {standing.my_limit}"
    lines.append(f"🎨 {standing.under_way} of {standing.total} places for runs taken · {mine}")
    ready = standing.ready_since
    lines.append(f"🟢 The bot is ready since {when(ready)}." if ready else "⏳ The bot is starting.")
    known = GREEN if standing.reachable_since else BLURPLE
    return discord.Embed(
        title="How it stands", description="\n".join(lines), colour=RED if standing.away_since else known
    )


def refreshed_embed(found: Mapping[What, int | CoreError], unreadable: int = 0) -> discord.Embed:
    """What came of reading each list anew: how many it has, or why it could not be read."""
    read = [f"**{count}** {_REFRESHED[kind]}" for kind, count in found.items() if isinstance(count, int)]
    lines = [f"🔄 Read anew: {', '.join(read)}."] if read else []
    failed = {kind: error for kind, error in found.items() if isinstance(error, CoreError)}
    lines += [f"⚠ {kind}: not read. {words_for(error)}" for kind, error in failed.items()]
    if unreadable:
        lines.append(f"⚠ {unreadable} could not be described. `/deployments` names them.")
    return discord.Embed(description="\n".join(lines), colour=YELLOW if failed else BLURPLE)


def stats_embed(totals: Mapping[str, int]) -> discord.Embed:
    """The counts since the start, as `Metrics.totals` names them; what was never counted is 0."""
    calls = ", ".join(f"{totals.get(key, 0)} {word}" for key, word in _CALL_WORDS.items())
    table = ["".join([f"{'':<12}", *(f"{name:>9}" for name in (*_CACHE_COUNTS, "age"))])]
    table += [_cache_line(name, totals) for name in KINDS]
    ends = [f"{totals[f'runs_{name}']} {name}" for name in RUN_OUTCOMES if totals.get(f"runs_{name}")]
    under_way, started = totals.get("runs_under_way", 0), totals.get("runs_submitted", 0)
    runs = ", ".join([f"{under_way} under way", f"{started} started", *ends])
    block = "\n".join(table)
    text = f"**Calls to ComfyUI Deploy**: {calls}\n**Lists in memory**\n```\n{block}\n```\n**Runs**: {runs}"
    embed = discord.Embed(title="Counted since the start", description=text, colour=BLURPLE)
    return embed.set_footer(text="loads that joined another are hits")


_CALL_WORDS: Final = {"calls": "sent", "errors": "failed", "retries": "repeats", "refused": "held back"}


def _is_known(standing: Standing) -> bool:
    return bool(standing.reachable_since or standing.away_since) or any(item.loaded_at for item in standing.lists)


def _api_line(standing: Standing) -> str:
    if standing.away_since:
        return f"🔴 ComfyUI Deploy does not answer since {when(standing.away_since)}."
    if standing.reachable_since:
        return f"🟢 ComfyUI Deploy answers since {when(standing.reachable_since)}."
    return "⚪ ComfyUI Deploy was not asked for anything yet."


def _age_line(item: ListAge) -> str:
    if item.loaded_at is None:
        return f"- {item.name}: not read yet"
    old = "⚠ " if item.stale else ""
    return f"- {old}{item.name}: from {when(item.loaded_at)}" + (", could not be read anew" if item.stale else "")


def _cache_line(name: str, totals: Mapping[str, int]) -> str:
    age = totals.get(f"{name}_age")
    counts = [f"{totals.get(f'{name}_{count}', 0):>9}" for count in _CACHE_COUNTS]
    return "".join([f"{name:<12}", *counts, f"{'-' if age is None else seconds(age):>9}"])
