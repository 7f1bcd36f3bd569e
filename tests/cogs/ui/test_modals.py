"""A form's screens of fields: what each kind of input gets, what stands in it, and what comes back."""

import json
from typing import Any, Final

import pytest

from cogs.ui.fields import hash_of
from cogs.ui.modals import answers_of, fix_modal, search_in, search_modal, section_modal
from core.comfydeploy.inputs import Input
from core.comfydeploy.values import Source, Stored, Value
from core.errors import Fault, Problem
from core.file_errors import FileTooLarge
from core.forms.form import FormNeeded
from tests.cogs.ui.form_screens import (
    answered,
    check_form,
    declared,
    field_of,
    form_of,
    label_of,
    labels,
    sent,
)
from tests.core.comfydeploy.graphs import Node, external

TEXT, MENU, UPLOAD, RADIOS, BOX = 4, 3, 19, 21, 23
LINE, PARAGRAPH = 1, 2
CAT: Final = (Stored("cat.png", "https://files.example/cat.png"),)


def options(count: int) -> str:
    return json.dumps([f"option {number}" for number in range(count)])


def modal_for(node: Node, value: Value | None = None, *problems: Problem) -> Any:  # noqa: ANN401 -- discord.py's
    form = form_of(declared(node), {} if value is None else {"x": value}, *problems)
    return section_modal(form, form.sections[0])


def inputs_of(node: Node) -> tuple[Input, ...]:
    return declared(node)


@pytest.mark.parametrize(
    ("node", "kinds"),
    [
        (external("Text"), [TEXT]),
        (external("TextAny"), [TEXT]),
        (external("Number"), [TEXT]),
        (external("NumberInt"), [TEXT]),
        (external("NumberSlider"), [TEXT]),
        (external("NumberSliderInt"), [TEXT]),
        (external("Seed"), [TEXT]),
        (external("Boolean", default_value=False), [BOX]),
        (external("Boolean"), [RADIOS]),
        (external("Enum", options="[]"), [TEXT]),
        (external("Enum", options=options(1)), [MENU]),
        (external("Enum", options=options(2)), [RADIOS]),
        (external("Enum", options=options(10)), [RADIOS]),
        (external("Enum", options=options(11)), [MENU]),
        (external("Enum", options=options(25)), [MENU]),
        (external("Enum", options=options(26)), [TEXT]),
        (external("Lora"), [TEXT]),
        (external("Checkpoint"), [TEXT]),
        (external("FaceModel"), [TEXT]),
        (external("Color"), [TEXT]),
        (external("Image"), [UPLOAD, TEXT]),
        (external("ImageBatch"), [UPLOAD, TEXT]),
        (external("Video"), [UPLOAD, TEXT]),
        (external("Audio"), [UPLOAD, TEXT]),
        (external("EXR"), [UPLOAD, TEXT]),
        (external("File"), [UPLOAD, TEXT]),
        (external("SomethingNew"), [TEXT]),
    ],
)
def test_each_kind_of_input_has_its_field(node: Node, kinds: list[int]) -> None:
    shown = labels(modal_for(node))

    assert [label["component"]["type"] for label in shown] == kinds


@pytest.mark.parametrize(
    ("node", "description", "placeholder"),
    [
        (
            external("NumberSliderInt", min_value=1, max_value=150, step=1, default_value=20),
            "1 to 150 · whole number · step 1 · default 20",
            "20",
        ),
        (external("NumberSlider", default_value=0.5), "0 to 1 · step 0.01 · default 0.5", "0.5"),
        (external("Number"), "-2147483647 to 2147483647 · step 0.01", None),
        (external("Number", min_value=2, max_value=2**40), "2 to 2147483647 · step 0.01", None),
        (external("NumberSlider", min_value=-(2**40), max_value=2**40), "a number · step 0.01", None),
        (external("NumberSliderInt", min_value=-(2**40), max_value=2**40), "whole number", None),
        (external("NumberSliderInt", min_value=2, max_value=2**40), "2 or more · whole number", None),
        (external("NumberInt", default_value=512), "0 to 2147483647 · whole number · default 512", "512"),
        (external("NumberInt", min_value=1, max_value=2**40), "1 to 2147483647 · whole number", None),
        (
            external("NumberInt", default_value=["4", 0]),
            "0 to 2147483647 · whole number · default set by the workflow",
            None,
        ),
        (external("Seed", default_value=42), "1 to 4294967295", "empty = random"),
        (
            external("NumberInt", display_name="Seed", default_value=42),
            "0 to 2147483647 · whole number",
            "empty = random",
        ),
        (external("Color", default_value="#ff8800"), "#rrggbb · default #ff8800", "#ff8800"),
        (external("File", options='["pdf", ".TXT"]'), "needed · .pdf, .txt", None),
        (external("EXR", exr_file="https://a.example/b.exr"), "Default: b.exr. Leave it empty", None),
        (external("ImageBatch"), "needed · up to 10 pictures", None),
        (external("Text", description="What to draw\nin *words*"), "What to draw in *words*", None),
        (external("Boolean", default_value=True), "default yes", None),
        (external("Enum", options=options(3), default_value="option 1"), "default option 1", None),
    ],
)
def test_a_field_says_what_it_takes_and_what_is_used_without_it(
    node: Node, description: str, placeholder: str | None
) -> None:
    label = label_of(modal_for(node), "x")

    assert label["description"].startswith(description)
    if placeholder is not None:
        assert label["component"]["placeholder"] == placeholder


