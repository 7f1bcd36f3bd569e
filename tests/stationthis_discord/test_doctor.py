"""Is everything set up? Each fault alone gives exactly its line, and all well gives none."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from stationthis_discord import doctor
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, Fault, faults
from stationthis_discord.sandbox.comfydeploy.samples import broken
from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.stationthis_discord.test_settings import TOKEN

pytestmark = pytest.mark.usefixtures("logging_restored", "discord_restored", "quick_retries")
Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True)
class Place:
    """What the doctor examines: both servers, the environment, and a folder of its own."""

    api: ComfyDeploySandbox
    discord: DiscordSandbox
    environment: pytest.MonkeyPatch
    folder: Path


@pytest.fixture
async def place(clean_environment: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Place]:
    """Everything is well."""
    async with ComfyDeploySandbox(pace=0.02) as api, DiscordSandbox() as server:
        clean_environment.setenv("COMFY_DEPLOY_API_URL", api.url)
        clean_environment.setenv("COMFY_DEPLOY_API_KEY", api.key)
        clean_environment.setenv("DISCORD_API_URL", server.url)
        clean_environment.setenv("DISCORD_TOKEN", server.token)
        clean_environment.setenv("STATIONTHIS_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/data.db")
        yield Place(api, server, clean_environment, tmp_path)


async def _examined(capsys: Capture) -> tuple[int, list[str]]:
    code = await doctor.examine()
    return code, capsys.readouterr().out.splitlines()


async def test_all_well_is_a_line_for_each_check_and_no_fault(place: Place, capsys: Capture) -> None:
    code, lines = await _examined(capsys)

    assert code == 0
    host = place.api.url.removeprefix("http://")
    assert [line.split(": ")[0] for line in lines] == [
        "ok    settings",
        f"ok    ComfyUI Deploy at {host}",
        "ok    deployments",
        "ok    media host",
        "ok    clock",
        "ok    database folder",
        "ok    Discord",
    ]
    assert "a personal key on the plan business_monthly, 9 workflow(s) in sight." in lines[1]
    assert "8 on offer in production: 7 in the ordinary list, 1 in the fluid one." in lines[2]
    assert f"a one-pixel picture went to {host} and came back." in lines[3]
    assert "Fix:" not in "\n".join(lines)


async def test_a_private_account_hands_its_files_over_too(place: Place, capsys: Capture) -> None:
    async with ComfyDeploySandbox(pace=0.02, private=True) as private:
        place.environment.setenv("COMFY_DEPLOY_API_URL", private.url)
        place.environment.setenv("COMFY_DEPLOY_API_KEY", private.key)

        code, lines = await _examined(capsys)

    assert (code, lines[3].endswith("and came back.")) == (0, True)


async def test_no_secret_is_printed(place: Place, capsys: Capture) -> None:
    _, lines = await _examined(capsys)

    assert [line for line in lines if place.api.key in line or place.discord.token in line] == []


def _set(name: str, value: str) -> Callable[[Place], None]:
    return lambda place: place.environment.setenv(name, value)


def _api(method: str, path: str, fault: Fault) -> Callable[[Place], object]:
    return lambda place: place.api.faults.add(method, path, fault)


def _clock(place: Place) -> None:
    """Two hours late, and a little, so that no rounding matters."""
    said = {"Date": format_datetime(datetime.now(UTC) - timedelta(seconds=7205), usegmt=True)}
    place.api.faults.add("GET", "/api/platform/*", Fault(status=200, body={}, headers=said))


def _elsewhere(url: str) -> Callable[[Place], object]:
    return _api("POST", "/api/file/upload", Fault(status=200, body={"file_url": url}))


def _folder_under_a_file(place: Place) -> None:
    (place.folder / "file").touch()
    place.environment.setenv("STATIONTHIS_DATABASE_URL", f"sqlite+aiosqlite:///{place.folder}/file/data.db")


def _discord(status: int | None) -> Callable[[Place], object]:
    if status is None:
        return lambda place: place.discord.faults.add("GET", "/users/@me", None, cut="before")
    return lambda place: place.discord.faults.add("GET", "/users/@me", None, status=status, body={"message": "no"})


def _nothing_but_a_broken_one(place: Place) -> None:
    place.api.deployments.clear()
    place.api.account.workflows.clear()
    place.api.add_deployment("cracked", broken())


FAULTS: dict[str, tuple[Callable[[Place], object], str, str]] = {
    "typo": (_set("STATIONTHIS_GILDS", "1"), "settings: STATIONTHIS_GILDS is not a setting.", ".env.example"),
    "malformed": (_set("STATIONTHIS_RUNS_TOTAL", "many"), "settings: STATIONTHIS_RUNS_TOTAL is not usable", ""),
    "no token": (_set("DISCORD_TOKEN", ""), "settings: DISCORD_TOKEN is missing.", ""),
    "no key": (_set("COMFY_DEPLOY_API_KEY", ""), "settings: COMFY_DEPLOY_API_KEY is missing.", ""),
    "revoked": (_api("GET", "*", faults.REVOKED), "refuses the key.", "COMFY_DEPLOY_API_KEY"),
    "denied": (_api("GET", "*", Fault(status=403, body={"detail": "no"})), "does not let this key", "of a person"),
    "another server": (_api("GET", "*", Fault(status=404, body={"detail": "Not Found"})), "is not its API.", "API_URL"),
    "a web site": (_api("GET", "*", faults.NOT_JSON), "is not its API.", "COMFY_DEPLOY_API_URL"),
    "no server": (_set("COMFY_DEPLOY_API_URL", "http://127.0.0.1:9"), "cannot be reached.", "the network"),
    "cut": (_api("GET", "*", faults.CUT), "cannot be reached.", "the network"),
    "down": (_api("GET", "*", faults.BAD_GATEWAY), "GET /workflows answered with 502.", "in a minute"),
    "no deployments": (_set("STATIONTHIS_ENVIRONMENTS", "private-share"), "none in private-share.", "ENVIRONMENTS"),
    "broken": (lambda place: place.api.add_deployment("cracked", broken()), "8 on offer, but not cracked", "repair"),
    "only broken": (_nothing_but_a_broken_one, "GET /deployments answered with 500.", "repair"),
    "no lists": (_api("GET", "/api/deployments", faults.rate_limited(99)), "answered with 429.", "in a minute"),
    "no uploads": (_api("POST", "*", faults.SERVER_ERROR), "POST /file/upload answered with 500.", "in a minute"),
    "other host": (_elsewhere("https://b.test/a.png"), "b.test is not allowed.", "STATIONTHIS_MEDIA_HOSTS=b.test."),
    "no files": (_api("GET", "/files/*", faults.EXPIRED_URL), "does not hand files over.", "may reach it"),
    "other files": (_api("GET", "/files/*", Fault(status=200, body="x")), "came back changed.", "a proxy"),
    "clock": (_clock, "clock: 720", "NTP"),
    "folder": (_folder_under_a_file, "database folder: ", "make "),
    "bad token": (_set("DISCORD_TOKEN", TOKEN), "Discord: refuses the token.", "DISCORD_TOKEN"),
    "no Discord": (_set("DISCORD_API_URL", "http://127.0.0.1:9/api/v10"), "Discord: cannot be reached", "the network"),
    "Discord forbids": (_discord(403), "Discord: cannot be reached (Forbidden).", "the network"),
    "Discord cut": (_discord(None), "Discord: cannot be reached (ServerDisconnectedError).", "the network"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_alone_gives_exactly_its_line(place: Place, capsys: Capture, name: str) -> None:
    break_it, found, fix = FAULTS[name]
    break_it(place)

    code, lines = await _examined(capsys)

    (line,) = [line for line in lines if line.startswith("FAIL  ")]
    assert code == 1
    assert found in line
    assert fix in line.partition(" Fix: ")[2] if fix else "Fix:" not in line
    assert all(line.startswith("ok    ") for line in lines if not line.startswith("FAIL  "))


async def test_without_discord_the_account_is_still_examined(place: Place, capsys: Capture) -> None:
    place.environment.delenv("DISCORD_TOKEN")

    _, lines = await _examined(capsys)

    assert [line for line in lines if "8 on offer" in line]
    assert [line for line in lines if "Discord: " in line] == []


async def test_a_server_that_does_not_tell_the_time_is_no_fault(place: Place, capsys: Capture) -> None:
    place.api.faults.add("GET", "/api/platform/*", faults.CUT)

    code, lines = await _examined(capsys)

    assert code == 0
    assert "ok    clock: the server does not tell the time; not compared." in lines


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        ({"org_id": "org_1"}, "an organisation's key on the plan business_monthly, 0 workflow"),
        ({}, "a personal key on the plan business_monthly, 9 workflow"),
    ],
)
async def test_whose_key_it_is_explains_what_it_sees(
    place: Place, capsys: Capture, owner: dict[str, str], said: str
) -> None:
    place.environment.setenv("COMFY_DEPLOY_API_KEY", place.api.issue(**owner))  # type: ignore[arg-type]  # of the table

    _, lines = await _examined(capsys)

    assert said in lines[1]
