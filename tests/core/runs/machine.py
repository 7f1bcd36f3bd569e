"""The bot's core living through a script: real from the verbs down to the calls, through crashes and restarts."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.models import Run
from core.errors import CoreError
from core.forms.draft import Drafts
from core.forms.forms import Forms
from core.forms.wish import Wish
from core.media import Media
from core.metrics import Metrics
from core.people.actor import Actor
from core.people.house import House
from core.people.limits import RunLimits
from core.people.offering import Offering
from core.people.pings import Pings
from core.results.gathering import Gathering
from core.results.ladder import Ladder
from core.runs.deliveries import Deliveries
from core.runs.estimates import Estimates
from core.runs.following import Following, Means
from core.runs.generation import Generation
from core.runs.journal import Phase
from core.runs.parts import Parts
from core.runs.rates import Rates
from core.runs.submission import Submission
from core.runs.tracker import Tracker
from core.runs.view import RunView, Stage, Surface
from core.uploads import Uploads
from core.webhook import Heard
from tests.core.runs.scripts import Click, Delete, Kill, Press, Report, Script, Spoil, Step, Stop, Trouble
from tests.core.runs.ways import Api, Canvas, Disk, Life, Shelf
from tests.core.runs.world import Message, World

STRANGER: Final = Actor(99)
_SELDOM: Final = Rates(  # so that a day is over after few questions
    oldest=900.0, listed=300.0, hooked=300.0, progress=300.0, unchanged=600.0, longest_retry=300.0, crowd=2
)
_HOUR: Final = 3600.0
_TURNS: Final = 30  # after which nobody stands in line any more
NOBODYS: Final = "e0000000-0000-0000-0000-000000000000"

Button = Callable[[], Coroutine[object, object, object]]


@dataclass(frozen=True, slots=True)
class Resources:
    """What of the API core uses here."""

    runs: Api


class Process:
    """The core of one process on the world."""

    def __init__(self, world: World, life: Life) -> None:
        self._world = world
        self.life = life
        self.disk = Disk(world, life)
        self._api = Api(world, life)
        self._stack = AsyncExitStack()
        self.limits = RunLimits(1, 2, 2)
        metrics = Metrics()
        self.deliveries = Deliveries(self.disk, self.limits, metrics)
        self._metrics = metrics

    async def open(self) -> None:
        api, media = cast("ComfyDeploy", Resources(self._api)), cast("Media", None)  # no run has files
        catalog = cast("Catalog", Shelf(self._world, self.life))
        tracker = await self._stack.enter_async_context(Tracker.start(self._api, _SELDOM))
        estimates = Estimates(self._api.list_newest)
        house, gathering = House(None), Gathering(api, media, Ladder())
        means = Means(self.deliveries, tracker, gathering, catalog, estimates, Pings(None).are_wanted, house.rules)
        following, submission = Following(means), Submission(api)
        offering = Offering(catalog, None)
        forms, uploads = Forms(offering, Drafts()), cast("Uploads", None)  # as above
        parts = Parts(
            api=api,
            catalog=catalog,
            offering=offering,
            forms=forms,
            uploads=uploads,
            submission=submission,
            deliveries=self.deliveries,
            following=following,
            limits=self.limits,
            metrics=self._metrics,
            rules=house.rules,
            hook="hook {}".format,
        )
        self.generation = Generation(parts, self.disk)

    def canvas(self, message: Message) -> Canvas:
        return Canvas(self._world, self.life, message)

    def restore(self, address: str) -> Surface:
        return self.canvas(self._world.messages[int(address.split(maxsplit=1)[0])])

    async def aclose(self) -> None:
        await self._stack.aclose()


class Machine:
    """Takes steps in `world`; each process that ends is followed by a new one."""

    def __init__(self, script: Script) -> None:
        self.world = World()
        self._script = script
        self._moments = itertools.cycle(script.moments)
        self._causes = itertools.count()
        self._down = 0.0
        self.process = Process(self.world, Life(0, self._moments))

    async def live(self) -> None:
        """Through the script, and then for a day and more in which all is well; the last process stays as it is."""
        await self._start()
        for step, seconds in self._script.steps:
            await self._take(step)
            await self._pass(seconds)
        await self._recover()
        await self._pass(_HOUR)
        self.world.look_at_rest()
        await self._pass(25 * _HOUR)

    async def _start(self) -> None:
        """Nobody is heard before everything that was open is taken up again; also that may be cut short."""
        self.process = Process(self.world, Life(self.process.life.number + 1, self._moments))
        await self.process.open()
        await self._or_over(self.process.generation.resume(self.process.restore))
        if self.process.life.over.is_set():
            await self._restart(self._down)

    async def _or_over(self, work: Coroutine[object, object, object]) -> None:
        """Until that is done, or the process is over."""
        tasks = [asyncio.create_task(work), asyncio.create_task(self.process.life.over.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        tasks[1].cancel()

    async def _pass(self, seconds: float) -> None:
        end = self.world.now + seconds
        while (left := end - self.world.now) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self.process.life.over.wait()
            if self.process.life.over.is_set():
                await self._restart(self._down)

    async def _restart(self, down: float) -> None:
        self.world.forgotten |= self.process.disk.waiting
        await self.aclose()
        await asyncio.sleep(down)
        await self._start()

    async def aclose(self) -> None:
        """The end of the process, and of all that it does."""
        self.process.life.over.set()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.process.aclose()

    async def _recover(self) -> None:
        """All is well; who stands in line does not wait for a run that never ends."""
        self._trouble(Trouble())
        self._down = 0.0
        self.world.answers.clear()
        self.world.fates.clear()
        await self._pass(10.0)
        for _ in range(_TURNS):
            if all(record.phase is not Phase.IN_LINE for record in self.world.book.values()):
                break
            for made in self.world.runs.values():
                made.ends = min(made.ends, max(made.begins, self.world.now) + 10.0)
            await self._pass(200.0)
        self.process.life.left = None

    def _begin(self, work: Coroutine[object, object, object]) -> None:
        asyncio.create_task(self._guarded(work), name="person")  # noqa: RUF006 -- they end with the process

    async def _guarded(self, work: Coroutine[object, object, object]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 -- it is looked at in the end
            self.world.broken.append(repr(error))

    # -- steps --

    async def _take(self, step: Step) -> None:
        match step:
            case Kill():
                self.process.life.left, self._down = step.after, step.down
            case Stop():
                await self._or_over(self.process.generation.pause())  # as the bot does it; it may be killed meanwhile
                await self._restart(step.down)
            case Click():
                self._click(step)
            case Press():
                self._press(step)
            case _:
                self._befall(step)

    def _befall(self, step: Report | Trouble | Spoil | Delete) -> None:
        match step:
            case Report():
                self._report(step)
            case Trouble():
                self._trouble(step)
            case Spoil():
                for made in list(self.world.runs.values())[step.run : step.run + 1]:
                    made.gone |= step.gone
                    made.broken |= not step.gone
            case Delete():
                for message in self.world.messages[step.message : step.message + 1]:
                    message.deleted = True

    def _click(self, click: Click) -> None:
        self.world.answers.append(click.answer)
        self.world.fates.append((click.seconds, click.end))
        wish = Wish(Actor(click.person), "flow", cause=f"cause {next(self._causes)}")
        for _ in range(2 if click.twin else 1):
            message = Message(len(self.world.messages))
            self.world.messages.append(message)
            self._begin(self._wish(self.process, wish, message))

    async def _wish(self, process: Process, wish: Wish, message: Message) -> None:
        message.is_answered = False
        try:
            await process.generation.start(wish, process.canvas(message))
        except CoreError as error:
            await process.life.moment()
            message.told = error
        message.is_answered = True

    def _press(self, press: Press) -> None:
        message = dict(enumerate(reversed(self.world.messages))).get(press.message)
        if message is None or message.deleted or message.sight is None:
            return
        actor = STRANGER if press.stranger else Actor(message.sight.requester)
        for button in self._buttons(message, message.sight, actor)[press.button : press.button + 1]:
            self._begin(self._pressed(button))

    def _buttons(self, message: Message, view: RunView, actor: Actor) -> list[Button]:
        """As `cogs.ui.buttons` has them, and those of a message that was drawn a moment before its end."""
        verbs, canvas = self.process.generation, self.process.canvas(message)
        run_id, trail, delivery = view.run_id, view.trail, view.delivery
        if run_id is not None:
            return [partial(verbs.cancel, run_id, actor, canvas), partial(verbs.refresh, run_id, canvas)]
        if trail is not None and view.stage is Stage.UNKNOWN:
            anew = partial(verbs.anew, trail, actor, canvas, f"cause {next(self._causes)}")
            return [partial(verbs.look, trail, actor, canvas), anew, partial(verbs.give_up, trail, actor, canvas)]
        return [partial(verbs.leave, delivery, actor)] if delivery is not None else []

    async def _pressed(self, button: Button) -> None:
        with contextlib.suppress(CoreError):  # said to that person only
            await button()

    def _report(self, report: Report) -> None:
        deliveries, runs = list(self.world.history)[::-1], list(self.world.runs.values())
        for delivery in deliveries[report.delivery : report.delivery + 1]:
            own = [made for made in runs if made.mark.delivery == delivery]
            chosen = own if report.run is None else runs[report.run : report.run + 1]
            run_id = chosen[0].id if chosen else NOBODYS
            said = Run(id=run_id, status=report.status, progress=0.5)
            self.process.generation.hear(Heard(delivery, said))

    def _trouble(self, trouble: Trouble) -> None:
        self.world.trouble, self.world.discord, self.world.full = trouble.api, trouble.discord, trouble.disk
        if not trouble.disk:
            self._begin(self.process.disk.flush())
