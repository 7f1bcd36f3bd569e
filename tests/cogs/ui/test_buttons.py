"""Buttons: what Discord takes, which each state has, and how a run is found by them."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final, cast

import discord
import pytest
from hypothesis import given

from cogs.ui.buttons import DELIVERY, OnShow, delivery_of, is_ours, run_buttons, run_of
from cogs.ui.cards import options_of, page_of
from cogs.ui.deployments_view import deployment_buttons
from cogs.ui.paging import Verbs, paging
from core.comfydeploy.outputs import Media
from core.errors import Stopping
from core.runs.view import Fetched, LeftOut, RunView
from tests.anything import QUICK
from tests.cogs.ui.screens import RUN, deployment, offer, view, views

MARK: Final = "0011223344556677"
TRAIL: Final = f"{MARK}-5f3b1a529f6f4c519a440d6f7b0a1c2d-691e5f00-42"
IN_LINE: Final = view(run_id=None, place=3, delivery=MARK)
NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)
LEFT: Final = LeftOut(Media("https://a.example/a.mp4", "a.mp4"))
FILM: Final = Fetched(LEFT.media, io.BytesIO(), "a.mp4", 1)
PICTURE: Final = Fetched(Media("https://a.example/a.png", "a.png"), io.BytesIO(), "a.png", 1)
FIRST: Final = ("Again", "Same seed", "Edit", "Use in…")
DONE: Final = view("success", delivered=True, texts=("a",))


def parts(shown: discord.ui.View) -> list[dict[str, Any]]:
    """What is sent of them, by https://docs.discord.com/developers/components/reference."""
    return [item for row in shown.to_components() for item in row["components"]]


def check(shown: discord.ui.View) -> None:
    rows = shown.to_components()
    assert len(rows) <= 5
    assert all(len(row["components"]) <= 5 for row in rows)
    ids = [item["custom_id"] for item in parts(shown)]
    assert len(ids) == len(set(ids))
    assert all(1 <= len(item) <= 100 and is_ours(item) for item in ids)
    assert all(1 <= len(item["label"]) <= 80 for item in parts(shown))


@QUICK
@given(views)
async def test_discord_takes_the_buttons_of_any_run(shown: RunView) -> None:
    check(run_buttons(shown))


def message(*shown: discord.ui.View) -> discord.Message:
    """As much of a message as is looked at."""
    rows = [discord.ActionRow(row) for item in shown for row in item.to_components()]  # type: ignore[arg-type]  # they are its payload
    return cast("discord.Message", SimpleNamespace(components=rows))


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (view("running"), OnShow(RUN, ended=False)),
        (DONE, OnShow(RUN, ended=True)),
        (view("success", unread=True), OnShow(RUN, ended=True)),
        (view("running", expired=True), OnShow(RUN, ended=True)),
        (view(run_id=None), None),
        (IN_LINE, None),
    ],
)
async def test_a_run_is_found_by_its_buttons(shown: RunView, found: OnShow | None) -> None:
    assert run_of(message(run_buttons(shown))) == found


@pytest.mark.parametrize(
    ("shown", "found"),
    [(IN_LINE, MARK), (view("running", delivery=MARK), None), (view(run_id=None, trail=TRAIL), None)],
)
async def test_a_wish_in_line_is_found_by_its_button(shown: RunView, found: str | None) -> None:
    assert delivery_of(message(run_buttons(shown))) == found


async def test_a_list_shows_no_run() -> None:
    page = page_of(offer(12).deployments, 0)

    shown = message(paging(page, options_of(page, {}), Verbs("page", "detail", "Show the inputs of…")))

    assert (run_of(shown), delivery_of(shown)) == (None, None)


async def test_what_could_be_run_is_no_run() -> None:
    assert run_of(message(deployment_buttons(deployment(id=RUN), None))) is None


@pytest.mark.parametrize(
    ("shown", "labels"),
    [
        (view(run_id=None, delivery=MARK), []),
        (IN_LINE, ["Leave the line"]),
        (view(run_id=None, place=3, delivery=MARK, pausing=True), ["Leave the line"]),
        (view(run_id=None, place=3, left=True, delivery=MARK), []),
        (view(run_id=None, refused=Stopping(), delivery=MARK), []),
        (view(run_id=None, trail=TRAIL), ["Look again"]),
        (view(run_id=None, trail=TRAIL, unknown=True), ["Look again", "Submit again", "Give up"]),
        (view(run_id=None, trail=TRAIL, given_up=True), []),
        (view(run_id=None, trail=TRAIL, expired=True), ["Look again"]),
        (view("queued"), ["Cancel"]),
        (view("running", pausing=True), ["Refresh"]),
        (view("running", expired=True), ["Again", "Edit", "Details", "Delete", "Refresh"]),
        (view("success", unread=True), ["Again", "Edit", "Details", "Delete", "Refresh"]),
        (view("failed", seed=5), ["Again", "Same seed", "Edit", "Details", "Delete"]),
        (view("failed", seed=5, files=(PICTURE,), can_keep=True), [*FIRST, "Details", "Delete"]),
        (DONE, ["Again", "Edit", "Details", "Delete"]),
        (replace(DONE, files=(PICTURE,), seed=5), [*FIRST, "Details", "Delete"]),
        (replace(DONE, files=(PICTURE,), seed=5, can_enlarge=True), [*FIRST, "Upscale", "Details", "Delete"]),
        (replace(DONE, files=(FILM,), seed=5, can_enlarge=True), [*FIRST, "Details", "Delete"]),
        (replace(DONE, files=(FILM,), seed=5, can_keep=True), [*FIRST, "Details", "Keep", "Delete"]),
        (replace(DONE, left_out=(LEFT,), seed=5, can_keep=True), [*FIRST, "Details", "Delete", "Refresh"]),
        (replace(DONE, left_out=(replace(LEFT, limit=1),), seed=5), [*FIRST, "Details", "Delete"]),
        (
            replace(DONE, left_out=(replace(LEFT, limit=1, expires_at=NOW),), seed=5),
            [*FIRST, "Details", "Delete", "Refresh"],
        ),
        (view("running", gone=True), []),
    ],
)
async def test_each_state_has_the_buttons_that_make_sense(shown: RunView, labels: list[str]) -> None:
    assert [item["label"] for item in parts(run_buttons(shown))] == labels


async def test_the_way_out_of_the_line_is_known_by_the_delivery() -> None:
    leave = parts(run_buttons(IN_LINE))[0]["custom_id"]

    assert leave == f"st:leave:{MARK}"
    assert DELIVERY.fullmatch(MARK)
