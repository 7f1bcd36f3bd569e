"""Several runs in one message: a line for each, what can be done with all of them, and what they cost before."""

from collections.abc import Sequence
from dataclasses import replace

import discord
import pytest
from hypothesis import given

from cogs.ui.embeds import BLURPLE, GREEN, GREY, RED, YELLOW
from cogs.ui.sheet_view import cost_message, sheet_buttons, sheet_embed, stopped_embed
from core.comfydeploy.outputs import Reason
from core.errors import OrderForgotten
from core.runs.estimates import Usual
from core.runs.several import CostNeeded, Stopped
from core.runs.sheet import together
from core.runs.view import RunView, Upload
from tests.anything import QUICK
from tests.cogs.ui.screens import ASKED, PARENT, REQUESTER, RUN, check_embed, check_screen, view, views

SHEET = "0123456789abcdef"
DONE = view("success", delivered=True)
EARLY = view(run_id=None)
ALL_WORDS = Reason("KSampler: **out** of `memory`\nmore", "3")


def sheet(*runs: RunView) -> RunView:
    return together(runs, SHEET)


def description(*runs: RunView) -> str:
    return sheet_embed(sheet(*runs)).description or ""


def labels(shown: RunView) -> list[str | None]:
    items = (item.item if isinstance(item, discord.ui.DynamicItem) else item for item in sheet_buttons(shown).children)
    return [item.label if isinstance(item, discord.ui.Button) else getattr(item, "placeholder", None) for item in items]


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (replace(EARLY, place=1), "⏳ in line · next"),
        (replace(EARLY, place=3), "⏳ in line · place 3"),
        (EARLY, "⏳ preparing"),
        (replace(EARLY, upload=Upload("a.png")), "⬆ uploading"),
        (replace(EARLY, upload=Upload("a.png", 5, 10)), "⬆ uploading 50 %"),
        (replace(EARLY, left=True), "🚫 left the line, cost nothing"),
        (replace(EARLY, refused=OrderForgotten()), "❌ not started: "),
        (replace(EARLY, trail="t"), "🔎 looking for it"),
        (replace(EARLY, trail="t", unknown=True), "❔ not known"),
        (replace(EARLY, given_up=True), "❔ may have been started: look in ComfyUI Deploy"),
        (view("queued", more={"queue_position": 2}), "⏳ waiting · 2 ahead"),
        (view("not-started", more={"queue_position": 0}), "⏳ waiting · next"),
        (view(), "⏳ waiting"),
        (view("started"), "🧊 starting a machine"),
        (view("running"), "🎨 running"),
        (view("running", more={"progress": 0.5}), "🎨 ▰▰▰▰▰▱▱▱▱▱ 50 %"),
        (view("running", cancelling=True), "🚫 cancelling…"),
        (view("running", silent_since=ASKED), "🎨 running · ⚠ no news since <t:"),
        (view("success"), "📦 fetching the result"),
        (DONE, "✅ done · made no file"),
        (replace(DONE, texts=("a fox",)), "✅ done"),
        (view("failed"), "❌ failed"),
        (view("failed", reason=ALL_WORDS), "❌ failed: `KSampler: **out** of 'memory'`"),
        (view("timeout"), "⏱ timed out"),
        (view("cancelled"), "🚫 cancelled"),
        (view(gone=True), "❌ lost: ComfyUI Deploy no longer knows it"),
        (view(unread=True), "⚠ no news: pick it below to look again"),
        (view(expired=True), "⌛ not followed any more"),
    ],
)
def test_each_run_has_a_line_that_says_how_it_stands(run: RunView, line: str) -> None:
    seeded = replace(run, seed=None)

    assert f"` 2` {line}" in description(EARLY, seeded)


def test_a_line_has_the_seed_of_its_run() -> None:
    assert "` 1` ✅ done · made no file · seed `7`\n` 2` ⏳ preparing · seed `8`" in description(
        replace(DONE, seed=7), replace(EARLY, seed=8)
    )


