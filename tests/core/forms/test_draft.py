"""A draft is kept for a quarter of an hour after it was last touched, ten for a person, for nobody else."""

import re

import pytest

from core.errors import FormExpired
from core.forms.draft import LIFE, Draft, Drafts

ANN, BOB = 1, 2


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drafts(clock: Clock) -> Drafts:
    return Drafts(clock)


def kept(drafts: Drafts, owner: int = ANN) -> Draft:
    draft = Draft(owner)
    drafts.keep(draft)
    return draft


def is_kept(drafts: Drafts, draft: Draft) -> bool:
    try:
        return drafts.get(draft.id, draft.owner) is draft
    except FormExpired:
        return False


def test_a_life_is_a_quarter_of_an_hour() -> None:
    assert LIFE == 15 * 60


def test_a_draft_is_found_by_its_id(drafts: Drafts) -> None:
    first, second = kept(drafts), kept(drafts)

    assert drafts.get(first.id, ANN) is first
    assert drafts.get(second.id, ANN) is second


def test_ids_fit_a_button_and_cannot_be_guessed() -> None:
    ids = {Draft(ANN).id for _ in range(100)}

    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{16}", draft_id) for draft_id in ids)


def test_a_draft_nobody_touches_is_over_after_its_life(drafts: Drafts, clock: Clock) -> None:
    draft = kept(drafts)

    clock.now += LIFE + 1

    with pytest.raises(FormExpired):
        drafts.get(draft.id, ANN)


def test_each_touch_begins_its_life_anew(drafts: Drafts, clock: Clock) -> None:
    looked_at, changed = kept(drafts), kept(drafts)

    for _ in range(3):
        clock.now += LIFE - 1
        drafts.get(looked_at.id, ANN)
        drafts.keep(changed)

    assert is_kept(drafts, looked_at)
    assert is_kept(drafts, changed)


def test_what_is_over_takes_no_memory_once_somebody_else_comes(drafts: Drafts, clock: Clock) -> None:
    for owner in range(3, 50):
        kept(drafts, owner)
    clock.now += LIFE + 1

    kept(drafts)

    assert len(drafts) == 1


def test_another_persons_draft_is_over_for_you_and_goes_on_for_them(drafts: Drafts, clock: Clock) -> None:
    draft = kept(drafts, ANN)
    clock.now += LIFE - 1

    with pytest.raises(FormExpired):
        drafts.get(draft.id, BOB)

    assert drafts.get(draft.id, ANN) is draft


def test_another_persons_look_does_not_prolong_its_life(drafts: Drafts, clock: Clock) -> None:
    draft = kept(drafts, ANN)
    clock.now += LIFE - 1
    with pytest.raises(FormExpired):
        drafts.get(draft.id, BOB)

    clock.now += 2

    assert not is_kept(drafts, draft)


@pytest.mark.parametrize("draft_id", ["", "0" * 16, "x" * 5000])
def test_what_was_never_kept_is_over(drafts: Drafts, draft_id: str) -> None:
    with pytest.raises(FormExpired):
        drafts.get(draft_id, ANN)


def test_a_dropped_draft_is_over_and_may_be_dropped_again(drafts: Drafts) -> None:
    draft = kept(drafts)

    drafts.drop(draft.id)
    drafts.drop(draft.id)

    assert not is_kept(drafts, draft)


def test_ten_of_a_person_are_kept_those_touched_last(drafts: Drafts) -> None:
    of_bob = kept(drafts, BOB)
    mine = [kept(drafts) for _ in range(10)]
    drafts.get(mine[0].id, ANN)

    mine.append(kept(drafts))

    assert [is_kept(drafts, draft) for draft in mine] == [True, False, *[True] * 9]
    assert is_kept(drafts, of_bob)


def test_two_thousand_are_kept_in_all_those_touched_last(drafts: Drafts) -> None:
    oldest, old = kept(drafts, 10), kept(drafts, 11)
    for owner in range(12, 2010):
        kept(drafts, owner)
    drafts.get(oldest.id, 10)

    newest = kept(drafts, 2010)

    assert len(drafts) == 2_000
    assert [is_kept(drafts, draft) for draft in (oldest, old, newest)] == [True, False, True]


def test_one_person_keeps_so_many_characters_the_oldest_draft_leaves_first(drafts: Drafts) -> None:
    heavy = [kept(drafts) for _ in range(3)]
    for draft in heavy:
        draft.values = {f"text {number}": "x" * 4_000 for number in range(50)}
        drafts.get(draft.id, ANN)

    with pytest.raises(FormExpired):
        drafts.get(heavy[0].id, ANN)
    assert drafts.get(heavy[1].id, ANN) is heavy[1]


def test_what_everybody_keeps_has_an_end_in_characters_too(drafts: Drafts) -> None:
    values = {f"text {number}": "x" * 4_000 for number in range(80)}
    for owner in range(100):
        drafts.keep(Draft(owner, values=dict(values)))

    assert len(drafts) == 20_000_000 // 320_000
