"""What is seen of a run never goes backwards, in whatever order it is heard of."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.models import FINAL, Run
from core.runs.tracker import Tracker
from core.runs.updates import newest
from tests.core.runs.reading import RUN, Reader, state

STATUSES = ["not-started", "queued", "started", "running", "uploading", "dreaming", *sorted(FINAL)]


@pytest.mark.parametrize(
    ("known", "heard", "seen"),
    [
        (None, state("queued"), state("queued")),
        (state("queued"), state("running", 0.2), state("running", 0.2)),
        (state("running", 0.2), state("queued"), state("running", 0.2)),
        (state("running", 0.6), state("running", 0.2), state("running", 0.6)),
        (state("running", 0.2), state("running", 0.6), state("running", 0.6)),
        (state("running", 0.6), state("uploading", 0.0), state("uploading", 0.6)),
        (state("running", 0.6), state("failed", 0.3), state("failed", 0.6)),
        (state("success", 1.0), state("failed", 1.0), state("success", 1.0)),
        (state("timeout"), state("running", 0.9), state("timeout")),
        (state("uploading"), state("dreaming"), state("uploading")),
    ],
)
def test_the_later_of_two_states_is_known_by_rank_and_progress(known: Run | None, heard: Run, seen: Run) -> None:
    assert newest(known, heard) == seen


def test_of_two_states_as_far_as_each_other_the_one_heard_last_is_seen() -> None:
    known, heard = state("running", 0.6, live_status="KSampler"), state("running", 0.4, live_status="VAEDecode")

    seen = newest(known, heard)

    assert (seen.live_status, seen.progress) == ("VAEDecode", 0.6)


states = st.builds(state, st.sampled_from(STATUSES), st.floats(0, 1))


async def _seen(heard: Sequence[tuple[Run, bool]]) -> list[Run]:
    """What a follower sees who looks after some of these states were published, and misses others."""
    never = Reader()
    never.gate.clear()
    seen: list[Run] = []
    async with Tracker.start(never) as tracker:
        with tracker.follow(RUN) as updates:

            async def look() -> None:
                seen.extend([update.run async for update in updates if update.run])

            looking = asyncio.ensure_future(look())
            for run, pause in [*heard, (state("success"), False)]:
                tracker.publish(run)
                if pause:
                    await asyncio.sleep(0)
            await looking
    return seen


@given(st.lists(st.tuples(states, st.booleans()), max_size=12).flatmap(st.permutations))
def test_in_any_order_of_publishing_nothing_seen_goes_backwards(heard: list[tuple[Run, bool]]) -> None:
    seen = asyncio.run(_seen(heard))

    assert [run.rank for run in seen] == sorted(run.rank for run in seen)
    assert [run.progress for run in seen] == sorted(run.progress for run in seen)
    assert [run.is_final for run in seen] == [False] * (len(seen) - 1) + [True]
    first_final = next((run.status for run, _ in heard if run.is_final), "success")
    assert seen[-1].status == first_final
