"""What each screen shows, as embeds; pure: no clock, no waiting."""

import re
from typing import Final

import discord

from cogs.ui import limits
from cogs.ui.problems import adjusted_words
from cogs.ui.states import state_lines
from cogs.ui.text import block, clip, fitting, named, safe, size
from core.runs.view import LeftOut, RunView, Stage

BLURPLE: Final = discord.Colour(0x5865F2)
GREEN: Final = discord.Colour(0x57F287)
YELLOW: Final = discord.Colour(0xFEE75C)
RED: Final = discord.Colour(0xED4245)
GREY: Final = discord.Colour(0x99AAB5)

_PROMPT: Final = 300  # characters of the prompt that are shown
_TEXT: Final = 1500  # characters of a text result that are shown
_LINKABLE: Final = re.compile(r"https://[A-Za-z0-9.:-]+/[A-Za-z0-9._~!$&'*+,;=:@/%-]{1,450}")


def run_embed(view: RunView) -> discord.Embed:
    """One run at one moment. A waiting message needs no edit for its clock: Discord counts the time itself."""
    lines = [state_lines(view)]
    prompt = safe(view.prompt or "", _PROMPT)
    if prompt:
        lines.append(f"> {prompt}")
    lines += [adjusted_words(item) for item in view.adjusted]
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


def long_texts(view: RunView) -> list[str]:
    """Text results that the embed has no room for as a whole."""
    return [text for text in view.texts if len(text) > _TEXT]


_HELP: Final = """\
**/generate** — pick a deployment, write a prompt, attach a picture if it wants one. What is missing is asked for; \
`more_inputs` opens a form with everything else. Without a deployment it is your last one, the \
server's default, or a list to pick from.
**/deployments** — what can be run, and which inputs it has.
**Apps → Use as input…** in the menu of a message — its picture or file goes into a deployment.
**/workflows**, **/machines** — what the account has. **/status** — how everything stands.
**/cancel** — stop your newest run, or the one you pick.
**/settings** — whether you are called when a long run ends. **/server** — the same for a whole server, and \
what can be run there.

Under a result, **Again** runs it once more with a new seed. So does reacting with 🔁 to your own result. \
**Cancel**, or ❌ by who asked, stops a run, where its machine can. \
With too many runs under way yours stands in line; **Leave the line** takes it out.
Results keep their buttons: they work after a restart of the bot, too."""


def help_embed() -> discord.Embed:
    return discord.Embed(title="How this works", description=_HELP, colour=BLURPLE)


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
