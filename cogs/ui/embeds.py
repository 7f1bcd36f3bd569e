"""What each screen shows, as embeds; pure: no clock, no waiting."""

import re
from datetime import datetime
from typing import Final

import discord

from cogs.ui import limits
from cogs.ui.stale import old_lines, old_since
from cogs.ui.states import state_lines
from cogs.ui.text import block, clip, code, fitting, named, number, safe, size
from core.cache import Kept
from core.comfydeploy.inputs import Input, InputKind
from core.offer import Deployment, Offer
from core.runs.view import LeftOut, RunView, Stage

BLURPLE: Final = discord.Colour(0x5865F2)
GREEN: Final = discord.Colour(0x57F287)
YELLOW: Final = discord.Colour(0xFEE75C)
RED: Final = discord.Colour(0xED4245)
GREY: Final = discord.Colour(0x99AAB5)

PAGE_LENGTH: Final = 10
_PROMPT: Final = 300  # characters of the prompt that are shown
_FAR: Final = 2**31 - 1
_DETAILS: Final = limits.EMBED_DESCRIPTION - 100  # characters for a deployment; the rest is for a mark
_TEXT: Final = 1500  # characters of a text result that are shown
_LINKABLE: Final = re.compile(r"https://[A-Za-z0-9.:-]+/[A-Za-z0-9._~!$&'*+,;=:@/%-]{1,450}")


