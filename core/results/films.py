"""Films made smaller by ffmpeg, where it is there: H.264 and AAC in an MP4 that plays while it is loaded.

A film is foreign bytes for a large program. It is told which format to read and may open files only, gets nothing of
our environment, has its time, and what it says about a film is never shown.
"""

import asyncio
import io
import math
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Final

import structlog

from core.content import MKV, MOV, MP4, WEBM, Form
from core.results.smaller import Made

log = structlog.get_logger(__name__)

PATIENCE: Final = 180.0  # seconds for one film
_READERS: Final = {MP4: "mov", MOV: "mov", WEBM: "matroska", MKV: "matroska"}
_SAFE: Final = ("-nostdin", "-hide_banner", "-v", "error", "-threads", "2", "-protocol_whitelist", "file")
_MOST_PIXELS: Final = 2**25  # of a frame
_LONGEST_SIDE: Final = 1920  # pixels: x264 holds some dozens of frames
_LEAST_RATE: Final = 80_000  # bits per second, below which nothing can be made out
_BITS_PER_PIXEL: Final = 0.05  # of a frame; with less it is better made with fewer pixels
_SCALES: Final = (1.0, 0.75, 0.5, 0.35, 0.25)
_FILLED: Final = 0.94  # of the limit: the rest is for the index, and for a rate that is not kept exactly
_LONGEST_LINE: Final = 1000  # characters


def find_ffmpeg() -> Path | None:
    found = shutil.which("ffmpeg")
    return Path(found) if found else None


def is_film(form: Form | None) -> bool:
    """Whether ffmpeg would be given it. A moving GIF is a picture here."""
    return form in _READERS


@dataclass(frozen=True, slots=True)
class _Measures:
    """Of the first film track: sides in pixels, its length in seconds, and its frames."""

    width: int
    height: int
    seconds: float
    frames: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """Rates in bits per second. `spare`: the bits by which the film may be ahead of its rate at any time."""

    video: int
    audio: int
    spare: int
    scale: float


async def smaller_film(
    ffmpeg: Path, file: IO[bytes], form: Form, limit: int, patience: float = PATIENCE
) -> Made | None:
    """One of at most `limit` bytes; None if that cannot be, or takes more than `patience` seconds.

    Cancelled, it ends ffmpeg first. `file` is at its beginning before and afterwards.
    """
    time = asyncio.timeout(patience)
    try:
        async with time:
            measures = await _measured(ffmpeg, file, form)
            return None if measures is None else await _in_two_tries(ffmpeg, file, form, measures, limit)
    except TimeoutError:
        if not time.expired():
            raise
        log.info("film.took_too_long", seconds=patience)
        return None


async def _in_two_tries(ffmpeg: Path, file: IO[bytes], form: Form, measures: _Measures, limit: int) -> Made | None:
    room = limit * _FILLED
    for _ in range(2):
        plan = _planned(measures, room)
        made = None if plan is None else await _encoded(ffmpeg, file, form, plan)
        if made is None or made.size <= limit:
            return made
        made.file.close()
        room *= 0.95 * limit / made.size
    return None


def _planned(measures: _Measures, room: float) -> _Plan | None:
    """For `room` bytes; None where nothing would be seen."""
    rate = room * 8 / measures.seconds
    audio = max(32_000, min(128_000, int(rate / 6)))
    video = int(rate - audio)
    if video < _LEAST_RATE:
        return None
    pixels = measures.width * measures.height * max(1.0, measures.frames / measures.seconds)
    most = min(math.sqrt(video / (pixels * _BITS_PER_PIXEL)), _LONGEST_SIDE / max(measures.width, measures.height))
    # an eighth of a short film: with more, one of two seconds has a fifth too many bytes
    spare = int(video * min(2.0, measures.seconds / 8))
    return _Plan(video, audio, spare, next((scale for scale in _SCALES if scale <= most), _SCALES[-1]))


