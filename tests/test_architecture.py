"""The walls between the rooms: imports point one way, each library has one door, files stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "cogs", "stationthis_discord")
MOST_LINES = 300

FORBIDDEN = {
    "core": {"discord", "cogs", "stationthis_discord", "os"},
    "cogs": {"stationthis_discord", "aiohttp", "backoff", "async_lru", "os"},
    "stationthis_discord/sandbox": {"core", "cogs", "discord"},
}
DOORS = {
    "aiohttp": {
        "core/comfydeploy/transport.py",
        "core/comfydeploy/files.py",
        "core/media.py",
        "stationthis_discord/hooks.py",
        "stationthis_discord/web.py",
    },
    "backoff": {"core/comfydeploy/retry.py"},
    "async_lru": {"core/cache.py"},
    "prometheus_client": {"core/metrics.py"},
    "pydantic_settings": {"stationthis_discord/settings.py", "stationthis_discord/setting_kinds.py"},
}
ROOMS = {"sqlalchemy": "core/store/", "alembic": "core/store/"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize(("folder", "forbidden"), FORBIDDEN.items())
def test_imports_point_one_way(folder: str, forbidden: set[str]) -> None:
    offences = {str(path.relative_to(ROOT)): roots(path) & forbidden for path in sources(folder)}

    assert {path: names for path, names in offences.items() if names} == {}


@pytest.mark.parametrize(("library", "doors"), DOORS.items())
def test_each_library_has_its_doors(library: str, doors: set[str]) -> None:
    users = {str(path.relative_to(ROOT)) for path in sources(*PACKAGES) if library in roots(path)}

    assert {path for path in users if not path.startswith("stationthis_discord/sandbox/")} == doors


@pytest.mark.parametrize(("library", "room"), ROOMS.items())
def test_each_of_these_libraries_stays_in_its_room(library: str, room: str) -> None:
    users = {str(path.relative_to(ROOT)) for path in sources(*PACKAGES) if library in roots(path)}

    assert users
    assert {path for path in users if not path.startswith(room)} == set()


def test_no_task_is_made_in_a_cog() -> None:
    assert [str(path) for path in sources("cogs") if "create_task" in path.read_text(encoding="utf-8")] == []


def test_the_bot_process_never_loads_the_sandbox() -> None:
    names = ("app", "bot", "settings", "setting_kinds", "web", "hooks", "alone", "log", "commands_sync", "__main__")
    paths = [*sources("core", "cogs"), *(ROOT / "stationthis_discord" / f"{name}.py" for name in names)]

    assert [str(path) for path in paths if any("sandbox" in name for name in imported(path))] == []


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*PACKAGES)
    }

    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


def test_no_room_is_called_by_what_it_is_not() -> None:
    names = {part for path in sources(*PACKAGES) for part in path.relative_to(ROOT).with_suffix("").parts}

    assert names & {"utils", "util", "helpers", "helper", "common", "manager", "misc"} == set()
