"""What a run made is brought here: all of it, in order, each file once, and what cannot be had costs nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final

import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.models import Output
from core.results.gathering import MOST_FILES
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.behaviour import NodeGeneration
from stationthis_discord.sandbox.comfydeploy.pictures import Bytes
from tests.core.results.depot import ASKED, MIB, Depot, a_depot, view_of

SIGNED: Final = {"images", "gifs", "files", "mesh"}  # the keys whose addresses a private account signs


def told(*files: tuple[str, str], made_at: Callable[[int], datetime | None] = lambda _: None) -> list[Output]:
    """A row for each address and name."""
    rows = enumerate(files)
    return [
        Output(data={"images": [{"url": url, "filename": name}]}, created_at=made_at(number))
        for number, (url, name) in rows
    ]


@pytest.fixture
async def depot(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Depot]:
    async with a_depot(sandbox, api) as opened:
        yield opened


@pytest.mark.parametrize("generation", ["old", "new"])
@pytest.mark.parametrize("private", [False, True])
async def test_every_kind_arrives_whole_in_the_order_in_which_it_was_made(
    depot: Depot, generation: NodeGeneration, private: bool
) -> None:
    depot = depot.keeping
    depot.sandbox.account.storage.private = private
    run = await depot.made(node_generation=generation)

    brought = await depot.brought(run)

    saved = depot.saved(run)
    refused = [name for name, kind in saved.items() if private and generation == "old" and kind not in SIGNED]
    assert brought.names == [name for name in saved if name not in refused]
    files = depot.sandbox.account.storage
    assert brought.contents == [await files.read(f"outputs/runs/{run.id}/{name}") for name in brought.names]
    assert [item.name for item in brought.view.files] == [
        f"A-Fox_7_{number}{PurePosixPath(name).suffix}"
        for number, name in enumerate(saved, start=1)
        if name not in refused
    ]
    assert [left.media.filename for left in brought.view.left_out] == refused
    assert brought.view.texts == ("first text", "second text", "third text")
    assert set(depot.sandbox.downloads.values()) == {1}


async def test_addresses_that_expired_are_asked_for_again_once(depot: Depot) -> None:
    depot.sandbox.account.storage.private = True
    run = await depot.made("png", "gif", "mp4", "obj", images=3)
    depot.sandbox.expire_urls()
    before = depot.reads(run)

    brought = await depot.brought(run)

    assert brought.names == list(depot.saved(run))
    assert brought.view.left_out == ()
    assert depot.reads(run) - before == 1
    assert set(depot.sandbox.downloads.values()) == {1}


async def test_addresses_that_nobody_renews_leave_files_out_that_may_come_later(depot: Depot) -> None:
    depot.sandbox.account.storage.private = True
    run = await depot.made("png", images=2)
    depot.sandbox.expire_urls()
    depot.sandbox.delete_run(run.id)

    brought = await depot.brought(run)

    assert (brought.names, len(brought.view.left_out)) == ([], 2)
    assert all(left.is_refused and left.may_come for left in brought.view.left_out)


async def test_only_what_was_refused_is_fetched_by_its_new_address(depot: Depot) -> None:
    depot.sandbox.account.storage.private = True
    run = await depot.made("png", images=3)
    missing = depot.spoil(run, 0, Fault(status=404))
    depot.sandbox.account.storage.broken[depot.key(run, 1)] = 403

    brought = await depot.brought(run)

    assert [left.is_refused for left in brought.view.left_out] == [False, True]
    assert len(brought.names) == 1
    assert missing.hits == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(status=404), id="gone"),
        pytest.param(Fault(status=403), id="refused"),
        pytest.param(faults.BAD_GATEWAY, id="failing"),
        pytest.param(Fault(delay=60.0), id="silent"),
        pytest.param(faults.CUT, id="cut"),
        pytest.param(Fault(status=302, headers={"Location": "https://a.example/1.png"}), id="elsewhere"),
        pytest.param(Fault(status=200, body=""), id="empty"),
    ],
)
async def test_one_that_cannot_be_fetched_costs_no_other(depot: Depot, fault: Fault) -> None:
    run = await depot.made("png", images=3)
    rule = depot.spoil(run, 1, fault)

    brought = await depot.brought(run)
    depot.sandbox.faults.remove(rule)
    again = await depot.brought(run)

    first, second, third = depot.saved(run)
    assert brought.names == [first, third]
    assert [item.name for item in brought.view.files] == ["A-Fox_7_1.png", "A-Fox_7_3.png"]
    (left,) = brought.view.left_out
    assert (left.media.filename, left.size, left.limit, left.may_come) == (second, None, None, True)
    assert again.names == [first, second, third]


async def test_a_host_that_is_not_allowed_is_not_asked(depot: Depot) -> None:
    run = await depot.made("png")
    run = run.model_copy(update={"outputs": [*told(("https://a.example/1.png", "1.png")), *run.outputs]})

    brought = await depot.brought(run)

    assert [left.media.filename for left in brought.view.left_out] == ["1.png"]
    assert len(brought.names) == 1


async def test_files_of_one_name_are_one_where_the_storage_has_one(depot: Depot) -> None:
    run = await depot.made("png", "apng", same_names=True)

    brought = await depot.brought(run)

    assert brought.names == ["ComfyUI_00001_.png"]
    assert set(depot.sandbox.downloads.values()) == {1}


async def test_files_of_one_name_at_two_addresses_are_two(depot: Depot) -> None:
    urls = [
        depot.sandbox.account.storage.url(depot.sandbox.account.storage.put(key, Bytes(key.encode()))) for key in "ab"
    ]
    run = (await depot.made("temp")).model_copy(update={"outputs": told((urls[0], "one.bin"), (urls[1], "one.bin"))})

    brought = await depot.brought(run)

    assert brought.contents == [b"a", b"b"]
    assert [item.name for item in brought.view.files] == ["A-Fox_7_1.bin", "A-Fox_7_2.bin"]


async def test_the_order_is_that_of_making_and_not_of_the_rows(depot: Depot) -> None:
    run = await depot.made("png", images=4)
    (row,) = [row for row in run.outputs if row.data]
    items = row.data["images"]
    rows = told(*((item["url"], item["filename"]) for item in items), made_at=lambda at: ASKED - timedelta(seconds=at))

    brought = await depot.brought(run.model_copy(update={"outputs": rows}))

    assert brought.names == [item["filename"] for item in reversed(items)]


@pytest.mark.parametrize("behaviour", [{"images": 0}, {"output_form": "dropped"}], ids=str)
async def test_a_run_may_have_made_nothing(depot: Depot, behaviour: dict[str, Any]) -> None:
    brought = await depot.brought(await depot.made("png", **behaviour))

    assert (brought.view.files, brought.view.texts, brought.view.left_out) == ((), (), ())


@pytest.mark.parametrize("generation", ["old", "new"])
async def test_what_nodes_show_on_the_way_is_ahead_and_no_result(depot: Depot, generation: NodeGeneration) -> None:
    run = await depot.made("png", "temp", previews=True, node_generation=generation)

    async with AsyncExitStack() as files:
        basket = depot.gathering.basket(files)
        ahead = await basket.previews(view_of(run), run, MIB)
        await basket.previews(view_of(run), run, MIB)
        complete = await basket.fill(view_of(run), run, MIB)

    (name,) = depot.saved(run)
    assert name in [item.media.filename for item in ahead]
    assert len(ahead) == 3
    assert [item.media.filename for item in complete.files] == [name]
    assert set(depot.sandbox.downloads.values()) == {1}  # also of the result that was ahead already


async def test_of_more_files_than_are_shown_the_others_are_not_fetched(depot: Depot) -> None:
    run = await depot.made("png", images=MOST_FILES + 2)

    brought = await depot.brought(run)

    assert brought.names == list(depot.saved(run))[:MOST_FILES]
    assert [left.beyond for left in brought.view.left_out] == [True, True]
    assert depot.sandbox.downloads.total() == MOST_FILES
