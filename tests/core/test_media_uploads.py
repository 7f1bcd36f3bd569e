"""Files that go out: a person's picture or file, told apart by its bytes, handed on byte for byte."""

import io
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import media as media_module
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ServerFault, Unreachable
from core.comfydeploy.fit import Source
from core.comfydeploy.inputs import Input, InputKind
from core.errors import FileHostRefused, FileNotAnImage, FileTooLarge, FileUnavailable
from core.hosts import Hosts
from core.media import LARGEST_INPUT, LocalFile, Media, image_extension
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from tests.core.stub import saying, serving

pytestmark = [
    # what Pillow warns of, a log line where the bot runs, is judged here by what comes of it
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]

PICTURE = Input("image", InputKind.IMAGE, "Image")
FILE = Input("file", InputKind.FILE, "File")
NO_HOSTS = Hosts()
EXTENSIONS = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "TIFF": ".tiff",
}


def _drawn(form: str, size: tuple[int, int] = (3, 2)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "orange").save(buffer, form)
    return buffer.getvalue()


def _png_that_claims(width: int, height: int) -> bytes:
    """A real PNG whose header has another size: nothing else of it is looked at."""
    drawn = _drawn("PNG")
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + drawn[24:29]
    return drawn[:12] + header + crc32(header).to_bytes(4) + drawn[33:]


@asynccontextmanager
async def uploading(api: ComfyDeploy, inputs: Hosts = NO_HOSTS) -> AsyncIterator[Media]:
    async with Media.connect(api, inputs=inputs, outputs=NO_HOSTS) as media:
        yield media


@pytest.fixture
async def media(api: ComfyDeploy) -> AsyncIterator[Media]:
    async with uploading(api) as connected:
        yield connected


async def _stored(sandbox: ComfyDeploySandbox, url: str) -> tuple[str, bytes]:
    """The extension and the bytes of what was uploaded."""
    key = sandbox.account.storage.key_of(url)
    assert key is not None
    return Path(key).suffix, await sandbox.account.storage.read(key)


def _file(folder: Path, name: str, content: bytes) -> Source:
    path = folder / name
    path.write_bytes(content)
    return Source(name, path)


@pytest.mark.parametrize("form", EXTENSIONS)
@pytest.mark.parametrize("name", ["photo.png", "photo.jpeg", "photo", "photo.txt", ".png", "../../photo.exe"])
async def test_a_picture_is_named_by_its_bytes_and_keeps_all_of_them(
    sandbox: ComfyDeploySandbox, media: Media, tmp_path: Path, form: str, name: str
) -> None:
    content = _drawn(form)
    source = Source(name, _file(tmp_path, "as it is", content).where)

    url = await media.upload(PICTURE, source)

    assert await _stored(sandbox, url) == (EXTENSIONS[form], content)