@pytest.mark.parametrize(
    ("runs", "head", "colour"),
    [
        ([DONE, view("running")], "🎨 **1 of 2 done** · asked <t:", BLURPLE),
        ([DONE, DONE], "✅ **2 of 2 done**", GREEN),
        ([DONE, view("failed")], "⚠ **1 of 2 done**", YELLOW),
        ([view("failed"), view("cancelled")], "❌ **0 of 2 done**", RED),
        ([view("cancelled"), replace(EARLY, left=True)], "🚫 **Stopped** · 0 of 2 done", GREY),
        ([view("running", pausing=True), DONE], "🔄 **The bot restarts**", BLURPLE),
    ],
)
def test_the_first_line_and_the_colour_tell_how_far_all_are(
    runs: Sequence[RunView], head: str, colour: discord.Colour
) -> None:
    embed = sheet_embed(sheet(*runs))

    assert (embed.description or "").startswith(head)
    assert embed.colour == colour


def test_whose_they_are_and_what_they_repeat_is_said_once() -> None:
    shown = sheet_embed(sheet(replace(DONE, parent=PARENT, prompt="a fox"), DONE), "https://discord.com/x")

    assert "> a fox" in (shown.description or "")
    assert f"-# <@{REQUESTER}> · again of [5e6f7a8b ↗](https://discord.com/x)" in (shown.description or "")
    assert "again of `5e6f7a8b`" in description(replace(DONE, parent=PARENT))
    assert "made from" in description(replace(DONE, parent=PARENT, is_made_from=True))


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ([DONE, view("running")], ["Cancel all"]),
        ([EARLY, EARLY], ["Cancel all"]),
        ([view("running", pausing=True), DONE], []),
        ([DONE, replace(EARLY, left=True)], ["One of them…", "Delete"]),
        ([replace(EARLY, left=True), replace(EARLY, given_up=True)], []),
    ],
)
def test_all_can_be_cancelled_until_each_can_be_picked(runs: Sequence[RunView], shown: list[str]) -> None:
    assert labels(sheet(*runs)) == shown


@pytest.mark.parametrize(("asked", "is_off"), [((True, True), True), ((True, False), False)])
def test_who_has_asked_for_the_end_of_all_asks_once(asked: tuple[bool, bool], is_off: bool) -> None:
    first, second = (view("running", cancelling=one) for one in asked)

    [row] = sheet_buttons(sheet(first, second, DONE)).to_components()

    assert row["components"][0]["disabled"] is is_off


def test_the_menu_leads_to_those_that_are_runs() -> None:
    shown = sheet(replace(EARLY, left=True), replace(DONE, seed=7), view("failed", run_id=PARENT))

    menu, delete = (row["components"][0] for row in sheet_buttons(shown).to_components())

    assert menu["custom_id"] == f"st:one:{SHEET}"
    assert [(item["label"], item["value"], item["description"]) for item in menu["options"]] == [
        ("Run 2", RUN, "seed 7 · done"),
        ("Run 3", PARENT, "failed"),
    ]
    assert delete["custom_id"] == f"st:delete:{RUN}"


@pytest.mark.parametrize(("dollars", "words"), [(0.04, "about $0.04"), (0.001, "less than $0.01"), (12.5, "$12.50")])
def test_what_several_cost_is_said_before(dollars: float, words: str) -> None:
    message = cost_message(CostNeeded(SHEET, "fl*ux", 4, dollars, Usual(30.0, 60.0)))

    text = message["embed"].description
    assert text.startswith("**4 runs** of **fl\\*ux** · usually 30 s each · ")
    assert words in text
    [row] = message["view"].to_components()
    assert [(item["label"], item["custom_id"]) for item in row["components"]] == [
        ("Run 4", f"st:agree:{SHEET}"),
        ("Not now", f"st:drop:{SHEET}"),
    ]


def test_how_many_could_not_be_cancelled_is_said() -> None:
    assert "**1 of 4** could not be cancelled" in (stopped_embed(Stopped(3, 1)).description or "")


@QUICK
@given(views, views)
def test_ten_runs_of_any_kind_fit(one: RunView, other: RunView) -> None:
    runs = [replace(run, run_id=run.run_id and f"{number:08x}{RUN[8:]}") for number, run in enumerate([one, other] * 5)]
    shown = sheet(*runs)

    check_embed(sheet_embed(shown))
    check_screen([], sheet_buttons(shown))
    lines = (sheet_embed(shown).description or "").splitlines()
    assert all(any(line.startswith(f"`{number:>2}` ") for line in lines) for number in range(1, len(runs) + 1))
