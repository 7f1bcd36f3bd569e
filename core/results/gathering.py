"""What a run made, brought here and made fit for the place where it is shown; and the reason if it failed."""

import asyncio
import errno
import re
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final, TypeVar

import structlog

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Kind, Reason, read_reason, read_results
from core.comfydeploy.outputs import Media as Output
from core.comfydeploy.wire import expiry_of, unsigned
from core.file_errors import FileError, FileNotCleaned, FileTooLarge, FileUnavailable
from core.media import LARGEST_OUTPUT, LocalFile, Media
from core.results.ladder import Ladder, Ready
from core.results.packing import MOST_IN_A_PART, packed
from core.runs.view import Fetched, LeftOut, RunView

log = structlog.get_logger(__name__)

_T = TypeVar("_T")

MOST_FILES: Final = 50  # of one run; what is beyond is named
LARGEST_PICTURE: Final = 128 * 2**20  # bytes that are fetched to be made smaller
_AT_ONCE: Final = 3  # files of one run that are fetched at the same time
_REASON_WAIT: Final = 5.0  # seconds; a failure that is shown late is worse than one without a reason
_AHEAD_WAIT: Final = 10.0  # seconds for a picture of a run that is under way
_FRESH_WAIT: Final = 10.0  # seconds for addresses that have not expired
_EXPIRED: Final = {400, 401, 403}  # what a storage says to a signed address that is too old
_PICTURES: Final = {Kind.IMAGE, Kind.ANIMATION}


@dataclass(frozen=True, slots=True)
class Gathering:
    """`has_films`: whether large films can be made smaller, so that it is worth fetching them.

    `patience` is the seconds that fetching the files of one result may take in all; what is here by then is shown.
    After `held` seconds a file that is being fetched keeps no other one of its run waiting.
    """

    api: ComfyDeploy
    media: Media
    ladder: Ladder
    has_films: bool = False
    patience: float = 90.0
    held: float = 5.0  # so that the last of fifty is begun even where all before it hang

    def basket(self, files: AsyncExitStack) -> "Basket":
        """For one run; what is fetched stays open as long as `files` is, and is fetched once."""
        return Basket(self, files)

    async def fetch(self, view: RunView, run: Run, limit: int, files: AsyncExitStack) -> RunView:
        """As `Basket.fill`, for who asks once."""
        return await self.basket(files).fill(view, run, limit)

    async def reason(self, workflow_id: str | None, run_id: str) -> Reason | None:
        """Why a run failed, if the API says so soon enough."""
        if workflow_id is None:
            return None
        try:
            async with asyncio.timeout(_REASON_WAIT):
                return read_reason(await self.api.runs.list_raw_outputs(workflow_id, run_id))
        except (ApiError, TimeoutError) as error:
            log.warning("run.reason_unread", run=run_id, error=str(error))
            return None

    async def fresh(self, run_id: str) -> dict[str, Output]:
        """A run's files by addresses that have not expired; the keys are addresses without a signature."""
        try:
            async with asyncio.timeout(_FRESH_WAIT):
                run = await self.api.runs.get(run_id)
        except (ApiError, TimeoutError) as error:
            log.warning("run.files_not_renewed", run=run_id, error=str(error))
            return {}
        return {unsigned(output.url): output for output in read_results(run.outputs).files}


