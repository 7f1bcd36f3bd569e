"""Whatever a workflow declares: Discord takes every screen of its form, and forms change no value by themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.fields import hash_of
from cogs.ui.form_view import form_message, opener_message
from cogs.ui.input_words import choices_of, sendable
from cogs.ui.list_view import list_message
from cogs.ui.modals import fix_modal, fixable, search_modal, section_modal
from core.comfydeploy.inputs import Input, find_roles
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Source, Stored, Value
from core.comfydeploy.written import text_of
from core.errors import Fault, InputsInvalid, Problem
from core.forms.drift import Drift
from core.forms.form import Form
from core.forms.sections import Section
from tests.anything import QUICK, texts
from tests.cogs.ui.form_screens import answered, check_form, check_screen, declared, field_of, fitted, form_of, label_of
from tests.core.comfydeploy.graphs import Node, external

TEXT, MENU, RADIOS, BOX = 4, 3, 21, 23
LINE = 1
LINK: Final = "https://files.example/a.png"
NAMES: Final = [
    "", " ", "\n", "Prompt", "prompt", "negative", "Seed", "seed", "image", "Image", "🎨", "👩\u200d👧", "\u200b",
    "\u3164", "two\nlines", "**bold**", "@everyone", "n" * 200, "<@80351110224678912>", "[a](https://a.example)",
    "nul\x00", "\ud800",
]  # fmt: skip
DEFAULTS: Final = [
    None, "", " ", 1, 0, -3, 0.5, 1e308, 2**63, True, False, "yes", "abc", "a\nb", "a\r\nb", "é" * 4000, "é" * 4001,
    LINK, ["47", 0], "nul\x00", "\ud800", "#ff8800", "option 3", "x" * 500,
]  # fmt: skip
OPTIONS: Final = [
    [], ["a"], ["a", "A"], [" ", ""], ["x" * 120 + "1", "x" * 120 + "2"], ["\u200b", "\u3164"],
    ["🎨", "@everyone", "\x00"],
    [f"option {number}" for number in range(11)], [f"{'o' * 200} {number}" for number in range(26)],
    [f"option {number}" for number in range(500)],
]  # fmt: skip
FACTS: Final[dict[str, list[object]]] = {
    "display_name": [*NAMES],
    "description": ["", "What it is", "d" * 500, "\n", "*"],
    "min_value": [None, 0, 1, -(2**40), 0.25],
    "max_value": [None, 150, 2**64, 1],
    "step": [None, 1, 0.01],
    "options": [json.dumps(listed) for listed in OPTIONS] + ["pdf\n.TXT\nimage/*", "[", 5],
}
DEFAULT_FIELDS: Final = ["default_lora_name", "images", "audio_file", "exr_file", "file_url", "default_face_model_name"]
KINDS: Final = [
    "Text", "TextAny", "TextSingleLine", "Number", "NumberInt", "NumberSlider", "NumberSliderInt", "Seed", "Boolean",
    "Enum", "Enum", "Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "Audio", "EXR", "File", "Lora", "Checkpoint",
    "FaceModel", "Color", "SomethingNew",
]  # fmt: skip
ANSWERS: Final[dict[InputKind, list[str]]] = {
    InputKind.NUMBER: ["0.5", "1", "0.25"],
    InputKind.WHOLE: ["1", "0", "7"],
    InputKind.SEED: ["1", "77", str(2**53 + 1)],
    InputKind.COLOUR: ["#ff8800"],
    InputKind.AUDIO: ["song.mp3"],
    InputKind.SWITCH: ["yes", "no"],
}


@st.composite
def any_node(draw: st.DrawFn) -> Node:
    """One draw, so that eighty of them are quickly made: its digits say which of each list."""
    luck = int.from_bytes(draw(st.binary(min_size=8, max_size=8)))

    def one_of(listed: Sequence[Any]) -> Any:  # noqa: ANN401 -- any fact
        nonlocal luck
        luck, place = divmod(luck, len(listed))
        return listed[place]

    kind, default = one_of(KINDS), one_of(DEFAULTS)
    facts = {name: one_of(listed) for name, listed in FACTS.items()}
    facts |= dict.fromkeys(["default_value", *DEFAULT_FIELDS], default)
    key = one_of(["x", "y", "prompt", "k" * 99, "🎨"]) + one_of(["", *map(str, range(40))])
    node = external(kind, key, one_of([None, 1, 2, 3]), **facts)
    if one_of(range(30)) == 0:
        node["class_type"] = "ComfyDeployWebscoketImageInput"
    node["_meta"]["cd_group_name"] = one_of(["", "", "Look", "Sampling", "g" * 99, "*\n"])
    return node


def any_inputs(*sizes: int) -> st.SearchStrategy[tuple[Input, ...]]:
    lists = st.sampled_from(sizes).flatmap(lambda size: st.lists(any_node(), min_size=size, max_size=size))
    return lists.map(lambda nodes: declared(*nodes))


@st.composite
def any_values(draw: st.DrawFn, inputs: tuple[Input, ...]) -> dict[str, Value]:
    """For some of the inputs something that they may or may not take."""
    keys = draw(st.lists(st.sampled_from([item.key for item in inputs]), max_size=6)) if inputs else []
    files = st.lists(st.builds(Source, texts, st.just(LINK)) | st.builds(Stored, texts, st.just(LINK)), max_size=12)
    return {key: draw(texts | files.map(tuple)) for key in keys}


@st.composite
def any_form(draw: st.DrawFn) -> Form:
    inputs = draw(any_inputs(0, 1, 2, 5, 12, 80))
    values = {key: value for key, value in draw(any_values(inputs)).items() if value}
    strangers = draw(st.lists(st.builds(Problem, texts, st.sampled_from(Fault), texts), max_size=3))
    drifts = st.builds(Drift, *(st.lists(texts, max_size=8).map(tuple) for _ in range(3)))
    form = form_of(
        inputs, values, *strangers, drift=draw(st.none() | drifts), search=draw(st.sampled_from(["", "1 o", "\u200b"]))
    )
    number = draw(st.integers(0, max(1, len(form.sections))))
    return replace(form, next=number, deployment=replace(form.deployment, label=draw(texts)))


@QUICK
@given(any_form(), st.integers(0, 30))
def test_discord_takes_every_screen(form: Form, page: int) -> None:
    check_screen(form_message(form))
    check_screen(opener_message(form))
    for section in form.sections:
        check_form(section_modal(form, section))
        if section.is_list:
            check_form(search_modal(form, section))
            check_screen(list_message(form, section, page))
            check_screen(list_message(form, section))
    if fixable(form):
        check_form(fix_modal(form))


@pytest.mark.parametrize("count", [0, 80])
def test_discord_takes_the_longest_and_the_shortest_form(count: int) -> None:
    nodes = [
        external(KINDS[place % len(KINDS)], f"k{place}", place, display_name="*" * 90, description="*" * 500)
        for place in range(count)
    ]
    form = form_of(declared(*nodes), {f"k{place}": "*" * 5000 for place in range(count)})

    check_screen(form_message(form))
    for section in form.sections:
        check_form(section_modal(form, section))


def outcome(item: Input, value: Value) -> object:
    """What would be sent for an input, as far as a field can say it; the problems where nothing would be."""
    try:
        sent = fitted([item], {item.key: sendable(value).strip() if isinstance(value, str) else value})
    except InputsInvalid as invalid:
        return [problem.fault for problem in invalid.problems]
    return sent.values, sent.files


def is_same(item: Input, before: Value | None, after: Value | None) -> bool:
    """Whether a run is the same with both: what is left out is the default, but for a seed, which would be drawn.

    A text can be nothing, which is another thing than its default; where that is not known, they are never the same.
    """
    if item.linked and item.default is None and (before is None) != (after is None):
        return False
    default = text_of(item, item.default) if item.default is not None and not find_roles([item]).seed else ""
    used = [default if value is None else value for value in (before, after)]
    return outcome(item, used[0]) == outcome(item, used[1])


def sensible(draw: st.DrawFn, item: Input) -> Value | None:
    """What a person could give and a run would take, or nothing."""
    if not draw(st.integers(0, 2)) or item.kind is InputKind.UNUSABLE:
        return None
    if item.is_file:
        return ANSWERS.get(item.kind, [LINK])[0] if draw(st.booleans()) else (Stored("a.png", LINK),)
    choices = [choice for choice in choices_of(item) if choice and choice == sendable(choice)]
    if item.kind is InputKind.TEXT and draw(st.booleans()):
        return ""
    value = draw(st.sampled_from(choices or ANSWERS.get(item.kind, ["a cat", "two\nlines", "é" * 5000])))
    try:
        return None if fitted([item], {item.key: value}).adjusted else value
    except InputsInvalid:
        return None


@st.composite
def sensible_forms(draw: st.DrawFn) -> Form:
    inputs = draw(any_inputs(1, 2, 5, 12))
    values = {item.key: sensible(draw, item) for item in inputs}
    return form_of(inputs, {key: value for key, value in values.items() if value is not None})


def filled(form: Form, answers: Mapping[str, Value | None]) -> dict[str, Value]:
    return {key: value for key, value in {**form.values, **answers}.items() if value is not None}


@QUICK
@given(sensible_forms())
def test_what_is_sent_as_it_was_opened_changes_nothing(form: Form) -> None:
    inputs = form.deployment.inputs
    answers: dict[str, Value | None] = {}
    for section in form.sections:
        answers |= answered(section_modal(form, section), inputs)

    values = filled(form, answers)

    for item in inputs:
        assert is_same(item, form.values.get(item.key), values.get(item.key)), item


def typed(form: Form, section: Section, item: Input, value: Value) -> dict[str, object]:
    """What a person fills into which field to give this value."""
    modal = section_modal(form, section)
    if isinstance(value, tuple):
        return {field_of(modal, item.key, upload=True)["custom_id"]: (value[0].name, b"x")}
    field = field_of(modal, item.key)
    picked: dict[int, object] = {TEXT: value, BOX: value == "yes", RADIOS: hash_of(value), MENU: hash_of(value)}
    return {field["custom_id"]: picked[field["type"]]}


def can_be_typed(form: Form, section: Section, item: Input, value: Value) -> bool:
    """Discord's client lets nobody write more, nor a second line into a field of one, nor empty one that is empty."""
    field = field_of(section_modal(form, section), item.key)
    is_line, is_there = field.get("style") == LINE, value != "" or bool(field.get("value"))
    return len(value) <= 4000 and not ("\n" in value and is_line) and is_there


