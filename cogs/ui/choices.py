"""Autocomplete's suggestions; pure."""

from collections.abc import Iterable
from typing import Final

from discord import app_commands

from cogs.ui import limits
from cogs.ui.text import plain
from core.comfydeploy.records import Workflow
from core.offer import Deployment, Named
from core.runs.deliveries import Delivery

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


def run_choices(deliveries: Iterable[Delivery]) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(
            name=plain(f"{item.view.deployment} · {item.run_id[:8]} · {item.view.prompt or ''}", limits.CHOICE_NAME),
            value=item.run_id,
        )
        for item in deliveries
    ][: limits.CHOICES]
