"""Which of a message's files is meant, and what the picker asks then."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.usable import MOST
from cogs.ui.using import one_of, use_of, which_message
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Attached, Source, Stored
from core.comfydeploy.written import MOST_FILES
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import check_screen, mentions_in

DRAFT = "0011223344556677"
CAT = Attached(InputKind.IMAGE, Source("cat.png", "https://a.example/cat.png", 2**20))
DOG = Attached(InputKind.IMAGE, Source("dog.png", "https://a.example/dog.png"))
FILM = Attached(InputKind.VIDEO, Source("run.mp4", "https://a.example/run.mp4", 5))
MANY = (CAT, FILM, *[DOG] * (MOST - 2))

attachments = st.lists(
    st.builds(
        Attached,
        st.sampled_from([InputKind.IMAGE, InputKind.VIDEO, InputKind.AUDIO, InputKind.EXR, InputKind.FILE]),
        st.builds(Source, texts, texts, st.none() | st.integers(0, 2**63)) | st.builds(Stored, texts, texts),
    ),
    min_size=1,
    max_size=MOST,
).map(tuple)


def options(*attached: Attached) -> list[dict[str, Any]]:
    [row] = which_message(DRAFT, attached)["view"].to_components()
    [menu] = row["components"]
    assert menu["custom_id"] == f"st:which:{DRAFT}"
    found: list[dict[str, Any]] = menu["options"]
    return found


def test_each_file_can_be_picked_and_all_pictures_together() -> None:
    shown = [(item["label"], item.get("description"), item["value"]) for item in options(CAT, FILM, DOG)]

    assert shown == [
        ("1. cat.png", "1.0 MB", "0"),
        ("2. run.mp4", "1 KB", "1"),
        ("3. dog.png", None, "2"),
        ("All pictures", "for a batch", "all"),
    ]


def test_one_picture_is_no_batch() -> None:
    assert [item["value"] for item in options(CAT, FILM)] == ["0", "1"]


def test_of_more_pictures_than_an_input_takes_the_first_are_one_choice() -> None:
    assert options(*MANY)[-1]["label"] == f"The first {MOST_FILES} pictures"
    assert one_of(MANY, ["all"]) == (CAT, *[DOG] * (MOST_FILES - 1))


@pytest.mark.parametrize(
    ("chosen", "picked"),
    [
        (["0"], (CAT,)),
        (["1"], (FILM,)),
        (["all"], (CAT, DOG)),
        ([], (CAT,)),
        (["7"], (CAT,)),
        (["-1"], (CAT,)),
        (["²"], (CAT,)),
        (["9" * 5000], (CAT,)),
    ],
)
def test_what_is_picked_is_what_was_meant(chosen: list[str], picked: tuple[Attached, ...]) -> None:
    assert one_of((CAT, FILM, DOG), chosen) == picked


@pytest.mark.parametrize(
    ("attached", "asked"),
    [((CAT,), "What shall be done with **cat.png**?"), ((CAT, DOG), "What shall be done with **cat.png** and 1 more?")],
)
def test_the_picker_says_what_is_to_be_used(attached: tuple[Attached, ...], asked: str) -> None:
    assert use_of(attached).sentence == asked


@QUICK
@given(attachments)
def test_any_files_make_a_screen_that_discord_takes(attached: tuple[Attached, ...]) -> None:
    shown = which_message(DRAFT, attached)

    check_screen([shown["embed"]], shown["view"])
    assert mentions_in(use_of(attached).sentence) == []
    for item in options(*attached):
        assert set(one_of(attached, [item["value"]])) <= set(attached)
