"""One run from the terminal on an account: its end decides the exit code, and Ctrl-C cancels it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.comfydeploy.values import Given
from stationthis_discord import oneshot
from stationthis_discord.oneshot import Order
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.settings import SettingsError
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("clean_environment", "logging_restored")
Capture = pytest.CaptureFixture[str]
SMALL = Given(named={"width": "64", "height": "64"})


@pytest.fixture
async def sandbox(clean_environment: pytest.MonkeyPatch) -> AsyncIterator[ComfyDeploySandbox]:
    """An account, named in the environment."""
    async with ComfyDeploySandbox(pace=0.02) as local:
        clean_environment.setenv("COMFY_DEPLOY_API_URL", local.url)
        clean_environment.setenv("COMFY_DEPLOY_API_KEY", local.key)
        yield local


async def test_a_result_is_success(sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, queue_seconds=0, cold_seconds=0, images=2)

    code = await oneshot.generate(Order("text-to-image", SMALL, tmp_path))

    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert (code, len(paths)) == (0, 2)
    assert [path.stat().st_size > 0 for path in paths] == [True, True]


async def test_earlier_results_are_never_written_over(
    sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, queue_seconds=0, cold_seconds=0)
    (tmp_path / "text-to-image_7_1.png").write_text("an earlier one")

    code = await oneshot.generate(Order("text-to-image", Given(seed=7, named=SMALL.named), tmp_path))

    assert (code, capsys.readouterr().out) == (0, f"{tmp_path / 'text-to-image_7_1-2.png'}\n")
    assert (tmp_path / "text-to-image_7_1.png").read_text() == "an earlier one"


@pytest.mark.parametrize(
    ("outcome", "said"), [("failed", "CUDA out of memory"), ("timeout", "Timed out"), ("rejected", "did not accept")]
)
async def test_another_end_is_none(
    sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture, outcome: str, said: str
) -> None:
    behaviour = {"seconds": 1, "queue_seconds": 0, "cold_seconds": 0, "dispatch_seconds": 0}
    sandbox.behaviour["text-to-image"] = Behaviour(outcome=outcome, **behaviour)  # type: ignore[arg-type]  # of the table

    code = await oneshot.generate(Order("text-to-image", SMALL, tmp_path))

    written = capsys.readouterr()
    assert (code, written.out) == (1, "")
    assert said in written.err


async def test_a_folder_that_cannot_be_written_is_said_and_is_no_success(
    sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture
) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, queue_seconds=0, cold_seconds=0)
    (tmp_path / "file").touch()

    code = await oneshot.generate(Order("text-to-image", SMALL, tmp_path / "file"))

    assert code == 1
    assert "cannot be saved" in capsys.readouterr().err


async def test_ctrl_c_cancels_the_run(sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="never", queue_seconds=0, cold_seconds=0)
    running = asyncio.ensure_future(oneshot.generate(Order("text-to-image", SMALL, tmp_path)))
    (run_id,) = await until(lambda: list(sandbox.runs))
    await until(lambda: any(call.path == f"/api/run/{run_id}" for call in sandbox.calls))

    os.kill(os.getpid(), signal.SIGINT)

    assert await running == 1
    assert sandbox.state(run_id).status == "cancelled"
    assert "Cancelled" in capsys.readouterr().err
    assert not asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


async def test_a_run_that_cannot_be_cancelled_says_so_and_is_waited_for(
    sandbox: ComfyDeploySandbox, tmp_path: Path, capsys: Capture
) -> None:
    sandbox.behaviour["portrait-classic"] = Behaviour(outcome="never", queue_seconds=0)
    running = asyncio.ensure_future(oneshot.generate(Order("portrait-classic", SMALL, tmp_path)))
    (run_id,) = await until(lambda: list(sandbox.runs))
    await until(lambda: any(call.path == f"/api/run/{run_id}" for call in sandbox.calls))

    os.kill(os.getpid(), signal.SIGINT)
    await until(lambda: any(call.path.endswith("/cancel") and call.status for call in sandbox.calls))
    sandbox.end(run_id)

    assert await running == 0
    assert "cannot cancel" in capsys.readouterr().err


async def test_without_a_key_nothing_starts(clean_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        await oneshot.generate(Order("text-to-image", SMALL, tmp_path))
