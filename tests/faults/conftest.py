"""The table of faults: `make test` runs its short rows, `--all-faults` (`make faults`) all of them."""

from pathlib import Path

import pytest

ALL = "--all-faults"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(ALL, action="store_true", help="every row of the table of faults, not only the short ones")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Rows that take long are left out where nobody asked for them."""
    if config.getoption(ALL, default=False):
        return
    here = Path(__file__).parent
    left_out = [item for item in items if here in item.path.parents and item.get_closest_marker("long_row")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long_row: a row of the table of faults for which a whole world is made")
