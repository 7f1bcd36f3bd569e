"""What ordering, cancelling and generating are made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from core.catalog import Catalog
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import NotFound
from core.comfydeploy.models import Run
from core.deadline import PATIENCE, deadline
from core.errors import RunGone
from core.forms.forms import Forms
from core.metrics import Metrics
from core.people.house import Rules
from core.people.limits import RunLimits
from core.people.offering import Offering
from core.runs.deliveries import Deliveries
from core.runs.following import Following
from core.runs.submission import Submission
from core.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Parts:
    """Each part can be used alone.

    `rules(guild)` is what is set there for results, `hook(delivery)` the address at which ComfyUI Deploy may tell of
    its run, None without webhooks.
    """

    api: ComfyDeploy
    catalog: Catalog
    offering: Offering
    forms: Forms
    uploads: Uploads
    submission: Submission
    deliveries: Deliveries
    following: Following
    limits: RunLimits
    metrics: Metrics
    rules: Callable[[int | None], Awaitable[Rules]]
    hook: Callable[[str], str | None] = lambda _: None

    async def read(self, run_id: str) -> Run:
        """Raises `RunGone`, `TookTooLong` or another `ApiError`."""
        try:
            async with deadline(PATIENCE):
                return await self.api.runs.get(run_id)
        except NotFound:
            raise RunGone from None
