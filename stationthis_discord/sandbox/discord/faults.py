"""Faults a test orders: for some requests, an answer, a delay or a cut connection instead of the usual."""

import fnmatch
from dataclasses import dataclass
from typing import Literal, TypedDict, Unpack


class Effect(TypedDict, total=False):
    """What happens to a request; the parts combine.

    `status` (with `body`, JSON or text, and `headers`) is answered in place of the real reply, without effect on the
    state; a 413 without a body is 40005. `latency` is waited first, in seconds; `slow` is how long the body takes to
    arrive, piece by piece, in seconds; `cut` closes the connection without an answer, "before" or "after" the request
    took effect.
    """

    status: int
    body: object
    headers: dict[str, str]
    latency: float
    slow: float
    cut: Literal["before", "after"]


@dataclass(eq=False)
class Fault:
    """An ordered fault; `hits` counts the requests it met."""

    method: str
    pattern: str
    times: int | None
    effect: Effect
    hits: int = 0

    def wants(self, method: str, path: str) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        return fnmatch.fnmatchcase(method, self.method) and fnmatch.fnmatchcase(path, self.pattern)


class Faults:
    """The faults in force; the first that fits a request takes it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, method: str, pattern: str, times: int | None = 1, **effect: Unpack[Effect]) -> Fault:
        """Orders a fault.

        Args:
            method: an HTTP method or `*`.
            pattern: the path below `/api/v10`, with `*` as in file names: `/channels/*/messages`; for a file the
                whole one: `/attachments/*`.
            times: how many requests it takes; None for all until `clear`.
            effect: what happens to them.
        """
        fault = Fault(method, pattern, times, effect)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, path: str) -> Effect:
        """The effect on this request, counted; empty when no fault fits."""
        for fault in self._faults:
            if fault.wants(method, path):
                fault.hits += 1
                return fault.effect
        return {}
