"""When nothing is sent: the breaker by a clock of its own, and the budget of repeats."""

from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.breaker import COOL_DOWN, FAILURES, RESERVE, SHARE, Breaker, RetryBudget
from tests.anything import QUICK


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    return breaker


def test_it_opens_after_as_many_failures_in_a_row() -> None:
    breaker = Breaker(Clock(), failures=3)

    admitted = []
    for _ in range(4):
        admitted.append(breaker.admits())
        breaker.failed()

    assert admitted == [True, True, True, False]
    assert breaker.is_open


def test_failures_with_an_answer_between_them_do_not_open_it() -> None:
    breaker = Breaker(Clock())

    for _ in range(3 * FAILURES):
        for _ in range(FAILURES - 1):
            breaker.failed()
        breaker.answered()

    assert not breaker.is_open
    assert breaker.admits()


def test_while_open_nothing_is_admitted_before_the_cool_down_is_over() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN - 0.001

    assert (breaker.may_admit(), breaker.admits()) == (False, False)


def test_after_the_cool_down_one_probe_is_admitted() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN

    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_asking_whether_it_may_uses_no_probe_up() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN

    assert [breaker.may_admit() for _ in range(3)] == [True, True, True]
    assert breaker.admits()
    assert not breaker.may_admit()


def test_a_probe_that_is_answered_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN
    breaker.admits()

    breaker.answered()

    assert not breaker.is_open
    assert [breaker.admits() for _ in range(3)] == [True, True, True]


def test_after_a_probe_was_answered_it_takes_as_many_failures_again() -> None:
    breaker = opened(Clock())
    breaker.answered()

    for _ in range(FAILURES - 1):
        breaker.failed()

    assert not breaker.is_open


def test_a_probe_that_fails_costs_a_whole_cool_down() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN
    breaker.admits()
    clock.now += 1.0
    breaker.failed()

    clock.now += COOL_DOWN - 0.001
    early = breaker.admits()
    clock.now += 0.001

    assert (early, breaker.admits()) == (False, True)


def test_a_probe_that_never_ends_gives_way_to_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += COOL_DOWN
    breaker.admits()

    clock.now += COOL_DOWN

    assert [breaker.admits() for _ in range(2)] == [True, False]


@QUICK
@given(st.lists(st.tuples(st.sampled_from(["answered", "failed", "lost"]), st.floats(0, 30)), max_size=60))
def test_it_never_stays_shut_longer_than_a_cool_down(events: list[tuple[str, float]]) -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for event, seconds in events:
        clock.now += seconds
        if breaker.admits() and event != "lost":
            breaker.answered() if event == "answered" else breaker.failed()

    clock.now += COOL_DOWN

    assert breaker.admits()


def test_at_first_ten_repeats_can_be_made_at_once() -> None:
    budget = RetryBudget()

    made = 0
    while budget.allows:
        budget.retried()
        made += 1

    assert made == RESERVE == 10


def test_ten_calls_earn_one_repeat() -> None:
    budget = RetryBudget(share=0.25, reserve=1.0)
    budget.retried()

    allowed = []
    for _ in range(5):
        budget.called()
        allowed.append(budget.allows)

    assert allowed == [False, False, False, True, True]


def test_quiet_times_save_no_more_than_the_reserve() -> None:
    budget = RetryBudget()
    for _ in range(1000):
        budget.called()

    made = 0
    while budget.allows:
        budget.retried()
        made += 1

    assert made == RESERVE


@QUICK
@given(st.lists(st.booleans(), max_size=400))
def test_repeats_stay_within_a_tenth_of_the_calls_and_the_reserve(wishes: list[bool]) -> None:
    budget, made = RetryBudget(), 0

    for calls, fails in enumerate(wishes, start=1):
        budget.called()
        if fails and budget.allows:
            budget.retried()
            made += 1
        assert made <= RESERVE + SHARE * calls
