"""Webhooks: addresses that nobody else can make, and reports that are read however odd they are."""

import contextlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.models import Run
from core.webhook import Heard, HookForged, Hooks, HookUnreadable

SECRET = "a secret of the tests"
HOOKS = Hooks("https://bot.example.test/station/", SECRET)
DELIVERY = "0123456789abcdef"
RUN = "200fbcb8-1c2d-4e3f-8a9b-0c1d2e3f4a5b"
REPORT = {
    "event_type": "run.updated",
    "status": "running",
    "live_status": "Executing KSampler",
    "progress": 0.04,
    "run_id": RUN,
    "outputs": [],
}


def _signature(delivery: str, hooks: Hooks = HOOKS) -> str:
    return hooks.address(delivery).rpartition("=")[2]


SIGNATURE = _signature(DELIVERY)


def _read(**more: object) -> Run:
    return HOOKS.read(DELIVERY, SIGNATURE, json.dumps(REPORT | more).encode()).run


def test_the_address_says_the_delivery_and_a_signature() -> None:
    address = HOOKS.address(DELIVERY)

    form = r"https://bot\.example\.test/station/hooks/run\?delivery=0123456789abcdef&sig=[0-9a-f]{32}"
    assert re.fullmatch(form, address)
    assert address == Hooks("https://bot.example.test/station", SECRET).address(DELIVERY)  # the next process agrees


def test_a_report_tells_of_a_run_without_outputs() -> None:
    body = json.dumps(REPORT | {"outputs": [{"id": "x", "data": {"images": []}}]}).encode()

    heard = HOOKS.read(DELIVERY, SIGNATURE, body)

    run = Run(id=RUN, status="running", live_status="Executing KSampler", progress=0.04)
    assert heard == Heard(DELIVERY, run)


@pytest.mark.parametrize(
    ("delivery", "signature"),
    [
        (DELIVERY, ""),
        (DELIVERY, "0" * 32),
        (DELIVERY, SIGNATURE[:-1]),
        (DELIVERY, SIGNATURE + "\n"),
        (DELIVERY, SIGNATURE.upper()),
        (DELIVERY, _signature(DELIVERY, Hooks("https://bot.example.test", "another secret"))),
        ("fedcba9876543210", SIGNATURE),
        ("", _signature("")),
        ("../../etc/passwd", _signature("../../etc/passwd")),
        (DELIVERY.upper(), _signature(DELIVERY.upper())),
    ],
)
def test_an_address_that_was_not_given_out_is_refused(delivery: str, signature: str) -> None:
    with pytest.raises(HookForged):
        HOOKS.read(delivery, signature, json.dumps(REPORT).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"running"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps(REPORT).encode()[:-1],
        json.dumps({"status": "running"}).encode(),
        json.dumps({"run_id": RUN}).encode(),
        json.dumps(REPORT | {"run_id": "../machine"}).encode(),
        json.dumps(REPORT | {"run_id": 7}).encode(),
        json.dumps(REPORT | {"status": None}).encode(),
        json.dumps(REPORT | {"status": "x" * 1_000}).encode(),
        json.dumps(REPORT).replace("[]", "[" * 5_000 + "]" * 5_000).encode(),
    ],
)
def test_what_does_not_tell_of_a_run_is_unreadable(body: bytes) -> None:
    with pytest.raises(HookUnreadable) as caught:
        HOOKS.read(DELIVERY, SIGNATURE, body)

    assert (caught.value.__cause__, caught.value.__context__) == (None, None)  # which would carry the body to the log


@pytest.mark.parametrize(
    ("told", "progress"),
    [(1.7, 1.0), (-3, 0.0), (0.9599999785423279, 0.96), (None, 0.0), ("half", 0.0), (True, 0.0), (float("nan"), 0.0)],
)
def test_progress_is_between_none_and_all(told: object, progress: float) -> None:
    assert _read(progress=told).progress == progress


def test_a_status_that_nobody_knows_survives() -> None:
    assert _read(status="warming-up").status == "warming-up"


@pytest.mark.parametrize("live", [None, 7, ["a"], "x" * 5_000])
def test_a_live_status_that_cannot_be_shown_is_left_out(live: object) -> None:
    assert _read(live_status=live).live_status is None


def test_only_the_run_and_its_status_must_be_there() -> None:
    heard = HOOKS.read(DELIVERY, SIGNATURE, json.dumps({"run_id": RUN.upper(), "status": "success"}).encode())

    assert heard.run == Run(id=RUN, status="success")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(REPORT)), inner, max_size=6),
    max_leaves=12,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_only_two_things_go_wrong(body: bytes) -> None:
    with contextlib.suppress(HookUnreadable):
        assert HOOKS.read(DELIVERY, SIGNATURE, body).delivery == DELIVERY


@given(st.text(), st.text() | st.just(SIGNATURE))
def test_whatever_the_address_says_it_is_forged(delivery: str, signature: str) -> None:
    with pytest.raises(HookForged):
        HOOKS.check(delivery, signature)
