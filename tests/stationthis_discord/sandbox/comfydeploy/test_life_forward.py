"""Whatever happens to a run, its states only move forward in time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationthis_discord.sandbox.comfydeploy import Behaviour
from stationthis_discord.sandbox.comfydeploy.behaviour import Outcome
from stationthis_discord.sandbox.comfydeploy.life import Machinery, plan_for, state_at

NODES = [("1", "ComfyUIDeployExternalText"), ("2", "CheckpointLoaderSimple"), ("3", "KSampler"), ("4", "SaveImage")]


@pytest.mark.parametrize("serverless", [True, False])
@given(
    outcome=st.sampled_from(["success", "failed", "timeout", "never"]),
    moments=st.lists(st.floats(0, 30), min_size=2, max_size=12),
)
def test_time_only_moves_forward(*, serverless: bool, outcome: Outcome, moments: list[float]) -> None:
    plan = plan_for(NODES, Behaviour(outcome=outcome, ahead=2), Machinery(serverless, cold=True, warm=False, pace=1.0))
    rank = {"not-started": 0, "queued": 1, "started": 2, "running": 3}

    for before, after in pairwise(state_at(plan, moment) for moment in sorted(moments)):
        assert rank.get(before.status, 4) <= rank.get(after.status, 4)
        assert before.progress <= after.progress
        assert before.updated <= after.updated
        assert before.done <= after.done
        assert before.ahead >= after.ahead
