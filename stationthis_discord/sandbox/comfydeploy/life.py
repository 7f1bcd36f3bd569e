"""The life of a run as a pure function: a plan made once at the start, and the state it is in after some seconds."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf

from stationthis_discord.sandbox.comfydeploy.behaviour import Behaviour

WAITING = ("not-started", "queued")
UNDISPATCHED = ("rejected", "crashed", "unreachable")
FINAL = ("success", "failed", "timeout", "cancelled")
WEIGHTS = {"CheckpointLoaderSimple": 4.0, "KSampler": 14.0, "VAEDecode": 2.0, "VAEEncode": 2.0, "Florence2Run": 8.0}
LOADERS = ("CheckpointLoaderSimple", "UpscaleModelLoader")
_TAIL = 0.08  # of the work: uploads, after the last node was reported
_STARTING = 0.3


@dataclass(frozen=True, slots=True)
class Step:
    """A node begins: `at` seconds after the creation, `done` when it ends, progress as the worker reports it."""

    at: float
    done: float
    node_id: str
    node_class: str
    progress: float


@dataclass(frozen=True, slots=True)
class Plan:
    """When what happens, in seconds after the creation; `ended` is infinite for a run that never ends.

    At `half` a half of the work should be done.
    """

    queued: float | None
    started: float | None
    running: float
    steps: tuple[Step, ...]
    ended: float
    final: str
    ahead: int = 0
    half: float = inf


@dataclass(frozen=True, slots=True)
class Stop:
    """An end from outside, such as a cancellation; a failed dispatch leaves no `ended_at`."""

    status: str
    at: float
    stamped: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """What is true of a run at one moment; times in seconds after the creation, `done` are the ended nodes.

    `half` tells whether a half of the work is done.
    """

    status: str
    live_status: str | None = None
    progress: float = 0.0
    queued: float | None = None
    started: float | None = None
    ended: float | None = None
    updated: float = 0.0
    ahead: int = 0
    done: frozenset[str] = frozenset()
    half: bool = False

    @property
    def final(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class Machinery:
    """The facts of the machine a plan depends on: cold machines start slower, warm ones have the models loaded."""

    serverless: bool
    cold: bool
    warm: bool
    pace: float


def plan_for(nodes: Sequence[tuple[str, str]], behaviour: Behaviour, machinery: Machinery) -> Plan:
    """Plan a run of `nodes` (id and class, in order of execution) that goes as `behaviour` says."""
    if behaviour.outcome in UNDISPATCHED:
        return Plan(None, None, inf, (), inf, "failed", behaviour.ahead)
    pace = machinery.pace
    waited = behaviour.queue_seconds + (behaviour.cold_seconds if machinery.cold and machinery.serverless else 0.0)
    starting = min(_STARTING, behaviour.queue_seconds) if machinery.serverless else 0.0
    running = (waited + starting) * pace
    steps = _steps(nodes, running, behaviour.seconds * pace, machinery.warm)
    last, ended, final = _ending(steps, behaviour, running + behaviour.seconds * pace)
    if final != "success" and steps:
        steps[last - 1] = replace(steps[last - 1], done=inf)  # the node it is stuck in, or that raised
    return Plan(
        queued=0.1 * behaviour.queue_seconds * pace if machinery.serverless else None,
        started=waited * pace if machinery.serverless else None,
        running=running,
        steps=tuple(steps[:last]),
        ended=ended,
        final=final,
        ahead=behaviour.ahead,
        half=running + behaviour.seconds * pace / 2,
    )


def state_at(plan: Plan, elapsed: float, stop: Stop | None = None) -> State:
    """The state `elapsed` seconds after the creation."""
    if stop is not None and elapsed >= stop.at:
        return _stopped(plan, stop)
    if elapsed < plan.running:
        return _waiting(plan, elapsed)
    begun = [step for step in plan.steps if step.at <= elapsed]
    state = State(
        "running",
        live_status=f"Executing {begun[-1].node_class}" if begun else None,
        progress=begun[-1].progress if begun else 0.0,
        queued=plan.queued,
        started=plan.started,
        updated=max([plan.running, *(step.at for step in begun)]),
        done=frozenset(step.node_id for step in begun if step.done <= min(elapsed, plan.ended)),
        half=plan.half <= min(elapsed, plan.ended),
    )
    if elapsed < plan.ended:
        return state
    return replace(state, status=plan.final, ended=plan.ended, updated=plan.ended)


def float32(number: float) -> float:
    """A number as a single-precision column gives it back: 0.96 is 0.9599999785423279."""
    narrowed: float = struct.unpack("f", struct.pack("f", number))[0]
    return narrowed


def _waiting(plan: Plan, elapsed: float) -> State:
    left = ceil((plan.ahead + 1) * (1 - elapsed / (plan.started or plan.running))) - 1
    if plan.queued is None or elapsed < plan.queued:
        return State("not-started", ahead=left)
    if plan.started is None or elapsed < plan.started:
        return State("queued", queued=plan.queued, updated=plan.queued, ahead=left)
    return State("started", queued=plan.queued, started=plan.started, updated=plan.started)


def _stopped(plan: Plan, stop: Stop) -> State:
    before = state_at(plan, stop.at)
    done = frozenset(step.node_id for step in plan.steps) if stop.status == "success" else before.done
    ended = stop.at if stop.stamped else None
    half = before.half or stop.status == "success"
    return replace(before, status=stop.status, ended=ended, updated=stop.at, ahead=0, done=done, half=half)


def _steps(nodes: Sequence[tuple[str, str]], start: float, seconds: float, warm: bool) -> list[Step]:
    weights = [0.0 if warm and name in LOADERS else WEIGHTS.get(name, 0.5) for _, name in nodes]
    scale = seconds * (1 - _TAIL) / (sum(weights) or 1.0)
    steps, at = [], start
    for visited, ((node_id, name), weight) in enumerate(zip(nodes, weights, strict=True), start=1):
        done = at + weight * scale
        steps.append(Step(at, done, node_id, name, float32(round(visited / len(nodes), 2))))
        at = done
    return steps


def _ending(steps: Sequence[Step], behaviour: Behaviour, end: float) -> tuple[int, float, str]:
    """How many steps are taken, when the run ends and how."""
    if behaviour.outcome in ("timeout", "never"):
        stuck = _index(steps, "KSampler")
        return stuck + 1, end if behaviour.outcome == "timeout" else inf, "timeout"
    if behaviour.outcome == "failed" and steps:
        broken = _index(steps, behaviour.error.node)
        step = steps[broken]
        return broken + 1, step.at + (step.done - step.at) * 0.7, "failed"
    return len(steps), end, "failed" if behaviour.outcome == "failed" else "success"


def _index(steps: Sequence[Step], node_class: str) -> int:
    """Where the (first) node of this class is; the middle of the run when there is none."""
    return next((number for number, step in enumerate(steps) if step.node_class == node_class), len(steps) // 2)
