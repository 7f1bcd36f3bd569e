"""The settings that belong together: webhooks and what they need; and where the bot's own file may be."""

import os
from pathlib import Path
from unittest import mock

import pytest

from stationthis_discord.settings import Settings, SettingsError, load
from tests.stationthis_discord.test_settings import NEEDED

SECRET = "0123456789abcdef"
HOOKED = {
    "STATIONTHIS_HTTP_BIND": "127.0.0.1:9100",
    "STATIONTHIS_PUBLIC_URL": "https://bot.example.test",
    "STATIONTHIS_WEBHOOK_SECRET": SECRET,
}
URL = Settings.model_fields["stationthis_public_url"].description

pytestmark = pytest.mark.usefixtures("clean_environment")


def _loaded(**more: str) -> Settings:
    with mock.patch.dict(os.environ, NEEDED | more):
        return load(Settings)


def _refused(**more: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        _loaded(**more)
    return caught.value.lines


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://bot.example.test", "https://bot.example.test/hooks/run?"),
        (" https://bot.example.test/station/ ", "https://bot.example.test/station/hooks/run?"),
        ("http://127.0.0.1:9100", "http://127.0.0.1:9100/hooks/run?"),
        ("http://[::1]:9100", "http://[::1]:9100/hooks/run?"),
    ],
)
def test_a_public_address_turns_webhooks_on(url: str, start: str) -> None:
    loaded = _loaded(**HOOKED | {"STATIONTHIS_PUBLIC_URL": url})

    assert loaded.hooks is not None
    assert loaded.hooks.address("0" * 16).startswith(start)


def test_the_secret_is_a_secret() -> None:
    loaded = _loaded(**HOOKED)

    assert loaded.secrets[-1] == SECRET
    assert SECRET not in f"{loaded!r} {loaded.hooks!r}"


def test_a_secret_without_a_public_address_is_no_fault() -> None:
    assert _loaded(STATIONTHIS_WEBHOOK_SECRET=SECRET).hooks is None


@pytest.mark.parametrize(
    ("left_out", "wanted"),
    [
        (["STATIONTHIS_WEBHOOK_SECRET"], "STATIONTHIS_WEBHOOK_SECRET"),
        (["STATIONTHIS_HTTP_BIND"], "STATIONTHIS_HTTP_BIND"),
        (
            ["STATIONTHIS_WEBHOOK_SECRET", "STATIONTHIS_HTTP_BIND"],
            "STATIONTHIS_WEBHOOK_SECRET and STATIONTHIS_HTTP_BIND",
        ),
    ],
)
def test_a_public_address_needs_a_secret_and_an_open_side_door(left_out: list[str], wanted: str) -> None:
    lines = _refused(**{name: value for name, value in HOOKED.items() if name not in left_out})

    assert lines == [f"STATIONTHIS_PUBLIC_URL is not usable: it must come with {wanted}. {URL}."]


def test_a_malformed_secret_is_not_called_missing_too() -> None:
    (line,) = _refused(**HOOKED | {"STATIONTHIS_WEBHOOK_SECRET": "short"})

    assert line.startswith("STATIONTHIS_WEBHOOK_SECRET is not usable: it must be at least 16 ")


@pytest.mark.parametrize("secret", ["fifteen letters", " " * 20, "schlüssel-schlüssel", "a\x7f" * 16])
def test_a_weak_or_odd_secret_is_refused(secret: str) -> None:
    (line,) = _refused(STATIONTHIS_WEBHOOK_SECRET=secret)

    assert line.startswith("STATIONTHIS_WEBHOOK_SECRET is not usable: it must ")


@pytest.mark.parametrize(
    "url",
    [
        "bot.example.test",
        "ftp://h",
        "https://",
        "https://h:99999",
        "https://u:p@h",
        "https://h?x=1",
        "https://h/a?",
        "https://h#f",
        "https://[x9z]",
        "https://h/a b",
        "https://h/a\\b",
        "https://h/\u00e9",
        "https://ex\u2100mple.test",
    ],
)
def test_what_is_no_public_address_is_refused(url: str) -> None:
    (line,) = _refused(**HOOKED | {"STATIONTHIS_PUBLIC_URL": url})

    assert line.startswith("STATIONTHIS_PUBLIC_URL is not usable: it must be an http:// or https:// address")


def test_postgresql_is_not_supported_yet_and_the_line_says_so() -> None:
    (line,) = _refused(STATIONTHIS_DATABASE_URL="postgresql+asyncpg://bot:pa55word@db/bot")

    assert "must be sqlite+aiosqlite:/// and the path of a file; PostgreSQL is not supported yet." in line
    assert "pa55word" not in line


def test_a_tilde_in_the_path_is_the_home_folder(clean_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clean_environment.setenv("HOME", str(tmp_path))

    loaded = _loaded(STATIONTHIS_DATABASE_URL="sqlite+aiosqlite:///~/station.db")

    assert loaded.stationthis_database_url == f"sqlite+aiosqlite:///{tmp_path}/station.db"


def test_a_tilde_of_nobody_is_refused() -> None:
    (line,) = _refused(STATIONTHIS_DATABASE_URL="sqlite+aiosqlite:///~nobody-of-this-name/station.db")

    assert line.startswith("STATIONTHIS_DATABASE_URL is not usable: it must have a path ")
