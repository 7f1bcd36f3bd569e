"""What may happen to a bot, as a script of steps that Hypothesis draws."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.core.runs.world import FOREVER, SUBMITS, TROUBLES


@dataclass(frozen=True, slots=True)
class Click:
    """A wish. `answer`: the API's to the next submit, whose run ends after `seconds` as `end`. `twin`: heard twice."""

    person: int
    answer: str
    seconds: float
    end: str
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """The `button` of those that a message has now, 0 for the newest, pressed by its owner or a `stranger`."""

    message: int
    button: int
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A webhook for a delivery, 0 for the newest, on its own run or on number `run`; what it says may be a lie."""

    delivery: int
    run: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Spoil:
    """Run number `run` is not known any more (`gone`), or answers with a 500 from now on."""

    run: int
    gone: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """How the three services are from now on: None is well. A `discord` that is deaf does what it does not confirm."""

    api: str | None = None
    discord: str | None = None
    disk: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    message: int


@dataclass(frozen=True, slots=True)
class Kill:
    """The process ends `after` so many moments from now; the next one begins `down` seconds later."""

    after: int
    down: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    down: float = 0.0


Step = Click | Press | Report | Spoil | Trouble | Delete | Kill | Stop


@dataclass(frozen=True, slots=True)
class Script:
    """`moments`: what calls take in seconds, in turn. `steps`, each with the seconds that pass after it."""

    moments: tuple[float, ...]
    steps: tuple[tuple[Step, float], ...]


Part = tuple[tuple[Step, float], ...]


def _joined(first: tuple[Step, float], others: list[Part]) -> Part:
    return (first, *(step for part in others for step in part))


_number = st.integers(0, 4)
_ends = st.sampled_from(["success", "success", "failed", "timeout", "cancelled"])
_unclear = ["answer lost", "lost", "made soon", "made late"]
_clicks = st.builds(
    Click,
    st.integers(1, 3),
    st.sampled_from(["taken", "taken", "taken", *_unclear, *SUBMITS]),
    st.sampled_from([10.0, 10.0, 1.0, 100.0, FOREVER]),
    _ends,
    st.sampled_from([False] * 4 + [True]),
)
_presses = st.builds(Press, _number, st.integers(0, 2), st.sampled_from([False] * 4 + [True]))
_kills = st.builds(Kill, st.integers(0, 30), st.sampled_from([0.0, 0.0, 20.0, 100_000.0]))
_statuses = st.sampled_from(["queued", "started", "running", "uploading", "success", "failed", "cancelled", "odd"])
_troubles = st.builds(
    Trouble,
    st.sampled_from([None, None, *TROUBLES]),
    st.sampled_from([None, None, "silent", "deaf"]),
    st.sampled_from([False, False, True]),
)
_steps: st.SearchStrategy[Step] = st.one_of(
    _clicks,
    _clicks,
    _presses,
    _presses,
    _kills,
    _kills,
    st.builds(Report, _number, st.one_of(st.none(), _number), _statuses),
    _troubles,
    st.builds(Spoil, _number, st.booleans()),
    st.builds(Delete, _number),
    st.builds(Stop, st.sampled_from([0.0, 100_000.0])),
)
_passing = st.sampled_from([0.0, 0.01, 0.5, 3.0, 15.0, 200.0, 2500.0])
_moments = st.lists(st.sampled_from([0.0, 0.02, 0.4, 3.0]), min_size=1, max_size=5)
_soon = st.sampled_from([0.0, 0.01, 0.5])
_one: st.SearchStrategy[Part] = st.tuples(st.tuples(_steps, _passing))
_answers = st.builds(Press, st.just(0), st.integers(0, 2))
_asked: st.SearchStrategy[Part] = st.tuples(  # a question, which takes three minutes to come up, and an answer
    st.tuples(st.builds(Click, st.integers(1, 3), st.sampled_from(_unclear), st.just(10.0), _ends), st.just(200.0)),
    st.tuples(st.one_of(_answers, _presses, _troubles, _kills), _soon),
    st.tuples(st.one_of(_answers, _kills), _soon),
)
_refused: st.SearchStrategy[Part] = st.tuples(  # an answer that starts no run either
    st.just((Click(1, "lost", 10.0, "success"), 200.0)),
    st.just((Press(0, 1), 0.0)),
    st.just((Click(2, "refused", 10.0, "success"), 3.0)),
)
_unheard: st.SearchStrategy[Part] = st.tuples(  # an end that nobody hears of
    st.tuples(_clicks, st.sampled_from([0.0, 0.5, 3.0])),
    st.tuples(st.builds(Trouble, st.none(), st.sampled_from(["silent", "deaf"])), _passing),
    st.tuples(st.one_of(_kills, st.just(Trouble())), _passing),
)
_left: st.SearchStrategy[Part] = st.tuples(  # a wish that is taken out of the line
    st.just((Click(1, "taken", 100.0, "success"), 0.0)),
    st.just((Click(1, "taken", 10.0, "success"), 15.0)),
    st.tuples(_answers, _soon),
    st.tuples(_kills, _passing),
)
_killed: st.SearchStrategy[Part] = st.tuples(st.tuples(_answers, _soon), st.tuples(_kills, _passing))
_lied: st.SearchStrategy[Part] = st.tuples(  # a report of an end, while the run goes on
    st.just((Click(3, "taken", 100.0, "success"), 15.0)),
    st.tuples(st.builds(Report, st.just(0), st.none(), _statuses), _passing),
)
_told: st.SearchStrategy[Part] = st.one_of(_asked, _killed, _refused, _unheard, _left, _lied)
_parts = st.lists(st.one_of(_one, _told), max_size=10)
scripts = st.builds(Script, _moments.map(tuple), st.builds(_joined, st.tuples(_clicks, _passing), _parts))
