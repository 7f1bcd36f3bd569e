"""Films made smaller by a real ffmpeg; and programs that stand for one, where it would have to fail."""

import asyncio
import io
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.content import MKV, MOV, MP4, PNG, WEBM, Form
from core.results.films import find_ffmpeg, is_film, smaller_film
from core.results.smaller import Made
from tests.core.results.to_fit import FFMPEG, TOKEN, film, standing_in, told_of
from tests.waiting import until

FORMS = {"mp4": MP4, "mov": MOV, "webm": WEBM, "matroska": MKV}


async def made(content: bytes, form: Form, limit: int, ffmpeg: Path = FFMPEG, patience: float = 60) -> Made | None:
    with file_of(content) as file:
        found = await smaller_film(ffmpeg, file, form, limit, patience)
        assert file.tell() == 0
        return found


def file_of(content: bytes) -> io.FileIO:
    """It has to be a real one: ffmpeg opens it."""
    file = io.FileIO(os.memfd_create("film"), "w+")
    file.write(content)
    file.seek(0)
    return file


def is_alive(number: int) -> bool:
    return Path(f"/proc/{number}").exists()


async def bytes_of(found: Made | None) -> bytes:
    assert found is not None
    with found.file:
        return await asyncio.to_thread(found.file.read)


@pytest.mark.parametrize("kind", FORMS)
async def test_each_kind_becomes_an_mp4_that_fits(kind: str, tmp_path: Path) -> None:
    content = film(kind)
    limit = len(content) // 2

    found = await made(content, FORMS[kind], limit)

    content = await bytes_of(found)
    assert found is not None
    assert (found.format, found.extension, found.lossless, found.size) == ("MP4", ".mp4", False, len(content))
    assert len(content) <= limit
    told = await asyncio.to_thread(told_of, content, tmp_path)
    assert "h264" in told
    assert "yuv420p" in told
    assert "aac" in told
    assert "Duration: 00:00:01" in told


async def test_it_plays_while_it_is_loaded_and_says_nothing_of_its_maker() -> None:
    planted = film()
    content = await bytes_of(await made(planted, MP4, len(planted) // 2))

    assert TOKEN.encode() in planted
    assert TOKEN.encode() not in content
    assert content.index(b"moov") < content.index(b"mdat")


async def test_far_fewer_bytes_take_fewer_pixels(tmp_path: Path) -> None:
    found = await made(film(size="640x480"), MP4, 25_000)

    content = await bytes_of(found)
    assert found is not None
    assert len(content) <= 25_000
    assert found.scale < 1
    assert f"{int(640 * found.scale) // 2 * 2}x" in await asyncio.to_thread(told_of, content, tmp_path)


async def test_where_nothing_would_be_seen_there_is_none() -> None:
    assert await made(film(), MP4, 10_000) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\x18ftypisom" + bytes(400),
        film()[:300],
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
    ],
)
async def test_what_is_no_film_stays_as_it_is(content: bytes) -> None:
    with capture_logs() as logs:
        assert await made(content, MP4, 10**6) is None

    assert {line["log_level"] for line in logs} <= {"debug"}


def test_what_is_a_film() -> None:
    assert [is_film(form) for form in (*FORMS.values(), PNG, None)] == [True, True, True, True, False, False]


def test_ffmpeg_is_found_where_programs_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg() is None

    (tmp_path / "ffmpeg").symlink_to(FFMPEG)

    assert find_ffmpeg() == tmp_path / "ffmpeg"


async def test_cancelled_it_ends_ffmpeg(tmp_path: Path) -> None:
    told = tmp_path / "told"
    slow = "(folder / 'telling').write_text(str(os.getpid()))\n(folder / 'telling').rename(folder / 'told')\n"
    making = asyncio.create_task(made(b"film", MP4, 10**6, standing_in(tmp_path, slow + "time.sleep(60)\n")))
    await until(told.exists)
    number = int(told.read_text())
    assert is_alive(number)

    making.cancel()

    with pytest.raises(asyncio.CancelledError):
        await making
    assert not is_alive(number)


async def test_it_has_its_time(tmp_path: Path) -> None:
    endless = standing_in(tmp_path, "time.sleep(60)\n")

    assert await made(b"film", MP4, 10**6, endless, patience=0.05) is None


async def test_one_that_cannot_be_started_is_not_waited_for(tmp_path: Path) -> None:
    assert await made(b"film", MP4, 10**6, tmp_path / "none") is None


@pytest.mark.parametrize(
    "said", ["", "#tb 0: 1/0\\n#dimensions 0: 6x4\\n0, 0, 0, 9, 9, 9\\n", "0, no, no, no, no, no\\n"]
)
async def test_one_that_speaks_otherwise_makes_nothing(tmp_path: Path, said: str) -> None:
    assert await made(b"film", MP4, 10**6, standing_in(tmp_path, f"print('{said}')\n")) is None


async def test_it_gets_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    telling = standing_in(tmp_path, "(folder / 'told').write_text(str(dict(os.environ)))\n")

    await made(b"film", MP4, 10**6, telling)

    assert TOKEN not in (tmp_path / "told").read_text()


@pytest.mark.parametrize("share", [0.4, 0.7])
async def test_a_film_of_noise_fits_as_well(share: float) -> None:
    limit = int(len(film()) * share)

    content = await bytes_of(await made(film(), MP4, limit))

    assert 0.5 * limit <= len(content) <= limit


async def test_what_came_out_too_large_is_tried_once_more(tmp_path: Path) -> None:
    """It counts how often it makes a film, and each time makes it too large."""
    script = """
if 'framecrc' in sys.argv:
    print('#tb 0: 1/10\\n#dimensions 0: 64x48\\n0, 0, 0, 10, 9, 9')
else:
    with (folder / 'count').open('a') as count:
        count.write('1')
    pathlib.Path(sys.argv[-1].removeprefix('file:')).write_bytes(bytes(120000))
"""

    assert await made(b"film", MP4, 100_000, standing_in(tmp_path, script)) is None
    assert (tmp_path / "count").read_text() == "11"
