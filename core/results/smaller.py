"""A picture encoded anew with fewer bytes: first without loss, then by quality, then smaller. For a thread.

Nothing but what is seen is taken over: pixels, colour profile, and of an animation its times. Bounds are for memory.
"""

import errno
import io
import tempfile
from dataclasses import dataclass, replace
from threading import Event
from typing import IO, Any, Final

from PIL import Image

from core.content import BMP, JPEG, TIFF, Form
from core.pictures import Unreadable
from core.results.decoded import SCALES, Picture, animation, moves, opened, scaled, still, upright

_BEST: Final = Image.Resampling.LANCZOS
# of a picture that becomes a WebP: Pillow copies them under Python's lock, 15 ms, and libwebp takes 30 bytes for each
_WEBP_PIXELS: Final = 6 * 10**6
_WEBP_SIDE: Final = 16383
_JPEG_SIDE: Final = 65500
_JPEG_END: Final = b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a file: its new bytes at their start, and what they are. `scale` 0.5: half as wide."""

    file: IO[bytes]
    size: int
    format: str
    extension: str
    lossless: bool
    scale: float


@dataclass(frozen=True, slots=True)
class _Step:
    """`quality` None: without loss. `weight`: the bytes to expect, compared with other steps."""

    quality: int | None
    scale: float
    weight: float


_LOSSLESS: Final = _Step(None, 1.0, 0.0)
_STEPS: Final = (
    _Step(90, 1.0, 1.0),
    _Step(82, 1.0, 0.65),
    _Step(74, 1.0, 0.5),
    *(_Step(82, scale, 0.65 * scale**2) for scale in SCALES[1:]),
)


def made_smaller(file: IO[bytes], form: Form, limit: int, stop: Event, *, anew: bool = False) -> Made | None:
    """The best of it that has at most `limit` bytes; None if there is none, or `stop` was set meanwhile.

    `anew`: not because of its size, so if possible nothing is lost. The file's place is anywhere afterwards.

    Raises:
        Unreadable: no picture that can be read, or too large a one.
    """
    try:
        read = _read(file, form, limit if anew else None)
        if isinstance(read, Made):
            return read
        lossless = anew or _may_do(form, file.seek(0, io.SEEK_END), limit)
        return _laddered(read, limit, stop, lossless=lossless)
    except Unreadable:
        raise
    except Exception as error:  # Pillow raises anything for bytes that were made to break it
        raise Unreadable from error


def _read(file: IO[bytes], form: Form, limit: int | None) -> Picture | Made:
    """The picture; or at once a PNG with all of its values, if it may have `limit` bytes and has no more.

    Only what is given back is still held afterwards, not what it was made of.
    """
    with opened(file, form) as image:
        if moves(image):
            return _within(animation(image, form))
        seen, whole = upright(image)
    del image
    made = None if limit is None else _as_png(seen, limit, whole=whole)
    return made or _within(still(seen, whole=whole))


def _within(picture: Picture) -> Picture:
    """What has to become a WebP is not held larger than a WebP may be."""
    held = next((scale for scale in SCALES if _is_within(scaled(picture.size, scale))), 0.0)
    if not _is_webp(picture) or not 0 < held < picture.held:
        return picture
    size = scaled(picture.size, held)
    return replace(picture, frames=tuple(one.resize(size, _BEST) for one in picture.frames), held=held)


def _is_within(size: tuple[int, int]) -> bool:
    return size[0] * size[1] <= _WEBP_PIXELS and max(size) <= _WEBP_SIDE


def _may_do(form: Form, size: int, limit: int) -> bool:
    """Whether it is worth a try to lose nothing: a WebP has half the bytes of a PNG at best, and never a JPEG's."""
    return form is not JPEG and (form in {BMP, TIFF} or size <= 2 * limit)


def _laddered(picture: Picture, limit: int, stop: Event, *, lossless: bool) -> Made | None:
    tried: tuple[int, float] | None = None  # the bytes of the last step, and its weight
    for step in (_LOSSLESS, *_STEPS) if lossless else _STEPS:
        if stop.is_set():
            return None
        hopeless = tried is not None and tried[0] * step.weight / tried[1] > 1.5 * limit
        if not _allows(picture, step) or (hopeless and step is not _STEPS[-1]):
            continue
        made = _encoded(picture, step)
        if made.size <= limit:
            return made
        made.file.close()
        if step.quality is not None:
            tried = made.size, step.weight
    return None


def _as_png(image: Image.Image, limit: int, *, whole: bool) -> Made | None:
    if image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}:
        return None
    made = _saved(image, ("PNG", ".png"), _LOSSLESS if whole else _STEPS[0], {})
    if made.size <= limit:
        return made
    made.file.close()
    return None


def _allows(picture: Picture, step: _Step) -> bool:
    size = scaled(picture.size, step.scale)
    if step.quality is None:
        return _is_within(size) and picture.whole and picture.held == 1.0
    return step.scale <= picture.held and (_is_within(size) if _is_webp(picture) else max(size) <= _JPEG_SIDE)


def _is_webp(picture: Picture) -> bool:
    """Whether what loses something becomes a WebP: a JPEG neither moves nor lets anything shine through."""
    return len(picture.frames) > 1 or picture.frames[0].mode == "RGBA"


def _encoded(picture: Picture, step: _Step) -> Made:
    size = scaled(picture.size, step.scale)
    frames = [one if one.size == size else one.resize(size, _BEST) for one in picture.frames]
    options: dict[str, Any] = {"icc_profile": picture.profile}
    if step.quality is not None and not _is_webp(picture):
        options |= {"quality": step.quality, "optimize": True}
        return _saved(frames[0], ("JPEG", ".jpg"), step, options)
    if step.quality is None:  # the usual effort takes a quarter of a minute where this takes three seconds
        options |= {"lossless": True, "quality": 20, "method": 1, "exact": True}
    else:
        options |= {"quality": step.quality, "method": 2}
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:], "background": (0, 0, 0, 0)}
        options |= {"duration": list(picture.durations), "loop": picture.loop}
    return _saved(frames[0], ("WebP", ".webp"), step, options)


def _saved(image: Image.Image, kind: tuple[str, str], step: _Step, options: dict[str, Any]) -> Made:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- its owner is who gets it
    try:
        image.save(file, kind[0], **options)
        size = file.seek(0, io.SEEK_END)
        if kind[0] == "JPEG":
            _demand_end(file, size)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Made(file, size, *kind, step.quality is None, step.scale)


def _demand_end(file: IO[bytes], size: int) -> None:
    """Raise `OSError` where it is missing: Pillow's own writer of JPEGs does not tell that a disk was full."""
    file.seek(max(0, size - len(_JPEG_END)))
    if file.read() != _JPEG_END:
        raise OSError(errno.ENOSPC, "not all of it was taken")
