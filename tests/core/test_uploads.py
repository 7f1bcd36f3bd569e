"""Files that go out: told apart by their bytes, handed on byte for byte, and only once while that is remembered."""

import asyncio
import gc
import json
import logging
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from core import uploads as uploads_module
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, ServerFault, Unreachable
from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.values import Source, Stored
from core.file_errors import (
    FileDamaged,
    FileError,
    FileHostRefused,
    FileNotAnImage,
    FileOfOtherKind,
    FileTooLarge,
    FileUnavailable,
)
from core.hosts import Hosts
from core.media import Media
from core.uploads import LARGEST_INPUT, LIFETIME, Uploads
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.bytes_of import EXR, FILMS, SOUNDS, SVG, drawn, png_that_claims
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.sending import Clock
from tests.core.stub import Answer, Held, Stub, routing, saying, serving
from tests.waiting import until

PICTURE = Input("image", InputKind.IMAGE, "Image")
FILE = Input("file", InputKind.FILE, "File")
NO_HOSTS = Hosts()
ASKED = "GET /api/assets/presigned-url"


@asynccontextmanager
async def uploading(api: ComfyDeploy, inputs: Hosts = NO_HOSTS, clock: Clock | None = None) -> AsyncIterator[Uploads]:
    async with (
        Media.connect(inputs=inputs, attachments=NO_HOSTS, outputs=NO_HOSTS) as media,
        aclosing(Uploads(media, api.files, clock or Clock())) as uploads,
    ):
        yield uploads


@pytest.fixture
async def uploads(api: ComfyDeploy) -> AsyncIterator[Uploads]:
    async with uploading(api) as connected:
        yield connected


@asynccontextmanager
async def stored_by(
    storage: Answer, may_begin: Callable[[], bool] = lambda: True
) -> AsyncIterator[tuple[Uploads, Stub]]:
    """Uploads to an API whose storage answers so; nothing is sent there before it `may_begin`."""
    async with serving(storage) as there:
        place = saying(json.dumps(samples.presigned(url=there.url)).encode())

        async def placed(request: web.Request) -> web.StreamResponse:
            await until(may_begin)
            return await place(request)

        async with (
            serving(routing({ASKED: placed}, saying(b"", 500))) as server,
            ComfyDeploy.connect(server.url, "key") as api,
            uploading(api) as uploads,
        ):
            yield uploads, there


def trusting(*hosts: Stub) -> Hosts:
    return Hosts(trusted=frozenset(host.host for host in hosts))


def given(folder: Path, name: str, content: bytes) -> Source:
    path = folder / "as it is"
    path.write_bytes(content)
    return Source(name, path)


async def kept(sandbox: ComfyDeploySandbox, stored: Stored) -> tuple[str, bytes]:
    """The extension and the bytes of what was uploaded."""
    key = sandbox.account.storage.key_of(stored.address)
    assert key is not None
    return Path(key).suffix, await sandbox.account.storage.read(key)


def count_of(sandbox: ComfyDeploySandbox, method: str) -> int:
    return [call.method for call in sandbox.calls].count(method)


@pytest.mark.parametrize(
    ("kind", "name", "content", "stored_as"),
    [
        (InputKind.IMAGE, "photo.exe", drawn("PNG"), (".png", "image/png")),
        (InputKind.IMAGES, "../../photo", drawn("JPEG"), (".jpg", "image/jpeg")),
        (InputKind.VIDEO, "clip.png", FILMS["MP4"][0], (".mp4", "video/mp4")),
        (InputKind.AUDIO, "song.txt", SOUNDS["FLAC"][0], (".flac", "audio/flac")),
        (InputKind.EXR, "light.png", EXR, (".exr", "image/x-exr")),
        (InputKind.FILE, "\ud800 notes \u202e.txt", b"hello", (".txt", "text/plain")),
        (InputKind.FILE, "notes", b"", ("", "application/octet-stream")),
    ],
)
async def test_a_file_arrives_byte_for_byte_as_what_it_is(  # noqa: PLR0913, PLR0917 -- a row
    sandbox: ComfyDeploySandbox,
    uploads: Uploads,
    tmp_path: Path,
    kind: InputKind,
    name: str,
    content: bytes,
    stored_as: tuple[str, str],
) -> None:
    stored = await uploads.take(Input("x", kind, "X"), given(tmp_path, name, content))

    assert stored.name == name
    assert await kept(sandbox, stored) == (stored_as[0], content)
    assert list(sandbox.account.storage.types.values()) == [stored_as[1]]
    assert name not in str([call.query for call in sandbox.calls])


