"""A result that is taken away: which messages it has, whose it is, and what is asked and said."""

from types import SimpleNamespace
from typing import Any, Final, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import button, is_ours, unkept
from cogs.ui.removing import (
    SPOT,
    Found,
    Spot,
    owner_of,
    question_buttons,
    question_embed,
    removed_embed,
    shown_in,
    whole_of,
)
from cogs.ui.sheet_view import sheet_buttons
from core.comfydeploy.errors import Unreachable
from core.errors import CoreError, RunGone, RunNotOurs, TookTooLong
from core.runs.generation import Generation
from core.runs.sheet import together
from core.runs.view import RunView
from tests.anything import QUICK
from tests.cogs.ui.screens import RUN, check_embed, view

CHANNEL, MESSAGE, OWNER, OTHER = 11, 22, 33, 44
RESULT: Final = Found(Spot(CHANNEL, MESSAGE), RUN, ended=True, is_kept=False, asked_by=OWNER)
UNDER_WAY: Final = RESULT._replace(ended=False)
KEPT: Final = RESULT._replace(is_kept=True)
SHEET: Final = "0123456789abcdef"
SEVERAL_OVER: Final = RESULT._replace(sheet=SHEET)
SEVERAL: Final = SEVERAL_OVER._replace(run_id=None, ended=False)
ids = st.integers(1, 2**63 - 1)


def message(*verbs: str, asked_by: int | None = OWNER, **more: object) -> discord.Message:
    """As much of a message of ours as is looked at, with these buttons for a run."""
    rows = unkept()
    for verb in verbs:
        rows.add_item(button(verb, RUN, "x"))
    asked = None if asked_by is None else SimpleNamespace(user=SimpleNamespace(id=asked_by))
    shown: dict[str, Any] = {
        "id": MESSAGE,
        "channel": SimpleNamespace(id=CHANNEL),
        "components": [discord.ActionRow(cast("Any", row)) for row in rows.to_components()],
        "interaction_metadata": asked,
        "attachments": [],
        "embeds": [],
        "reference": None,
        "edited_at": None,
    }
    return cast("discord.Message", SimpleNamespace(**shown | more))


class Telling:
    """A `Generation` that says whose every run is, or fails to."""

    def __init__(self, answer: int | CoreError) -> None:
        self._answer = answer

    async def owner_of(self, _: str) -> int:
        if isinstance(self._answer, CoreError):
            raise self._answer
        return self._answer


def telling(answer: int | CoreError) -> Generation:
    return cast("Generation", Telling(answer))


@QUICK
@given(ids, ids)
def test_a_place_outlives_being_written_into_a_button(channel: int, spot: int) -> None:
    written = Spot(channel, spot).write()

    assert Spot.read(written) == (channel, spot)
    assert SPOT.fullmatch(written)


@QUICK
@given(ids, ids)
async def test_the_buttons_of_the_question_are_taken_by_any_process(channel: int, spot: int) -> None:
    shown = [item.to_component_dict() for item in question_buttons(Spot(channel, spot)).children]

    assert [item["label"] for item in shown] == ["Delete", "Keep it"]
    assert all(is_ours(item["custom_id"]) and len(item["custom_id"]) <= 100 for item in shown)


async def test_the_question_itself_shows_no_run() -> None:
    rows = [discord.ActionRow(cast("Any", row)) for row in question_buttons(Spot(2**62, 2**62)).to_components()]

    assert shown_in(message(components=rows)) is None


@pytest.mark.parametrize(
    ("verbs", "found"),
    [
        (("cancel",), UNDER_WAY),
        (("cancel", "refresh"), UNDER_WAY),
        (("again", "details", "delete"), RESULT),
        (("again", "refresh"), RESULT),
        (("copy", "details", "delete"), KEPT),
        ((), None),
    ],
)
async def test_what_a_message_shows_is_told_by_its_buttons(verbs: tuple[str, ...], found: Found | None) -> None:
    assert shown_in(message(*verbs)) == found


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (together([view("running"), view("queued")], SHEET), SEVERAL),
        (together([view("running", cancelling=True)] * 2, SHEET), SEVERAL),
        (together([view("success", delivered=True), view("failed")], SHEET), SEVERAL_OVER),
    ],
)
async def test_several_that_are_shown_together_are_told_by_theirs(shown: RunView, found: Found) -> None:
    rows = [discord.ActionRow(cast("Any", row)) for row in sheet_buttons(shown).to_components()]

    assert shown_in(message(components=rows)) == found


