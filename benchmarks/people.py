"""What people do all day with the bot: about twenty of them, each at their own pace."""

import asyncio
import io
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from PIL import Image

from benchmarks.ledger import has_ended
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from stationthis_discord.sandbox.discord import DiscordSandbox, DriverError, Person, Shown

PATIENCE: Final = 60.0  # seconds for a run, or for the sentence that says why there is none
LOOKING: Final = 180.0  # seconds more while the message says that the run of an unclear submit is looked for
PAUSE: Final = (0.3, 2.5)  # seconds between two things one person does
AGAIN: Final = "🔁"
_TEXT_INPUT, _UPLOAD = 4, 19  # https://docs.discord.com/developers/components/reference#component-object

Message = dict[str, Any]


def furnish(api: ComfyDeploySandbox) -> None:
    """How the deployments go that people use: well, badly, for too long."""
    api.behaviour.update(
        {
            "text-to-image": Behaviour(seconds=6, queue_seconds=1),
            "image-to-image": Behaviour(seconds=4, queue_seconds=0.5),
            "portrait-classic": Behaviour(seconds=5, queue_seconds=1),
            "upscale": Behaviour(outcome="failed", seconds=3, queue_seconds=0.5),
            "animation": Behaviour(outcome="timeout", seconds=4, queue_seconds=0.5),
        }
    )


