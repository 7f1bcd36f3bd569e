"""The line of counts that is written now and then."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from core.comfydeploy.operations import GET_RUN
from core.metrics import OK, Metrics, report


@dataclass
class Lines:
    """A log that keeps what it is told, and says when there are enough lines."""

    wanted: int
    kept: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def info(self, event: str, /, **facts: Any) -> None:  # noqa: ANN401 -- as structlog has it
        self.kept.append((event, facts))
        if len(self.kept) == self.wanted:
            self.enough.set()


async def test_the_report_writes_a_line_each_time_until_cancelled() -> None:
    metrics, lines = Metrics(), Lines(wanted=2)
    metrics.called(GET_RUN.name, OK, 0.1)

    reporting = asyncio.create_task(report(metrics, lines, every=0.001))
    await lines.enough.wait()
    reporting.cancel()
    await asyncio.gather(reporting, return_exceptions=True)

    assert [(event, facts["calls"], facts["calls_total"]) for event, facts in lines.kept[:2]] == [
        ("stats", 1, 1),
        ("stats", 0, 1),
    ]
