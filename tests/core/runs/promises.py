"""What must be true of a world when all is over: the promises about runs, each as a search for what breaks it."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from core.comfydeploy.models import Status
from core.runs.journal import Phase
from core.runs.view import Stage
from tests.core.runs.machine import Machine
from tests.core.runs.world import End, Made, Message, World

_DAY: Final = 86_400.0
_TRUE_ENDS: Final = {
    Stage.DONE: Status.SUCCESS,
    Stage.FAILED: Status.FAILED,
    Stage.TIMED_OUT: Status.TIMEOUT,
    Stage.CANCELLED: Status.CANCELLED,
}
_KNOWN_TO_BE_UNKNOWN: Final = {Stage.UNKNOWN, Stage.EXPIRED, Stage.REFUSED}


def broken_promises(machine: Machine) -> list[str]:
    """A sentence for each; none if all is well."""
    world = machine.world
    return [
        *world.broken,
        *_open(machine),
        *_not_ended_once(world),
        *_doubled(world),
        *_untrue(world),
        *_untold(world),
        *_not_shown_at_rest(world),
    ]


def _open(machine: Machine) -> Iterator[str]:
    """Nothing is left over: neither on the disk nor in the process."""
    process = machine.process
    for record in machine.world.book.values():
        yield f"{record.id} is open on the disk, {record.phase}"
    for delivery in process.deliveries.list_open():
        yield f"{delivery.id} is open in the process"
    if process.limits.under_way or process.limits.waiting:
        yield f"{process.limits.under_way} places are taken, {process.limits.waiting} wishes wait"


def _not_ended_once(world: World) -> Iterator[str]:
    """Each message that a wish was written down for has one end: shown, or the reason why nothing was started."""
    for message in {world.message_of(record) for record in world.history.values()}:
        sight = message.sight
        ended = sight is not None and sight.stage.is_over
        if ended == (message.told is not None) and not _is_excused(world, message):
            yield f"message {message.number} shows {sight and sight.stage} and was told {message.told!r}"
    heard = Counter((end.life, end.view.delivery) for end in world.ends if end.heard and end.view.delivery)
    for (life, delivery), count in heard.items():
        if count > 1:
            yield f"process {life} ended {delivery} {count} times"


def _is_excused(world: World, message: Message) -> bool:
    """Deleted; or Discord silent for hours; or closed on a full disk, or refused, in the very moment of a crash.

    Or the person asked once more after the end: such a question belongs to no delivery.
    """
    own = {record.id for record in world.history.values() if world.message_of(record) is message}
    asks_on = message.sight is not None and message.sight.unknown and message.sight.delivery is None
    cut_short = bool(own & world.forgotten) or not message.is_answered
    return message.deleted or message.is_unreachable or cut_short or asks_on


def _doubled(world: World) -> Iterator[str]:
    for delivery in world.doubled:
        yield f"{delivery} was submitted again after an answer that does not allow it"
    for delivery, count in Counter(made.mark.delivery for made in world.runs.values()).items():
        if count > 1:
            yield f"{delivery} made {count} runs"


def _untrue(world: World) -> Iterator[str]:
    """What an end says is so when it says it."""
    for end in world.ends:
        made, delivery = world.runs.get(end.view.run_id or ""), end.view.delivery or ""
        if not _is_true(world, end, made):
            yield f"{delivery} was told {end.view.stage}, in truth {made}"
        if made is not None and delivery not in {made.mark.delivery, "", *world.adopted}:
            yield f"{delivery} was told of {made.id}, which is not its own"


def _is_true(world: World, end: End, made: Made | None) -> bool:
    stage, delivery = end.view.stage, end.view.delivery or ""
    if made is not None:
        truths = {Stage.LOST: made.gone, Stage.UNREAD: made.broken or world.was_away, Stage.EXPIRED: True}
        return truths.get(stage, made.status(end.at) == _TRUE_ENDS.get(stage))
    ends = [run.end for run in world.runs.values() if run.mark.delivery == delivery]
    nothing_made = not ends or delivery in world.forgotten
    is_old = end.at - world.began.get(delivery, -_DAY) >= _DAY - 1.0
    truths = {
        Stage.LEFT: nothing_made,
        Stage.REFUSED: nothing_made or ends == [Status.FAILED],
        Stage.EXPIRED: is_old,
        Stage.GIVEN_UP: True,
    }
    return truths.get(stage, False)


def _untold(world: World) -> Iterator[str]:
    """The person was told of each run, or asked; or refused, where it was left behind failed."""
    for made in world.runs.values():
        record = world.history.get(made.mark.delivery)
        if record is None:
            yield f"{made.mark.delivery} was never written down"
            continue
        message = world.message_of(record)
        views = world.shown.get(record.id, [])
        told = any(view.run_id == made.id or view.stage in _KNOWN_TO_BE_UNKNOWN for view in views)
        told |= record.replaces is not None and made.begins == made.ends  # submit again failed: said to who pressed it
        if not (told or message.told is not None or _is_excused(world, message)):
            yield f"nobody was told that {record.id} made {made.id}"


def _not_shown_at_rest(world: World) -> Iterator[str]:
    """An hour after the last trouble, each open message says what is the matter."""
    for record, view in world.at_rest:
        stage = view.stage if view is not None else None
        if record.phase is Phase.ASKED and stage not in {Stage.UNKNOWN, Stage.GIVEN_UP}:
            yield f"{record.id} was not asked: {stage}"
        elif record.phase is Phase.RUNNING and (view is None or view.run_id != record.run_id):
            yield f"{record.id} runs and shows {stage}"
        elif record.phase in {Phase.SENDING, Phase.IN_LINE}:
            yield f"{record.id} stays {record.phase} and shows {stage}"
