"""The page of the documents says what the rows say, and each row is named once."""

from collections import Counter

import pytest

from tests.faults.elsewhere import LINKS, ROOT, Link
from tests.faults.table import ROWS, page


def test_the_page_is_made_of_the_rows() -> None:
    assert (ROOT / "docs" / "faults.md").read_text(encoding="utf-8") == page()


def test_each_row_has_a_name_of_its_own() -> None:
    assert Counter(row.name for row in ROWS).most_common(1)[0][1] == 1


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.test.partition("::")[2])
def test_what_is_checked_elsewhere_is_there(link: Link) -> None:
    assert link.is_there
