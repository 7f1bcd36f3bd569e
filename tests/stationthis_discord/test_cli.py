"""The command line: what each command says, where, and with which exit code."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.stationthis_discord.commands import Command, command
from tests.stationthis_discord.test_settings import KEY, TOKEN

pytestmark = pytest.mark.usefixtures("clean_environment", "logging_restored")
SANDBOX = ("--sandbox", "--pace", "0.02")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return command(monkeypatch, capsys)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    buffer = io.BytesIO()
    Image.new("RGB", (48, 32), "teal").save(buffer, "PNG")
    path = tmp_path / "a picture.png"
    path.write_bytes(buffer.getvalue())
    return path


def _saved(out: str) -> list[Path]:
    """The files named on standard output."""
    return [Path(line) for line in out.splitlines()]


def test_a_picture_from_words_is_saved_and_its_path_is_the_output(call: Command, tmp_path: Path) -> None:
    small = ("--input", "width=64", "--input", "height=48")

    outcome = call("generate", "text-to-image", *SANDBOX, "--prompt", "a fox", "--seed", 7, *small, "--out", tmp_path)

    (path,) = _saved(outcome.out)
    assert (outcome.code, path) == (0, tmp_path / "text-to-image_7_1.png")
    with Image.open(path) as image:
        assert image.size == (64, 48)


def test_a_picture_from_a_picture_is_saved(call: Command, tmp_path: Path, picture: Path) -> None:
    outcome = call("generate", "image-to-image", *SANDBOX, "--image", picture, "--out", tmp_path / "new" / "folder")

    (path,) = _saved(outcome.out)
    assert (outcome.code, path.parent) == (0, tmp_path / "new" / "folder")
    with Image.open(path) as image:
        assert image.format == "PNG"


def test_words_from_a_picture_are_said(call: Command, tmp_path: Path, picture: Path) -> None:
    outcome = call("generate", "caption", *SANDBOX, "--image", picture, "--out", tmp_path)

    texts = [path.read_text() for path in _saved(outcome.out)]
    assert outcome.code == 0
    assert texts
    assert texts[0].strip() in outcome.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("text-to-imag",), "Did you mean text-to-image"),
        (("text-to-image", "--input", "width=huge"), "Width must be a number"),
        (("text-to-image", "--input", "colour=red"), "colour is not an input of this deployment"),
        (("text-to-image", "--input", "width=64", "--input", "width=65", "--seed", "-4"), "must be"),
        (("upscale",), "Image is missing"),
        (("caption", "--prompt", "x", "--image", "text.png"), "prompt cannot be given"),
        (("upscale", "--image", "text.png"), "text.png is not a picture"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_clear_message(call: Command, arguments: tuple[str, ...], said: str) -> None:
    Path("text.png").write_text("only text")

    outcome = call("generate", *arguments, *SANDBOX)

    assert (outcome.code, outcome.out) == (1, "")
    assert said in outcome.err.replace("\n", " ").replace("'", "")


def test_a_picture_that_is_not_there_is_told_before_anything_starts(call: Command) -> None:
    outcome = call("generate", "upscale", "--image", "missing.png", *SANDBOX)

    assert outcome.code == 2
    assert "missing.png" in outcome.err


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_paid_for(call: Command) -> None:
    Path("taken").write_text("a file")

    outcome = call("generate", "text-to-image", "--out", "taken/out", *SANDBOX)

    assert outcome.code == 2
    assert "cannot be made" in outcome.err
    assert "Traceback" not in outcome.err
    assert "**" not in outcome.err


@pytest.mark.parametrize("given", ["width", "=64", " = 64", ""])
def test_an_input_without_name_or_value_is_refused_before_anything_starts(call: Command, given: str) -> None:
    outcome = call("generate", "text-to-image", "--input", given, *SANDBOX)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"--input wants name=value, not {given.partition('=')[0]!r}.\n"


def test_an_account_without_a_key_is_one_line(call: Command) -> None:
    outcome = call("generate", "text-to-image")

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("COMFY_DEPLOY_API_KEY is missing. ")
    assert len(outcome.err.splitlines()) == 1


def test_the_bot_without_settings_says_a_line_for_each(call: Command) -> None:
    outcome = call("run")

    assert (outcome.code, outcome.out) == (2, "")
    assert [line.split()[0] for line in outcome.err.splitlines()] == ["COMFY_DEPLOY_API_KEY", "DISCORD_TOKEN"]


def test_the_bot_with_a_malformed_setting_says_which_and_not_what_it_holds(
    call: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "hunter2-is-no-token")
    monkeypatch.setenv("COMFY_DEPLOY_API_KEY", KEY)

    outcome = call("run")

    assert outcome.code == 2
    assert outcome.err.startswith("DISCORD_TOKEN is not usable: it must be a bot token")
    assert "hunter2" not in outcome.err


def test_a_file_with_settings_in_the_current_folder_is_read(call: Command) -> None:
    Path(".env").write_text(f"DISCORD_TOKEN={TOKEN}\nSTATIONTHIS_RUNS_TOTAL=none\n")

    outcome = call("run")

    assert [line.split()[0] for line in outcome.err.splitlines()] == ["COMFY_DEPLOY_API_KEY", "STATIONTHIS_RUNS_TOTAL"]


def test_without_a_command_the_help_is_shown(call: Command) -> None:
    outcome = call()

    assert all(name in outcome.out + outcome.err for name in ("run", "generate", "demo", "doctor"))


def test_the_doctor_without_settings_names_them_and_fails(call: Command) -> None:
    outcome = call("doctor")

    lines = outcome.out.splitlines()
    assert outcome.code == 1
    assert [line.split(": ")[1].split()[0] for line in lines] == ["COMFY_DEPLOY_API_KEY", "DISCORD_TOKEN"]
    assert all(line.startswith("FAIL  settings: ") for line in lines)


def test_a_demo_of_what_the_sandbox_does_not_have_says_what_it_has(call: Command) -> None:
    outcome = call("demo", "--deployment", "nothing", "--once")

    assert outcome.code == 1
    assert "The sandbox has no deployment 'nothing'. It has: " in outcome.err.replace("\n", " ")
