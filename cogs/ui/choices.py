"""Autocomplete's suggestions; pure."""

from collections.abc import Iterable
from typing import Final, Protocol

from discord import app_commands

from cogs.ui import limits
from cogs.ui.text import plain
from core.comfydeploy.records import Workflow
from core.offer import Deployment, Named
from core.runs.view import RunView

_WORKFLOWS: Final = 10  # places that are kept for them beside the deployments


def deployment_choices(deployments: Iterable[Deployment]) -> list[app_commands.Choice[str]]:
    """The label people know, the id that cannot be confused."""
    return [
        app_commands.Choice(name=f"{plain(item.label, limits.CHOICE_NAME - 12)} · {item.makes}", value=item.id)
        for item in deployments
    ][: limits.CHOICES]


def any_deployment_choices(
    deployments: Iterable[Deployment], workflows: Iterable[Named[Workflow]]
) -> list[app_commands.Choice[str]]:
    """For operators: those on offer, and for all others their workflow, whose environments an option picks from."""
    offered = deployment_choices(deployments)[: limits.CHOICES - _WORKFLOWS]
    others = [
        app_commands.Choice(
            name=f"{plain(item.label, limits.CHOICE_NAME - 30)} · in another environment", value=item.id
        )
        for item in workflows
    ]
    return [*offered, *others][: limits.CHOICES]


class Shown(Protocol):
    """A wish or a run that is shown somewhere, as far as it is looked at here."""

    @property
    def view(self) -> RunView: ...


def run_choices(deliveries: Iterable[Shown]) -> list[app_commands.Choice[str]]:
    """Runs by their id, and wishes that wait in line by their delivery."""
    views = (item.view for item in deliveries)
    return [
        app_commands.Choice(name=plain(f"{shown.deployment} · {_about(shown)}", limits.CHOICE_NAME), value=chosen)
        for shown in views
        if (chosen := shown.run_id or shown.delivery) is not None
    ][: limits.CHOICES]


def _about(shown: RunView) -> str:
    if shown.run_id is not None:
        what = shown.run_id[:8]
    else:
        what = "not started yet" if shown.place is None else f"in line, place {shown.place}"
    return f"{what} · {shown.prompt or ''}"
