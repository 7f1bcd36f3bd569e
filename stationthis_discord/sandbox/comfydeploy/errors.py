"""Every refusal of the API: its status and body as observed on the backend of 2025-11, in one table."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Answered as `{key: detail}`; `sane` is the right status where the real server's is wrong."""

    status: int
    detail: str
    sane: int | None = None
    key: str = "detail"


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


_SQL = "sqlalchemy.dialects.postgresql.asyncpg"


def of_database(why: str, sane: int = 422) -> Problem:
    """What `POST /deployment` says when the database refuses: the whole exception, values and SQL included."""
    return Problem(500, f"Internal server error: {why}\n(Background on this error at: https://sqlalche.me/e/20)", sane)


def no_environment(name: str) -> Problem:
    return of_database(
        f"({_SQL}.Error) <class 'asyncpg.exceptions.InvalidTextRepresentationError'>: "
        f'invalid input value for enum deployment_environment: "{name}"'
    )


def no_uuid(text: str) -> Problem:
    return of_database(
        f"({_SQL}.Error) <class 'asyncpg.exceptions.DataError'>: "
        f"invalid input for query argument $1: {text!r} (invalid UUID {text!r})"
    )


def no_version(version_id: str) -> Problem:
    return of_database(
        f"({_SQL}.IntegrityError) <class 'asyncpg.exceptions.ForeignKeyViolationError'>: insert or update on table "
        '"deployments" violates foreign key constraint "deployments_workflow_version_id_workflow_versions_id_fk"\n'
        f'DETAIL:  Key (workflow_version_id)=({version_id}) is not present in table "workflow_versions".',
        sane=404,
    )


def machine_in_use(workflows: list[str]) -> Problem:
    return Problem(402, f"You still have these workflows related to this machine: {','.join(workflows)}")


DEPLOYMENT_GET = Problem(500, "Internal server error", sane=404)
DEPLOYMENT_LIST = Problem(500, "Internal server error")
DEPLOYMENT_WITHOUT_MACHINE = Problem(400, "Machine ID or Machine Version ID is required")
DEPLOYMENT_MACHINE = Problem(500, "Internal server error: 404: Machine not found", sane=404)
DEPLOYMENT_MACHINE_VERSION = Problem(
    500, "Internal server error: 'NoneType' object has no attribute 'machine_id'", sane=404
)
DEPLOYMENT_WORKFLOW = Problem(500, "Internal server error: 404: Workflow not found", sane=404)
DEPLOYMENT_TWICE = Problem(
    500, "Internal server error: Multiple rows were found when one or none was required", sane=409
)
DEPLOYMENT_STOP = Problem(404, "Deployment not found")
DEPLOYMENT_BUSY = Problem(
    400, "Failed to deactivate deployment. It may have active runs or the modal app could not be stopped."
)
DEPLOYMENT_RUNS = Problem(500, "Internal server error: 'NoneType' object has no attribute 'environment'", sane=404)
DEPLOYMENT_RUN = Problem(404, "Deployment not found")
DEPLOYMENTS_OF_WORKFLOW = Problem(404, "Deployments not found or you don't have access to it")
WORKFLOW_GET = Problem(404, "Workflow not found or you don't have access to it")
WORKFLOW_RUN = Problem(404, "Workflow not found")
WORKFLOW_CHANGE = Problem(404, "Workflow not found")
WORKFLOW_NO_JSON = Problem(400, "Invalid JSON format", key="error")
WORKFLOW_MACHINE = Problem(404, "Machine not found", key="error")
WORKFLOW_MACHINE_VERSION = Problem(404, "Machine version not found", key="error")
VERSION_WORKFLOW = Problem(500, "404: Workflow not found", sane=404)
VERSION_MACHINE = Problem(500, "500: Internal server error: 404: Machine not found", sane=404)
VERSION_NO_UUID = Problem(500, "badly formed hexadecimal UUID string", sane=422)
VERSION_GET = Problem(404, "Workflow version not found or you don't have access to it")
MACHINE_GET = Problem(404, "Machine not found")
MACHINE_WARM = Problem(400, "Please set keep warm to 0 before deleting the machine.")
VERSION_RUN = Problem(404, "Workflow version not found for this deployment")
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
GATED = Problem(403, "Access denied for requested operation")
NO_CREDITS = Problem(403, "Insufficient your GPU credits to create run")
UPLOAD_TYPE = Problem(400, "Unsupported file type")
UPLOAD_SIZE = Problem(400, "File size exceeds 250MB limit")
NO_ROUTE = Problem(404, "Not Found")
NO_METHOD = Problem(405, "Method Not Allowed")
NOT_SIMULATED = Problem(501, "Not simulated by the sandbox")
