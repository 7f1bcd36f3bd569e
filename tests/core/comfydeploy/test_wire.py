"""What addresses, ids, dates, headers and keys mean."""

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.errors import BadReply
from core.comfydeploy.wire import (
    api_root,
    checked_id,
    decode,
    expiry_of,
    key_scope,
    parse_date,
    parse_retry_after,
    unsigned,
)
from tests.anything import QUICK, texts

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"


@pytest.mark.parametrize(
    ("given_address", "root"),
    [
        ("https://api.comfydeploy.com", "https://api.comfydeploy.com/api"),
        ("https://api.comfydeploy.com/", "https://api.comfydeploy.com/api"),
        ("https://api.comfydeploy.com/api", "https://api.comfydeploy.com/api"),
        ("https://api.comfydeploy.com/api/", "https://api.comfydeploy.com/api"),
        ("  https://api.comfydeploy.com/api//\n", "https://api.comfydeploy.com/api"),
        ("HTTPS://api.comfydeploy.com", "https://api.comfydeploy.com/api"),
        ("http://localhost:3011", "http://localhost:3011/api"),
        ("http://[::1]:3011/api", "http://[::1]:3011/api"),
        ("https://proxy.example/comfy", "https://proxy.example/comfy/api"),
        ("https://proxy.example/comfy/api", "https://proxy.example/comfy/api"),
        ("https://proxy.example/api/comfy", "https://proxy.example/api/comfy/api"),
        ("https://api.example/apis", "https://api.example/apis/api"),
    ],
)
def test_routes_hang_under_exactly_one_api(given_address: str, root: str) -> None:
    assert api_root(given_address) == root


def test_a_root_is_its_own_root() -> None:
    assert api_root(api_root("https://api.example/x/")) == "https://api.example/x/api"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.comfydeploy.com",
        "//api.comfydeploy.com",
        "ftp://api.comfydeploy.com",
        "file:///etc/passwd",
        "https://",
        "https:///api",
        "https://?x",
        "https://api.example?key=1",
        "https://api.example/#part",
        "https://user@api.example",
        "https://user:secret@api.example",
        "https://@api.example",
        "https://api.example:0",
        "https://api.example:99999",
        "https://api.example:port",
        "https://[::1",
        "https://api example",
        "https://api.example\\evil.example",
    ],
)
def test_what_is_no_plain_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        api_root(address)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("spelling", [RUN, RUN.upper(), RUN.replace("-", ""), f"{{{RUN}}}", f"urn:uuid:{RUN}"])
def test_an_id_comes_out_in_the_spelling_of_the_api(spelling: str) -> None:
    assert checked_id(spelling) == RUN


