"""What is built can be installed and run: from a wheel, in an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.timeout(90)
def test_the_wheel_runs_from_an_empty_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)  # noqa: S603 -- our own command
    (wheel,) = tmp_path.glob("*.whl")
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)

    where = [sys.executable, "-c", "import cogs, core; print(cogs.__file__, core.__file__)"]
    run = [sys.executable, "-m", "stationthis_discord", "generate", "text-to-image", "--sandbox", "--prompt", "a fox"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.run(where, cwd=empty, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    made = subprocess.run(run, cwd=empty, env=environment, check=True, capture_output=True, text=True)  # noqa: S603

    assert str(ROOT) not in found.stdout
    assert (empty / made.stdout.strip()).read_bytes().startswith(b"\x89PNG")
