"""What a message about a run shows at each moment of the run's life."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.ui.embeds import BLURPLE, GREEN, GREY, RED, YELLOW, run_embed
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media, Reason
from core.comfydeploy.values import Adjusted
from core.errors import Stopping
from core.results.change import Change
from core.runs.view import Fetched, LeftOut, RunView, Stage
from tests.anything import QUICK
from tests.cogs.ui.screens import PARENT, REQUESTER, RUN, SIGNED, check_embed, runs, view, views

LINK = "https://discord.com/channels/1/2/3"
PICTURE = Media("https://files.example/runs/1/a.png", "a.png")


def description(shown: RunView) -> str:
    return run_embed(shown).description or ""


@pytest.mark.parametrize("prompt", ["\u200b", "\u3164\u034f", " \n "])
def test_a_prompt_that_nobody_could_see_has_no_line(prompt: str) -> None:
    assert description(view("cancelled", prompt=prompt)) == description(view("cancelled"))


@pytest.mark.parametrize(
    ("shown", "colour"),
    [
        (view(), BLURPLE),
        (view("running"), BLURPLE),
        (view("success"), BLURPLE),
        (view("success", delivered=True), GREEN),
        (view("failed"), RED),
        (view("timeout"), RED),
        (view("running", gone=True), RED),
        (view("cancelled"), GREY),
        (view(run_id=None, place=2), BLURPLE),
        (view(run_id=None, left=True), GREY),
        (view(run_id=None, refused=Stopping()), RED),
        (view("running", expired=True), YELLOW),
        (view(unread=True), YELLOW),
    ],
)
def test_the_colour_says_how_it_ended(shown: RunView, colour: object) -> None:
    assert run_embed(shown).colour == colour


def test_the_prompt_is_quoted_as_text() -> None:
    assert "\n> a \\*red\\* boat on \\<@\u200b80351110224678912>\n" in description(
        view(prompt="a *red* boat\non <@80351110224678912>")
    )


def test_numbers_that_were_beyond_their_range_are_told_below_the_prompt_until_the_end() -> None:
    adjusted = (
        Adjusted("Width", "9000", "2048", 64, 2048),
        Adjusted("Steps", "0", "1", 1),
        Adjusted("a*b", "`9`", "5", None, 5),
    )

    for shown in (
        view("running", prompt="a fox", adjusted=adjusted),
        view("failed", prompt="a fox", adjusted=adjusted),
    ):
        *_, prompt, width, steps, odd, _ = description(shown).splitlines()
        assert [prompt, width, steps] == [
            "> a fox",
            "**Width** `9000` → `2048`: it takes 64 to 2048.",
            "**Steps** `0` → `1`: it takes 1 or more.",
        ]
        assert odd.startswith("**a\\*b** ")
        assert odd.endswith(" → `5`: it takes 5 or less.")


def test_the_small_print_names_who_asked_and_the_seed() -> None:
    assert description(view(seed=77)).endswith(f"\n-# <@{REQUESTER}> · seed `77`")


@pytest.mark.parametrize(
    ("shown", "footer"),
    [(view(), "run 0a1b2c3d"), (view(run_id=None), None)],
)
def test_the_footer_names_the_run(shown: RunView, footer: str | None) -> None:
    assert run_embed(shown).footer.text == footer


@pytest.mark.parametrize(
    ("shown", "link", "words"),
    [
        (view(parent=PARENT), None, "again of `5e6f7a8b`"),
        (view(parent=PARENT), LINK, f"again of [5e6f7a8b ↗]({LINK})"),
        (view(parent=PARENT, is_made_from=True), LINK, f"made from [5e6f7a8b ↗]({LINK})"),
    ],
)
def test_the_small_print_leads_to_where_it_comes_from(shown: RunView, link: str | None, words: str) -> None:
    assert (run_embed(shown, link).description or "").endswith(f"\n-# <@{REQUESTER}> · {words}")


def test_text_results_stand_in_blocks() -> None:
    shown = view("success", delivered=True, texts=("a cat\non a mat", "``` injected"))

    assert "\n```\na cat\non a mat\n```\n```\n''' injected\n```\n" in description(shown)


def test_many_long_texts_are_shown_as_far_as_they_fit() -> None:
    lines = description(view("success", delivered=True, texts=("x" * 5000,) * 9)).splitlines()

    assert [line for line in lines if line.startswith("…and")] == ["…and 7 more."]
    assert lines.count("```") == 4
    assert lines[-1] == f"-# <@{REQUESTER}>"


@pytest.mark.parametrize(
    ("left", "line"),
    [
        (
            LeftOut(PICTURE),
            "📦 [a.png](https://files.example/runs/1/a.png) could not be fetched. **Refresh** to try again.",
        ),
        (
            LeftOut(PICTURE, is_unclean=True),
            "📦 a.png is held back: what its maker embedded in it could not be taken out.",
        ),
        (
            LeftOut(PICTURE, size=30 * 2**20, limit=10 * 2**20),
            "📦 [a.png](https://files.example/runs/1/a.png) (30.0 MB) is too large to attach here (limit 10.0 MB).",
        ),
        (
            LeftOut(PICTURE, limit=10 * 2**20),
            "📦 [a.png](https://files.example/runs/1/a.png) is too large to attach here (limit 10.0 MB).",
        ),
        (
            LeftOut(Media(SIGNED, "a.mp4"), 30 * 2**20, 10 * 2**20, datetime(2026, 11, 20, 7, tzinfo=UTC)),
            (
                f"📦 [a.mp4]({SIGNED}) (30.0 MB) is too large to attach here (limit 10.0 MB). "
                "The link works until <t:1795158000:t>. **Refresh** for a new one."
            ),
        ),
    ],
)
def test_a_file_left_out_is_linked_with_the_reason(left: LeftOut, line: str) -> None:
    assert f"\n{line}\n" in description(view("success", delivered=True, left_out=(left,)))


@pytest.mark.parametrize(
    "url",
    [
        SIGNED,
        "https://files.example/a.png?sig=1",
        "http://files.example/a.png",
        "https://user@files.example/a.png",
        "https://files.example/a.png) [b](https://evil.example/",
        "https://files.example/a b.png",
        "https://files.example/" + "x" * 600,
        "javascript:alert(1)",
        "https://",
        "",
    ],
)
def test_an_address_that_must_not_be_public_is_not_linked(url: str) -> None:
    left = LeftOut(Media(url, "a.png"))

    assert "\n📦 a.png could not be fetched. **Refresh** to try again.\n" in description(
        view("success", delivered=True, left_out=(left,))
    )


def test_files_beyond_the_most_are_counted() -> None:
    left = (LeftOut(PICTURE, beyond=True),) * 3

    assert "\n📦 **3 more** files are in ComfyUI Deploy: " in description(
        view("success", delivered=True, left_out=left)
    )


def test_few_links_of_a_thousand_characters_are_shown() -> None:
    left = (LeftOut(Media(f"{SIGNED}&x={'y' * 1000}", "a.mp4"), 30 * 2**20, 10 * 2**20),) * 5

    shown = description(view("success", delivered=True, left_out=left))

    assert (shown.count("[a.mp4]("), shown.count("a.mp4")) == (3, 5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([None], ""),
        ([Change("WebP", 12 * 2**20, lossless=True)], " · as lossless WebP: the original has 12.0 MB"),
        ([Change("JPEG", 12 * 2**20), None], " · 1 of 2 files as JPEG of less quality: the original has 12.0 MB"),
        (
            [Change("WebP", 2**20, scale=0.5), Change("MP4", 2**21)],
            " · 2 of 2 files as WebP/MP4 of less quality and smaller: the original has 2.0 MB",
        ),
    ],
)
def test_what_became_of_large_files_is_in_the_small_print(changes: list[Change | None], words: str) -> None:
    files = tuple(Fetched(PICTURE, BytesIO(), "a.png", 1, change) for change in changes)

    assert description(view("success", delivered=True, files=files)).endswith(f"-# <@{REQUESTER}>{words}")


@pytest.mark.parametrize(
    "shown",
    [
        view(deployment=f"see {SIGNED}"),
        view(prompt=f"see {SIGNED}"),
        view("running", more={"live_status": SIGNED}),
        view("failed", reason=Reason(f"no answer from {SIGNED}", SIGNED)),
        view("success", delivered=True, texts=(f"saved to {SIGNED}\n",)),
        view("success", delivered=True, left_out=(LeftOut(Media(SIGNED, SIGNED)),)),
    ],
)
def test_a_signature_is_not_shown_wherever_it_comes_from(shown: RunView) -> None:
    check_embed(run_embed(shown))


@settings(QUICK, max_examples=150)
@given(views)
def test_any_view_is_an_embed_that_discord_takes(shown: RunView) -> None:
    embed = run_embed(shown)

    check_embed(embed)
    assert embed.title
    assert (embed.description or "").splitlines()[-1].startswith(f"-# <@{REQUESTER}>")


few_runs = st.none() | runs


@QUICK
@given(views, few_runs, few_runs, st.booleans(), st.booleans())
def test_equal_looks_are_equal_embeds(
    base: RunView, one: Run | None, other: Run | None, cancelling: bool, pausing: bool
) -> None:
    shown = [replace(base, run=run, cancelling=cancelling, pausing=pausing) for run in (one, other)]
    stages = {item.stage for item in shown}

    if shown[0].looks == shown[1].looks and not any(stage.is_over for stage in stages):
        assert run_embed(shown[0]).to_dict() == run_embed(shown[1]).to_dict()


TRAIL = "0011223344556677-5f3b1a529f6f4c519a440d6f7b0a1c2d-691e5f00-42"


def test_every_stage_has_an_embed() -> None:
    shown = [
        view(run_id=None),
        view(run_id=None, place=2),
        view(run_id=None, place=2, left=True),
        view(run_id=None, refused=Stopping()),
        view(run_id=None, trail=TRAIL),
        view(run_id=None, trail=TRAIL, unknown=True),
        view(run_id=None, trail=TRAIL, given_up=True),
        view(),
        view("started"),
        view("running"),
        view("success"),
        view("failed"),
        view("timeout"),
    ]
    shown += [view("cancelled"), view(gone=True), view(unread=True), view(expired=True)]
    shown.append(view("success", delivered=True))

    assert {item.stage for item in shown} == set(Stage)
    assert len({description(item) for item in shown}) == len(Stage)
    assert all(run_embed(item).footer.text == f"run {RUN[:8]}" for item in shown if item.run_id)
