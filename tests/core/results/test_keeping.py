"""Keeping a result: one claim, one message, and after any failure a next try that finds out what became of it."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media
from core.errors import DeploymentNotFound, RunGone, RunNotOurs, StoreFailed, SurfaceSilent
from core.people.actor import Actor
from core.people.house import Rules
from core.result_errors import (
    AlreadyKept,
    GalleryClosed,
    NoGallery,
    NoResult,
    NotOverYet,
    NotYourResult,
    SurfaceTooSmall,
)
from core.results.gathering import Gathering
from core.results.keeping import Exhibit, Keeping
from core.runs.following import GONE
from core.runs.mark import Mark
from core.runs.parts import Parts
from core.runs.view import Fetched, RunView
from core.store.store import Store, open_store
from tests.core.runs.world import FLOW

HERE, GALLERY, OTHER_GALLERY = 10, 5, 6
ANNA, BEN = Actor(1, HERE), Actor(2, HERE)
RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
MARK = Mark("a1", ANNA.user, HERE, FLOW.id)
OUTPUTS = [{"data": {"images": [{"url": "https://a.example/1.png", "filename": "1.png"}]}}]


def a_run(status: str = "success", **facts: object) -> Run:
    usual = {"id": RUN, "status": status, "workflow_inputs": {"_stationthis": str(MARK)}, "outputs": OUTPUTS}
    return Run.model_validate(usual | facts)


@dataclass
class Gallery:
    """A `Wall`: what hangs in each channel, by message. `trouble` answers the next messages."""

    hung: dict[tuple[int, int], Exhibit] = field(default_factory=dict)
    trouble: list[Exception] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)
    closed: bool = False
    loses_answers: bool = False

    async def find_limit(self) -> int:
        return 100

    async def has(self, channel: int, message: int) -> bool:
        return (channel, message) in self.hung

    async def look(self, channel: int, run_id: str) -> int | None:
        if self.closed:
            raise GalleryClosed(channel)
        found = (key for key, item in self.hung.items() if key[0] == channel and item.view.run_id == run_id)
        return next((message for _, message in found), None)

    async def put(self, channel: int, exhibit: Exhibit, limit: int) -> int:
        await asyncio.sleep(0)
        self.limits.append(limit)
        if self.trouble:
            raise self.trouble.pop(0)
        message = 1000 + len(self.limits)
        self.hung[channel, message] = exhibit
        if self.loses_answers:
            raise SurfaceSilent("lost")
        return message

    def link(self, channel: int, message: int) -> str:
        return f"{channel}/{message}"


@dataclass
class World:
    """All around `Keeping`, to be changed by a test."""

    store: Store
    wall: Gallery = field(default_factory=Gallery)
    rules: Rules = field(default_factory=lambda: Rules(gallery=GALLERY))
    run: Run | Exception = field(default_factory=a_run)
    offered: bool = True
    fetches: bool = True

    @property
    def keeping(self) -> Keeping:
        """Of a process that has begun now."""
        catalog = SimpleNamespace(find=self._find)
        parts = SimpleNamespace(read=self._read, rules=self._rules, catalog=catalog)
        gathering = SimpleNamespace(basket=lambda _: self)
        return Keeping(cast("Parts", parts), cast("Gathering", gathering), self.store.keepsakes)

    async def keep(self, actor: Actor = ANNA) -> str:
        return await self.keeping.keep(RUN, actor, self.wall)

    async def fill(self, view: RunView, _: Run, limit: int) -> RunView:
        picture = Fetched(Media("https://a.example/1.png", "1.png"), io.BytesIO(b"x"), "fox_1.png", limit)
        return replace(view, files=(picture,) if self.fetches else ())

    async def _read(self, run_id: str) -> Run:
        assert run_id == RUN
        if isinstance(self.run, Exception):
            raise self.run
        return self.run

    async def _rules(self, _: int | None) -> Rules:
        return self.rules

    async def _find(self, wanted: str) -> Any:  # noqa: ANN401 -- a deployment
        if not self.offered:
            raise DeploymentNotFound(wanted)
        return FLOW


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}") as store:
        yield World(store)


async def test_what_is_put_up_says_whose_it_is_and_who_kept_it(world: World) -> None:
    assert await world.keep(BEN) == "5/1001"

    shown = world.wall.hung[GALLERY, 1001]
    assert (shown.kept_by, shown.view.requester, shown.view.deployment) == (BEN.user, ANNA.user, FLOW.label)


async def test_a_deployment_that_is_gone_is_kept_all_the_same(world: World) -> None:
    world.offered = False

    await world.keep()

    assert world.wall.hung[GALLERY, 1001].view.deployment == GONE


async def test_of_many_at_once_one_keeps_it(world: World) -> None:
    ends = await asyncio.gather(*(world.keep(Actor(user, HERE)) for user in range(1, 6)), return_exceptions=True)

    assert [end for end in ends if not isinstance(end, AlreadyKept)] == ["5/1001"]
    assert len(world.wall.hung) == 1


@pytest.mark.parametrize("gallery", [GALLERY, OTHER_GALLERY])
async def test_it_is_where_it_was_put_wherever_the_gallery_is_now(world: World, gallery: int) -> None:
    link = await world.keep()
    world.rules = Rules(gallery=gallery)

    with pytest.raises(AlreadyKept) as kept:
        await world.keep(BEN)

    assert kept.value.link == link


async def test_what_was_deleted_there_may_be_kept_again(world: World) -> None:
    await world.keep()
    world.wall.hung.clear()

    assert await world.keep() == "5/1002"


async def test_on_an_empty_disk_it_is_found_in_the_gallery_and_remembered(world: World, tmp_path: Path) -> None:
    link = await world.keep()

    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}") as store:
        world.store = store
        for _ in range(2):
            with pytest.raises(AlreadyKept) as kept:
                await world.keep(BEN)
            assert kept.value.link == link
            world.wall.closed = True  # what is known is not looked for again


@pytest.mark.parametrize("trouble", [GalleryClosed(GALLERY), SurfaceSilent("busy"), asyncio.CancelledError()])
async def test_after_a_failure_nothing_is_claimed(world: World, trouble: Exception) -> None:
    world.wall.trouble = [trouble]

    with pytest.raises(type(trouble)):
        await world.keep()

    assert await world.store.keepsakes.find(HERE, RUN) is None
    assert await world.keep() == "5/1002"


async def test_a_message_whose_answer_was_lost_is_found_by_the_next_try(world: World) -> None:
    world.wall.loses_answers = True
    with pytest.raises(SurfaceSilent):
        await world.keep()

    with pytest.raises(AlreadyKept) as kept:
        await world.keep()

    assert (kept.value.link, len(world.wall.hung)) == ("5/1001", 1)


async def test_files_that_are_too_large_after_all_are_made_smaller_once(world: World) -> None:
    world.wall.trouble = [SurfaceTooSmall(40)]
    await world.keep()
    assert world.wall.limits == [100, 40]

    world.wall.hung.clear()
    world.wall.trouble = [SurfaceTooSmall(40), SurfaceTooSmall(20)]
    with pytest.raises(SurfaceTooSmall):
        await world.keep()
    assert world.wall.hung == {}


@pytest.mark.parametrize(
    ("run", "error"),
    [
        (a_run("running"), NotOverYet),
        (a_run("failed"), NoResult),
        (a_run(outputs=[]), NoResult),
        (a_run(workflow_inputs={}), RunNotOurs),
        (RunGone(), RunGone),
    ],
)
async def test_what_is_no_result_is_not_kept(world: World, run: Run | Exception, error: type[Exception]) -> None:
    world.run = run

    with pytest.raises(error):
        await world.keep()

    assert (world.wall.hung, await world.store.keepsakes.find(HERE, RUN)) == ({}, None)


async def test_a_result_of_which_no_file_can_be_had_is_not_kept(world: World) -> None:
    world.fetches = False

    with pytest.raises(NoResult):
        await world.keep()

    assert await world.store.keepsakes.find(HERE, RUN) is None


async def test_where_buttons_are_the_owners_only_they_keep_it(world: World) -> None:
    world.rules = Rules(owners_only=True, gallery=GALLERY)

    with pytest.raises(NotYourResult):
        await world.keep(BEN)
    await world.keep(ANNA)


@pytest.mark.parametrize(("actor", "rules"), [(ANNA, Rules()), (Actor(1), Rules(gallery=GALLERY))])
async def test_where_there_is_no_gallery_nothing_is_kept(world: World, actor: Actor, rules: Rules) -> None:
    world.rules = rules

    with pytest.raises(NoGallery):
        await world.keep(actor)


async def test_without_a_disk_nothing_is_put_up(world: World, tmp_path: Path) -> None:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'closed.db'}") as store:
        world.store = store

    with pytest.raises(StoreFailed):
        await world.keep()

    assert world.wall.hung == {}
