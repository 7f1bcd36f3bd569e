"""A list of deployments, and forms for them."""

from collections.abc import AsyncIterator

import pytest

from core.forms.forms import Forms
from tests.core.forms.counter import OFFER, Counter, a_counter


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with a_counter(**OFFER) as opened:
        await opened.remember()
        yield opened


@pytest.fixture
def forms(counter: Counter) -> Forms:
    return counter.forms
