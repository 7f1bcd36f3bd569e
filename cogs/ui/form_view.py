"""The message of a form: what is filled in, what is wrong, and what can be done next; pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypedDict

import discord

from cogs.ui import limits
from cogs.ui.buttons import RUN, Immortal, button, unkept
from cogs.ui.embeds import GREEN, GREY, YELLOW
from cogs.ui.form_lines import Lines, drift_words
from cogs.ui.modals import fixable
from cogs.ui.text import clip, fitting, named, plain
from core.forms.draft import LIFE
from core.forms.form import Form, FormNeeded
from core.forms.sections import Section

DRAFT: Final = re.compile(r"[0-9a-f]{16}")
DRAFT_SECTION: Final = re.compile(r"[0-9a-f]{16}-[0-9]{1,4}")
DEPLOYMENT: Final = RUN  # ids of both look the same

_KEPT: Final = f"Kept for {LIFE / 60:.0f} minutes after you last touch it"
Names = Mapping[str, str]
_MOST_LACKING: Final = 5  # problems that are said above the button that opens the form


class Screen(TypedDict):
    """A message as it is sent or edited."""

    embed: discord.Embed
    view: discord.ui.View


class Place(NamedTuple):
    """A section of a draft's form, by its number from 0."""

    draft: str
    section: int


def section_in(what: str) -> Place:
    """Of what has the shape `DRAFT_SECTION`."""
    draft, number = what.split("-")
    return Place(draft, int(number))


def section_of(form: Form, number: int) -> Section:
    """The section with this number, or the last one.

    Raises:
        FormNeeded: there is none any more.
    """
    if not form.sections:
        raise FormNeeded(form)
    return form.sections[min(number, len(form.sections) - 1)]


def first_list(form: Form) -> Section | None:
    """The long list to open for what is to be fixed first, if that has one."""
    first = next(iter(fixable(form)), None)
    return next((section for section in form.sections if section.is_list and first in section.inputs), None)


