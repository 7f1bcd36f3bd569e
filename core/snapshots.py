"""How a list becomes bytes that outlive the process, and back: a line that says what it is, then lines of items."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS
from core.comfydeploy.records import Machine, Workflow
from core.offer import Deployment, Labelled, Listing, Named, Offer, Unreadable
from core.reading import further
from core.search import Index

FORMAT: Final = 3  # to be raised whenever what is below, or what is written by it, changes its meaning
_LINE: Final = 50  # items written or read between two breaths of the event loop
_PLAIN: Final = ConfigDict(ser_json_inf_nan="constants", hide_input_in_errors=True)

Item = TypeVar("Item", bound=Labelled)
T = TypeVar("T")


class SnapshotUnusable(ValueError):
    """These bytes are not the list that is wanted; the text says why, and nothing of what they hold."""


@dataclass(frozen=True, slots=True)
class _Head:
    """`of` is the fingerprint of what the list was read with."""

    format: int
    of: str
    count: int
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class Content(Generic[Item]):
    """What is written of a list: things with their labels, and what could not be read."""

    items: tuple[Item, ...]
    unreadable: tuple[Unreadable, ...] = ()


_HEAD: Final = TypeAdapter(_Head)


class Form(Generic[Item, T]):
    """How one kind of list is written: `take` gives what is kept of it, without secrets, and `make` the list again."""

    def __init__(
        self,
        item: type[Item],
        take: Callable[[T], Content[Item]],
        make: Callable[[Content[Item]], Awaitable[T]],
        keep: Callable[[Item], Item],
    ) -> None:
        self._lines: TypeAdapter[list[Item]] = TypeAdapter(list[item], config=_PLAIN)  # type: ignore[valid-type]
        self._take, self._make, self._keep = take, make, keep

    async def write(self, value: T, of: str) -> bytes:
        """The list as bytes.

        Raises:
            ValueError: a text in it cannot be written, such as half of a surrogate pair.
        """
        content = self._take(value)
        head = _Head(FORMAT, of, len(content.items), content.unreadable)
        lines = [_HEAD.dump_json(head)]
        for start in range(0, len(content.items), _LINE):
            await asyncio.sleep(0)
            lines.append(self._lines.dump_json([self._keep(item) for item in content.items[start : start + _LINE]]))
        return b"\n".join(lines)

    async def read(self, body: bytes, of: str) -> T:
        """The list that was written with the same `of`.

        Raises:
            SnapshotUnusable: it is of something else or of another version of the bot, or damaged.
        """
        first, *lines = body.split(b"\n")
        try:
            head = _HEAD.validate_json(first)
            if head.format != FORMAT:
                raise SnapshotUnusable("it is of another version of the bot")
            if head.of != of:
                raise SnapshotUnusable("it was read from elsewhere, or something else is on offer now")
            items = list[Item]()
            for line in lines:
                await asyncio.sleep(0)
                items += self._lines.validate_json(line)
        except ValidationError:
            raise SnapshotUnusable("it cannot be read") from None
        if len(items) != head.count:
            raise SnapshotUnusable("a part of it is missing")
        return await self._make(Content(tuple(items), head.unreadable))


def fingerprint(*parts: Iterable[str]) -> str:
    """The same for the same texts only; says nothing of what they are, for an address may hold a password."""
    return hashlib.sha256(repr([list(part) for part in parts]).encode("utf-8", "backslashreplace")).hexdigest()


async def listing_of(items: tuple[Item, ...]) -> Listing[Item]:
    """With labels as they are."""
    return Listing(items, await Index.build((item, item.label, "") for item in items))


async def _offer_of(content: Content[Deployment]) -> Offer:
    items = content.items
    search = await Index.build((item, item.label, further(item)) for item in items)
    return Offer(items, content.unreadable, search)


def _kept(item: Deployment) -> Deployment:
    return replace(item, inputs=tuple(map(_kept_input, item.inputs)))


def _kept_input(item: Input) -> Input:
    """Of an address that is a default only that there is one, as it may hold a secret.

    Names of models are the same for all of them, and of no use while the API is away.
    """
    if item.kind in MODELS:
        item = replace(item, options=())
    has_address = isinstance(item.default, str) and "://" in item.default
    return replace(item, default=None, linked=True) if has_address else item


def _without_endpoint(item: Named[Machine]) -> Named[Machine]:
    return replace(item, record=item.record.model_copy(update={"endpoint": None}))


OFFER: Final = Form[Deployment, Offer](
    Deployment, lambda offer: Content(offer.deployments, offer.unreadable), _offer_of, _kept
)
WORKFLOWS: Final = Form[Named[Workflow], Listing[Named[Workflow]]](
    Named[Workflow],
    lambda listing: Content(listing.items),
    lambda content: listing_of(content.items),
    lambda item: item,
)
MACHINES: Final = Form[Named[Machine], Listing[Named[Machine]]](
    Named[Machine],
    lambda listing: Content(listing.items),
    lambda content: listing_of(content.items),
    _without_endpoint,
)
