"""What all of the operator's commands go through: only private answers, only operators, one press at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import discord

from cogs.operator_rights import Rights
from cogs.ui.confirm import Question, question_buttons, question_embed
from cogs.ui.private import acknowledge, show
from core.comfydeploy.values import Source
from core.errors import AlreadyAsked
from core.operator_errors import AskedByAnother
from core.operators import Write
from core.services import Services

DELETE_DEPLOYMENT: Final = "deldep"
DELETE_WORKFLOW: Final = "delwork"
DELETE_MACHINE: Final = "delmach"
FORCE_MACHINE: Final = "forcemach"


class Desk:
    def __init__(self, services: Services, rights: Rights) -> None:
        self.services = services
        self._rights = rights
        self._under_way = dict[str, int]()  # what is being done, and by whom

    async def admit(self, interaction: discord.Interaction, write: Write | None = None) -> int:
        """Acknowledge, and let operators pass, if the change is switched on; gives the person's id.

        Raises:
            OperatorsOnly, WriteOff: this person may not, or nobody may.
        """
        await acknowledge(interaction)
        await self._rights.check(interaction.user.id)
        if write is not None:
            self.services.operators.check(write)
        return interaction.user.id

    async def ask(self, interaction: discord.Interaction, question: Question) -> None:
        await show(interaction, question_embed(question), question_buttons(question))

    @contextmanager
    def once(self, what: str, user: int) -> Iterator[None]:
        """Raises `AlreadyAsked` while this person has the same done, and `AskedByAnother` while somebody else has."""
        if what in self._under_way:
            raise AlreadyAsked if self._under_way[what] == user else AskedByAnother
        self._under_way[what] = user
        try:
            yield
        finally:
            del self._under_way[what]


def source_of(attachment: discord.Attachment) -> Source:
    return Source(attachment.filename, attachment.url, attachment.size, attached=True)
