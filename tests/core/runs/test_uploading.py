"""The files of an order: all of them are uploaded or named, each once, and those that take a while show how far."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.comfydeploy.errors import ApiError
from core.comfydeploy.fit import Fitted
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.outputs import Kind
from core.comfydeploy.values import File, Source, Stored
from core.errors import InputsInvalid
from core.file_errors import FileNotAnImage, FileOfOtherKind, FileUnavailable
from core.offer import Deployment
from core.runs.delivery import Delivery, new_delivery
from core.runs.order import Order
from core.runs.uploading import LARGE, Uploading
from core.runs.view import RunView, Stage
from stationthis_discord.sandbox.comfydeploy import faults
from tests.core.bytes_of import SVG, drawn, mp4
from tests.core.runs.bench import ANNA, Bench, Canvas
from tests.waiting import until

IMAGE, BATCH = Input("image", InputKind.IMAGE, "Image"), Input("batch", InputKind.IMAGES, "Batch")
CLIP = Input("clip", InputKind.VIDEO, "Clip")
DEPLOYMENT = Deployment("d", "film", "production", "w", 1, "", (IMAGE, BATCH, CLIP), Kind.VIDEO, "film")
FILM = mp4(b"isom", b"vide")


class Desk:
    """Uploads for one delivery that is shown on `canvas`; files are told apart by their names."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.canvas = Canvas()
        self._folder = folder
        self._uploading = Uploading(bench.parts, pace=0.01)

    def file(self, name: str, content: bytes) -> Source:
        path = self._folder / name
        path.write_bytes(content)
        return Source(name, path, len(content))

    async def upload(self, files: Mapping[Input, tuple[File, ...]], delivery: Delivery | None = None) -> Fitted:
        fitted = Fitted({"prompt": "a fox"}, dict(files), None, None)
        await self._uploading.upload(delivery or self.delivery(fitted), fitted)
        return fitted

    def delivery(self, fitted: Fitted) -> Delivery:
        return new_delivery(Order(DEPLOYMENT, fitted, ANNA), self.canvas, self.bench.limits.enter(ANNA), None)

    async def rejected(self, fitted: Fitted) -> InputsInvalid:
        with pytest.raises(InputsInvalid) as caught:
            await self._uploading.upload(self.delivery(fitted), fitted)
        return caught.value

    @property
    def uploads(self) -> int:
        return self.bench.calls("PUT", "/files/")

    async def content(self, address: object) -> bytes:
        storage = self.bench.sandbox.account.storage
        return await storage.read(storage.key_of(str(address)) or "")


@pytest.fixture
def desk(bench: Bench, tmp_path: Path) -> Desk:
    return Desk(bench, tmp_path)


@contextmanager
def no_task_is_left() -> Iterator[None]:
    before = asyncio.all_tasks()
    yield
    assert [task for task in asyncio.all_tasks() - before if "upload" in task.get_name()] == []


def progress(views: list[RunView]) -> list[tuple[str, int | None]]:
    return [(view.upload.name, view.upload.share) for view in views if view.upload is not None]


async def test_every_file_becomes_an_address_and_what_is_stored_stays_as_it_is(desk: Desk) -> None:
    one, two, film = drawn("PNG", (3, 1)), drawn("PNG", (3, 2)), FILM
    stored = Stored("old.png", "https://files.example/old.png")
    batch = (desk.file("1.png", one), stored, desk.file("2.png", two))

    fitted = await desk.upload({BATCH: batch, CLIP: (desk.file("a.mp4", film),)})

    first, second, third = json.loads(fitted.values["batch"])
    assert [await desk.content(first), second, await desk.content(third)] == [one, stored.address, two]
    assert await desk.content(fitted.values["clip"]) == film
    assert (fitted.files, fitted.values["prompt"]) == ({}, "a fox")


async def test_all_files_that_cannot_be_used_are_named_at_once(desk: Desk) -> None:
    batch = (desk.file("1.svg", SVG), desk.file("2.png", drawn("PNG")), Source("3.png", Path("/nowhere/3.png")))
    files = {IMAGE: (desk.file("a.mp4", FILM),), BATCH: batch, CLIP: (desk.file("clip.png", drawn("PNG", (2, 2))),)}

    with pytest.raises(InputsInvalid) as caught:
        await desk.upload(files)

    assert [
        (item.key, item.file and type(item.file), getattr(item.file, "name", "")) for item in caught.value.problems
    ] == [
        ("image", FileNotAnImage, "a.mp4"),
        ("batch", FileNotAnImage, "1.svg"),
        ("batch", FileUnavailable, "3.png"),
        ("clip", FileOfOtherKind, "clip.png"),
    ]
    assert caught.value.deployment == "film"


