"""The documents say what the code says."""

from pathlib import Path

from core.comfydeploy.operations import OPERATIONS
from core.metrics import Metrics

DOCS = Path(__file__).parents[1] / "docs"


def test_the_table_of_operations_is_the_one_in_the_code() -> None:
    lines = (DOCS / "api.md").read_text(encoding="utf-8").splitlines()

    rows = [line for line in lines if line.startswith("| `")]
    assert rows == [
        f"| `{operation.name}` | {f'`{operation.older.name}`' if operation.older else ''} | "
        f"{', '.join(f'`{path}`' for path in operation.also)} |"
        for operation in OPERATIONS
    ]


def test_every_metric_is_explained() -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")

    names = {metric.name for metric in Metrics().collect()}
    assert {name for name in names if name not in text and name.removeprefix("stationthis_cache") not in text} == set()