async def test_an_attachment_is_fetched_and_handed_on(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> None:
    content = _drawn("WEBP")
    async with serving(saying(content)) as host, uploading(api, Hosts(trusted=frozenset({host.host}))) as media:
        url = await media.upload(PICTURE, Source("from a phone.heic", f"{host.url}/attachments/1", len(content)))

    assert await _stored(sandbox, url) == (".webp", content)


async def test_an_attachment_of_another_host_is_refused(sandbox: ComfyDeploySandbox, media: Media) -> None:
    async with serving(saying(_drawn("PNG"))) as canary:
        with pytest.raises(FileHostRefused):
            await media.upload(PICTURE, Source("a.png", f"{canary.url}/a.png"))

    assert (canary.requests, sandbox.calls) == ([], [])


async def test_a_file_that_need_not_be_a_picture_keeps_its_name(
    sandbox: ComfyDeploySandbox, media: Media, tmp_path: Path
) -> None:
    url = await media.upload(FILE, _file(tmp_path, "notes.zip", b"no zip either"))

    assert await _stored(sandbox, url) == (".zip", b"no zip either")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"BM",
        b"II*\x00\xff\xff\xff\xff",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
        b"8BPS\x00\x01" + bytes(20),
    ],
)
async def test_what_is_no_picture_is_refused_before_it_is_sent(
    sandbox: ComfyDeploySandbox, media: Media, tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(FileNotAnImage) as caught:
        await media.upload(PICTURE, _file(tmp_path, "a.png", content))

    assert (caught.value.name, sandbox.calls) == ("a.png", [])


@pytest.mark.parametrize(("width", "height"), [(8001, 8000), (12_000, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
async def test_a_picture_that_would_unfold_to_a_bomb_is_refused(
    media: Media, tmp_path: Path, width: int, height: int
) -> None:
    with pytest.raises(FileNotAnImage):
        await media.upload(PICTURE, _file(tmp_path, "a.png", _png_that_claims(width, height)))


async def test_the_largest_picture_allowed_is_taken(media: Media, tmp_path: Path) -> None:
    assert await media.upload(PICTURE, _file(tmp_path, "a.png", _png_that_claims(8000, 8000)))


@given(
    form=st.sampled_from(list(EXTENSIONS)),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12),
    keep=st.integers(0, 800),
)
def test_a_damaged_picture_is_a_picture_or_none_and_nothing_else(
    form: str, changes: list[tuple[int, int]], keep: int
) -> None:
    content = bytearray(_drawn(form))
    for place, value in changes:
        content[place % len(content)] = value
    damaged = bytes(content[:keep])

    try:
        extension = image_extension(LocalFile(io.BytesIO(damaged), "a.png", len(damaged)))
    except FileNotAnImage:
        return
    assert extension in {"png", "jpg", "webp", "gif", "bmp", "tiff"}


async def test_a_local_file_as_large_as_allowed_is_taken(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "LARGEST_INPUT", 1000)

    assert await media.upload(FILE, _file(tmp_path, "a.zip", bytes(1000)))


async def test_a_local_file_that_is_too_large_is_refused_before_it_is_sent(
    sandbox: ComfyDeploySandbox, media: Media, tmp_path: Path
) -> None:
    source = _file(tmp_path, "a.png", b"")
    with (tmp_path / "a.png").open("r+b") as file:
        file.truncate(LARGEST_INPUT + 1)

    with pytest.raises(FileTooLarge) as caught:
        await media.upload(PICTURE, source)

    assert (caught.value.size, caught.value.limit, sandbox.calls) == (LARGEST_INPUT + 1, LARGEST_INPUT, [])


async def test_an_attachment_that_says_it_is_too_large_is_not_even_fetched(api: ComfyDeploy) -> None:
    async with serving(saying(b"")) as host, uploading(api, Hosts(trusted=frozenset({host.host}))) as media:
        with pytest.raises(FileTooLarge) as caught:
            await media.upload(PICTURE, Source("a.png", f"{host.url}/a.png", LARGEST_INPUT + 1))

    assert (caught.value.size, host.requests) == (LARGEST_INPUT + 1, [])


async def test_an_attachment_larger_than_it_says_is_refused(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "LARGEST_INPUT", 1000)
    async with serving(saying(bytes(1001))) as host, uploading(api, Hosts(trusted=frozenset({host.host}))) as media:
        with pytest.raises(FileTooLarge):
            await media.upload(PICTURE, Source("a.png", f"{host.url}/a.png", 5))

    assert sandbox.calls == []


@pytest.mark.parametrize("name", ["missing.png", "."])
async def test_a_local_file_that_cannot_be_read_is_unavailable(media: Media, tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnavailable):
        await media.upload(PICTURE, Source("a.png", tmp_path / name))


async def test_a_refusal_of_the_api_is_passed_on(sandbox: ComfyDeploySandbox, media: Media, tmp_path: Path) -> None:
    sandbox.faults.add("POST", "/api/file/upload", faults.SERVER_ERROR)

    with pytest.raises(ServerFault):
        await media.upload(PICTURE, _file(tmp_path, "a.png", _drawn("PNG")))

    assert len(sandbox.calls) == 1


async def test_an_upload_that_never_leaves_costs_only_its_own_error(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy
) -> None:
    content = _drawn("BMP", (640, 480))  # larger than what is read ahead of it
    async with serving(saying(content)) as host, uploading(api, Hosts(trusted=frozenset({host.host}))) as media:
        await sandbox.refuse()

        with pytest.raises(Unreachable):
            await media.upload(PICTURE, Source("cat.bmp", f"{host.url}/cat.bmp"))


async def test_an_upload_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    source = _file(tmp_path, "a.zip", bytes(24 * 2**20))

    async def swallow(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        return web.json_response({"file_url": "https://bucket.s3.amazonaws.com/inputs/a.zip"})

    async with serving(swallow) as server, ComfyDeploy.connect(server.url, "key") as api, uploading(api) as media:
        tracemalloc.start()
        await media.upload(FILE, source)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 8 * 2**20