@pytest.mark.parametrize(
    ("node", "value", "shown"),
    [
        (external("Text", default_value="a fox"), None, "a fox"),
        (external("Text", default_value="a fox"), "a cat", "a cat"),
        (external("Lora", default_lora_name="detail.safetensors"), None, "detail.safetensors"),
        (external("NumberInt", default_value=20), None, None),
        (external("NumberInt", default_value=20), "abc", "abc"),
        (external("Seed"), "77", "77"),
        (external("Image"), "no link", "no link"),
        (external("Audio"), "song.mp3", "song.mp3"),
    ],
)
def test_a_field_opens_with_what_is_there(node: Node, value: str | None, shown: str | None) -> None:
    assert field_of(modal_for(node, value), "x").get("value") == shown


def test_over_a_seed_that_was_given_it_is_said_what_its_absence_means() -> None:
    label = label_of(modal_for(external("Seed"), "77"), "x")

    assert label["description"] == "1 to 4294967295 · empty = random"


def test_what_is_picked_opens_with_what_is_there() -> None:
    node = external("Enum", options='["Ink", "Oil"]', default_value="Oil")

    def picked(value: str | None) -> list[str]:
        field = field_of(modal_for(node, value), "x")
        return [option["label"] for option in field["options"] if option["default"]]

    assert (picked(None), picked("ink"), picked("gone")) == (["Oil"], ["Ink"], ["Oil"])
    assert field_of(modal_for(external("Boolean", default_value=False), "YES"), "x")["default"] is True


@pytest.mark.parametrize(
    ("kind", "value", "style"),
    [
        ("Text", "a cat", PARAGRAPH),  # it has the role of the prompt
        ("TextSingleLine", "two\nlines", PARAGRAPH),  # a line could not hold them
        ("Checkpoint", "a" * 60, LINE),
        ("Checkpoint", "a" * 61, PARAGRAPH),
    ],
)
def test_what_is_long_has_room(kind: str, value: str, style: int) -> None:
    assert field_of(modal_for(external(kind), value), "x")["style"] == style


def test_a_text_beside_the_prompt_has_room_if_it_may_need_it() -> None:
    nodes = [
        external("Text", "prompt", 1),
        external("TextSingleLine", "name", 2),
        external("Text", "lyrics", 3),
        external("Text", "prefix", 4, default_value="img"),
        external("Text", "story", 5, default_value="a" * 61),
    ]
    form = form_of(declared(*nodes), {"name": "x" * 99})

    fields = [label["component"] for label in labels(section_modal(form, form.sections[0]))]

    assert [field["style"] for field in fields] == [PARAGRAPH, LINE, PARAGRAPH, LINE, PARAGRAPH]


@pytest.mark.parametrize(
    ("value", "wrong", "description"),
    [
        (CAT, None, "Now: cat.png. Leave it empty to keep that. · a picture"),
        (CAT * 5, None, "Now: cat.png, cat.png, cat.png and 2 more. Leave it empty to keep them."),
        (
            None,
            FileTooLarge("cat.png", limit=2**20, size=2**21),
            "needs another file. The file cat.png is too large (2.0 MB): at most 1.0 MB.",
        ),
    ],
)
def test_a_file_field_says_what_is_there_or_what_was_wrong(
    value: Value | None, wrong: FileTooLarge | None, description: str
) -> None:
    problems = [Problem("x", Fault.FILE, key="x", file=wrong)] if wrong else []

    kind = "Image" if value != CAT * 5 else "ImageBatch"

    label = label_of(modal_for(external(kind), value, *problems), "x")

    assert label["description"].startswith(description)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.png"], "needs another file. The file a.png is too large (2.0 MB): at most 1.0 MB."),
        (["a.png", "b.png"], "2 files cannot be used: a.png, b.png"),
        (["a.png", "b.png", "c.png", "d.png", "e.png"], "5 files cannot be used: a.png, b.png, c.png and 2 more"),
    ],
)
def test_how_many_files_were_wrong_is_said(names: list[str], said: str) -> None:
    files = [FileTooLarge(name, limit=2**20, size=2**21) for name in names]
    problems = [Problem("x", Fault.FILE, key="x", file=file) for file in files]
    form = form_of(declared(external("ImageBatch", default_value="[]")), {"x": CAT}, *problems)

    assert label_of(fix_modal(form), "x")["description"] == said


