"""The whole bot between both sandboxes, measured: `make bench`, or some of it by name, `make bench ARGS="crowd"`.

Absolute figures depend on the machine, and the sandboxes run on it too: trust ratios, and the same machine twice.
"""

import argparse
import asyncio
import time
from typing import Final

from rich.console import Console

from benchmarks.clicks import measure_clicks
from benchmarks.crowd import measure_crowd
from benchmarks.finals import measure_finals
from benchmarks.start import measure_servers, measure_start
from benchmarks.sustained import measure_sustained
from benchmarks.throughput import measure_throughput

MEASURES: Final = {
    "start": measure_start,
    "clicks": measure_clicks,
    "crowd": measure_crowd,
    "finals": measure_finals,
    "sustained": measure_sustained,
    "throughput": measure_throughput,
    "servers": measure_servers,
}


async def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(MEASURES)} (default: all)")
    names: list[str] = parser.parse_args().names
    if unknown := set(names) - MEASURES.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    console = Console(highlight=False, soft_wrap=True)
    began = time.monotonic()
    for name in names or MEASURES:
        await MEASURES[name](console)
    console.print(f"all of it in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    asyncio.run(main())
