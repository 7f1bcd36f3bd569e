"""One run from the terminal, without Discord: the same core, another surface."""

import asyncio
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from core.comfydeploy.values import Given
from core.errors import CannotCancel, CoreError
from core.forms.wish import Wish
from core.people.actor import Actor
from core.runs.view import Stage
from core.services import Plan, Services, open_services
from stationthis_discord import log
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from stationthis_discord.settings import ApiSettings, load
from stationthis_discord.terminal import Terminal, plain

TERMINAL = Actor(user=0, may_moderate=True)


@dataclass(frozen=True, slots=True)
class Order:
    """What to run, and where its files go; with `sandbox` on a local ComfyUI Deploy.

    `pace` multiplies how long the sandbox's runs take.
    """

    deployment: str
    given: Given
    out: Path
    sandbox: bool = False
    pace: float = 1.0


async def generate(order: Order) -> int:
    """Run it and return the exit code: 0 when there is a result.

    Raises:
        SettingsError: an account is wanted and not set up.
    """
    console = Console(stderr=True)
    async with AsyncExitStack() as stack:
        plan = await _plan(order, stack)
        services = await stack.enter_async_context(open_services(plan))
        terminal = Terminal(console, order.out)
        stack.callback(terminal.close)
        try:
            return await _run(services, order, terminal)
        except CoreError as error:
            terminal.close()
            console.print(plain(error), markup=False, style="red")
            return 1


async def _plan(order: Order, stack: AsyncExitStack) -> Plan:
    if order.sandbox:
        sandbox = await stack.enter_async_context(ComfyDeploySandbox(order.pace))
        log.configure("console", "warning", [sandbox.key])
        return Plan(api_url=sandbox.url, api_key=sandbox.key, keep_metadata=True)
    settings = load(ApiSettings)
    log.configure(settings.stationthis_log_format, "warning", settings.secrets)
    return replace(settings.plan(), keep_metadata=True)  # the files stay on this machine


async def _run(services: Services, order: Order, terminal: Terminal) -> int:
    delivery = await services.generation.start(Wish(TERMINAL, order.deployment, order.given), terminal)
    if delivery.run_id is None:  # nobody knows whether it was started, and the terminal has said so
        return 1
    if await _interrupted(delivery.over):
        try:
            await services.generation.cancel(delivery.run_id, TERMINAL)
        except CannotCancel as cannot:
            terminal.say(plain(cannot))
        await delivery.over.wait()
    for path in terminal.saved:
        print(path)  # noqa: T201 -- the paths are this command's output
    return 0 if terminal.stage is Stage.DONE else 1


async def _interrupted(end: asyncio.Event) -> bool:
    """Wait for the end or a Ctrl-C, and say whether it was the latter. A second Ctrl-C acts as usual."""
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, pressed.set)
    waiting = [asyncio.create_task(event.wait()) for event in (end, pressed)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return not end.is_set()