@pytest.mark.parametrize(
    ("default", "value", "what"),
    [("é" * 4001, None, "Its default"), ("é" * 4001, "x" * 4001, "What you gave"), (None, "x" * 4001, "What you gave")],
)
def test_what_is_too_long_for_a_field_is_kept_by_leaving_it_empty(
    default: str | None, value: str | None, what: str
) -> None:
    label = label_of(modal_for(external("Text", default_value=default), value), "x")

    assert label["description"] == f"{what} is too long to be shown here. Leave this empty to keep it."
    assert label["component"]["custom_id"][0] == "k"


def test_inputs_of_one_name_are_told_apart() -> None:
    nodes = [external("Text", key, place, display_name="Prompt") for place, key in enumerate(("a", "b", "c"))]
    long = [external("Text", f"{'k' * 60}{place}", 9 + place, display_name="n" * 60) for place in range(2)]
    form = form_of(declared(*nodes, *long))

    texts = [label["label"] for label in labels(section_modal(form, form.sections[0]))]

    assert texts[:3] == ["Prompt · a", "Prompt · b", "Prompt · c"]
    assert len(set(texts)) == 5


def test_a_section_says_where_it_stands() -> None:
    form = form_of(declared(*(external("Text", f"t{place}", place) for place in range(6))))

    shown = [check_form(section_modal(form, section)) for section in form.sections]

    assert [modal["title"] for modal in shown] == ["Portraits 1 (1 of 2)", "Portraits 1 (2 of 2)"]
    assert [modal["custom_id"] for modal in shown] == [f"st:form:{form.id}-0", f"st:form:{form.id}-1"]


def test_what_is_wrong_is_fixed_in_one_screen_as_far_as_it_fits() -> None:
    nodes = [external("Image", f"i{place}", place) for place in range(3)]
    form = form_of(declared(*nodes, external("NumberInt", "n", 4), external("Text", "t", 5)), {"n": "many"})

    modal = check_form(fix_modal(form))

    keys = [label["component"]["custom_id"][1:] for label in modal["components"]]
    assert keys == [hash_of(key) for key in ("i0", "i0", "i1", "i1", "n")]
    assert modal["custom_id"] == f"st:fixed:{form.id}"


