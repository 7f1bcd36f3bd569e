"""What the checker finds in one exchange, and how it says it."""

import pytest

from tests.conformance.check import check
from tests.conformance.small import SPEC, TEA, got, posted
from tests.conformance.trace import FORM, JSON, Body, Exchange

BEANS = {"type": 1, "grams": 7}


def said(exchange: Exchange) -> list[str]:
    return [str(violation).partition("/cups")[2].strip() for violation in check(SPEC, exchange)]


@pytest.mark.parametrize(
    "drink",
    [
        TEA,
        {"name": None},
        {"name": "tea", "owner": None, "size": 2},
        {"name": "tea", "owner": "80351110224678912", "parts": [BEANS, {"type": 2, "text": "sugar"}]},
        {"name": "tea", "since": "2026-11-20T08:30:06.123000+00:00", "labels": {"any": "thing"}},
    ],
)
def test_what_is_as_described_is_no_violation(drink: object) -> None:
    assert check(SPEC, posted(drink, 200, drink, {"wait": "true"})) == []


@pytest.mark.parametrize(
    ("drink", "words"),
    [
        ({}, "/name: is missing"),
        ({"name": 4}, "/name: is an integer, must be string or null"),
        ({"name": "coffee"}, "/name: has more than 5 characters"),
        ({"name": "tea", "milk": True}, "/milk: is not described"),
        ({"name": "tea", "size": 3}, "/size: is 3, must be 1 or 2"),
        ({"name": "tea", "owner": 4}, "/owner: is an integer, must be null or string"),
        ({"name": "tea", "owner": "me"}, "/owner: does not have the described pattern"),
        ({"name": "tea", "parts": [BEANS, {"type": 1, "grams": 0}]}, "/parts/*/grams: is less than 1"),
        ({"name": "tea", "parts": [{"type": 2}]}, "/parts/*/text: is missing"),
        ({"name": "tea", "parts": [{**BEANS, "note": ""}]}, "/parts/*/note: is not described"),
        ({"name": "tea", "since": "yesterday"}, "/since: is not of the format date-time"),
        ({"name": "tea", "labels": {"a/b": 1}}, "/labels/a~1b: is an integer, must be string"),
        ([TEA], ": is an array, must be object"),
    ],
)
def test_each_thing_that_is_wrong_has_its_pointer_and_words(drink: object, words: str) -> None:
    assert said(posted(drink)) == [words]
    assert said(posted(back=drink, status=200)) == [words]


def test_many_values_with_the_same_fault_are_one_violation() -> None:
    assert said(posted({"name": "tea", "parts": [{"type": 2}, {"type": 2}]})) == ["/parts/*/text: is missing"]


def test_the_texts_of_values_are_never_told() -> None:
    secret = "hunter2hunter2"
    values = {"name": secret, "size": secret, "owner": secret, "parts": [secret, {"type": secret}], "since": secret}

    told = "\n".join([*said(posted(values)), *said(posted(query={"wait": secret}))])

    assert len(told.splitlines()) >= 6
    assert "hunter2" not in told


def test_a_route_nobody_described_is_told_without_what_is_not_in_the_description() -> None:
    (violation,) = check(SPEC, got("/cups/hunter2/@mine"))

    assert str(violation) == "request GET /cups/{…}/@mine: is no described route"


def test_a_method_nobody_described_is_a_violation() -> None:
    assert said(got("/cups/1", "DELETE")) == ["/{…}: is no described route"]


def test_the_variables_of_the_path_are_checked() -> None:
    assert said(got("/cups/tea")) == ["/{cup_id} {cup_id}: does not have the described pattern"]


@pytest.mark.parametrize(
    ("query", "words"),
    [({"wait": "often"}, "?wait: is a string, must be boolean"), ({"haste": "1"}, "?haste: is not described")],
)
def test_the_query_is_checked(query: dict[str, str], words: str) -> None:
    assert said(posted(query=query)) == [words]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (Body(), ": has no body"),
        (Body(JSON, "{"), ": has a body that is not JSON"),
        (Body("text/plain", "tea"), f": has a body of the type text/plain, described is {JSON} or {FORM}"),
        (Body(FORM, '{"name": 4}'), "/name: is an integer, must be string or null"),
        (Body(FORM, None), f": is {FORM} without payload_json"),
    ],
)
def test_the_body_of_a_request_is_of_the_described_kind(sent: Body, words: str) -> None:
    assert said(posted(sent)) == [words]


def test_a_body_where_none_is_described_is_a_violation() -> None:
    exchange = Exchange("GET", "/cups/1", [], Body(JSON, "{}"), 204, Body(JSON, "{}"))

    assert said(exchange) == [
        "/{cup_id}: has a body, none is described",
        f"/{{cup_id}}: has a body of the type {JSON}, described is none",
    ]


@pytest.mark.parametrize(
    ("status", "back", "words"),
    [
        (200, None, [": status 200 has no body"]),
        (404, {"code": 1, "why": "gone"}, []),
        (404, {"why": "gone"}, ["/code: is missing"]),
        (404, {"code": 1, "how": ""}, ["/how: is not described"]),
        (502, None, [": status 502 is not described"]),
        (None, None, []),
    ],
)
def test_a_reply_is_checked_by_its_status(status: int | None, back: object, words: list[str]) -> None:
    assert said(posted(status=status, back=back)) == words
