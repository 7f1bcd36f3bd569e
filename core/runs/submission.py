"""One submit for one wish. It is never repeated blindly: a run costs money, and the API has no idempotency key.

A refused connection or a 429 means that nothing was created, so it may be sent again. Anything unclear is looked up
by the mark among the newest runs.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from core.catalog import Deployment
from core.comfydeploy.client import ComfyDeploy
from core.errors import ApiError, BadReply, Busy, NoAnswer, RunNotOurs, ServerFault, SubmitUnknown, Unreachable
from core.runs.mark import Mark, read_mark, with_mark

log = structlog.get_logger(__name__)

_LOOKS: Final = (2.0, 10.0)  # seconds before each look for a run that may exist
_CLOCK_SKEW: Final = timedelta(seconds=120)
_TRIES: Final = 3
_LONGEST_WAIT: Final = 30.0  # seconds; a server that asks for more gets its answer passed on


class Submission:
    """Submits to `api`.

    `looks` are the pauses in seconds before each look-up after an unclear answer, `pause` the first one before a
    submit that made nothing is sent again.
    """

    def __init__(self, api: ComfyDeploy, looks: tuple[float, ...] = _LOOKS, pause: float = 0.5) -> None:
        self._api = api
        self._looks = looks
        self._pause = pause

    async def submit(self, deployment: Deployment, values: Mapping[str, Any], mark: Mark) -> str:
        """The id of the one run that this made.

        Raises:
            ApiError: the API said no, and there is no run (but for `DispatchFailed`, which leaves a failed one).
            SubmitUnknown: there was no clear answer, and no run with this mark could be found.
        """
        since = datetime.now(UTC) - _CLOCK_SKEW
        try:
            return await self._send(deployment, with_mark(values, mark))
        except (NoAnswer, ServerFault, BadReply) as unclear:
            log.warning("submit.unclear", delivery=mark.delivery, error=str(unclear))
            return await self._look_up(deployment, mark, since)

    async def _send(self, deployment: Deployment, values: Mapping[str, Any]) -> str:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._api.submit(deployment.id, values)
            except (Unreachable, Busy) as nothing_made:
                wait = nothing_made.retry_after if isinstance(nothing_made, Busy) else None
                if attempt == _TRIES or (wait or 0.0) > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(wait if wait is not None else self._pause * 2 ** (attempt - 1))

    async def _look_up(self, deployment: Deployment, mark: Mark, since: datetime) -> str:
        others: set[str] = set()
        for pause in self._looks:
            await asyncio.sleep(pause)
            try:
                rows = await self._api.list_recent_runs(deployment.workflow_id, deployment.id, since)
            except ApiError as error:
                log.warning("submit.look_failed", delivery=mark.delivery, error=str(error))
                continue
            for row in rows:
                if row.id not in others and await self._is_ours(row.id, mark, others):
                    log.info("submit.found", delivery=mark.delivery, run=row.id)
                    return row.id
        raise SubmitUnknown

    async def _is_ours(self, run_id: str, mark: Mark, others: set[str]) -> bool:
        """Whether the run carries this mark; one that cannot be read now is asked for again by the next look."""
        found: Mark | None = None
        try:
            found = read_mark((await self._api.get_run(run_id)).workflow_inputs)
        except ApiError as error:
            log.warning("submit.run_unread", run=run_id, error=str(error))
            return False
        except RunNotOurs:
            pass
        others.add(run_id)
        return found == mark
