"""Writes the page of the documents: `python -m tests.faults > docs/faults.md`."""

import sys

from tests.faults.table import page

if __name__ == "__main__":
    sys.stdout.write(page())
