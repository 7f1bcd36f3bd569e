"""What Discord may do: cuts, errors and floods on the way to a message, and places and tokens that go away."""

from typing import Any, Final, Literal

from stationthis_discord.sandbox.discord import MEMBER, Permission
from tests.faults.case import PATIENCE, REFUSED, Case, Click
from tests.faults.row import Row
from tests.waiting import until

TOKEN_ERRORS: Final[tuple[tuple[int, dict[str, Any]], ...]] = (
    (401, {"message": "Invalid Webhook Token", "code": 50027}),
    (404, {"message": "Unknown Webhook", "code": 10015}),
    (401, {"message": "401: Unauthorized", "code": 0}),
)
CUTS: Final[tuple[Literal["before", "after"], ...]] = ("before", "after")
BUSY: Final = {"message": "You are being rate limited.", "retry_after": 1.0, "global": False}
BUSY_HEADERS: Final = {"Retry-After": "1", "X-RateLimit-Scope": "shared"}


def _connected(case: Case, how: str) -> int:
    return sum(entry.what == how for entry in case.world.discord.gateway_log)


async def _gateway(case: Case, *, resumable: bool) -> None:
    click, how = await case.started(), "resume" if resumable else "identify"
    before = _connected(case, how)
    await case.world.discord.drop(resumable=resumable)
    await case.world.discord.until(lambda: _connected(case, how) > before or None, PATIENCE)
    await case.world.discord.ready(PATIENCE)
    case.world.api.end(case.run_of(click).id)


async def _resumed(case: Case) -> None:
    await _gateway(case, resumable=True)


async def _anew(case: Case) -> None:
    await _gateway(case, resumable=False)


async def _edits_fail(case: Case) -> None:
    first, second = await case.started(), await case.started()
    cases = ((first, {"status": 503}), (second, {"status": 502}))
    ordered = [case.world.discord.faults.add("PATCH", _edits_of(click), 2, **effect) for click, effect in cases]  # type: ignore[arg-type]
    case.end_all()
    await until(lambda: all(fault.hits >= 2 for fault in ordered), PATIENCE)


async def _edits_are_cut(case: Case) -> None:
    for cut in CUTS:
        click = await case.started()
        case.world.discord.faults.add("PATCH", _edits_of(click), 2, cut=cut)
    case.end_all()
    for click in case.clicks:
        await case.outcome(click)


async def _edits_are_too_many(case: Case) -> None:
    click = await case.started()
    flood = case.world.discord.faults.add(
        "PATCH", _edits_of(click), 3, status=429, body=BUSY, headers=BUSY_HEADERS | {"Via": "1.1 google"}
    )
    case.end_all()
    await until(lambda: flood.hits >= 3, PATIENCE)


async def _tokens_fail(case: Case) -> None:
    for status, body in TOKEN_ERRORS:
        click = await case.started()
        case.world.discord.faults.add("*", _edits_of(click), None, status=status, body=body)
    case.end_all()
    for click in case.clicks:
        await case.outcome(click)


async def _message_deleted(case: Case) -> None:
    click = await case.started()
    case.world.discord.delete_message(click.message_id)
    case.world.api.end(case.run_of(click).id)
    await case.outcome(click)


async def _channel_deleted(case: Case) -> None:
    click = await case.started()
    case.world.discord.delete_channel(click.who.channel)
    case.world.api.end(case.run_of(click).id)
    await case.outcome(click)


async def _right_lost(case: Case) -> None:
    click = await case.started()
    case.world.discord.expire_tokens()
    click.who.channel.app_permissions = MEMBER & ~(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    case.world.api.end(case.run_of(click).id)
    await case.outcome(click)


async def _kicked(case: Case) -> None:
    guild = case.world.discord.add_guild("Elsewhere")
    who = case.world.discord.user("painter", channel=case.world.discord.add_channel("room", guild))
    click = await case.started(who)
    case.world.discord.kick(guild)
    case.world.api.end(case.run_of(click).id)
    await case.outcome(click)


async def _ack_cut(case: Case) -> None:
    case.world.discord.faults.add("POST", "/interactions/*", 1, cut="after")
    await case.outcome(await case.click())


def _edits_of(click: Click) -> str:
    assert click.shown is not None
    return f"/webhooks/*/{click.shown.interaction.token}/*"


_PLACE: Final = "The run goes on, and its end goes to the person by direct message"

ROWS: Final = (
    Row(
        name="gateway-resumed",
        fault="The gateway is cut, and the session can be resumed",
        promise="The run is shown to its end",
        act=_resumed,
        short=True,
    ),
    Row(
        name="gateway-anew",
        fault="The gateway is cut, and a new session is needed",
        promise="The run is shown to its end",
        act=_anew,
    ),
    Row(
        name="edits-fail",
        fault="Discord answers 502 or 503 to the edits that show the end",
        promise="The end is tried again, and shown once",
        act=_edits_fail,
    ),
    Row(
        name="edits-cut",
        fault="Edits that show the end are cut before and after they took effect",
        promise="The end is tried again, and shown once",
        act=_edits_are_cut,
    ),
    Row(
        name="edits-429",
        fault="Discord answers 429 to the edits that show the end",
        promise="The end is shown after the time that Discord names",
        act=_edits_are_too_many,
    ),
    Row(
        name="ack-cut",
        fault="Discord hears of an acknowledgement, and its answer to that is cut",
        promise="Nothing is started, and the person is told so",
        act=_ack_cut,
        ends=(REFUSED,),
    ),
    Row(
        name="tokens-refused",
        fault="Discord refuses the interaction's token early (50027, 10015, 401)",
        promise="The message is edited through its channel from then on",
        act=_tokens_fail,
    ),
    Row(
        name="message-deleted",
        fault="Somebody deletes the message of a run",
        promise=_PLACE,
        act=_message_deleted,
    ),
    Row(
        name="channel-deleted",
        fault="Somebody deletes the channel of a run",
        promise=_PLACE,
        act=_channel_deleted,
    ),
    Row(
        name="right-lost",
        fault="The bot loses the right to see the channel, and the interaction's token is over",
        promise=_PLACE,
        act=_right_lost,
    ),
    Row(
        name="kicked",
        fault="The bot is removed from the server during a run",
        promise="The end is shown through the interaction's token while it lives",
        act=_kicked,
    ),
)
