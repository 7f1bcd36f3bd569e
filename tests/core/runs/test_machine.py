"""A run is never lost, never doubled, and always told truthfully, whatever happens in whatever order."""

import os
from typing import Final

import pytest
import structlog
from hypothesis import HealthCheck, given, seed, settings

from tests import virtual_time
from tests.core.runs.machine import Machine
from tests.core.runs.promises import broken_promises
from tests.core.runs.scripts import Script, scripts

EXAMPLES: Final = int(os.environ.get("MACHINE_EXAMPLES", "300"))
SEED: Final = int(os.environ.get("MACHINE_SEED", "0"))
PARTS: Final = 4  # of the examples, for as many processes


async def _lived(script: Script) -> list[str]:
    machine = Machine(script)
    with structlog.testing.capture_logs() as lines:
        try:
            await machine.live()
            return [str(line) for line in lines if line["log_level"] == "error"] + broken_promises(machine)
        finally:
            await machine.aclose()


@pytest.mark.timeout(600 + EXAMPLES)  # to make a failing script short takes a while
@pytest.mark.parametrize("part", range(PARTS))
def test_every_recorded_click_ends_once_and_truly(part: int) -> None:
    @seed(SEED * PARTS + part)
    @settings(
        max_examples=EXAMPLES // PARTS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts)
    def hold(script: Script) -> None:
        assert virtual_time.run(_lived(script)) == []

    hold()
