"""The form's message: what it says of each input and of the whole, and what can be pressed."""

import json
from typing import Final

import pytest

from cogs.ui.form_view import (
    DRAFT,
    DRAFT_SECTION,
    Screen,
    dropped_message,
    first_list,
    form_message,
    opener_message,
    section_in,
    section_of,
    started_message,
)
from core.comfydeploy.values import Source, Stored, Value
from core.errors import Fault, Problem
from core.file_errors import FileTooLarge
from core.forms.drift import Drift
from core.forms.form import FormNeeded
from tests.cogs.ui.form_screens import button, check_screen, declared, form_of, ids, menu, parts, said
from tests.core.comfydeploy.graphs import Node, external

LIVE: Final[Node] = {"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}
STEPS: Final = external("NumberSliderInt", "steps", 2, display_name="Steps", default_value=20, max_value=150)
PROMPT: Final = external("Text", "prompt", 1, display_name="Prompt", default_value="a fox")
IMAGE: Final = external("Image", "image", 3, display_name="Image")
VIDEO: Final = external("Video", "v", 0, display_name="Video")
CAT: Final = (Source("cat.png", "https://a.example/cat.png"),)
STYLE: Final = external("Enum", "style", 4, display_name="Style", options=json.dumps([*map(str, range(40))]))
STRANGER: Final = Problem("stepz", Fault.UNKNOWN, choices=("steps",))


def grouped(group: str, *nodes: Node) -> list[Node]:
    return [{**node, "_meta": {**node["_meta"], "cd_group_name": group}} for node in nodes]


def labels(screen: Screen) -> list[str]:
    return [part["label"] for part in parts(screen) if part["type"] == 2]


@pytest.mark.parametrize(
    ("node", "value", "line"),
    [
        (PROMPT, CAT, "⚠ **Prompt** takes no file. Write something instead."),
        (IMAGE, CAT * 2, "⚠ **Image** has too many files: it takes one, or up to 10 where it asks for several."),
        (PROMPT, "a *cat*", "✅ **Prompt** a \\*cat\\*"),
        (PROMPT, None, "-# Prompt `a fox` (default)"),
        (STEPS, "30", "✅ **Steps** `30`"),
        (STEPS, "abc", "⚠ **Steps** must be a number (you wrote `abc`)."),
        (STEPS, "400", "\N{INFORMATION SOURCE} **Steps** `400` → `150`: it takes 0 to 150."),
        (STEPS, None, "-# Steps `20` (default)"),
        (IMAGE, CAT, "✅ **Image** cat.png"),
        (IMAGE, None, "❗ **Image** is missing. Give a picture, or a link to one."),
        (external("Seed", "s"), None, "-# s random"),
        (external("NumberInt", "n", default_value=["4", 0]), None, "-# n set by the workflow"),
        (external("Text", "t"), None, "-# t (default)"),
        (external("Text", "t"), "", "✅ **t** (empty)"),
        (PROMPT, "", "✅ **Prompt** (empty)"),
        (STEPS, "", "-# Steps `20` (default)"),  # only a text can be nothing
        (LIVE, None, "-# live cannot be set from here"),
        (external("Boolean", "b", default_value=False), None, "-# b `no` (default)"),
    ],
)
def test_each_input_has_a_line(node: Node, value: str | None, line: str) -> None:
    [item] = declared(node)

    screen = form_message(form_of([item], {} if value is None else {item.key: value}))

    check_screen(screen)
    assert said(screen).splitlines()[-1] == line


def test_a_file_that_was_refused_says_why() -> None:
    problem = Problem("Image", Fault.FILE, key="image", file=FileTooLarge("me.png", limit=2**20, size=2**21))
    form = form_of(
        declared(PROMPT, external("Image", "image", 3, display_name="Image", default_value="x")), {}, problem
    )

    screen = form_message(form)

    assert "⚠ **Image** needs another file. The file `me.png` is too large (2.0 MB): at most 1.0 MB." in said(screen)


def test_groups_stand_under_their_names() -> None:
    screen = form_message(form_of(declared(PROMPT, *grouped("Sam_pling", STEPS, external("Seed", "seed", 2)), IMAGE)))

    lines = said(screen).splitlines()
    assert lines[2:] == [
        "__Sam\\_pling__",
        "-# Steps `20` (default)",
        "-# seed random",
        "",
        "❗ **Image** is missing. Give a picture, or a link to one.",
    ]


@pytest.mark.parametrize(
    ("nodes", "values", "problems", "advice"),
    [
        ([PROMPT], {}, [], "Ready. Press **Run**, or change something first."),
        ([IMAGE], {}, [], "Fill in what is marked ❗, then press **Run**."),
        ([STEPS], {"steps": "x"}, [], "Fix what is marked ⚠, then press **Run**."),
        ([STEPS, IMAGE], {"steps": "x"}, [], "Fill in what is marked ❗ and fix what is marked ⚠, then press **Run**."),
        ([PROMPT], {}, [STRANGER], "Leave out what does not belong here, then press **Run**."),
        ([], {}, [STRANGER], "Leave out what does not belong here, then press **Run**."),
        (
            [IMAGE],
            {},
            [STRANGER],
            "Fill in what is marked ❗ and leave out what does not belong here, then press **Run**.",
        ),
        (
            [IMAGE, STEPS],
            {"steps": "x"},
            [STRANGER],
            "Fill in what is marked ❗, fix what is marked ⚠ and leave out what does not belong here, then press",
        ),
        ([], {}, [], "There is nothing to fill in. Press **Run**."),
        ([LIVE], {}, [], "There is nothing to fill in. Press **Run**."),
    ],
)
def test_it_says_what_to_do_next(
    nodes: list[Node], values: dict[str, str], problems: list[Problem], advice: str
) -> None:
    screen = form_message(form_of(declared(*nodes), values, *problems))

    check_screen(screen)
    assert said(screen).startswith(advice)


@pytest.mark.parametrize(
    ("nodes", "values", "problems", "shown"),
    [
        ([PROMPT], {}, [], ["st:run:", "st:next:-0", "st:drop:"]),
        ([PROMPT], {"prompt": "a cat"}, [], ["st:run:", "st:next:-0", "st:clear:", "st:drop:"]),
        ([IMAGE], {}, [], ["st:fix:", "st:next:-0", "st:run:", "st:drop:"]),
        ([IMAGE], {"image": CAT * 2}, [], ["st:fix:", "st:next:-0", "st:run:", "st:clear:", "st:drop:"]),
        ([PROMPT], {}, [STRANGER], ["st:without:", "st:next:-0", "st:run:", "st:drop:"]),
        ([PROMPT], {"prompt": ""}, [STRANGER], ["st:without:", "st:next:-0", "st:run:", "st:clear:", "st:drop:"]),
        ([IMAGE], {}, [STRANGER], ["st:fix:", "st:without:", "st:next:-0", "st:run:", "st:drop:"]),
        ([], {}, [], ["st:run:"]),
        ([], {}, [STRANGER], ["st:without:", "st:run:"]),
        ([LIVE], {"live": "x"}, [], ["st:run:", "st:clear:"]),
        (
            [PROMPT, IMAGE, VIDEO, STEPS],
            {},
            [],
            ["st:fix:", "st:next:-0", "st:run:", "st:drop:", "st:go:"],
        ),
    ],
)
def test_what_leads_on_comes_first(
    nodes: list[Node], values: dict[str, Value], problems: list[Problem], shown: list[str]
) -> None:
    screen = form_message(form_of(declared(*nodes), values, *problems))

    check_screen(screen)
    assert [part.replace("--", "-") for part in ids(screen)] == shown


@pytest.mark.parametrize("value", [{}, {"steps": "x"}, {"steps": "7"}])
def test_run_can_be_pressed_when_nothing_is_wrong(value: dict[str, str]) -> None:
    screen = form_message(form_of(declared(STEPS), value))

    assert button(screen, "run").get("disabled", False) is (value == {"steps": "x"})


@pytest.mark.parametrize(
    ("following", "values", "label"),
    [
        (0, {}, "Fill in: t0, t1, t2, t3, t4"),
        (0, {"t1": "x"}, "Change: t0, t1, t2, t3, t4"),
        (1, {}, "Next: t5, t6"),
        (2, {}, "Fill in: t0, t1, t2, t3, t4"),  # all were seen, so it begins anew
    ],
)
def test_the_next_section_is_named(following: int, values: dict[str, str], label: str) -> None:
    form = form_of(declared(*(external("Text", f"t{place}", place) for place in range(7))), values, next=following)

    following_button = button(form_message(form), "next")

    assert following_button["label"] == label
    assert following_button["custom_id"] == f"st:next:{form.id}-{following % 2}"


def test_how_many_can_be_fixed_is_said() -> None:
    form = form_of(declared(STEPS, IMAGE, LIVE), {"steps": "x", "live": "x"})

    assert "Fix (2)" in labels(form_message(form))


def test_where_things_are_only_missing_there_is_nothing_to_fix() -> None:
    form = form_of(declared(STEPS, IMAGE, VIDEO), {"steps": "7"}, STRANGER)

    screen = form_message(form)

    assert labels(screen)[:2] == ["Fill in (2)", "Leave it out"]
    assert button(screen, "without")["custom_id"] == f"st:without:{form.id}"


@pytest.mark.parametrize(
    ("nodes", "values", "number"),
    [
        ([PROMPT, STEPS, STYLE], {"style": "x"}, 1),
        ([PROMPT, STEPS, STYLE], {"style": "x", "steps": "x"}, None),  # the steps come first
        ([PROMPT, STEPS, STYLE], {"style": "3"}, None),
        ([LIVE, STYLE], {"style": "x", "live": "x"}, 0),  # nobody can fix the other
        ([PROMPT], {}, None),
    ],
)
def test_a_long_list_is_opened_for_what_is_to_be_fixed_first(
    nodes: list[Node], values: dict[str, str], number: int | None
) -> None:
    section = first_list(form_of(declared(*nodes), values))

    assert (section.number if section else None) == number


def test_few_sections_are_all_in_the_menu() -> None:
    nodes = [*grouped("Look", PROMPT, IMAGE), *grouped("Sampling", STEPS)]
    form = form_of(declared(*nodes), {"prompt": "a cat"})

    options = menu(form_message(form))["options"]

    assert [(option["label"], option["description"], option["value"]) for option in options] == [
        ("1. Prompt, Image", "Look · 1 to fix · 1 of 2 given", "0"),
        ("2. Steps", "Sampling · 0 of 1 given", "1"),
    ]


@pytest.mark.parametrize(("following", "first"), [(0, 0), (5, 0), (20, 8), (39, 15), (40, 15)])
def test_of_many_sections_those_around_the_next_one_are_in_the_menu(following: int, first: int) -> None:
    form = form_of(declared(*(external("Image", f"i{place}", place) for place in range(80))), next=following)

    screen = form_message(form)

    check_screen(screen)
    assert [option["value"] for option in menu(screen)["options"]] == [str(first + step) for step in range(25)]


def test_of_many_inputs_what_was_given_is_shown_and_the_rest_counted() -> None:
    nodes = [external("Number", f"n{place}", place, default_value=1) for place in range(80)]
    form = form_of(declared(*nodes), {"n70": "2", "n40": "x", "n3": "4"})

    screen = form_message(form)

    check_screen(screen)
    assert said(screen).splitlines()[1:] == [
        "⚠ **n40** must be a number (you wrote `x`).",
        "✅ **n3** `4`",
        "✅ **n70** `2`",
        "-# …and 77 more at their defaults",
    ]


def test_many_untouched_inputs_are_counted() -> None:
    form = form_of(declared(*(external("Text", f"t{place}") for place in range(16))))

    assert said(form_message(form)).splitlines()[-1] == "-# All 16 inputs are at their defaults."


def test_more_than_fits_is_counted() -> None:
    nodes = [external("Text", f"t{place}", place, display_name="*" * 90) for place in range(80)]
    form = form_of(declared(*nodes), {f"t{place}": "*" * 500 for place in range(79)})

    screen = form_message(form)

    check_screen(screen)
    counted, rest = said(screen).splitlines()[-2:]
    assert counted.startswith("…and ")
    assert rest == "-# …and 1 more at their defaults"


def test_what_changed_is_said_and_what_fits_can_be_run() -> None:
    drift = Drift(new=("lo*ra",), gone=("steps",), changed=tuple(f"c{place}" for place in range(9)))
    form = form_of(declared(PROMPT), drift=drift)

    screen = form_message(form)

    check_screen(screen)
    first = said(screen).splitlines()[0]
    assert "has changed since: new: **lo\\*ra** · gone: **steps** · changed: **c0**, **c1**," in first
    assert first.endswith("**c4** and 4 more. **Run with what fits** uses defaults for the rest.")
    assert labels(screen)[0] == "Run with what fits"


def test_what_changed_promises_no_run_while_something_is_missing() -> None:
    screen = form_message(form_of(declared(IMAGE), drift=Drift(new=("image",))))

    assert said(screen).splitlines()[:2] == [
        "\N{INFORMATION SOURCE} This deployment has changed since: new: **image**.",
        "Fill in what is marked ❗, then press **Run with what fits**.",
    ]
    assert button(screen, "run")["disabled"]


def test_a_form_that_cannot_be_opened_at_once_says_what_is_missing() -> None:
    screen = opener_message(form_of(declared(IMAGE, STEPS)))

    check_screen(screen)
    assert said(screen) == "❗ **Image** is missing. Give a picture, or a link to one."
    assert ids(screen) == ["st:open:"]


def test_the_way_to_a_form_that_lacks_nothing_says_so() -> None:
    check_screen(opener_message(form_of(declared(PROMPT))))


@pytest.mark.parametrize("screen", [dropped_message(), started_message(form_of(()))])
def test_what_is_over_has_no_buttons(screen: Screen) -> None:
    check_screen(screen)
    assert parts(screen) == []


def test_what_buttons_hand_on_is_read_back() -> None:
    form = form_of(declared(*(external("Image", f"i{place}", place) for place in range(5))))
    what = button(form_message(form), "next")["custom_id"].removeprefix("st:next:")

    assert DRAFT_SECTION.fullmatch(what)
    assert DRAFT.fullmatch(form.id)
    assert section_in(what) == (form.id, 0)
    assert [section_of(form, number).number for number in (0, 1, 2, 999)] == [0, 1, 2, 2]


def test_a_form_that_has_lost_its_sections_is_shown_instead() -> None:
    with pytest.raises(FormNeeded):
        section_of(form_of(()), 0)


def test_files_that_are_stored_are_named() -> None:
    files = tuple(Stored(f"{name}.png", "https://a.example/") for name in "abcde")

    screen = form_message(form_of(declared(external("ImageBatch", "x")), {"x": files}))

    assert said(screen).endswith("✅ **x** a.png, b.png, c.png and 2 more")