class Guest:
    """One person. `tally` counts what they did, `complaints` what should never have happened to them."""

    def __init__(
        self, discord: DiscordSandbox, person: Person, tally: Counter[str], excused: Callable[[float], bool]
    ) -> None:
        self._discord = discord
        self._person = person
        self._tally = tally
        self._excused = excused  # whether the gateway was cut since a moment of the monotonic clock
        self._random = random.Random(person.id)  # noqa: S311 -- who does what, the same in each soak
        self.complaints: list[str] = []
        self._acts: dict[Callable[[], Awaitable[None]], int] = {
            self.succeed: 5,
            self.repeat: 3,
            self.react: 2,
            self.cancel: 3,
            self.fail: 2,
            self.bring_picture: 2,
            self.look_around: 4,
            self.blunder: 4,
            self.fill_in: 3,
        }

    async def live(self, over: asyncio.Event) -> None:
        """Do one thing after another until it is over."""
        while not over.is_set():
            act = self._random.choices(list(self._acts), list(self._acts.values()))[0]
            await self._do(act)
            await asyncio.sleep(self._random.uniform(*PAUSE))

    async def each(self) -> None:
        """Do everything there is to do once."""
        for act in self._acts:
            await self._do(act)

    async def _do(self, act: Callable[[], Awaitable[None]]) -> None:
        began = time.monotonic()
        try:
            await act()
            self._tally[act.__name__] += 1
        except (TimeoutError, DriverError) as error:  # the client too refuses what has changed under one's hand
            late = isinstance(error, TimeoutError) or "no bot is connected" in str(error)
            self._tally["in vain"] += 1
            if late and not self._excused(began):
                self.complaints.append(f"{act.__name__}: {str(error)[:400]}")

    # -- what they do --

    async def succeed(self) -> None:
        await self._end(await self._generate("text-to-image", prompt="a fox in the snow"))

    async def fail(self) -> None:
        await self._end(await self._generate(self._random.choice(["animation", "image-to-image"])))
        await self._end(await self._generate("upscale", image=picture()))

    async def bring_picture(self) -> None:
        await self._end(await self._generate("image-to-image", prompt="winter", image=picture()))

    async def repeat(self) -> None:
        """With the button, twice as people do; the second click is none."""
        message = await self._end(await self._generate("text-to-image", prompt="a river"))
        if self._offers(message, "Again"):
            first = await self._person.click(message["id"], "Again")
            await self._person.click(message["id"], "Again")
            await self._end(str(first.message_id))

    async def react(self) -> None:
        message = await self._end(await self._generate("text-to-image", prompt="a boat"))
        if self._offers(message, "Again"):
            await self._person.react(message["id"], AGAIN)
            await self._end((await self._new(message))["id"])

    async def cancel(self) -> None:
        """By button or command; a classic machine cannot, and says so."""
        name = self._random.choice(["text-to-image", "text-to-image", "portrait-classic"])
        message_id = await self._generate(name, prompt="a mistake")
        message = await self._when(message_id, lambda shown: self._offers(shown, "Cancel") or is_over(shown))
        if self._offers(message, "Cancel"):
            by_button = self._random.random() < 0.5
            await (self._person.click(message_id, "Cancel") if by_button else self._person.run("cancel"))
        await self._end(message_id)

    async def look_around(self) -> None:
        await self._person.run("help")
        await self._person.run("deployments")
        await self._person.run("deployments", {"deployment": "everything"})
        await self._person.autocomplete("generate", "deployment", "ima")

    async def fill_in(self) -> None:
        """A form by its message: a field, another thought, and run."""
        shown = await self._person.run("generate", {"deployment": "text-to-image", "more_inputs": True})
        form = str(shown.message_id)
        modal = await self._person.click(form, "Fill in: Prompt, Negative prompt, Style")
        text = _field(modal, _TEXT_INPUT)
        await self._person.submit(modal, {text: "a heron"})
        if self._random.random() < 0.2:
            await self._person.click(form, "Discard")
            return
        await self._end(str((await self._person.click(form, "Run")).message_id))

    async def blunder(self) -> None:
        await self._person.run("generate", {"deployment": "no-such-thing"})
        await self._person.run("generate", {"deployment": "text-to-image", "inputs": "steps=999; wdth=3"})
        await self._person.run("generate", {"deployment": "text-to-image", "inputs": 'style="unclosed'})
        await self._person.run("cancel", {"run": "ffffffff"})

    # -- what they see --

    async def _generate(self, deployment: str, image: bytes | None = None, **options: str) -> str:
        files = {"image": ("mine.png", image)} if image else None
        shown: Shown = await self._person.run("generate", {"deployment": deployment, **options}, files)
        if shown.modal is not None:  # something is missing, and that is a picture
            shown = await self._person.submit(shown, {_field(shown, _UPLOAD): ("mine.png", picture())})
        assert shown.message_id is not None
        return shown.message_id

    async def _end(self, message_id: str) -> Message:
        """A question whether it was started is answered, so that none is left over at the end."""
        message = await self._when(message_id, is_over)
        if self._offers(message, "Give up"):
            await self._person.click(message_id, "Give up")
        return message

    async def _when(self, message_id: str, check: Callable[[Message], bool]) -> Message:
        """The first state that passes; what is refused late loses its message, and the reason is said in private."""

        def look() -> Message | None:
            try:
                message = self._discord.message(message_id)
            except LookupError:
                return {"id": message_id, "embeds": [], "components": []}
            return message if check(message) else None

        try:
            return await self._discord.until(look, PATIENCE)
        except TimeoutError:
            if "Looking for your run" in str(self._discord.message(message_id)["embeds"]):
                return await self._discord.until(look, LOOKING)
            shown = self._discord.message(message_id)["embeds"]
            raise TimeoutError(f"not within {PATIENCE} s: {shown}") from None

    async def _new(self, message: Message) -> Message:
        """The message that an Again of this one leads to: a run of it, or the reason why there is none."""
        again = message["embeds"][0]["footer"]["text"].removeprefix("run ")[:8]

        def follows(new: Message) -> bool:
            text = str(new["embeds"])
            return f"again of {again}" in text or ("ref `" in text and self._asked(new))

        return await self._discord.wait_new(follows, 15)

    def _asked(self, message: Message) -> bool:
        asked: object = message.get("interaction_metadata", {}).get("user", {}).get("id", self._person.id)
        return asked == self._person.id

    def _offers(self, message: Message, button: str) -> bool:
        buttons = [item for row in message["components"] for item in row["components"]]
        return any(item.get("label") == button and not item.get("disabled") for item in buttons)


def _field(shown: Shown, kind: int) -> str:
    """The first field of this type in the form that was opened."""
    labels = shown.modal["components"] if shown.modal is not None else []
    fields = [label["component"] for label in labels]
    return str(next(field["custom_id"] for field in fields if field["type"] == kind))


def is_over(message: Message) -> bool:
    """Whether it shows the end of a run, or why there is none."""
    return any(has_ended(embed) or "ref `" in embed.get("description", "") for embed in message["embeds"])


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (256, 256), "teal").save(file, "PNG")
    return file.getvalue()
