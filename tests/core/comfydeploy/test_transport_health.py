"""What can be seen of the traffic: since when the API answers or does not, what was counted, and its clock."""

import contextlib
from datetime import UTC, datetime

import pytest

from core.comfydeploy.breaker import FAILURES
from core.comfydeploy.errors import ApiError, NoAnswer, Paused, ServerFault, Unreachable
from core.comfydeploy.transport import Transport
from core.metrics import Metrics
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault
from tests.core.comfydeploy.sending import DELETE, KEY, POST, READ, SHORT, line
from tests.core.stub import Answer, cutting, hanging, in_turn, nobody, saying, serving

ANSWERED: dict[str, Answer] = {
    "200": saying(b"[]"),
    "401": saying(b"", 401),
    "404": saying(b"", 404),
    "422": saying(b"", 422),
    "429": saying(b"", 429),
    "500": saying(b"", 500),
}
AWAY: dict[str, Answer] = {"502": saying(b"", 502), "503": saying(b"", 503), "504": saying(b"", 504), "cut": cutting}


async def test_before_the_first_call_nothing_is_known() -> None:
    async with line("http://127.0.0.1:9") as sent:
        health = sent.transport.health

    assert (health.reachable_since, health.away_since) == (None, None)


@pytest.mark.parametrize("answered", ANSWERED)
async def test_any_answer_shows_that_it_is_reachable(answered: str) -> None:
    before = datetime.now(UTC)

    async with serving(ANSWERED[answered]) as server, line(server.url) as sent:
        with contextlib.suppress(ApiError):
            await sent.once()

    health = sent.transport.health
    assert health.reachable_since is not None
    assert before <= health.reachable_since <= datetime.now(UTC)
    assert health.away_since is None


@pytest.mark.parametrize("away", AWAY)
async def test_no_answer_and_that_of_a_proxy_show_that_it_is_away(away: str) -> None:
    before = datetime.now(UTC)

    async with serving(AWAY[away]) as server, line(server.url) as sent:
        with pytest.raises((NoAnswer, ServerFault)):
            await sent.once()

    health = sent.transport.health
    assert health.away_since is not None
    assert before <= health.away_since <= datetime.now(UTC)
    assert health.reachable_since is None


async def test_it_says_since_when_not_when_last() -> None:
    async with serving(saying(b"[]")) as server, line(server.url) as sent:
        await sent.once()
        first = sent.transport.health.reachable_since
        await sent.once()

    assert first is not None
    assert sent.transport.health.reachable_since == first


async def test_an_outage_says_since_when_and_its_end_since_when_again() -> None:
    ok, away = ANSWERED["200"], AWAY["502"]
    seen = []

    async with serving(in_turn(ok, away, away, ok)) as server, line(server.url) as sent:
        for _ in range(4):
            with contextlib.suppress(ServerFault):
                await sent.once()
            seen.append((sent.transport.health.reachable_since, sent.transport.health.away_since))

    (up, never), (down, since), (still_down, still_since), (up_again, over) = seen
    assert (never, down, still_down, over) == (None, None, None, None)
    assert since == still_since
    assert up is not None
    assert since is not None
    assert up_again is not None
    assert up <= since <= up_again


async def test_a_pause_is_no_new_outage() -> None:
    async with nobody() as address, line(address.url) as sent:
        with pytest.raises(Unreachable):
            await sent.once()
        away = sent.transport.health.away_since
        for _ in range(FAILURES):
            with pytest.raises(Unreachable):
                await sent.once()

    assert sent.transport.health.away_since == away


async def test_each_try_is_counted_with_what_came_of_it(quick_retries: None) -> None:
    async with serving(in_turn(saying(b"", 500), cutting, saying(b"[]"))) as server, line(server.url) as sent:
        await sent.transport.read(READ)

    name = READ.name
    assert sent.counts.called == [(name, "server_fault"), (name, "no_answer"), (name, "ok")]
    assert sent.counts.retried == [name, name]
    assert sent.counts.refused == []


