"""Every refusal of the API: its status and body as observed on the backend of 2025-11, in one table."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Answered as `{"detail": detail}`; `sane` is the right status where the real server's is wrong."""

    status: int
    detail: str
    sane: int | None = None


class RefusedError(Exception):
    """Ends a request with a problem of the table."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class InvalidRequestError(Exception):
    """Ends a request with 422 and pydantic's list of what is wrong, the caller's data included under `input`."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class CrashError(Exception):
    """Ends a request as an unhandled exception does: 500 `Internal Server Error` in text/plain, connection closed."""


DEPLOYMENT_GET = Problem(500, "Internal server error", sane=404)
DEPLOYMENT_RUNS = Problem(500, "Internal server error: 'NoneType' object has no attribute 'environment'", sane=404)
DEPLOYMENT_RUN = Problem(404, "Deployment not found")
DEPLOYMENTS_OF_WORKFLOW = Problem(404, "Deployments not found or you don't have access to it")
WORKFLOW_GET = Problem(404, "Workflow not found or you don't have access to it")
WORKFLOW_RUN = Problem(404, "Workflow not found")
VERSION_GET = Problem(404, "Workflow version not found or you don't have access to it")
MACHINE_GET = Problem(404, "Machine not found")
API_RUN = Problem(404, "Workflow API not found")
MACHINE_RUN = Problem(404, "Machine not found for this deployment")
MACHINE_REFUSED = Problem(400, "Error creating run: 400 Bad Request")
MACHINE_BROKEN = Problem(500, "Error creating run: 500 Internal Server Error")
RUN_GET = Problem(404, "Run not found")
RUN_OF_OTHERS = Problem(403, "You are not authorized to access this resource")
CANCEL = Problem(500, "Error cancel function 404: Run not found or has no modal function call ID", sane=404)
CANCEL_NO_UUID = Problem(
    500,
    "Error cancel function (sqlalchemy.dialects.postgresql.asyncpg.Error) <class 'asyncpg.exceptions.DataError'>: "
    "invalid input for query argument $1\n[SQL: SELECT modal_function_call_id, status, id FROM workflow_runs]",
    sane=422,
)
NO_CREDITS = Problem(403, "Insufficient your GPU credits to create run")
UPLOAD_TYPE = Problem(400, "Unsupported file type")
UPLOAD_SIZE = Problem(400, "File size exceeds 250MB limit")
NO_ROUTE = Problem(404, "Not Found")
NO_METHOD = Problem(405, "Method Not Allowed")
NOT_SIMULATED = Problem(501, "Not simulated by the sandbox")
