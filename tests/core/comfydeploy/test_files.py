"""Files: handed over through the API, or put where the API says."""

import asyncio
import io
import json
import threading
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, NoAnswer, Refused, ServerFault, Unreachable, WrongAddress
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
    assert (sandbox.calls[-1].method, sandbox.calls[-1].path) == ("POST", "/api/file/upload")


async def test_the_type_of_an_upload_is_that_of_its_name(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    with pytest.raises(Refused):
        await api.files.upload(io.BytesIO(CONTENT), "notes.txt", "image/png")

    assert len(sandbox.calls) == 1


async def test_an_upload_is_waited_for_longer_than_a_read() -> None:
    held = Held(json.dumps(samples.uploaded()).encode())
    timeouts = replace(SHORT, upload=LONG)

    async with serving(held) as server, ComfyDeploy.connect(server.url, "key", timeouts) as api:
        upload = asyncio.ensure_future(api.files.upload(io.BytesIO(CONTENT), "a.png", "image/png"))
        await until(lambda: held.waiting)
        with pytest.raises(NoAnswer):
            await api.runs.get(NOBODY, retry=False)
        held.answer()

        assert await upload == samples.uploaded()["file_url"]


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
        assert [call.path for call in sandbox.calls].count("/api/file/upload") == 1


async def test_a_place_that_refuses_the_file_is_an_error_without_its_address() -> None:
    async with ComfyDeploySandbox(older=True) as sandbox, ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        sandbox.faults.add("PUT", "/files/*", faults.EXPIRED_URL)

        with pytest.raises(Refused) as caught:
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    assert "X-Amz" not in str(caught.value)


@pytest.mark.parametrize("is_public", [True, False])
async def test_what_is_put_has_the_type_and_the_right_to_read_but_never_the_key(*, is_public: bool) -> None:
    async with serving(saying(b"")) as storage:
        place = samples.presigned(url=f"{storage.url}/place?X-Amz-Signature=0a", is_public=is_public)
        answers = {"POST /api/file/upload": saying(b"", 404)}
        otherwise = saying(json.dumps(place).encode())
        async with serving(routing(answers, otherwise)) as server, ComfyDeploy.connect(server.url, KEY) as api:
            url = await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    (request,) = storage.requests
    assert url == place["download_url"]
    assert (request.method, request.path_qs) == ("PUT", "/place?X-Amz-Signature=0a")
    assert (request.content_type, request.content_length) == ("image/png", len(CONTENT))
    assert request.headers.get("x-amz-acl") == ("public-read" if is_public else None)
    assert KEY not in str(request.headers)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (saying(b"", 302, Location="/elsewhere"), Refused),
        (saying(b"", 403), Refused),
        (saying(b"", 503), ServerFault),
        (cutting, NoAnswer),
    ],
    ids=["redirect", "403", "503", "cut"],
)
async def test_a_place_that_does_not_take_the_file_is_asked_once(answer: Answer, error: type[ApiError]) -> None:
    async with serving(answer) as storage:
        place = json.dumps(samples.presigned(url=f"{storage.url}/place")).encode()
        answers = {"POST /api/file/upload": saying(b"", 405)}
        async with serving(routing(answers, saying(place))) as server, ComfyDeploy.connect(server.url, KEY) as api:
            with pytest.raises(error) as caught:
                await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert len(storage.requests) == 1
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


async def test_a_place_that_never_answers_is_given_up() -> None:
    timeouts = replace(TIMEOUTS, upload=aiohttp.ClientTimeout(total=0.2))

    async with serving(hanging) as storage:
        place = json.dumps(samples.presigned(url=f"{storage.url}/place")).encode()
        answers = {"POST /api/file/upload": saying(b"", 404)}
        async with (
            serving(routing(answers, saying(place))) as server,
            ComfyDeploy.connect(server.url, KEY, timeouts) as api,
        ):
            with pytest.raises(NoAnswer):
                await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert len(storage.requests) <= 1


@pytest.mark.parametrize(("url", "error"), [("nobody", Unreachable), ("ftp://x/y", NoAnswer), ("", NoAnswer)])
async def test_a_place_that_is_none_is_told(url: str, error: type[ApiError]) -> None:
    async with nobody() as address:
        place = json.dumps(samples.presigned(url=address.url if url == "nobody" else url)).encode()
        answers = {"POST /api/file/upload": saying(b"", 404)}
        async with serving(routing(answers, saying(place))) as server, ComfyDeploy.connect(server.url, KEY) as api:
            with pytest.raises(error):
                await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (saying(b"", 307, Location="/api/upload-url"), WrongAddress),
        (saying(b'{"detail": "Unsupported file type"}', 400), Refused),
        (saying(b"Internal Server Error", 500), ServerFault),
        (cutting, NoAnswer),
    ],
    ids=["redirect", "400", "500", "cut"],
)
async def test_only_a_missing_route_leads_to_the_storage(answer: Answer, error: type[ApiError]) -> None:
    async with serving(answer) as server, ComfyDeploy.connect(server.url, KEY) as api:
        with pytest.raises(error):
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

    assert [request.method for request in server.requests] == ["POST"]


@pytest.mark.parametrize("fault", [faults.CUT, faults.SERVER_ERROR])
async def test_a_place_that_does_not_answer_is_asked_once(fault: Fault) -> None:
    async with ComfyDeploySandbox(older=True) as sandbox, ComfyDeploy.connect(sandbox.url, sandbox.key) as api:
        sandbox.faults.add("PUT", "/files/*", fault)

        with pytest.raises((NoAnswer, ServerFault)):
            await api.files.upload(io.BytesIO(CONTENT), "cat.png", "image/png")

        assert [call.method for call in sandbox.calls].count("PUT") == 1


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
