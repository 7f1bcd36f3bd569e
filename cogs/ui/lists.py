"""Workflows and machines as people see them: pages of a list, one with its details, and suggestions; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

import discord
from discord import app_commands

from cogs.ui import limits
from cogs.ui.embeds import BLURPLE, YELLOW
from cogs.ui.stale import old_lines, old_since
from cogs.ui.text import fitting, named, plain, safe, seconds, when
from core.cache import Kept
from core.comfydeploy.records import Machine, VersionRow, Workflow
from core.details import MachineDetails, WorkflowDetails
from core.offer import Deployment, Listing, Named

PAGE_LENGTH: Final = 10
# an older server has no such list; nobody here knows whether this is one
_NOTHING: Final = "ComfyUI Deploy lists no {0}. `/deployments` shows what can be run all the same."
_VERSIONS: Final = 10  # of a workflow that are shown; the newest matter
_DEPLOYMENTS: Final = 10
_STATUSES: Final = {
    "ready": "🟢 ready",
    "running": "🟢 running",
    "starting": "🧊 starting",
    "building": "🔨 building",
    "paused": "⏸ paused",
    "not-started": "⚪ not started",
    "error": "🔴 error",
}
_TYPES: Final = {
    "comfy-deploy-serverless": "serverless",
    "modal-serverless": "serverless (Modal)",
    "classic": "classic",
    "runpod-serverless": "RunPod",
    "workspace": "workspace",
    "workspace-v2": "workspace",
}

T = TypeVar("T")
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list: `number` of `count` pages, both whole, the first is 0; `total` items in all."""

    items: tuple[T, ...]
    number: int
    count: int
    total: int