def run_embed(view: RunView) -> discord.Embed:
    """One run at one moment. A waiting message needs no edit for its clock: Discord counts the time itself."""
    lines = [state_lines(view)]
    prompt = safe(view.prompt or "", _PROMPT)
    if prompt:
        lines.append(f"> {prompt}")
    lines += [block(text, _TEXT) for text in view.texts]
    lines += [_left_out(item) for item in view.left_out]
    small_print = "-# " + " · ".join(_small_print(view))
    shown = fitting(lines, limits.EMBED_DESCRIPTION - len(small_print) - 1)
    embed = discord.Embed(
        title=named(view.deployment or "Your run", limits.EMBED_TITLE // 2),
        description=f"{shown}\n{small_print}",
        colour=_COLOURS.get(view.stage, BLURPLE),
    )
    if view.run_id:
        again = f" · again of {view.parent[:8]}" if view.parent else ""
        embed.set_footer(text=f"run {view.run_id[:8]}{again}")
    return embed


def error_embed(sentence: str, reference: str) -> discord.Embed:
    text = clip(f"❌ {sentence}", limits.EMBED_DESCRIPTION - 40)
    return discord.Embed(description=f"{text}\n-# ref `{reference}`", colour=RED)


def note_embed(sentence: str) -> discord.Embed:
    return discord.Embed(description=clip(sentence, limits.EMBED_DESCRIPTION), colour=BLURPLE)


def deployments_embed(kept: Kept[Offer], page: int) -> discord.Embed:
    """One page of what can be run, from 0; pages past the end show the last."""
    offer = kept.value
    shown = page_of(offer, page)
    lines = [_deployment_line(item) for item in shown]
    if not offer.deployments:
        lines.append("Nothing can be run yet: no deployment is on offer. Deploy a workflow in ComfyUI Deploy first.")
    if offer.unreadable:
        names = ", ".join(named(name, 60) for name in offer.unreadable[:5])
        lines.append(f"⚠ ComfyUI Deploy could not describe: {names}. Its operators can fix that in the workflow.")
    lines += old_lines(old_since(kept), "This list")
    count = len(offer.deployments)
    embed = discord.Embed(
        title="What can be run", description="\n".join(lines), colour=YELLOW if kept.stale else BLURPLE
    )
    if count:
        embed.set_footer(text=f"Page {clamp_page(offer, page) + 1} of {page_count(offer)} · {count} in all")
    return embed


def deployment_embed(deployment: Deployment, since: datetime | None = None) -> discord.Embed:
    """One deployment with every input it declares, as far as there is room; `deployment_text` has the rest.

    `since` is when the list was read that it is from, if that could not be read anew.
    """
    mark = old_lines(since)
    text = "\n".join([fitting(_deployment_lines(deployment), _DETAILS), *mark])
    title = named(deployment.label, limits.EMBED_TITLE // 2)
    return discord.Embed(title=title, description=text, colour=YELLOW if mark else BLURPLE)


def deployment_text(deployment: Deployment) -> str | None:
    """All of it for a file, when an embed has no room for it."""
    lines = _deployment_lines(deployment)
    whole = "\n".join(lines)
    return whole if whole != fitting(lines, _DETAILS) else None


def _deployment_lines(deployment: Deployment) -> list[str]:
    lines = [safe(deployment.description, 500)] if deployment.description else []
    version = f" · v{deployment.version}" if deployment.version is not None else ""
    lines.append(f"Makes: **{deployment.makes}** · {safe(deployment.environment, 40)}{version}")
    if not deployment.inputs:
        lines.append("It has no inputs: `/generate` runs it as it is.")
    return lines + [_input_line(item) for item in deployment.inputs]


def long_texts(view: RunView) -> list[str]:
    """Text results that the embed has no room for as a whole."""
    return [text for text in view.texts if len(text) > _TEXT]


_HELP: Final = """\
**/generate** — pick a deployment, write a prompt, attach a picture if it wants one.
Other inputs go into `inputs`, as `name=value; other="quoted; value"`.
**/deployments** — what can be run, and which inputs it has.
**/workflows**, **/machines** — what the account has. **/status** — how everything stands.
**/cancel** — stop your newest run, or the one you pick.
**/settings** — whether you are called when a long run ends. **/server** — the same for a whole server.

Under a result, **Again** runs it once more with a new seed. So does reacting with 🔁 to your own result. \
**Cancel**, or ❌ by who asked, stops a run, where its machine can. \
With too many runs under way yours stands in line; **Leave the line** takes it out.
Results keep their buttons: they work after a restart of the bot, too."""


def help_embed() -> discord.Embed:
    return discord.Embed(title="How this works", description=_HELP, colour=BLURPLE)


def page_count(offer: Offer) -> int:
    return max(1, -(-len(offer.deployments) // PAGE_LENGTH))


def clamp_page(offer: Offer, page: int) -> int:
    return min(max(0, page), page_count(offer) - 1)


def page_of(offer: Offer, page: int) -> tuple[Deployment, ...]:
    start = clamp_page(offer, page) * PAGE_LENGTH
    return offer.deployments[start : start + PAGE_LENGTH]


_COLOURS: Final = {
    Stage.DONE: GREEN,
    Stage.FAILED: RED,
    Stage.TIMED_OUT: RED,
    Stage.LOST: RED,
    Stage.REFUSED: RED,
    Stage.UNREAD: YELLOW,
    Stage.EXPIRED: YELLOW,
    Stage.CANCELLED: GREY,
    Stage.LEFT: GREY,
    Stage.GIVEN_UP: GREY,
    Stage.UNKNOWN: YELLOW,
}


def _small_print(view: RunView) -> list[str]:
    parts = [f"<@{view.requester}>"]
    if view.seed is not None:
        parts.append(f"seed `{view.seed}`")
    return parts


def _left_out(item: LeftOut) -> str:
    link = f"[{named(item.media.filename, 60)}]({item.media.url})" if _is_linkable(item.media.url) else "a file"
    if item.limit is not None:
        about = f" ({size(item.size)})" if item.size is not None else ""
        return f"📦 {link}{about} is too large to attach here (limit {size(item.limit)})."
    if item.beyond:
        return f"📦 {link}: one message holds no more files."
    return f"📦 {link} could not be attached."


def _is_linkable(url: str) -> bool:
    """Whether an address may stand in a public message: short, and without a query, which may hold a signature."""
    return bool(_LINKABLE.fullmatch(url))


def _deployment_line(item: Deployment) -> str:
    return f"**{named(item.label, 80)}** · {item.makes} · {safe(item.environment, 30)}"


def _input_line(item: Input) -> str:
    name = f" {named(item.name, 60)}" if item.name != item.key else ""
    said = f" — {safe(item.description, 100)}" if item.description else ""
    return f"- {code(item.key, 60)}{name} ({', '.join(_about(item))}){said}"


def _about(item: Input) -> list[str]:
    about = [str(item.kind)]
    about += _span(item)
    if item.options:
        more = f" and {len(item.options) - 8} more" if len(item.options) > 8 else ""
        about.append("one of " + ", ".join(code(option, 30) for option in item.options[:8]) + more)
    about += _when_left_out(item)
    return about


def _span(item: Input) -> list[str]:
    """The range, but for ends so far away that nobody meets them."""
    if item.minimum is None or item.maximum is None or item.kind is InputKind.SEED:
        return []
    if item.maximum < _FAR:
        return [f"{number(item.minimum)} to {number(item.maximum)}"]
    return [f"{number(item.minimum)} or more"] if item.minimum > -_FAR else []


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
