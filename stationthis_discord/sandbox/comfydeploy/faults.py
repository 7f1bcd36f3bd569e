"""Faults: one table of rules, switchable at run time, that spoil chosen requests."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from fnmatch import fnmatchcase
from math import inf
from typing import Any

from stationthis_discord.sandbox.comfydeploy import errors, payloads, tokens

QUEUE = "/api/run/deployment/queue"
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of, or after, the honest answer.

    `delay` is in seconds of the wall clock and comes first. With `after` the request takes its full effect (the run is
    created) and only the answer is lost, `wait` seconds later (infinite: there is none until the caller hangs up).
    `cut` closes the connection without an answer. `status` and `body` replace the answer: a str is sent as text,
    anything else as JSON; `parts` makes a body that is sent piece by piece instead. A fault with a delay alone is a
    slow, honest answer; with `stale` an honest answer is the last on its connection, which the caller learns only when
    it sends the next request over it.
    """

    status: int | None = None
    body: Any = "Internal Server Error"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: bool = False
    wait: float = 0.0
    cut: bool = False
    stale: bool = False
    parts: Callable[[], Iterable[bytes]] | None = None

    @property
    def spoils(self) -> bool:
        """Whether the answer is another than the honest one."""
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


def rate_limited_until(when: datetime) -> Fault:
    """429 with `Retry-After` as an HTTP date; `when` must be in UTC."""
    date = format_datetime(when, usegmt=True)
    return Fault(status=429, body={"detail": "Too Many Requests"}, headers={"Retry-After": date})


def created_then_500(seconds: float = 23.0) -> Fault:
    """The request takes its full effect, then an error `seconds` later: a machine that fails six times takes 23 s."""
    body = {"detail": errors.MACHINE_BROKEN.detail}
    return Fault(status=errors.MACHINE_BROKEN.status, body=body, after=True, wait=seconds)


def page(status: int, words: str, *, after: bool = False) -> Fault:
    """The HTML page of a proxy in front of the API."""
    html = f"<html>\n<head><title>{words}</title></head>\n<body>\n<center><h1>{words}</h1></center>\n</body>\n</html>"
    return Fault(status=status, body=html, headers=_HTML, after=after)


_HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json"}
CUT = Fault(cut=True)
CUT_AFTER = Fault(cut=True, after=True)
SILENT_AFTER = Fault(cut=True, after=True, wait=inf)  # takes effect, never answers
STALE = Fault(stale=True)  # the next request over the same connection is cut
SERVER_ERROR = Fault(status=500)
BAD_GATEWAY = page(502, "502 Bad Gateway")
BAD_GATEWAY_AFTER = page(502, "502 Bad Gateway", after=True)
UNAVAILABLE = page(503, "503 Service Temporarily Unavailable")
GATEWAY_TIMEOUT = page(504, "504 Gateway Time-out")
NOT_JSON = Fault(status=200, body="<html><body>Welcome</body></html>", headers=_HTML)
WRONG_SHAPE = Fault(status=200, body={"unexpected": [1, None]})
DEEP_JSON = Fault(status=200, body=payloads.deep_json(), headers=_JSON)
HUGE_JSON = Fault(status=200, headers=_JSON, parts=payloads.huge_json)  # 80 MB
GZIP_BOMB = Fault(status=200, headers=_JSON | {"Content-Encoding": "gzip"}, parts=payloads.gzip_bomb)  # 256 MB
NO_CREDITS = problem(errors.NO_CREDITS)
MACHINES_FORBIDDEN = problem(errors.GATED)  # the account's plan has no machines of one's own
REVOKED = problem(tokens.REVOKED)
EXPIRED_URL = Fault(
    status=403,
    body="<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
    headers={"Content-Type": "application/xml"},
)
