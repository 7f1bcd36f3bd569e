"""What people and servers have set, as they see it; pure."""

from typing import Final

import discord

from cogs.ui.allowing import allowed_lines
from cogs.ui.embeds import BLURPLE
from core.offer import Offer
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


def settings_embed(found: Personal) -> discord.Embed:
    """A person's own settings, and what overrules them where they are."""
    lines = [_CALLED if found.pings else _NOT_CALLED]
    if found.pings and found.is_quiet:
        lines.append(_QUIET_HERE)
    lines.append(_how("/settings pings:", is_on=found.pings))
    return discord.Embed(title="Your settings", description="\n".join(lines), colour=BLURPLE)


def server_embed(*, pings: bool, allowed: Allowed, offer: Offer | None) -> discord.Embed:
    """`offer` is all that is on offer, None if that is not known now."""
    lines = [_SERVER_CALLS if pings else _SERVER_IS_QUIET, _how("/server pings to:", is_on=pings)]
    lines += [*allowed_lines(allowed, offer), "-# `/server deployments` changes that."]
    return discord.Embed(title="Settings of this server", description="\n".join(lines), colour=BLURPLE)


def _how(command: str, *, is_on: bool) -> str:
    return f"-# `{command}{'off' if is_on else 'on'}` changes that."
