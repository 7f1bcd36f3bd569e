"""The limit of open files is raised as far as it may be, and never lowered."""

import resource
from collections.abc import Iterator

import pytest

from stationthis_discord.open_files import allow_more_files


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    """The soft and the hard one; the soft one is put back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield soft, hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("before", "most", "after"),
    [
        pytest.param(512, 700, 700, id="raised"),
        pytest.param(512, 512, 512, id="as it is to be"),
        pytest.param(512, 300, 512, id="above it"),
    ],
)
def test_it_is_raised_and_never_lowered(limits: tuple[int, int], before: int, most: int, after: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, limits[1]))

    allow_more_files(most)

    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (after, limits[1])


def test_the_hard_one_is_the_most(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, limits[1]))

    allow_more_files(2**40)

    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (limits[1], limits[1])
