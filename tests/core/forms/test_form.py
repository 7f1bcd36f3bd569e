"""A form knows what is wrong with it, in order, and whether it may be opened at once or run."""

import pytest

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.errors import Fault, InputsInvalid, Problem
from core.file_errors import FileNotAnImage
from core.forms.drift import Drift
from core.forms.form import Form, FormNeeded, file_problem
from core.offer import Deployment

IMAGE = Input("image", InputKind.IMAGE, "Start")
CFG = Input("cfg", InputKind.NUMBER, "Guidance", group="Look")
LIVE = Input("live", InputKind.UNUSABLE, "Live")
DEPLOYMENT = Deployment("d", "upscale", "production", "w", 1, "", (CFG, LIVE, IMAGE), Kind.IMAGE, "upscale (staging)")

LACKS_PICTURE = Problem("Start", Fault.MISSING_PICTURE, key="image")
LACKS = Problem("Clip", Fault.MISSING, key="clip")
NO_NUMBER = Problem("Guidance", Fault.NOT_A_NUMBER, "many", key="cfg")
UNKNOWN = Problem("other", Fault.UNKNOWN)


def form(*problems: Problem, drift: Drift | None = None, is_wanted: bool = False) -> Form:
    return Form("0" * 16, DEPLOYMENT, {}, problems, drift=drift, is_wanted=is_wanted)


def test_what_is_wrong_comes_in_the_forms_order() -> None:
    assert form(LACKS_PICTURE, UNKNOWN, NO_NUMBER).wrong == (CFG, IMAGE)


def test_a_form_is_ready_when_nothing_is_wrong() -> None:
    assert form().is_ready
    assert not form(UNKNOWN).is_ready


@pytest.mark.parametrize(
    ("problems", "only_lacks"),
    [
        ([], False),
        ([LACKS_PICTURE], True),
        ([LACKS_PICTURE, LACKS], True),
        ([LACKS_PICTURE, NO_NUMBER], False),
        ([UNKNOWN], False),
    ],
)
def test_a_form_that_only_lacks_something_can_be_opened_at_once(problems: list[Problem], only_lacks: bool) -> None:
    assert form(*problems).only_lacks is only_lacks


def test_a_form_that_drifted_is_looked_at_first() -> None:
    assert not form(LACKS_PICTURE, drift=Drift(new=("Start",))).only_lacks


def test_a_form_that_somebody_wants_to_see_is_not_opened_at_what_it_lacks() -> None:
    assert not form(LACKS_PICTURE, is_wanted=True).only_lacks


def test_its_sections_are_those_of_its_deployment() -> None:
    assert [section.title for section in form().sections] == ["Look", ""]


def test_the_error_says_the_same_as_the_form() -> None:
    needed = FormNeeded(form(LACKS_PICTURE, NO_NUMBER))

    assert isinstance(needed, InputsInvalid)
    assert (needed.problems, needed.deployment) == ((LACKS_PICTURE, NO_NUMBER), "upscale (staging)")


def test_what_is_wrong_with_a_file_is_a_problem_of_its_input() -> None:
    error = FileNotAnImage("a.svg")

    assert file_problem(IMAGE, error) == Problem("Start", Fault.FILE, key="image", file=error)
