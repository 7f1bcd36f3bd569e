"""`.env.example` says what the settings say."""

import os
from pathlib import Path
from unittest import mock

import pytest

from stationthis_discord import settings
from stationthis_discord.settings import Settings, load
from tests.stationthis_discord.test_settings import NEEDED

pytestmark = pytest.mark.usefixtures("clean_environment")

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
