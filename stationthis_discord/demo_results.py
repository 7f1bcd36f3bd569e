"""What the demo shows of a result when it is there: its buttons, several at once, what was run before."""

from collections.abc import Callable
from typing import Final

from rich.console import Console

from stationthis_discord.demo_tour import Message, Tour, buttons_of, description, draw, is_error, lines_of
from stationthis_discord.sandbox.discord import MEMBER, DiscordSandbox, Permission, Person, Shown

_SHOWN: Final = 10.0  # seconds for an answer
_RESULT: Final = 120.0  # seconds for a run
_UPSCALER: Final = "upscale"
_MANAGER: Final = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.MANAGE_GUILD


class Results:
    """Steps of the tour; each prints what is seen, and draws it where drawings are wanted."""

    def __init__(self, discord: DiscordSandbox, tour: Tour, console: Console) -> None:
        self._discord = discord
        self._tour = tour
        self._console = console
        self._gallery = discord.add_channel("gallery")

    async def furnish(self) -> None:
        """Somebody who manages the server names a gallery and an upscaler, so that results get buttons for them."""
        manager = self._discord.user("manager", MEMBER | Permission.MANAGE_GUILD)
        for command, options in (
            ("server gallery", {"channel": self._gallery}),
            ("server upscaler", {"deployment": _UPSCALER}),
        ):
            self._say(f"@manager types  /{command} {' '.join(f'{name}:…' for name in options)}")
            await self._seen(await manager.run(command, options), None)

    async def try_all(self, artist: Person, message_id: str) -> None:
        """What can be done with a result; raises `DriverError` and `TimeoutError` where the bot does not answer."""
        await self._press_all(artist, message_id)
        await self._several(artist)
        await self._recall(artist)

    # -- inside --

    async def _press_all(self, artist: Person, message_id: str) -> None:
        for label, name in (("Details", "details"), ("Keep", None)):
            self._say(f"@artist presses  {label}")
            await self._seen(await artist.click(message_id, label), name)
        kept = await self._discord.wait_new(
            lambda message: message["channel_id"] == self._gallery.id and _has_file(message)
        )
        self._show("in #gallery, for everybody", kept, "gallery")
        self._say("@artist presses  Upscale")
        await self._ended(await artist.click(message_id, "Upscale"), "upscaled")
        self._say("@artist presses  Edit")
        await self._seen(await artist.click(message_id, "Edit"), "edit")

    async def _several(self, artist: Person) -> None:
        self._say(f"@artist types  /generate deployment:{self._tour.deployment} prompt:… count:4")
        options: dict[str, object] = {"deployment": self._tour.deployment, "prompt": "four seasons of one old tree"}
        shown = await artist.run("generate", {**options, "count": 4})
        while shown.ephemeral:  # what it costs is asked first, where that is known
            await self._seen(shown, "cost")
            shown = await artist.click(str(shown.message_id), "Run 4")
        under_way = await self._wait(
            shown, lambda message: "🎨" in description(message) and "✅" in description(message)
        )
        self._show("everybody sees", under_way, "several-under-way")
        over = await self._wait(shown, lambda message: "4 of 4 done" in description(message))
        self._show("everybody sees", over, "several")

    async def _recall(self, artist: Person) -> None:
        self._say("@artist types  /runs")
        await self._seen(await artist.run("runs"), "runs")

    async def _seen(self, shown: Shown, name: str | None) -> None:
        message = await self._wait(shown, lambda message: bool(message["embeds"]))
        self._show("@artist sees, and nobody else does" if shown.ephemeral else "everybody sees", message, name)

    async def _ended(self, shown: Shown, name: str) -> None:
        message = await self._wait(shown, lambda message: "Done" in description(message) or is_error(message))
        self._show("everybody sees", message, name)

    async def _wait(self, shown: Shown, check: Callable[[Message], bool]) -> Message:
        return await self._discord.wait(str(shown.message_id), check, _RESULT)

    def _show(self, who: str, message: Message, name: str | None) -> None:
        self._console.print(who, markup=False)
        buttons = [f"[{label}]" if ready else f"({label})" for label, ready in buttons_of(message).items()]
        for line in [message["embeds"][0].get("title", ""), *lines_of(message), " ".join(buttons)]:
            if line:
                self._console.print(f"  {line}", markup=False, soft_wrap=True)
        if name is not None and self._tour.shots is not None:
            draw(self._discord, message, self._tour.shots / f"{name}.png", self._console)

    def _say(self, words: str) -> None:
        self._console.print(f"\n{words}", markup=False, soft_wrap=True)


def _has_file(message: Message) -> bool:
    return bool(message["attachments"])
