"""What the lists and single reads share: pages, ids as the database takes them, and the rows a caller sees."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from aiohttp import web

from stationthis_discord.sandbox.comfydeploy import errors
from stationthis_discord.sandbox.comfydeploy.account import Owned
from stationthis_discord.sandbox.comfydeploy.desk import account
from stationthis_discord.sandbox.comfydeploy.errors import CrashError, Problem, RefusedError
from stationthis_discord.sandbox.comfydeploy.gate import caller
from stationthis_discord.sandbox.comfydeploy.rows import Deployment, Machine, Workflow

Item = TypeVar("Item")
Mine = TypeVar("Mine", bound=Owned)


def page(rows: Sequence[Item], limit: int, offset: int = 0) -> list[Item]:
    """A slice of a list; the database refuses negative numbers, which nobody catches."""
    if limit < 0 or offset < 0:
        raise CrashError
    return list(rows[offset : offset + limit])


def first(rows: Sequence[Item], limit: int | None) -> list[Item]:
    """The same for the lists that have no pages: null and 0 mean all."""
    return page(rows, limit) if limit else list(rows)


def checked_uuid(text: str) -> str:
    """The id, where the API hands it to the database unchecked: what is no UUID crashes there."""
    try:
        return str(UUID(text))
    except ValueError as error:
        raise CrashError from error


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def mine(request: web.Request, row: Mine | None, otherwise: Problem) -> Mine:
    """A row that is there and the caller's. Raises `RefusedError` with `otherwise`."""
    if row is None or not caller(request).owns(row.owner):
        raise RefusedError(otherwise)
    return row


def my_machine(request: web.Request, machine_id: str, otherwise: Problem = errors.MACHINE_GET) -> Machine:
    """A machine of the caller's, deleted or not."""
    return mine(request, account(request).machines.get(machine_id), otherwise)


def my_workflow(request: web.Request, otherwise: Problem) -> Workflow:
    """The live workflow that the path names."""
    workflow_id = checked_uuid(request.match_info["workflow_id"])
    row = mine(request, account(request).workflows.get(workflow_id), otherwise)
    if row.deleted:
        raise RefusedError(otherwise)
    return row


def my_deployment(request: web.Request, otherwise: Problem) -> Deployment:
    """The deployment that the path names, whatever its workflow has become."""
    return mine(request, account(request).deployments.get(request.match_info["deployment_id"]), otherwise)