async def test_an_attachment_is_fetched_and_handed_on(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    content = drawn("WEBP")
    async with serving(saying(content)) as host, uploading(api, trusting(host)) as uploads:
        source = Source("from a phone.heic", f"{host.url}/attachments/1?ex=1&hm=2", len(content))
        stored = await uploads.take(PICTURE, source)

    assert await kept(sandbox, stored) == (".webp", content)
    assert host.url not in stored.address


async def test_an_attachment_of_another_host_is_refused(sandbox: ComfyDeploySandbox, uploads: Uploads) -> None:
    async with serving(saying(drawn("PNG"))) as canary:
        with pytest.raises(FileHostRefused):
            await uploads.take(PICTURE, Source("a.png", f"{canary.url}/a.png"))

    assert (canary.requests, sandbox.calls) == ([], [])


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        (InputKind.IMAGE, SVG, FileNotAnImage),
        (InputKind.IMAGE, b"just text", FileNotAnImage),
        (InputKind.IMAGE, png_that_claims(60_000, 60_000), FileNotAnImage),
        (InputKind.IMAGE, drawn("PNG")[:-5], FileDamaged),
        (InputKind.IMAGES, EXR, FileNotAnImage),
        (InputKind.VIDEO, drawn("PNG"), FileOfOtherKind),
    ],
    ids=["SVG", "text", "bomb", "cut", "EXR", "no video"],
)
async def test_what_does_not_belong_there_is_refused_before_it_is_sent(
    sandbox: ComfyDeploySandbox,
    uploads: Uploads,
    tmp_path: Path,
    kind: InputKind,
    content: bytes,
    error: type[FileError],
) -> None:
    with pytest.raises(error) as caught:
        await uploads.take(Input("x", kind, "X"), given(tmp_path, "a.png", content))

    assert (caught.value.name, sandbox.calls) == ("a.png", [])


async def test_a_local_file_as_large_as_allowed_is_taken(
    uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads_module, "LARGEST_INPUT", 1000)

    stored = await uploads.take(FILE, given(tmp_path, "a.zip", bytes(1000)))

    assert stored.name == "a.zip"


async def test_a_local_file_that_is_too_large_is_refused_before_it_is_sent(
    sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path
) -> None:
    source = given(tmp_path, "a.png", b"")
    with (tmp_path / "as it is").open("r+b") as file:
        file.truncate(LARGEST_INPUT + 1)

    with pytest.raises(FileTooLarge) as caught:
        await uploads.take(PICTURE, source)

    assert (caught.value.size, caught.value.limit, sandbox.calls) == (LARGEST_INPUT + 1, LARGEST_INPUT, [])


async def test_an_attachment_that_says_it_is_too_large_is_not_even_fetched(api: ComfyDeploy) -> None:
    async with serving(saying(b"")) as host, uploading(api, trusting(host)) as uploads:
        with pytest.raises(FileTooLarge) as caught:
            await uploads.take(PICTURE, Source("a.png", f"{host.url}/a.png", 60 * 2**20))

    assert (caught.value.size, host.requests) == (60 * 2**20, [])


@pytest.mark.parametrize("is_told", [True, False], ids=["by its host", "by nobody"])
async def test_an_attachment_larger_than_it_says_is_refused(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, *, is_told: bool
) -> None:
    sent = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if is_told:
            response.content_length = 60 * 2**20
        await response.prepare(request)
        for _ in range(60):
            await response.write(bytes(2**20))
            sent += 2**20
        return response

    async with serving(pour) as host, uploading(api, trusting(host)) as uploads:
        with pytest.raises(FileTooLarge):
            await uploads.take(PICTURE, Source("a.png", f"{host.url}/a.png", 5))

    assert sandbox.calls == []
    assert sent < (10 if is_told else 60) * 2**20


