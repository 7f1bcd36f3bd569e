"""How the bot stands, and what was counted, as it is shown."""

import pytest

from cogs.ui.embeds import BLURPLE, GREEN, RED, YELLOW
from cogs.ui.standing import ListAge, Standing, refreshed_embed, stats_embed, status_embed
from core.catalog import KINDS, What
from core.comfydeploy.errors import KeyRefused
from core.errors import CoreError, TookTooLong
from core.metrics import RUN_OUTCOMES, Metrics
from tests.cogs.ui.screens import ASKED, check_embed

THEN = f"<t:{int(ASKED.timestamp())}:R>"
UNREAD = tuple(ListAge(name) for name in KINDS)


def lines_of(standing: Standing) -> list[str]:
    return (status_embed(standing).description or "").splitlines()


def test_all_that_is_known_is_told() -> None:
    lists = (ListAge("deployments", ASKED), ListAge("workflows", ASKED, stale=True), ListAge("machines"))
    standing = Standing(
        reachable_since=ASKED, lists=lists, under_way=3, total=20, mine=1, my_limit=2, ready_since=ASKED
    )

    assert lines_of(standing) == [
        f"🟢 ComfyUI Deploy answers since {THEN}.",
        f"- deployments: from {THEN}",
        f"- ⚠ workflows: from {THEN}, could not be read anew",
        "- machines: not read yet",
        "🎨 3 of 20 places for runs taken · yours: 1 of 2",
        f"🟢 The bot is ready since {THEN}.",
    ]


def test_nothing_known_of_the_api_is_one_line() -> None:
    assert lines_of(Standing(lists=UNREAD)) == [
        "⚪ ComfyUI Deploy was not asked for anything yet.",
        "🎨 0 of 0 places for runs taken · yours: 0 of 0",
        "⏳ The bot is starting.",
    ]


@pytest.mark.parametrize(
    ("standing", "colour", "line"),
    [
        (Standing(reachable_since=ASKED), GREEN, f"🟢 ComfyUI Deploy answers since {THEN}."),
        (Standing(away_since=ASKED), RED, f"🔴 ComfyUI Deploy does not answer since {THEN}."),
        (Standing(), BLURPLE, "⚪ ComfyUI Deploy was not asked for anything yet."),
    ],
)
def test_the_colour_is_that_of_the_api(standing: Standing, colour: object, line: str) -> None:
    embed = status_embed(standing)

    assert embed.colour == colour
    assert (embed.description or "").startswith(line)
    check_embed(embed)


def test_a_refresh_tells_how_many_there_are() -> None:
    counts: dict[What, int | CoreError] = {"deployments": 3, "workflows": 0}

    assert refreshed_embed(counts).description == "🔄 Read anew: **3** deployments on offer, **0** workflows."
    assert "⚠ 2 could not be described." in (refreshed_embed(counts, 2).description or "")


def test_a_refresh_tells_of_each_list_that_was_not_read() -> None:
    mixed = refreshed_embed({"deployments": 3, "workflows": TookTooLong(20.0), "machines": KeyRefused("GET /machines")})
    none = refreshed_embed({"workflows": TookTooLong(20.0)})

    lines = (mixed.description or "").splitlines()
    assert lines[0] == "🔄 Read anew: **3** deployments on offer."
    assert lines[1].startswith("⚠ workflows: not read. ComfyUI Deploy took too long")
    assert lines[2].startswith("⚠ machines: not read. The bot's access to ComfyUI Deploy does not work.")
    assert mixed.colour == YELLOW
    assert "Read anew" not in (none.description or "")
    check_embed(mixed)


def test_counts_are_a_table_of_the_lists_and_a_line_each_for_calls_and_runs() -> None:
    totals = {"calls": 12, "errors": 2, "retries": 1, "deployments_hits": 7, "deployments_age": 65}
    totals |= {"runs_submitted": 4, "runs_under_way": 1, "runs_success": 3, "runs_failed": 0}

    lines = (stats_embed(totals).description or "").splitlines()

    assert lines[0] == "**Calls to ComfyUI Deploy**: 12 sent, 2 failed, 1 repeats, 0 held back"
    assert lines[3].split() == ["hits", "loads", "stale", "failures", "age"]
    assert [line.split() for line in lines[4:7]] == [
        ["deployments", "7", "0", "0", "0", "65", "s"],
        ["workflows", "0", "0", "0", "0", "-"],
        ["machines", "0", "0", "0", "0", "-"],
    ]
    assert lines[-1] == "**Runs**: 1 under way, 4 started, 3 success"


def test_what_is_counted_is_shown_by_the_names_it_is_counted_under() -> None:
    metrics = Metrics()
    metrics.called("GET /workflows", "ok", 0.1)
    metrics.run_submitted()
    for outcome in RUN_OUTCOMES:
        metrics.run_over(outcome, 1.0)

    text = stats_embed(metrics.totals()).description or ""

    assert "1 sent, 0 failed" in text
    assert "1 started" in text
    assert all(f"1 {outcome}" in text for outcome in RUN_OUTCOMES)
