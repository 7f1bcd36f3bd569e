"""Every setting: what it may be, what it becomes, and the one line it gets when it is not usable."""

import os
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.hosts import Hosts
from stationthis_discord import settings
from stationthis_discord.settings import ApiSettings, Settings, SettingsError, load, unknown_names

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
KEY = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidSJ9.c2lnbmF0dXJl"
NEEDED = {"DISCORD_TOKEN": TOKEN, "COMFY_DEPLOY_API_KEY": KEY}

pytestmark = pytest.mark.usefixtures("clean_environment")


def _loaded(**more: str) -> Settings:
    with mock.patch.dict(os.environ, NEEDED | more):
        return load(Settings)


def _refused(**more: str) -> list[str]:
    """The lines for settings that are not usable."""
    with mock.patch.dict(os.environ, NEEDED | more), pytest.raises(SettingsError) as caught:
        load(Settings)
    assert str(caught.value) == "; ".join(caught.value.lines)
    return caught.value.lines


def test_two_variables_are_enough() -> None:
    loaded = _loaded()

    plan = loaded.plan()
    assert (plan.api_url, plan.api_key) == ("https://api.comfydeploy.com", KEY)
    assert (plan.environments, plan.cache_ttl) == (("production",), 300)
    assert (plan.runs_per_user, plan.runs_total, plan.guilds) == (2, 20, frozenset())
    assert (plan.trusted_hosts, plan.input_hosts) == (frozenset(), Hosts(settings.DISCORD_CDN, frozenset()))
    assert (loaded.stationthis_log_format, loaded.stationthis_log_level) == ("console", "info")
    assert (loaded.discord_api_url, loaded.stationthis_dev_guild_id) == (None, None)
    assert loaded.stationthis_database_url.startswith("sqlite+aiosqlite:///")


def test_every_variable_arrives() -> None:
    loaded = _loaded(
        COMFY_DEPLOY_API_URL=" https://comfy.example.test:8443/api/ ",
        STATIONTHIS_ENVIRONMENTS="staging, production ,",
        STATIONTHIS_CACHE_TTL="12.5",
        STATIONTHIS_MEDIA_HOSTS="Files.Example.test, 10.0.0.7:9000",
        STATIONTHIS_LOG_FORMAT="json",
        STATIONTHIS_LOG_LEVEL="debug",
        DISCORD_API_URL="http://127.0.0.1:8080/api/v10/",
        STATIONTHIS_GUILDS="81384788765712384,  2",
        STATIONTHIS_RUNS_PER_USER="3",
        STATIONTHIS_RUNS_TOTAL="30",
        STATIONTHIS_DEV_GUILD_ID="81384788765712384",
        STATIONTHIS_DATABASE_URL="postgresql+asyncpg://bot:pa55word@db/bot",
    )

    plan = loaded.plan()
    assert plan.api_url == "https://comfy.example.test:8443/api/"
    assert (plan.environments, plan.cache_ttl) == (("staging", "production"), 12.5)
    assert plan.trusted_hosts == {"files.example.test", "10.0.0.7:9000"}
    assert plan.input_hosts.trusted == {"127.0.0.1:8080"}
    assert (plan.runs_per_user, plan.runs_total, plan.guilds) == (3, 30, frozenset({81384788765712384, 2}))
    assert (loaded.stationthis_log_format, loaded.stationthis_log_level) == ("json", "debug")
    assert (loaded.discord_api_url, loaded.stationthis_dev_guild_id) == (
        "http://127.0.0.1:8080/api/v10",
        81384788765712384,
    )
    assert loaded.secrets == [KEY, TOKEN, "pa55word"]


def test_missing_settings_get_a_line_each() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert [line.split(" ")[0] for line in caught.value.lines] == ["COMFY_DEPLOY_API_KEY", "DISCORD_TOKEN"]
    assert all(" is missing. " in line and line.endswith(".") for line in caught.value.lines)


