"""One process for each bot token: two of them would answer everything twice, and submit every run twice."""

import hashlib
import os
import socket
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

from core.store.lock import Holder, Lease
from core.store.store import Store


def alone(store: Store, token: str) -> AbstractAsyncContextManager[Lease]:
    """Hold the lock of this token until the block ends.

    Raises:
        StoreHeld: another process has it, and says so every few seconds.
        StoreFailed: the database does not say.
    """
    name = hashlib.sha256(token.encode()).hexdigest()[:16]  # tells tokens apart, and nothing of them
    return store.lock(name, Holder(_computer(), os.getpid(), datetime.now(UTC)), is_alive)


def _computer() -> str:
    """The name of this computer; in a container also which one, since its processes are numbered by themselves."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 -- a link that leads nowhere
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{namespace}"


def is_alive(pid: int) -> bool:
    """Whether a process of this computer has this number."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
