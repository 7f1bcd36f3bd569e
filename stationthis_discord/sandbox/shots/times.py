"""Times as Discord writes them: `<t:…>` stamps and the time beside a name, seen from a given now."""

from datetime import UTC, datetime, timedelta

_FORMATS = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "d": "%d/%m/%Y",
    "D": "{day} %B %Y",
    "f": "{day} %B %Y at %H:%M",
    "F": "%A, {day} %B %Y at %H:%M",
}

_UNITS = (
    (365 * 86400, "year", "a"),
    (30 * 86400, "month", "a"),
    (86400, "day", "a"),
    (3600, "hour", "an"),
    (60, "minute", "a"),
)


def stamp(unix: int, style: str, now: datetime) -> str | None:
    """The words for `<t:unix:style>`; None when there is no such time."""
    try:
        when = datetime.fromtimestamp(unix, UTC).astimezone(now.tzinfo)
    except (ValueError, OverflowError, OSError):
        return None
    if style == "R":
        return relative(when, now)
    return when.strftime(_FORMATS.get(style, _FORMATS["f"]).format(day=when.day))


def relative(when: datetime, now: datetime) -> str:
    seconds = round((when - now).total_seconds())
    if seconds == 0:
        return "now"
    words = _amount(abs(seconds))
    return f"in {words}" if seconds > 0 else f"{words} ago"


def _amount(seconds: int) -> str:
    for size, unit, article in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{article} {unit}" if count == 1 else f"{count} {unit}s"
    return "a second" if seconds == 1 else f"{seconds} seconds"


def written(timestamp: object, now: datetime) -> str:
    """The time beside a name (`Today at 14:32`) for an ISO timestamp; empty when it isn't one."""
    try:
        when = datetime.fromisoformat(str(timestamp))
        when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return ""
    if when.date() == now.date():
        return f"Today at {when:%H:%M}"
    if when.date() == (now - timedelta(days=1)).date():
        return f"Yesterday at {when:%H:%M}"
    return f"{when:%d/%m/%Y %H:%M}"
