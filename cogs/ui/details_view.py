"""All that there is to know of one run, for one person: embeds, and files for what they have no room for; pure."""

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import discord

from cogs.ui import limits
from cogs.ui.command_text import command_text
from cogs.ui.embeds import BLURPLE
from cogs.ui.text import block, code, fitting, named, safe, seconds
from core.comfydeploy.models import WAITING, Status
from core.runs.facts import Facts
from core.runs.telling import Retyped

_PROMPT: Final = 500  # characters that are shown, here and below; what is longer stands in a file
_NEGATIVE: Final = 300
_VALUE: Final = 150
_NAME: Final = 60
_COMMAND: Final = 1200
_LOOKED_AT: Final = 1000  # characters of a value or a name: making text safe takes time for each
_FILE: Final = 2_000_000  # characters of a file, so that it stays below what every place takes
_ENDS: Final[dict[str, str]] = {
    Status.SUCCESS: "✅ **Done**",
    Status.FAILED: "❌ **Failed**",
    Status.TIMEOUT: "⏱ **Timed out**",
    Status.CANCELLED: "🚫 **Cancelled**",
}


def details_message(facts: Facts) -> dict[str, Any]:
    """Arguments of an edit. At most two embeds of 6000 characters in all, and two files."""
    embed, is_whole = _facts_embed(facts)
    embeds, files = [embed], []
    if not is_whole:
        files.append(_file("inputs.txt", inputs_text(facts)))
    if facts.retyped is not None:
        shown, text = _command_embed(facts, facts.retyped)
        embeds.append(shown)
        files += [_file("command.txt", text)] if text is not None else []
    return {"embeds": embeds, "attachments": files}


def inputs_text(facts: Facts) -> str:
    """The values as they are, each under its name."""
    parts = [f"{facts.deployment or facts.deployment_id}\nrun {facts.run_id}"]
    parts += [f"Prompt:\n{facts.prompt}"] if facts.prompt else []
    parts += [f"Negative prompt:\n{facts.negative}"] if facts.negative else []
    parts += [f"Seed: {facts.seed}"] if facts.seed is not None else []
    for item in facts.values:
        default = ", default" if item.is_default else ""
        parts.append(f"{item.name} ({item.key}{default}):\n{item.text}")
    return "\n\n".join(parts) + "\n"


def dollars(cost: float) -> str:
    """US dollars, as exact as an estimate deserves."""
    if 0 < cost < 0.0001:
        return "under $0.0001"
    return f"about ${cost:.2f}" if cost >= 1 else f"about ${cost:.4f}"


def _facts_embed(facts: Facts) -> tuple[discord.Embed, bool]:
    """And whether all values are shown whole."""
    head, tail = "\n".join(_head(facts)), "\n".join(_tail(facts))
    lines = list(_inputs(facts))
    inputs = fitting(lines, limits.EMBED_DESCRIPTION - len(head) - len(tail) - 2)
    is_whole = (
        inputs == "\n".join(lines)
        and len(facts.prompt or "") <= _PROMPT
        and len(facts.negative or "") <= _NEGATIVE
        and all(len(item.text) <= _VALUE for item in facts.values)
    )
    embed = discord.Embed(
        title=named(facts.deployment or "A run", limits.EMBED_TITLE // 2),
        description="\n".join(filter(None, (head, inputs, tail))),
        colour=BLURPLE,
    )
    return embed, is_whole


def _head(facts: Facts) -> Iterator[str]:
    state = "⏳ **Waiting**" if facts.status in WAITING else "🎨 **Running**"
    parts = [_ENDS.get(facts.status, state)]
    parts += [f"asked {discord.utils.format_dt(facts.asked_at, 'f')}"] if facts.asked_at else []
    yield " · ".join(parts)
    spans = (("waited", facts.waited), ("ran", facts.ran), ("took", facts.took))
    told = [f"{what} {seconds(span)}" for what, span in spans if span is not None]
    if told:
        yield " · ".join(told) + (" in all" if facts.took is not None else "")
    if facts.prompt:
        yield f"**Prompt** {safe(facts.prompt, _PROMPT)}"
    if facts.negative:
        yield f"**Negative prompt** {safe(facts.negative, _NEGATIVE)}"
    if facts.seed is not None:
        yield f"**Seed** `{str(facts.seed)[:_NAME]}`"


def _inputs(facts: Facts) -> Iterator[str]:
    """What was given comes first: a list may be longer than there is room."""
    often = Counter(item.name.casefold() for item in facts.values)
    for item in sorted(facts.values, key=lambda item: item.is_default):
        name = item.name if often[item.name.casefold()] == 1 else f"{item.name[:_NAME]} · {item.key}"
        yield _input(named(name[:_LOOKED_AT], _NAME + 20), item.text[:_LOOKED_AT], is_default=item.is_default)


def _input(name: str, text: str, *, is_default: bool) -> str:
    if not is_default:
        return f"**{name}** {code(text, _VALUE) if text else '(nothing)'}"
    return f"-# {name} {code(text, _VALUE)} (default)" if text else f"-# {name} (default)"


def _tail(facts: Facts) -> Iterator[str]:
    if facts.hidden:
        others = "" if facts.guild is None else ", and to moderators of its server"
        inputs = "1 more input is" if facts.hidden == 1 else f"{facts.hidden} more inputs are"
        yield f"-# {inputs} shown only to the person who asked for it{others}."
    machine = [safe(facts.gpu or "", 40), safe((facts.machine_type or "").removeprefix("comfy-deploy-"), 40)]
    if any(machine):
        yield f"**Machine** {' · '.join(filter(None, machine))}"
    if facts.cost is not None:
        yield f"**Cost** {dollars(facts.cost)} (estimated: run time by the price of its GPU)"
    if facts.version is not None:
        yield f"**Version** v{facts.version}"
    if facts.parent is not None:
        yield f"**{'Made from' if facts.made_from else 'Again of'}** `{facts.parent}`"
    yield f"**Run** `{facts.run_id}`" + (f" · asked by <@{facts.owner}>" if facts.owner else "")
    if facts.retyped is None:
        why = "is not on offer any more" if facts.on_offer is False else "cannot be read at the moment"
        yield f"-# Deployment `{facts.deployment_id}` {why}, so there is no command for the same again."


def _command_embed(facts: Facts, retyped: Retyped) -> tuple[discord.Embed, str | None]:
    """The command to be copied, and its text where that has to be a file."""
    command = command_text(retyped, facts.deployment or "", facts.deployment_id)
    shown = block(command.text[: _COMMAND + 1], _COMMAND)
    is_exact = shown == f"```\n{command.text}\n```"
    lines = [shown if is_exact else "It is in the file `command.txt`."]
    if command.left_out:
        values = "1 value is" if command.left_out == 1 else f"{command.left_out} values are"
        lines.append(f"-# {values} not in it: too long for a command, or without an input today.")
    if facts.hidden:
        lines.append("-# It is without the inputs that are not shown to you.")
    embed = discord.Embed(title="As a command", description="\n".join(lines), colour=BLURPLE)
    return embed, None if is_exact else command.text


def _file(name: str, text: str) -> discord.File:
    return discord.File(io.BytesIO(text[:_FILE].encode(errors="replace")), name)