def test_where_nothing_can_be_fixed_the_form_is_shown_instead() -> None:
    live: Node = {"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}

    with pytest.raises(FormNeeded):
        fix_modal(form_of(declared(live), {"live": "x"}))


@pytest.mark.parametrize(
    ("node", "typed", "answer"),
    [
        (external("Text", default_value="a fox"), "a cat", "a cat"),
        (external("Text", default_value="a fox"), "a fox", None),
        (external("Text", default_value="two\r\nlines"), "two\nlines", None),
        (external("Text", default_value="a fox"), "", ""),  # its default could be seen there
        (external("Text", default_value=" "), "", None),
        (external("Text", default_value="\x00"), "", None),  # no field can show it
        (external("Text"), "", None),
        (external("Text", default_value=["4", 0]), "", None),
        (external("Lora", default_lora_name="a"), "", None),
        (external("NumberInt", default_value=20), "20", None),
        (external("NumberInt", default_value=20), "", None),
        (external("NumberInt", default_value=20), "  ", None),  # only a text can be blanks
        (external("Text", default_value="a fox"), "  ", "  "),
        (external("NumberInt", default_value=20), "30", "30"),
        (external("Seed", default_value=42), "42", "42"),  # left out, it would be drawn
        (external("Boolean", default_value=True), True, None),
        (external("Boolean", default_value=True), False, "no"),
        (external("Boolean"), hash_of("no"), "no"),
        (external("Boolean"), hash_of(""), None),
        (external("Boolean"), None, None),
        (external("Enum", options=options(3), default_value="option 1"), hash_of("option 1"), None),
        (external("Enum", options=options(3), default_value="option 1"), hash_of("option 2"), "option 2"),
        (external("Enum", options=options(20)), hash_of("option 2"), "option 2"),
        (external("Enum", options=options(20)), [], None),
        (external("Lora", default_lora_name="a"), "b", "b"),
        (external("Image"), " https://a.example/b.png ", "https://a.example/b.png"),
    ],
)
def test_what_is_filled_in_is_read_back(node: Node, typed: object, answer: str | None) -> None:
    modal = modal_for(node)

    answers = answered(modal, inputs_of(node), {field_of(modal, "x")["custom_id"]: typed})

    assert answers == {"x": answer}


@pytest.mark.parametrize(
    ("node", "value", "answers"),
    [
        (external("Image"), CAT, {}),
        (external("Image"), "no link", {"x": "no link"}),
        (external("Text"), "é" * 4001, {}),
        (external("Text", default_value="é" * 4001), None, {}),
        (external("Text", default_value="é" * 4000), None, {"x": None}),
        (external("Text", default_value="a fox"), "", {"x": ""}),
        (external("Text", default_value="é" * 4001), "", {"x": ""}),
        (external("Text", default_value=["4", 0]), "", {}),  # what the workflow has is something else
        (external("NumberInt"), "abc", {"x": "abc"}),
    ],
)
def test_a_field_nobody_touched_changes_nothing(
    node: Node, value: Value | None, answers: dict[str, Value | None]
) -> None:
    assert answered(modal_for(node, value), inputs_of(node)) == answers


@pytest.mark.parametrize("value", [None, CAT, "no link"])
def test_an_upload_goes_before_what_is_there(value: Value | None) -> None:
    node = external("Image")
    modal = modal_for(node, value)

    upload = field_of(modal, "x", upload=True)["custom_id"]
    answers = answered(modal, inputs_of(node), {upload: ("dog.png", b"1234")})

    assert answers == {"x": (Source("dog.png", "https://cdn.example/dog.png", 4, attached=True),)}


def test_of_several_pictures_uploads_and_links_are_taken_together() -> None:
    node = external("ImageBatch")
    modal = modal_for(node)
    upload, link = field_of(modal, "x", upload=True)["custom_id"], field_of(modal, "x")["custom_id"]
    links = "https://a.example/3.png\nhttps://a.example/4.png"

    both = answered(modal, inputs_of(node), {upload: [("1.png", b"1"), ("2.png", b"2")], link: links})
    written = answered(modal, inputs_of(node), {link: links})

    assert [file.name for file in both["x"]] == ["1.png", "2.png", "3.png", "4.png"]  # type: ignore[union-attr]  # files
    assert written == {"x": links}


def faults_in(node: Node, answers: dict[str, Value | None]) -> list[Fault]:
    values = {key: value for key, value in answers.items() if value is not None}
    return [problem.fault for problem in form_of(declared(node), values).problems]


@pytest.mark.parametrize("value", [None, "https://a.example/3.png"])
def test_a_link_among_several_pictures_that_is_none_is_kept_and_said_to_be_none(value: str | None) -> None:
    node = external("ImageBatch")
    modal = modal_for(node, value)
    upload, link = field_of(modal, "x", upload=True)["custom_id"], field_of(modal, "x")["custom_id"]

    answers = answered(modal, inputs_of(node), {upload: ("1.png", b"1"), link: "3.png https://a.example/4.png"})

    names = [(file.name, file.where) for file in answers["x"] or () if isinstance(file, Source)]
    assert names[1:] == [("3.png", "3.png"), ("4.png", "https://a.example/4.png")]
    assert faults_in(node, answers) == [Fault.NOT_A_LINK]


def test_links_of_several_pictures_stay_beside_what_is_uploaded() -> None:
    node = external("ImageBatch")
    modal = modal_for(node, "https://a.example/3.png")

    answers = answered(modal, inputs_of(node), {field_of(modal, "x", upload=True)["custom_id"]: ("1.png", b"1")})

    assert [file.name for file in answers["x"]] == ["1.png", "3.png"]  # type: ignore[union-attr]  # files


@pytest.mark.parametrize("kind", ["Image", "Video", "Audio", "EXR", "File"])
@pytest.mark.parametrize("value", [None, CAT])
def test_an_upload_and_a_new_link_are_too_many_for_one_file(kind: str, value: Value | None) -> None:
    node = external(kind)
    modal = modal_for(node, value)
    upload, link = field_of(modal, "x", upload=True)["custom_id"], field_of(modal, "x")["custom_id"]

    answers = answered(modal, inputs_of(node), {upload: ("1.png", b"1"), link: " https://a.example/b.png "})

    assert [file.name for file in answers["x"]] == ["1.png", "b.png"]  # type: ignore[union-attr]  # files
    assert faults_in(node, answers) == [Fault.TOO_MANY]


@pytest.mark.parametrize(
    ("typed", "fault"), [("https://a.example/b.png", Fault.TOO_MANY), ("garbage text", Fault.NOT_A_LINK)]
)
def test_a_link_that_was_changed_beside_an_upload_is_not_lost(typed: str, fault: Fault) -> None:
    node = external("Image")
    modal = modal_for(node, "https://a.example/a.png")
    upload, link = field_of(modal, "x", upload=True)["custom_id"], field_of(modal, "x")["custom_id"]

    untouched = answered(modal, inputs_of(node), {upload: ("1.png", b"1")})
    changed = answered(modal, inputs_of(node), {upload: ("1.png", b"1"), link: typed})

    assert faults_in(node, untouched) == []
    assert faults_in(node, changed) == [fault]


def test_a_dash_beside_an_upload_removes_only_what_was_there() -> None:
    node = external("Image")
    modal = modal_for(node, CAT)
    upload, link = field_of(modal, "x", upload=True)["custom_id"], field_of(modal, "x")["custom_id"]

    answers = answered(modal, inputs_of(node), {upload: ("1.png", b"1"), link: "-"})

    assert answers == {"x": (Source("1.png", "https://cdn.example/1.png", 1, attached=True),)}


@pytest.mark.parametrize("typed", ["", "-"])
def test_a_link_that_was_shown_is_taken_back_by_clearing_it(typed: str) -> None:
    node = external("Image")
    modal = modal_for(node, "no link")

    answers = answered(modal, inputs_of(node), {field_of(modal, "x")["custom_id"]: typed})

    assert answers == {"x": None}


def test_a_file_is_taken_back_by_a_dash() -> None:
    node = external("Image")
    modal = modal_for(node, CAT)
    link = labels(modal)[1]

    answers = answered(modal, inputs_of(node), {link["component"]["custom_id"]: " - "})

    assert link["description"] == "- removes what is there"
    assert answers == {"x": None}


@pytest.mark.parametrize(
    ("before", "now", "typed", "answers"),
    [
        (external("Text", "gone"), external("Text", "x"), "a", {}),
        (external("Enum", options=options(3)), external("Text"), hash_of("option 1"), {}),
        (external("Enum", options=options(3)), external("Enum", options='["other"]'), hash_of("option 1"), {}),
        (external("Text"), external("Enum", options='["other"]'), "else", {"x": "else"}),
        (external("Boolean", default_value=True), external("Text"), False, {}),
        (external("Image"), external("Text"), "https://a.example/b", {"x": "https://a.example/b"}),
        (external("Text"), external("Image"), "", {}),
    ],
)
def test_a_form_is_understood_though_its_inputs_have_changed_since(
    before: Node, now: Node, typed: object, answers: dict[str, Value]
) -> None:
    form = form_of(declared(before))
    modal = section_modal(form, form.sections[0])

    data = sent(modal, {field_of(modal, before["inputs"]["input_id"])["custom_id"]: typed})

    assert answers_of(data, declared(now)) == answers


def test_an_upload_for_what_takes_no_file_any_more_is_ignored() -> None:
    modal = modal_for(external("Image"))

    data = sent(modal, {field_of(modal, "x", upload=True)["custom_id"]: ("a.png", b"1")})

    assert answers_of(data, declared(external("Text"))) == {"x": None}


def test_what_was_written_out_for_a_live_input_is_taken_back() -> None:
    live: Node = {"class_type": "ComfyDeployWebscoketImageInput", "inputs": {"input_id": "live"}}

    assert answers_of({"components": []}, declared(live, external("Text"))) == {"live": None}


@pytest.mark.parametrize("data", [None, {}, {"components": [{"type": 18}, {"type": 10, "content": "x"}]}])
def test_data_without_fields_answers_nothing(data: object) -> None:
    assert answers_of(data, declared(external("Text"), external("Image", "i"))) == {}
    assert search_in(data) == ""


def test_what_is_looked_for_is_read_back() -> None:
    form = form_of(declared(external("Enum", options=options(40))), search="ink")
    modal = search_modal(form, form.sections[0])

    assert check_form(modal)["custom_id"] == f"st:sought:{form.id}-0"
    assert search_in(sent(modal)) == "ink"
    assert search_in(sent(modal, {"search": "oil"})) == "oil"
    assert search_in(sent(modal, {"search": ""})) == ""


async def test_discord_py_keeps_no_form_that_was_opened() -> None:
    assert modal_for(external("Text")).is_finished()
