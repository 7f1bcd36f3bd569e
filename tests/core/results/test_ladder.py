"""A result made to fit: the original if it may be, else the best of it; one conversion at a time."""

import asyncio
import errno
import io
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.file_errors import FileNotCleaned, FileTooLarge
from core.media import LocalFile
from core.results.ladder import Ladder, Ready
from tests.core.bytes_of import AVIF, ZIP, drawn
from tests.core.results.shortage import disk_of, no_more_files
from tests.core.results.to_fit import FFMPEG, TOKEN, film, local, noise, saved, smooth, standing_in, with_a_part
from tests.waiting import until

PICTURE = saved(noise((120, 90)), "PNG").getvalue()


@pytest.fixture
async def files() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def large_film(files: AsyncExitStack, path: Path) -> LocalFile:
    path.write_bytes(film())
    return local(files.enter_context(path.open("rb")), "a.mp4")


def planted(**options: object) -> io.BytesIO:
    info = PngInfo()
    info.add_text("workflow", TOKEN * 100)
    return saved(smooth((120, 90)), "PNG", pnginfo=info, **options)


@pytest.mark.parametrize("spare", [0, 1])
async def test_what_fits_stays_as_it_was_made(files: AsyncExitStack, spare: int) -> None:
    ready = await Ladder().fit(local(io.BytesIO(PICTURE)), len(PICTURE) + spare, files)

    assert (ready.file.read(), ready.extension, ready.size, ready.change) == (PICTURE, ".png", len(PICTURE), None)


async def test_one_byte_too_much_is_made_smaller(files: AsyncExitStack) -> None:
    ready = await Ladder().fit(local(io.BytesIO(PICTURE)), len(PICTURE) - 1, files)

    assert ready.change is not None
    assert ready.change.before == len(PICTURE)
    assert ready.size == len(ready.file.read()) < len(PICTURE)


