"""Runs in flight, by polls and by webhooks: what it takes to know their ends, and how late they are known.

`make bench ARGS="tracker"` (8 minutes; `make bench ARGS="tracker-small"` has up to 100 runs and takes one). Server and
follower are processes of their own; the end is what a follower iterates, nothing is shown.
"""

import asyncio
import json
import sys
from typing import Final

from rich.console import Console

from benchmarks.api_server import served
from benchmarks.tracker_case import HOOKS, ONE, PEER, POLLS, Measured, progress_calls

Case = tuple[str, int]

SMALL: Final[tuple[tuple[Case, ...], ...]] = (((POLLS, 1), (HOOKS, 1), (POLLS, 100), (HOOKS, 100)),)
LARGE: Final[tuple[tuple[Case, ...], ...]] = (
    ((POLLS, 1_000),),
    ((HOOKS, 1_000),),
    ((PEER, 1_000),),
    ((POLLS, 10_000),),
    ((HOOKS, 10_000),),
)
_NAMES: Final = {POLLS: "polls", HOOKS: "webhooks", PEER: "a 2 s loop for each run"}


async def measure_tracker(console: Console, steps: tuple[tuple[Case, ...], ...] = (*SMALL, *LARGE)) -> None:
    """Cases of one step are measured at the same time: together they are less than one of those to come."""
    for step in steps:
        for case, measured in zip(step, await asyncio.gather(*map(_measured, step)), strict=True):
            _show(console, case, measured)


async def measure_small(console: Console) -> None:
    await measure_tracker(console, SMALL)


async def _measured(case: Case) -> Measured:
    way, count = case
    async with served("benchmarks.tracker_server") as url:
        arguments = ("-m", "benchmarks.tracker_case", way, str(count), url)
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
    assert process.returncode == 0, f"{way} {count} ended badly"
    return Measured(**json.loads(printed))


def _show(console: Console, case: Case, measured: Measured) -> None:
    way, count = case
    runs, total = measured.runs, sum(measured.calls.values())
    progress = progress_calls(measured.asked)
    alone = f" (each of {ONE})" if count == 1 else ""
    missing = runs - measured.ends
    console.print(f"{count:,} by {_NAMES[way]}{alone}: {measured.seconds:.0f} s{f', {missing} LOST' * bool(missing)}")
    asked = ", ".join(f"{why} {number:,}" for why, number in sorted(measured.asked.items()))
    console.print(
        f"  calls per run: {(total - progress) / runs:.3f} for the end, {progress / runs:.3f} for progress"
        f"{f' ({asked})' * bool(asked)}"
    )
    console.print(f"  end known: p50 {measured.p50 * 1000:.0f} ms, p99 {measured.p99 * 1000:.0f} ms")
    console.print(
        f"  {measured.cpu:.1%} of a core, {measured.memory / 2**20:.1f} MB more"
        f" ({measured.memory / runs / 1024:.1f} KB per run),"
        f" loop lag p99 {measured.lag_p99 * 1000:.1f} ms, worst {measured.lag_worst * 1000:.0f} ms"
        f" (of our own making: {measured.own_lag_p99 * 1000:.1f} and {measured.own_lag_worst * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    asyncio.run(measure_tracker(Console(highlight=False, soft_wrap=True)))
