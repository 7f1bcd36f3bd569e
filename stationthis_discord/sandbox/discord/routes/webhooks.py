"""Messages by an interaction's token: the original answer and follow-ups.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from stationthis_discord.sandbox.discord import access, messages, refusals
from stationthis_discord.sandbox.discord.interaction import Ack, Interaction
from stationthis_discord.sandbox.discord.limits import TOKEN_SECONDS, most
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.route import NO_CONTENT, Ask, Reply, Route
from stationthis_discord.sandbox.discord.stored import LOADING, StoredMessage


def _interaction(ask: Ask) -> Interaction:
    """The interaction of the path's token.

    Raises:
        Refusal: 50027 for a token that is unknown, over 15 minutes old or expired by the test; 10015 for another
            application, or before the interaction was answered; 10003 when its channel was deleted. A token a test
            expired early is no violation.
    """
    if ask.params["webhook_id"] != ask.world.application_id:
        raise refusals.unknown_webhook(violation=True)
    interaction = ask.world.interactions.get(ask.params["webhook_token"])
    if not interaction:
        raise refusals.invalid_webhook_token(violation=True)
    if ask.world.clock() - interaction.born > TOKEN_SECONDS:
        raise refusals.invalid_webhook_token(violation=True)
    if interaction.expired:
        raise refusals.invalid_webhook_token(violation=False)
    if interaction.ack in {None, Ack.CHOICES}:
        raise refusals.unknown_webhook(violation=True)
    access.require_existing(interaction.channel)
    return interaction


def _message(ask: Ask) -> StoredMessage:
    message = _interaction(ask).message(ask.params["message_id"])
    if not message or message.deleted:
        raise refusals.unknown_message()
    return message


def _get(ask: Ask) -> Reply:
    return Reply(200, _message(ask).json())


def _patch(ask: Ask) -> Reply:
    message = _message(ask)
    return Reply(200, _edit(ask, message).json())


def _edit(ask: Ask, message: StoredMessage) -> StoredMessage:
    payload = ask.body.object()
    access.require_awake(message.channel, ephemeral=message.ephemeral)
    check_message(payload, ask.body.uploads, flags=message.flags)
    return messages.edit(ask.world, message, payload, ask.body.uploads)


def _delete(ask: Ask) -> Reply:
    messages.delete(ask.world, _message(ask))
    return NO_CONTENT


def _post(ask: Ask) -> Reply:
    """A follow-up. Directly after a deferred answer it fills that one, whatever its flags say.

    https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
    """
    interaction = _interaction(ask)
    original = interaction.original
    if original and not original.deleted and original.flags & LOADING:
        return Reply(200, _edit(ask, original).json())
    if interaction.only_of_user and len(interaction.followups) >= most("followups"):
        raise refusals.too_many_followups()
    payload = ask.body.object()
    access.require_awake(interaction.channel, ephemeral=interaction.hides(payload))
    check_message(payload, ask.body.uploads)
    target = original if original and not original.deleted else None
    slot = messages.Slot(interaction.channel, ask.world.bot, interaction, reply_to=target, followup=True)
    message = messages.create(ask.world, slot, payload, ask.body.uploads)
    interaction.followups.append(message)
    return Reply(200, message.json())


_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_ONE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"

ROUTES = [
    Route("POST", _HOOK, _post, "token", bot=False),
    Route("GET", _ONE, _get, "token", bot=False),
    Route("PATCH", _ONE, _patch, "token", bot=False),
    Route("DELETE", _ONE, _delete, "token", bot=False),
]
