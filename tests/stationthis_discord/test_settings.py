"""Every setting: what it may be, what it becomes, and the one line it gets when it is not usable."""

import os
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Terms
from core.hosts import ANYWHERE, Hosts
from core.operators import Write
from core.reading import Pinned
from stationthis_discord.setting_kinds import address_of
from stationthis_discord.settings import ApiSettings, Settings, SettingsError, load, unknown_names

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
KEY = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidSJ9.c2lnbmF0dXJl"
DEPLOYMENT = "5f3b1a52-9f6f-4c51-9a44-0d6f7b0a1c2d"
VERSION = "9d2c8e10-77aa-4b1e-8c3d-3f1e2d4c5b6a"
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
    assert plan.terms == Terms()
    assert (plan.runs_per_user, plan.runs_total, plan.guilds) == (2, 20, frozenset())
    assert (plan.trusted_hosts, plan.input_hosts) == (frozenset(), Hosts(ANYWHERE))
    assert (loaded.stationthis_log_format, loaded.stationthis_log_level) == ("console", "info")
    assert (loaded.discord_api_url, loaded.stationthis_dev_guild_id) == (None, None)
    assert (loaded.stationthis_waiting_per_user, loaded.stationthis_progress_budget) == (5, 5)
    assert (loaded.stationthis_http_bind, loaded.hooks) == (None, None)
    assert loaded.stationthis_database_url.startswith("sqlite+aiosqlite:///")


def test_an_operator_may_change_everything_unless_told_otherwise() -> None:
    assert _loaded().plan().writes == set(Write)
    assert _loaded(STATIONTHIS_OPERATOR_WRITES="none").plan().writes == set()


def test_every_variable_arrives() -> None:
    loaded = _loaded(
        COMFY_DEPLOY_API_URL=" https://comfy.example.test:8443/api/ ",
        STATIONTHIS_ENVIRONMENTS="staging, production ,",
        STATIONTHIS_CACHE_TTL="12.5",
        STATIONTHIS_MACHINES_TTL="7.5",
        STATIONTHIS_DEPLOYMENTS=f"old flux = {DEPLOYMENT}:{VERSION.upper()} ,",
        STATIONTHIS_OPERATOR_WRITES="machine.add, workflow.delete",
        STATIONTHIS_ADMIN_GUILD_ID="81384788765712385",
        STATIONTHIS_MEDIA_HOSTS="Files.Example.test, 10.0.0.7:9000",
        STATIONTHIS_LOG_FORMAT="json",
        STATIONTHIS_LOG_LEVEL="debug",
        DISCORD_API_URL="http://127.0.0.1:8080/api/v10/",
        STATIONTHIS_GUILDS="81384788765712384,  2",
        STATIONTHIS_RUNS_PER_USER="3",
        STATIONTHIS_RUNS_TOTAL="30",
        STATIONTHIS_WAITING_PER_USER="0",
        STATIONTHIS_PROGRESS_BUDGET="0.5",
        STATIONTHIS_HTTP_BIND=" 127.0.0.1:9100 ",
        STATIONTHIS_DASHBOARD_URL=" https://dashboard.example.test/comfy/ ",
        STATIONTHIS_DEV_GUILD_ID="81384788765712384",
    )

    plan = loaded.plan()
    assert plan.api_url == "https://comfy.example.test:8443/api/"
    assert plan.terms == Terms(("staging", "production"), 12.5, 7.5, (Pinned("old flux", DEPLOYMENT, VERSION),))
    assert plan.writes == {Write.MACHINE_ADD, Write.WORKFLOW_DELETE}
    assert plan.trusted_hosts == {"files.example.test", "10.0.0.7:9000"}
    assert (plan.input_hosts, plan.attachment_hosts) == (
        Hosts(ANYWHERE),
        Hosts(ANYWHERE, frozenset({"127.0.0.1:8080"})),
    )
    assert (plan.runs_per_user, plan.runs_total, plan.guilds) == (
        3,
        30,
        frozenset({81384788765712384, 81384788765712385, 2}),
    )
    assert plan.dashboard_url == "https://dashboard.example.test/comfy"
    assert (loaded.stationthis_log_format, loaded.stationthis_log_level) == ("json", "debug")
    assert (loaded.discord_api_url, loaded.stationthis_dev_guild_id) == (
        "http://127.0.0.1:8080/api/v10",
        81384788765712384,
    )
    assert (loaded.stationthis_waiting_per_user, loaded.stationthis_progress_budget) == (0, 0.5)
    assert loaded.stationthis_http_bind == "127.0.0.1:9100"
    assert loaded.secrets == [KEY, TOKEN]


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1:9100", ("127.0.0.1", 9100)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),  # noqa: S104 -- what an operator may want
        ("metrics.example.test:65535", ("metrics.example.test", 65535)),
        ("[::1]:80", ("::1", 80)),
        ("[::ffff:10.0.0.7]:80", ("::ffff:10.0.0.7", 80)),
    ],
)
def test_an_address_to_listen_on_is_a_host_and_a_port(bind: str, address: tuple[str, int]) -> None:
    assert address_of(bind) == address
    assert _loaded(STATIONTHIS_HTTP_BIND=bind).stationthis_http_bind == bind


