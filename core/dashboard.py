"""Where people find a deployment in ComfyUI Deploy's own pages; pure."""

from typing import Final
from urllib.parse import urlsplit

_HOSTED_API: Final = "api.comfydeploy.com"
_HOSTED: Final = "https://app.comfydeploy.com"


def dashboard_of(api_url: str, given: str | None) -> str | None:
    """The dashboard's address without a trailing slash: as the operator gave it, else that of the hosted service.

    None for any other server, since nothing says where its dashboard is.
    """
    if given is not None:
        return given.rstrip("/")
    return _HOSTED if urlsplit(api_url.strip()).hostname == _HOSTED_API else None


def deployment_page(dashboard: str, workflow_id: str) -> str:
    """Where a workflow's deployments stand; a deployment has no page of its own."""
    return f"{dashboard}/workflows/{workflow_id}/deployment"
