"""Figures as a picture under `bench/`, where matplotlib is installed: it comes with the extra `bench`."""

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path("bench")


@dataclass(frozen=True, slots=True)
class Bars:
    """One chart: a group of bars for each label, and in each group a bar for each series."""

    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]


def plotted(name: str, unit: str, charts: Sequence[Bars]) -> str:
    """The charts side by side in one PNG on a logarithmic scale; tells where it is, or what is missing for it."""
    if importlib.util.find_spec("matplotlib") is None:
        return "no picture: matplotlib is missing, it comes with `pip install -c constraints.txt -e '.[bench]'`"
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("agg")  # no window
    figure, places = importlib.import_module("matplotlib.pyplot").subplots(
        1, len(charts), figsize=(5.5 * len(charts), 4.5), squeeze=False, layout="constrained"
    )
    for axes, chart in zip(places[0], charts, strict=True):
        _draw(axes, chart, unit)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    figure.savefig(path, dpi=120)
    return f"picture: {path.resolve()}"


def _draw(axes: Any, chart: Bars, unit: str) -> None:  # noqa: ANN401 -- a library that may be missing
    width = 0.8 / len(chart.series)
    for number, (name, values) in enumerate(chart.series.items()):
        axes.bar([place + number * width for place in range(len(chart.labels))], values, width, label=name)
    middle = 0.4 - width / 2
    axes.set_xticks([place + middle for place in range(len(chart.labels))], chart.labels)
    axes.set(title=chart.title, ylabel=unit, yscale="log")
    axes.legend(fontsize="small")
