"""Long work in a thread leaves room for others."""

from core.cleaning.pace import Pace


def test_it_rests_after_each_stint_and_not_before() -> None:
    now, rests = [0.0], list[float]()
    pace = Pace(lambda: now[0], rests.append)

    for now[0] in (0.001, 0.002, 0.0035, 0.004, 0.0065, 0.007):
        pace.step()

    assert len(rests) == 2
