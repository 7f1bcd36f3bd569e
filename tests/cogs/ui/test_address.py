"""Where a run is shown survives being written down, and nothing else is taken for it."""

import contextlib
import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.address import Address, Ticket
from tests.anything import QUICK, json_values, texts

TOKEN: Final = "aW50ZXJhY3Rpb24-secret"
ids = st.integers(1, 2**63 - 1)
tickets = st.builds(
    Ticket,
    application=ids,
    token=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300),
    until=st.integers(0, 2**53 - 1),
)
addresses = st.builds(
    Address,
    channel=ids,
    nonce=st.integers(0, 2**64 - 1).map("{:016x}".format),
    limit=st.integers(1, 2**53 - 1),
    guild=st.none() | ids,
    home=st.booleans(),
    private=st.booleans(),
    message=st.none() | ids,
    reply_to=st.none() | ids,
    ticket=st.none() | tickets,
)
SIMPLE: Final = Address(
    channel=7, nonce="0" * 16, limit=1, home=True, ticket=Ticket(application=8, token=TOKEN, until=9)
)


@QUICK
@given(addresses)
def test_what_was_written_is_read_back(address: Address) -> None:
    assert Address.read(address.write()) == address


@QUICK
@given(texts | json_values.map(json.dumps) | st.text().map(lambda text: SIMPLE.write().replace("0" * 16, text)))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        Address.read(text)


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "7"},
        {"channel": 2**70},
        {"channel": 0},
        {"nonce": "é" * 16},
        {"limit": 0},
        {"ticket": {"application": 8, "token": "", "until": 9}},
        {"ticket": {"application": 8, "token": TOKEN}},
        {"unheard-of": 1},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_without_being_quoted(change: dict[str, object]) -> None:
    text = json.dumps(json.loads(SIMPLE.write()) | change)

    with pytest.raises(ValueError) as caught:  # noqa: PT011 -- all that is promised
        Address.read(text)

    assert TOKEN not in str(caught.value)


def test_it_is_short_and_keeps_its_secret_to_itself() -> None:
    assert SIMPLE.write() == (
        '{"channel":7,"nonce":"0000000000000000","limit":1,"home":true,'
        f'"ticket":{{"application":8,"token":"{TOKEN}","until":9}}}}'
    )
    assert TOKEN not in repr(SIMPLE)
