"""Small pictures of what runs made, made once and kept in memory as long as there is room."""

import asyncio
import io
from collections import OrderedDict
from typing import IO, Final

import structlog
from PIL import Image, ImageOps

from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Kind, read_results
from core.comfydeploy.outputs import Media as Output
from core.content import BMP, GIF, JPEG, PNG, WEBP, form_of
from core.file_errors import FileError, FileTooLarge
from core.media import Media
from core.pictures import Unreadable

log = structlog.get_logger(__name__)

SIDE: Final = 256  # pixels of the longer side
LARGEST: Final = 25 * 2**20  # bytes of a file that are fetched for this
MOST_PIXELS: Final = 20 * 10**6  # of a picture that is decoded for this: up to 200 MB, one at a time
_WEBP_PIXELS: Final = 9 * 10**6  # for which libwebp and Pillow take twice as much as for others
_PATIENCE: Final = 2.0  # seconds for fetching one
_MOST_BYTES: Final = 4 * 2**20  # of all that are kept
_ENTRY: Final = 256  # bytes that an entry takes beside its picture
_PALETTES: Final = frozenset({"1", "P", "PA"})
_KINDS: Final = frozenset({Kind.IMAGE, Kind.ANIMATION})
# TIFF is missing: made to be slow, it takes Pillow seconds before a pixel is read
_PLUGINS: Final = {PNG: "PNG", JPEG: "JPEG", GIF: "GIF", WEBP: "WEBP", BMP: "BMP"}


class Thumbnails:
    """`most_bytes` is how much memory all of them may take; those used last stay."""

    def __init__(self, media: Media, most_bytes: int = _MOST_BYTES) -> None:
        self._media = media
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()  # by run; empty where there is no picture
        self._bytes = 0
        self._being_made: dict[str, asyncio.Event] = {}
        self._decoding = asyncio.Lock()

    def has(self, run_id: str) -> bool:
        """Whether nothing has to be fetched to know what `recall` says."""
        return run_id in self._kept

    def recall(self, run_id: str) -> bytes | None:
        """The WebP of a run's first picture, None if there is none in memory."""
        if run_id in self._kept:
            self._kept.move_to_end(run_id)
        return self._kept.get(run_id) or None

    async def of(self, run: Run) -> bytes | None:
        """The same, made if it is not there: at most `SIDE` pixels wide and high, without metadata.

        None when the run made no picture, or none that can be fetched in time and read. Never raises `FileError`.
        Whoever asks while it is being made gets the same one.
        """
        under_way = self._being_made.get(run.id)
        if under_way is not None:
            await under_way.wait()
        elif not self.has(run.id):
            made = self._being_made[run.id] = asyncio.Event()
            try:
                await self._make(run)
            finally:
                del self._being_made[run.id]
                made.set()
        return self.recall(run.id)

    async def _make(self, run: Run) -> None:
        """What fails only today is not remembered."""
        output = next((item for item in read_results(run.outputs).files if item.kind in _KINDS), None)
        try:
            made = b"" if output is None else await self._made(output)
        except FileTooLarge:
            made = b""
        except (FileError, TimeoutError) as error:
            log.info("thumbnail.not_fetched", run=run.id, error=str(error))
            return
        if run.is_final:
            self._keep(run.id, made)

    async def _made(self, output: Output) -> bytes:
        limit = asyncio.timeout(_PATIENCE)
        async with limit, self._media.output(output.url, output.filename, LARGEST) as local:
            limit.reschedule(None)  # a thread cannot be stopped, and reads the file until it is done
            async with self._decoding:
                return await asyncio.to_thread(thumbnail, local.file)

    def _keep(self, run_id: str, made: bytes) -> None:
        self._kept[run_id] = made
        self._bytes += len(made) + _ENTRY
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1]) + _ENTRY


def thumbnail(file: IO[bytes]) -> bytes:
    """A picture, or the first of several, as a small WebP; empty if it cannot be read, or has too many pixels."""
    try:
        form = _checked(file)
        with Image.open(file, formats=[form]) as image:
            image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded as small as that allows
            mixable = _mixable(image)
            mixable.thumbnail((SIDE, SIDE))
            upright = ImageOps.exif_transpose(mixable)
            small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        small.info = {}
        made = io.BytesIO()
        small.save(made, "WEBP", quality=80, method=2)
    except Exception as error:  # noqa: BLE001 -- Pillow raises anything for bytes that were made to break it
        log.info("thumbnail.not_made", error=type(error).__name__)
        return b""
    return made.getvalue()


def _mixable(image: Image.Image) -> Image.Image:
    """The picture itself where its pixels can be mixed: a copy of a large one is to be the exception."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB") if image.mode in _PALETTES else image


def _checked(file: IO[bytes]) -> str:
    """Pillow's name for what it is. Raises `Unreadable`, `Cut`: nothing of it is decoded before this."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    form = form_of(file.read(64))
    if form is None or form.measure is None or form not in _PLUGINS:
        raise Unreadable
    width, height = form.measure(file, size)
    if not 0 < width * height <= (_WEBP_PIXELS if form is WEBP else MOST_PIXELS):
        raise Unreadable
    file.seek(0)
    return _PLUGINS[form]
