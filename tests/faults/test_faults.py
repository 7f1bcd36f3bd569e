"""Every row of the table of faults, with the real bot between both sandboxes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from tests.e2e.conftest import World
from tests.e2e.stage import a_stage
from tests.faults.case import Case
from tests.faults.judge import judge
from tests.faults.row import Row
from tests.faults.table import ROWS

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SHORT: Final = [row for row in ROWS if row.short]
_LONG: Final = [
    pytest.param(row, id=row.name, marks=[pytest.mark.long_row, pytest.mark.timeout(row.seconds)])
    for row in sorted(ROWS, key=lambda row: -row.seconds)
    if not row.short
]
_LONG.insert(1, _LONG.pop())  # so that the two longest are not handed to one process, which takes two at first


def _as_it_is(_: World) -> None:
    pass


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with a_stage(tmp_path_factory.mktemp("faults"), pace=1.0) as world:
        yield world


@pytest.mark.parametrize("row", _LONG)
async def test_a_row(tmp_path: Path, row: Row) -> None:
    async with a_stage(tmp_path, _as_it_is, 1.0, **row.settings()) as world:
        case = Case(world)

        await row.act(case)

        await judge(case, row)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("row", _SHORT, ids=lambda row: row.name)
async def test_a_short_row(shared: World, row: Row) -> None:
    case, start, known = Case(shared), len(shared.log.read_text()), set(shared.api.runs)

    await row.act(case)

    await judge(case, row, start)
    for run_id in known:
        shared.api.end(run_id, "cancelled")
