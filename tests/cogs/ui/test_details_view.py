"""All of one run on one screen: whole, with gaps, for strangers, huge, and with anything for a text."""

from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.details_view import details_message, dollars, inputs_text
from core.runs.facts import Facts
from core.runs.telling import Retyped, ShownInput, assignment
from stationthis_discord.sandbox.discord.message_rules import check_message
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import ASKED, PARENT, REQUESTER, RUN, STATUSES, check_embed, durations, moments

FACTS = Facts(
    run_id=RUN,
    owner=REQUESTER,
    guild=77,
    deployment_id=RUN,
    deployment="Portraits",
    on_offer=True,
    version=3,
    status="success",
    asked_at=ASKED,
    waited=12.0,
    ran=34.0,
    took=46.0,
    gpu="A10G",
    machine_type="comfy-deploy-serverless",
    cost=0.01234,
    prompt="a *fox*",
    negative="fog",
    seed=5,
    parent=PARENT,
    made_from=False,
    values=(
        ShownInput("height", "Height", "768", is_default=True),
        ShownInput("width", "Width", "64", is_default=False),
        ShownInput("note", "Note", "", is_default=False),
        ShownInput("line", "Line", "", is_default=True),
    ),
    hidden=0,
    retyped=Retyped("a *fox*", "fog", 5, ("width=64",)),
)
STRANGE = replace(FACTS, values=(), hidden=4, retyped=Retyped("a *fox*", "fog", 5))
EMPTY = replace(
    FACTS,
    deployment=None,
    on_offer=None,
    version=None,
    status="new",
    asked_at=None,
    waited=None,
    ran=None,
    took=None,
    gpu=None,
    machine_type=None,
    cost=None,
    prompt=None,
    negative=None,
    seed=None,
    parent=None,
    values=(),
    retyped=None,
)


def embeds(facts: Facts) -> list[discord.Embed]:
    shown: list[discord.Embed] = details_message(facts)["embeds"]
    return shown


def lines(facts: Facts) -> list[str]:
    return (embeds(facts)[0].description or "").splitlines()


def files(facts: Facts) -> dict[str, str]:
    return {file.filename: file.fp.read().decode() for file in details_message(facts)["attachments"]}


def is_sound(facts: Facts) -> None:
    """Discord takes it, and nobody but the one who asked is named in it."""
    message: dict[str, Any] = details_message(facts)
    for embed in message["embeds"]:
        check_embed(embed)
    check_message({"embeds": [embed.to_dict() for embed in message["embeds"]], "components": []}, [])
    assert all(len(text.encode()) < 10 * 2**20 for text in files(facts).values())


def test_its_owner_sees_all_that_is_known() -> None:
    assert embeds(FACTS)[0].title == "Portraits"
    assert lines(FACTS) == [
        f"✅ **Done** · asked {discord.utils.format_dt(ASKED, 'f')}",
        "waited 12 s · ran 34 s · took 46 s in all",
        r"**Prompt** a \*fox\*",
        "**Negative prompt** fog",
        "**Seed** `5`",
        "**Width** `64`",
        "**Note** (nothing)",
        "-# Height `768` (default)",
        "-# Line (default)",
        "**Machine** A10G · serverless",
        "**Cost** about $0.0123 (estimated: run time by the price of its GPU)",
        "**Version** v3",
        f"**Again of** `{PARENT}`",
        f"**Run** `{RUN}` · asked by <@{REQUESTER}>",
    ]
    assert files(FACTS) == {}


def test_the_command_can_be_copied() -> None:
    command = embeds(FACTS)[1].description

    assert command == "```\n/generate deployment:Portraits prompt:a *fox* negative:fog seed:5 inputs:width=64\n```"


def test_others_are_told_how_much_they_do_not_see() -> None:
    hidden = "-# 4 more inputs are shown only to the person who asked for it, and to moderators of its server."
    assert hidden in lines(STRANGE)
    assert "without the inputs that are not shown to you" in str(embeds(STRANGE)[1].description)
    alone = "-# 1 more input is shown only to the person who asked for it."
    assert alone in lines(replace(STRANGE, guild=None, hidden=1))


def test_what_is_not_known_is_not_said() -> None:
    assert embeds(EMPTY)[0].title == "A run"
    assert lines(EMPTY) == [
        "🎨 **Running**",
        f"**Run** `{RUN}` · asked by <@{REQUESTER}>",
        f"-# Deployment `{RUN}` cannot be read at the moment, so there is no command for the same again.",
    ]
    assert len(embeds(EMPTY)) == 1


