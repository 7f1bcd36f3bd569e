"""`pytest -p tests.conformance.plugin --discord-trace FOLDER`: each sandbox Discord records its traffic there."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import pytest
from aiohttp import web

from stationthis_discord.sandbox.discord.pipeline import BASE, Pipeline
from stationthis_discord.sandbox.discord.route import Route
from tests.conformance.recorder import recorder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--discord-trace", type=Path, help="folder for the traffic of the sandbox Discord")


def pytest_configure(config: pytest.Config) -> None:
    folder: Path | None = config.getoption("--discord-trace")
    if folder:
        recording = patch.object(Pipeline, "install", installed_with_a_recorder(folder))
        recording.start()
        config.add_cleanup(recording.stop)


def installed_with_a_recorder(folder: Path) -> object:
    """`Pipeline.install` with a recorder in front, one file for each sandbox."""
    install = Pipeline.install

    def recorded(self: Pipeline, app: web.Application, routes: Iterable[Route]) -> None:
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".jsonl", delete=False) as file:
            app.middlewares.append(recorder(BASE, Path(file.name)))
        install(self, app, routes)

    return recorded
