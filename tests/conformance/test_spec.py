"""Reading a description, and finding the operation of a path."""

import json
from pathlib import Path

import pytest

from tests.conformance.closing import closed
from tests.conformance.small import DOCUMENT, SPEC
from tests.conformance.spec import SpecUnreadable, load


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/cups", "/cups"),
        ("/cups/12", "/cups/{cup_id}"),
        ("/cups/@mine", "/cups/@mine"),
        ("/cups/12/lid", None),
        ("/cups/", "/cups"),
        ("/", None),
    ],
)
def test_a_path_has_the_template_that_says_most_of_it(path: str, template: str | None) -> None:
    assert SPEC.template(path) == template


def test_the_variables_of_a_path_are_decoded() -> None:
    operation = SPEC.operation("GET", "/cups/%F0%9F%8D%B5")

    assert operation is not None
    assert operation.values == {"cup_id": "🍵"}


def test_an_object_that_says_what_else_it_may_have_stays_open() -> None:
    open_one = {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}}

    assert closed({"components": {"schemas": {"Open": open_one}}})["components"]["schemas"]["Open"] == open_one


def test_a_field_called_properties_is_no_schema() -> None:
    schema = {"type": "object", "properties": {"properties": {"type": "string"}, "type": {"type": "string"}}}

    assert closed(schema)["properties"] == schema["properties"]


def test_a_description_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(DOCUMENT))

    assert load(file).template("/cups") == "/cups"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"openapi": "3.0.0", "paths": {}}', '{"openapi": "3.1.0"}'])
def test_what_is_no_description_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(text)

    with pytest.raises(SpecUnreadable, match=r"openapi\.json is no"):
        load(file)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SpecUnreadable, match="cannot be read: No such file"):
        load(tmp_path / "openapi.json")
