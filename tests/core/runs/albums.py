"""A history around a fast sandbox: runs of the past with their marks, and records of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from core.errors import StoreFailed
from core.forms.wish import IN_PUBLIC, Manner
from core.hosts import Hosts, trusted_host
from core.people.actor import Actor
from core.results.thumbnails import Thumbnails
from core.runs.history import History
from core.runs.history_page import Page
from core.runs.mark import Mark
from core.runs.news import Standing
from core.runs.past import Past
from stationthis_discord.sandbox.comfydeploy.behaviour import Outcome
from tests.core.fetching import fetching
from tests.core.runs.bench import ANNA, Bench

FLOW = "text-to-image"


@dataclass
class Records:
    """Written-down runs; `failed` when the disk does not answer."""

    kept: dict[int, list[Past]] = field(default_factory=dict)
    failed: bool = False

    async def list_runs(self, user: int, deployment: str | None = None) -> Sequence[Past]:
        if self.failed:
            raise StoreFailed("it does not answer in time")
        found = [past for past in self.kept.get(user, []) if deployment in {None, past.deployment}]
        return sorted(found, key=lambda past: past.key, reverse=True)

    async def get_run(self, run_id: str) -> Past | None:
        if self.failed:
            raise StoreFailed("it does not answer in time")
        return next((past for kept in self.kept.values() for past in kept if past.run_id == run_id), None)


@dataclass
class Album:
    bench: Bench
    records: Records
    history: History

    def make(
        self,
        count: int = 1,
        owner: Actor | None = ANNA,
        outcome: Outcome = "success",
        deployment: str = FLOW,
        **inputs: Any,  # noqa: ANN401 -- any value of an input
    ) -> list[str]:
        """Runs of the past that are over, which nobody wrote down; the ids, newest first."""
        row = self.bench.sandbox.deployment(deployment)
        values = {"prompt": "a fox", "seed": 5, "width": 64, "height": 64} | inputs
        if owner is not None:
            values["_stationthis"] = str(Mark("d00d", owner.user, owner.guild, row.id))
        made = self.bench.sandbox.add_runs(row, [values] * count, outcome)
        return [run.id for run in reversed(made)]

    def note(self, *run_ids: str, owner: Actor = ANNA, deployment: str = FLOW, manner: Manner = IN_PUBLIC) -> None:
        """Write down runs that the API knows, with the times it has."""
        row = self.bench.sandbox.deployment(deployment)
        for run_id in run_ids:
            made = self.bench.sandbox.runs[run_id].created_at
            about = run_id, row.id, row.version.workflow.id, made
            past = Past(*about, private=manner.private, hidden=manner.hidden)
            self.records.kept.setdefault(owner.user, []).append(past)

    def noted(self, count: int = 1, outcome: Outcome = "success", **inputs: Any) -> list[str]:  # noqa: ANN401 -- as above
        """Runs of Anna's that are written down."""
        run_ids = self.make(count, outcome=outcome, **inputs)
        self.note(*run_ids)
        return run_ids

    @property
    def reads(self) -> int:
        """How often the API was asked for a run."""
        return sum(call.method == "GET" and call.path.startswith("/api/run/") for call in self.bench.sandbox.calls)


def ids(page: Page) -> list[str]:
    return [entry.past.run_id for entry in page.entries]


def standings(page: Page) -> list[Standing]:
    return [entry.news.standing for entry in page.entries]


@asynccontextmanager
async def an_album(bench: Bench, *, has_records: bool = True, patience: float = 5.0) -> AsyncIterator[Album]:
    hosts = Hosts(trusted=frozenset({trusted_host(bench.sandbox.url)}))
    async with fetching(hosts) as media:
        records = Records()
        journal = records if has_records else None
        yield Album(bench, records, History(bench.parts, journal, Thumbnails(media), patience))