def page_at(items: Sequence[T], wanted: int, length: int = PAGE_LENGTH) -> Page[T]:
    """This page of so many items, or the nearest that there is."""
    count = max(1, -(-len(items) // length))
    number = min(max(0, wanted), count - 1)
    start = number * length
    return Page(tuple(items[start : start + length]), number, count, len(items))


def workflows_page(listing: Listing[Named[Workflow]], wanted: int) -> Page[Named[Workflow]]:
    """Pinned ones first, as ComfyUI Deploy's own list has them, then by name."""
    return page_at(sorted(listing.items, key=lambda item: not item.record.pinned), wanted)


def machines_page(listing: Listing[Named[Machine]], wanted: int) -> Page[Named[Machine]]:
    return page_at(listing.items, wanted)


def workflows_embed(kept: Kept[Listing[Named[Workflow]]], page: Page[Named[Workflow]]) -> discord.Embed:
    lines = [_workflow_line(item) for item in page.items]
    return _list_embed("Workflows", lines or [_NOTHING.format("workflow")], kept, page)


def machines_embed(kept: Kept[Listing[Named[Machine]]], page: Page[Named[Machine]]) -> discord.Embed:
    lines = [_machine_line(item) for item in page.items]
    return _list_embed("Machines", lines or [_NOTHING.format("machine")], kept, page)


def workflow_embed(details: WorkflowDetails) -> discord.Embed:
    """One workflow; parts that could not be read are named at the end."""
    record = details.whole or details.workflow.record
    lines = [safe(record.description, 500)] if record.description else []
    lines.append(" · ".join(_about_workflow(record, details.machine)))
    if details.deployments is not None:
        lines += _deployment_lines("On offer", details.deployments, "None of its versions is on offer.")
    if details.versions is not None:
        lines += _version_lines(details.versions)
    unread = _unread(description=details.whole, versions=details.versions, deployments=details.deployments)
    return _detail_embed(details.workflow, lines, unread, details.old_since)


def machine_embed(details: MachineDetails) -> discord.Embed:
    """One machine, without its address: that is nobody's business."""
    record = details.whole or details.machine.record
    lines = [" · ".join(_about_machine(record))]
    if details.whole is not None:
        lines += _limit_lines(details.whole)
    if details.deployments is not None:
        count = len(details.deployments)
        head = f"{count} deployment{'s' if count > 1 else ''} on offer run{'s' if count == 1 else ''} on it"
        lines += _deployment_lines(head, details.deployments, "No deployment on offer runs on it.")
    unread = _unread(limits=details.whole, deployments=details.deployments)
    return _detail_embed(details.machine, lines, unread, details.old_since)


def workflow_options(page: Page[Named[Workflow]]) -> list[discord.SelectOption]:
    return [_option(item, f"changed {_day(item.record.updated_at)}") for item in page.items]


def machine_options(page: Page[Named[Machine]]) -> list[discord.SelectOption]:
    return [_option(item, f"{kind_words(item.record.type)} · {_status(item.record.status)}") for item in page.items]


def named_choices(items: Iterable[Named[Record]]) -> list[app_commands.Choice[str]]:
    """Suggestions: the label people know, the id that cannot be confused."""
    return [
        app_commands.Choice(name=plain(item.label, limits.CHOICE_NAME) or "(no name)", value=item.id) for item in items
    ][: limits.CHOICES]


def upload_choices(typed: str, known: Iterable[Named[Record]]) -> list[app_commands.Choice[str]]:
    """Suggestions that say what an upload will do; the name as typed comes last, unless it is one that exists."""
    items = list(known)
    name = plain(typed, limits.CHOICE_NAME)
    is_new = bool(name) and name.casefold() not in {item.label.casefold() for item in items}
    choices = [
        app_commands.Choice(name=(plain(item.label, 80) or "(no name)") + " · further version", value=item.id)
        for item in items[: limits.CHOICES - is_new]
    ]
    new = [app_commands.Choice(name=plain(f"New workflow: {name}", limits.CHOICE_NAME), value=name)] if is_new else []
    return choices + new


def kind_words(kind: str) -> str:
    """A machine's type in people's words; one that is not known as it is."""
    return _TYPES.get(kind, kind)


def _list_embed(title: str, lines: list[str], kept: Kept[T], page: Page[Record]) -> discord.Embed:
    text = "\n".join([*lines, *old_lines(old_since(kept), "This list")])
    embed = discord.Embed(title=title, description=text, colour=YELLOW if kept.stale else BLURPLE)
    if page.total:
        embed.set_footer(text=f"Page {page.number + 1} of {page.count} · {page.total} in all")
    return embed


def _detail_embed(item: Named[Record], lines: list[str], unread: str, since: datetime | None) -> discord.Embed:
    warnings = [f"⚠ ComfyUI Deploy did not tell its {unread}."] if unread else []
    warnings += old_lines(since)
    room = limits.EMBED_DESCRIPTION - sum(len(line) + 1 for line in warnings)
    text = "\n".join([fitting(lines, room), *warnings])
    colour = YELLOW if warnings else BLURPLE
    return discord.Embed(title=named(item.label, limits.EMBED_TITLE // 2), description=text, colour=colour)


def _unread(**parts: object) -> str:
    return ", ".join(name for name, part in parts.items() if part is None)


def _workflow_line(item: Named[Workflow]) -> str:
    pin = "📌 " if item.record.pinned else ""
    changed = f" · changed {when(item.record.updated_at)}" if item.record.updated_at else ""
    return f"{pin}**{named(item.label, 80)}**{changed}"


def _machine_line(item: Named[Machine]) -> str:
    return " · ".join([f"**{named(item.label, 80)}**", *_about_machine(item.record)])


def _about_workflow(record: Workflow, machine: str | None) -> list[str]:
    parts = ["📌 pinned"] if record.pinned else []
    parts.append(f"changed {when(record.updated_at)}" if record.updated_at else "changed at an unknown time")
    return parts + ([f"machine **{named(machine, 80)}**"] if machine is not None else [])


def _about_machine(record: Machine) -> list[str]:
    parts = [safe(_status(record.status), 40), safe(kind_words(record.type), 40)]
    return parts + ([safe(record.gpu, 30)] if record.gpu else [])


def _limit_lines(record: Machine) -> list[str]:
    """Its own limits; a deployment may have others."""
    parts = []
    if record.concurrency_limit is not None:
        parts.append(f"{_some(record.concurrency_limit, 'run')} at once")
    if record.run_timeout is not None:
        parts.append(f"each at most {seconds(record.run_timeout)}")
    if record.keep_warm is not None:
        parts.append(f"{_some(record.keep_warm, 'instance')} kept warm" if record.keep_warm else "none kept warm")
    return [" · ".join(parts)] if parts else []


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _deployment_lines(head: str, deployments: Sequence[Deployment], otherwise: str) -> list[str]:
    if not deployments:
        return [otherwise]
    shown = [
        f"- **{named(item.label, 80)}** · {item.makes} · {safe(item.environment, 30)}"
        for item in deployments[:_DEPLOYMENTS]
    ]
    more = [f"- …and {len(deployments) - _DEPLOYMENTS} more"] if len(deployments) > _DEPLOYMENTS else []
    return [f"{head}:", *shown, *more]


def _version_lines(versions: Sequence[VersionRow]) -> list[str]:
    if not versions:
        return ["It has no versions yet."]
    more = [f"- …and older ones, from v{versions[_VERSIONS].version} on"] if len(versions) > _VERSIONS else []
    return ["Versions:", *map(_version_line, versions[:_VERSIONS]), *more]


def _version_line(row: VersionRow) -> str:
    comment = safe(row.comment, 120) if row.comment else ""
    made = f" · {when(row.created_at)}" if row.created_at else ""
    return f"- **v{row.version}**{made}" + (f" · {comment}" if comment else "")


def _status(status: str) -> str:
    return _STATUSES.get(status, f"❔ {status}")


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "at an unknown time"


def _option(item: Named[Record], about: str) -> discord.SelectOption:
    label = plain(item.label, limits.SELECT_LABEL) or "(no name)"
    return discord.SelectOption(label=label, value=item.id, description=plain(about, 100))
