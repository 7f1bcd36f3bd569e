"""What an operator is told after a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.changed import GONE, KEPT, added, deleted, deployed, done_embed, nothing_embed, updated, uploaded
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import check_embed


@pytest.mark.parametrize(("version", "which"), [(None, "its newest version"), (3, "version 3")])
def test_a_deployment_is_told_with_version_and_machine(version: int | None, which: str) -> None:
    sentence = deployed("a*b", "staging", "Box", version)

    assert sentence.startswith(rf"**a\*b** is deployed to staging: {which}, on **Box**.")


def test_only_what_was_asked_for_is_told() -> None:
    assert updated("Box", {"GPU": "T4", "version": None, "kept warm": 0}) == "**Box** was changed: GPU T4, kept warm 0."


def test_an_upload_says_whether_the_workflow_is_new() -> None:
    assert "**Faces** is a new workflow." in uploaded("Faces", is_new=True)
    assert "**Faces** has a further version" in uploaded("Faces", is_new=False)


@QUICK
@given(texts, texts, st.none() | st.integers())
def test_any_names_make_an_answer_that_discord_takes(one: str, other: str, version: int | None) -> None:
    sentences = [deployed(one, other, one, version), updated(one, {"name": other}), uploaded(one, is_new=True)]

    for sentence in [*sentences, added(one), deleted(other)]:
        check_embed(done_embed(sentence))


@pytest.mark.parametrize("sentence", [GONE, KEPT])
def test_an_answer_of_nothing_done_has_no_tick(sentence: str) -> None:
    assert nothing_embed(sentence).description == sentence
