"""What the API's addresses, statuses, bodies and dates mean; pure, no sending.

Facts: the backend's behaviour as observed in November 2025 (github.com/comfy-deploy/api).
"""

import base64
import email.utils
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from core.comfydeploy.errors import (
    AccessDenied,
    ApiError,
    BadReply,
    Busy,
    DispatchFailed,
    KeyRefused,
    MachineInUse,
    MachineKeptWarm,
    NotCancellable,
    NotFound,
    NotFoundOrBroken,
    OutOfCredits,
    Refused,
    ServerFault,
    WrongAddress,
)


def api_root(url: str) -> str:
    """The address all routes hang under, without a trailing slash.

    People give the base with or without `/api`; the routes want it exactly once.

    Raises:
        ValueError: not an absolute http(s) address, or one with a query, a fragment or credentials.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s\\]", parts.netloc):
        raise ValueError("must be an absolute http:// or https:// address")
    if parts.port == 0:  # reading it also refuses a port that is no number
        raise ValueError("must have a port from 1 to 65535")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must have no query, fragment or credentials")
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and segments[-1] == "api":
        segments.pop()
    return urlunsplit((parts.scheme, parts.netloc, "/".join(["", *segments, "api"]), "", ""))


def checked_id(value: str) -> str:
    """A UUID in the API's own spelling; anything else must not enter a path, where `../` reaches another route.

    Raises:
        ValueError: not a UUID.
    """
    return value if _OWN_SPELLING.fullmatch(value) else str(UUID(value))


_OWN_SPELLING: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a fifth of the time of a `UUID`


def parse_date(value: object) -> object:
    """One of the API's date forms as an aware `datetime`; what is not text passes through for pydantic to judge.

    Seen: `T` or a space, `Z` or no zone, `+00Z` (invalid ISO), milli- or microseconds, no seconds at all.
    """
    if not isinstance(value, str):
        return value
    text = value.strip().replace(" ", "T", 1)
    if text.endswith("+00Z"):
        text = text[:-1] + ":00"
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3); None when absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for absurd time zones
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def unsigned(text: str) -> str:
    """Text whose addresses have lost their S3 signature, which opens a private file to everybody who reads it."""
    return _QUERY.sub(_without_signature, text)


def expiry_of(url: str) -> datetime | None:
    """When a signed address of S3 stops working, by its own query; None where it does not say.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    signed = {name.lower(): value for name, _, value in (part.partition("=") for part in _parts_of_query(url))}
    try:
        begin = datetime.strptime(signed["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return begin + timedelta(seconds=int(signed["x-amz-expires"]))
    except (KeyError, ValueError, OverflowError):
        return None


def _parts_of_query(url: str) -> list[str]:
    found = _QUERY.search(url)
    return found[1].split("&") if found else []


_QUERY: Final = re.compile(r"""\?([^\s#"'<>?]*)""")


def _without_signature(query: re.Match[str]) -> str:
    parts = query[1].split("&")
    kept = [part for part in parts if not part.lower().startswith("x-amz-")]
    if len(kept) == len(parts):
        return query[0]
    return "?" + "&".join(kept) if kept else ""


def key_scope(key: str) -> str:
    """Whose objects the key sees: `personal`, `organisation`, or `unknown` when it is not a readable JWT.

    The payload is read without verifying it, which is enough to tell why a list is empty.
    """
    parts = key.split(".")
    if len(parts) != 3:
        return "unknown"
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return "unknown"
    if not isinstance(payload, dict) or "user_id" not in payload:
        return "unknown"
    return "organisation" if payload.get("org_id") else "personal"


def decode(call: str, body: bytes) -> Any:  # noqa: ANN401 -- JSON is any value until a model has read it
    """The body as JSON.

    Raises:
        BadReply: it is none, or nested too deeply to be read.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    raise BadReply(call)  # out here: as its context the decoder's error would come along, with the whole body


def error_for(
    call: str, status: int, body: bytes, retry_after: float | None = None, *, hides_absence: bool = False
) -> ApiError | None:
    """The error an answer means; None for 2xx.

    `hides_absence`: on this route a 500 that the server itself worded may mean "not found".
    """
    if 200 <= status < 300:
        return None
    detail = _detail(body)
    text = detail if isinstance(detail, str) else ""
    kind = _kind(status, text)
    if kind is ServerFault and hides_absence and text.startswith("Internal server error"):
        kind = NotFoundOrBroken
    if kind is Busy:
        return Busy(call, status, retry_after=retry_after)
    if kind is MachineInUse:
        return MachineInUse(call, status, workflows=_named_after_colon(text))
    return kind(call, status) if kind else Refused(call, status, fields=list(_fields(detail)))


# Some answers are told by their sentence only, whatever their status: a machine's own 4xx is passed on with it, even a
# 429 after which a failed run exists, and several routes answer 500 (older servers 400) for what does not exist.
_SENTENCES: Final[tuple[tuple[str, type[ApiError]], ...]] = (
    ("Error creating run", DispatchFailed),
    ("Error cancel function 404", NotCancellable),
    ("404: ", NotFound),
    ("Internal server error: 404: ", NotFound),
    ("Internal server error: 'NoneType' object", NotFound),
    ("Workflow not found", NotFound),
    ("No version found", NotFound),
    ("You still have these workflows", MachineInUse),
    ("Please set keep warm to 0", MachineKeptWarm),
)
_STATUSES: Final[dict[int, type[ApiError]]] = {401: KeyRefused, 403: AccessDenied, 404: NotFound, 429: Busy}


def _kind(status: int, detail: str) -> type[ApiError] | None:
    for start, kind in _SENTENCES:
        if detail.startswith(start):
            return kind
    if status >= 500:
        return ServerFault
    if status < 400 or status == 405 or (status == 404 and detail in {"Not Found", ""}):
        return WrongAddress
    if status == 403 and "credits" in detail:
        return OutOfCredits
    return _STATUSES.get(status)


def _named_after_colon(text: str) -> list[str]:
    """The names of a list like `these: a,b`; foreign text."""
    return [name.strip()[:100] for name in text.partition(":")[2].split(",") if name.strip()][:25]


def _detail(body: bytes) -> object:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    return next((parsed[key] for key in ("detail", "error", "message") if key in parsed), None)


def _fields(detail: object) -> Iterable[str]:
    """The places a 422 names. Its `input` and `msg` may repeat what the caller sent, so they are left alone."""
    for item in detail if isinstance(detail, list) else []:
        location = item.get("loc") if isinstance(item, dict) else None
        if isinstance(location, list):
            yield ".".join(str(part) for part in location if isinstance(part, str | int) and part != "body")[:100]
