"""What can be run: the list, searched and filtered, in pages that last, and one deployment with its inputs; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord
from discord import app_commands

from cogs.ui import limits
from cogs.ui.buttons import MAKE, button, unkept
from cogs.ui.cards import nothing_words, options_of, page_embeds, page_of
from cogs.ui.embeds import BLURPLE, YELLOW
from cogs.ui.flaws import unreadable_lines
from cogs.ui.lists import Page
from cogs.ui.paging import Verbs, page_in, paging
from cogs.ui.searched import digits_of, kept_of, search_in
from cogs.ui.stale import old_lines, old_since
from cogs.ui.states import usual_words
from cogs.ui.text import code, fitting, named, number, safe
from core.cache import Kept
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS, InputKind
from core.comfydeploy.outputs import Kind
from core.dashboard import deployment_page
from core.offer import Deployment, Offer
from core.people.offering import Allowed
from core.runs.estimates import Usual

LISTED: Final = re.compile(r"[0-9]{1,9}-[01](-[0-9](-([0-9a-f]{2}){0,38})?)?")  # buttons of older versions are shorter
_SEARCH_BYTES: Final = 38  # of what is searched for: a button has room for no more
_VERBS: Final = Verbs("page", "detail", "Show the inputs of…")
# The place of each kind stands in buttons: one may be added behind, none may move; 0 is for all kinds.
_KINDS: Final = (Kind.IMAGE, Kind.ANIMATION, Kind.VIDEO, Kind.AUDIO, Kind.TEXT, Kind.MODEL, Kind.FILE)
MAKES: Final = [app_commands.Choice(name=str(kind), value=str(kind)) for kind in _KINDS]

_FAR: Final = 2**31 - 1
_DETAILS: Final = limits.EMBED_DESCRIPTION - 200  # characters for what is declared; the rest is for what else is known
_OPTIONS: Final = 8  # of an input that are named
_MODELS: Final = 3  # names of a model that are given as examples


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list is looked at: its page, from 0; what was searched for; the kind of result.

    `is_cut` if more was searched for than a button can keep; known of the first page that is shown only.
    """

    search: str = ""
    makes: Kind | None = None
    page: int = 0
    is_cut: bool = False

    @property
    def is_part(self) -> bool:
        return bool(self.search) or self.makes is not None


def wanted_by(search: str | None, makes: str | None) -> Wanted:
    """What the options of the command say."""
    text, is_cut = kept_of(search, _SEARCH_BYTES)
    return Wanted(text, Kind(makes) if makes else None, is_cut=is_cut)


def wanted_in(what: str) -> Wanted:
    """What a button of the list leads to, from what has the shape `LISTED`."""
    _, _, kind, search = [*what.split("-"), "", ""][:4]
    place = int(kind or 0)
    makes = _KINDS[place - 1] if 0 < place <= len(_KINDS) else None
    return Wanted(search_in(search), makes, page_in(what))


def listed(offer: Offer, wanted: Wanted) -> Page[Deployment]:
    """The page that is wanted: best hits first where something is searched for, else by name."""
    found: Sequence[Deployment] = offer.deployments
    if wanted.search:
        found = offer.listing.suggest(wanted.search, len(offer.deployments))
    return page_of([item for item in found if wanted.makes in {None, item.makes}], wanted.page)


def deployments_embeds(
    kept: Kept[Offer], wanted: Wanted, page: Page[Deployment], usual: Mapping[str, Usual], allowed: Allowed
) -> list[discord.Embed]:
    """`kept` is what is on offer where `allowed` is set, `usual` are durations by deployment id, where known."""
    head = discord.Embed(title="What can be run", colour=YELLOW if kept.stale else BLURPLE)
    head.description = _lead(wanted, page) if kept.value.deployments else nothing_words(allowed)
    tail = [*unreadable_lines(kept.value.unreadable), *old_lines(old_since(kept), "This list")]
    return page_embeds(head, page, usual, tail)


def deployments_buttons(wanted: Wanted, page: Page[Deployment], usual: Mapping[str, Usual]) -> discord.ui.View:
    """A menu for the details of what is on this page, the way to the other pages, and that to the whole list."""
    kind = 0 if wanted.makes is None else _KINDS.index(wanted.makes) + 1
    after = f"-{kind}-{digits_of(wanted.search)}" if wanted.is_part else ""
    view = paging(page, options_of(page, usual), _VERBS, after=after)
    if wanted.is_part:
        view.add_item(button(_VERBS.page, "0-0", "Show all"))
    return view


