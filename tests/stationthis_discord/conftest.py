"""What a process sets up once for itself is put back after each test."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from discord.http import Route

LIBRARIES = ("discord", "discord.client", "discord.state", "aiohttp", "asyncio", "PIL")


@pytest.fixture
def logging_restored() -> Iterator[None]:
    root, libraries = logging.getLogger(), [logging.getLogger(name) for name in LIBRARIES]
    levels = [logger.level for logger in (root, *libraries)]
    handlers, structure = root.handlers[:], structlog.get_config()
    yield
    logging.captureWarnings(False)
    for logger, level in zip((root, *libraries), levels, strict=True):
        logger.setLevel(level)
    root.handlers[:] = handlers
    structlog.configure(**structure)


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> pytest.MonkeyPatch:
    """No setting in the environment, and no `.env` in the current folder."""
    for name in list(os.environ):
        if name.upper().startswith(("DISCORD_", "COMFY_DEPLOY_", "STATIONTHIS_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    return monkeypatch


@pytest.fixture
def discord_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py asks wherever it asked before, once the test is over."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
