"""Run ComfyUI Deploy deployments from Discord."""

import asyncio
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from stationthis_discord.settings import SettingsError

# Exit codes; what else goes wrong is 1.
BAD_SETTINGS = 2  # settings or token
INTERRUPTED = 130  # Ctrl-C, as shells count it
TERMINATED = 143  # SIGTERM

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


def main() -> None:
    """Run the command given; all errors that a person can cause end in one clear line."""
    try:
        app()
    except SettingsError as problem:
        stop("\n".join(problem.lines), BAD_SETTINGS)


def stop(sentence: str, code: int = 1) -> NoReturn:
    """Say what is wrong on standard error and exit."""
    typer.echo(sentence, err=True)
    raise SystemExit(code)


@app.command()
def run() -> None:
    """Serve Discord until stopped. Settings come from the environment and `.env`."""
    from core.errors import StoreFailed, StoreHeld
    from stationthis_discord.app import LeaseLost, NotReachable, TokenRefused, run_bot
    from stationthis_discord.settings import Settings, load

    try:
        asyncio.run(run_bot(load(Settings)))
    except TokenRefused:
        stop("Discord refuses DISCORD_TOKEN: copy it again from the Bot page of your application.", BAD_SETTINGS)
    except NotReachable as error:
        stop(f"Discord cannot be reached ({error}). Check the network, and DISCORD_API_URL if it is set.")
    except StoreFailed as failed:
        stop(f"The database of STATIONTHIS_DATABASE_URL cannot be used: {failed.reason}.", BAD_SETTINGS)
    except StoreHeld as held:
        stop(
            f"This bot runs already: process {held.pid} on {held.host}, since {held.since:%Y-%m-%d %H:%M} UTC. "
            "Stop that one first; if it is gone, try again in some seconds."
        )
    except LeaseLost:
        stop("Another process runs this bot by now, so this one has stopped.")


@app.command()
def generate(  # noqa: PLR0913, PLR0917 -- one parameter for each option
    deployment: Annotated[str, typer.Argument(help="Name or id of the deployment")],
    prompt: Annotated[str | None, typer.Option(help="What you want to see")] = None,
    negative: Annotated[str | None, typer.Option(help="What you do not want to see")] = None,
    image: Annotated[Path | None, typer.Option(help="The picture to start from", dir_okay=False, exists=True)] = None,
    seed: Annotated[int | None, typer.Option(help="Random if left out")] = None,
    inputs: Annotated[list[str] | None, typer.Option("--input", help="name=value, may be repeated")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results", file_okay=False)] = Path("out"),
    sandbox: Annotated[bool, typer.Option("--sandbox", help="A local ComfyUI Deploy instead of your account")] = False,
    pace: Annotated[float, typer.Option(help="With --sandbox: multiplies how long its runs take", min=0.0)] = 1.0,
) -> None:
    """Run one deployment from the terminal and save its files."""
    from core.comfydeploy.values import Given, Source
    from stationthis_discord import oneshot

    pairs = [text.partition("=") for text in inputs or []]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            stop(f"--input wants name=value, not {name!r}.", BAD_SETTINGS)
    source = Source(image.name, image) if image else None
    given = Given(prompt, negative, seed, source, {name.strip(): value for name, _, value in pairs})
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(f"--out {out} cannot be made: {error.strerror}.", BAD_SETTINGS)
    try:
        code = asyncio.run(oneshot.generate(oneshot.Order(deployment, given, out, sandbox, pace)))
    except KeyboardInterrupt:
        stop("Stopped. If a run was started, it goes on at ComfyUI Deploy.", INTERRUPTED)
    raise SystemExit(code)


@app.command()
def demo(  # noqa: PLR0913, PLR0917 -- one parameter for each option
    deployment: Annotated[str, typer.Option(help="Which of the sandbox's deployments")] = "text-to-image",
    prompt: Annotated[str | None, typer.Option(help="What you want to see")] = None,
    image: Annotated[Path | None, typer.Option(help="The picture to start from", dir_okay=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results", file_okay=False)] = Path("out"),
    shots: Annotated[Path | None, typer.Option(help="Draw each state of the message to this folder")] = None,
    once: Annotated[bool, typer.Option("--once", help="Exit after the result")] = False,
    form: Annotated[bool, typer.Option("--form", help="Show its form first, and press Run there")] = False,
    results: Annotated[bool, typer.Option("--results", help="Show what can be done with the result, too")] = False,
) -> None:
    """Try the real bot without accounts: a local Discord, a local ComfyUI Deploy, and one /generate between them."""
    from stationthis_discord.demo import give
    from stationthis_discord.demo_tour import DemoFailed, Tour

    try:
        asyncio.run(give(Tour(deployment, prompt, image, out, shots, once, form, results)))
    except DemoFailed as failed:
        stop(str(failed))
    except KeyboardInterrupt:
        stop("\nStopped.", INTERRUPTED)
    except asyncio.CancelledError:
        stop("Stopped.", TERMINATED)


@app.command()
def doctor() -> None:
    """Check settings, accounts, network and disk: a line each, with the fix. Exit code 1 if something is wrong."""
    from stationthis_discord.doctor import examine

    raise SystemExit(asyncio.run(examine()))
