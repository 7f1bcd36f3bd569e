"""Forms: what is shown where more is to be said before a run, and what their buttons, menus and fields do."""

import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import discord
from discord.ext import commands

from cogs.picking import Picking
from cogs.ui import form_view, list_view, modals
from cogs.ui.buttons import chosen
from cogs.ui.door import withdraw
from cogs.ui.heard import heard
from cogs.ui.picker import PICKED, TURNED, place_in
from cogs.ui.private import beside
from cogs.ui.reply import Reply
from cogs.ui.typed import typed_in
from cogs.ui.who import Pressed, Served, cause_of, check_place, who
from cogs.ui.words import words_for
from core.errors import FormExpired, FormGone
from core.forms.form import Form, FormNeeded, PickNeeded
from core.services import Services

Edit = Callable[..., Awaitable[object]]

_MOST: Final = 2_000  # forms whose message is remembered


class Forms(commands.Cog):
    """A form's message is private: only what showed it last can change it beside an answer, so that is remembered."""

    def __init__(self, bot: Served) -> None:
        self._services: Services = bot.services
        self._picking = Picking(bot.services)
        self._screens = OrderedDict[str, Edit]()
        bot.remedies.update({FormNeeded: self.offer_form, PickNeeded: self._picking.offer})
        bot.remedies.update({FormExpired: self.close, FormGone: self.close})
        draft, section, page = form_view.DRAFT, form_view.DRAFT_SECTION, list_view.DRAFT_SECTION_PAGE
        bot.presses.update(
            open=Pressed(self.press_open, draft),
            next=Pressed(self.press_section, section),
            go=Pressed(self.pick_section, draft, is_menu=True),
            fix=Pressed(self.press_fix, draft),
            run=Pressed(self.press_run, draft),
            clear=Pressed(self.press_clear, draft),
            drop=Pressed(self.press_drop, draft),
            without=Pressed(self.press_without, draft),
            back=Pressed(self.press_back, draft),
            item=Pressed(self.pick_item, page, is_menu=True),
            turn=Pressed(self.press_turn, list_view.TURN),
            seek=Pressed(self.press_seek, section),
            all=Pressed(self.press_all, section),
            other=Pressed(self.press_other, section),
            plain=Pressed(self.press_plain, section),
            pick=Pressed(self.pick_deployment, PICKED, is_menu=True),
            pickpage=Pressed(self._picking.turn, TURNED),
            make=Pressed(self.press_make, form_view.DEPLOYMENT),
        )
        bot.submits.update(
            form=Pressed(self.send_section, section),
            fixed=Pressed(self.send_fixed, draft),
            sought=Pressed(self.send_search, section),
        )

    # -- a form is needed --

    async def offer_form(self, interaction: discord.Interaction, needed: FormNeeded) -> None:
        """At once as a form where only something is missing; else as a message that says what is to be changed."""
        form, response = needed.form, interaction.response
        if not response.is_done():
            is_command = interaction.type is discord.InteractionType.application_command
            if is_command and form.only_lacks:
                await heard(response.send_modal(modals.fix_modal(form)))
            else:
                await self._show(interaction, form)
        elif response.type is discord.InteractionResponseType.deferred_channel_message:
            await withdraw(interaction)  # public from the start, so it makes way for one that is not
            message = form_view.opener_message(form) if form.only_lacks else form_view.form_message(form)
            sent = await heard(interaction.followup.send(**message, ephemeral=True, wait=True))
            self._remember(form, sent.edit)
        else:
            await self.change(interaction, form)

    async def change(self, interaction: discord.Interaction, form: Form) -> None:
        """Show a form in the answer that is there."""
        await heard(interaction.edit_original_response(**form_view.form_message(form)))
        self._remember(form, interaction.edit_original_response)

    async def answer(self, interaction: discord.Interaction, message: Mapping[str, Any]) -> None:
        """To the person alone, in place of an answer that was asked for."""
        response = interaction.response
        if not response.is_done():
            await heard(response.send_message(**message, ephemeral=True))
            return
        if response.type is discord.InteractionResponseType.deferred_channel_message:
            await withdraw(interaction)
        await heard(interaction.followup.send(**message, ephemeral=True))

    async def close(self, interaction: discord.Interaction, over: FormExpired | FormGone) -> None:
        """A form that is over loses its buttons, and says why; elsewhere that is said in an answer to the person."""
        message, response = form_view.over_message(words_for(over)), interaction.response
        is_private = interaction.message is not None and interaction.message.flags.ephemeral
        if is_private and not response.is_done():
            await heard(response.edit_message(**message))
        elif is_private and response.type is discord.InteractionResponseType.deferred_message_update:
            await heard(interaction.edit_original_response(**message))
        else:
            await self.answer(interaction, message)

    # -- the form's message --

    async def press_open(self, interaction: discord.Interaction, draft: str) -> None:
        form = await self._form(interaction, draft)
        if form.only_lacks:
            await heard(interaction.response.send_modal(modals.fix_modal(form)))
        else:
            await self._show(interaction, form)

    async def press_section(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        await self._open(interaction, await self._form(interaction, draft), number)

    async def pick_section(self, interaction: discord.Interaction, draft: str) -> None:
        form = await self._form(interaction, draft)
        picked = next(iter(chosen(interaction)), "")
        await self._open(interaction, form, int(picked) if re.fullmatch("[0-9]{1,4}", picked) else 0)

    async def press_fix(self, interaction: discord.Interaction, draft: str) -> None:
        form = await self._form(interaction, draft)
        long = form_view.first_list(form)
        if long is not None:
            await self._open(interaction, form, long.number)
        elif form.wrong:
            await heard(interaction.response.send_modal(modals.fix_modal(form)))
        else:
            await self._show(interaction, form)

    async def press_run(self, interaction: discord.Interaction, draft: str) -> None:
        await self.run(interaction, draft)

    async def press_clear(self, interaction: discord.Interaction, draft: str) -> None:
        await self._show(interaction, await self._services.forms.clear(draft, who(interaction)))

    async def press_drop(self, interaction: discord.Interaction, draft: str) -> None:
        self._services.forms.drop(draft, who(interaction))
        await heard(interaction.response.edit_message(**form_view.dropped_message()))

    async def press_without(self, interaction: discord.Interaction, draft: str) -> None:
        """What goes nowhere is left out."""
        await self._show(interaction, await self._services.forms.leave_out(draft, who(interaction)))

    async def press_back(self, interaction: discord.Interaction, draft: str) -> None:
        await self._show(interaction, await self._form(interaction, draft))

    # -- long lists --

    async def pick_item(self, interaction: discord.Interaction, what: str) -> None:
        draft, number, _ = list_view.page_in(what)
        item = list_view.input_in(await self._form(interaction, draft), number)
        option = list_view.option_of(item, next(iter(chosen(interaction)), ""))
        answers = {} if option is None else {item.key: option}
        await self._fill(interaction, draft, answers, number + 1)

    async def press_turn(self, interaction: discord.Interaction, what: str) -> None:
        draft, number, page = list_view.page_in(what)
        await self._list(interaction, await self._form(interaction, draft), number, page)

    async def press_seek(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        form = await self._form(interaction, draft)
        await heard(interaction.response.send_modal(modals.search_modal(form, form_view.section_of(form, number))))

    async def press_all(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        await self._list(interaction, await self._services.forms.look_for(draft, who(interaction), ""), number)

    async def press_other(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        form = await self._form(interaction, draft)
        await heard(interaction.response.send_modal(modals.section_modal(form, form_view.section_of(form, number))))

    async def press_plain(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        item = list_view.input_in(await self._form(interaction, draft), number)
        await self._fill(interaction, draft, {item.key: ""}, number + 1)

    # -- what was filled in --

    async def send_section(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        await self._show(interaction, await self._filled(interaction, draft, number + 1))

    async def send_fixed(self, interaction: discord.Interaction, draft: str) -> None:
        """What was asked for by a command, and is complete now, is run at once."""
        form = await self._filled(interaction, draft)
        if form.is_ready and not form.is_wanted and not form.drift:
            await self.run(interaction, draft)
        else:
            await self._show(interaction, form)

    async def send_search(self, interaction: discord.Interaction, what: str) -> None:
        draft, number = form_view.section_in(what)
        typed = modals.search_in(interaction.data)
        await self._list(interaction, await self._services.forms.look_for(draft, who(interaction), typed), number)

    # -- what to run --

    async def pick_deployment(self, interaction: discord.Interaction, what: str) -> None:
        """With nothing missing it is run at once, and what is missing is asked for."""
        await self.pick(interaction, place_in(what).draft, next(iter(chosen(interaction)), ""))

    async def pick(self, interaction: discord.Interaction, draft: str, deployment: str) -> None:
        """What is to be run is known now."""
        form = await self._services.forms.choose(draft, who(interaction), deployment)
        if form.is_ready and not form.is_wanted:
            await self.run(interaction, draft)
        elif form.only_lacks:
            await heard(interaction.response.send_modal(modals.fix_modal(form)))
        else:
            await self._show(interaction, form)

    async def press_make(self, interaction: discord.Interaction, deployment: str) -> None:
        """*Generate with this*: its form, in a message of its own."""
        await heard(interaction.response.defer(ephemeral=True, thinking=True))
        await self.change(interaction, await self._services.forms.open(deployment, who(interaction)))

    # -- inside --

    async def _form(self, interaction: discord.Interaction, draft: str) -> Form:
        return await self._services.forms.show(draft, who(interaction))

    async def _filled(self, interaction: discord.Interaction, draft: str, then: int | None = None) -> Form:
        """What was filled in was asked for by the inputs as the person saw them."""
        forms, actor = self._services.forms, who(interaction)
        answers = modals.answers_of(interaction.data, forms.seen(draft, actor, typed_in(interaction.data)))
        return await forms.fill(draft, actor, answers, then)

    async def _fill(self, interaction: discord.Interaction, draft: str, answers: dict[str, Any], then: int) -> None:
        await self._show(interaction, await self._services.forms.fill(draft, who(interaction), answers, then))

    async def _open(self, interaction: discord.Interaction, form: Form, number: int) -> None:
        section = form_view.section_of(form, number)
        if section.is_list:  # whole at first: what was looked for may have been in another list
            form = await self._services.forms.look_for(form.id, who(interaction), "")
            await self._list(interaction, form, section.number)
        else:
            await heard(interaction.response.send_modal(modals.section_modal(form, section)))

    async def _list(self, interaction: discord.Interaction, form: Form, number: int, page: int | None = None) -> None:
        message = list_view.list_message(form, form_view.section_of(form, number), page)
        await heard(interaction.response.edit_message(**message))
        self._remember(form, interaction.edit_original_response)

    async def run(self, interaction: discord.Interaction, draft: str) -> None:
        """A message of its own for the run, for everybody unless it is private; the form says that it is begun."""
        actor = who(interaction)
        manner = self._services.forms.begun(draft, actor).manner
        check_place(interaction, private=manner.private)
        await self._services.generation.check_form(draft, actor)
        form = await self._form(interaction, draft)
        answer = await heard(interaction.response.defer(thinking=True, ephemeral=manner.private))
        reply = Reply.on_original(interaction, answer, manner=manner)
        await self._services.generation.start_form(draft, actor, reply, cause_of(interaction))
        for edit in filter(None, (self._screens.pop(draft, None), _of_press(interaction))):
            if await beside(edit(**form_view.started_message(form))):
                return

    async def _show(self, interaction: discord.Interaction, form: Form) -> None:
        """In the form's own message where the interaction comes from it, else in a new one."""
        message = form_view.form_message(form)
        if interaction.message is not None and interaction.message.flags.ephemeral:
            await heard(interaction.response.edit_message(**message))
        else:
            await heard(interaction.response.send_message(**message, ephemeral=True))
        self._remember(form, interaction.edit_original_response)

    def _remember(self, form: Form, edit: Edit) -> None:
        self._screens[form.id] = edit
        self._screens.move_to_end(form.id)
        if len(self._screens) > _MOST:
            self._screens.popitem(last=False)


def _of_press(interaction: discord.Interaction) -> Edit | None:
    """The private message that was used, such as the list from which a deployment was picked."""
    if interaction.message is None or not interaction.message.flags.ephemeral:
        return None
    return partial(interaction.followup.edit_message, interaction.message.id)