def deployment_embed(
    deployment: Deployment, usual: Usual | None = None, since: datetime | None = None
) -> discord.Embed:
    """One deployment with every input it declares, as far as there is room; `deployment_text` has the rest.

    `since` is when the list was read that it is from, if that could not be read anew.
    """
    lines = [_head(deployment), *([usual_words(usual)] if usual is not None else [])]
    lines += [_inputs_that_fit(deployment), *old_lines(since)]
    title = named(deployment.label, limits.EMBED_TITLE // 2)
    embed = discord.Embed(title=title, description="\n".join(lines), colour=YELLOW if since else BLURPLE)
    return embed.set_image(url=deployment.cover)


def deployment_buttons(deployment: Deployment, dashboard: str | None) -> discord.ui.View:
    """The way to a run of it, and to its page in ComfyUI Deploy's dashboard where it is known where that is."""
    view = unkept()
    view.add_item(button(MAKE, deployment.id, "Generate with this", "🎨", style=discord.ButtonStyle.primary))
    if dashboard is not None:
        address = deployment_page(dashboard, deployment.workflow_id)
        view.add_item(discord.ui.Button(label="Open in ComfyUI Deploy", url=address))
    return view


def deployment_text(deployment: Deployment) -> str | None:
    """All of it for a file, when an embed has no room for it."""
    whole = "\n".join(_input_lines(deployment.inputs))
    return f"{_head(deployment)}\n{whole}" if whole != _inputs_that_fit(deployment) else None


def _lead(wanted: Wanted, page: Page[Deployment]) -> str:
    """What the list was narrowed down to, or that there is nothing of that."""
    conditions = [f"is found by {code(wanted.search, _SEARCH_BYTES)}"] if wanted.search else []
    conditions += [f"makes **{wanted.makes}**"] if wanted.makes is not None else []
    if not conditions:
        return ""
    said = " and ".join(conditions)
    cut = "\n-# You searched for more than a button can keep, so the rest of your words was left out."
    lead = f"What {said}:" if page.total else f"Nothing on offer {said}. **Show all** leads to the whole list."
    return lead + (cut if wanted.is_cut else "")


def _head(deployment: Deployment) -> str:
    lines = [safe(deployment.description, 500)] if deployment.description else []
    version = f" · v{deployment.version}" if deployment.version is not None else ""
    lines.append(f"Makes: **{deployment.makes}** · {safe(deployment.environment, 40)}{version}")
    return "\n".join(lines)


def _inputs_that_fit(deployment: Deployment) -> str:
    return fitting(_input_lines(deployment.inputs), _DETAILS - len(_head(deployment)))


def _input_lines(inputs: Sequence[Input]) -> list[str]:
    """A line for each; the first of a group says so in a line above, which is part of it."""
    if not inputs:
        return ["It has no inputs: `/generate` runs it as it is."]
    lines, group = list[str](), ""
    for item in inputs:
        name = safe(item.group, 60) if item.group else ""
        head = f"**{name or 'Others'}**\n" if name != group else ""
        lines.append(head + _input_line(item))
        group = name
    return lines


def _input_line(item: Input) -> str:
    name = f" {named(item.name, 60)}" if item.name != item.key else ""
    said = f" — {safe(item.description, 100)}" if item.description else ""
    return f"- {code(item.key, 60)}{name} ({', '.join(_about(item))}){said}"


def _about(item: Input) -> list[str]:
    about = [str(item.kind)]
    about += [*_span(item), *_choices(item)]
    if item.accepts:
        about.append(" or ".join(code(extension, 12) for extension in item.accepts[:_OPTIONS]))
    return about + _when_left_out(item)


def _choices(item: Input) -> list[str]:
    """All that a choice takes, as far as there is room; of models only examples, since any other will do, too."""
    if item.kind in MODELS:
        others = [option for option in item.options if option != item.default]
        names = ", ".join(code(option, 30) for option in others[:_MODELS])
        return [f"any name or link, such as {names}" if names else "any name or link"]
    if not item.options:
        return []
    more = f" and {len(item.options) - _OPTIONS} more" if len(item.options) > _OPTIONS else ""
    return ["one of " + ", ".join(code(option, 30) for option in item.options[:_OPTIONS]) + more]


def _span(item: Input) -> list[str]:
    """The range and the step; not the ends of a number with a fraction so far away that nobody meets them."""
    low, high = item.span
    if item.kind is InputKind.NUMBER:
        low = None if low is None or low <= -_FAR else low
        high = None if high is None or high >= _FAR else high
    span = []
    if low is not None and high is not None:
        span = [f"{number(low)} to {number(high)}"]
    elif low is not None:
        span = [f"{number(low)} or more"]
    elif high is not None:
        span = [f"{number(high)} or less"]
    return span + ([f"step {number(item.step)}"] if item.step is not None else [])


def _when_left_out(item: Input) -> list[str]:
    """What holds if the input is not given. Of an address no more than that there is one: it may hold a secret."""
    if item.required:
        return ["**needed**"]
    if item.kind is InputKind.SEED:
        return ["random unless given"]
    if isinstance(item.default, bool):
        return [f"default `{'yes' if item.default else 'no'}`"]
    if item.linked or (isinstance(item.default, str) and "://" in item.default):
        return ["has a default"]
    return [] if item.default is None else [f"default {code(str(item.default), 40)}"]
