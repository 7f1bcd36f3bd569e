"""What is brought is made to fit where it is shown, without being fetched again, and is named so that it is safe."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.outputs import Media
from core.result_errors import SurfaceTooSmall
from core.results.gathering import file_name
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from tests.core.bytes_of import AVIF, drawn
from tests.core.results.depot import ASKED, MIB, Depot, a_depot, view_of
from tests.core.runs.bench import Canvas, open_bench


class Narrow(Canvas):
    """It takes files of half the bytes that it says, and says so once."""

    def __init__(self, upload_limit: int) -> None:
        super().__init__(upload_limit=upload_limit)
        self.refusals: list[RunView] = []

    async def finish(self, view: RunView) -> None:
        small = self._upload_limit // 2
        if not self.refusals and any(item.size > small for item in view.files):
            self.refusals.append(view)
            raise SurfaceTooSmall(small)
        await super().finish(view)


@pytest.fixture
async def depot(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Depot]:
    async with a_depot(sandbox, api) as opened:
        yield opened


async def test_a_picture_is_made_smaller_from_what_is_here_and_other_files_are_left_out(depot: Depot) -> None:
    run = await depot.made("png", "bin", output_bytes=60_000)

    async with AsyncExitStack() as files:
        basket = depot.gathering.basket(files)
        whole = await basket.fill(view_of(run), run, MIB)
        small = await basket.fill(view_of(run), run, 9_000)

    assert [item.change for item in whole.files] == [None, None]
    (picture,) = small.files
    assert picture.size <= 9_000
    assert picture.change is not None
    assert picture.change.before == whole.files[0].size
    (left,) = small.left_out
    assert (left.size, left.limit) == (whole.files[1].size, 9_000)
    assert set(depot.sandbox.downloads.values()) == {1}


async def test_a_place_that_turns_out_too_small_gets_smaller_files(
    sandbox: ComfyDeploySandbox, quick_retries: None
) -> None:
    canvas = Narrow(100_000)
    async with open_bench(sandbox) as bench:
        sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, cold_seconds=0, images=2, output_bytes=60_000)
        await bench.start(canvas)

        view = await canvas.end()

    assert (view.stage, view.left_out) == (Stage.DONE, ())
    assert [item.size > 50_000 for item in canvas.refusals[0].files] == [True, True]
    assert [len(content) <= 50_000 for content in canvas.contents] == [True, True]
    assert set(sandbox.downloads.values()) == {1}


@pytest.mark.parametrize("private", [False, True])
async def test_a_film_that_is_too_large_is_not_fetched(depot: Depot, private: bool) -> None:
    depot.sandbox.account.storage.private = private
    run = await depot.made("mp4")
    size = 40 * MIB  # of which sockets and their buffers hold a part
    depot.sandbox.account.storage.files[depot.key(run, 0)] = Bytes(bytes(size))

    brought = await depot.brought(run, MIB)

    (left,) = brought.view.left_out
    assert (left.size, left.limit, left.may_come) == (size, MIB, private)
    expires = left.expires_at
    assert (expires is not None and expires > datetime.now(UTC)) == private
    assert depot.sandbox.downloaded.total() < size / 2


async def test_what_cannot_be_cleaned_is_held_back_unless_metadata_may_stay(depot: Depot) -> None:
    run = await depot.made("png", "bin")
    depot.sandbox.account.storage.files[depot.key(run, 1)] = Bytes(AVIF)

    brought = await depot.brought(run)
    kept = await depot.keeping.brought(run)

    (left,) = brought.view.left_out
    assert (left.media.filename, left.is_unclean, left.may_come) == ("weights.bin", True, False)
    assert len(brought.contents) == 1
    assert kept.contents[1] == AVIF


async def test_a_file_is_named_by_its_bytes(depot: Depot) -> None:
    run = await depot.made("png")
    depot.sandbox.account.storage.files[depot.key(run, 0)] = Bytes(drawn("JPEG"))

    brought = await depot.brought(run)

    assert [item.name for item in brought.view.files] == ["A-Fox_7_1.jpg"]


@given(deployment=st.text(), seed=st.none() | st.integers(), filename=st.text(), number=st.integers(1, 50))
def test_any_name_is_safe(deployment: str, seed: int | None, filename: str, number: int) -> None:
    view = RunView(deployment=deployment, requester=1, asked_at=ASKED, seed=seed)

    name = file_name(view, Media("https://a.example/1", filename), number)

    assert re.fullmatch(r"[A-Za-z0-9-]{1,60}(_-?\d+)?_\d+\.[a-z0-9]{1,8}", name)