FILE: Final = object()
REPLY: Final = SimpleNamespace(message_id=MESSAGE)


@pytest.mark.parametrize(
    ("more", "whole"),
    [
        ({"attachments": [FILE], "reference": REPLY}, MESSAGE),
        ({"attachments": [FILE]}, None),
        ({"reference": REPLY}, None),  # the call to whoever asked for it
        ({"attachments": [FILE], "embeds": [object()], "reference": REPLY}, None),  # an old state, its end is below
    ],
)
def test_a_part_replies_and_has_nothing_but_files(more: dict[str, Any], whole: int | None) -> None:
    assert whole_of(message(**more)) == whole


async def test_a_result_that_repeats_another_is_no_part_of_it() -> None:
    assert whole_of(message("again", attachments=[FILE], reference=REPLY)) is None


async def test_whose_a_run_is_says_its_mark() -> None:
    assert await owner_of(telling(OTHER), RESULT) == OTHER


UNREAD: Final = [RunGone(), TookTooLong(1.0), Unreachable("GET /run/x", None)]


@pytest.mark.parametrize("error", UNREAD)
async def test_whose_a_run_is_says_the_message_where_its_mark_cannot_be_read(error: CoreError) -> None:
    assert await owner_of(telling(error), RESULT) == OWNER


@pytest.mark.parametrize("error", UNREAD)
async def test_a_message_that_answers_nobody_does_not_say_whose_it_is(error: CoreError) -> None:
    with pytest.raises(type(error)):
        await owner_of(telling(error), RESULT._replace(asked_by=None))


async def test_whose_several_under_way_are_says_their_message() -> None:
    assert await owner_of(telling(OTHER), SEVERAL) == OWNER
    with pytest.raises(RunGone):
        await owner_of(telling(OTHER), SEVERAL._replace(asked_by=None))


async def test_a_run_made_elsewhere_is_nobodys_whoever_the_message_answers() -> None:
    with pytest.raises(RunNotOurs):
        await owner_of(telling(RunNotOurs()), RESULT)


@pytest.mark.parametrize(
    ("found", "is_own", "words"),
    [
        (RESULT, True, f"ComfyUI Deploy, and `/show run:{RUN}` brings it back."),
        (RESULT, False, f"who asked for it can bring it back with `/show run:{RUN}`."),
        (SEVERAL_OVER, True, "ComfyUI Deploy, and `/runs` finds it again."),
        (SEVERAL_OVER, False, "who asked for it can find it again with `/runs`."),
        (SEVERAL, False, "Its runs go on, and the end goes to who asked for it, by direct message."),
        (UNDER_WAY, True, "the end goes to who asked for it, by direct message."),
        (KEPT, True, "from the gallery? The result itself stays where it is"),
    ],
)
def test_the_question_says_what_becomes_of_it(found: Found, is_own: bool, words: str) -> None:
    embed = question_embed(found, is_own=is_own)

    assert words in str(embed.description)
    check_embed(embed)


def test_afterwards_it_is_said_how_to_have_it_back() -> None:
    assert f"/show run:{RUN}" in str(removed_embed(RESULT, is_own=True).description)
    assert "/show" not in str(removed_embed(UNDER_WAY, is_own=True).description)


def test_where_only_one_message_could_be_reached_it_is_said_that_others_stay() -> None:
    assert "further messages" in str(removed_embed(RESULT, is_own=True, alone=True).description)
    assert "further messages" not in str(removed_embed(RESULT, is_own=True).description)