def shows(form: Form, section: Section, item: Input) -> object:
    """What stands in the field of an input, or beside it."""
    modal = section_modal(form, section)
    if item.is_file and isinstance(form.values.get(item.key), tuple):
        return label_of(modal, item.key)["description"].partition(". ")[0]
    field = field_of(modal, item.key)
    if field["type"] in {MENU, RADIOS}:
        return [option["value"] for option in field["options"] if option["default"]]
    return field.get("value") if field["type"] == TEXT else field["default"]


@QUICK
@given(sensible_forms())
def test_what_is_filled_in_is_shown_again_from_what_is_sent(form: Form) -> None:
    inputs, empty = form.deployment.inputs, replace(form, values={})
    for section in form.sections:
        given_here = {
            item: form.values[item.key]
            for item in section.inputs
            if item.key in form.values and can_be_typed(empty, section, item, form.values[item.key])
        }
        fields = {
            name: filled_in
            for item, value in given_here.items()
            for name, filled_in in typed(empty, section, item, value).items()
        }

        answers = answered(section_modal(empty, section), inputs, fields)

        for item, value in given_here.items():
            again = sent_and_given_again(item, answers[item.key])
            shown = [
                shows(replace(form, values={item.key: each}), section, item)
                for each in (value, again)
                if each is not None
            ]
            assert len(set(map(str, shown))) == 1 or (item.is_file and shown == [value, "Now: a.png"]), (item, answers)
            assert again is not None or is_same(item, value, None), item


def sent_and_given_again(item: Input, answer: Value | None) -> Value | None:
    """What a run is sent for an answer, given once more; a file is stored by then."""
    if answer is None:
        return None
    sent = fitted([item], {item.key: answer})
    for target in list(sent.files):
        sent.with_files(target, [LINK])
    return text_of(item, sent.values[item.key])
