"""The log: one form for everything, and no secret in any of it."""

import json
import logging
import warnings
from collections.abc import Callable

import pytest
import structlog

from stationthis_discord import log

KEY = "cd_0123456789abcdef"
TOKEN = "aW50ZXJhY3Rpb24-" + "x9_" * 40
SIGNED = "https://b.s3.amazonaws.com/a.png?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=5ec4e7&X-Amz-Security-Token=t0ken"

pytestmark = pytest.mark.usefixtures("logging_restored")
Capture = pytest.CaptureFixture[str]


def _configure(form: str = "json", level: str = "info", secrets: tuple[str, ...] = (KEY,)) -> None:
    log.configure(form, level, secrets)


def _raise(text: str) -> None:
    raise ConnectionError(text)


def _written(capsys: Capture) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize(
    "write",
    [
        lambda: structlog.get_logger("ours").info("event", url=f"https://h/x?key={KEY}"),
        lambda: structlog.get_logger("ours").info(f"said {KEY}"),
        lambda: structlog.get_logger("ours").info("event", deep={"a": [KEY]}, error=ValueError(KEY)),
        lambda: structlog.get_logger("ours").info("event", binary=KEY.encode()),
        lambda: logging.getLogger("library").warning("said %s", KEY),
        lambda: logging.getLogger("library").warning("said %(key)s", {"key": KEY}),
        lambda: logging.getLogger("library").error("failed", exc_info=ValueError(KEY)),
        lambda: structlog.get_logger("ours").error("failed", exc_info=ValueError(KEY)),
        lambda: logging.getLogger("library").error("failed", extra={"key": KEY}, stack_info=True),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(form: str, write: Callable[[], None], capsys: Capture) -> None:
    _configure(form)

    write()

    written = _written(capsys)
    assert KEY not in written
    assert "event" in written or "said" in written or "failed" in written


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_secret_is_hidden_in_the_traceback_of_an_error_and_of_its_cause(form: str, capsys: Capture) -> None:
    _configure(form)

    try:
        try:
            _raise(f"Authorization: Bearer {KEY}")
        except ConnectionError as cause:
            raise RuntimeError(f"because of {KEY}") from cause
    except RuntimeError:
        structlog.get_logger("ours").exception("failed")
        logging.getLogger("library").exception("failed")

    written = _written(capsys)
    assert KEY not in written
    assert written.count("Traceback") >= 2
    assert written.count("[hidden]") == 4


@pytest.mark.parametrize(
    ("address", "hidden", "kept"),
    [
        (f"https://discord.com/api/v10/webhooks/1/{TOKEN}/messages/@original", TOKEN, "/messages/@original"),
        (f"<https://discord.com/api/v10/interactions/1/{TOKEN}>", TOKEN, "interactions/1/"),
        (f"URL('https://discord.com/api/v10/webhooks/1/{TOKEN}')", TOKEN, "webhooks/1/"),
        (f"(https://discord.com/api/v10/webhooks/1/{TOKEN})", TOKEN, ")"),
        ("https://h/stream?cd_token=abc.def-123&run_id=7", "abc.def-123", "run_id=7"),
        (SIGNED, "5ec4e7", "X-Amz-Signature="),
        (SIGNED, "AKIA", "a.png"),
        (SIGNED, "t0ken", "a.png"),
        (SIGNED.lower(), "5ec4e7", "a.png"),
    ],
)
def test_tokens_in_addresses_are_hidden_without_being_known(
    address: str, hidden: str, kept: str, capsys: Capture
) -> None:
    _configure()

    structlog.get_logger("ours").info("asked", url=address)

    written = json.loads(_written(capsys))["url"]
    assert hidden not in written
    assert kept in written


def test_ids_and_names_stay_readable(capsys: Capture) -> None:
    _configure()
    path = "/api/run/00000000-0000-4000-8000-000000000000/outputs/ComfyUI_00001_.png"

    structlog.get_logger("ours").info("asked", path=path, count=3, share=0.5, on=True, nothing=None)

    event = json.loads(_written(capsys))
    assert (event["path"], event["count"], event["share"]) == (path, 3, 0.5)
    assert (event["on"], event["nothing"], event["event"]) == (True, None, "asked")
    assert (event["level"], event["logger"]) == ("info", "ours")
    assert event["timestamp"].endswith("Z")


def test_of_a_secret_that_holds_another_nothing_is_left(capsys: Capture) -> None:
    _configure(secrets=("", "abcdef", "abcdef-longer", "abcdef"))

    structlog.get_logger("ours").info("event", said="abcdef-longer abcdef")

    assert json.loads(_written(capsys))["said"] == "[hidden] [hidden]"


@pytest.mark.parametrize("name", ["discord.http", "discord.gateway", "discord.client", "aiohttp.client", "asyncio"])
def test_libraries_never_speak_at_debug(name: str, capsys: Capture) -> None:
    _configure(level="debug")

    logging.getLogger(name).debug("a payload with the token of an interaction")
    structlog.get_logger("ours").debug("ours")

    assert [json.loads(line)["event"] for line in _written(capsys).splitlines()] == ["ours"]


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("debug", "debug info warning error"),
        ("info", "info warning error"),
        ("warning", "warning error"),
        ("error", "error"),
    ],
)
def test_the_level_holds_for_ours_and_theirs(level: str, heard: str, capsys: Capture) -> None:
    _configure(level=level)

    for logger in (structlog.get_logger("ours"), logging.getLogger("library")):
        for name in ("debug", "info", "warning", "error"):
            getattr(logger, name)(name)

    assert [json.loads(line)["event"] for line in _written(capsys).splitlines()] == heard.split() * 2


def test_a_library_asked_to_be_quiet_stays_quiet_at_a_high_level(capsys: Capture) -> None:
    _configure(level="error")

    logging.getLogger("discord.http").warning("We are being rate limited")

    assert _written(capsys) == ""


def test_what_discord_py_warns_of_at_each_start_is_not_repeated(capsys: Capture) -> None:
    _configure()

    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    logging.getLogger("discord.state").warning("Guilds intent seems to be disabled")

    assert _written(capsys) == ""


def test_warnings_are_log_lines(capsys: Capture) -> None:
    _configure()

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"beware of {KEY}", UserWarning, stacklevel=1)

    event = json.loads(_written(capsys))
    assert (event["level"], event["logger"]) == ("warning", "py.warnings")
    assert "beware of [hidden]" in event["event"]


def test_configuring_anew_replaces_what_was_before(capsys: Capture) -> None:
    _configure()
    _configure()

    structlog.get_logger("ours").info("once")

    assert len(_written(capsys).splitlines()) == 1


def test_a_line_for_people_has_no_colours_outside_of_a_terminal(capsys: Capture) -> None:
    _configure("console")

    structlog.get_logger("ours").warning("run.read_failed", run="r1")

    written = _written(capsys)
    assert "\x1b" not in written
    assert "run.read_failed" in written
    assert "run=r1" in written
