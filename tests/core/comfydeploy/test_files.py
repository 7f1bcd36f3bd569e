"""Files: put where the API says, or handed over through the API."""

import asyncio
import io
import json
import threading
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import (
    ApiError,
    Busy,
    KeyRefused,
    NoAnswer,
    Refused,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from core.comfydeploy.files import Lent
from core.comfydeploy.records import UploadPlace
from core.comfydeploy.transport import TIMEOUTS
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import NOBODY
from tests.core.comfydeploy.sending import KEY, LONG, SHORT
from tests.core.stub import Answer, Held, cutting, hanging, nobody, routing, saying, serving
from tests.waiting import until

CONTENT = bytes(range(256)) * 999
ASKED, ASKED_OLDER = "GET /api/assets/presigned-url", "GET /api/upload-url"


def heard(answer: Answer) -> Answer:
    """The same answer, but not before all of the request has come."""

    async def listen(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        return await answer(request)

    return listen


@pytest.fixture
async def private() -> ComfyDeploySandbox:
    return ComfyDeploySandbox(private=True)


async def put(place: UploadPlace, content_type: str = "image/png") -> int:
    headers = {"Content-Type": content_type} | ({"x-amz-acl": "public-read"} if place.is_public else {})
    async with aiohttp.ClientSession() as http, http.put(place.url, data=CONTENT, headers=headers) as reply:
        return reply.status


async def kept(sandbox: ComfyDeploySandbox, url: str) -> bytes:
    key = sandbox.account.storage.key_of(url)
    assert key is not None
    return await sandbox.account.storage.read(key)


async def test_an_upload_keeps_every_byte(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    url = await api.files.upload(io.BytesIO(CONTENT), "cat photo ü.png", "image/png")

    assert url.endswith(".png")
    assert await kept(sandbox, url) == CONTENT
    asked, put_there = sandbox.calls
    assert (asked.method, asked.path) == ("GET", "/api/assets/presigned-url")
    assert (put_there.method, put_there.path.startswith("/files/")) == ("PUT", True)


async def test_a_file_of_any_type_is_taken(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    url = await api.files.upload(io.BytesIO(CONTENT), "notes.txt", "text/plain")

    assert await kept(sandbox, url) == CONTENT


async def test_what_is_posted_is_told_by_its_name_only(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    url = await api.files.post(io.BytesIO(CONTENT), "cat.png", "text/plain")
    with pytest.raises(Refused):
        await api.files.post(io.BytesIO(CONTENT), "notes.txt", "image/png")

    assert await kept(sandbox, url) == CONTENT
    assert len(sandbox.calls) == 2


@pytest.mark.parametrize("way", ["put", "posted"])
async def test_an_upload_is_waited_for_longer_than_a_read(way: str) -> None:
    held = Held(json.dumps(samples.uploaded()).encode())
    timeouts = replace(SHORT, read=TIMEOUTS.read, upload=LONG)

    async with serving(held) as storage:
        place = saying(json.dumps(samples.presigned(url=storage.url)).encode() if way == "put" else b"{}")
        answers = {"GET /api/assets/presigned-url": place}
        async with (
            serving(routing(answers, held)) as server,
            ComfyDeploy.connect(server.url, "key", timeouts) as api,
        ):
            upload = asyncio.ensure_future(api.files.upload(io.BytesIO(CONTENT), "a.png", "image/png"))
            await until(lambda: held.waiting)
            with pytest.raises(NoAnswer):
                await api.runs.get(NOBODY, retry=False)
            held.answer(2)

            address = await upload

    assert address == (samples.presigned()["download_url"] if way == "put" else samples.uploaded()["file_url"])


async def test_a_file_is_sent_from_its_beginning_and_stays_open(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    file = io.BytesIO(CONTENT)
    file.seek(1000)

    urls = [await api.files.upload(file, "a.png", "image/png") for _ in range(2)]

    assert [await kept(sandbox, url) for url in urls] == [CONTENT, CONTENT]
    assert not file.closed


async def test_an_upload_may_be_empty(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    url = await api.files.upload(io.BytesIO(), "a.png", "image/png")

    assert await kept(sandbox, url) == b""


async def test_what_is_put_where_the_api_says_is_kept(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    place = await api.files.presign("cat photo ü.png", "image/png", len(CONTENT))

    assert place.is_public
    assert await put(place) == 200
    assert await kept(sandbox, place.download_url) == CONTENT


async def test_what_is_put_with_another_type_is_not_taken(api: ComfyDeploy) -> None:
    place = await api.files.presign("cat.png", "image/png", len(CONTENT))

    assert await put(place, "image/jpeg") == 403


async def test_in_a_private_account_the_place_is_private(private: ComfyDeploySandbox) -> None:
    async with private, ComfyDeploy.connect(private.url, private.key) as api:
        place = await api.files.presign("cat.png", "image/png", len(CONTENT))

        assert not place.is_public
        assert await put(place) == 200
        assert await kept(private, place.download_url) == CONTENT


async def test_an_older_server_has_places_too(older: ComfyDeploySandbox, old_api: ComfyDeploy) -> None:
    places = [await old_api.files.presign("cat.png", "image/png", len(CONTENT)) for _ in range(2)]

    assert all(place.is_public for place in places)
    assert await put(places[1]) == 200
    assert await kept(older, places[1].download_url) == CONTENT
    asked = [(call.path, call.query) for call in older.calls if call.method == "GET"]
    wanted = {"type": "image/png", "file_size": str(len(CONTENT))}
    assert asked[1:] == [("/api/upload-url", wanted)] * 2
    assert asked[0][0] == "/api/assets/presigned-url"


async def test_an_older_server_takes_no_more_than_it_takes(old_api: ComfyDeploy) -> None:
    with pytest.raises(ServerFault):
        await old_api.files.presign("cat.png", "image/png", 60 * 2**20)
    with pytest.raises(Refused):
        await old_api.files.presign("film.mp4", "video/mp4", 10)


async def test_an_older_server_gets_files_through_its_storage_and_is_remembered() -> None:
    async with ComfyDeploySandbox(older=True) as sandbox, ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        urls = [await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png") for _ in range(2)]

        assert [await kept(sandbox, url) for url in urls] == [CONTENT, CONTENT]
        asked = [call.path for call in sandbox.calls]
        assert (asked.count("/api/assets/presigned-url"), asked.count("/api/upload-url")) == (1, 2)
        assert "/api/file/upload" not in asked


async def test_a_private_account_can_use_what_was_uploaded_though_others_cannot_read_it() -> None:
    async with ComfyDeploySandbox(private=True) as private, ComfyDeploy.connect(private.url, private.key) as api:
        used = await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")
        readable = await api.files.post(io.BytesIO(CONTENT), "cat.png", "image/png")

        assert [await kept(private, url) for url in (used, readable)] == [CONTENT, CONTENT]
        async with aiohttp.ClientSession() as http, http.get(used) as refused, http.get(readable) as handed_over:
            assert (refused.status, handed_over.status) == (403, 200)


@pytest.mark.parametrize("is_public", [True, False])
async def test_what_is_put_has_the_type_and_the_right_to_read_but_never_the_key(*, is_public: bool) -> None:
    async with serving(heard(saying(b""))) as storage:
        place = samples.presigned(url=f"{storage.url}/place?X-Amz-Signature=0a", is_public=is_public)
        async with (
            serving(saying(json.dumps(place).encode())) as server,
            ComfyDeploy.connect(server.url, KEY) as api,
        ):
            url = await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    (request,) = storage.requests
    assert url == place["download_url"]
    assert (request.method, request.path_qs) == ("PUT", "/place?X-Amz-Signature=0a")
    assert (request.content_type, request.content_length) == ("image/png", len(CONTENT))
    assert request.headers.get("x-amz-acl") == ("public-read" if is_public else None)
    assert KEY not in str(request.headers)


POSTED = heard(saying(json.dumps(samples.uploaded()).encode()))
REFUSED = heard(saying(b'{"detail": "Unsupported file type"}', 400))
LACKING = heard(saying(b"", 404))
NO_PLACES: dict[str, tuple[Answer, int]] = {
    "400": (REFUSED, 1),
    "403": (saying(b'{"detail": "no"}', 403), 1),
    "404": (saying(b'{"detail": "no such thing"}', 404), 1),
    "500": (saying(b"Internal Server Error", 500), 3),
    "503": (saying(b"", 503), 3),
    "no place": (saying(b"{}"), 1),
    "no JSON": (saying(b"<html>"), 1),
}


@pytest.mark.parametrize("answer", NO_PLACES)
async def test_without_a_place_the_file_is_posted(quick_retries: None, answer: str) -> None:
    said, times = NO_PLACES[answer]
    async with (
        serving(routing({ASKED: said}, POSTED)) as server,
        ComfyDeploy.connect(server.url, KEY) as api,
    ):
        url = await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert url == samples.uploaded()["file_url"]
    assert [request.method for request in server.requests] == ["GET"] * times + ["POST"]


async def test_a_server_that_knows_of_no_places_is_asked_for_one_once() -> None:
    async with (
        serving(routing({ASKED: LACKING, ASKED_OLDER: LACKING}, POSTED)) as server,
        ComfyDeploy.connect(server.url, KEY) as api,
    ):
        for _ in range(3):
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert [request.method for request in server.requests] == ["GET", "GET", "POST", "POST", "POST"]


STORAGES: dict[str, tuple[Answer, type[ApiError]]] = {
    "redirect": (heard(saying(b"", 302, Location="/elsewhere")), Refused),
    "403": (heard(saying(b"", 403)), Refused),
    "503": (heard(saying(b"", 503)), ServerFault),
    "cut": (cutting, NoAnswer),
    "hang": (hanging, NoAnswer),
}


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("is_lacking", [False, True], ids=["posted instead", "nothing else"])
async def test_a_place_that_does_not_take_the_file_is_asked_once(storage: str, *, is_lacking: bool) -> None:
    answer, error = STORAGES[storage]
    timeouts = replace(TIMEOUTS, upload=aiohttp.ClientTimeout(total=0.2 if answer is hanging else 20))
    async with serving(answer) as there:
        place = saying(json.dumps(samples.presigned(url=f"{there.url}/place?X-Amz-Signature=0a")).encode())
        answers = {ASKED: place, "POST /api/file/upload": LACKING if is_lacking else POSTED}
        async with (
            serving(routing(answers, LACKING)) as server,
            ComfyDeploy.connect(server.url, KEY, timeouts) as api,
        ):
            ended = await _ended(api)

    assert len(there.requests) <= 1
    assert [request.method for request in server.requests] == ["GET", "POST"]
    if not is_lacking:
        assert ended == samples.uploaded()["file_url"]
        return
    assert isinstance(ended, error)
    assert (ended.__context__, ended.__cause__) == (None, None)
    assert "X-Amz" not in f"{ended} {vars(ended)}"


async def _ended(api: ComfyDeploy) -> str | ApiError:
    try:
        return await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")
    except ApiError as error:
        return error


@pytest.mark.parametrize(("url", "error"), [("nobody", Unreachable), ("ftp://x/y", NoAnswer), ("", NoAnswer)])
@pytest.mark.parametrize("is_lacking", [False, True], ids=["posted instead", "nothing else"])
async def test_a_place_that_is_none_is_told(url: str, error: type[ApiError], *, is_lacking: bool) -> None:
    async with nobody() as address:
        place = saying(json.dumps(samples.presigned(url=address.url if url == "nobody" else url)).encode())
        answers = {ASKED: place, "POST /api/file/upload": LACKING if is_lacking else POSTED}
        async with serving(routing(answers, LACKING)) as server, ComfyDeploy.connect(server.url, KEY) as api:
            ended = await _ended(api)

    assert isinstance(ended, error) if is_lacking else ended == samples.uploaded()["file_url"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (saying(b"", 307, Location="/api/upload-url"), WrongAddress),
        (saying(b'{"detail": "Invalid or expired token"}', 401), KeyRefused),
        (saying(b"", 429), Busy),
        (cutting, NoAnswer),
    ],
    ids=["redirect", "401", "429", "cut"],
)
async def test_what_the_api_would_refuse_or_not_hear_either_is_not_posted(
    quick_retries: None, answer: Answer, error: type[ApiError]
) -> None:
    async with serving(answer) as server, ComfyDeploy.connect(server.url, KEY) as api:
        with pytest.raises(error):
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert {request.method for request in server.requests} == {"GET"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [(REFUSED, Refused), (heard(saying(b"Internal Server Error", 500)), ServerFault), (cutting, NoAnswer)],
    ids=["400", "500", "cut"],
)
async def test_what_is_posted_is_sent_once(answer: Answer, error: type[ApiError]) -> None:
    async with (
        serving(routing({ASKED: LACKING, ASKED_OLDER: LACKING}, answer)) as server,
        ComfyDeploy.connect(server.url, KEY) as api,
    ):
        with pytest.raises(error):
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert [request.method for request in server.requests] == ["GET", "GET", "POST"]


@pytest.mark.parametrize("fault", [faults.CUT, faults.SERVER_ERROR, faults.EXPIRED_URL])
async def test_an_older_server_has_no_other_way(fault: Fault) -> None:
    async with ComfyDeploySandbox(older=True) as sandbox, ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        sandbox.faults.add("PUT", "/files/*", fault)

        with pytest.raises((NoAnswer, ServerFault, Refused)) as caught:
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

        assert [call.method for call in sandbox.calls].count("PUT") == 1
    assert caught.value.call == "PUT (storage)"


@pytest.mark.parametrize("way", ["put", "posted"])
async def test_how_far_it_is_is_told_in_the_event_loop(way: str) -> None:
    large, told, threads = CONTENT * 9, list[int](), set[threading.Thread]()

    def listen(count: int) -> None:
        told.append(count)
        threads.add(threading.current_thread())

    async with serving(heard(saying(b""))) as storage:
        place = saying(json.dumps(samples.presigned(url=storage.url)).encode())
        async with (
            serving(routing({ASKED: place if way == "put" else REFUSED}, POSTED)) as server,
            ComfyDeploy.connect(server.url, KEY) as api,
        ):
            await api.files.upload(io.BytesIO(large), "cat.png", "image/png", listen)

    assert told == sorted(told)
    assert (told[0] < len(large), told[-1]) == (True, len(large))
    assert threads == {threading.current_thread()}


def test_two_readers_of_one_file_keep_their_places() -> None:
    file, lock = io.BytesIO(CONTENT), threading.Lock()
    one, other = Lent(file, lock), Lent(file, lock)

    parts = [one.read(1000), other.read(7), one.read(500), other.read(3)]
    one.close()

    assert parts == [CONTENT[:1000], CONTENT[:7], CONTENT[1000:1500], CONTENT[7:10]]
    assert not file.closed


def test_a_lent_file_tells_its_own_place_and_the_file_below(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)

    with (tmp_path / "a.bin").open("rb") as file:
        lent = Lent(file, threading.Lock())
        places = [lent.seek(10), lent.seek(5, io.SEEK_CUR), lent.seek(-1, io.SEEK_END), lent.tell()]
        rest = lent.read()

        assert places == [10, 15, len(CONTENT) - 1, len(CONTENT) - 1]
        assert (rest, lent.tell()) == (CONTENT[-1:], len(CONTENT))
        assert lent.fileno() == file.fileno()
        assert (lent.readable(), lent.seekable()) == (True, True)
