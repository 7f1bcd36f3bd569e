"""What holds whatever was done: told once, made once, no rule broken, no secret told, and the bot goes on."""

from typing import Final

from tests.e2e.conftest import interaction_tokens
from tests.faults.case import Case
from tests.faults.row import Row

UNIVERSAL: Final = (
    "every click ends in exactly one final message, or is refused with a reason",
    "as many runs were made as those ends speak of: none twice, none lost",
    "no rule of Discord was broken, and no 429 caused",
    "the log has no traceback and no secret: no token, key, signature or signed address",
    "afterwards a new `/generate` goes through",
)


async def judge(case: Case, row: Row, log_start: int = 0) -> None:
    """Raises `AssertionError` for a broken promise, `TimeoutError` for a click that nobody was told the end of."""
    case.world.api.faults.clear()
    case.world.discord.faults.clear()
    clicks = list(case.clicks)
    await case.is_usable()
    outcomes = [await case.outcome(click, silence=row.may_be_silent) for click in clicks]
    assert set(row.ends) <= set(outcomes) <= {*row.ends, *row.perhaps}, f"{outcomes}, where {row.ends} are promised"
    counts = [len(case.told(click)) for click in case.clicks]
    assert max(counts) <= 1, f"told {counts} times"
    for click, outcome in zip(clicks, outcomes, strict=True):
        assert case.count_is_right(click, outcome), f"{len(case.runs_of(click))} runs for a click that was {outcome}"
    known = {run.id for click in case.clicks for run in case.runs_of(click)}
    assert case.made - known == set(), "runs that nobody asked for"
    _judge_manners(case, log_start)


def _judge_manners(case: Case, log_start: int) -> None:
    world = case.world
    violations, too_many = list(world.discord.violations), list(world.discord.too_many)
    world.discord.violations.clear()
    world.discord.too_many.clear()
    assert violations == [], violations
    assert too_many == [], too_many
    text = world.log.read_text()[log_start:]
    assert "Traceback" not in text, text[text.index("Traceback") - 500 :][:4000]
    hooked = world.settings.get("STATIONTHIS_WEBHOOK_SECRET", world.api.key)
    for secret in (world.discord.token, world.api.key, hooked, *interaction_tokens(world.discord), "X-Amz-Signature="):
        assert secret not in text, "a secret is in the log"
    for click in case.clicks:
        for run in case.runs_of(click):
            assert run.webhook is None or run.webhook.rpartition("sig=")[2] not in text, "a signature is in the log"
