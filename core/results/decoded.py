"""A picture read as it is to be seen: upright, in plain colours, frame by frame; synchronous, for a thread.

Nothing is decoded before its size is known, and nothing is left of what else a file says. The bounds are for memory.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final, Literal

from PIL import Image, ImageCms, ImageFile

from core.content import BMP, GIF, JPEG, PNG, TIFF, WEBP, Form
from core.pictures import Cut, Unreadable, piece

MOST_PIXELS: Final = 2**25  # that are decoded: 8K has 33.2 million
SCALES: Final = (1.0, 0.75, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08)
_HELD_PIXELS: Final = 2**25  # of all frames of an animation together, as they are held
_READ_PIXELS: Final = 2**28  # of all frames, as they are read
_MOST_FRAMES: Final = 1000
_LARGEST: Final = 2**27  # bytes of a file that is read: Pillow holds remarks in it as a whole
_TIFF_TAGS: Final = 2**20  # bytes of a TIFF's tags: Pillow makes objects of them
_TIFF_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 11: 4, 13: 4}  # of a value; of others 8
_ORIENTATION: Final = 0x0112
_STRIP: Final = (
    2**20
)  # pixels; Pillow holds Python's lock while it reads and joins channels, and a millisecond is enough
_KEPT: Final = ("transparency", "icc_profile")
_EXACT: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})  # modes whose values RGBA can hold
_PLUGINS: Final = {
    PNG: ("PNG",),
    JPEG: ("JPEG", "MPO"),
    GIF: ("GIF",),
    WEBP: ("WEBP",),
    BMP: ("BMP", "DIB"),
    TIFF: ("TIFF",),
}
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """Decoded: `frames` in one mode of L, RGB, RGBA, each `held` times as wide as `size`; times in ms.

    `whole`: nothing of it was lost so far. `loop`: how often an animation is shown, 0 for ever.
    """

    frames: tuple[Image.Image, ...]
    size: tuple[int, int]
    held: float
    whole: bool
    profile: bytes | None
    durations: tuple[int, ...] = ()
    loop: int = 0


def opened(file: IO[bytes], form: Form) -> ImageFile.ImageFile:
    """A picture of few enough pixels, not decoded yet.

    Raises:
        Unreadable: it is none, it is cut, or it is too large.
    """
    _check(file, form, file.seek(0, io.SEEK_END))
    file.seek(0)
    image = Image.open(file, formats=_PLUGINS[form])
    _check_pixels(image.size)
    return image


def moves(image: ImageFile.ImageFile) -> bool:
    """Several pictures in a JPEG or a TIFF are no animation."""
    return image.format in {"GIF", "PNG", "WEBP"} and bool(getattr(image, "is_animated", False))


def upright(image: ImageFile.ImageFile) -> tuple[Image.Image, bool]:
    """As it is to be seen, with nothing else than what belongs to its look; and whether that is all of its values."""
    reduced = _has_16_bits(image)  # Pillow reads all but grey ones with 8 bits
    image.load()
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    turned: Image.Image = image if turn is None else image.transpose(turn)
    turned.info = {key: image.info[key] for key in _KEPT if key in image.info}
    return turned, not reduced or turned.mode.startswith("I;16")


def still(image: Image.Image, *, whole: bool) -> Picture:
    """For what `upright` gave."""
    size, exact, profile = image.size, whole and image.mode in _EXACT, image.info.get("icc_profile")
    if profile and profile[16:20] != b"RGB ":
        image, profile, exact = _in_srgb(image, profile), None, False
    return Picture((_plain(image, coloured=bool(profile)),), size, 1.0, exact, profile or None)


def animation(image: ImageFile.ImageFile, form: Form) -> Picture:
    """Frames that are too many together are held smaller. Raises `Unreadable`."""
    loop, profile, whole = _loop(image, form), image.info.get("icc_profile"), not _has_16_bits(image)
    pixels = sum(frame.width * frame.height for frame in _frames(image))
    held = next((scale for scale in SCALES if scale**2 * pixels <= _HELD_PIXELS), None)
    if held is None:
        raise Unreadable
    size, kept, durations = image.size, [], []
    for frame in _frames(image):
        kept.append(frame.convert("RGBA").resize(scaled(size, held), Image.Resampling.LANCZOS))
        duration = round(frame.info.get("duration", 0))
        durations.append(duration if duration > 10 else 100)  # as browsers do
    in_rgb = profile if profile and profile[16:20] == b"RGB " else None
    return Picture(tuple(kept), size, held, whole, in_rgb, tuple(durations), loop)


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _check(file: IO[bytes], form: Form, size: int) -> None:
    """Raises `Unreadable`. All that can be known before Pillow looks at it."""
    if form.measure is None or form not in _PLUGINS or size > _LARGEST:
        raise Unreadable
    try:
        _check_pixels(form.measure(file, size))
        if form is TIFF and _tag_bytes(file) > _TIFF_TAGS:
            raise Unreadable
    except Cut:
        raise Unreadable from None


def _check_pixels(size: tuple[int, int]) -> None:
    if not 0 < size[0] * size[1] <= MOST_PIXELS:
        raise Unreadable


def _tag_bytes(file: IO[bytes]) -> int:
    """What the values of a TIFF's first page take."""
    order: Literal["little", "big"] = "little" if piece(file, 0, 2) == b"II" else "big"
    start = int.from_bytes(piece(file, 4, 4), order)
    entries = piece(file, start + 2, 12 * int.from_bytes(piece(file, start, 2), order))
    found = 0
    for at in range(0, len(entries), 12):
        kind, count = int.from_bytes(entries[at + 2 : at + 4], order), int.from_bytes(entries[at + 4 : at + 8], order)
        found += _TIFF_BYTES.get(kind, 8) * count
    return found


