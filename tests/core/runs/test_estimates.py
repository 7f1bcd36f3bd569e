"""How long runs usually take: nearest ranks of the last ones, and never a word from too few."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from core.comfydeploy.errors import NoAnswer
from core.comfydeploy.models import RunRow
from core.comfydeploy.outputs import Kind
from core.offer import Deployment
from core.runs.estimates import Estimates, Usual
from tests.waiting import until

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
WORKFLOW = "e6b4c18d-520f-461f-b2e4-3faf10a91804"


def row(seconds: float | None, status: str = "success") -> RunRow:
    ended = None if seconds is None else (NOW + timedelta(seconds=seconds)).isoformat()
    run_id = "0a1b2c3d-0000-4000-8000-00000000abcd"
    return RunRow.model_validate({"id": run_id, "status": status, "created_at": NOW.isoformat(), "ended_at": ended})


class Account:
    """The list of an account, and what was asked of it; `rows` None answers nothing."""

    def __init__(self, rows: Sequence[RunRow] | None = ()) -> None:
        self.rows = rows
        self.asked: list[tuple[str, str, datetime]] = []
        self.now = NOW
        self.estimates = Estimates(self.list_rows, lambda: self.now)

    async def list_rows(self, workflow_id: str, deployment_id: str, since: datetime) -> Sequence[RunRow]:
        self.asked.append((workflow_id, deployment_id, since))
        if self.rows is None:
            raise NoAnswer("GET /v2/workflow/{id}/runs")
        return self.rows


def learned(*seconds: float) -> Estimates:
    estimates = Account().estimates
    for each in seconds:
        estimates.learn("a", each)
    return estimates


@pytest.mark.parametrize(
    ("seconds", "usual"),
    [
        ((), None),
        ((5, 7), None),
        ((9, 5, 7), Usual(7, 9)),
        ((1, 2, 3, 4), Usual(2, 4)),
        (range(1, 11), Usual(5, 9)),
        (range(1, 101), Usual(85, 97)),  # only the last thirty count
    ],
)
def test_half_and_nine_of_ten_are_nearest_ranks_of_the_last_runs(seconds: Sequence[float], usual: Usual | None) -> None:
    assert learned(*seconds).usual("a") == usual


@pytest.mark.parametrize("odd", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_duration_is_not_learned(odd: float) -> None:
    assert learned(5, 7, odd).usual("a") is None


def test_deployments_are_told_apart() -> None:
    assert learned(5, 6, 7).usual("b") is None


def test_deployments_nobody_runs_any_more_are_forgotten() -> None:
    estimates = learned(5, 6, 7)

    for number in range(1_000):
        estimates.learn(str(number), 1.0)

    assert estimates.usual("a") is None


async def test_a_fresh_process_learns_from_earlier_runs_that_ended_well() -> None:
    account = Account([row(30), row(900, "timeout"), row(1, "failed"), row(None), row(-5), row(10), row(20)])

    await account.estimates.prime("a", WORKFLOW)

    assert account.estimates.usual("a") == Usual(20, 30)
    assert account.asked == [(WORKFLOW, "a", NOW - timedelta(days=7))]


async def test_of_a_long_list_the_newest_count() -> None:
    account = Account([row(10)] * 30 + [row(500)] * 200)

    await account.estimates.prime("a", WORKFLOW)

    assert account.estimates.usual("a") == Usual(10, 10)


async def test_what_is_learned_later_pushes_the_oldest_out() -> None:
    account = Account([row(10)] * 15 + [row(500)] * 15)
    await account.estimates.prime("a", WORKFLOW)

    for _ in range(15):
        account.estimates.learn("a", 10)

    assert account.estimates.usual("a") == Usual(10, 10)


@pytest.mark.parametrize("rows", [None, (), [row(5)]])
async def test_the_list_is_asked_for_once_an_hour_whatever_it_answers(rows: Sequence[RunRow] | None) -> None:
    account = Account(rows)
    for minutes in (0, 1, 59, 60, 61):
        account.now = NOW + timedelta(minutes=minutes)
        await account.estimates.prime("a", WORKFLOW)

    assert len(account.asked) == 2
    assert account.estimates.usual("a") is None


async def test_where_enough_is_known_nothing_is_asked() -> None:
    account = Account([row(500)] * 3)
    for _ in range(3):
        account.estimates.learn("a", 5)

    await account.estimates.prime("a", WORKFLOW)

    assert (account.asked, account.estimates.usual("a")) == ([], Usual(5, 5))


async def test_a_shorter_list_does_not_replace_what_was_seen() -> None:
    account = Account([row(500)])
    account.estimates.learn("a", 5)
    account.estimates.learn("a", 6)

    await account.estimates.prime("a", WORKFLOW)
    account.estimates.learn("a", 7)

    assert account.estimates.usual("a") == Usual(6, 7)


class Slow(Account):
    """Answers when it is told to, and counts who waits."""

    def __init__(self) -> None:
        super().__init__([row(20)] * 3)
        self.open = asyncio.Event()
        self.waiting = self.most = 0

    async def list_rows(self, workflow_id: str, deployment_id: str, since: datetime) -> Sequence[RunRow]:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        return await super().list_rows(workflow_id, deployment_id, since)


def deployments(*ids: str) -> list[Deployment]:
    return [Deployment(each, each, "production", WORKFLOW, 1, "", (), Kind.IMAGE) for each in ids]


async def test_of_several_all_are_asked_for_and_those_with_enough_runs_are_told() -> None:
    account = Account([row(20)] * 3)
    account.estimates.learn("a", 5)
    account.estimates.learn("a", 6)

    found = await account.estimates.usual_of(deployments("a", "b"))

    assert found == {"a": Usual(20, 20), "b": Usual(20, 20)}
    assert await Account().estimates.usual_of(deployments("a")) == {}


async def test_only_a_few_are_asked_for_at_once() -> None:
    account = Slow()

    asking = asyncio.create_task(account.estimates.usual_of(deployments(*"abcdefghij"), 10))
    await until(lambda: account.waiting == 4)
    account.open.set()

    assert len(await asking) == 10
    assert account.most == 4


async def test_nobody_waits_for_long_and_what_was_cut_short_is_asked_for_a_minute_later() -> None:
    account = Slow()
    assert await account.estimates.usual_of(deployments("a"), 0.001) == {}
    account.open.set()

    account.now = NOW + timedelta(seconds=59)
    assert await account.estimates.usual_of(deployments("a")) == {}
    account.now = NOW + timedelta(seconds=60)
    assert await account.estimates.usual_of(deployments("a")) == {"a": Usual(20, 20)}


async def test_without_time_only_what_is_known_is_told() -> None:
    account = Account([row(20)] * 3)
    for _ in range(3):
        account.estimates.learn("a", 5)

    assert await account.estimates.usual_of(deployments("a", "b"), 0) == {"a": Usual(5, 5)}
    assert account.asked == []


async def test_an_api_that_fails_is_no_reason_to_fail() -> None:
    assert await Account(None).estimates.usual_of(deployments("a", "b")) == {}
