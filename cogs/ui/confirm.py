"""The question before something is deleted, and its two buttons, which outlive the process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord

from cogs.ui.buttons import Immortal, unkept
from cogs.ui.embeds import YELLOW
from cogs.ui.stale import old_lines
from cogs.ui.text import fitting, named, safe
from core.offer import Deployment, Labelled

KEEP: Final = "keepit"
_NAMES: Final = 10  # that a question lists
_ROOM: Final = 3500  # characters for them


@dataclass(frozen=True, slots=True)
class Question:
    """`text` asks, `yes` is the button that does it: the press is `verb`, with the `id` of what is deleted."""

    verb: str
    id: str
    text: str
    yes: str = "Delete"


def about_deployment(verb: str, deployment: Deployment, since: datetime | None = None) -> Question:
    """`since`, here and below, is when its facts were read, if they could not be read anew."""
    lines = [
        f"Delete the deployment **{named(deployment.label, 100)}** ({safe(deployment.environment, 30)})?",
        "Nobody can run it any more, and its address stops working. Results that exist stay.",
    ]
    return Question(verb, deployment.id, "\n".join([*lines, *old_lines(since)]))


def about_workflow(
    verb: str, workflow: Labelled, deployments: Sequence[Deployment], since: datetime | None = None
) -> Question:
    """Names the deployments on offer that go with it."""
    lines = [f"Delete the workflow **{named(workflow.label, 100)}** with all its versions and deployments?"]
    if deployments:
        count = len(deployments)
        lines.append(f"**{count} deployment{'s' if count > 1 else ''} on offer** cannot be run any more then:")
        lines += [f"- {named(item.label, 100)}" for item in deployments]
    else:
        lines.append("None of its deployments is on offer.")
    shown = fitting(lines, _ROOM, most=_NAMES + 2)
    return Question(verb, workflow.id, "\n".join([shown, *old_lines(since)]))


def about_machine(
    verb: str, machine: Labelled, deployments: Sequence[Deployment], since: datetime | None = None
) -> Question:
    count = len(deployments)
    users = f"{count} deployment{'s' if count > 1 else ''}" if count else "No deployment"
    verb_form = "runs" if count < 2 else "run"
    lines = [f"Delete the machine **{named(machine.label, 100)}**?", f"{users} on offer {verb_form} on it."]
    return Question(verb, machine.id, "\n".join([*lines, *old_lines(since)]))


def about_machine_in_use(verb: str, machine: Labelled, workflows: Sequence[str]) -> Question:
    """The second question; `workflows` are names, in foreign text."""
    lines = [
        f"**{named(machine.label, 100)}** was not deleted: these workflows still use it.",
        *(f"- {named(name, 100)}" for name in dict.fromkeys(workflows)),  # named once for each deployment
    ]
    shown = fitting(lines, _ROOM, most=_NAMES + 1)
    return Question(verb, machine.id, f"{shown}\nWithout it they cannot be run.", "Delete anyway")


def question_embed(question: Question) -> discord.Embed:
    return discord.Embed(description=f"🗑 {question.text}", colour=YELLOW)


def question_buttons(question: Question) -> discord.ui.View:
    view = unkept()
    view.add_item(_button(question.verb, question.id, question.yes, discord.ButtonStyle.danger))
    view.add_item(_button(KEEP, question.id, "Keep it", discord.ButtonStyle.secondary))
    return view


def _button(verb: str, what: str, label: str, style: discord.ButtonStyle) -> Immortal:
    button = discord.ui.Button[discord.ui.View](custom_id=f"st:{verb}:{what}", label=label, style=style)
    return Immortal(button, verb, what)
