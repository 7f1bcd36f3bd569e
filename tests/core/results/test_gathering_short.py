"""Where time, room or open files run short, what is here is shown, and the rest may come later."""

import errno
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

import aiohttp
import pytest
from structlog.testing import capture_logs

from core.comfydeploy.client import ComfyDeploy
from core.hosts import Hosts, trusted_host
from core.media import LocalFile, Media, Network
from core.results.gathering import Gathering
from core.results.ladder import Ladder, Ready
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from tests.core.results.depot import MIB, Depot, a_depot, view_of
from tests.core.results.shortage import disk_of
from tests.core.results.to_fit import noise, saved

PATIENT: Final = Network(aiohttp.ClientTimeout(total=60.0), pauses=())
HANGING: Final = Fault(delay=60.0)


class Noting(Ladder):
    """It knows what it was given. So many times as `short` says there are too many open files."""

    def __init__(self, short: int = 0) -> None:
        super().__init__()
        self.short = short
        self.given: list[LocalFile] = []

    async def fit(self, local: LocalFile, limit: int, files: AsyncExitStack) -> Ready:
        self.given.append(local)
        if len(self.given) <= self.short:
            raise OSError(errno.EMFILE, "too many open files")
        return await super().fit(local, limit, files)


@pytest.fixture
async def depot(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Depot]:
    async with a_depot(sandbox, api) as opened:
        yield opened


@pytest.fixture
async def patient(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Depot]:
    """Its hosts may take their time; a result may not."""
    hosts = Hosts(trusted=frozenset({trusted_host(sandbox.url)}))
    async with Media.connect(inputs=hosts, attachments=hosts, outputs=hosts, network=PATIENT) as media:
        yield Depot(sandbox, Gathering(api, media, Ladder(), patience=0.7, held=0.02))


async def test_files_that_hang_keep_no_other_one_of_their_run_waiting(patient: Depot) -> None:
    run = await patient.made("png", images=8)
    for number in range(6):
        patient.spoil(run, number, HANGING)

    brought = await patient.brought(run)

    names = list(patient.saved(run))
    assert brought.names == names[6:]
    assert [(left.media.filename, left.may_come) for left in brought.view.left_out] == [
        (name, True) for name in names[:6]
    ]


async def test_what_hung_once_is_not_waited_for_again(patient: Depot) -> None:
    run = await patient.made("png", images=2)
    rule = patient.spoil(run, 0, HANGING)

    async with AsyncExitStack() as files:
        basket = patient.gathering.basket(files)
        await basket.fill(view_of(run), run, MIB)
        again = await basket.fill(view_of(run), run, MIB - 1)

    assert (len(again.files), len(again.left_out)) == (1, 1)
    assert rule.hits == 1


async def test_a_full_disk_costs_the_files_that_it_has_no_room_for(depot: Depot) -> None:
    run = await depot.made("png", images=3)
    depot.sandbox.account.storage.files[depot.key(run, 1)] = Bytes(saved(noise((200, 200)), "PNG").getvalue())

    with disk_of(50_000):
        brought = await depot.brought(run)

    (left,) = brought.view.left_out
    assert (left.media.filename, left.may_come) == (list(depot.saved(run))[1], True)
    assert len(brought.names) == 2


@pytest.mark.parametrize("room", [0, 10_000])
async def test_a_full_disk_costs_a_conversion_and_not_the_run(depot: Depot, room: int) -> None:
    run = await depot.made("png", images=3, output_bytes=60_000)

    async with AsyncExitStack() as files:
        basket = depot.gathering.basket(files)
        await basket.fill(view_of(run), run, MIB)
        with disk_of(room), capture_logs():  # nor has a log on the disk any room
            short = await basket.fill(view_of(run), run, 20_000)
        later = await basket.fill(view_of(run), run, 20_000)

    assert short.files == ()
    assert [left.may_come for left in short.left_out] == [True] * 3
    assert (len(later.files), later.left_out) == (3, ())
    assert set(depot.sandbox.downloads.values()) == {1}


async def test_what_is_left_out_for_want_of_room_leaves_its_own_to_others(depot: Depot) -> None:
    ladder = Noting(short=1)
    depot = replace(depot, gathering=replace(depot.gathering, ladder=ladder))
    run = await depot.made("png")

    async with AsyncExitStack() as files:
        basket = depot.gathering.basket(files)
        short = await basket.fill(view_of(run), run, MIB)
        closed = ladder.given[0].file.closed
        later = await basket.fill(view_of(run), run, MIB)

    assert closed
    assert [left.may_come for left in short.left_out] == [True]
    assert (len(later.files), later.left_out) == (1, ())


async def test_what_was_fetched_is_closed_once_a_clean_copy_stands_for_it(depot: Depot) -> None:
    ladder = Noting()
    depot = replace(depot, gathering=replace(depot.gathering, ladder=ladder))
    run = await depot.made("png", node_generation="old", planted="sk-planted")

    async with AsyncExitStack() as files:
        basket = depot.gathering.basket(files)
        ahead = await basket.previews(view_of(run), run, MIB)
        complete = await basket.fill(view_of(run), run, MIB)
        small = await basket.fill(view_of(run), run, complete.files[0].size - 1)
        original, source = ladder.given
        closed = original.file.closed, source.file.closed

    assert closed == (True, False)
    assert source.file is complete.files[0].file is ahead[0].file
    assert len(small.files) == 1
