"""What each answer of the API means, by status and body."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    Busy,
    DispatchFailed,
    KeyRefused,
    MachineInUse,
    MachineKeptWarm,
    NotCancellable,
    NotFound,
    NotFoundOrBroken,
    OutOfCredits,
    Refused,
    ServerFault,
    WrongAddress,
)
from core.comfydeploy.wire import error_for
from core.errors import CoreError
from tests.anything import QUICK, json_values, texts

CALL = "POST /run/deployment/queue"
SECRET = "a prompt that nobody else may read"
PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
SQL = "Error cancel function (sqlalchemy.Error): invalid input for query argument $1: 'xyz' [SQL: SELECT status]"


def said(value: object) -> bytes:
    return json.dumps({"detail": value}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        # who asks
        (401, said("Invalid or missing token"), KeyRefused),
        (401, said("Invalid or expired token"), KeyRefused),
        (401, said("Revoked token"), KeyRefused),
        (401, b"Invalid or expired token", KeyRefused),
        (403, said("Token does not have permission to access this endpoint"), AccessDenied),
        (403, said("Your account has been suspended. Please contact support."), AccessDenied),
        (403, said("You are not authorized to access this resource"), AccessDenied),
        (403, said("Access denied. "), AccessDenied),
        (403, said("Insufficient balance for requested operation"), AccessDenied),
        (403, said("Access denied for requested operation"), AccessDenied),
        (403, said("Insufficient your GPU credits to create run"), OutOfCredits),
        (403, said("Insufficient deployment owner's GPU credits to create run"), OutOfCredits),
        # what is asked for
        (404, said("Deployment not found"), NotFound),
        (404, said("Workflow not found"), NotFound),
        (404, said("Machine not found for this deployment"), NotFound),
        (404, said("Workflow version not found for this deployment"), NotFound),
        (404, said("Workflow API not found"), NotFound),
        (404, said("Run not found"), NotFound),
        (404, said("Workflow not found or you don't have access to it"), NotFound),
        (404, said("Deployments not found or you don't have access to it"), NotFound),
        (404, b'{"error":"Machine not found"}', NotFound),
        (500, said("404: Workflow not found"), NotFound),
        (500, said("Internal server error: 404: Machine not found"), NotFound),
        (500, said("Internal server error: 'NoneType' object has no attribute 'environment'"), NotFound),
        # as older servers say it
        (400, b'{"code":400,"message":"Workflow not found"}', NotFound),
        (500, b'{"error":"No version found"}', NotFound),
        (500, b'{"error":"Deployment not found"}', ServerFault),
        (400, b'{"success":false,"error":{"issues":[{"path":["inputs"]}],"name":"ZodError"}}', Refused),
        (401, b"Revoked token", KeyRefused),
        # where it is asked
        (404, said("Not Found"), WrongAddress),
        (404, b"404 page not found", WrongAddress),
        (404, b"", WrongAddress),
        (405, said("Method Not Allowed"), WrongAddress),
        (301, b"", WrongAddress),
        (307, b"", WrongAddress),
        (308, PROXY_PAGE, WrongAddress),
        # how it is asked
        (400, said("Machine auth token not found"), Refused),
        (400, said("Invalid machine type"), Refused),
        (400, said("Unsupported file type"), Refused),
        (400, said("File size exceeds 250MB limit"), Refused),
        (413, PROXY_PAGE, Refused),
        (422, said([]), Refused),
        (429, b"", Busy),
        (429, b"slow down", Busy),
        (429, said("Too Many Requests"), Busy),
        # a machine that is to be deleted
        (402, said("You still have these workflows related to this machine: portraits"), MachineInUse),
        (400, said("Please set keep warm to 0 before deleting the machine."), MachineKeptWarm),
        (402, said("Payment required"), Refused),
        # the machine behind it
        (400, said("Error creating run: 400 Bad Request"), DispatchFailed),
        (403, said("Error creating run: 403 Forbidden"), DispatchFailed),
        (404, said("Error creating run: 404 Not Found"), DispatchFailed),
        (429, said("Error creating run: 429 Too Many Requests"), DispatchFailed),
        (500, said("Error creating run: 500 Internal Server Error"), DispatchFailed),
        (500, said("Error cancel function 404: Run not found or has no modal function call ID"), NotCancellable),
        (500, said(SQL), ServerFault),
        (500, said("Internal server error"), ServerFault),
        (500, b"Internal Server Error", ServerFault),
        (500, b'{"error":"Internal server error"}', ServerFault),
        (500, b"", ServerFault),
        (502, PROXY_PAGE, ServerFault),
        (503, b"upstream connect error", ServerFault),
        (504, PROXY_PAGE, ServerFault),
        (520, b"error code: 520", ServerFault),
    ],
)
def test_an_answer_means(status: int, body: bytes, kind: type[ApiError]) -> None:
    error = error_for(CALL, status, body)

    assert type(error) is kind
    assert (error.call, error.status) == (CALL, status)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
@pytest.mark.parametrize("body", [b"", b"{}", b'{"detail":"Error creating run: 400 Bad Request"}', PROXY_PAGE])
def test_success_is_no_error_whatever_the_body_says(status: int, body: bytes) -> None:
    assert error_for(CALL, status, body) is None


def test_busy_says_how_long() -> None:
    error = error_for(CALL, 429, b"", retry_after=7.5)

    assert isinstance(error, Busy)
    assert error.retry_after == 7.5


@pytest.mark.parametrize(
    ("listed", "workflows"),
    [
        ("portraits", ("portraits",)),
        ("a,b", ("a", "b")),
        (" a , b ,, ", ("a", "b")),
        ("it: is", ("it: is",)),
        ("", ()),
        ("x" * 300, ("x" * 100,)),
        (",".join("x" * 30), ("x",) * 25),
    ],
)
def test_a_machine_in_use_tells_by_which_workflows(listed: str, workflows: tuple[str, ...]) -> None:
    error = error_for(CALL, 402, said(f"You still have these workflows related to this machine: {listed}"))

    assert isinstance(error, MachineInUse)
    assert error.workflows == workflows


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (said("Internal server error"), NotFoundOrBroken),
        (said("Internal server error: (sqlalchemy.Error) invalid input"), NotFoundOrBroken),
        (said("Internal server error: 404: Workflow not found"), NotFound),
        (b"Internal Server Error", ServerFault),
        (PROXY_PAGE, ServerFault),
        (b"", ServerFault),
    ],
)
def test_where_absence_is_hidden_only_the_servers_own_500_may_mean_it(body: bytes, kind: type[ApiError]) -> None:
    assert type(error_for(CALL, 500, body, hides_absence=True)) is kind


@pytest.mark.parametrize("kind", ["detail", "error", "message"])
def test_the_sentence_is_found_under_any_of_its_names(kind: str) -> None:
    body = json.dumps({kind: "Error creating run: 400 Bad Request"}).encode()

    assert isinstance(error_for(CALL, 400, body), DispatchFailed)


@pytest.mark.parametrize(
    ("locations", "fields"),
    [
        ([["body", "deployment_id"]], ("deployment_id",)),
        ([["body", "inputs", "prompt", "str"], ["body", "gpu"]], ("inputs.prompt.str", "gpu")),
        ([["query", "environment"]], ("query.environment",)),
        ([["body", 1]], ("1",)),
        ([["body", "DeploymentRunRequest", "deployment_id"]], ("DeploymentRunRequest.deployment_id",)),
        ([["body", "x" * 500]], ("x" * 100,)),
        ([["body", None, ["deep"], "gpu"]], ("gpu",)),
        (["body", None, 5], ()),
    ],
)
def test_422_names_the_fields(locations: list[object], fields: tuple[str, ...]) -> None:
    items = [
        {"type": "missing", "loc": place, "msg": f"Input should not be {SECRET}", "input": {"prompt": SECRET}}
        for place in locations
    ]

    error = error_for(CALL, 422, said([*items, "no object", None]))

    assert isinstance(error, Refused)
    assert error.fields == fields


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
@pytest.mark.parametrize(
    "detail",
    [
        [{"type": "string_type", "loc": ["body", "gpu"], "msg": SECRET, "input": SECRET, "ctx": {"error": SECRET}}],
        SECRET,
        {"prompt": SECRET},
        f"Error creating run: {SECRET}",
    ],
)
def test_an_error_never_repeats_what_the_body_says(status: int, detail: object) -> None:
    error = error_for(CALL, status, said(detail))

    assert error is not None
    assert SECRET not in f"{error} {error!r} {error.args} {vars(error)}"
    assert (error.__cause__, error.__context__) == (None, None)


def test_only_what_may_pass_by_itself_is_asked_again() -> None:
    answers = {status: error_for(CALL, status, b"") for status in (301, 400, 401, 403, 404, 405, 422, 429, 500, 503)}

    assert [status for status, error in answers.items() if error and error.retryable] == [429, 500, 503]


bodies = st.one_of(
    st.binary(max_size=60),
    texts.map(str.encode),
    json_values.map(lambda value: json.dumps(value).encode()),
    json_values.map(said),
    st.lists(st.fixed_dictionaries({"loc": json_values}), max_size=3).map(said),
)


@QUICK
@given(status=st.integers(100, 599), body=bodies, retry_after=st.none() | st.floats(min_value=0))
@example(status=500, body=b'{"detail":' + b"[" * 100_000, retry_after=None)
@example(status=422, body=b'{"detail":' + b"9" * 5_000 + b"}", retry_after=None)
@example(status=404, body=b"\xff\xfe\x00\xd8", retry_after=None)
def test_any_answer_is_an_api_error_or_a_success(status: int, body: bytes, retry_after: float | None) -> None:
    error = error_for(CALL, status, body, retry_after)

    assert (error is None) == (200 <= status < 300)
    assert error is None or isinstance(error, ApiError)
    assert error is None or isinstance(error, CoreError)
