"""What people and servers have set, as they see it; pure."""

from typing import Final

import discord

from cogs.ui.allowing import allowed_lines
from cogs.ui.embeds import BLURPLE
from cogs.ui.text import named
from core.offer import Offer
from core.people.house import Rules
from core.people.offering import Allowed
from core.people.preferences import Personal

_CALLED: Final = "🔔 **Pings: on.** You are called when a run of yours that took more than 30 seconds ends."
_NOT_CALLED: Final = "🔕 **Pings: off.** You are not called: your results simply appear."
_QUIET_HERE: Final = "This server is quiet: nobody is called here, whatever you set."
_SERVER_CALLS: Final = (
    "🔔 **Pings: on.** People are called here when a run of theirs that took more than 30 seconds ends. "
    "Each of them can switch that off with `/settings`."
)
_SERVER_IS_QUIET: Final = "🔕 **Pings: off.** This server is quiet: nobody is called here, whatever they set."
_EVERYBODY: Final = (
    "👥 **Buttons: everyone.** Everybody here may press the buttons of a result; only **Delete** is for its owner."
)
_OWNERS: Final = (
    "🔒 **Buttons: owner.** The buttons of a result are for who asked for it. Others can make their own copy."
)


def settings_embed(found: Personal) -> discord.Embed:
    """A person's own settings, and what overrules them where they are."""
    lines = [_CALLED if found.pings else _NOT_CALLED]
    if found.pings and found.is_quiet:
        lines.append(_QUIET_HERE)
    lines.append(_how("/settings pings:", is_on=found.pings))
    return discord.Embed(title="Your settings", description="\n".join(lines), colour=BLURPLE)


def server_embed(*, pings: bool, allowed: Allowed, rules: Rules, offer: Offer | None) -> discord.Embed:
    """`offer` is all that is on offer, None if that is not known now."""
    lines = [_SERVER_CALLS if pings else _SERVER_IS_QUIET, _how("/server pings to:", is_on=pings)]
    lines += [*allowed_lines(allowed, offer), "-# `/server deployments` changes that.", *_rules_lines(rules, offer)]
    return discord.Embed(title="Settings of this server", description="\n".join(lines), colour=BLURPLE)


def rules_embed(rules: Rules, offer: Offer | None) -> discord.Embed:
    """What is set for results; `offer` is what is on offer in this server, None if that is not known now."""
    lines = _rules_lines(rules, offer)
    return discord.Embed(title="Results in this server", description="\n".join(lines), colour=BLURPLE)


def _rules_lines(rules: Rules, offer: Offer | None) -> list[str]:
    return [
        _OWNERS if rules.owners_only else _EVERYBODY,
        f"-# `/server buttons who:{'everyone' if rules.owners_only else 'owner'}` changes that.",
        _upscaler_line(rules.upscaler, offer),
        "-# `/server upscaler` changes that.",
        _gallery_line(rules.gallery),
        "-# `/server gallery` changes that.",
    ]


def _upscaler_line(upscaler: str | None, offer: Offer | None) -> str:
    if upscaler is None:
        return "⬆️ **No upscaler**: results have no **Upscale**."
    if offer is None:
        return "⬆️ An **upscaler** is set."
    found = offer.listing.by_id.get(upscaler)
    if found is None:
        return "⬆️ The **upscaler** that is set is not on offer at the moment."
    return f"⬆️ **Upscaler: {named(found.label, 100)}**. **Upscale** gives it the picture of a result."


def _gallery_line(gallery: int | None) -> str:
    if gallery is None:
        return "⭐ **No gallery**: results have no **Keep**."
    return f"⭐ **Gallery:** <#{gallery}>. **Keep** puts a result there, once."


def _how(command: str, *, is_on: bool) -> str:
    return f"-# `{command}{'off' if is_on else 'on'}` changes that."
