"""What a call costs through this client and through others, side by side in the same rounds: `make bench ARGS="api"`.

The server is a process of its own. CPU is that of this process, which does nothing but ask. Loopback answers at once,
so absolute figures are lower bounds and the ratios are the result.

This client sends what starts a run on a connection of its own, which costs twice as much; so a ratio in brackets is to
aiohttp that does the same. What httpx, and the SDK above it, cost at 500 at once differs by several times: it lets go
of connections that were idle for 5 s, and opening a hundred of them while 400 calls wait is what is slow.
"""

import asyncio
import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.api_clients import BARE, HTTPX, OURS, OWN_CONNECTION, SDK, Act, Client, connected
from benchmarks.api_server import served
from benchmarks.figures import percentile
from benchmarks.plot import Bars, plotted

ROUNDS: Final = 5
CLOSE: Final = 1.15  # times the CPU of aiohttp + json
LONGEST: Final = 0.100  # seconds: the p99 of 500 reads at once
LESS_THAN_SDK: Final = {1: 9, 50: 25, 500: 60}  # times less CPU
CALLS: Final = {1: 300, 50: 1_000, 500: 2_000}  # in a round
SLOW_CALLS: Final = {1: 150, 50: 300, 500: 1_000}  # of those that cost many times more
QUICK_CALLS: Final = {**SLOW_CALLS, 500: 500}  # one for each who asks at once: the crowd in front of them thins out
LISTS: Final = (100, 2_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a round told: CPU seconds a call, and how long each call took."""

    cpu: float
    seconds: Sequence[float]


Costs = dict[str, list[Cost]]


async def measure_api(console: Console, *, is_quick: bool = False) -> None:
    """When quick, those that cost many times more are asked less, and at 500 at once only the SDK of them."""
    async with served() as url, connected(url) as clients:
        if len(clients) < 5:
            console.print("without the official SDK and httpx: install the extra `bench` to compare with them")
        charts = []
        for title, act in (("GET run", _get_run), ("POST queue", _queue)):
            rounds = {at_once: await _rounds(clients, act, at_once, is_quick=is_quick) for at_once in CALLS}
            console.print(_table(title, rounds))
            charts.append(_chart(title, {str(at_once): costs for at_once, costs in rounds.items()}))
        lists = {f"{count:,}": await _list_rounds(clients, count) for count in LISTS}
        console.print(_list_table(lists))
        charts.append(_chart("GET deployments", lists))
    console.print(plotted("api", "CPU ms a call", charts))


def _get_run(client: Client) -> Act | None:
    return client.get_run


def _queue(client: Client) -> Act | None:
    return client.queue


async def _rounds(
    clients: Sequence[Client], pick: Callable[[Client], Act | None], at_once: int, *, is_quick: bool
) -> Costs:
    acts = {client.name: act for client in clients if (act := pick(client)) is not None}
    if is_quick and at_once == 500:
        acts.pop(HTTPX, None)
    slow = dict.fromkeys((HTTPX, SDK), QUICK_CALLS if is_quick else SLOW_CALLS)
    costs: Costs = defaultdict(list)
    for number in range(ROUNDS + 1):
        for name, act in acts.items():
            cost = await _cost(act, slow.get(name, CALLS)[at_once] if number else max(at_once, 20), at_once)
            if number:  # the first one warms connections and code
                costs[name].append(cost)
    return costs


async def _cost(act: Act, calls: int, at_once: int) -> Cost:
    seconds = list[float]()

    async def work() -> None:
        for _ in range(calls // at_once):
            began = time.perf_counter()
            await act()
            seconds.append(time.perf_counter() - began)

    gc.collect()
    before = time.process_time()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return Cost((time.process_time() - before) / len(seconds), seconds)


async def _list_rounds(clients: Sequence[Client], count: int) -> Costs:
    costs: Costs = defaultdict(list)
    for _ in range(ROUNDS):
        for client in clients:
            if client.read_list is not None:
                gc.collect()
                before, began = time.process_time(), time.perf_counter()
                assert await client.read_list(count) == count
                costs[client.name].append(Cost(time.process_time() - before, [time.perf_counter() - began]))
    return costs


def _table(title: str, rounds: dict[int, Costs]) -> Table:
    table = Table(title=f"{title}, medians of {ROUNDS} rounds; ! = goal missed")
    table.add_column("client")
    for at_once in rounds:
        for column in (f"c={at_once}: CPU ms", "of bare", "SDK/this", "p50 ms", "p99 ms"):
            table.add_column(column, justify="right")
    for name in rounds[1]:
        table.add_row(name, *(cell for at_once, costs in rounds.items() for cell in _cells(name, costs, at_once)))
    return table


def _cells(name: str, costs: Costs, at_once: int) -> list[str]:
    if name not in costs:
        return [""] * 5
    is_ours, is_read = name == OURS, OWN_CONNECTION not in costs
    close, less = _ratio(costs, name, BARE), _ratio(costs, SDK, name) if SDK in costs else inf
    peer = close if is_read else _ratio(costs, name, OWN_CONNECTION)
    p50, p99 = (_median(percentile(cost.seconds, share) for cost in costs[name]) for share in (0.5, 0.99))
    return [
        f"{_cpu(costs[name]):.3f}",
        f"{close:.2f}{'' if is_read else f' ({peer:.2f})'}{' !' * (is_ours and peer > CLOSE)}",
        "" if less == inf else f"{less:.1f}{' !' * (is_ours and is_read and less < LESS_THAN_SDK[at_once])}",
        f"{p50 * 1000:.2f}",
        f"{p99 * 1000:.2f}{' !' * (is_ours and is_read and at_once == 500 and p99 > LONGEST)}",
    ]


def _list_table(lists: dict[str, Costs]) -> Table:
    table = Table(title=f"GET deployments with their workflows, page by page, medians of {ROUNDS} rounds")
    table.add_column("client")
    for count in lists:
        for column in (f"{count}: CPU ms", "of bare", "SDK/this", "ms"):
            table.add_column(column, justify="right")
    for name in lists[next(iter(lists))]:
        cells = list[str]()
        for costs in lists.values():
            less = f"{_ratio(costs, SDK, name):.1f}" if SDK in costs else ""
            whole = _median(cost.seconds[0] for cost in costs[name]) * 1000
            cells += [f"{_cpu(costs[name]):.1f}", f"{_ratio(costs, name, BARE):.2f}", less, f"{whole:.0f}"]
        table.add_row(f"{name} (its way of reading)" if name == SDK else name, *cells)
    return table


def _ratio(costs: Costs, name: str, other: str) -> float:
    """How many times the CPU of the other: each round by itself, then the median."""
    return _median(cost.cpu / its.cpu for cost, its in zip(costs[name], costs[other], strict=True))


def _cpu(costs: Sequence[Cost]) -> float:
    """Milliseconds a call."""
    return _median(cost.cpu for cost in costs) * 1000


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _chart(title: str, groups: dict[str, Costs]) -> Bars:
    names = next(iter(groups.values()))
    bars = {name: [_cpu(costs[name]) if name in costs else nan for costs in groups.values()] for name in names}
    return Bars(title, tuple(groups), bars)
