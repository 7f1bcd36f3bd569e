"""A computer on which something runs short: room for files, or their number."""

import gc
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file gets more than so many bytes."""
    with _limited(resource.RLIMIT_FSIZE, size):
        yield


@contextmanager
def no_more_files() -> Iterator[None]:
    """Those that are open stay open."""
    gc.collect()  # else something of before may close meanwhile
    lowest = os.dup(0)
    os.close(lowest)
    with _limited(resource.RLIMIT_NOFILE, lowest):
        yield


@contextmanager
def _limited(what: int, limit: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))
