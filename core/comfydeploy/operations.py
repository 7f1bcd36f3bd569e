"""Every operation of the API: the path that does it today, what older servers have, and what other texts call it.

Facts: the backend of November 2025 (github.com/comfy-deploy/api) and the older self-hosted server
(github.com/BennyKok/comfyui-deploy, `web/`). Routes hang under `/api`; holes are filled with checked ids.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final


@dataclass(frozen=True)
class Operation:
    """One thing the API does.

    `older` is the path of servers that lack `name` (`core.comfydeploy.transport` falls back to it). `also` are paths
    under which design papers, older texts and other clients know it; today's server does not have them.
    `hides_absence`: a thing that does not exist is told as a 500, like one that cannot be described.
    """

    name: str  # method and route
    older: "Operation | None" = None
    also: tuple[str, ...] = ()
    hides_absence: bool = False

    @cached_property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    @cached_property
    def route(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def before(self) -> "Operation":
        """The older operation. Raises `LookupError` when there never was one."""
        if self.older is None:
            raise LookupError(self.name)
        return self.older


# -- deployments --
LIST_DEPLOYMENTS: Final = Operation("GET /deployments", also=("GET /deployment",))
GET_DEPLOYMENT: Final = Operation("GET /deployment/{id}", also=("GET /deployments/{id}",), hides_absence=True)
SAVE_DEPLOYMENT: Final = Operation("POST /deployment")
UPDATE_DEPLOYMENT: Final = Operation("PATCH /deployment/{id}", also=("PUT /deployment/{id}",), hides_absence=True)
DELETE_DEPLOYMENT: Final = Operation("DELETE /deployment/{id}", hides_absence=True)
DEACTIVATE_DEPLOYMENT: Final = Operation("POST /deployment/{id}/deactivate")
LIST_DEPLOYMENT_RUNS: Final = Operation("GET /deployment/{id}/runs", also=("GET /runs",))

# -- workflows --
LIST_WORKFLOWS: Final = Operation("GET /workflows")
GET_WORKFLOW: Final = Operation("GET /workflow/{id}")
LIST_VERSIONS: Final = Operation("GET /workflow/{id}/versions")
GET_VERSION_BY_NUMBER: Final = Operation("GET /workflow/{id}/version/{number}")
GET_VERSION: Final = Operation("GET /workflow-version/{id}", also=("GET /workflow_version/{id}",))
CREATE_WORKFLOW: Final = Operation("POST /workflow")
ADD_VERSION: Final = Operation("POST /workflow/{id}/version", older=Operation("POST /workflow"))
UPDATE_WORKFLOW: Final = Operation("PATCH /workflow/{id}", also=("PUT /workflow/{id}",))
DELETE_WORKFLOW: Final = Operation("DELETE /workflow/{id}")
CLONE_WORKFLOW: Final = Operation("POST /workflow/{id}/clone")
LIST_WORKFLOW_DEPLOYMENTS: Final = Operation("GET /workflow/{id}/deployments")
LIST_WORKFLOW_RUNS: Final = Operation("GET /workflow/{id}/runs", also=("GET /runs",))
LIST_WORKFLOW_RUNS_LIGHT: Final = Operation("GET /v2/workflow/{id}/runs")

# -- machines --
LIST_MACHINES: Final = Operation("GET /machines", also=("GET /machine",))
GET_MACHINE: Final = Operation("GET /machine/{id}")
ADD_MACHINE: Final = Operation("POST /machine/custom", also=("POST /machine",))
UPDATE_MACHINE: Final = Operation("PATCH /machine/custom/{id}", also=("PUT /machine/{id}",))
DELETE_MACHINE: Final = Operation("DELETE /machine/{id}")

# -- runs --
QUEUE_RUN: Final = Operation("POST /run/deployment/queue", older=Operation("POST /run"))
GET_RUN: Final = Operation("GET /run/{id}", older=Operation("GET /run"))
CANCEL_RUN: Final = Operation("POST /run/{id}/cancel", also=("POST /run/cancel",))

# -- files --
UPLOAD_FILE: Final = Operation("POST /file/upload", also=("POST /file",))
PRESIGN_UPLOAD: Final = Operation("GET /assets/presigned-url", older=Operation("GET /upload-url"))

# -- account --
GET_PLAN: Final = Operation("GET /platform/plan")
GET_GPU_PRICES: Final = Operation("GET /platform/gpu-pricing")

OPERATIONS: Final = tuple(value for value in list(globals().values()) if isinstance(value, Operation))
