"""Counting over many exchanges, the exemptions, and the command."""

import json
from pathlib import Path

import pytest

from tests.conformance.__main__ import main
from tests.conformance.exemptions import Exemption
from tests.conformance.report import report
from tests.conformance.small import DOCUMENT, SPEC, got, posted
from tests.conformance.trace import line

MILK = {"name": "tea", "milk": True}
EXEMPT = Exemption("request", "POST /cups", "/m*", "is not described", "everybody takes milk")


def test_the_same_violation_is_one_line_with_its_count() -> None:
    found = report(SPEC, [posted(MILK), posted(MILK), posted(), got("/cups/1")], ())

    assert list(found.lines()) == [
        "request POST /cups /milk: is not described (2 times)",
        "4 requests and 4 replies on 2 routes checked: 1 distinct violations, 2 in all",
    ]
    assert not found.good


def test_a_cut_connection_is_a_request_without_a_reply() -> None:
    found = report(SPEC, [posted(status=None)], ())

    assert (found.requests, found.replies, found.good) == (1, 0, True)


def test_nothing_checked_is_not_good() -> None:
    assert not report(SPEC, [], ()).good


def test_an_exemption_covers_its_violation_and_is_counted() -> None:
    found = report(SPEC, [posted(MILK)], (EXEMPT,))

    assert found.good
    assert next(found.lines()) == f"exempt: {EXEMPT} (once)"


@pytest.mark.parametrize(
    "other",
    [
        EXEMPT._replace(side="reply"),
        EXEMPT._replace(route="GET /cups"),
        EXEMPT._replace(pointer="/name"),
        EXEMPT._replace(text="is missing"),
    ],
)
def test_an_exemption_covers_nothing_else(other: Exemption) -> None:
    found = report(SPEC, [posted(MILK)], (other,))

    assert not found.good
    assert found.exempt[other] == 0


@pytest.mark.parametrize(("drink", "code"), [({"name": "tea"}, 0), (MILK, 1)])
def test_the_command_checks_a_record_and_says_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], drink: object, code: int
) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "one.jsonl").write_text(line(posted(drink)) + line(posted(drink)))

    assert main([str(tmp_path / "openapi.json"), str(tmp_path)]) == code
    assert "2 requests and 2 replies on 1 routes" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], [""], ["nowhere/openapi.json"]])
def test_without_a_description_the_command_says_how_to_name_one(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "make check-discord SPEC=" in capsys.readouterr().err
