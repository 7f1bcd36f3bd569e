"""Bodies become models, `BadReply`, or items in the list of what could not be read; never any other exception."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.comfydeploy import models, records
from core.comfydeploy.errors import BadReply
from core.comfydeploy.models import Run, RunRow, Submitted, Wire
from core.comfydeploy.records import DeploymentRow, Machine, UploadedFile, VersionRow, Workflow
from core.comfydeploy.replies import items, parsed, read_items
from tests.anything import QUICK, json_values
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import RUN, TOKEN, Json

CALL = "GET /anything"
MODELS = [
    value
    for module in (models, records)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Wire) and value is not Wire
]
LISTED: list[tuple[type[Wire], Json]] = [
    (DeploymentRow, samples.deployment()),
    (Workflow, samples.workflow_item()),
    (VersionRow, samples.version()),
    (Machine, samples.machine_item()),
    (RunRow, samples.light_run()),
    (Run, samples.run()),
]
BROKEN_BODIES = [b"", b"[", b"Internal Server Error", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5_000, b'"\xed\xa0\x80"']
NOTHING: Json = {}


def test_one_object_is_read() -> None:
    assert parsed(Submitted, CALL, b'{"run_id": "%s", "status": "queued"}' % RUN.encode()).run_id == RUN


@pytest.mark.parametrize("body", [*BROKEN_BODIES, b"[]", b"null", b"7", b"{}", b'{"run_id": "me"}', b'{"run_id": []}'])
def test_what_is_no_such_object_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReply) as caught:
        parsed(Submitted, CALL, body)

    assert (caught.value.call, caught.value.status) == (CALL, None)


@pytest.mark.parametrize("body", [*BROKEN_BODIES, b"{}", b"null", b"7", b'"text"'])
def test_what_is_no_list_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReply) as caught:
        items(RunRow, CALL, body)

    assert (caught.value.call, caught.value.status) == (CALL, None)


def test_a_list_is_read() -> None:
    good, bad = items(RunRow, CALL, json.dumps([samples.light_run(), samples.run_of_deployment()]).encode())

    assert [row.status for row in good] == ["timeout", "running"]
    assert bad == []


def test_a_broken_item_costs_only_itself() -> None:
    broken: list[object] = [{"id": "x", "status": "running"}, None, "text", {"status": "running"}, [], 7]

    good, bad = items(RunRow, CALL, json.dumps([broken[0], samples.light_run(), *broken[1:]]).encode())

    assert [row.id for row in good] == [RUN]
    assert bad == broken


def test_items_that_are_json_already_are_read_each_by_itself() -> None:
    good, bad = read_items(RunRow, [samples.light_run(), {"id": RUN}, samples.run()])

    assert ([row.status for row in good], bad) == (["timeout", "success"], [{"id": RUN}])


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (Submitted, b'{"run_id": "%s"}' % TOKEN.encode()),
        (UploadedFile, b'{"file_url": ["%s"]}' % TOKEN.encode()),
        (UploadedFile, b'{"file_url": "%s' % TOKEN.encode()),
    ],
)
def test_an_error_comes_without_the_one_that_holds_the_body(model: type[Wire], body: bytes) -> None:
    with pytest.raises(BadReply) as caught:
        parsed(model, CALL, body)

    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    assert TOKEN not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


def test_a_list_that_is_none_comes_without_the_error_that_holds_the_body() -> None:
    with pytest.raises(BadReply) as caught:
        items(Machine, CALL, b'[{"auth_token": "%s' % TOKEN.encode())

    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


@QUICK
@given(st.sampled_from(MODELS), st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
@example(Run, b'{"id": "%s", "status": "\\ud800"}' % RUN.encode())
@example(Run, b'{"id": "%s", "status": "running", "progress": %s}' % (RUN.encode(), b"9" * 400))
def test_any_body_is_a_model_or_a_bad_reply(model: type[Wire], body: bytes) -> None:
    try:
        found = parsed(model, CALL, body)
    except BadReply:
        return

    assert isinstance(found, model)


@QUICK
@given(st.sampled_from(MODELS), st.lists(json_values, max_size=5))
def test_any_list_is_what_could_be_read_and_what_could_not(model: type[Wire], values: list[Any]) -> None:
    good, bad = items(model, CALL, json.dumps(values).encode())

    assert all(isinstance(item, model) for item in good)
    assert len(good) + len(bad) == len(values)


@QUICK
@given(st.data(), st.sampled_from(LISTED))
def test_any_change_of_an_item_costs_at_most_that_item(data: st.DataObject, listed: tuple[type[Wire], Json]) -> None:
    model, sample = listed
    changes = st.fixed_dictionaries({}, optional=dict.fromkeys(sample, json_values))
    changed = sample | data.draw(changes)

    good, bad = items(model, CALL, json.dumps([sample, changed, sample]).encode())

    assert len(good) >= 2
    assert len(good) + len(bad) == 3


@QUICK
@given(st.data(), st.sampled_from(LISTED))
def test_both_ways_of_reading_a_list_read_the_same(data: st.DataObject, listed: tuple[type[Wire], Json]) -> None:
    model, sample = listed
    optional = [name for name, field in model.model_fields.items() if not field.is_required()]
    changed = sample | data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(optional, json_values)))
    body = json.dumps([sample, changed]).encode()

    at_once, none = items(model, CALL, body)
    one_by_one, one = items(model, CALL, json.dumps([sample, changed, NOTHING]).encode())

    assert (none, one) == ([], [NOTHING])
    assert repr(at_once) == repr(one_by_one)  # repr, since NaN is not even equal to itself