def test_missing_settings_get_a_line_each() -> None:
    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert [line.split(" ")[0] for line in caught.value.lines] == ["COMFY_DEPLOY_API_KEY", "DISCORD_TOKEN"]
    assert all(" is missing. " in line and line.endswith(".") for line in caught.value.lines)


def test_without_discord_only_the_key_is_needed() -> None:
    with mock.patch.dict(os.environ, {"COMFY_DEPLOY_API_KEY": f"  {KEY}\t"}):
        loaded = load(ApiSettings)

    assert (loaded.plan().api_key, loaded.plan().input_hosts) == (KEY, Hosts(ANYWHERE))
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
    "STATIONTHIS_MACHINES_TTL": ["-1", "now"],
    "STATIONTHIS_DEPLOYMENTS": ["flux", "flux=1:2", f"flux={DEPLOYMENT}", f"={DEPLOYMENT}:{VERSION}"],
    "STATIONTHIS_OPERATOR_WRITES": ["machine", "machine.add,all"],
    "STATIONTHIS_ADMIN_GUILD_ID": ["0", "here"],
    "STATIONTHIS_CACHE_TTL": ["-1", "often", "nan"],
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
    "STATIONTHIS_DASHBOARD_URL": ["app.comfydeploy.com", "https://u:p@h", "https://h?x=1", "https://h/" + "x" * 400],
    "STATIONTHIS_GUILDS": ["0", "-5", "abc", "1,two", str(2**64), "1.5"],
    "STATIONTHIS_RUNS_PER_USER": ["0", "many", "1.5"],
    "STATIONTHIS_RUNS_TOTAL": ["0", "many"],
    "STATIONTHIS_WAITING_PER_USER": ["-1", "many"],
    "STATIONTHIS_PROGRESS_BUDGET": ["-1", "often", "nan", "inf"],
    "STATIONTHIS_HTTP_BIND": [
        "9100",
        ":9100",
        "localhost",
        "localhost:",
        "localhost:port",
        "localhost:65536",
        "localhost:-1",
        "localhost:\u0661",
        "http://localhost:9100",
        "localhost:9100/metrics",
        "::1:9100",
        "[::1]",
        "[127.0.0.1]:9100",
        "[1:2:3]:9100",
        "[fe80::1%lo]:9100",
        "a b:1",
    ],
    "STATIONTHIS_DEV_GUILD_ID": ["0", "abc", "1,2"],
    "STATIONTHIS_DATABASE_URL": ["mysql://db", "sqlite:///x.db", "sqlite+aiosqlite://", "sqlite+aiosqlite:///"],
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
sqlite+aiosqlite:///~{} {}{} https://{}\u2100/api/v10 http://[{}]/api/v10 {}\u212a "{} postgresql+asyncpg://{}"""


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
    said = repr(_loaded(STATIONTHIS_WEBHOOK_SECRET=SECRET + SECRET))

    assert [secret for secret in (TOKEN, KEY, SECRET) if secret in said] == []


def test_names_that_look_like_ours_and_are_none_are_found_wherever_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("STATIONTHIS_GILDS=1\nSTATIONTHIS_GUILDS=1\nELSE=1\n")

    with mock.patch.dict(os.environ, {"STATIONTHIS_RUNS_TOTALS": "1", "STATIONTHIS_RUNS_TOTAL": "1"}):
        assert unknown_names(file) == ["STATIONTHIS_GILDS", "STATIONTHIS_RUNS_TOTALS"]


def test_without_a_file_only_the_environment_is_looked_at() -> None:
    assert unknown_names(Path("no such file")) == []