def test_without_discord_only_the_key_is_needed() -> None:
    with mock.patch.dict(os.environ, {"COMFY_DEPLOY_API_KEY": f"  {KEY}\t"}):
        loaded = load(ApiSettings)

    assert loaded.plan().api_key == KEY
    assert loaded.secrets == [KEY]


MALFORMED = {
    "COMFY_DEPLOY_API_KEY": ["two words", "schlüssel", "   ", "line\nbreak", "a\x7fb"],
    "COMFY_DEPLOY_API_URL": [
        "api.comfydeploy.com",
        "ftp://h",
        "https://",
        "https://h:99999",
        "https://h:port",
        "https://u:p@h",
        "https://h?x=1",
        "https://h#f",
        "https://[x9z]",
        "https://ex\u2100mple.test",
        "  ",
    ],
    "STATIONTHIS_ENVIRONMENTS": ["prodution", "production,nowhere", ","],
    "STATIONTHIS_CACHE_TTL": ["0", "-1", "often", "nan"],
    "STATIONTHIS_MEDIA_HOSTS": ["https://h", "h:port", "h/path", "a b", "h:123456", "ok.test,not ok"],
    "STATIONTHIS_LOG_FORMAT": ["xml", "JSON "],
    "STATIONTHIS_LOG_LEVEL": ["loud", "7"],
    "DISCORD_TOKEN": ["token", "a.b.c", "Bot " + TOKEN, "  "],
    "DISCORD_API_URL": [
        "https://discord.com",
        "https://discord.com/api/v9",
        "discord.com/api/v10",
        "ftp://h/api/v10",
        "http://u@h/api/v10",
        "http://h:99999/api/v10",
        "http://[x9z]/api/v10",
        "  ",
    ],
    "STATIONTHIS_GUILDS": ["0", "-5", "abc", "1,two", str(2**64), "1.5"],
    "STATIONTHIS_RUNS_PER_USER": ["0", "many", "1.5"],
    "STATIONTHIS_RUNS_TOTAL": ["0", "many"],
    "STATIONTHIS_DEV_GUILD_ID": ["0", "abc", "1,2"],
    "STATIONTHIS_DATABASE_URL": ["mysql://db", "sqlite:///x.db", "sqlite+aiosqlite://", "postgresql+asyncpg://"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MALFORMED.items() for value in values])
def test_a_malformed_setting_gets_one_line_that_names_it(name: str, value: str) -> None:
    (line,) = _refused(**{name: value})

    assert line.startswith(f"{name} is not usable: it must ")
    assert line.endswith(".")
    assert "\n" not in line


def test_the_line_says_what_is_expected() -> None:
    total = Settings.model_fields["stationthis_runs_total"].description

    lines = _refused(STATIONTHIS_LOG_FORMAT="xml", STATIONTHIS_RUNS_TOTAL="0")

    assert lines == [
        "STATIONTHIS_LOG_FORMAT is not usable: it must be 'console' or 'json'. console or json.",
        f"STATIONTHIS_RUNS_TOTAL is not usable: it must be greater than or equal to 1. {total}.",
    ]


SECRET = "hunter2-q9x7z5"
SHAPES = """{} http://{} https://[{}] https://user:{}@host https://h:{} {}:80 1,{} {},{} {}.{}.{} sqlite+aiosqlite:{}
https://{}\u2100/api/v10 http://[{}]/api/v10 {}\u212a "{} postgresql+asyncpg://{}"""


@given(
    name=st.sampled_from(sorted(Settings.model_fields)),
    shape=st.sampled_from(SHAPES.split()),
    noise=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
)
def test_no_value_is_ever_repeated(name: str, shape: str, noise: str) -> None:
    value = shape.replace("{}", SECRET) + noise
    refused = SettingsError([])
    with mock.patch.dict(os.environ, NEEDED | {name.upper(): value}):
        try:
            load(Settings)
        except SettingsError as error:
            refused = error

    assert SECRET not in f"{refused} {refused!r} {refused.lines}"
    assert len(refused.lines) <= 1


