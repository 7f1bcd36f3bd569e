"""What a history does without: records, the account's list, news of a run, and the run itself."""

from collections.abc import AsyncIterator

import pytest

from core.runs.history_page import Lack, Outcome
from core.runs.news import Standing
from stationthis_discord.sandbox.comfydeploy import faults
from tests.core.runs.albums import FLOW, Album, an_album, ids, standings
from tests.core.runs.bench import ANNA, FOREVER, Bench, Canvas

RUN = "/api/run/*"
LIGHT_LIST = "/api/v2/workflow/*/runs"


@pytest.fixture
async def album(bench: Bench) -> AsyncIterator[Album]:
    async with an_album(bench) as opened:
        yield opened


async def test_records_that_cannot_be_read_are_told(album: Album) -> None:
    album.noted(2)
    album.records.failed = True

    page = await album.history.page(ANNA)

    assert ids(page) == []
    assert page.lacks == {Lack.RECORDS}


async def test_a_run_without_news_is_listed_by_its_record(album: Album) -> None:
    run_ids = album.noted(2)
    await album.bench.catalog.list_deployments()
    album.bench.sandbox.faults.add("GET", RUN, faults.BAD_GATEWAY)

    page = await album.history.page(ANNA)

    assert ids(page) == run_ids
    assert standings(page) == [Standing.SILENT] * 2
    assert page.lacks == {Lack.STATES}


async def test_of_a_run_without_news_nobody_knows_whether_it_is_wanted(album: Album) -> None:
    album.noted(2)
    album.bench.sandbox.faults.add("GET", RUN, faults.BAD_GATEWAY)

    page = await album.history.page(ANNA, outcome=Outcome.DONE)

    assert ids(page) == []
    assert page.lacks == {Lack.STATES}


async def test_of_an_accounts_run_without_news_nobody_knows_whose_it_is(album: Album) -> None:
    album.make(2)
    await album.bench.catalog.list_deployments()
    album.bench.sandbox.faults.add("GET", RUN, faults.BAD_GATEWAY)

    page = await album.history.page(ANNA, deployment=FLOW)

    assert ids(page) == []
    assert page.lacks == {Lack.STATES}


async def test_an_account_that_cannot_be_listed_is_told(album: Album) -> None:
    run_ids = album.noted(2)
    await album.bench.catalog.list_deployments()
    album.bench.sandbox.faults.add("GET", LIGHT_LIST, faults.BAD_GATEWAY)

    page = await album.history.page(ANNA, deployment=FLOW)

    assert ids(page) == run_ids
    assert page.lacks == {Lack.ACCOUNT}


async def test_a_slow_api_costs_a_moment_only(bench: Bench) -> None:
    async with an_album(bench, patience=0.1) as album:
        run_ids = album.noted(9)
        await bench.catalog.list_deployments()
        bench.sandbox.faults.add("GET", RUN, faults.slow(30.0))

        page = await album.history.page(ANNA)
        some = await album.history.page(ANNA, outcome=Outcome.DONE)

    assert ids(page) == run_ids[:5]
    assert standings(page) == [Standing.SILENT] * 5
    assert some.looked_at == 5


async def test_a_run_that_was_deleted_is_gone(album: Album) -> None:
    kept, lost = album.noted(2)
    album.bench.sandbox.delete_run(lost)

    page = await album.history.page(ANNA)

    assert list(zip(ids(page), standings(page), strict=True)) == [(kept, Standing.DONE), (lost, Standing.GONE)]


async def test_what_this_process_follows_is_listed_without_records(bench: Bench) -> None:
    bench.sandbox.behaviour[FLOW] = FOREVER
    run_id = await bench.start(Canvas())

    async with an_album(bench, has_records=False) as album:
        page = await album.history.page(ANNA)

    assert ids(page) == [run_id]
    assert page.lacks == {Lack.RECORDS}
