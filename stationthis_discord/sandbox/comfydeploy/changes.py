"""What the writing endpoints do to the account: new workflows and versions, deployments made or moved."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stationthis_discord.sandbox.comfydeploy import errors, times
from stationthis_discord.sandbox.comfydeploy.account import Account
from stationthis_discord.sandbox.comfydeploy.enums import Environment
from stationthis_discord.sandbox.comfydeploy.errors import RefusedError
from stationthis_discord.sandbox.comfydeploy.rows import (
    SHARES,
    Deployment,
    Machine,
    Version,
    Workflow,
    new_id,
)
from stationthis_discord.sandbox.comfydeploy.tokens import Owner

_KEEP_SLUG = ("public-share", "community-share")


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a new version; `graph` is the API format, null when it was never exported."""

    graph: Any
    drawing: Any
    machine: Machine | None = None
    comment: str | None = None
    comfyui_snapshot: Any = None
    snapshot: Any = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What `POST /deployment` asks for, ids unchecked."""

    version_id: str
    workflow_id: str
    machine_id: str
    environment: str
    deployment_id: str | None = None


def add_workflow(account: Account, owner: Owner, name: str, machine: Machine | None) -> Workflow:
    now = times.now()
    return account.workflows.add(Workflow(new_id(), name, owner, machine, now, now))


def add_version(account: Account, workflow: Workflow, draft: Draft) -> Version:
    """The next version of a workflow, which counts as a change of it."""
    now = times.now()
    workflow.updated_at = now
    number = max((version.number for version in workflow.versions), default=0) + 1
    version = Version(new_id(), workflow, number, draft.graph, draft.drawing, draft.machine, now, draft.comment)
    version.comfyui_snapshot, version.snapshot = draft.comfyui_snapshot, draft.snapshot
    return account.add_version(version)


def preview(account: Account, owner: Owner, version: Version, machine: Machine) -> Deployment:
    """The deployment that every version with a machine gets."""
    return put_deployment(account, owner, Wish(version.id, version.workflow.id, machine.id, "preview"))


def put_deployment(account: Account, owner: Owner, wish: Wish) -> Deployment:
    """Change the deployment of this id, or of this workflow and environment, or else make one.

    Machine, workflow and version are found whoever owns them, as in the real API. Raises `RefusedError`.
    """
    known = _known(account, owner, wish)
    machine = account.machines.get(checked(wish.machine_id))
    if machine is None:
        raise RefusedError(errors.DEPLOYMENT_MACHINE)
    workflow = account.workflows.get(checked(wish.workflow_id)) if known is None else known.workflow
    if workflow is None:
        raise RefusedError(errors.DEPLOYMENT_WORKFLOW)
    version = account.versions.get(checked(wish.version_id))
    if version is None:
        raise RefusedError(errors.no_version(wish.version_id))
    now = times.now()
    row = known or account.deployments.add(
        Deployment(new_id(), workflow, version, machine, wish.environment, owner, created_at=now, updated_at=now)
    )
    row.version, row.machine, row.environment = version, machine, wish.environment
    row.description, row.updated_at = workflow.description, now
    row.share_slug = _slug_of(row, fresh=known is None)
    return row


def checked(text: str) -> str:
    """An id for the database. Raises `RefusedError` with the database's words for what is no UUID."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise RefusedError(errors.no_uuid(text)) from error


def slug(owner: Owner, name: str) -> str:
    """`{user}_{name}`: what a share is called in its address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower()).strip("-")
    return f"{(owner.org_id or 'sandbox').lower()}_{words}"


def _known(account: Account, owner: Owner, wish: Wish) -> Deployment | None:
    if wish.environment not in {environment.value for environment in Environment}:
        raise RefusedError(errors.no_environment(wish.environment))
    if wish.deployment_id:
        row = account.deployments.get(checked(wish.deployment_id))
        return row if row is not None and owner.owns(row.owner) else None
    same = (checked(wish.workflow_id), wish.environment)
    rows = [row for row in account.deployments if (row.workflow.id, row.environment) == same and owner.owns(row.owner)]
    if len(rows) > 1:
        raise RefusedError(errors.DEPLOYMENT_TWICE)
    return rows[0] if rows else None


def _slug_of(row: Deployment, *, fresh: bool) -> str | None:
    """A second POST takes the slug of a private share away."""
    if row.environment not in (SHARES if fresh else _KEEP_SLUG):
        return None
    return row.share_slug or slug(row.owner, row.name)