async def _measured(ffmpeg: Path, file: IO[bytes], form: Form) -> _Measures | None:
    """Nothing is decoded for it; what the file says of its own length is not asked."""
    with tempfile.TemporaryFile() as packets:
        done = await _run(ffmpeg, file, form, ("-map", "0:V:0", "-c", "copy", "-f", "framecrc", "pipe:1"), packets)
        try:
            return await asyncio.to_thread(_read_measures, packets) if done else None
        except (ValueError, ZeroDivisionError):  # no such lines: it is another ffmpeg than those known here
            log.warning("film.ffmpeg_not_understood")
            return None


def _read_measures(packets: IO[bytes]) -> _Measures | None:
    """From lines such as `#tb 0: 1/90000`, `#dimensions 0: 640x480` and `0, dts, pts, duration, size, sum`."""
    packets.seek(0)
    facts: dict[bytes, bytes] = {}
    frames, end = 0, 0
    while line := packets.readline(_LONGEST_LINE):
        if line.startswith(b"#"):
            name, _, value = line[1:].partition(b" 0: ")
            facts[name] = value.strip()
        elif (parts := line.split(b",", 4)) and len(parts) == 5:
            frames, end = frames + 1, max(end, int(parts[2]) + int(parts[3]))
    width, _, height = facts.get(b"dimensions", b"").partition(b"x")
    seconds = float(end * Fraction(facts.get(b"tb", b"0").decode()))
    if not (width.isdigit() and height.isdigit() and 0 < int(width) * int(height) <= _MOST_PIXELS and seconds > 0):
        return None
    return _Measures(int(width), int(height), seconds, frames)


async def _encoded(ffmpeg: Path, file: IO[bytes], form: Form, plan: _Plan) -> Made | None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")
        if not await _run(ffmpeg, file, form, (*_options(plan), f"file:{target}"), None):
            return None
        return _opened(target, plan)  # stays readable when its name is gone


def _opened(target: Path, plan: _Plan) -> Made:
    """Not in a thread: cancelled there, nobody would close it."""
    made = target.open("rb")
    size = made.seek(0, io.SEEK_END)
    made.seek(0)
    return Made(made, size, "MP4", ".mp4", lossless=False, scale=plan.scale)


def _options(plan: _Plan) -> Sequence[str]:
    sides = f"scale=trunc(iw*{plan.scale}/2)*2:trunc(ih*{plan.scale}/2)*2"
    tracks = ("-map", "0:V:0", "-map", "0:a:0?")
    bare = ("-map_metadata", "-1", "-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1", "-map_chapters", "-1")
    video = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-vf", sides, "-threads", "2")
    rate = ("-b:v", str(plan.video), "-maxrate", str(plan.video), "-bufsize", str(plan.spare))
    audio = ("-c:a", "aac", "-b:a", str(plan.audio), "-ac", "2")
    return (*tracks, *bare, *video, *rate, *audio, "-movflags", "+faststart", "-f", "mp4")


async def _run(ffmpeg: Path, file: IO[bytes], form: Form, arguments: Sequence[str], out: IO[bytes] | None) -> bool:
    """Whether it came to its end. The film is its standard input, opened once more by it so that it can move in it."""
    file.seek(0)
    with ExitStack() as files:
        said = files.enter_context(tempfile.TemporaryFile())
        reading = ("-max_pixels", str(_MOST_PIXELS), "-f", _READERS[form], "-i", "file:/dev/stdin")
        try:
            process = await asyncio.create_subprocess_exec(
                ffmpeg,
                *(*_SAFE, *reading, *arguments),
                stdin=file,
                stdout=asyncio.subprocess.DEVNULL if out is None else out,
                stderr=said,
                env={},
            )
        except OSError as error:
            log.warning("film.ffmpeg_not_started", error=type(error).__name__)
            return False
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            file.seek(0)
        if code != 0:
            said.seek(0)
            log.debug("film.ffmpeg_failed", code=code, said=said.read(200).decode(errors="replace"))
        return code == 0
