"""Inputs are dealt out to screens: each once, in order, at most five fields, and groups apart if a menu has room."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import FILES, MODELS, InputKind
from core.forms.sections import FIELDS, Section, fields_of, is_listed, sections_of
from tests.anything import QUICK

MENU = 25  # what one menu of Discord's holds: options, and ways to sections


def make(key: str, kind: InputKind = InputKind.TEXT, group: str = "", options: int = 0) -> Input:
    return Input(key, kind, key, group=group, options=tuple(f"option {number}" for number in range(options)))


def texts(count: int, group: str = "") -> list[Input]:
    return [make(f"{group}{number}", group=group) for number in range(count)]


def keys(*inputs: Input) -> list[list[str]]:
    return [[item.key for item in section.inputs] for section in sections_of(inputs)]


def titles(*inputs: Input) -> list[str]:
    return [section.title for section in sections_of(inputs)]


def test_no_input_makes_no_section() -> None:
    assert sections_of(()) == ()


def test_what_cannot_be_set_is_in_no_section() -> None:
    assert keys(make("live", InputKind.UNUSABLE), make("a")) == [["a"]]


def test_five_fields_are_a_section() -> None:
    assert [len(section) for section in keys(*texts(12))] == [5, 5, 2]


def test_a_file_takes_two_fields() -> None:
    files = [make(f"f{number}", InputKind.IMAGE) for number in range(3)]

    assert keys(*files, make("a"), make("b")) == [["f0", "f1"], ["f2", "a", "b"]]


def test_a_group_is_a_section_with_its_name() -> None:
    inputs = [make("a"), make("b", group="Look"), make("c", group="Look"), make("d"), *texts(7, "Size")]

    assert keys(*inputs)[:3] == [["a"], ["b", "c"], ["d"]]
    assert titles(*inputs) == ["", "Look", "", "Size", "Size"]


def test_more_groups_than_a_menu_leads_to_are_packed() -> None:
    few = [make(f"a{number}", group=f"group {number}") for number in range(MENU)]
    many = [make(f"a{number}", group=f"group {number}") for number in range(MENU + 1)]

    assert [len(sections_of(tuple(few))), len(sections_of(tuple(many)))] == [MENU, 6]
    assert titles(*many) == [""] * 5 + ["group 25"]


@pytest.mark.parametrize(
    ("kind", "options", "listed"),
    [
        (InputKind.CHOICE, MENU, False),
        (InputKind.CHOICE, MENU + 1, True),
        (InputKind.LORA, 0, False),
        (InputKind.LORA, 1, True),
        (InputKind.CHECKPOINT, 1, True),
        (InputKind.FACE, 1, True),
        (InputKind.TEXT, 0, False),
    ],
)
def test_what_no_field_has_room_for_is_a_list_of_its_own(kind: InputKind, options: int, listed: bool) -> None:
    inputs = (make("a"), make("b", kind, options=options), make("c"))

    assert is_listed(inputs[1]) is listed
    assert keys(*inputs) == ([["a"], ["b"], ["c"]] if listed else [["a", "b", "c"]])
    assert [section.is_list for section in sections_of(inputs)] == ([False, True, False] if listed else [False])


kinds = st.sampled_from(InputKind)
group_names = st.sampled_from(["", "", "Look", "Size", "Ω\n"])
options = st.sampled_from([0, 0, 1, MENU, MENU + 1])


@st.composite
def forms(draw: st.DrawFn) -> tuple[Input, ...]:
    """Inputs as a workflow gives them: groups in one piece, but nothing else about them is known."""
    drawn = draw(st.lists(st.builds(make, st.just("x"), kinds, group_names, options), max_size=80))
    named = [replace(item, key=f"x{number}") for number, item in enumerate(drawn)]
    return tuple(sorted(named, key=lambda item: item.group)) if draw(st.booleans()) else tuple(named)


def _fits_a_screen(section: Section) -> bool:
    if any(map(is_listed, section.inputs)):
        return section.is_list and len(section.inputs) == 1
    return not section.is_list and 1 <= sum(map(fields_of, section.inputs)) <= FIELDS


@settings(QUICK, max_examples=100)
@given(forms())
@example(tuple(make(f"x{number}", InputKind.IMAGE, f"group {number}") for number in range(80)))
@example(tuple(make(f"x{number}", InputKind.CHOICE, options=500) for number in range(80)))
def test_any_inputs_are_dealt_out_once_in_order_to_screens_that_have_room(inputs: tuple[Input, ...]) -> None:
    sections = sections_of(inputs)

    dealt = [item for section in sections for item in section.inputs]
    assert dealt == [item for item in inputs if item.kind is not InputKind.UNUSABLE]
    assert [section.number for section in sections] == list(range(len(sections)))
    assert all(map(_fits_a_screen, sections))
    groups = [{item.group for item in section.inputs} for section in sections]
    assert len(_apart(dealt)) > MENU or all(len(group) == 1 for group in groups)
    assert [section.title for section in sections] == [next(iter(group)) if len(group) == 1 else "" for group in groups]


def _apart(dealt: list[Input]) -> list[Section]:
    """The sections of the same inputs, each group by itself."""
    runs: list[list[Input]] = []
    for item in dealt:
        if not runs or runs[-1][0].group != item.group:
            runs.append([])
        runs[-1].append(item)
    return [section for run in runs for section in sections_of(tuple(run))]


@pytest.mark.parametrize("kind", sorted(set(InputKind) - {InputKind.UNUSABLE}))
def test_every_kind_has_room_on_a_screen(kind: InputKind) -> None:
    assert fields_of(make("a", kind)) == (2 if kind in FILES else 1)
    assert is_listed(make("a", kind, options=2)) == (kind in MODELS)
