"""What a run made, brought here for its end: files, texts, and the reason if it failed."""

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

import structlog

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Media as OutputFile
from core.comfydeploy.outputs import Reason, read_reason, read_results
from core.file_errors import FileError, FileTooLarge
from core.media import Media
from core.runs.view import Fetched, LeftOut, RunView

log = structlog.get_logger(__name__)

MOST_FILES: Final = 10  # a Discord message holds no more
_REASON_WAIT: Final = 5.0  # seconds; a failure that is shown late is worse than one without a reason


class Results:
    def __init__(self, api: ComfyDeploy, media: Media) -> None:
        self._api = api
        self._media = media

    async def fetch(self, view: RunView, run: Run, upload_limit: int, files: AsyncExitStack) -> RunView:
        """The view with the run's files, open for as long as `files` is, and its texts; never fails for one file."""
        results = read_results(run.outputs)
        fetched: list[Fetched] = []
        left_out: list[LeftOut] = []
        for number, output in enumerate(results.files, start=1):
            name = file_name(view, output, number)
            try:
                if len(fetched) == MOST_FILES:
                    left_out.append(LeftOut(output, beyond=True))
                    continue
                local = await files.enter_async_context(self._media.output(output.url, name, upload_limit))
                fetched.append(Fetched(output, local.file, name, local.size))
            except FileTooLarge as large:
                left_out.append(LeftOut(output, large.size, large.limit))
            except FileError as error:
                log.warning("run.file_left_out", run=run.id, error=str(error))
                left_out.append(LeftOut(output))
        return replace(view, files=tuple(fetched), texts=results.texts, left_out=tuple(left_out))

    async def reason(self, workflow_id: str | None, run_id: str) -> Reason | None:
        """Why a run failed, if the API says so soon enough."""
        if workflow_id is None:
            return None
        try:
            async with asyncio.timeout(_REASON_WAIT):
                return read_reason(await self._api.runs.list_raw_outputs(workflow_id, run_id))
        except (ApiError, TimeoutError) as error:
            log.warning("run.reason_unread", run=run_id, error=str(error))
            return None


def file_name(view: RunView, output: OutputFile, number: int) -> str:
    """`deployment_seed_number.ext`, of safe characters only; the run's own name gives no more than the extension."""
    stem = re.sub(r"[^A-Za-z0-9-]+", "-", view.deployment).strip("-")[:60] or "result"
    extension = PurePosixPath(output.filename).suffix.lower()
    safe = extension if re.fullmatch(r"\.[a-z0-9]{1,8}", extension) else ".bin"
    seed = "" if view.seed is None else f"_{view.seed}"
    return f"{stem}{seed}_{number}{safe}"
