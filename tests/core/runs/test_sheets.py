"""What another process makes of the slots that it finds: one sheet again, or none where there is nothing to show."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.runs.journal import Phase, Record
from core.runs.sheet import Sheet, Sheets, Slot
from core.runs.view import RunView
from tests.core.runs.bench import Canvas

ASKED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NEW = RunView(deployment="Portraits", requester=1, asked_at=ASKED, prompt="fox")


def record(number: int, address: str, **facts: object) -> Record:
    whole = {"id": f"{number:016x}", "user": 1, "guild": None, "deployment": "d", "asked_at": ASKED, "address": address}
    return Record(**whole | facts)  # type: ignore[arg-type]  # facts by their names


async def test_slots_of_one_sheet_get_one_sheet_again() -> None:
    before, canvas = Sheet(Canvas(), 3).slots(), Canvas()
    records = [record(number, slot.address, run_id="r") for number, slot in enumerate(before)]
    sheets = Sheets(lambda _: canvas, records)

    slots = [sheets.surface(item) for item in records]
    for slot in slots:
        assert isinstance(slot, Slot)
        slot.know(NEW)
    await slots[0].show(replace(NEW, place=1))

    assert not any(sheets.is_shown(item) or sheets.is_cut_off(item) for item in records)
    assert len(canvas.shown[0].runs) == 3
    assert [slot.address.rsplit("canvas", 1)[0] for slot in slots] == [
        slot.address.rsplit("canvas", 1)[0] for slot in before
    ]


@pytest.mark.parametrize(
    ("facts", "is_shown", "is_cut_off"),
    [
        ({"run_id": "r", "phase": Phase.RUNNING}, True, False),
        ({"phase": Phase.SENDING, "order": "{}"}, True, False),
        ({"phase": Phase.IN_LINE}, True, False),
        ({"phase": Phase.IN_LINE, "order": "{}"}, False, True),
    ],
)
async def test_a_sheet_with_gaps_was_shown_or_never_begun(
    facts: dict[str, object], is_shown: bool, is_cut_off: bool
) -> None:
    records = [record(number, slot.address, **facts) for number, slot in enumerate(Sheet(Canvas(), 3).slots()[1:])]
    sheets = Sheets(lambda _: Canvas(), records)

    assert {(sheets.is_shown(item), sheets.is_cut_off(item)) for item in records} == {(is_shown, is_cut_off)}


async def test_an_address_that_leads_nowhere_is_made_up_for_by_another() -> None:
    before = Sheet(Canvas(), 2).slots()
    broken, whole = (slot.address for slot in before)
    records = [record(0, broken.replace("canvas", "nothing"), sent_at=ASKED), record(1, whole)]

    def restore(address: str) -> Canvas:
        if not address.startswith("canvas"):
            raise ValueError(address)
        return Canvas()

    sheets = Sheets(restore, records)

    assert len({id(slot.sheet) for slot in map(sheets.surface, records) if isinstance(slot, Slot)}) == 1
    with pytest.raises(ValueError, match="no address"):
        Sheets(restore, records[:1]).surface(records[0])


async def test_what_is_no_slot_is_restored_as_it_is() -> None:
    canvas, alone = Canvas(), record(0, "canvas 1")
    sheets = Sheets(lambda _: canvas, [alone])

    assert (sheets.surface(alone), sheets.is_shown(alone), sheets.is_cut_off(alone)) == (canvas, False, False)
