"""All benchmarks by one command: `make bench`, or some of them by name, `make bench ARGS="api submits 100000"`.

Absolute figures depend on the machine, and whatever else runs on it: trust ratios, and the same machine twice.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from rich.console import Console

from benchmarks.api import measure_api
from benchmarks.bot import MEASURES as BOT
from benchmarks.cache import measure_cache
from benchmarks.forms import measure_forms
from benchmarks.lists import measure_lists
from benchmarks.outage import measure_outage
from benchmarks.results import measure_results
from benchmarks.submits import measure_submits
from benchmarks.suggestions import measure_suggestions
from benchmarks.tracker import measure_small, measure_tracker

Measure = Callable[[Console], Awaitable[None]]


async def measure_bot(console: Console) -> None:
    """The whole bot between both sandboxes; each part has a name of its own."""
    for measure in BOT.values():
        await measure(console)


QUICK: Final[dict[str, Measure]] = {
    "api": partial(measure_api, is_quick=True),
    "lists": measure_lists,
    "outage": measure_outage,
    "submits": measure_submits,
    "suggestions": measure_suggestions,
    "forms": measure_forms,
    "cache": measure_cache,
}
LONG: Final[dict[str, Measure]] = {
    "tracker": measure_tracker,
    "tracker-small": measure_small,
    "results": measure_results,
}
MEASURES: Final[dict[str, Measure]] = {**QUICK, "api": measure_api, **LONG, "bot": measure_bot, **BOT}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    names = f"some of: {', '.join(MEASURES)}; a number after submits says how many (default: {', '.join(QUICK)})"
    parser.add_argument("names", nargs="*", metavar="NAME", help=names)
    try:
        measures = chosen(parser.parse_args().names)
    except LookupError as unknown:
        parser.error(f"no such measure: {unknown.args[0]}")
    asyncio.run(_measured(measures))


def chosen(names: Sequence[str]) -> dict[str, Measure]:
    """The measures of these names, all quick ones when there is none. Raises `LookupError` with an unknown name."""
    measures = dict[str, Measure]()
    for name, following in pairwise([*names, ""]):
        if name == "submits" and following.isdecimal():
            measures[name] = partial(measure_submits, clicks=int(following))
        elif name in MEASURES:
            measures[name] = MEASURES[name]
        elif not (name.isdecimal() and "submits" in measures):
            raise LookupError(name)
    return measures or QUICK


async def _measured(measures: dict[str, Measure]) -> None:
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 180)
    began = time.monotonic()
    for name, measure in measures.items():
        started = time.monotonic()
        console.rule(name, align="left")
        await measure(console)
        console.print(f"[dim]{name} in {time.monotonic() - started:.0f} s[/dim]")
    console.print(f"all of it in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
