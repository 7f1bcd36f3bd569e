"""Tasks that somebody owns: they run by themselves, and end with their owner."""

import asyncio

from core.tasks import Tasks


async def test_a_task_runs_by_itself_and_is_forgotten_after_its_end() -> None:
    tasks, done = Tasks(), asyncio.Event()

    async def work() -> None:
        done.set()

    tasks.start(work(), "work")
    under_way = len(tasks)
    await done.wait()
    await asyncio.sleep(0)

    assert (under_way, len(tasks)) == (1, 0)


async def test_a_close_ends_what_runs_and_waits_for_it() -> None:
    tasks, ended = Tasks(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    for _ in range(3):
        tasks.start(work(), "work")
    await asyncio.sleep(0)

    await tasks.aclose()

    assert (ended, len(tasks)) == (["work"] * 3, 0)


async def test_a_task_is_known_by_its_name() -> None:
    tasks = Tasks()
    tasks.start(asyncio.sleep(3600), "delivery d00d")

    names = {task.get_name() for task in asyncio.all_tasks()}
    await tasks.aclose()

    assert "delivery d00d" in names
