"""As many open files as the system lets this process have: each file of a result is one until it is shown."""

import sys
from typing import Final

import structlog

if sys.platform != "win32":
    import resource

log = structlog.get_logger(__name__)

MOST: Final = 65_536  # some systems make programs slow that may open as many as they like


def allow_more_files(most: int = MOST) -> None:
    """Raise the soft limit to the hard one, but not above `most`. Windows has no such limit."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS says "no limit", and has one
        log.warning("files.limit_stays", limit=soft)