@pytest.mark.parametrize("value", ["", "abc", "../workflows", f"{RUN}/cancel", f"{RUN}?x=1", f"../{RUN}", RUN[:-1]])
def test_what_is_no_id_cannot_enter_a_path(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_id(value)


@QUICK
@given(st.text(alphabet="0123456789abcdef-/.?#% \u0661", max_size=40))
def test_whatever_is_taken_for_an_id_is_hex_and_dashes(value: str) -> None:
    try:
        taken = checked_id(value)
    except ValueError:
        return

    assert len(taken) == 36
    assert set(taken) <= set("0123456789abcdef-")


@pytest.mark.parametrize(
    ("form", "moment"),
    [
        ("2026-11-20T06:08:08.366000Z", datetime(2026, 11, 20, 6, 8, 8, 366000, UTC)),
        ("2026-11-20T06:08:20.310Z", datetime(2026, 11, 20, 6, 8, 20, 310000, UTC)),
        ("2026-11-20 06:06:42.717784", datetime(2026, 11, 20, 6, 6, 42, 717784, UTC)),
        ("2026-11-20T06:06:42.707829", datetime(2026, 11, 20, 6, 6, 42, 707829, UTC)),
        ("2026-11-20T06:06:42.760721+00Z", datetime(2026, 11, 20, 6, 6, 42, 760721, UTC)),
        ("2025-01-02T03:04Z", datetime(2025, 1, 2, 3, 4, 0, 0, UTC)),
        ("2025-01-02T03:04", datetime(2025, 1, 2, 3, 4, 0, 0, UTC)),
        ("2025-01-02T03:04:00Z", datetime(2025, 1, 2, 3, 4, 0, 0, UTC)),
        ("2026-11-20T06:08:08.366000+00:00", datetime(2026, 11, 20, 6, 8, 8, 366000, UTC)),
        ("2026-11-20T08:08:08+02:00", datetime(2026, 11, 20, 6, 8, 8, 0, UTC)),
        (" 2026-11-20T06:08:08Z ", datetime(2026, 11, 20, 6, 8, 8, 0, UTC)),
    ],
)
def test_every_date_form_of_the_api_is_one_moment(form: str, moment: datetime) -> None:
    parsed = parse_date(form)

    assert isinstance(parsed, datetime)
    assert parsed.tzinfo is not None
    assert parsed == moment


@pytest.mark.parametrize("value", [None, 5, 1.5, ["2026-11-20"], {}])
def test_what_is_no_text_is_left_to_pydantic(value: object) -> None:
    assert parse_date(value) is value


@pytest.mark.parametrize("value", ["", "soon", "2026-13-01T00:00:00Z", "Z", "+00Z"])
def test_text_that_is_no_date_is_a_value_error(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(value)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0.25", 0.25),
        ("Fri, 20 Nov 2026 06:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 07:00:30 +0100", 30.0),
        ("Fri, 20 Nov 2026 05:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("nan", None),
        ("1.2.3", None),
        ("Fri, 20 Nov 99999 06:00:30 GMT", None),
        ("Fri, 20 Nov 2026 06:00:30 +9999", None),
        ("Fri, 20 Nov 2026 06:00:30 +" + "9" * 30, None),
        ("9" * 400, float("inf")),
    ],
)
def test_retry_after_is_seconds_from_either_form(header: str | None, wait: float | None) -> None:
    assert parse_retry_after(header, NOW) == wait


@QUICK
@given(st.one_of(texts, st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} [\d:]{1,8}( [+-]?\w{1,12})?", fullmatch=True)))
def test_no_retry_after_header_is_too_absurd(header: str) -> None:
    wait = parse_retry_after(header, NOW)

    assert wait is None or wait >= 0.0


def _jwt(payload: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(payload)}.{'s' * 43}"


@pytest.mark.parametrize(
    ("key", "scope"),
    [
        (_jwt({"user_id": "user_1", "iat": 1}), "personal"),
        (_jwt({"user_id": "user_1", "iat": 1, "org_id": None}), "personal"),
        (_jwt({"user_id": "user_1", "iat": 1, "org_id": "org_1"}), "organisation"),
        (_jwt({"sub": "user_1"}), "unknown"),
        (_jwt(["user_id"]), "unknown"),
        (_jwt("user_id"), "unknown"),
        ("", "unknown"),
        ("no-token-at-all", "unknown"),
        ("a.b.c", "unknown"),
        ("a.b.c.d", "unknown"),
        ("é.é.é", "unknown"),
        (f"h.{base64.urlsafe_b64encode(b'[' * 100_000).decode()}.s", "unknown"),
    ],
)
def test_a_key_tells_whose_objects_it_sees(key: str, scope: str) -> None:
    assert key_scope(key) == scope


@pytest.mark.parametrize(
    ("signed", "bare"),
    [
        ("https://b.s3.amazonaws.com/a.png?X-Amz-Date=1&X-Amz-Signature=2", "https://b.s3.amazonaws.com/a.png"),
        ("https://b.example/a%20b.png?v=%2F1&X-Amz-Date=1#top", "https://b.example/a%20b.png?v=%2F1#top"),
        ("https://b.example/a.png?X-Amz-Date=1&v=1", "https://b.example/a.png?v=1"),
        ("https://b.example/a.png?x-amz-signature=1", "https://b.example/a.png"),
        (
            '["https://b.example/1?X-Amz-A=1","https://b.example/2?X-Amz-A=1"]',
            '["https://b.example/1","https://b.example/2"]',
        ),
        (
            "see https://b.example/1?X-Amz-A=1 and https://b.example/2?X-Amz-B=1.",
            "see https://b.example/1 and https://b.example/2",
        ),
        ("https://b.example/a.png?flag&empty=", "https://b.example/a.png?flag&empty="),
        ("why? what is X-Amz-Date?", "why? what is X-Amz-Date?"),
        ("", ""),
    ],
)
def test_a_signature_goes_and_all_else_stays(signed: str, bare: str) -> None:
    assert unsigned(signed) == bare


@QUICK
@given(
    st.lists(
        st.sampled_from(["?", "&", "#", " ", '"', "a=1", "X-Amz-A=1", "x-amz-b", "https://a.example/"]), max_size=12
    )
)
def test_no_address_keeps_a_signature(pieces: list[str]) -> None:
    left = unsigned("".join(pieces)).lower()

    assert "?x-amz-" not in left
    assert unsigned(left) == left


def test_a_body_is_read_as_json() -> None:
    assert decode("GET /run/{id}", b'{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize("body", [b"", b"Internal Server Error", b"[" * 100_000, b"9" * 5_000, b"\xff\xfe\x00"])
def test_a_body_that_is_no_json_is_a_bad_reply_that_does_not_repeat_it(body: bytes) -> None:
    with pytest.raises(BadReply, match=r"^GET /run/\{id\}: BadReply$") as caught:
        decode("GET /run/{id}", body)

    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


@QUICK
@given(st.binary(max_size=40))
def test_any_body_is_json_or_a_bad_reply(body: bytes) -> None:
    with contextlib.suppress(BadReply):
        decode("GET /run/{id}", body)


def test_a_zone_other_than_utc_is_kept_as_the_same_moment() -> None:
    parsed = parse_date("2026-11-20T06:00:00-05:00")

    assert parsed == datetime(2026, 11, 20, 6, tzinfo=timezone(timedelta(hours=-5)))


@pytest.mark.parametrize(
    ("query", "moment"),
    [
        ("X-Amz-Date=20261120T060806Z&X-Amz-Expires=3600", datetime(2026, 11, 20, 7, 8, 6, tzinfo=UTC)),
        ("a=1&x-amz-expires=60&x-amz-date=20261120T060806Z", datetime(2026, 11, 20, 6, 9, 6, tzinfo=UTC)),
        ("X-Amz-Date=20261120T060806Z", None),
        ("X-Amz-Date=yesterday&X-Amz-Expires=3600", None),
        ("X-Amz-Date=20261120T060806Z&X-Amz-Expires=9999999999999999999", None),
        ("", None),
    ],
)
def test_a_signed_address_says_until_when_it_works(query: str, moment: datetime | None) -> None:
    assert expiry_of(f"https://files.example/a.png?{query}") == moment
