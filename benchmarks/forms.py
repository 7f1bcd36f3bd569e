"""What a form of 80 inputs costs, from what was filled in to a screen of it: `make bench ARGS="forms"`.

Each beside the JSON of the same values, which is what sending them costs anyway.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.figures import percentile
from cogs.ui.modals import section_modal
from core.comfydeploy.fit import fit
from core.comfydeploy.inputs import Input, parse_inputs
from core.comfydeploy.model_names import with_names
from core.comfydeploy.outputs import Kind
from core.comfydeploy.values import Stored, Value
from core.comfydeploy.written import text_of
from core.forms.form import Form
from core.forms.sections import sections_of
from core.offer import Deployment

INPUTS: Final = 80
CALLS: Final = 400  # of each piece of work
GOAL: Final = 0.001  # seconds: fitting

_ADDRESS: Final = "https://files.example/inputs/img_0123456789.png"
_FILES: Final = ("Image", "ImageAlpha", "ImageBatch", "Video", "Vid", "Audio", "EXR", "File")
_GIVEN: Final[dict[str, Value]] = {
    "Text": "a small boat on a wide river, in the morning light",
    "Number": "7,5",
    "NumberInt": "20",
    "NumberSlider": "0.35",
    "NumberSliderInt": "11",
    "Seed": "123456789",
    "Boolean": "yes",
    "Enum": "OPTION 19",
    "Lora": "ink.safetensors",
    "Color": "#ff8800",
    **dict.fromkeys(_FILES, (Stored("img_0123456789.png", _ADDRESS),)),
}
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "Enum": {"options": json.dumps([f"option {number}" for number in range(20)])},
    "NumberSliderInt": {"min_value": 1, "max_value": 10, "default_value": 4},
}


@dataclass(frozen=True, slots=True)
class Case:
    """A workflow's inputs, and what a person filled in for each of them."""

    title: str
    inputs: tuple[Input, ...]
    values: Mapping[str, Value]


async def measure_forms(console: Console) -> None:
    """One row for each form and piece of work; fitting has a `!` where it takes more of the processor than promised."""
    table = Table(title=f"{INPUTS} inputs, {CALLS} times each; ! = goal missed")
    for column in ("form", "work", "p50 ms", "p99 ms", "CPU ms", "of the JSON of its values"):
        table.add_column(column, justify="left" if column in {"form", "work"} else "right")
    for case in CASES:
        works = _works(case)
        figures = {name: _delays(work) for name, work in works.items()}
        bare = statistics.median(figures["json.dumps"][0])
        for name, (took, worked) in figures.items():
            cpu = statistics.median(worked)
            table.add_row(
                case.title,
                name,
                f"{statistics.median(took) * 1000:.3f}",
                f"{percentile(took, 0.99) * 1000:.3f}",
                f"{cpu * 1000:.3f}{' !' * (name == 'fit' and cpu > GOAL)}",
                f"{statistics.median(took) / bare:.1f}",
            )
    console.print(table)


def _works(case: Case) -> dict[str, Callable[[], object]]:
    """All of it is done once before, so that nothing that is wrong is measured."""
    deployment = Deployment("d", case.title, "production", "w", 1, "", case.inputs, Kind.IMAGE, case.title)
    form = Form("0" * 16, deployment, case.values)
    values = fit(case.inputs, case.values, _lowest).values
    assert len(values) == INPUTS
    largest = max(form.sections, key=lambda section: len(section.inputs))
    return {
        "json.dumps": lambda: json.dumps(values),
        "fit": lambda: fit(case.inputs, case.values, _lowest),
        "text_of": lambda: [text_of(item, values[item.key]) for item in case.inputs],
        "sections_of": lambda: sections_of(case.inputs),
        "section_modal": lambda: section_modal(form, largest).to_dict(),
    }


def _delays(work: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Seconds, and seconds of the processor, of each call."""
    took, worked = list[float](), list[float]()
    for _ in range(CALLS):
        began, busy = time.perf_counter(), time.thread_time()
        work()
        worked.append(time.thread_time() - busy)
        took.append(time.perf_counter() - began)
    return took, worked


def _lowest(low: int, _: int) -> int:
    return low


def _case(title: str, *classes: str, **fields: object) -> Case:
    """The classes in turn, in groups of seven."""
    kinds = [classes[number % len(classes)] for number in range(INPUTS)]
    nodes = {
        str(number): {
            "class_type": f"ComfyUIDeployExternal{kind}",
            "inputs": {"input_id": f"{kind}_{number}", "display_name": f"{kind} {number}"}
            | _FIELDS.get(kind, {})
            | fields,
            "_meta": {"cd_input_order": number, "cd_input_group_id": f"group {number // 7}"},
        }
        for number, kind in enumerate(kinds)
    }
    values = {f"{kind}_{number}": _GIVEN[kind] for number, kind in enumerate(kinds)}
    return Case(title, parse_inputs(nodes), values)


def _last_picked(case: Case) -> Case:
    """A menu gives an option as it is."""
    return replace(case, values={item.key: item.options[-1] for item in case.inputs})


def _named(case: Case) -> Case:
    names = tuple(f"style {number:04} by somebody.safetensors" for number in range(2000))
    kinds = {item.kind for item in case.inputs}
    return replace(case, inputs=with_names(case.inputs, dict.fromkeys(kinds, names)))


CASES: Final = (
    _case("mixed kinds", *_GIVEN),
    _case("texts only", "Text"),
    _case("files only", *_FILES),
    _last_picked(_case("500 options each", "Enum", options=[f"option {number}" for number in range(500)])),
    _named(_case("2,000 names each", "Lora")),
)


if __name__ == "__main__":
    asyncio.run(measure_forms(Console(highlight=False, soft_wrap=True)))
