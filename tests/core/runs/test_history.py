"""A person's earlier runs, page by page: their own and no others, with what became of them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest

from core.errors import DeploymentNotFound
from core.runs.history import MOST_LOOKED_AT
from core.runs.history_page import PAGE, Outcome
from core.runs.news import Standing
from tests.core.runs.albums import FLOW, Album, an_album, ids, standings
from tests.core.runs.bench import ANNA, BERT, FOREVER, Bench


@pytest.fixture
async def album(bench: Bench) -> AsyncIterator[Album]:
    async with an_album(bench) as opened:
        yield opened


async def test_a_page_has_the_newest_runs_with_what_became_of_them(album: Album) -> None:
    run_ids = album.noted(3, prompt="two words", seed=77)

    page = await album.history.page(ANNA)

    first = page.entries[0]
    assert ids(page) == run_ids
    assert standings(page) == [Standing.DONE] * 3
    assert (first.deployment, first.news.prompt, first.news.seed) == (FLOW, "two words", 77)
    assert first.news.took
    assert first.picture is not None
    assert first.picture[8:12] == b"WEBP"
    assert (page.newer, page.older, page.lacks) == (None, None, frozenset())


async def test_twelve_runs_are_paged_there_and_back(album: Album) -> None:
    run_ids = album.noted(12)
    first = await album.history.page(ANNA)
    second = await album.history.page(ANNA, place=first.older)
    third = await album.history.page(ANNA, place=second.older)

    back = await album.history.page(ANNA, place=third.newer)
    front = await album.history.page(ANNA, place=back.newer)

    assert ids(first) + ids(second) + ids(third) == run_ids
    assert (first.newer, third.older) == (None, None)
    assert (ids(back), ids(front)) == (ids(second), ids(first))


async def test_a_new_run_moves_no_page(album: Album) -> None:
    album.noted(7)
    first = await album.history.page(ANNA)
    before = await album.history.page(ANNA, place=first.older)
    (newest,) = album.make()
    album.note(newest)

    after = await album.history.page(ANNA, place=first.older)

    assert ids(after) == ids(before)
    assert ids(await album.history.page(ANNA))[0] == newest


async def test_nothing_is_read_twice_once_it_is_over(album: Album) -> None:
    album.noted(5)
    before = await album.history.page(ANNA)

    again = await album.history.page(ANNA)

    assert again == before
    assert album.reads == 5


async def test_a_run_under_way_is_read_anew_each_time(album: Album) -> None:
    album.bench.sandbox.behaviour[FLOW] = FOREVER
    run_id = await album.bench.elsewhere(owner=ANNA)
    album.note(run_id)
    before = standings(await album.history.page(ANNA))
    album.bench.sandbox.end(run_id)

    assert before == [Standing.UNDER_WAY]
    assert standings(await album.history.page(ANNA)) == [Standing.DONE]


async def test_only_some_are_wanted(album: Album) -> None:
    done, failed, timed_out = album.noted(2), album.noted(outcome="failed"), album.noted(outcome="timeout")
    album.bench.sandbox.behaviour[FLOW] = FOREVER
    under_way, stopped = await album.bench.elsewhere(owner=ANNA), await album.bench.elsewhere(owner=ANNA)
    album.bench.sandbox.end(stopped, "cancelled")
    album.note(under_way, stopped)

    found = {outcome: set(ids(await album.history.page(ANNA, outcome=outcome))) for outcome in Outcome}

    assert found == {
        Outcome.DONE: set(done),
        Outcome.FAILED: {*failed, *timed_out},
        Outcome.CANCELLED: {stopped},
        Outcome.UNDER_WAY: {under_way},
    }


async def test_what_is_wanted_may_be_far_back(album: Album) -> None:
    (failed,) = album.noted(outcome="failed")
    album.bench.sandbox.age(failed, 86_400.0 * 8)
    album.records.kept.clear()
    album.note(failed, *album.make(MOST_LOOKED_AT))
    first = await album.history.page(ANNA, outcome=Outcome.FAILED)

    second = await album.history.page(ANNA, outcome=Outcome.FAILED, place=first.older)

    assert (ids(first), first.looked_at) == ([], MOST_LOOKED_AT)
    assert ids(second) == [failed]


async def test_by_deployment(album: Album) -> None:
    album.noted(6)
    others = album.make(6, deployment="image-to-image")
    album.note(*others, deployment="image-to-image")

    page = await album.history.page(ANNA, deployment="image-to-image")

    assert ids(page) == others[:PAGE]
    assert page.target is not None
    assert page.target.label == "image-to-image"
    assert page.older is not None


async def test_a_deployment_that_is_gone_is_named_by_its_id(album: Album) -> None:
    run_ids = album.noted(2)
    row = album.bench.sandbox.deployment(FLOW)
    album.bench.sandbox.delete_deployment(row)
    album.bench.catalog.invalidate()

    page = await album.history.page(ANNA, deployment=row.id)

    assert ids(page) == run_ids
    assert (page.entries[0].deployment, page.entries[0].news.prompt) == (None, "a fox")
    with pytest.raises(DeploymentNotFound):
        await album.history.page(ANNA, deployment=FLOW)


async def test_with_an_empty_disk_nobody_knows_of_any(album: Album) -> None:
    album.make(3)

    page = await album.history.page(ANNA)

    assert (ids(page), page.newer, page.older, album.reads) == ([], None, None, 0)


async def test_with_an_empty_disk_a_deployment_is_looked_through(album: Album) -> None:
    mine = [album.make()[0], album.make(owner=BERT)[0], album.make(owner=None)[0], album.make()[0]]

    page = await album.history.page(ANNA, deployment=FLOW)

    assert set(ids(page)) == {mine[0], mine[3]}


async def test_what_is_not_written_down_any_more_joins_what_is(album: Album) -> None:
    run_ids = album.make(4)
    album.note(run_ids[0])

    assert ids(await album.history.page(ANNA, deployment=FLOW)) == run_ids


async def test_an_account_is_paged_too(album: Album) -> None:
    run_ids = album.make(12)
    pages = [await album.history.page(ANNA, deployment=FLOW)]
    while (older := pages[-1].older) is not None:
        pages.append(await album.history.page(ANNA, deployment=FLOW, place=older))

    assert [run_id for page in pages for run_id in ids(page)] == run_ids


async def test_among_many_of_others_the_way_on_leads_further(album: Album) -> None:
    (mine,) = album.make()
    album.bench.sandbox.age(mine, 86_400.0 * 9)
    album.make(40, owner=BERT)
    first = await album.history.page(ANNA, deployment=FLOW)

    second = await album.history.page(ANNA, deployment=FLOW, place=first.older)

    assert (ids(first), ids(second)) == ([], [mine])


async def test_somebody_elses_run_is_never_listed_even_if_it_is_written_down(album: Album) -> None:
    theirs = [*album.make(owner=BERT), *album.make(owner=None)]
    album.note(*theirs)
    longer = replace(ANNA, user=ANNA.user * 10)
    album.note(*album.make(owner=longer))

    assert ids(await album.history.page(ANNA)) == []


async def test_a_long_prompt_is_clipped(album: Album) -> None:
    album.noted(prompt="p" * 2000)

    (entry,) = (await album.history.page(ANNA)).entries

    assert entry.news.prompt is not None
    assert len(entry.news.prompt) == 500


async def test_of_a_run_that_failed_there_is_no_picture(album: Album) -> None:
    album.noted(outcome="failed")

    (entry,) = (await album.history.page(ANNA)).entries

    assert entry.picture is None


async def test_pages_do_not_overlap(album: Album) -> None:
    album.noted(23)
    pages = [await album.history.page(ANNA)]
    while (older := pages[-1].older) is not None:
        pages.append(await album.history.page(ANNA, place=older))

    keys = [entry.past.key for page in pages for entry in page.entries]
    assert all(newer > older for newer, older in pairwise(keys))
    assert len(keys) == 23
