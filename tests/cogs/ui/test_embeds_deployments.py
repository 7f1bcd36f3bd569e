"""The list of what can be run, one deployment's inputs, and the small notes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.embeds import (
    BLURPLE,
    RED,
    YELLOW,
    clamp_page,
    deployment_embed,
    deployments_embed,
    error_embed,
    help_embed,
    note_embed,
    page_count,
    page_of,
)
from core.cache import Kept
from core.comfydeploy.inputs import Input, InputKind
from core.comfydeploy.outputs import Kind
from core.offer import Deployment, Offer
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import ASKED, SIGNED, check_embed, deployment, deployments, offer

LONG_NAME = "*_~|`[]<>@everyone " * 300


def kept(shown: Offer, *, stale: bool = False) -> Kept[Offer]:
    return Kept(shown, ASKED, stale=stale)


def lines_of(shown: Offer, page: int = 0, *, stale: bool = False) -> list[str]:
    return (deployments_embed(kept(shown, stale=stale), page).description or "").splitlines()


def line_of(**fields: Any) -> str:  # noqa: ANN401 -- any field of an input
    facts: dict[str, Any] = {"key": "x", "kind": InputKind.TEXT, "name": "x"}
    embed = deployment_embed(deployment(inputs=(Input(**(facts | fields)),)))
    return (embed.description or "").splitlines()[-1]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (2000, 200)])
def test_ten_deployments_are_a_page(count: int, pages: int) -> None:
    shown = offer(count)

    assert page_count(shown) == pages
    assert sum(len(page_of(shown, page)) for page in range(pages)) == count


@pytest.mark.parametrize(("page", "clamped"), [(-5, 0), (0, 0), (1, 1), (2, 2), (3, 2), (10**9, 2)])
def test_a_page_that_is_not_there_is_the_nearest(page: int, clamped: int) -> None:
    shown = offer(25)

    assert clamp_page(shown, page) == clamped
    assert page_of(shown, page) == shown.deployments[clamped * 10 : clamped * 10 + 10]


def test_nothing_to_run_says_what_to_do() -> None:
    embed = deployments_embed(kept(Offer()), 0)

    assert embed.description == (
        "Nothing can be run yet: no deployment is on offer. Deploy a workflow in ComfyUI Deploy first."
    )
    assert embed.footer.text is None


def test_a_deployment_is_one_line() -> None:
    shown = Offer((deployment(1, name="my_portraits", environment="staging", makes=Kind.VIDEO),))

    assert lines_of(shown) == [r"**my\_portraits** · video · staging"]


def test_the_footer_says_where_one_is() -> None:
    assert deployments_embed(kept(offer(25)), 1).footer.text == "Page 2 of 3 · 25 in all"


def test_what_could_not_be_read_is_said() -> None:
    shown = Offer(offer(1).deployments, ("Broken", "Odd*", "\u200b", "d", "e", "f"))

    assert lines_of(shown)[-1].startswith(r"⚠ ComfyUI Deploy could not describe: Broken, Odd\*, (no name), d, e. ")


def test_an_old_list_says_how_old() -> None:
    embed = deployments_embed(kept(offer(1), stale=True), 0)

    assert embed.colour == YELLOW
    assert (embed.description or "").endswith(
        f"⚠ This list is from <t:{int(ASKED.timestamp())}:R>: it could not be read anew."
    )


@pytest.mark.parametrize("inputs", [0, 300])
def test_one_of_an_old_list_says_so_whatever_its_length(inputs: int) -> None:
    (found,) = offer(1, inputs).deployments
    mark = f"⚠ This is from <t:{int(ASKED.timestamp())}:R>: it could not be read anew."

    old, fresh = deployment_embed(found, ASKED), deployment_embed(found)

    check_embed(old)
    assert (old.description or "").endswith(mark)
    assert (old.colour, fresh.colour) == (YELLOW, BLURPLE)
    assert "anew" not in (fresh.description or "")


def test_a_fresh_list_says_nothing_of_its_age() -> None:
    embed = deployments_embed(kept(offer(1)), 0)

    assert embed.colour == BLURPLE
    assert "<t:" not in (embed.description or "")


def test_a_deployment_without_inputs_says_so() -> None:
    assert (deployment_embed(deployment(description="")).description or "").splitlines() == [
        "Makes: **image** · production · v3",
        "It has no inputs: `/generate` runs it as it is.",
    ]


def test_the_description_comes_first_and_the_version_only_if_known() -> None:
    embed = deployment_embed(deployment(description="**Faces**", version=None))

    assert (embed.description or "").splitlines()[:2] == [r"\*\*Faces\*\*", "Makes: **image** · production"]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "- `x` (text)"),
        ({"name": "Your prompt", "description": "What *you* see"}, r"- `x` Your prompt (text) — What \*you\* see"),
        ({"default": "a `cat`"}, "- `x` (text, default `a 'cat'`)"),
        ({"default": 7.5, "kind": InputKind.NUMBER}, "- `x` (number, default `7.5`)"),
        (
            {"default": 0, "kind": InputKind.WHOLE, "minimum": 0, "maximum": 30.0},
            "- `x` (whole number, 0 to 30, default `0`)",
        ),
        ({"kind": InputKind.NUMBER, "minimum": 0.0}, "- `x` (number)"),
        ({"default": True, "kind": InputKind.SWITCH}, "- `x` (yes or no, default `yes`)"),
        ({"default": False, "kind": InputKind.SWITCH}, "- `x` (yes or no, default `no`)"),
        ({"default": -1, "kind": InputKind.SEED, "minimum": 1, "maximum": 9}, "- `x` (seed, random unless given)"),
        ({"kind": InputKind.IMAGE}, "- `x` (image, **needed**)"),
        ({"kind": InputKind.IMAGE, "linked": True}, "- `x` (image, has a default)"),
        ({"kind": InputKind.IMAGE, "default": SIGNED}, "- `x` (image, has a default)"),
        (
            {"kind": InputKind.MODEL, "default": "https://models.example/a?token=t0ken"},
            "- `x` (model name, has a default)",
        ),
        ({"kind": InputKind.MODEL, "default": "a.safetensors"}, "- `x` (model name, default `a.safetensors`)"),
        ({"kind": InputKind.CHOICE, "options": ("a", "b")}, "- `x` (choice, one of `a`, `b`)"),
        (
            {"kind": InputKind.CHOICE, "options": tuple("abcdefghij"), "default": "a"},
            "- `x` (choice, one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 2 more, default `a`)",
        ),
        ({"kind": InputKind.UNUSABLE}, "- `x` (live image (cannot be set from here))"),
    ],
)
def test_an_input_says_what_it_takes_and_what_holds_without_it(fields: dict[str, object], line: str) -> None:
    assert line_of(**fields) == line


@pytest.mark.parametrize("count", [0, 1, 10, 11, 2000])
@pytest.mark.parametrize("inputs", [0, 1, 25, 80])
@pytest.mark.parametrize("name", ["", LONG_NAME])
def test_every_screen_fits_from_empty_to_huge(count: int, inputs: int, name: str) -> None:
    shown = offer(count, inputs, name)

    for page in {0, page_count(shown) // 2, page_count(shown) - 1}:
        check_embed(deployments_embed(kept(shown, stale=True), page))
    for item in shown.deployments[:1]:
        check_embed(deployment_embed(item))


def test_all_inputs_are_shown_or_counted() -> None:
    described = (deployment_embed(offer(1, 80).deployments[0]).description or "").splitlines()
    huge = (deployment_embed(offer(1, 80, LONG_NAME).deployments[0]).description or "").splitlines()

    shown = sum(line.startswith("- `input") for line in huge)
    assert sum(line.startswith("- `input") for line in described) == 80
    assert huge[-1] == f"…and {80 - shown} more."


@QUICK
@given(
    st.lists(deployments, max_size=4).map(tuple),
    st.lists(texts, max_size=8).map(tuple),
    st.integers(-2, 3),
    st.booleans(),
)
def test_any_offer_is_an_embed_that_discord_takes(
    found: tuple[Deployment, ...], unreadable: tuple[str, ...], page: int, stale: bool
) -> None:
    check_embed(deployments_embed(kept(Offer(found, unreadable), stale=stale), page))
    for item in found:
        check_embed(deployment_embed(item))


@QUICK
@given(texts.filter(str.strip))
def test_any_sentence_is_an_embed_that_discord_takes(sentence: str) -> None:
    assert len(note_embed(sentence).description or "") <= 4096
    assert len(error_embed(sentence, "0123abcd").description or "") <= 4096


def test_an_error_ends_with_its_reference() -> None:
    embed = error_embed("That did not work.", "0123abcd")

    assert embed.description == "❌ That did not work.\n-# ref `0123abcd`"
    assert embed.colour == RED


def test_help_names_the_commands() -> None:
    embed = help_embed()

    check_embed(embed)
    assert all(
        command in (embed.description or "") for command in ("/generate", "/deployments", "/cancel", "/settings")
    )