async def test_a_picture_that_is_shown_is_what_its_extension_says(files: AsyncExitStack) -> None:
    ready = await Ladder().fit(local(io.BytesIO(PICTURE)), len(PICTURE) // 4, files)

    assert (ready.extension, Image.open(ready.file).format) == (".jpg", "JPEG")


async def test_nothing_that_was_embedded_is_left(files: AsyncExitStack) -> None:
    file = planted()

    ready = await Ladder().fit(local(file), 10**6, files)

    content = ready.file.read()
    assert TOKEN.encode() not in content
    assert (len(content), ready.change) == (ready.size, None)
    assert Image.open(io.BytesIO(content)).tobytes() == Image.open(file).tobytes()


async def test_what_an_operator_keeps_stays(files: AsyncExitStack) -> None:
    ready = await Ladder(keep_metadata=True).fit(local(planted()), 10**6, files)

    assert TOKEN.encode() in ready.file.read()


async def test_a_picture_too_large_for_its_remarks_only_loses_nothing_else(files: AsyncExitStack) -> None:
    file = local(planted())

    ready = await Ladder(keep_metadata=True).fit(file, file.size - 1000, files)

    assert (ready.change, ready.extension) == (None, ".png")


async def test_what_cannot_be_cleaned_is_made_anew_without_loss(files: AsyncExitStack) -> None:
    odd = with_a_part(PICTURE, b"ODDS", TOKEN.encode())

    ready = await Ladder().fit(local(io.BytesIO(odd)), 10**6, files)

    content = ready.file.read()
    assert TOKEN.encode() not in content
    assert ready.change is not None
    assert (ready.extension, ready.change.lossless) == (".png", True)
    assert Image.open(io.BytesIO(content)).tobytes() == Image.open(io.BytesIO(odd)).tobytes()


class Broken(io.BytesIO):
    """A disk that fails beyond a file's beginning."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 100:
            raise OSError(errno.EIO, "broken")
        return super().read(size)


async def test_what_a_disk_that_fails_keeps_from_being_cleaned_may_be_cleaned_later(files: AsyncExitStack) -> None:
    with pytest.raises(OSError, check=lambda error: error.errno == errno.EIO):
        await Ladder().fit(local(Broken(planted().getvalue())), 10**6, files)


async def test_without_one_more_open_file_nothing_is_cleaned_but_may_be_later(files: AsyncExitStack) -> None:
    file = local(planted())

    with no_more_files(), pytest.raises(OSError, check=lambda error: error.errno == errno.EMFILE):
        await Ladder().fit(file, 10**6, files)

    assert (await Ladder().fit(file, 10**6, files)).change is None


async def test_a_picture_is_not_to_blame_for_a_full_disk(files: AsyncExitStack) -> None:
    with disk_of(0), pytest.raises(OSError, check=lambda error: error.errno == errno.EFBIG):
        await Ladder().fit(local(io.BytesIO(PICTURE)), len(PICTURE) // 2, files)


async def test_a_clean_copy_is_where_the_next_fit_starts(files: AsyncExitStack) -> None:
    first = await Ladder().fit(local(planted()), 10**6, files)

    second = await Ladder().fit(first.source, first.size - 1, files)

    assert first.source.file is first.file
    assert second.source is first.source


async def test_a_conversion_is_no_source_and_what_is_kept_stays_one(files: AsyncExitStack) -> None:
    file, plain = local(planted()), local(io.BytesIO(PICTURE))

    assert (await Ladder().fit(plain, plain.size // 2, files)).source is plain
    assert (await Ladder(keep_metadata=True).fit(file, file.size - 1000, files)).source is file


@pytest.mark.parametrize("content", [AVIF, drawn("PNG", (40, 40))[:-60]])
async def test_what_can_neither_be_cleaned_nor_made_anew_is_not_shown(files: AsyncExitStack, content: bytes) -> None:
    with pytest.raises(FileNotCleaned):
        await Ladder(ffmpeg=FFMPEG).fit(local(io.BytesIO(content)), 10**6, files)


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"words " * 99, "a.txt"), (ZIP, "a.zip"), (b"glTF\x02\0\0\0" + bytes(400), "a.glb"), (PICTURE[:-60], "a.png")],
)
async def test_what_nothing_makes_fit_is_too_large(files: AsyncExitStack, content: bytes, name: str) -> None:
    with pytest.raises(FileTooLarge) as raised:
        await Ladder(ffmpeg=FFMPEG).fit(local(io.BytesIO(content), name), 300, files)

    assert (raised.value.name, raised.value.size, raised.value.limit) == (name, len(content), 300)


async def test_a_film_is_made_smaller_where_ffmpeg_is(files: AsyncExitStack, tmp_path: Path) -> None:
    file = large_film(files, tmp_path / "film")

    ready = await Ladder(ffmpeg=FFMPEG).fit(file, file.size // 2, files)

    assert (ready.extension, ready.change is not None and ready.change.format) == (".mp4", "MP4")


async def test_a_film_stays_too_large_where_it_is_not(files: AsyncExitStack, tmp_path: Path) -> None:
    file = large_film(files, tmp_path / "film")

    with pytest.raises(FileTooLarge):
        await Ladder().fit(file, file.size // 2, files)


async def test_what_was_made_closes_with_the_others() -> None:
    async with AsyncExitStack() as files:
        made = [
            await Ladder().fit(local(io.BytesIO(PICTURE)), len(PICTURE) // 2, files),
            await Ladder().fit(local(planted()), 10**6, files),
        ]

    assert [ready.file.closed for ready in made] == [True, True]


class Watched(io.BytesIO):
    """A file that knows which threads read it for a conversion, and may make them wait."""

    def __init__(self, content: bytes, threads: set[int]) -> None:
        super().__init__(content)
        self.threads = threads
        self.go = threading.Event()
        self.go.set()
        self.waits = False

    def read(self, size: int | None = -1) -> bytes:
        if threading.current_thread().name.startswith("ladder"):
            self.threads.add(threading.get_ident())
            self.waits = not self.go.is_set()
            self.go.wait(10)
        return super().read(size)


async def test_ten_pictures_are_made_by_one_thread(files: AsyncExitStack) -> None:
    ladder, threads = Ladder(), set[int]()

    async def one() -> Ready:
        return await ladder.fit(local(Watched(PICTURE, threads)), len(PICTURE) // 2, files)

    assert len(await asyncio.gather(*(one() for _ in range(10)))) == 10
    assert len(threads) == 1


async def test_films_are_made_one_after_the_other(files: AsyncExitStack, tmp_path: Path) -> None:
    """What stands for ffmpeg notes when another one is at work."""
    script = """
try:
    (folder / 'at work').mkdir()
except FileExistsError:
    (folder / 'two').touch()
else:
    time.sleep(0.02)
    (folder / 'at work').rmdir()
(folder / 'ran').touch()
sys.exit(1)
"""
    ladder = Ladder(ffmpeg=standing_in(tmp_path, script))
    film_files = [large_film(files, tmp_path / f"{number}") for number in range(4)]

    await asyncio.gather(*(ladder.fit(file, 1000, files) for file in film_files), return_exceptions=True)

    assert (tmp_path / "ran").exists()
    assert not (tmp_path / "two").exists()


async def test_cancelled_it_waits_for_the_thread_that_has_its_file(files: AsyncExitStack) -> None:
    ladder, file = Ladder(), Watched(PICTURE, set())
    file.go.clear()
    fitting = asyncio.create_task(ladder.fit(local(file), len(PICTURE) // 2, files))
    await until(lambda: file.waits)

    fitting.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    is_waiting = not fitting.done()
    file.go.set()

    with pytest.raises(asyncio.CancelledError):
        await fitting
    assert is_waiting
    assert (await ladder.fit(local(file), len(PICTURE) // 2, files)).change is not None