async def test_what_is_uploaded_is_not_uploaded_again_in_a_second_try(desk: Desk) -> None:
    good, bad, better = desk.file("a.png", drawn("PNG")), desk.file("b.png", SVG), desk.file("c.png", drawn("GIF"))
    with pytest.raises(InputsInvalid):
        await desk.upload({IMAGE: (good,), BATCH: (good, bad)})

    fitted = await desk.upload({IMAGE: (good,), BATCH: (good, better)})

    assert desk.uploads == 2
    assert fitted.values["image"] in fitted.values["batch"]


async def test_of_several_files_none_is_used_where_one_cannot_be(desk: Desk) -> None:
    both = (desk.file("a.png", drawn("PNG")), desk.file("b.png", SVG))
    fitted = Fitted({}, {BATCH: both, IMAGE: both[:1]}, None, None)

    await desk.rejected(fitted)

    assert (set(fitted.values), fitted.files) == ({"image"}, {BATCH: both})


async def test_after_a_failure_of_the_api_only_what_is_missing_is_tried_again(desk: Desk) -> None:
    fitted = Fitted({}, {IMAGE: (desk.file("a.png", drawn("PNG")),), CLIP: (desk.file("a.mp4", FILM),)}, None, None)
    delivery, uploading, spoilt = desk.delivery(fitted), Uploading(desk.bench.parts), desk.bench.sandbox.faults
    for method, path in (("PUT", "*.mp4"), ("POST", "*")):
        spoilt.add(method, path, faults.SERVER_ERROR)
    with pytest.raises(ApiError):
        await uploading.upload(delivery, fitted)
    done = dict(fitted.values)
    spoilt.clear()

    await uploading.upload(delivery, fitted)

    assert done.keys() == {"image"}
    assert (fitted.values["image"], fitted.files) == (done["image"], {})
    assert desk.uploads == 3


async def test_a_large_file_shows_how_far_it_is_and_then_no_more(desk: Desk) -> None:
    desk.bench.sandbox.faults.add("PUT", "/files/*", faults.slow(0.2))
    film = desk.file("long.mp4", mp4(b"isom", b"vide", data=LARGE))
    delivery = desk.delivery(Fitted({}, {}, None, None))

    with no_task_is_left():
        await desk.upload({CLIP: (film,)}, delivery)

    told = progress(desk.canvas.shown)
    assert told[-1] == ("long.mp4", 100)
    assert {view.stage for view in desk.canvas.shown} == {Stage.PREPARING}
    assert delivery.view.upload is None


async def test_nothing_is_said_of_a_small_file(desk: Desk) -> None:
    desk.bench.sandbox.faults.add("PUT", "/files/*", faults.slow(0.1))

    await desk.upload({CLIP: (desk.file("short.mp4", FILM),)})

    assert desk.canvas.shown != []
    assert progress(desk.canvas.shown) == []


@pytest.mark.parametrize("size", [3000, LARGE])
async def test_who_is_cancelled_leaves_nothing_behind(desk: Desk, size: int) -> None:
    rule = desk.bench.sandbox.faults.add("PUT", "/files/*", faults.slow(0.1))
    film = desk.file("a.mp4", mp4(b"isom", b"vide", data=size))
    delivery = desk.delivery(Fitted({}, {}, None, None))
    uploading = asyncio.create_task(desk.upload({CLIP: (film,)}, delivery))
    await until(lambda: rule.hits)

    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading

    assert [task for task in asyncio.all_tasks() if task.get_name() == f"upload {delivery.id}"] == []
    assert delivery.view.upload is None


async def test_a_message_that_is_slow_does_not_hold_an_upload_up(desk: Desk) -> None:
    desk.bench.sandbox.faults.add("PUT", "/files/*", faults.slow(0.1))
    desk.canvas.gate.clear()

    fitted = await desk.upload({CLIP: (desk.file("a.mp4", FILM),)})

    assert fitted.files == {}
