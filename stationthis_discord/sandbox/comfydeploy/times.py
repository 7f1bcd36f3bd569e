"""The date formats of ComfyUI Deploy, one per family of endpoints (observed on the backend of 2025-11)."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    return datetime.now(UTC)


def milliseconds(when: datetime | None) -> str | None:
    """`2026-11-20T06:08:20.310Z`: versions and run lists. Cut, so that zero microseconds take the seconds along."""
    return None if when is None else _naive(when).isoformat()[:-3] + "Z"


def microseconds(when: datetime | None) -> str | None:
    """`2026-11-20T06:08:08.366000Z`: runs and deployments, which are `milliseconds` read and printed once more."""
    text = milliseconds(when)
    return None if text is None else reprinted(text)


def bare(when: datetime | None) -> str | None:
    """`2026-11-20T06:06:42.707829`: machines, runs of a deployment, the versions inside a workflow."""
    return None if when is None else _naive(when).isoformat()


def spaced(when: datetime | None) -> str | None:
    """`2026-11-20 06:06:42.717784`: workflows."""
    return None if when is None else str(_naive(when))


def offset(when: datetime) -> str:
    """`2026-11-20T06:14:01.827912+00:00`: a cloned workflow."""
    return when.astimezone(UTC).isoformat()


def zoned(when: datetime) -> str:
    """`2026-11-20T06:14:01.827912Z`: what `PATCH /workflow/{id}` has just written."""
    return _naive(when).isoformat() + "Z"


def malformed(when: datetime) -> str:
    """`2026-11-20T06:14:01.870580+00Z`: a new version, cut as if there were no offset to cut."""
    return offset(when)[:-3] + "Z"


def after(start: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else start + timedelta(seconds=seconds)


def between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds from `start` to `end`, null when one is missing."""
    return None if start is None or end is None else round((end - start).total_seconds(), 6)


def _naive(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


def span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def reprinted(text: str) -> str:
    """A `milliseconds` text in the format of `microseconds`."""
    return _naive(datetime.fromisoformat(text)).isoformat() + "Z"
