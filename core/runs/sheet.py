"""One place in which several runs are shown together: each has a slot there, and the last one to end shows the end."""

import asyncio
import contextlib
import math
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from core.errors import SurfaceLost, SurfaceSilent
from core.forms.wish import Manner
from core.result_errors import SurfaceTooSmall
from core.runs.delivery import Delivery
from core.runs.journal import Phase, Record
from core.runs.view import Fetched, RunView, Stage, Surface

_ADDRESS: Final = re.compile(
    r"sheet (?P<id>[0-9a-f]{16}) (?P<number>\d{1,2}) (?P<size>\d{1,2}) (?P<inner>.+)", re.DOTALL
)
_PATIENCE: Final = 3 * 3600.0  # seconds; whoever tries to show the end gives up sooner


class Sheet:
    """Several runs in one `inner` surface. It has `size` slots; `id` is sixteen hex digits.

    On the way it changes at most each `pace` seconds, however many slots do. A slot that is over waits until all are:
    then the last one shows the end of all, once. When that takes longer than `patience` seconds, nobody waits any more.
    """

    def __init__(
        self,
        inner: Surface,
        size: int,
        sheet_id: str | None = None,
        *,
        pace: float = 0.0,
        patience: float = _PATIENCE,
    ) -> None:
        self.id = sheet_id or secrets.token_hex(8)
        self.inner = inner
        self.size = size
        self._pace = pace
        self._patience = patience
        self._views: dict[int, RunView] = {}
        self._over: set[int] = set()
        self._shown: object = None
        self._shown_at = -math.inf
        self._turn = asyncio.Lock()
        self._editing = asyncio.Lock()
        self._end = asyncio.get_running_loop().create_future()
        self._giving_up: asyncio.TimerHandle | None = None

    def slots(self) -> list["Slot"]:
        return [Slot(self, number) for number in range(self.size)]

    @property
    def view(self) -> RunView:
        """What is known of all of them."""
        return together([self._views[number] for number in sorted(self._views)], self.id)

    def know(self, number: int, view: RunView) -> None:
        """What a slot shows when another one is changed."""
        self._views[number] = view

    async def show(self, number: int, view: RunView) -> bool:
        """Show all of them in their turn, if that looks different by then; what somebody asked for is shown at once."""
        self._views[number] = view
        if view.cancelling or view.pausing:
            return await self._show()
        if view.stage is Stage.PREPARING and self._rest > 0:
            return False  # a submit comes next, which waits for no edit; the next one shows it
        async with self._turn:
            if self._looks_other:
                await asyncio.sleep(self._rest)
            return await self._show()

    @property
    def _rest(self) -> float:
        """Seconds until the next edit."""
        return max(0.0, self._shown_at + self._pace - asyncio.get_running_loop().time())

    @property
    def _looks_other(self) -> bool:
        return len(self._over) < self.size and self.view.looks != self._shown

    async def _show(self) -> bool:
        async with self._editing:
            whole = self.view
            if not self._looks_other:
                return True
            is_shown = await self.inner.show(whole)
            self._shown_at = asyncio.get_running_loop().time()
            self._shown = whole.looks if is_shown else self._shown
            return is_shown

    async def finish(self, number: int, view: RunView) -> None:
        """Return when the end of all is shown; raises as `Surface.finish`, `SurfaceSilent` for the last one only."""
        self._views[number] = view
        self._over.add(number)
        end = self._end
        if len(self._over) == self.size:
            await self._show_end()
            return
        with contextlib.suppress(SurfaceLost):  # the end may find another way
            await self.show(number, view)
        await asyncio.shield(end)  # who waits may be cancelled alone

    async def _show_end(self) -> None:
        async with self._editing:
            try:
                await self.inner.finish(self.view)
            except SurfaceSilent:
                if self._giving_up is None:
                    lost = SurfaceLost("nobody shows its end any more")
                    self._giving_up = asyncio.get_running_loop().call_later(self._patience, self._release, lost)
                raise
            except SurfaceTooSmall as small:
                self._over.clear()  # each makes its own files smaller, and comes back
                self._release(small)
                raise
            except Exception as error:
                self._release(error)
                raise
        self._release(None)

    def _release(self, error: Exception | None) -> None:
        """Tell those that wait how it went."""
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None
        end, self._end = self._end, asyncio.get_running_loop().create_future()
        if error is None:
            end.set_result(None)
        else:
            end.set_exception(error)
            end.exception()  # it may be that nobody waits


