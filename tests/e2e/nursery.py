"""Bot processes in no time: one process has loaded the bot's code, and each bot is a fork of it.

A start from nothing spends most of its time on imports, which would be a third of what all these tests take.
`tests/e2e/test_process.py` and `make demo` start the bot as operators do.
"""

import asyncio
import atexit
import contextlib
import functools
import gc
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

_LOOK: Final = 0.01  # seconds between two looks at whether a process has ended


@dataclass
class Bot:
    """A bot's process, to be used like one of asyncio's. `returncode` is None while it runs."""

    pid: int
    nursery: "Nursery" = field(repr=False)
    returncode: int | None = None

    def send_signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while self.returncode is None:
            self.returncode = cast("int | None", self.nursery.ask({"ended": self.pid}))
            if self.returncode is None:
                await asyncio.sleep(_LOOK)
        return self.returncode


class Nursery:
    """The process that forks; it ends with this one."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONWARNINGS": "default"}
        self._process = subprocess.Popen(  # noqa: S603 -- this very file
            [sys.executable, "-m", __name__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self._process.communicate)  # which closes its input, and so ends it

    def start(self, folder: Path, environment: Mapping[str, str], log: Path) -> Bot:
        """`stationthis-discord run` in this folder, with nothing but this environment; what it says goes to `log`."""
        order = {"folder": str(folder), "environment": dict(environment), "log": str(log)}
        return Bot(cast("int", self.ask(order)), self)

    def ask(self, order: Mapping[str, object]) -> object:
        """The answer, which comes within milliseconds."""
        asked, told = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        asked.write(json.dumps(order).encode() + b"\n")
        asked.flush()
        return json.loads(told.readline())


@functools.cache
def nursery() -> Nursery:
    """The one of this test process."""
    return Nursery()


def _serve() -> None:
    from stationthis_discord import app, cli  # noqa: F401, PLC0415 -- `run` would load the app only after the fork

    gc.collect()
    gc.freeze()  # what is shared with the forks stays shared
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        answer = _ended(order["ended"]) if "ended" in order else _born(order)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _ended(pid: int) -> int | None:
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _born(order: Mapping[str, str | dict[str, str]]) -> int:
    pid = os.fork()
    if pid == 0:
        _live(order)
    return pid


def _live(order: Mapping[str, str | dict[str, str]]) -> None:
    """What the interpreter does for a process of its own, and then the command; never returns."""
    from stationthis_discord import cli  # noqa: PLC0415 -- as above

    code = 1
    try:
        os.chdir(cast("str", order["folder"]))
        os.environ.clear()
        os.environ.update(cast("dict[str, str]", order["environment"]))
        null, log = os.open(os.devnull, os.O_RDWR), os.open(cast("str", order["log"]), os.O_WRONLY | os.O_APPEND)
        for source, target in ((null, 0), (null, 1), (log, 2)):
            os.dup2(source, target)
        random.seed()
        sys.argv = ["stationthis-discord", "run"]
        cli.main()
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
