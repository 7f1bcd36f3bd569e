"""Forms over a list of deployments that a test changes, with settings in memory and nothing behind them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest

from core.catalog import Catalog
from core.comfydeploy.values import Given, Source
from core.errors import Fault, Problem
from core.forms.draft import Drafts
from core.forms.form import Form, FormNeeded
from core.forms.forms import Forms
from core.forms.wish import Wish
from core.people.actor import Actor
from core.people.offering import Offering
from core.store.database import open_database
from core.store.schema import migrate
from core.store.settings import KeptSettings
from core.uploads import LARGEST_INPUT
from tests.core.comfydeploy.graphs import Node, external, graph
from tests.core.shelf import Shelf, item

HERE = 10
ANNA, BERT = Actor(user=1, guild=HERE), Actor(user=2, guild=HERE)
SEED = 4242

PROMPT, NEGATIVE = external("Text", "prompt", default_value="a lake"), external("Text", "negative")
STEPS = external("NumberInt", "steps", default_value=20)
WIDTH = external("NumberSliderInt", "width", default_value=512, min_value=64, max_value=2048)
STYLE = external("Enum", "style", default_value="ink", options='["ink", "oil"]')
IMAGE, BATCH, CLIP = external("Image", "image"), external("ImageBatch", "batch"), external("Video", "clip")
WORDS = (PROMPT, NEGATIVE, STEPS, WIDTH, STYLE, external("Seed", "seed"))
OFFER = {"words": WORDS, "picture": (IMAGE, STEPS), "film": (CLIP, BATCH, PROMPT)}

PICTURE, SECOND = Source("a.png", "https://files.example/a.png", 2_000), Source("b.png", "https://files.example/b.png")
FILM = Source("a.mp4", "https://files.example/a.mp4")
HUGE = Source("huge.png", "https://files.example/huge.png", LARGEST_INPUT + 1)
FOX = Wish(ANNA, "words", Given(prompt="a fox"), "steps=7")
MANY_STEPS = Wish(ANNA, "words", Given(prompt="a fox"), "steps=many")


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Counter:
    """`rows` are the deployments as the API lists them, by name; every seed that is drawn is `SEED`."""

    rows: dict[str, dict[str, Any]]
    shelf: Shelf
    settings: KeptSettings
    clock: Clock

    def __post_init__(self) -> None:
        self.catalog: Catalog = self.shelf.catalog
        self.offering = Offering(self.catalog, self.settings)
        self.drafts = Drafts(self.clock)
        self.forms = Forms(self.offering, self.drafts, lambda _low, _high: SEED)

    def id_of(self, name: str) -> str:
        return str(self.rows[name]["id"])

    async def remember(self) -> None:
        """What is on offer now is in memory."""
        await self.catalog.list_deployments()

    def change(self, name: str, *nodes: Node) -> None:
        """Its next version has these inputs; the memory is known to be older."""
        row = self.rows[name]
        row["version"] = {"version": row["version"]["version"] + 1, "workflow_api": graph(*nodes)}
        self.catalog.invalidate("deployments")

    def withdraw(self, name: str) -> None:
        """It is not on offer any more; the memory is known to be older."""
        self.rows[name]["environment"] = "staging"
        self.catalog.invalidate("deployments")


@asynccontextmanager
async def a_counter(**offer: tuple[Node, ...]) -> AsyncIterator[Counter]:
    """Deployments by name, with these inputs."""
    rows = {
        name: item(number) | {"workflow": {"name": name}, "version": {"version": 1, "workflow_api": graph(*nodes)}}
        for number, (name, nodes) in enumerate(offer.items())
    }
    async with Shelf(list(rows.values())) as shelf, open_database("sqlite+aiosqlite:///:memory:") as database:
        await database.run(migrate)
        yield Counter(rows, shelf, KeptSettings(database), Clock())


async def needed(asked: Awaitable[object]) -> Form:
    """The form that this needs."""
    with pytest.raises(FormNeeded) as caught:
        await asked
    return caught.value.form


def faults_of(problems: tuple[Problem, ...]) -> list[tuple[str, Fault]]:
    return [(problem.name, problem.fault) for problem in problems]


Verb: TypeAlias = Callable[[Forms, str, Actor], Awaitable[object]]


async def _seen(forms: Forms, draft: str, actor: Actor) -> object:
    return forms.seen(draft, actor)


async def _begun(forms: Forms, draft: str, actor: Actor) -> object:
    return forms.begun(draft, actor)


async def _give(forms: Forms, draft: str, actor: Actor) -> None:
    forms.give(draft, actor, Given())


VERBS: dict[str, Verb] = {
    "show": Forms.show,
    "clear": Forms.clear,
    "order": Forms.order_of,
    "check": Forms.check_draft,
    "fill": lambda forms, draft, actor: forms.fill(draft, actor, {"prompt": "b"}),
    "look for": lambda forms, draft, actor: forms.look_for(draft, actor, "b"),
}
ALL_VERBS = VERBS | {
    "choose": lambda forms, draft, actor: forms.choose(draft, actor, "words"),
    "seen": _seen,
    "begun": _begun,
    "give": _give,
}


async def wrong_form(forms: Forms) -> Form:
    """The form of a wish with one mistake."""
    return await needed(forms.order(MANY_STEPS))


async def good_form(forms: Forms) -> Form:
    """A form that could be run."""
    return await forms.fill((await wrong_form(forms)).id, ANNA, {"steps": "7"})