class Slot:
    """A `Surface` for one run of a sheet, by its number from 0."""

    def __init__(self, sheet: Sheet, number: int) -> None:
        self.sheet = sheet
        self.number = number

    async def find_limit(self) -> int:
        return await self.sheet.inner.find_limit()

    @property
    def address(self) -> str:
        return f"sheet {self.sheet.id} {self.number} {self.sheet.size} {self.sheet.inner.address}"

    @property
    def manner(self) -> Manner:
        return self.sheet.inner.manner

    @property
    def lane(self) -> str | None:
        """That of the one message they share."""
        return self.sheet.inner.lane

    def know(self, view: RunView) -> None:
        self.sheet.know(self.number, view)

    async def show(self, view: RunView) -> bool:
        return await self.sheet.show(self.number, view)

    async def finish(self, view: RunView) -> None:
        await self.sheet.finish(self.number, view)


def slot_of(delivery: Delivery) -> Slot | None:
    """Where it is shown among others; None for one that has its place for itself."""
    return delivery.surface if isinstance(delivery.surface, Slot) else None


def together(views: Sequence[RunView], sheet: str) -> RunView:
    """Several runs as one view, in their order: what is there of them, and the files of those that are over.

    As long as some are under way, files that are there are previews. No two files have the same name.
    """
    runs = tuple(replace(view, pausing=False) for view in views)
    first = runs[0]
    whole = RunView(
        deployment=next((run.deployment for run in runs if run.deployment), ""),
        requester=first.requester,
        asked_at=min(run.asked_at for run in runs),
        prompt=next((run.prompt for run in runs if run.prompt), None),
        parent=first.parent,
        is_made_from=first.is_made_from,
        adjusted=first.adjusted,
        pausing=any(view.pausing for view in views),
        ping=any(run.ping for run in runs),
        runs=runs,
        sheet=sheet,
    )
    files = _unalike(runs)
    if not whole.stage.is_over:
        return replace(whole, previews=tuple(files))
    texts = tuple(text for run in runs for text in run.texts)
    left_out = tuple(item for run in runs for item in run.left_out)
    return replace(whole, files=tuple(files), texts=texts, left_out=left_out)


def _unalike(runs: Sequence[RunView]) -> Iterator[Fetched]:
    """The files of all, or what was made by now; a name that is taken gets the number of its run."""
    taken = set[str]()
    for number, run in enumerate(runs, start=1):
        for item in run.files or (() if run.stage.is_over else run.previews):
            name = item.name if item.name not in taken else f"{number}_{item.name}"
            taken.add(name)
            yield item if name == item.name else replace(item, name=name)


class _Spot(NamedTuple):
    """What the address of a slot says."""

    sheet: str
    number: int
    size: int
    inner: str


class Sheets:
    """Makes the surfaces of what the last process left open: slots of one sheet get one sheet again.

    `restore` makes a surface from its address, and raises `ValueError` when it is none.
    """

    def __init__(self, restore: Callable[[str], Surface], records: Iterable[Record], pace: float = 0.0) -> None:
        self._restore = restore
        self._pace = pace
        self._made: dict[str, Sheet] = {}
        self._left: dict[str, list[Record]] = {}
        for record in records:
            spot = _spot(record)
            if spot is not None:
                self._left.setdefault(spot.sheet, []).append(record)

    def surface(self, record: Record) -> Surface:
        """Raises `ValueError` as `restore`."""
        spot = _spot(record)
        if spot is None:
            return self._restore(record.address)
        if spot.sheet not in self._made:
            inner, size = self._inner(spot.sheet), len(self._left[spot.sheet])
            self._made[spot.sheet] = Sheet(inner, size, spot.sheet, pace=self._pace)
        return Slot(self._made[spot.sheet], spot.number)

    def is_shown(self, record: Record) -> bool:
        """Whether it is of a sheet whose end was shown: they are closed one after the other after that."""
        return self._lacks(record) and not self.is_cut_off(record)

    def is_cut_off(self, record: Record) -> bool:
        """Whether it is of a sheet that was not written down as a whole: then none of it was begun."""
        spot = _spot(record)
        left = self._left[spot.sheet] if spot is not None else ()
        return self._lacks(record) and any(item.phase is Phase.IN_LINE and item.order is not None for item in left)

    def _lacks(self, record: Record) -> bool:
        spot = _spot(record)
        return spot is not None and len(self._left[spot.sheet]) < spot.size

    def _inner(self, sheet: str) -> Surface:
        """By the address that was written down last, since it knows most; by another one where that is none."""
        latest = sorted(self._left[sheet], key=lambda record: record.sent_at or record.asked_at, reverse=True)
        for spot in filter(None, map(_spot, latest)):
            with contextlib.suppress(ValueError):
                return self._restore(spot.inner)
        raise ValueError("no address of a sheet")


def _spot(record: Record) -> _Spot | None:
    found = _ADDRESS.fullmatch(record.address)
    return _Spot(found["id"], int(found["number"]), int(found["size"]), found["inner"]) if found else None