def _has_16_bits(image: ImageFile.ImageFile) -> bool:
    """By how its decoder is told to read: by a name of pixels such as `RGB;16B`, alone or before other things."""
    told = (part.args for part in image.tile)
    return any("16" in str(args if isinstance(args, str) else args[:1]) for args in told if args)


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Of a profile for grey or for inks nothing is left in a picture of red, green and blue: so it is applied."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        base = image.convert("L") if image.mode in {"1", "LA"} else image
        made = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image
    if made is None:
        return image
    return _shining(made, image) if image.has_transparency_data else made


def _shining(image: Image.Image, other: Image.Image) -> Image.Image:
    """What shines through in the other one shines through in it."""
    made = Image.new("RGBA", image.size)
    for box in _strips(image.size):
        strip = image.crop(box)
        strip.putalpha(other.crop(box).convert("RGBA").getchannel("A"))
        made.paste(strip, box)
    return made


def _is_opaque(image: Image.Image) -> bool:
    strips = (image.crop(box) for box in _strips(image.size))
    return all(strip.getchannel("A").getextrema() == (255, 255) for strip in strips)


def _strips(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    width, height = size
    lines = max(1, _STRIP // width)
    for top in range(0, height, lines):
        yield 0, top, width, min(height, top + lines)


def _plain(image: Image.Image, *, coloured: bool) -> Image.Image:
    """In one of the modes L, RGB, RGBA, the last only if something shines through."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = _eight_bits(image)
    elif image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        if _is_opaque(image):
            image = image.convert("RGB")
    if image.mode in {"1", "L"} and not coloured:
        return image.convert("L")
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Numbers from 0 to 65535, or for floating ones from 0 to 1."""
    factor = 255.0 if image.mode == "F" else 255 / 65535
    return image.convert("F").point(lambda value: value * factor + 0.5).convert("L")


def _frames(image: ImageFile.ImageFile) -> Iterator[Image.Image]:
    """Each in its turn, always the same object. Raises `Unreadable` when there are too many."""
    image.seek(0)
    first = 1 if image.info.get("default_image") else 0  # of an APNG: what is shown where nothing moves
    for number in range(_MOST_FRAMES + 1):
        try:
            image.seek(number)
        except EOFError:
            return
        _check_pixels(image.size)
        if (number + 1) * image.width * image.height > _READ_PIXELS or number == _MOST_FRAMES:
            raise Unreadable
        image.load()
        if number >= first:
            yield image


def _loop(image: ImageFile.ImageFile, form: Form) -> int:
    """How often it is shown; 0: for ever. A GIF says how often it is shown again."""
    said: Any = image.info.get("loop", None if form is GIF else 0)
    if form is not GIF:
        return int(said)
    return 1 if said is None else said and int(said) + 1
