"""The table: all rows in the order in which they are run, and the page of the documents made of them."""

from typing import Final

from tests.faults import of_api, of_discord, of_hooks, of_kills, of_kills_often, of_process
from tests.faults.elsewhere import LINKS
from tests.faults.judge import UNIVERSAL
from tests.faults.row import Row

ROWS: Final[tuple[Row, ...]] = (
    *of_api.ROWS,
    *of_process.ROWS,
    *of_discord.ROWS,
    *of_hooks.ROWS,
    *of_kills.ROWS,
    *of_kills_often.ROWS,
)
_PARTS: Final = {
    "ComfyUI Deploy": of_api.ROWS,
    "Discord": of_discord.ROWS,
    "Webhooks": of_hooks.ROWS,
    "The process": (*of_process.ROWS, *of_kills.ROWS, *of_kills_often.ROWS),
}


def page() -> str:
    """`docs/faults.md`."""
    parts = [_part(name, rows) for name, rows in _PARTS.items()]
    return "\n".join([_HEAD, *[f"- {promise}," for promise in UNIVERSAL[:-1]], f"- {UNIVERSAL[-1]}.", *parts, _links()])


def _part(name: str, rows: tuple[Row, ...]) -> str:
    lines = dict.fromkeys(row.line for row in rows)
    return "\n".join([f"\n## {name}\n", "| fault | promise | clicks end as |", "|---|---|---|", *lines])


def _links() -> str:
    lines = [link.line for link in LINKS]
    return "\n".join(["\n## Checked elsewhere\n", "| fault | promise | test |", "|---|---|---|", *lines, ""])


_HEAD: Final = """# Faults

What is done to the bot, what it promises then, and how that is checked. Each row starts the real bot between the local
ComfyUI Deploy and the local Discord, lets people click in the middle of the fault, and reads from the traffic itself
what became of them. `make faults` runs all rows, `make test` a few short ones. This page is made from the rows by
`python -m tests.faults > docs/faults.md`; a test compares them.

After each row all of this holds:
"""