def form_message(form: Form) -> Screen:
    """What is filled in and what is wrong, and what can be done next."""
    lines = Lines(form)
    drift = drift_words(form.drift, _run_label(form) if form.is_ready else "") if form.drift else ""
    notes = (drift, _advice(form, lines))
    head = "\n".join(note for note in notes if note)
    body = lines.all(limits.EMBED_DESCRIPTION - len(head) - 1)
    embed = discord.Embed(
        title=named(form.deployment.label, limits.EMBED_TITLE // 2),
        description="\n".join(part for part in (head, body) if part),
        colour=GREEN if form.is_ready and not form.drift else YELLOW,
    )
    embed.set_footer(text=_KEPT)
    return {"embed": embed, "view": _controls(form, lines)}


def opener_message(form: Form) -> Screen:
    """Where a form cannot be opened at once: what is missing, and the button that opens it."""
    lines = Lines(form).problems() or ["Have a look before it runs."]
    embed = discord.Embed(
        title=named(form.deployment.label, limits.EMBED_TITLE // 2),
        description=fitting(lines, limits.EMBED_DESCRIPTION, _MOST_LACKING),
        colour=YELLOW,
    )
    view = unkept()
    view.add_item(button("open", form.id, "Open form", "📝", style=discord.ButtonStyle.primary))
    return {"embed": embed, "view": view}


def started_message(form: Form) -> Screen:
    """What is left of a form that was run."""
    embed = discord.Embed(description=f"▶ **{named(form.deployment.label, 100)}** is on its way.", colour=GREEN)
    return {"embed": embed, "view": unkept()}


def over_message(sentence: str) -> Screen:
    """What is left of a form that cannot be used any more."""
    embed = discord.Embed(description=clip(f"⌛ {sentence}", limits.EMBED_DESCRIPTION), colour=GREY)
    return {"embed": embed, "view": unkept()}


def dropped_message() -> Screen:
    """What is left of a form that nobody wants any more."""
    embed = discord.Embed(description="✖ Discarded. Nothing was started.", colour=GREY)
    return {"embed": embed, "view": unkept()}


def _advice(form: Form, lines: Lines) -> str:
    """What to do next, in a line."""
    if form.is_ready:
        ready = "Ready. Press **Run**, or change something first."
        return "" if form.drift else ready if form.sections else "There is nothing to fill in. Press **Run**."
    fill = "fill in what is marked ❗" if lines.lacks else ""
    fix = "fix what is marked ⚠" if lines.errs else ""
    leave = "leave out what does not belong here" if lines.strays else ""
    *first, last = [part for part in (fill, fix, leave) if part]
    todo = f"{', '.join(first)} and {last}" if first else last
    return f"{todo[0].upper()}{todo[1:]}, then press **{_run_label(form)}**."


def _controls(form: Form, lines: Lines) -> discord.ui.View:
    """What leads on comes first."""
    view = unkept()
    for item in (*_mending(form, lines), *_leading(form, lines.names)):
        view.add_item(item)
    if form.values:
        view.add_item(button("clear", form.id, "Start over", "🔄"))
    if form.sections:
        view.add_item(button("drop", form.id, "Discard", "✖"))
    if len(form.sections) > 1:
        view.add_item(_menu(form, lines.names))
    return view


def _mending(form: Form, lines: Lines) -> Iterator[Immortal]:
    wrong = len(fixable(form))
    if wrong:
        label, emoji = ("Fix", "🔧") if lines.errs else ("Fill in", "📝")
        yield button("fix", form.id, f"{label} ({wrong})", emoji, style=discord.ButtonStyle.primary)
    if lines.strays:
        yield button("without", form.id, "Leave it out", "🗑")


def _leading(form: Form, names: Names) -> list[Immortal]:
    """Run, and the next section: first what can be pressed."""
    found = [_run(form), *([_next(form, names)] if form.sections else [])]
    return found if form.is_ready else found[::-1]


def _run_label(form: Form) -> str:
    run = "Run" if form.count == 1 else f"Run {form.count}"
    return f"{run} with what fits" if form.drift else run


def _run(form: Form) -> Immortal:
    return button("run", form.id, _run_label(form), "▶", disabled=not form.is_ready, style=discord.ButtonStyle.success)


def _next(form: Form, names: Names) -> Immortal:
    """To the section that comes next; after the last one to the first."""
    number = form.next if form.next < len(form.sections) else 0
    section = form.sections[number]
    has_values = any(item.key in form.values for item in section.inputs)
    verb = "Change" if has_values else "Next" if number else "Fill in"
    label = plain(f"{verb}: {_listed(names, section)}", limits.BUTTON_LABEL)
    return button("next", f"{form.id}-{number}", label, "✏")


def _menu(form: Form, names: Names) -> Immortal:
    """All sections, or as many around the next one as a menu holds."""
    start = max(0, min(form.next - limits.SELECT_OPTIONS // 2, len(form.sections) - limits.SELECT_OPTIONS))
    menu = discord.ui.Select[discord.ui.View](
        custom_id=f"st:go:{form.id}",
        placeholder="Go to…",
        options=[_option(form, names, section) for section in form.sections[start : start + limits.SELECT_OPTIONS]],
    )
    return Immortal(menu, "go", form.id)


def _option(form: Form, names: Names, section: Section) -> discord.SelectOption:
    wrong = len([item for item in form.wrong if item in section.inputs])
    filled = len([item for item in section.inputs if item.key in form.values])
    facts = [section.title, f"{wrong} to fix" if wrong else "", f"{filled} of {len(section.inputs)} given"]
    return discord.SelectOption(
        label=plain(f"{section.number + 1}. {_listed(names, section)}", limits.SELECT_LABEL),
        value=str(section.number),
        description=plain(" · ".join(fact for fact in facts if fact), limits.SELECT_LABEL),
    )


def _listed(names: Names, section: Section) -> str:
    return ", ".join(names[item.key] for item in section.inputs)
