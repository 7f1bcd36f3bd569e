"""The Discord client: what it asks for, what it answers, how it comes up."""

import asyncio
import contextlib
from typing import Any, Final

import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.deployments import Deployments
from cogs.details import Details
from cogs.forms import Forms
from cogs.gallery import Gallery
from cogs.generate import Generate
from cogs.help import Help
from cogs.history import History
from cogs.machines import Machines
from cogs.operators import Operator
from cogs.reactions import Reactions
from cogs.removal import Removal
from cogs.results import Results
from cogs.runs import Runs
from cogs.server_results import ServerResults
from cogs.settings import Settings
from cogs.several import SeveralAtOnce
from cogs.status import Status
from cogs.ui import door
from cogs.ui.answering import Answering
from cogs.ui.buttons import Immortal, is_ours, submitted
from cogs.ui.who import Pressed
from cogs.use import Use
from cogs.workflows import Workflows
from core.errors import ButtonUnknown, CoreError, NotServedHere, Stopping
from core.services import Services
from stationthis_discord.commands_sync import sync_commands

log = structlog.get_logger(__name__)

PRESENCE_PACE: Final = 15.0  # seconds
INTENTS: Final = discord.Intents(guild_reactions=True, dm_reactions=True)
PERMISSIONS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


class Tree(app_commands.CommandTree["StationBot"]):
    """The commands, with one door for errors and one for who is served."""

    async def interaction_check(self, interaction: discord.Interaction["StationBot"], /) -> bool:
        try:
            interaction.client.services.admission.admit(interaction.guild_id)
            if interaction.type is discord.InteractionType.application_command:
                interaction.client.answering.begin(interaction)
        except (NotServedHere, Stopping) as refused:  # discord.py sends only its own errors on to `on_error`
            await door.answer(interaction, refused, "commands")
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction["StationBot"], error: app_commands.AppCommandError, /
    ) -> None:
        name = interaction.command.qualified_name if interaction.command else "unknown command"
        await door.answer(interaction, error, f"/{name}")
        interaction.client.answering.end(interaction)


class StationBot(commands.AutoShardedBot):
    """`dev_guild` is the one server that gets the commands, else all do; `user_install` offers them to people, too.

    `admin_guild` is the server that has the operators' commands.
    """

    def __init__(
        self,
        services: Services,
        dev_guild: int | None = None,
        admin_guild: int | None = None,
        *,
        user_install: bool = False,
    ) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Tree,
            intents=INTENTS,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=user_install),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=user_install),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0,
        )
        self.services = services
        self.answering = Answering()
        self.presses: dict[str, Pressed] = {}
        self.submits: dict[str, Pressed] = {}
        self.remedies: dict[type[CoreError], door.Remedy] = {}
        self._load_shown: str | None = None
        self._dev_guild = discord.Object(dev_guild) if dev_guild else None
        self._admin_guild = discord.Object(admin_guild) if admin_guild else None

    async def setup_hook(self) -> None:
        forms, settings = Forms(self), Settings(self)
        cogs = (
            Generate(self),
            forms,
            Deployments(self),
            Workflows(self),
            Machines(self),
            Status(self),
            settings,
            ServerResults(self, settings.server),
            Gallery(self),
            Runs(self),
            Results(self, forms),
            Details(self),
            History(self),
            Removal(self, self.tree),
            Reactions(self, self),
            Use(self, forms, self.tree),
            SeveralAtOnce(self, forms),
            Help(),
        )
        for cog in cogs:
            await self.add_cog(cog)
        if self._admin_guild is not None:
            self.tree.add_command(Operator(self, self), guild=self._admin_guild)
        self.add_dynamic_items(Immortal)
        self.services.catalog.warm()  # so that the first autocomplete finds everything in memory
        await sync_commands(self, self.tree, self._dev_guild, self._admin_guild)
        log.info("bot.invite", link=discord.utils.oauth_url(self.application_id or 0, permissions=PERMISSIONS))

    async def on_interaction(self, interaction: discord.Interaction["StationBot"], /) -> None:
        """Take the forms, and answer buttons that nothing else takes: those of older versions, and expired ones."""
        is_press = interaction.type is discord.InteractionType.component
        if interaction.type is discord.InteractionType.modal_submit:
            await submitted(interaction)
        elif is_press and not is_ours(interaction.custom_id or ""):
            await door.answer(interaction, ButtonUnknown(), "unknown component")

    async def on_app_command_completion(self, interaction: discord.Interaction["StationBot"], _: object, /) -> None:
        self.answering.end(interaction)

    async def show_load(self, pace: float = PRESENCE_PACE) -> None:
        """Keep the presence line true: how much there is to do, sent when it changed, at most each `pace` seconds.

        Runs until cancelled.
        """
        while True:
            await asyncio.sleep(pace)
            words = load_words(self.services.limits.under_way, self.services.limits.waiting)
            if words == self._load_shown or not self.is_ready():
                continue
            with contextlib.suppress(ConnectionError, discord.ConnectionClosed):  # a new connection starts without one
                await self.change_presence(activity=discord.CustomActivity(words))
                self._load_shown = words

    async def on_ready(self) -> None:
        self._load_shown = None
        log.info("bot.ready", user=str(self.user), servers=len(self.guilds), shards=self.shard_count)

    async def on_message(self, _: discord.Message, /) -> None:
        """Nothing: without the message intents only direct messages come, and they are no commands."""

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:  # noqa: ANN401 -- discord.py's signature
        log.error("event.failed", event_name=event_method, exc_info=True)  # noqa: LOG014 -- called while handling it


def load_words(running: int, waiting: int) -> str:
    """How many runs are under way and how many wishes wait in line; how to begin when there are none."""
    counts = [f"{running} running"] if running else []
    counts += [f"{waiting} waiting"] if waiting else []
    return f"🎨 {' · '.join(counts)}" if counts else "/generate"


def use_discord_at(api_url: str) -> None:
    """Send all REST calls of discord.py to `api_url` (incl. `/api/v10`)."""
    Route.BASE = api_url


async def use_its_gateway(bot: StationBot) -> None:
    """Take the gateway's address from the API in use: a fresh identify would go to the real Discord otherwise."""
    _, url, _ = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