async def test_changes_are_counted_by_what_they_are() -> None:
    async with serving(saying(b"", 403)) as server, line(server.url) as sent:
        for call in (POST, DELETE):
            with pytest.raises(ApiError):
                await sent.transport.send(call)

    assert sent.counts.called == [("POST /deployment", "access_denied"), ("DELETE /machine/{id}", "access_denied")]


async def test_what_is_not_sent_is_counted_as_refused_only() -> None:
    async with serving(cutting) as server, line(server.url) as sent:
        for _ in range(FAILURES):
            with pytest.raises(NoAnswer):
                await sent.once()
        for _ in range(2):
            with pytest.raises(Paused):
                await sent.once()

    assert len(sent.counts.called) == FAILURES
    assert sent.counts.refused == [READ.name] * 2


async def test_the_time_of_a_call_is_counted_in_seconds() -> None:
    async with serving(hanging) as server, line(server.url, timeouts=SHORT) as sent:
        with pytest.raises(NoAnswer):
            await sent.once()

    (seconds,) = sent.counts.seconds
    assert 0.09 <= seconds < 10


async def test_without_metrics_given_it_counts_for_itself() -> None:
    async with serving(saying(b"[]")) as server, Transport.connect(server.url, KEY) as transport:
        assert await transport.read(READ) == b"[]"


async def test_the_real_metrics_know_every_name_and_outcome() -> None:
    metrics = Metrics()

    async with serving(saying(b"", 500)) as server, Transport.connect(server.url, KEY, metrics=metrics) as transport:
        with pytest.raises(ServerFault):
            await transport.read(READ, retry=False)

    assert (
        b'stationthis_api_calls_total{operation="GET /workflows",outcome="server_fault"} 1.0' in metrics.exposition()[0]
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Fri, 20 Nov 2026 06:08:08 GMT", datetime(2026, 11, 20, 6, 8, 8, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 06:08:08 -0000", datetime(2026, 11, 20, 6, 8, 8, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 07:08:08 +0100", datetime(2026, 11, 20, 6, 8, 8, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("Fri, 20 Nov 99999 06:00:30 GMT", None),
        ("Fri, 20 Nov 2026 06:00:30 +" + "9" * 30, None),
    ],
)
async def test_the_servers_clock_is_aware_or_unknown(header: str, expected: datetime | None) -> None:
    async with serving(saying(b"", Date=header)) as server, line(server.url) as sent:
        assert await sent.transport.server_time() == expected


async def test_the_servers_clock_is_asked_of_what_needs_no_key(sandbox: ComfyDeploySandbox) -> None:
    async with line(sandbox.url, key="no-key-at-all") as sent:
        said = await sent.transport.server_time()

    assert said is not None
    assert abs((datetime.now(UTC) - said).total_seconds()) < 5
    assert [(call.path, call.status) for call in sandbox.calls] == [("/api/platform/gpu-pricing", 200)]


@pytest.mark.parametrize("answer", [cutting, hanging], ids=["cut", "hanging"])
async def test_the_clock_of_a_server_that_does_not_answer_is_unknown(answer: Answer) -> None:
    async with serving(answer) as server, line(server.url, timeouts=SHORT) as sent:
        assert await sent.transport.server_time() is None


async def test_the_clock_of_a_server_that_is_down_is_unknown() -> None:
    async with nobody() as address, line(address.url) as sent:
        assert await sent.transport.server_time() is None


async def test_the_key_follows_no_redirect_when_the_clock_is_read(sandbox: ComfyDeploySandbox) -> None:
    async with serving(saying(b"")) as elsewhere, line(sandbox.url) as sent:
        sandbox.faults.add("*", "*", Fault(status=302, body="", headers={"Location": elsewhere.url}))

        await sent.transport.server_time()

    assert elsewhere.requests == []
