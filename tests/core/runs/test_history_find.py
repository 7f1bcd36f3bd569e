"""One of a person's earlier runs, by its id or the start of it; and what may be meant while they type."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from core.errors import NotYourRun, RunGone, RunNotOurs
from core.forms.wish import Manner
from core.people.actor import Actor
from core.result_errors import RunUnknown
from core.runs.past import Found
from tests.core.runs.albums import FLOW, Album, an_album
from tests.core.runs.bench import ANNA, BERT, FOREVER, MODERATOR, Bench, Canvas

ELSEWHERE = Actor(user=1004, guild=78, may_moderate=True)


@pytest.fixture
async def album(bench: Bench) -> AsyncIterator[Album]:
    async with an_album(bench) as opened:
        yield opened


@pytest.mark.parametrize("length", [6, 8, 36])
async def test_a_remembered_run_is_found_by_its_first_letters(album: Album, length: int) -> None:
    (run_id,) = album.noted()

    assert await album.history.find(f" `{run_id[:length].upper()}` ", ANNA) == Found(run_id)
    assert album.reads == 0


async def test_a_run_under_way_is_found_by_its_first_letters(bench: Bench) -> None:
    bench.sandbox.behaviour[FLOW] = FOREVER
    run_id = await bench.start(Canvas())

    async with an_album(bench, has_records=False) as album:
        assert await album.history.find(run_id[:8], ANNA) == Found(run_id)


async def test_a_run_that_is_not_remembered_is_found_by_its_whole_id(album: Album) -> None:
    (run_id,) = album.make()

    assert await album.history.find(run_id, ANNA) == Found(run_id)


async def test_moderators_find_those_of_their_server(album: Album) -> None:
    (run_id,) = album.make()

    assert await album.history.find(run_id, MODERATOR) == Found(run_id, is_own=False)


@pytest.mark.parametrize("stranger", [BERT, ELSEWHERE], ids=["member", "moderator elsewhere"])
async def test_somebody_elses_run_is_not_shown(album: Album, stranger: Actor) -> None:
    (run_id,) = album.make()

    with pytest.raises(NotYourRun):
        await album.history.find(run_id, stranger)


@pytest.mark.parametrize("typed", ["", "abc", "no run of mine", "../runs"])
async def test_what_names_no_run_is_unknown(album: Album, typed: str) -> None:
    album.noted()

    with pytest.raises(RunUnknown):
        await album.history.find(typed, ANNA)


async def test_the_first_letters_of_somebody_elses_run_say_nothing(album: Album) -> None:
    (run_id,) = album.make(owner=BERT)
    album.note(run_id, owner=BERT)

    with pytest.raises(RunUnknown):
        await album.history.find(run_id[:8], ANNA)


async def test_too_few_letters_name_no_run(album: Album) -> None:
    (run_id,) = album.noted()

    with pytest.raises(RunUnknown):
        await album.history.find(run_id[:5], ANNA)


async def test_a_run_that_was_deleted_is_gone(album: Album) -> None:
    with pytest.raises(RunGone):
        await album.history.find(str(uuid4()), ANNA)


async def test_a_run_made_elsewhere_is_nobodys(album: Album) -> None:
    (run_id,) = album.make(owner=None)

    with pytest.raises(RunNotOurs):
        await album.history.find(run_id, ANNA)


@pytest.mark.parametrize("seer", [ANNA, MODERATOR], ids=["owner", "moderator"])
async def test_how_it_was_shown_is_found_too(album: Album, seer: Actor) -> None:
    (run_id,) = album.make()
    album.note(run_id, manner=Manner(private=True, hidden=True))

    assert await album.history.find(run_id, seer) == Found(run_id, private=True, hidden=True, is_own=seer is ANNA)


@pytest.mark.parametrize("manner", [Manner(private=True), Manner(hidden=True)], ids=["private", "hidden"])
async def test_of_a_run_under_way_it_is_found_without_records(bench: Bench, manner: Manner) -> None:
    bench.sandbox.behaviour[FLOW] = FOREVER
    canvas = Canvas()
    canvas.manner = manner
    run_id = await bench.start(canvas)

    async with an_album(bench, has_records=False) as album:
        for seer in (ANNA, MODERATOR):
            found = await album.history.find(run_id, seer)
            assert (found.private, found.hidden) == (manner.private, manner.hidden)


async def test_a_run_that_is_brought_back_is_remembered_as_it_is_shown_then(album: Album) -> None:
    (run_id,) = album.make()
    canvas = Canvas()
    canvas.manner = Manner(private=True, hidden=True)
    canvas.end_gate.clear()

    await album.bench.generation.recall(run_id, canvas)

    assert await album.history.find(run_id, ANNA) == Found(run_id, private=True, hidden=True)


@pytest.mark.parametrize(
    ("was_private", "seer", "asked", "expected"),
    [
        (False, ANNA, None, False),
        (False, ANNA, True, True),
        (True, ANNA, None, True),
        (True, ANNA, False, False),
        (True, MODERATOR, None, True),
        (True, MODERATOR, False, True),
        (False, MODERATOR, None, False),
        (False, MODERATOR, True, True),
    ],
)
async def test_a_private_run_is_shown_to_all_only_if_its_owner_says_so(
    album: Album, was_private: bool, seer: Actor, asked: bool | None, expected: bool
) -> None:
    (run_id,) = album.make()
    album.note(run_id, manner=Manner(private=was_private))

    assert await album.history.is_private(f"`{run_id.upper()}`", seer, asked) is expected
    assert album.reads == 0


@pytest.mark.parametrize("asked", [None, True, False])
async def test_what_is_not_remembered_is_private_if_they_say_so(album: Album, asked: bool | None) -> None:
    (run_id,) = album.make()

    assert await album.history.is_private(run_id, MODERATOR, asked) is bool(asked)


async def test_without_an_answer_of_the_records_it_is_private(album: Album) -> None:
    (run_id,) = album.noted()
    album.records.failed = True

    assert await album.history.is_private(run_id, ANNA, asked=False)


async def test_suggestions_are_ones_own_newest_first_and_ask_nobody(album: Album) -> None:
    await album.bench.catalog.list_deployments()
    run_ids = album.noted(3)
    album.note(*album.make(owner=BERT), owner=BERT)

    found = await album.history.suggest("", ANNA)

    assert [item.past.run_id for item in found] == run_ids
    assert {item.deployment for item in found} == {FLOW}
    assert album.reads == 0


async def test_suggestions_have_the_words_or_the_id_that_is_typed(album: Album) -> None:
    await album.bench.catalog.list_deployments()
    (text,) = album.noted()
    (image,) = album.make(deployment="image-to-image")
    album.note(image, deployment="image-to-image")

    async def suggested(typed: str) -> list[str]:
        return [item.past.run_id for item in await album.history.suggest(typed, ANNA)]

    assert await suggested("TEXT image") == [text]
    assert await suggested(image[:9]) == [image]
    assert await suggested("nothing such") == []


async def test_no_more_are_suggested_than_there_is_room_for(album: Album) -> None:
    run_ids = album.noted(4)

    assert [item.past.run_id for item in await album.history.suggest("", ANNA, limit=3)] == run_ids[:3]


async def test_without_records_nothing_is_suggested(album: Album) -> None:
    album.noted()
    album.records.failed = True

    assert await album.history.suggest("", ANNA) == []
