"""The cache under anything that may happen to it, in any order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from core.cache import Cached
from core.comfydeploy.errors import ApiError
from tests.anything import QUICK
from tests.core.caching import DOWN, TTL, Source
from tests.skipping import skipping

COOL_DOWN = 5.0
PATIENCE = 3.0
ACTIONS = st.sampled_from(
    ["get", "get", "peek", "recall", "bypass", "invalidate", "cancel", "break", "mend", "slow", "quick"]
)
GAPS = st.sampled_from([0.0, 0.5, 2.0, 6.0, 200.0, 290.0, 400.0])


class Story:
    """Whatever happens to a cache, in any order, and what has to be true of each answer."""

    def __init__(self) -> None:
        self.source = Source()
        self.cached = Cached(self.load, TTL, cool_down=COOL_DOWN, patience=PATIENCE)
        self.loaded_at = dict[int, float]()
        self.outdated = 0  # the newest value of before the last invalidate
        self.asked = list[asyncio.Future[None]]()

    async def load(self) -> int:
        value = await self.source.load()
        self.loaded_at[value] = asyncio.get_running_loop().time()
        return value

    async def do(self, action: str) -> None:
        match action:
            case "peek":
                self.cached.peek()
            case "recall":
                assert self.cached.recall() is None or (self.cached.age or 0.0) < TTL
            case "invalidate":
                self.cached.invalidate()
                self.outdated = self.source.loads
            case "break" | "mend":
                self.source.error = DOWN if action == "break" else None
            case "slow" | "quick":
                self.source.takes = 10.0 if action == "slow" else 0.0
            case "cancel":
                for asked in self.asked[-1:]:
                    asked.cancel()
            case _:
                self.asked.append(asyncio.ensure_future(self.ask(bypass=action == "bypass")))

    async def ask(self, *, bypass: bool) -> None:
        loop = asyncio.get_running_loop()
        before, had_good = loop.time(), self.cached.age is not None
        outdated = self.source.loads if bypass else self.outdated
        try:
            kept = await self.cached.get(bypass=bypass)
        except ApiError:
            assert bypass or not had_good
            return
        assert bypass or not had_good or loop.time() - before <= PATIENCE
        assert kept.stale or kept.value > outdated
        assert kept.stale or loop.time() - self.loaded_at[kept.value] < TTL


@QUICK
@given(st.lists(st.tuples(ACTIONS, GAPS), max_size=40))
def test_whatever_happens_who_had_a_value_is_answered_in_time(story: list[tuple[str, float]]) -> None:
    @skipping
    async def run() -> None:
        told = Story()
        for action, gap in story:
            await told.do(action)
            await asyncio.sleep(gap)
        outcomes = await asyncio.gather(*told.asked, return_exceptions=True)
        await told.cached.aclose()

        assert {type(outcome) for outcome in outcomes} <= {type(None), asyncio.CancelledError}
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run()
