"""The bot as operators meet it: start, refusals at the start, stop, what the log says."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.discord import DiscordSandbox
from tests.e2e.conftest import World, said

ROOT = Path(__file__).parents[2]
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789AB"


def command(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command line in an empty folder, with these settings and no others."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-m", "stationthis_discord", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=14,
        check=False,
    )


def test_missing_settings_are_one_line_each_and_exit_code_2(tmp_path: Path) -> None:
    result = command(tmp_path, "run")

    lines = result.stderr.strip().splitlines()
    assert result.returncode == 2
    assert sorted(line.split()[0] for line in lines) == ["COMFY_DEPLOY_API_KEY", "DISCORD_TOKEN"]


def test_a_malformed_setting_is_named_without_its_value(tmp_path: Path) -> None:
    result = command(
        tmp_path, "run", DISCORD_TOKEN="hunter2hunter2", COMFY_DEPLOY_API_KEY="key", STATIONTHIS_RUNS_TOTAL="many"
    )

    assert result.returncode == 2
    assert {line.split()[0] for line in result.stderr.strip().splitlines()} == {
        "DISCORD_TOKEN",
        "STATIONTHIS_RUNS_TOTAL",
    }
    assert "hunter2" not in result.stderr
    assert "many" not in result.stderr


async def test_a_refused_token_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    async with DiscordSandbox() as discord:
        settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.url, "COMFY_DEPLOY_API_KEY": "key"}
        result = await asyncio.to_thread(lambda: command(tmp_path, "run", **settings))

    assert result.returncode == 2
    assert "refuses DISCORD_TOKEN" in result.stderr.strip().splitlines()[-1]
    assert TOKEN not in result.stderr
    assert "Traceback" not in result.stderr


def test_no_discord_is_one_line(tmp_path: Path) -> None:
    result = command(
        tmp_path,
        "run",
        DISCORD_TOKEN=TOKEN,
        COMFY_DEPLOY_API_KEY="key",
        DISCORD_API_URL="http://127.0.0.1:9/api/v10",
    )

    assert result.returncode == 1
    assert "cannot be reached" in result.stderr.strip().splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_a_dotenv_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={TOKEN}\nCOMFY_DEPLOY_API_KEY=\n")

    result = command(tmp_path, "run")

    assert result.stderr.startswith("COMFY_DEPLOY_API_KEY is missing")


async def test_a_stop_tells_those_who_wait_and_the_next_start_goes_on(world: World) -> None:
    world.api.behaviour["text-to-image"] = Behaviour(seconds=40)
    message_id = await world.generate(prompt="x")
    await world.until(message_id, "**Running**")

    assert await world.stop() == 0

    assert "**The bot restarts**" in said(world.discord.message(message_id))
    await world.start()
    message = await world.until(message_id, "**Done**")
    assert message["attachments"]


async def test_the_log_has_the_invite_and_one_line_for_a_run(world: World) -> None:
    await world.until(await world.generate(prompt="x"), "**Done**")

    text = await world.logged("run.delivered")

    assert "permissions=274878024704" in text
    assert text.count("run.submitted") == 1
    assert text.count("run.delivered") == 1


async def test_commands_are_sent_only_when_they_differ(world: World) -> None:
    await world.stop()
    await world.start()
    await world.stop()

    text = world.log.read_text()

    assert text.count("commands.sent") == 1
    assert text.count("commands.unchanged") == 1


async def test_a_development_server_gets_the_commands_alone(world: World) -> None:
    await world.stop()
    world.settings["STATIONTHIS_DEV_GUILD_ID"] = world.discord.guild.id
    await world.start()

    choices = await world.artist.autocomplete("generate", "deployment", "caption")

    assert len(choices) == 1
    assert {command["guild_id"] for command in world.discord.commands} == {world.discord.guild.id}


@pytest.mark.timeout(60)
async def test_the_demo_makes_a_picture_and_draws_the_states(tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes((ROOT / "docs" / "shots" / "5-done.png").read_bytes())
    words = ["demo", "--once", "--deployment", "image-to-image", "--prompt", "winter", "--image", str(picture)]
    folders = ["--out", str(tmp_path / "out"), "--shots", str(tmp_path / "shots")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stationthis_discord", *words, *folders, cwd=tmp_path, stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()

    assert process.returncode == 0
    assert "Done in" in output.decode()
    assert [path.suffix for path in (tmp_path / "out").glob("image-to-image_*")] == [".png"]
    assert {path.name.split("-", 1)[1] for path in (tmp_path / "shots").iterdir()} >= {
        "waiting.png",
        "running.png",
        "done.png",
    }


def test_the_demo_names_what_is_wrong(tmp_path: Path) -> None:
    result = command(tmp_path, "demo", "--once", "--deployment", "nonsense")

    assert result.returncode == 1
    assert result.stderr.startswith("The sandbox has no deployment 'nonsense'.")
