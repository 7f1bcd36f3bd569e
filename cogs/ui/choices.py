"""Autocomplete's suggestions; pure."""

from collections.abc import Iterable

from discord import app_commands

from cogs.ui import limits
from cogs.ui.text import plain
from core.catalog import Deployment
from core.runs.deliveries import Delivery


def deployment_choices(deployments: Iterable[Deployment]) -> list[app_commands.Choice[str]]:
    """The label people know, the id that cannot be confused."""
    return [
        app_commands.Choice(name=f"{plain(item.label, limits.CHOICE_NAME - 12)} · {item.makes}", value=item.id)
        for item in deployments
    ][: limits.CHOICES]


def run_choices(deliveries: Iterable[Delivery]) -> list[app_commands.Choice[str]]:
    return [
        app_commands.Choice(
            name=plain(f"{item.view.deployment} · {item.run_id[:8]} · {item.view.prompt or ''}", limits.CHOICE_NAME),
            value=item.run_id,
        )
        for item in deliveries
    ][: limits.CHOICES]
