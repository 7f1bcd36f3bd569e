"""What can be made of a result: the same again, changed, and as input of something else."""

from typing import Final

import discord
from discord.ext import commands

from cogs.forms import Forms
from cogs.picking import Picking
from cogs.ui import limits
from cogs.ui.buttons import RUN, run_of
from cogs.ui.heard import heard
from cogs.ui.nearest import nearest
from cogs.ui.picker import Place
from cogs.ui.reply import Reply
from cogs.ui.results import copy_message, manner_of, pictures_in
from cogs.ui.using import which_message
from cogs.ui.who import Pressed, Served, cause_of, check_place, who
from core.comfydeploy.values import Given
from core.errors import RunGone
from core.forms.draft import Draft
from core.forms.form import Form, FormNeeded, PickNeeded
from core.result_errors import NotYourResult
from core.services import Services

_MOST: Final = limits.SELECT_OPTIONS - 1  # files to pick from, beside all pictures together


class Results(commands.Cog):
    def __init__(self, bot: Served, forms: Forms) -> None:
        self._services: Services = bot.services
        self._forms = forms
        self._picking = Picking(bot.services)
        bot.presses.update(
            again=Pressed(self.press_again, RUN),
            same=Pressed(self.press_same, RUN),
            edit=Pressed(self.press_edit, RUN),
            copy=Pressed(self.press_copy, RUN),
            use=Pressed(self.press_use, RUN),
            upscale=Pressed(self.press_upscale, RUN),
        )
        bot.remedies.update({NotYourResult: self.offer_copy, RunGone: self.offer_nearest})
        bot.remedies.update({FormNeeded: self.offer_form, PickNeeded: self.offer_pick})

    async def press_again(self, interaction: discord.Interaction, run_id: str) -> None:
        reply = await self._begun(interaction)
        await self._services.generation.again(run_id, who(interaction), reply, cause_of(interaction))

    async def press_same(self, interaction: discord.Interaction, run_id: str) -> None:
        reply = await self._begun(interaction)
        cause = cause_of(interaction)
        await self._services.generation.again(run_id, who(interaction), reply, cause, keeps_seed=True)

    async def press_edit(self, interaction: discord.Interaction, run_id: str) -> None:
        """The form is private, and so is what leads to it."""
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        await self._show(interaction, await self._services.generation.edit(run_id, who(interaction)))

    async def press_copy(self, interaction: discord.Interaction, run_id: str) -> None:
        """For everybody, with what everybody sees of the run."""
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        await self._show(interaction, await self._services.generation.edit(run_id, who(interaction), may_all=True))

    async def press_use(self, interaction: discord.Interaction, run_id: str) -> None:
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        draft = await self._services.generation.use(run_id, who(interaction))
        draft.manner = manner_of(interaction.message)
        if len(draft.given.attached) > 1:
            await self._ask_which(interaction, draft, "Use in…")
        else:
            await self._picking.show(interaction, Place(draft.id, 0))

    async def press_upscale(self, interaction: discord.Interaction, run_id: str) -> None:
        """One picture is run at once, in a message that everybody sees; which of several is asked privately."""
        if pictures_in(interaction.message) > 1:
            await heard(interaction.response.defer(ephemeral=True, thinking=True))
            draft = await self._services.generation.enlarge(run_id, who(interaction))
            draft.manner = manner_of(interaction.message)
            await self._ask_which(interaction, draft, "Upscale", one=True)
            return
        reply, actor = await self._begun(interaction), who(interaction)
        draft = await self._services.generation.enlarge(run_id, actor)
        draft.manner = manner_of(interaction.message)
        await self._services.generation.start_aimed(draft, actor, reply, cause_of(interaction))

    async def offer_copy(self, interaction: discord.Interaction, refused: NotYourResult) -> None:
        """What others can do with a result whose buttons are not for them."""
        await self._forms.answer(interaction, copy_message(refused))

    async def offer_nearest(self, interaction: discord.Interaction, gone: RunGone) -> None:
        """What the message itself still tells of a run that ComfyUI Deploy has forgotten, to be run anew.

        Raises `RunGone` where it tells nothing.
        """
        known = nearest(interaction.message)
        if known is None:
            raise gone
        draft = self._services.forms.begin(who(interaction), Given(prompt=known.prompt), is_wanted=True)
        draft.labels, draft.manner = known.labels, manner_of(interaction.message)
        if interaction.response.type is discord.InteractionResponseType.deferred_message_update:
            gone.kept_in = draft.id  # its message is the result, and stays: a button beside the sentence leads on
            raise gone
        await self._picking.offer(interaction, PickNeeded(draft.id, gone))

    async def offer_form(self, interaction: discord.Interaction, needed: FormNeeded) -> None:
        self._keep_manner(interaction, needed.form.id)
        await self._forms.offer_form(interaction, needed)

    async def offer_pick(self, interaction: discord.Interaction, needed: PickNeeded) -> None:
        self._keep_manner(interaction, needed.draft)
        await self._picking.offer(interaction, needed)

    def _keep_manner(self, interaction: discord.Interaction, draft: str) -> None:
        """What is made of a result is shown as that is, though more is to be said first."""
        if interaction.message is not None and run_of(interaction.message) is not None:
            self._services.forms.begun(draft, who(interaction)).manner = manner_of(interaction.message)

    async def _ask_which(
        self, interaction: discord.Interaction, draft: Draft, title: str, *, one: bool = False
    ) -> None:
        message = which_message(draft.id, draft.given.attached[:_MOST], title, one=one)
        await heard(interaction.edit_original_response(**message))

    async def _show(self, interaction: discord.Interaction, form: Form) -> None:
        self._services.forms.begun(form.id, who(interaction)).manner = manner_of(interaction.message)
        await self._forms.change(interaction, form)

    async def _begun(self, interaction: discord.Interaction) -> Reply:
        """A message of its own is asked for at once: the token reaches it even if the answer to that is lost."""
        manner = manner_of(interaction.message)
        check_place(interaction, private=manner.private)
        answer = await heard(interaction.response.defer(thinking=True, ephemeral=manner.private))
        return Reply.on_original(interaction, answer, manner=manner)
