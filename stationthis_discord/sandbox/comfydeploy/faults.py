"""Faults: one table of rules, switchable at run time, that spoil chosen requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from stationthis_discord.sandbox.comfydeploy import errors, tokens

QUEUE = "/api/run/deployment/queue"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of, or after, the honest answer.

    `delay` is in seconds of the wall clock and comes first. With `after` the request takes its full effect (the run is
    created) and only the answer is lost. `cut` closes the connection without an answer. `status` and `body` replace the
    answer: a str is sent as text, anything else as JSON. A fault with a delay alone is a slow, honest answer.
    """

    status: int | None = None
    body: Any = "Internal Server Error"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: bool = False
    cut: bool = False

    @property
    def spoils(self) -> bool:
        return self.cut or self.status is not None


@dataclass(slots=True)
class Rule:
    """One line of the table; `times` counts down to 0 and null means for ever; `hits` says how often it applied."""

    method: str
    path: str
    fault: Fault
    times: int | None = None
    hits: int = 0

    def applies(self, method: str, path: str) -> bool:
        return self.times != 0 and self.method in (method, EVERYTHING) and fnmatchcase(path, self.path)


class Faults:
    """The rules, first match wins. Paths are patterns over the whole path: `/api/run/*`, `/files/*`, `*`."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, method: str, path: str, fault: Fault, times: int | None = None) -> Rule:
        """Answer requests with this method (`*`: any) and a path like `path` with the fault, `times` times."""
        rule = Rule(method, path, fault, times)
        self.rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        self.rules.remove(rule)

    def clear(self) -> None:
        self.rules.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted as used; null when it goes through."""
        for rule in self.rules:
            if rule.applies(method, path):
                rule.hits += 1
                rule.times = None if rule.times is None else rule.times - 1
                return rule.fault
        return None


def problem(which: errors.Problem) -> Fault:
    return Fault(status=which.status, body={"detail": which.detail})


def slow(seconds: float) -> Fault:
    return Fault(delay=seconds)


def rate_limited(retry_after: float) -> Fault:
    """429 with `Retry-After` in seconds, which the code of the API never sends but a proxy before it may."""
    return Fault(status=429, body={"detail": "Too Many Requests"}, headers={"Retry-After": f"{retry_after:g}"})


CUT = Fault(cut=True)
CUT_AFTER = Fault(cut=True, after=True)
SERVER_ERROR = Fault(status=500)
_HTML = {"Content-Type": "text/html"}
BAD_GATEWAY = Fault(status=502, body="<html><body>502 Bad Gateway</body></html>", headers=_HTML)
BAD_GATEWAY_AFTER = Fault(status=502, body=BAD_GATEWAY.body, headers=_HTML, after=True)
NOT_JSON = Fault(status=200, body="<html><body>Welcome</body></html>", headers=_HTML)
WRONG_SHAPE = Fault(status=200, body={"unexpected": [1, None]})
NO_CREDITS = problem(errors.NO_CREDITS)
REVOKED = problem(tokens.REVOKED)
EXPIRED_URL = Fault(
    status=403,
    body="<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
    headers={"Content-Type": "application/xml"},
)
