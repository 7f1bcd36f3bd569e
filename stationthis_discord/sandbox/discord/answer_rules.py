"""What Discord accepts as the answer to an interaction.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object
"""

from stationthis_discord.sandbox.discord.body import Upload
from stationthis_discord.sandbox.discord.interaction import Ack, Interaction, Kind
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.modal_rules import check_modal
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.refusals import Problems

_ALLOWED: dict[Kind, tuple[Ack, ...]] = {
    Kind.COMMAND: (Ack.MESSAGE, Ack.DEFERRED_MESSAGE, Ack.MODAL),
    Kind.COMPONENT: (Ack.MESSAGE, Ack.DEFERRED_MESSAGE, Ack.DEFERRED_UPDATE, Ack.UPDATE, Ack.MODAL),
    Kind.AUTOCOMPLETE: (Ack.CHOICES,),
    Kind.MODAL: (Ack.MESSAGE, Ack.DEFERRED_MESSAGE, Ack.DEFERRED_UPDATE, Ack.UPDATE),
}


def check_answer(interaction: Interaction, answer: Object, uploads: list[Upload]) -> Ack:
    """Returns the kind of answer.

    Raises:
        Refusal: 50035 when this interaction can't be answered so, or the answer breaks a limit.
    """
    problems = Problems()
    allowed = _ALLOWED[interaction.kind]
    if interaction.kind is Kind.MODAL and not interaction.source:
        allowed = allowed[:2]
    if answer.get("type") not in allowed:
        problems.choices(("type",), tuple(int(ack) for ack in allowed))
    data = problems.mapping(("data",), answer.get("data"))
    problems.raise_any()
    ack = Ack(answer["type"])
    if ack is Ack.CHOICES:
        _check_choices(problems, interaction, data)
    elif ack is Ack.MODAL:
        check_modal(problems, ("data",), data)
    elif ack in {Ack.MESSAGE, Ack.UPDATE}:
        kept = interaction.source.flags if ack is Ack.UPDATE and interaction.source else 0
        check_message(data, uploads, ("data",), kept)
    problems.raise_any()
    return ack


def _check_choices(problems: Problems, interaction: Interaction, data: Object) -> None:
    """A value has to be of the type of the option that is being filled in."""
    path = ("data", "choices")
    focused = interaction.focused_type
    for index, choice in enumerate(problems.objects(path, data.get("choices"), "autocomplete.choices")):
        problems.text((*path, index, "name"), choice.get("name"), "choice.name", least=1)
        value = choice.get("value")
        if focused == 3:
            problems.text((*path, index, "value"), value, "choice.value", least=1)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            message = f'Value "{value}" is not a number.'
            problems.add((*path, index, "value"), "NUMBER_TYPE_COERCE", message)
