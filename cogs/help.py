"""`/help`: how to use the bot."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.ui.embeds import help_embed
from cogs.ui.heard import heard


class Help(commands.Cog):
    @app_commands.command(description="How to use this bot")
    async def help(self, interaction: discord.Interaction) -> None:
        await heard(interaction.response.send_message(embed=help_embed(), ephemeral=True))
