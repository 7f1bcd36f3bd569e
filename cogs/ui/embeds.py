"""What each screen shows, as embeds; pure: no clock, no waiting."""

from typing import Final

import discord

from cogs.ui import limits
from cogs.ui.problems import adjusted_words
from cogs.ui.result_lines import changed_words, left_out_lines
from cogs.ui.states import state_lines
from cogs.ui.text import block, clip, fitting, named, safe
from core.runs.view import RunView, Stage

BLURPLE: Final = discord.Colour(0x5865F2)
GREEN: Final = discord.Colour(0x57F287)
YELLOW: Final = discord.Colour(0xFEE75C)
RED: Final = discord.Colour(0xED4245)
GREY: Final = discord.Colour(0x99AAB5)

_PROMPT: Final = 300  # characters of the prompt that are shown
_TEXT: Final = 1500  # characters of a text result that are shown


def run_embed(view: RunView, link: str | None = None) -> discord.Embed:
    """One run at one moment. A waiting message needs no edit for its clock: Discord counts the time itself.

    `link` is where the run is shown that it repeats, or takes a file of.
    """
    lines = [state_lines(view)]
    prompt = safe(view.prompt or "", _PROMPT)
    if prompt:
        lines.append(f"> {prompt}")
    lines += [adjusted_words(item) for item in view.adjusted]
    lines += left_out_lines(view)
    lines += [block(text, _TEXT) for text in view.texts]
    small_print = "-# " + " · ".join(_small_print(view, link))
    shown = fitting(lines, limits.EMBED_DESCRIPTION - len(small_print) - 1)
    embed = discord.Embed(
        title=named(view.deployment or "Your run", limits.EMBED_TITLE // 2),
        description=f"{shown}\n{small_print}",
        colour=_COLOURS.get(view.stage, BLURPLE),
    )
    if view.run_id:
        embed.set_footer(text=f"run {view.run_id[:8]}")
    return embed


def error_embed(sentence: str, reference: str) -> discord.Embed:
    text = clip(f"❌ {sentence}", limits.EMBED_DESCRIPTION - 40)
    return discord.Embed(description=f"{text}\n-# ref `{reference}`", colour=RED)


def note_embed(sentence: str) -> discord.Embed:
    return discord.Embed(description=clip(sentence, limits.EMBED_DESCRIPTION), colour=BLURPLE)


def long_texts(view: RunView) -> list[str]:
    """Text results that the embed has no room for as a whole, as many as one message could have."""
    return [text for text in view.texts if len(text) > _TEXT][: limits.FILES]


_HELP: Final = """\
**/generate** — pick a deployment, write a prompt, attach a picture if it wants one. What is missing is asked for; \
`more_inputs` opens a form with everything else, `count` makes several at once, `private` is only for you. Without \
a deployment it is your last one, the server's default, or a list to pick from.
**/deployments** — what can be run, and which inputs it has.
**Apps → Use as input…** in the menu of a message — its picture or file goes into a deployment.
**/workflows**, **/machines** — what the account has. **/status** — how everything stands.
**/cancel** — stop your newest run, or the one you pick.
**/settings** — whether you are called when a long run ends. **/server** — the same for a whole server, and \
what can be run there.

Under a result: **Again** with a new seed, **Same seed**, **Edit** its inputs, **Use in…** another deployment, \
**Details** with a command to copy, **Delete**. A server may add **Upscale**, and **Keep** for its gallery. \
On your own result 🔁 is *Again* and ❌ is *Delete*; on a run under way ❌ cancels it, where its machine can.
**/runs** lists your runs, **/show** brings one back, with its buttons. They work after a restart of the bot, too.
With too many runs under way yours stands in line; **Leave the line** takes it out."""


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


def _small_print(view: RunView, link: str | None) -> list[str]:
    parts = [f"<@{view.requester}>"]
    if view.seed is not None:
        parts.append(f"seed `{view.seed}`")
    if view.parent:
        earlier = f"[{view.parent[:8]} ↗]({link})" if link else f"`{view.parent[:8]}`"
        parts.append(f"{'made from' if view.is_made_from else 'again of'} {earlier}")
    if view.files:
        parts += changed_words(view.files)
    return parts
