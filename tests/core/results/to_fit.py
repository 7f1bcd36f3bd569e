"""Files that are to be made to fit, and an ffmpeg: the real one, and some that stand for it."""

import io
import subprocess
import sys
from functools import cache
from hashlib import shake_128
from pathlib import Path
from typing import IO
from zlib import crc32

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped]
from PIL import Image

from core.media import LocalFile

FFMPEG = Path(get_ffmpeg_exe())
TOKEN = "sk-planted-0123456789"


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Of the modes L, LA, RGB, RGBA, CMYK: what no encoder makes much smaller without loss."""
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, shake_128(b"noise").digest(count))


def smooth(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """As pictures are: what encoders were made for."""
    return noise((max(2, size[0] // 12), max(2, size[1] // 12)), mode).resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, form: str, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return file


def moving(form: str, count: int = 6, size: tuple[int, int] = (120, 90), **options: object) -> io.BytesIO:
    """An animation of so many frames, the n-th of n * 40 ms."""
    frames = [noise(size).rotate(7 * number) for number in range(count)]
    times = [40 * (number + 1) for number in range(count)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=times, **options)


def local(file: IO[bytes], name: str = "a.png") -> LocalFile:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return LocalFile(file, name, size)


def with_a_part(png: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one more part before its end."""
    inside = kind + content
    return png[:-12] + len(content).to_bytes(4) + inside + crc32(inside).to_bytes(4) + png[-12:]


@cache
def film(kind: str = "mp4", seconds: float = 1.0, size: str = "192x144") -> bytes:
    """Of noise and a tone, with a planted title; a second of it has some hundred kB."""
    picture = f"nullsrc=size={size}:rate=12:duration={seconds},format=yuv420p,noise=alls=60:allf=t"
    sources = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}")
    codecs = {
        "mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-c:a", "aac"),
        "mov": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-c:a", "aac"),
        "webm": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "6M", "-c:a", "libvorbis"),
        "matroska": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-c:a", "aac"),
    }
    options = (*sources, *codecs[kind], "-metadata", f"title={TOKEN}", "-metadata:s:v", f"title={TOKEN}", "-f", kind)
    # an MP4 to a pipe is one of pieces, as cameras and browsers write it
    pieces = ("-movflags", "frag_keyframe+empty_moov") if kind in {"mp4", "mov"} else ()
    command = [str(FFMPEG), "-v", "error", "-nostdin", *options, *pieces, "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 -- nothing in it is foreign


def told_of(made: bytes, folder: Path) -> str:
    """What ffmpeg says about a film."""
    place = folder / "made.mp4"
    place.write_bytes(made)
    command = [str(FFMPEG), "-hide_banner", "-i", str(place), "-f", "null", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr  # noqa: S603 -- as above


def standing_in(folder: Path, script: str) -> Path:
    """A program of a few lines of Python instead of ffmpeg; `folder` is known in them."""
    program = folder / "ffmpeg"
    beginning = f"#!{sys.executable} -SE\nimport os, sys, time, pathlib\nfolder = pathlib.Path({str(folder)!r})\n"
    program.write_text(beginning + script)
    program.chmod(0o755)
    return program
