"""What people have filled in so far, kept for a quarter of an hour after they last touched it; in memory only."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from core.comfydeploy.inputs import Input
from core.comfydeploy.values import Given, Value
from core.errors import FormExpired, Problem
from core.forms.drift import Drift
from core.forms.wish import IN_PUBLIC, Manner

LIFE: Final = 15 * 60.0  # seconds
_MOST: Final = 2_000
_MOST_OF_ONE: Final = 10  # of one person
_WEIGHT_OF_ONE: Final = 500_000  # characters; a form of 80 inputs filled up with text has 320,000
_WEIGHT: Final = 20_000_000  # characters of all


@dataclass(eq=False)
class Draft:
    """One wish on its way to an order, of `owner`.

    Until a deployment was picked there is only `given`. After that `values` are by input id, as given, for `inputs` as
    they were when the person last saw them. `problems` are those of a command, of which `unread` are of any deployment,
    `refused` by input id those of files that were given last; all are said along with what does not fit. `drift` is how
    the inputs changed meanwhile. `is_wanted`: the person wants to see the form even if nothing is missing. `label` is
    what the deployment is called; before it was picked, `labels` are those that may be meant, none for any, and `aim`
    is the one that is to be picked. `parent` is the run that it repeats, or takes a file of. `manner` is how it is to
    be shown, `count` how many runs are wanted; `is_agreed`: the person has seen what they cost.
    `is_sent` while it is being submitted.
    """

    owner: int
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    given: Given = field(default_factory=Given)
    labels: tuple[str, ...] = ()
    deployment: str | None = None
    label: str = ""
    inputs: tuple[Input, ...] = ()
    values: dict[str, Value] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    unread: tuple[Problem, ...] = ()
    refused: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    drift: Drift | None = None
    parent: str | None = None
    aim: str | None = None
    manner: Manner = IN_PUBLIC
    count: int = 1
    next: int = 0
    search: str = ""
    is_wanted: bool = False
    is_agreed: bool = False
    is_sent: bool = False

    @property
    def weight(self) -> int:
        """Characters that are kept, about."""
        named = self.given.named
        texts = [*self.values.values(), *named.values(), *named, self.given.prompt or "", self.given.negative or ""]
        return sum(len(text) for text in texts if isinstance(text, str))


@dataclass(frozen=True, slots=True)
class _Kept:
    draft: Draft
    touched: float
    weight: int


class Drafts:
    """The oldest leave first, of a person and of all. `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()  # the one touched last comes last
        self._weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, draft: Draft) -> None:
        """From now on for a whole life."""
        self.drop(draft.id)
        self._kept[draft.id] = _Kept(draft, self._clock(), draft.weight)
        self._weight += self._kept[draft.id].weight
        mine = [known for known in self._kept.values() if known.draft.owner == draft.owner]
        while len(mine) > _MOST_OF_ONE or (len(mine) > 1 and sum(known.weight for known in mine) > _WEIGHT_OF_ONE):
            self.drop(mine.pop(0).draft.id)
        while len(self._kept) > 1 and (self._is_too_much or self._is_over(next(iter(self._kept)))):
            self.drop(next(iter(self._kept)))

    def get(self, draft_id: str, owner: int) -> Draft:
        """Raises `FormExpired` for what is kept no longer, and for what is somebody else's."""
        if draft_id not in self._kept or self._is_over(draft_id):
            raise FormExpired
        draft = self._kept[draft_id].draft
        if draft.owner != owner:
            raise FormExpired
        self.keep(draft)
        return draft

    def drop(self, draft_id: str) -> None:
        known = self._kept.pop(draft_id, None)
        self._weight -= known.weight if known is not None else 0

    @property
    def _is_too_much(self) -> bool:
        return len(self._kept) > _MOST or self._weight > _WEIGHT

    def _is_over(self, draft_id: str) -> bool:
        return self._clock() - self._kept[draft_id].touched > LIFE
