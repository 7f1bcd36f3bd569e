"""The list of what can be run, its search and filter, and one deployment with its inputs."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.buttons import is_ours
from cogs.ui.deployments_view import (
    LISTED,
    MAKES,
    Wanted,
    deployment_buttons,
    deployment_embed,
    deployment_text,
    deployments_buttons,
    deployments_embeds,
    listed,
    wanted_by,
    wanted_in,
)
from cogs.ui.embeds import BLURPLE, YELLOW
from core.cache import Kept
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.errors import Flaw
from core.offer import Deployment, Offer, Unreadable
from core.people.offering import Allowed
from core.runs.estimates import Usual
from core.search import Index
from tests.anything import QUICK, texts
from tests.cogs.ui.screens import (
    ASKED,
    COVER,
    RUN,
    SIGNED,
    check_embed,
    check_screen,
    deployment,
    deployments_without_inputs,
    inputs,
    offer,
    usuals,
)

LONG_NAME = "*_~|`[]<>@everyone " * 300
OLD = f"<t:{int(ASKED.timestamp())}:R>"
ALL = Wanted()
EVERYTHING = Allowed()
DASHBOARD = "https://app.comfydeploy.com"


def kept(shown: Offer, *, stale: bool = False) -> Kept[Offer]:
    return Kept(shown, ASKED, stale=stale)


def searched(*items: Deployment) -> Offer:
    return Offer(items, search=Index((item, item.label, item.description) for item in items))


def embeds_of(
    shown: Offer, wanted: Wanted = ALL, *, stale: bool = False, allowed: Allowed = EVERYTHING
) -> list[discord.Embed]:
    return deployments_embeds(kept(shown, stale=stale), wanted, listed(shown, wanted), {}, allowed)


def lines_of(shown: Offer, wanted: Wanted = ALL, *, stale: bool = False) -> list[str]:
    return (embeds_of(shown, wanted, stale=stale)[0].description or "").splitlines()


def line_of(**fields: Any) -> str:  # noqa: ANN401 -- any field of an input
    facts: dict[str, Any] = {"key": "x", "kind": InputKind.TEXT, "name": "x"}
    embed = deployment_embed(deployment(inputs=(Input(**(facts | fields)),)))
    return (embed.description or "").splitlines()[-1]


def buttons_of(view: discord.ui.View) -> dict[str, dict[str, Any]]:
    """Those that can be pressed, by their labels."""
    found = [item for row in view.to_components() for item in row["components"] if item["type"] == 2]
    return {item["label"]: item for item in found if not item.get("disabled")}


def whats_of(wanted: Wanted, shown: Offer) -> dict[str, str]:
    """What each button of this part of the list hands on."""
    found = buttons_of(deployments_buttons(wanted, listed(shown, wanted), {}))
    return {label: item["custom_id"].removeprefix("st:page:") for label, item in found.items()}


def test_nothing_to_run_says_what_to_do() -> None:
    (embed,) = embeds_of(Offer(), wanted_by("fox", None))

    assert embed.description == (
        "Nothing can be run yet: no deployment is on offer. Deploy a workflow in ComfyUI Deploy first."
    )
    assert embed.footer.text is None


def test_where_nothing_is_allowed_nobody_is_sent_to_comfyui_deploy() -> None:
    (embed,) = embeds_of(Offer(), allowed=Allowed(frozenset()))

    assert embed.description == (
        "Nothing may be run in this server yet: its managers can change that with `/server deployments`."
    )


def test_what_could_not_be_read_is_said_with_the_reason_below_the_list() -> None:
    (item,) = offer(1).deployments
    shown = Offer((item,), (Unreadable("Broken*", Flaw.FAULTY),))

    first, last = lines_of(shown)

    assert first.startswith("**Portraits 0**")
    assert last.startswith(r"⚠ Cannot be read: **Broken\***. ComfyUI Deploy answered with an error for it; ")


def test_an_old_list_says_how_old() -> None:
    (embed,) = embeds_of(offer(1), stale=True)

    assert embed.colour == YELLOW
    assert (embed.description or "").endswith(f"⚠ This list is from {OLD}: it could not be read anew.")


def test_a_fresh_list_says_nothing_of_its_age() -> None:
    (embed,) = embeds_of(offer(1))

    assert embed.colour == BLURPLE
    assert "<t:" not in (embed.description or "")


FOX = deployment(1, name="Fox", description="in snow")
FILM = deployment(2, name="Film", makes=Kind.VIDEO, description="a fox runs")
FEW = searched(FOX, FILM)


@pytest.mark.parametrize(
    ("wanted", "lead", "found"),
    [
        (ALL, None, (FOX, FILM)),
        (wanted_by("fox", None), "What is found by `fox`:", (FOX, FILM)),
        (wanted_by(" SNOW ", None), "What is found by `SNOW`:", (FOX,)),
        (wanted_by(None, "video"), "What makes **video**:", (FILM,)),
        (wanted_by("fox", "video"), "What is found by `fox` and makes **video**:", (FILM,)),
    ],
)
def test_a_list_that_is_narrowed_down_says_so(wanted: Wanted, lead: str | None, found: tuple[Deployment, ...]) -> None:
    assert listed(FEW, wanted).items == found
    assert lines_of(FEW, wanted)[: lead is not None] == [lead][: lead is not None]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (wanted_by("zebra", None), "Nothing on offer is found by `zebra`."),
        (wanted_by(None, "audio"), "Nothing on offer makes **audio**."),
        (wanted_by("zebra", "3D"), "Nothing on offer is found by `zebra` and makes **3D**."),
    ],
)
def test_where_nothing_is_found_the_way_out_is_named(wanted: Wanted, sentence: str) -> None:
    assert lines_of(FEW, wanted) == [f"{sentence} **Show all** leads to the whole list."]
    assert whats_of(wanted, FEW) == {"Show all": "0-0"}


LONG_SEARCH = "a red fox in the deepest snow of a winter night"


def test_a_search_that_no_button_can_keep_ends_with_a_word_and_says_so() -> None:
    wanted = wanted_by(LONG_SEARCH, None)

    assert lines_of(FEW, wanted)[:2] == [
        "Nothing on offer is found by `a red fox in the deepest snow of a`. **Show all** leads to the whole list.",
        "-# You searched for more than a button can keep, so the rest of your words was left out.",
    ]
    assert "left out" not in "".join(lines_of(FEW, wanted_by("a red fox", None)))


def test_a_button_keeps_what_the_list_was_narrowed_down_to() -> None:
    shown = searched(*(deployment(number, name=f"zebra {number}") for number in range(25)))
    first = wanted_by("zèbra 🦓", "image")

    following = wanted_in(whats_of(first, shown)["Next"])

    assert following == Wanted("zèbra 🦓", Kind.IMAGE, 1)
    assert whats_of(following, shown).keys() == {"Back", "Next", "Show all"}
    assert wanted_in(whats_of(following, shown)["Show all"]) == ALL


@pytest.mark.parametrize(
    ("what", "wanted"),
    [("3-1", Wanted(page=3)), ("3-1-2", Wanted("", Kind.ANIMATION, 3)), ("0-0-9-ff66", Wanted("f", None, 0))],
)
def test_buttons_of_other_versions_lead_as_far_as_they_say(what: str, wanted: Wanted) -> None:
    assert LISTED.fullmatch(what)
    assert wanted_in(what) == wanted


def test_every_kind_of_result_can_be_asked_for() -> None:
    assert {choice.value for choice in MAKES} == {str(kind) for kind in Kind}


@QUICK
@given(texts, st.none() | st.sampled_from(Kind), st.integers(0, 300))
async def test_whatever_is_searched_for_a_button_holds_and_gives_back(
    search: str, makes: Kind | None, page: int
) -> None:
    first = wanted_by(search, makes)
    shown = Offer(tuple(deployment(number, makes=makes or Kind.TEXT) for number in range(12)))
    wanted = Wanted(first.search, first.makes, page)

    buttons = deployments_buttons(wanted, listed(Offer(shown.deployments), Wanted("", makes, page)), {})

    found = [wanted_in(item["custom_id"].removeprefix("st:page:")) for item in buttons_of(buttons).values()]
    assert all(LISTED.fullmatch(item["custom_id"].removeprefix("st:page:")) for item in buttons_of(buttons).values())
    assert Wanted(first.search, first.makes, 0 if page else 1) in found


@pytest.mark.parametrize("count", [0, 300])
def test_one_of_an_old_list_says_so_whatever_its_length(count: int) -> None:
    (found,) = offer(1, count).deployments
    mark = f"⚠ This is from {OLD}: it could not be read anew."

    old, fresh = deployment_embed(found, None, ASKED), deployment_embed(found)

    check_embed(old)
    assert (old.description or "").endswith(mark)
    assert (old.colour, fresh.colour) == (YELLOW, BLURPLE)
    assert "anew" not in (fresh.description or "")


def test_a_deployment_without_inputs_says_so() -> None:
    assert (deployment_embed(deployment(description="")).description or "").splitlines() == [
        "Makes: **image** · production · v3",
        "It has no inputs: `/generate` runs it as it is.",
    ]


def test_the_description_comes_first_and_the_version_only_if_known() -> None:
    embed = deployment_embed(deployment(description="**Faces**", version=None))

    assert (embed.description or "").splitlines()[:2] == [r"\*\*Faces\*\*", "Makes: **image** · production"]


def test_its_picture_and_how_long_it_takes_are_shown_where_they_are_known() -> None:
    embed = deployment_embed(deployment(cover=COVER), Usual(20, 45))

    assert embed.image.url == COVER
    assert (embed.description or "").splitlines()[2] == "Usually 20 s, rarely over 45 s."
    assert deployment_embed(deployment()).image.url is None


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
        (
            {"kind": InputKind.NUMBER, "minimum": 0, "maximum": 1, "least": -(2**31), "step": 0.05},
            "- `x` (number, 0 to 1, step 0.05)",
        ),
        ({"kind": InputKind.NUMBER, "minimum": 0.0}, "- `x` (number, 0 or more)"),
        ({"kind": InputKind.NUMBER, "most": 9.0}, "- `x` (number, 9 or less)"),
        ({"kind": InputKind.NUMBER, "least": -(2**31), "most": 2**31}, "- `x` (number)"),
        ({"default": True, "kind": InputKind.SWITCH}, "- `x` (yes or no, default `yes`)"),
        ({"default": False, "kind": InputKind.SWITCH}, "- `x` (yes or no, default `no`)"),
        (
            {"default": -1, "kind": InputKind.SEED, "minimum": 1, "maximum": 9},
            "- `x` (seed, 1 to 9, random unless given)",
        ),
        (
            {"kind": InputKind.WHOLE, "least": 0, "most": 2**31 - 1, "maximum": 2**31 - 1},
            "- `x` (whole number, 0 to 2147483647)",
        ),
        ({"kind": InputKind.IMAGE}, "- `x` (image, **needed**)"),
        ({"kind": InputKind.IMAGE, "linked": True}, "- `x` (image, has a default)"),
        ({"kind": InputKind.IMAGE, "default": SIGNED}, "- `x` (image, has a default)"),
        ({"kind": InputKind.FILE, "accepts": (".pdf", ".txt")}, "- `x` (file, `.pdf` or `.txt`, **needed**)"),
        (
            {"kind": InputKind.LORA, "default": "https://models.example/a?token=t0ken"},
            "- `x` (LoRA, any name or link, has a default)",
        ),
        (
            {"kind": InputKind.LORA, "default": "a", "options": tuple("abcde")},
            "- `x` (LoRA, any name or link, such as `b`, `c`, `d`, default `a`)",
        ),
        ({"kind": InputKind.CHOICE, "options": ("a", "b")}, "- `x` (choice, one of `a`, `b`)"),
        (
            {"kind": InputKind.CHOICE, "options": tuple("abcdefghij"), "default": "a"},
            "- `x` (choice, one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h` and 2 more, default `a`)",
        ),
        ({"kind": InputKind.UNUSABLE}, "- `x` (live image, which cannot be set from here)"),
    ],
)
def test_an_input_says_what_it_takes_and_what_holds_without_it(fields: dict[str, object], line: str) -> None:
    assert line_of(**fields) == line


def test_groups_are_named_above_their_inputs() -> None:
    groups = {"a": "", "b": "Look*", "c": "Look*", "d": ""}
    declared = tuple(Input(key, InputKind.TEXT, key, group=group) for key, group in groups.items())

    lines = (deployment_embed(deployment(inputs=declared)).description or "").splitlines()

    assert lines[2:] == ["- `a` (text)", r"**Look\***", "- `b` (text)", "- `c` (text)", "**Others**", "- `d` (text)"]


def test_a_deployment_can_be_run_from_here_and_looked_up_in_the_dashboard() -> None:
    shown = buttons_of(deployment_buttons(deployment(1), DASHBOARD))

    assert shown["Generate with this"]["custom_id"] == f"st:make:{deployment(1).id}"
    assert shown["Open in ComfyUI Deploy"]["url"] == f"{DASHBOARD}/workflows/{RUN}/deployment"
    assert list(buttons_of(deployment_buttons(deployment(1), None))) == ["Generate with this"]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 2000])
@pytest.mark.parametrize("declared", [0, 1, 25, 80])
@pytest.mark.parametrize("name", ["", LONG_NAME])
def test_every_screen_fits_from_empty_to_huge(count: int, declared: int, name: str) -> None:
    shown = offer(count, declared, name)

    for page in (0, count // 20, count):
        check_screen(embeds_of(shown, Wanted(page=page), stale=True))
    for item in shown.deployments[:1]:
        check_embed(deployment_embed(item))


def test_all_inputs_are_shown_or_counted() -> None:
    described = (deployment_embed(offer(1, 80).deployments[0]).description or "").splitlines()
    huge = (deployment_embed(offer(1, 80, LONG_NAME).deployments[0]).description or "").splitlines()

    shown = sum(line.startswith("- `input") for line in huge)
    assert sum(line.startswith("- `input") for line in described) == 80
    assert huge[-1] == f"…and {80 - shown} more."


def test_what_has_no_room_is_in_a_file() -> None:
    small, huge = offer(1, 8).deployments[0], offer(1, 80, LONG_NAME).deployments[0]

    assert deployment_text(small) is None
    assert (deployment_text(huge) or "").count("- `input") == 80


@QUICK
@given(
    st.lists(deployments_without_inputs, max_size=7, unique_by=lambda item: item.id).map(tuple),
    st.lists(st.builds(Unreadable, texts, st.sampled_from(Flaw)), max_size=8).map(tuple),
    st.builds(Wanted, texts.map(lambda text: wanted_by(text, None).search), st.none() | st.sampled_from(Kind)),
    st.integers(-2, 3),
    st.booleans(),
    usuals,
)
async def test_any_offer_is_a_screen_that_discord_takes(
    found: tuple[Deployment, ...],
    unreadable: tuple[Unreadable, ...],
    part: Wanted,
    page: int,
    stale: bool,
    usual: Usual,
) -> None:
    shown = Offer(found, unreadable, Index((item, item.label, item.description) for item in found))
    wanted = Wanted(part.search, part.makes, page)
    here = listed(shown, wanted)
    known = {item.id: usual for item in found}

    view = deployments_buttons(wanted, here, known)

    check_screen(deployments_embeds(kept(shown, stale=stale), wanted, here, known, EVERYTHING), view)
    assert all(is_ours(item["custom_id"]) for row in view.to_components() for item in row["components"])


@QUICK
@given(deployments_without_inputs, st.lists(inputs, max_size=80).map(tuple), st.none() | usuals, st.booleans())
async def test_any_deployment_is_a_screen_that_discord_takes(
    found: Deployment, declared: tuple[Input, ...], usual: Usual | None, stale: bool
) -> None:
    item = deployment(1, declared, found.label, cover=found.cover, description=found.description)

    embed = deployment_embed(item, usual, ASKED if stale else None)

    check_screen([embed], deployment_buttons(item, "https://" + "d" * 391))