@dataclass(eq=False)
class Basket:
    """The files of one run, as far as they are here."""

    gathering: Gathering
    files: AsyncExitStack
    _fetched: dict[str, LocalFile] = field(default_factory=dict)
    _ready: dict[tuple[str, int], Ready] = field(default_factory=dict)
    _seen: dict[str, Fetched | None] = field(default_factory=dict)
    _until: float | None = None  # by the loop's clock; None before the end is shown
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def fill(self, view: RunView, run: Run, limit: int) -> RunView:
        """The view with the run's files, each of at most `limit` bytes, and its texts; never fails for one file."""
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self.gathering.patience
        results = read_results(run.outputs)
        numbered = dict(enumerate(results.files[:MOST_FILES], start=1))
        found = await self._all(view, numbered, limit)
        refused = [number for number, item in found.items() if isinstance(item, LeftOut) and item.is_refused]
        if refused:
            fresh = await self.gathering.fresh(run.id)
            renewed = {number: fresh.get(unsigned(numbered[number].url)) for number in refused}
            found |= await self._all(view, {number: output for number, output in renewed.items() if output}, limit)
        beyond = (LeftOut(output, beyond=True) for output in results.files[MOST_FILES:])
        return replace(
            view,
            files=tuple(item for item in found.values() if isinstance(item, Fetched)),
            texts=results.texts,
            left_out=(*(item for item in found.values() if isinstance(item, LeftOut)), *beyond),
        )

    async def previews(self, view: RunView, run: Run, limit: int) -> tuple[Fetched, ...]:
        """The pictures of a run that is under way, as many as one message takes; what cannot be had is tried once."""
        pictures = [item for item in read_results(run.outputs, previews=True).files if item.kind in _PICTURES]
        numbered = enumerate(pictures[:MOST_IN_A_PART], start=1)
        new = {number: output for number, output in numbered if unsigned(output.url) not in self._seen}
        found = await _together(self._soon(view, number, output, limit) for number, output in new.items())
        self._seen |= zip((unsigned(output.url) for output in new.values()), found, strict=True)
        ready = list(filter(None, self._seen.values()))
        fitting = packed([item.size for item in ready], limit)
        return tuple(ready[number] for number in fitting[0]) if fitting else ()

    async def _soon(self, view: RunView, number: int, output: Output, limit: int) -> Fetched | None:
        """None for what takes longer than the news of its run can wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_AHEAD_WAIT):
                found = await self._one(view, number, output, limit)
                return found if isinstance(found, Fetched) else None
        return None

    async def _all(self, view: RunView, outputs: Mapping[int, Output], limit: int) -> dict[int, Fetched | LeftOut]:
        """By their numbers."""
        found = await _together(self._one(view, number, output, limit) for number, output in outputs.items())
        return dict(zip(outputs, found, strict=True))

    async def _one(self, view: RunView, number: int, output: Output, limit: int) -> Fetched | LeftOut:
        try:
            ready = await self._made_fit(output, limit)
        except FileTooLarge as large:
            return LeftOut(output, large.size, limit, expires_at=expiry_of(output.url))
        except FileNotCleaned:
            log.warning("run.file_not_cleaned", run=view.run_id, number=number)
            return LeftOut(output, is_unclean=True)
        except OSError as error:  # one of them is `TimeoutError`
            code = errno.errorcode.get(error.errno or 0)
            log.warning("run.file_left_out", run=view.run_id, number=number, error=type(error).__name__, code=code)
            return LeftOut(output)
        except FileError as error:
            log.warning("run.file_left_out", run=view.run_id, number=number, error=str(error))
            return LeftOut(output, is_refused=isinstance(error, FileUnavailable) and error.status in _EXPIRED)
        name = file_name(view, output, number, ready.extension)
        return Fetched(output, ready.file, name, ready.size, ready.change)

    async def _made_fit(self, output: Output, limit: int) -> Ready:
        """Once: a picture that is being sent ahead must not be read here at the same time."""
        url = unsigned(output.url)
        if (url, limit) not in self._ready:
            local = await self._local(output, limit)
            try:
                ready = await self.gathering.ladder.fit(local, limit, self.files)
            except OSError:
                if all(shown != url for shown, _ in self._ready):  # what is not shown leaves its room to others
                    self._fetched.pop(url).file.close()
                raise
            if ready.source is not local:
                local.file.close()
            self._fetched[url], self._ready[url, limit] = ready.source, ready
        return self._ready[url, limit]

    async def _local(self, output: Output, limit: int) -> LocalFile:
        url = unsigned(output.url)
        if url not in self._fetched:
            if self._until is not None and self._until <= asyncio.get_running_loop().time():
                raise TimeoutError  # nobody is asked for what is not waited for
            async with asyncio.timeout_at(self._until), self._place():
                found = self.gathering.media.output(output.url, output.filename, self._most(output, limit))
                self._fetched[url] = await self.files.enter_async_context(found)
        return self._fetched[url]

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of a few, for a while: who is slow goes on without it."""
        await self._places.acquire()
        with ExitStack() as place:
            place.callback(self._places.release)
            leaving = asyncio.get_running_loop().call_later(self.gathering.held, place.close)
            place.callback(leaving.cancel)
            yield

    def _most(self, output: Output, limit: int) -> int:
        """Bytes that are worth fetching: more than `limit` only of what can be made smaller."""
        if output.kind in _PICTURES:
            return max(limit, LARGEST_PICTURE)
        return max(limit, LARGEST_OUTPUT) if output.kind is Kind.VIDEO and self.gathering.has_films else limit


async def _together(works: Iterable[Coroutine[None, None, _T]]) -> list[_T]:
    """Cancelled, it waits for all of them: their files close afterwards."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
    return [task.result() for task in tasks]


def file_name(view: RunView, output: Output, number: int, extension: str = "") -> str:
    """`deployment_seed_number.ext`, of safe characters only; without an `extension` it is the one the run gave it."""
    stem = re.sub(r"[^A-Za-z0-9-]+", "-", view.deployment).strip("-")[:60] or "result"
    seed = "" if view.seed is None else f"_{view.seed}"
    own = PurePosixPath(output.filename).suffix.lower()
    safe = own if re.fullmatch(r"\.[a-z0-9]{1,8}", own) else ".bin"
    return f"{stem}{seed}_{number}{extension or safe}"
