"""How figures are made from samples, and written: seconds in, milliseconds on paper."""

import statistics
from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which `share` (0.0-1.0) of all lie: always one that was measured."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def delays(rounds: Sequence[Sequence[float]]) -> str:
    """The medians of the rounds' p50 and p99, and the worst of all, in milliseconds."""
    filled = [samples for samples in rounds if samples]
    if not filled:
        return "no answer at all"
    p50 = statistics.median(map(statistics.median, filled))
    p99 = statistics.median(percentile(samples, 0.99) for samples in filled)
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, worst {max(map(max, filled)) * 1000:.1f} ms"
