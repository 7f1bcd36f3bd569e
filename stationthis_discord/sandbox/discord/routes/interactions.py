"""Answering an interaction: https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response."""

import time

from stationthis_discord.sandbox.discord import access, messages, refusals
from stationthis_discord.sandbox.discord.answer_rules import check_answer
from stationthis_discord.sandbox.discord.component_kinds import component_json
from stationthis_discord.sandbox.discord.interaction import Ack, Interaction
from stationthis_discord.sandbox.discord.payload import Object
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route
from stationthis_discord.sandbox.discord.stored import LOADING


def _find(ask: Ask) -> Interaction:
    interaction = ask.world.interactions.get(ask.params["webhook_token"])
    if not interaction or interaction.id != ask.params["interaction_id"] or interaction.late:
        raise refusals.unknown_interaction()
    if interaction.ack is not None:
        raise refusals.already_acknowledged()
    if time.monotonic() - interaction.sent > ask.world.ack_limit:
        interaction.late = True
        raise refusals.unknown_interaction()
    return interaction


def _callback(ask: Ask) -> Reply:
    interaction = _find(ask)
    answer = ask.body.object()
    ack = check_answer(interaction, answer, ask.body.uploads)
    data: Object = answer.get("data") or {}
    access.require_existing(interaction.channel)
    _apply(ask, interaction, ack, data)
    interaction.ack = ack
    interaction.ack_seconds = time.monotonic() - interaction.sent
    interaction.answer = {**data, "components": component_json(data["components"])} if ack is Ack.MODAL else data
    interaction.changes.notify()
    if not ask.flag("with_response"):
        return NO_CONTENT
    return Reply(200, _response(interaction, ack))


def _apply(ask: Ask, interaction: Interaction, ack: Ack, data: Object) -> None:
    if ack is Ack.UPDATE and interaction.source:
        access.require_awake(interaction.channel, ephemeral=interaction.source.ephemeral)
    if ack in {Ack.MESSAGE, Ack.DEFERRED_MESSAGE}:
        access.require_awake(interaction.channel, ephemeral=interaction.hides(data))
        loading = ack is Ack.DEFERRED_MESSAGE
        slot = messages.Slot(
            interaction.channel, ask.world.bot, interaction, reply_to=interaction.source, loading=loading
        )
        data = {"flags": data.get("flags")} if loading else data
        interaction.original = messages.create(ask.world, slot, data, ask.body.uploads)
    elif ack in {Ack.UPDATE, Ack.DEFERRED_UPDATE} and interaction.source:
        interaction.original = interaction.source
        if ack is Ack.UPDATE:
            messages.edit(ask.world, interaction.source, data, ask.body.uploads)


def _response(interaction: Interaction, ack: Ack) -> Object:
    """The body of a reply `with_response`; the message itself is in it only where the documentation says so.

    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback
    """
    about: Object = {"id": interaction.id, "type": int(interaction.kind), "channel_id": interaction.channel.id}
    if interaction.channel.guild_id:
        about["guild_id"] = interaction.channel.guild_id
    message = interaction.original
    if not message:
        return {"interaction": about}
    about["response_message_id"] = message.id
    about["response_message_loading"] = bool(message.flags & LOADING)
    about["response_message_ephemeral"] = message.ephemeral
    if ack not in {Ack.MESSAGE, Ack.UPDATE}:
        return {"interaction": about}
    return {"interaction": about, "resource": {"type": int(ack), "message": message.json()}}


ROUTES = [
    Route("POST", "/interactions/{interaction_id}/{webhook_token}/callback", _callback, bucket=None, bot=False),
]