def test_empty_means_unset() -> None:
    empty = {name.upper(): "" for name in Settings.model_fields if name.upper() not in NEEDED}

    assert _loaded(**empty) == _loaded()


def test_an_empty_list_setting_of_commas_is_no_limit() -> None:
    assert _loaded(STATIONTHIS_GUILDS=" , ").stationthis_guilds == []


def test_the_file_fills_in_where_the_environment_is_silent(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text(f"COMFY_DEPLOY_API_KEY={KEY}\nSTATIONTHIS_RUNS_TOTAL=7\nSTATIONTHIS_RUNS_PER_USER=5\nOTHER=1\n")

    with mock.patch.dict(os.environ, {"DISCORD_TOKEN": TOKEN, "STATIONTHIS_RUNS_TOTAL": "9"}):
        loaded = load(Settings, file)

    assert (loaded.stationthis_runs_total, loaded.stationthis_runs_per_user) == (9, 5)


def test_a_file_that_is_not_utf_8_gets_a_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_bytes(b"DISCORD_TOKEN=\xff\xfe\n")

    with pytest.raises(SettingsError) as caught:
        load(Settings, file)

    assert caught.value.lines == [f"{file} is not UTF-8 text: save it as UTF-8."]
    assert unknown_names(file) == []


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read, not even root")
def test_a_file_that_cannot_be_read_gets_a_line() -> None:
    file = Path("/proc/self/mem")

    with pytest.raises(SettingsError) as caught:
        load(Settings, file)

    assert caught.value.lines == ["/proc/self/mem cannot be read (OSError): let this user read it."]
    assert unknown_names(file) == []


def test_the_secrets_are_not_in_the_repr() -> None:
    said = repr(_loaded(STATIONTHIS_DATABASE_URL="postgresql+asyncpg://bot:pa55word@db/bot"))

    assert [secret for secret in (TOKEN, KEY, "pa55word") if secret in said] == []


def test_names_that_look_like_ours_and_are_none_are_found_wherever_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("STATIONTHIS_GILDS=1\nSTATIONTHIS_GUILDS=1\nELSE=1\n")

    with mock.patch.dict(os.environ, {"STATIONTHIS_RUNS_TOTALS": "1", "STATIONTHIS_RUNS_TOTAL": "1"}):
        assert unknown_names(file) == ["STATIONTHIS_GILDS", "STATIONTHIS_RUNS_TOTALS"]


def test_without_a_file_only_the_environment_is_looked_at() -> None:
    assert unknown_names(Path("no such file")) == []


ROOT = Path(settings.__file__).parent.parent


def test_the_example_file_is_made_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text() == settings.example()


def test_the_example_names_each_setting_with_its_description_and_default() -> None:
    blocks = settings.example().split("\n\n")

    assert {block.splitlines()[0] for block in blocks} == {
        f"# {field.description}" for field in Settings.model_fields.values()
    }
    lines = [block.splitlines()[1] for block in blocks]
    assert lines[:2] == ["DISCORD_TOKEN=", "COMFY_DEPLOY_API_KEY="]
    assert all(line.startswith("# ") for line in lines[2:])
    assert "# STATIONTHIS_RUNS_TOTAL=20" in lines
    assert "# STATIONTHIS_DATABASE_URL=" in lines


def test_the_example_with_every_default_switched_on_is_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text(settings.example().replace("\n# STATIONTHIS_", "\nSTATIONTHIS_").replace("\n# COMFY", "\nCOMFY"))

    with mock.patch.dict(os.environ, NEEDED):
        assert load(Settings, file) == load(Settings)


def test_every_variable_is_described_in_one_line() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert "\n" not in field.description
        assert not field.description.endswith(".")
