"""The address of a machine: what is taken, and what is refused without repeating a password."""

import pytest
from hypothesis import given

from core.endpoints import machine_endpoint
from core.operator_errors import ChangeInvalid
from tests.anything import QUICK, texts


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://m.example", "https://m.example"),
        ("https://m.example/", "https://m.example/"),
        (" https://m.example/comfy ", "https://m.example/comfy/"),
        ("http://127.0.0.1:8188/a/b/", "http://127.0.0.1:8188/a/b/"),
        ("http://[::1]:8188", "http://[::1]:8188"),
        ("https://api.runpod.ai/v2/abc", "https://api.runpod.ai/v2/abc/"),
    ],
)
def test_an_absolute_address_is_taken_and_ends_with_a_slash_after_a_path(text: str, address: str) -> None:
    assert machine_endpoint(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m.example",
        "/comfy",
        "ftp://m.example",
        "file:///etc/passwd",
        "https://",
        "https:///comfy",
        "https://m.example:0",
        "https://m.example:65536",
        "https://m.example?token=1",
        "https://m.example/#x",
        "https://m.example/a b",
        "https://m.example/" + "x" * 500,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ChangeInvalid, match="endpoint: NOT_AN_ADDRESS"):
        machine_endpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://me:secret@m.example/",
        "https://secret@m.example",
        "secret@x@m.example",
        "https://me:p@secret/",
        "https://me:secret",
        "https://m.example/?token=secret",
        "https://m.example/#secret",
        "ftp://me:secret@m.example",
    ],
)
def test_nothing_of_what_is_refused_is_repeated(text: str) -> None:
    with pytest.raises(ChangeInvalid) as refused:
        machine_endpoint(text)

    assert "secret" not in repr(refused.value.problems)


@QUICK
@given(texts)
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = machine_endpoint(text)
    except ChangeInvalid:
        return
    assert address.startswith(("http://", "https://"))
