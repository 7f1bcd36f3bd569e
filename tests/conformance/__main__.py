"""`python -m tests.conformance SPEC [TRACE]`: runs the end-to-end tests, then checks what they recorded.

With a folder TRACE that already holds a record, only that is checked. `make check-discord` runs this.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conformance import trace
from tests.conformance.report import report
from tests.conformance.spec import SpecUnreadable, load

_USAGE = "Name a copy of Discord's OpenAPI description: make check-discord SPEC=path/to/openapi.json"
_SUITE = ("-m", "pytest", "-q", "-n", "2", "-p", "tests.conformance.plugin", "tests/e2e")


def main(arguments: list[str]) -> int:
    """0: all as described; 1: not, or the suite failed; 2: no description to check against."""
    if not arguments or not arguments[0]:
        return _stop(_USAGE)
    try:
        spec = load(Path(arguments[0]))
    except SpecUnreadable as error:
        return _stop(f"{error} {_USAGE}")
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(arguments[1] if arguments[1:] else folder)
        passed = bool(arguments[1:]) or _record(recorded)
        found = report(spec, trace.read(recorded))
    sys.stdout.writelines(f"{line}\n" for line in found.lines())
    if not passed:
        sys.stdout.write("The end-to-end tests failed, so the record is not whole.\n")
    return 0 if passed and found.good else 1


def _record(folder: Path) -> bool:
    """Runs the end-to-end tests; whether they passed."""
    suite = [sys.executable, *_SUITE, f"--discord-trace={folder}"]
    return subprocess.run(suite, check=False).returncode == 0  # noqa: S603 -- our own command


def _stop(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
