"""What an error's own text says: enough for the log, and nothing that must not be there."""

import pytest

from core.comfydeploy.errors import ApiError, Busy, DispatchFailed, NoAnswer
from core.errors import CannotCancel, Fault, InputsInvalid, Problem


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ApiError("GET /run/{id}"), "GET /run/{id}: ApiError"),
        (NoAnswer("GET /run/{id}"), "GET /run/{id}: NoAnswer"),
        (Busy("GET /run/{id}", 429, retry_after=5), "GET /run/{id}: Busy (429)"),
        (DispatchFailed("POST /run/deployment/queue", 500), "POST /run/deployment/queue: DispatchFailed (500)"),
    ],
)
def test_a_failed_call_says_which_and_how(error: ApiError, text: str) -> None:
    assert str(error) == text


def test_invalid_inputs_say_which_but_not_what_was_written() -> None:
    error = InputsInvalid([Problem("cfg", Fault.NOT_A_NUMBER, given="secret"), Problem("image", Fault.MISSING)])

    assert str(error) == "cfg: NOT_A_NUMBER, image: MISSING"


@pytest.mark.parametrize(
    ("machine_type", "is_early"), [("comfy-deploy-serverless", True), ("classic", False), (None, False)]
)
def test_only_on_serverless_machines_a_later_cancel_may_work(machine_type: str | None, is_early: bool) -> None:
    assert CannotCancel(machine_type).is_early == is_early
