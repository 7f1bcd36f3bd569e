"""A person's earlier runs as they see them: full, empty, odd and old, and ways on that survive a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import is_ours
from cogs.ui.history_view import OUTCOMES, TURN, asked_in, history_message, outcome_by, past_choices
from core.runs.history_page import PAGE, Entry, Lack, Outcome, Page, Place, Suggestion, Target
from core.runs.news import News, Standing
from core.runs.past import Past
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import ASKED, SIGNED, check_screen, durations

FLOW = "5b1e3c64-0000-4000-8000-000000000001"
RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
NEWS = News(Standing.DONE, 1, "a fox", 77, 12.4)
EMPTY = Page((), None, None, None, None, 0, frozenset())
GONE = Target(FLOW, None, None)
KNOWN = Target(FLOW, "Portraits", RUN)
NEWER, OLDER = Place(True, ASKED, RUN), Place(False, ASKED - timedelta(days=1), RUN)


def entry(
    number: int = 0, news: News = NEWS, deployment: str | None = "Portraits", picture: bytes | None = None
) -> Entry:
    run_id = f"{number:08x}-0000-4000-8000-00000000abcd"
    return Entry(Past(run_id, FLOW, None, ASKED - timedelta(hours=number)), deployment, news, picture)


def shown(page: Page) -> list[dict[str, Any]]:
    return [embed.to_dict() for embed in history_message(page)["embeds"]]


def said(page: Page) -> str:
    return "\n".join(f"{embed.get('title')}\n{embed.get('description')}" for embed in shown(page))


def components_of(page: Page) -> list[dict[str, Any]]:
    view: discord.ui.View = history_message(page)["view"]
    return [item for row in view.to_components() for item in row["components"]]


def of_entry(news: News) -> str:
    return str(shown(replace(EMPTY, entries=(entry(news=news),)))[1]["description"])


def test_a_run_is_told_with_its_state_time_prompt_and_seed() -> None:
    assert of_entry(NEWS).splitlines() == [
        f"✅ **Done** in 12 s · asked <t:{int(ASKED.timestamp())}:R>",
        "> a fox",
        "-# run `00000000` · seed `77`",
    ]


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.UNDER_WAY, "🎨 **Under way**"),
        (Standing.FAILED, "❌ **Failed**"),
        (Standing.TIMED_OUT, "⏱ **Timed out**"),
        (Standing.CANCELLED, "🚫 **Cancelled**"),
        (Standing.GONE, "no longer knows it"),
        (Standing.SILENT, "⚠ **No news**"),
    ],
)
def test_each_standing_has_its_words(standing: Standing, words: str) -> None:
    assert words in of_entry(News(standing))


def test_a_picture_is_attached_to_its_run() -> None:
    page = replace(EMPTY, entries=(entry(0), entry(1, picture=b"RIFF")))

    files = history_message(page)["attachments"]
    (*_, second) = shown(page)

    assert [file.filename for file in files] == ["00000001.webp"]
    assert second["thumbnail"]["url"] == "attachment://00000001.webp"


def test_a_deployment_that_nobody_knows_is_named_by_its_id() -> None:
    assert shown(replace(EMPTY, entries=(entry(deployment=None),)))[1]["title"] == "Deployment 5b1e3c64"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (EMPTY, "I remember none. With `/runs deployment:`"),
        (replace(EMPTY, target=KNOWN), "I find none for **Portraits**."),
        (replace(EMPTY, outcome=Outcome.FAILED), "I find none for **failed**."),
        (
            replace(EMPTY, outcome=Outcome.DONE, older=OLDER, looked_at=50),
            "I looked at 50 and found none for **done**.",
        ),
        (replace(EMPTY, newer=NEWER), "nothing older"),
        (replace(EMPTY, lacks=frozenset({Lack.RECORDS})), "cannot read my own records"),
        (replace(EMPTY, target=KNOWN, lacks=frozenset({Lack.ACCOUNT})), "does not tell them now"),
        (replace(EMPTY, target=GONE, lacks=frozenset({Lack.ACCOUNT})), "not on offer any more"),
        (replace(EMPTY, lacks=frozenset({Lack.STATES})), "how some of them stand"),
    ],
)
def test_what_is_missing_is_said(page: Page, words: str) -> None:
    assert words in said(page)


def test_a_full_page_has_a_menu_and_both_ways() -> None:
    entries = tuple(entry(number) for number in range(PAGE))

    menu, newer, older = components_of(replace(EMPTY, entries=entries, newer=NEWER, older=OLDER))

    assert [option["value"] for option in menu["options"]] == [item.past.run_id for item in entries]
    assert (newer["label"], older["label"]) == ("Newer", "Older")
    assert not newer.get("disabled")
    assert not older.get("disabled")


def test_an_only_page_has_no_ways_on() -> None:
    (menu,) = components_of(replace(EMPTY, entries=(entry(),)))

    assert menu["custom_id"].startswith("st:recall:")


def test_the_newest_page_leads_to_older_ones_only() -> None:
    _, newer, older = components_of(replace(EMPTY, entries=(entry(),), older=OLDER))

    assert (newer["disabled"], older.get("disabled", False)) == (True, False)
    assert newer["custom_id"] != older["custom_id"]


def test_a_run_that_is_gone_cannot_be_shown() -> None:
    assert components_of(replace(EMPTY, entries=(entry(news=News(Standing.GONE)),))) == []


places = st.builds(
    Place,
    st.booleans(),
    st.datetimes(datetime(2015, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- as hypothesis wants
    st.uuids().map(str),
)


@QUICK
@given(places, st.none() | st.uuids().map(str), st.none() | st.sampled_from(Outcome))
def test_a_way_on_leads_where_it_says(place: Place, deployment: str | None, outcome: Outcome | None) -> None:
    target = None if deployment is None else Target(deployment, None, None)
    newer, older = (place, None) if place.is_newer else (None, place)

    found = components_of(replace(EMPTY, target=target, outcome=outcome, newer=newer, older=older))

    custom_id = next(item["custom_id"] for item in found if not item.get("disabled"))
    what = custom_id.removeprefix("st:past:")
    assert is_ours(custom_id)
    assert TURN.fullmatch(what)
    assert asked_in(what) == (deployment, outcome, place)


def test_a_button_of_a_newer_version_asks_for_all() -> None:
    assert asked_in(f"0-9-0-{1:x}-{'0' * 32}").outcome is None


def test_every_status_of_the_command_is_known() -> None:
    assert [outcome_by(choice.value) for choice in OUTCOMES] == list(Outcome)
    assert outcome_by(None) is None


news = st.builds(
    News, st.sampled_from(Standing), st.just(1), st.none() | texts, st.none() | st.integers(), st.none() | durations
)
entries = st.builds(
    entry,
    st.integers(0, 10**5),
    news,
    st.none() | texts,
    st.none() | st.just(b"RIFF"),
)
pages = st.builds(
    Page,
    entries=st.lists(entries, max_size=PAGE, unique_by=lambda item: item.past.run_id).map(tuple),
    target=st.none() | st.builds(Target, st.just(FLOW), st.none() | texts, st.none() | st.just(RUN)),
    outcome=st.none() | st.sampled_from(Outcome),
    newer=st.none() | st.just(NEWER),
    older=st.none() | st.just(OLDER),
    looked_at=st.integers(0, 50),
    lacks=st.frozensets(st.sampled_from(Lack)),
)


@QUICK
@given(pages)
def test_any_page_can_be_sent(page: Page) -> None:
    message = history_message(page)

    check_screen(message["embeds"], message["view"])


@pytest.mark.parametrize("text", ["*" * 5000, SIGNED, "@everyone <@1>"])
def test_the_longest_page_can_be_sent(text: str) -> None:
    odd = tuple(entry(number, replace(NEWS, prompt=text), text) for number in range(PAGE))
    message = history_message(replace(EMPTY, entries=odd, target=Target(FLOW, text, None), lacks=frozenset(Lack)))

    check_screen(message["embeds"], message["view"])
    assert "X-Amz-" not in str([embed.to_dict() for embed in message["embeds"]])


def suggestion(is_open: bool = False, deployment: str | None = "Portraits", **ago: float) -> Suggestion:
    return Suggestion(Past(RUN, FLOW, None, ASKED - timedelta(**ago), is_open), deployment)


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (suggestion(seconds=5), "Portraits · 0a1b2c3d · just now"),
        (suggestion(minutes=1), "Portraits · 0a1b2c3d · 1 minute ago"),
        (suggestion(hours=5), "Portraits · 0a1b2c3d · 5 hours ago"),
        (suggestion(days=3, hours=5), "Portraits · 0a1b2c3d · 3 days ago"),
        (suggestion(seconds=-30), "Portraits · 0a1b2c3d · just now"),
        (suggestion(is_open=True), "Portraits · 0a1b2c3d · under way"),
        (suggestion(deployment=None), "5b1e3c64 · 0a1b2c3d · just now"),
    ],
)
def test_a_suggestion_says_what_and_when(item: Suggestion, name: str) -> None:
    (choice,) = past_choices([item], ASKED)

    assert (choice.name, choice.value) == (name, RUN)


@QUICK
@given(st.lists(texts, max_size=30))
def test_any_suggestions_can_be_sent(names: list[str]) -> None:
    choices = past_choices([suggestion(deployment=name) for name in names], ASKED)

    assert len(choices) <= 25
    assert all(0 < len(choice.name) <= 100 for choice in choices)