def test_a_deployment_that_is_gone_says_so() -> None:
    assert "is not on offer any more" in lines(replace(EMPTY, on_offer=False))[-1]


def test_what_it_was_made_from_is_named_and_the_terminal_is_nobody() -> None:
    said = lines(replace(FACTS, made_from=True, owner=0))

    assert said[-2:] == [f"**Made from** `{PARENT}`", f"**Run** `{RUN}`"]


def test_inputs_that_share_a_name_are_told_apart() -> None:
    twins = tuple(ShownInput(key, "Size", "1", is_default=False) for key in ("a", "b"))

    assert lines(replace(FACTS, values=twins))[5:7] == ["**Size · a** `1`", "**Size · b** `1`"]


@pytest.mark.parametrize("length", [150, 151])
def test_what_does_not_fit_stands_whole_in_a_file(length: int) -> None:
    text = "`" * length
    facts = replace(FACTS, values=(ShownInput("note", "Note", text, is_default=False),))

    assert list(files(facts)) == (["inputs.txt"] if length > 150 else [])
    assert inputs_text(facts) == (
        f"Portraits\nrun {RUN}\n\nPrompt:\na *fox*\n\nNegative prompt:\nfog\n\nSeed: 5\n\nNote (note):\n{text}\n"
    )


@pytest.mark.parametrize("text", ["x" * 1300, "a ```block``` b", "zero\u200bwidth"])
def test_a_command_that_cannot_be_shown_as_it_is_is_a_file(text: str) -> None:
    facts = replace(FACTS, retyped=Retyped(text))

    assert files(facts) == {"command.txt": f"/generate deployment:Portraits prompt:{text}"}
    assert "`command.txt`" in str(embeds(facts)[1].description)


def test_values_that_no_command_holds_are_counted() -> None:
    assert "-# 1 value is not in it" in str(embeds(replace(FACTS, retyped=Retyped(lost=1)))[1].description)


@pytest.mark.parametrize("text", ["x" * 4000, "é\n" * 2000, "@everyone " * 400, "`" * 4000])
@pytest.mark.parametrize("count", [0, 1, 80])
def test_it_fits_however_much_there_is(count: int, text: str) -> None:
    values = tuple(ShownInput(f"in{number}", text[:200], text, is_default=number % 2 == 0) for number in range(count))
    named = tuple(filter(None, (assignment(item.key, item.text) for item in values)))
    huge = Retyped(text, text, 5, named)
    facts = replace(FACTS, deployment=text[:300], prompt=text, negative=text, values=values, retyped=huge)

    is_sound(facts)
    whole = files(facts)["inputs.txt"]
    assert all(item.text in whole for item in facts.values)


@pytest.mark.parametrize(
    ("cost", "words"),
    [(0.0, "about $0.0000"), (0.00001, "under $0.0001"), (0.0123, "about $0.0123"), (12.3456, "about $12.35")],
)
def test_money_is_as_exact_as_an_estimate_deserves(cost: float, words: str) -> None:
    assert dollars(cost) == words


@QUICK
@given(
    st.builds(
        Facts,
        run_id=st.just(RUN),
        owner=st.sampled_from([0, REQUESTER]),
        guild=st.none() | st.just(77),
        deployment_id=st.just(RUN),
        deployment=st.none() | texts,
        on_offer=st.none() | st.booleans(),
        version=st.none() | st.integers(0, 10**6),
        status=st.sampled_from(STATUSES) | texts,
        asked_at=st.none() | moments,
        waited=st.none() | durations,
        ran=st.none() | durations,
        took=st.none() | durations,
        gpu=st.none() | texts,
        machine_type=st.none() | texts,
        cost=st.none() | durations,
        prompt=st.none() | texts,
        negative=st.none() | texts,
        seed=st.none() | st.integers(-(10**30), 10**30),
        parent=st.none() | st.just(PARENT),
        made_from=st.booleans(),
        values=st.lists(st.builds(ShownInput, texts, texts, texts, st.booleans()), max_size=30).map(tuple),
        hidden=st.integers(0, 100),
        retyped=st.none()
        | st.builds(Retyped, texts, texts, st.none() | st.integers(0, 2**64), st.lists(texts).map(tuple)),
    )
)
def test_any_facts_are_a_message_that_discord_takes(facts: Facts) -> None:
    is_sound(facts)