@pytest.mark.parametrize("name", ["missing.png", "."])
async def test_a_local_file_that_cannot_be_read_is_unavailable(uploads: Uploads, tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnavailable):
        await uploads.take(PICTURE, Source("a.png", tmp_path / name))


async def test_a_refusal_of_the_api_is_passed_on(sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path) -> None:
    sandbox.faults.add("*", "*", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG")))

    assert count_of(sandbox, "POST") == 1


async def test_an_upload_that_never_leaves_costs_only_its_own_error(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    content = drawn("BMP", (640, 480))  # larger than what is read ahead of it
    async with serving(saying(content)) as host, uploading(api, trusting(host)) as uploads:
        await sandbox.refuse()

        with pytest.raises(Unreachable):
            await uploads.take(PICTURE, Source("cat.bmp", f"{host.url}/cat.bmp"))


async def test_an_upload_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    source = given(tmp_path, "a.zip", bytes(24 * 2**20))

    async def swallow(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        return web.Response()

    async with stored_by(swallow) as (uploads, _):
        tracemalloc.start()
        await uploads.take(FILE, source)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 8 * 2**20


async def test_the_same_bytes_are_uploaded_once_whatever_they_are_called(
    sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path
) -> None:
    content = drawn("PNG")

    one = await uploads.take(PICTURE, given(tmp_path, "one.png", content))
    other = await uploads.take(FILE, given(tmp_path, "another.jpg", content))

    assert (one.name, other.name) == ("one.png", "another.jpg")
    assert one.address == other.address
    assert [call.method for call in sandbox.calls] == ["GET", "PUT"]


async def test_other_bytes_are_another_upload(sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path) -> None:
    one = await uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG")))
    other = await uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG", (4, 4))))

    assert one.address != other.address
    assert count_of(sandbox, "PUT") == 2


async def test_the_same_bytes_as_another_type_are_another_upload(
    sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path
) -> None:
    for name in ("a.txt", "a.csv", "a.txt"):
        await uploads.take(FILE, given(tmp_path, name, b"1,2,3"))

    assert count_of(sandbox, "PUT") == 2


async def test_what_ten_people_give_at_once_is_uploaded_once(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    content = drawn("PNG", (64, 64))
    async with serving(saying(content)) as host, uploading(api, trusting(host)) as uploads:
        sources = [Source(f"{number}.png", f"{host.url}/{number}.png") for number in range(10)]
        stored = await asyncio.gather(*(uploads.take(PICTURE, source) for source in sources))

    assert len({one.address for one in stored}) == 1
    assert [one.name for one in stored] == [source.name for source in sources]
    assert [call.method for call in sandbox.calls] == ["GET", "PUT"]
    assert await kept(sandbox, stored[0]) == (".png", content)


async def test_who_gives_up_leaves_the_upload_to_the_others(tmp_path: Path) -> None:
    held = Held()
    source = given(tmp_path, "a.png", drawn("PNG"))
    async with stored_by(held) as (uploads, storage):
        first, second = (asyncio.ensure_future(uploads.take(PICTURE, source)) for _ in range(2))
        await until(lambda: held.waiting)
        first.cancel()
        await asyncio.wait([first])
        held.answer()

        stored = await second

    assert first.cancelled()
    assert (stored.address, len(storage.requests)) == (samples.presigned()["download_url"], 1)


async def test_an_upload_that_nobody_waits_for_any_more_is_not_done_again(tmp_path: Path) -> None:
    held = Held()
    source = given(tmp_path, "a.png", drawn("PNG"))
    async with stored_by(held) as (uploads, storage):
        only = asyncio.ensure_future(uploads.take(PICTURE, source))
        await until(lambda: held.waiting)
        only.cancel()
        await asyncio.wait([only])
        again = asyncio.ensure_future(uploads.take(PICTURE, source))
        held.answer()
        await again

    assert len(storage.requests) == 1


async def test_an_upload_that_fails_fails_for_all_who_wait_and_is_tried_anew_for_the_next(
    sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path
) -> None:
    rule = sandbox.faults.add("*", "*", Fault(status=400))
    source = given(tmp_path, "a.png", drawn("PNG"))

    ends = await asyncio.gather(*(uploads.take(PICTURE, source) for _ in range(3)), return_exceptions=True)
    sandbox.faults.remove(rule)
    await uploads.take(PICTURE, source)

    assert all(isinstance(end, ApiError) for end in ends)
    assert count_of(sandbox, "PUT") == 1


async def test_a_failure_that_nobody_waits_for_is_not_complained_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    async with stored_by(held) as (uploads, _):
        only = asyncio.ensure_future(uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG"))))
        await until(lambda: held.waiting)
        only.cancel()
        await asyncio.wait([only])
        held.cut()
        await until(lambda: not [task for task in asyncio.all_tasks() if task.get_name().startswith("upload ")])
        gc.collect()

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_upload_is_used_for_some_hours_and_then_made_anew(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, tmp_path: Path
) -> None:
    clock, source, puts = Clock(), given(tmp_path, "a.png", drawn("PNG")), []
    async with uploading(api, clock=clock) as uploads:
        for seconds in (0, LIFETIME - 1, 2, LIFETIME - 1):
            clock.now += seconds
            await uploads.take(PICTURE, source)
            puts.append(count_of(sandbox, "PUT"))

    assert puts == [1, 1, 2, 2]


async def test_what_was_used_longest_ago_is_forgotten_first(
    sandbox: ComfyDeploySandbox, uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads_module, "MOST_REMEMBERED", 2)
    puts = []

    for side in (1, 2, 1, 3, 1, 2):
        await uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG", (side, side))))
        puts.append(count_of(sandbox, "PUT"))

    assert puts == [1, 2, 2, 3, 3, 4]


async def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    held = Held()
    async with stored_by(held) as (uploads, _):
        waiting = asyncio.ensure_future(uploads.take(PICTURE, given(tmp_path, "a.png", drawn("PNG"))))
        await until(lambda: held.waiting)

        await uploads.aclose()
        await asyncio.wait([waiting])

    assert waiting.cancelled()
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("upload ")] == []


@pytest.mark.parametrize("is_posted", [False, True], ids=["put", "posted"])
async def test_the_address_in_a_private_account_has_no_signature_that_would_expire(
    tmp_path: Path, *, is_posted: bool
) -> None:
    content = drawn("PNG")
    async with (
        ComfyDeploySandbox(private=True) as private,
        ComfyDeploy.connect(private.url, private.key) as api,
        uploading(api) as uploads,
    ):
        if is_posted:
            private.faults.add("GET", "/api/assets/*", Fault(status=400))
        stored = await uploads.take(PICTURE, given(tmp_path, "a.png", content))

        assert count_of(private, "POST") == is_posted
        assert "?" not in stored.address
        assert await kept(private, stored) == (".png", content)


class Ear:
    """What was told of an upload."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int | None]] = []

    def __call__(self, sent: int, size: int | None) -> None:
        self.heard.append((sent, size))


async def test_how_far_it_is_is_told_to_all_who_wait_and_to_nobody_when_it_is_there(tmp_path: Path) -> None:
    content = bytes(3 * 2**20)
    source, ears = given(tmp_path, "a.zip", content), [Ear() for _ in range(3)]

    async def swallow(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        return web.Response()

    def both_listen() -> bool:
        under_way = sending._under_way.values()  # noqa: SLF001 -- nothing else shows who listens before all is sent
        return [len(upload.listeners) for upload in under_way] == [2]

    async with stored_by(swallow, both_listen) as (sending, _):
        await asyncio.gather(*(sending.take(FILE, source, ear) for ear in ears[:2]))
        await sending.take(FILE, source, ears[2])

    assert [ear.heard[-1:] for ear in ears] == [[(len(content), len(content))]] * 2 + [[]]
    assert ears[0].heard == sorted(ears[0].heard)
    assert len(ears[0].heard) > 2
