"""A discord.py bot whose modals have every kind of field, and what it got from them."""

from typing import Any

import discord
from discord import app_commands, ui

from tests.stationthis_discord.sandbox.discord.conftest import Bot

SIZES = [discord.SelectOption(label="Small", value="s"), discord.SelectOption(label="Large", value="l")]


class Entries(ui.Modal, title="Entries"):
    """Text, choices and files."""

    prompt: ui.Label["Entries"] = ui.Label(
        text="Prompt",
        description="what to draw",
        component=ui.TextInput(
            custom_id="prompt", style=discord.TextStyle.paragraph, default="a cat", min_length=2, max_length=20
        ),
    )
    size: ui.Label["Entries"] = ui.Label(
        text="Size", component=ui.Select(custom_id="size", options=SIZES, max_values=2)
    )
    files: ui.Label["Entries"] = ui.Label(
        text="Pictures", component=ui.FileUpload(custom_id="files", max_values=3, required=False)
    )
    style: ui.Label["Entries"] = ui.Label(
        text="Style",
        component=ui.RadioGroup(
            custom_id="style",
            options=[
                discord.RadioGroupOption(label="Ink", value="ink"),
                discord.RadioGroupOption(label="Oil", value="oil", default=True),
            ],
        ),
    )
    extras: ui.Label["Entries"] = ui.Label(
        text="Extras",
        component=ui.CheckboxGroup(
            custom_id="extras",
            required=False,
            options=[discord.CheckboxGroupOption(label=name, value=name) for name in ("hat", "tie")],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        read = [file.filename + ":" + (await file.read()).decode() for file in self.files.component.values]  # type: ignore[attr-defined]
        values = [
            self.prompt.component.value,  # type: ignore[attr-defined]
            self.size.component.values,  # type: ignore[attr-defined]
            read,
            self.style.component.value,  # type: ignore[attr-defined]
            self.extras.component.values,  # type: ignore[attr-defined]
        ]
        await interaction.response.send_message(repr(values))


class Entities(ui.Modal, title="Entities"):
    """People, roles, channels and a truth value, with some text above."""

    person: ui.Label["Entities"] = ui.Label(text="Who", component=ui.UserSelect(custom_id="person"))
    role: ui.Label["Entities"] = ui.Label(text="Role", component=ui.RoleSelect(custom_id="role", required=False))
    anyone: ui.Label["Entities"] = ui.Label(
        text="Anyone", component=ui.MentionableSelect(custom_id="anyone", max_values=2)
    )
    place: ui.Label["Entities"] = ui.Label(text="Where", component=ui.ChannelSelect(custom_id="place"))
    sure: ui.Label["Entities"] = ui.Label(text="Sure?", component=ui.Checkbox(custom_id="sure", default=True))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        picked = [*self.person.component.values, *self.role.component.values]  # type: ignore[attr-defined]
        picked += [*self.anyone.component.values, *self.place.component.values]  # type: ignore[attr-defined]
        names = [getattr(item, "name", "") for item in picked]
        await interaction.response.send_message(f"{names} {self.sure.component.value}")  # type: ignore[attr-defined]


class Older(ui.Modal, title="Older"):
    """A text input of its own, and a text display."""

    hint: ui.TextDisplay[Any] = ui.TextDisplay("Fill this in")
    name: ui.TextInput["Older"] = ui.TextInput(label="Name", custom_id="name", required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        if interaction.message:
            await interaction.response.edit_message(content=f"named {self.name.value}")
        else:
            await interaction.response.send_message(f"hello {self.name.value}", ephemeral=True)


FORMS: dict[str, type[ui.Modal]] = {"entries": Entries, "entities": Entities, "older": Older}


class Opener(ui.View):
    """A button that opens a modal."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Name it", custom_id="name-it")
    async def open(self, interaction: discord.Interaction, _: ui.Button["Opener"]) -> None:
        await interaction.response.send_modal(Older())


def form_bot() -> Bot:
    bot = Bot(discord.Intents.none())

    @bot.tree.command(description="Opens a form")
    @app_commands.choices(form=[app_commands.Choice(name=name, value=name) for name in FORMS])
    async def fill(interaction: discord.Interaction, form: str) -> None:
        await interaction.response.send_modal(FORMS[form]())

    @bot.tree.command(description="Shows a button")
    async def buttons(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("unnamed", view=Opener())

    @bot.tree.command(description="Too late")
    async def late(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        interaction.response._response_type = None  # noqa: SLF001 - so that discord.py lets us do it wrong
        try:
            await interaction.response.send_modal(Older())
        except discord.HTTPException:
            await interaction.edit_original_response(content="refused")

    return bot
