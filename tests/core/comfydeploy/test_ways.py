"""What a server lacks is remembered once the older way has proved to be there, for calls and for files alike."""

import io
import json
from collections.abc import Awaitable, Callable

import pytest

from core.comfydeploy import operations
from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import (
    ApiError,
    BadReply,
    Busy,
    DispatchFailed,
    KeyRefused,
    NoAnswer,
    NotFound,
    Paused,
    Refused,
    ServerFault,
    Unreachable,
    WrongAddress,
)
from core.comfydeploy.ways import Ways
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox
from tests.core.comfydeploy import samples
from tests.core.comfydeploy.samples import NOBODY
from tests.core.stub import routing, saying, serving

OPERATION = operations.GET_RUN
GONE = WrongAddress("GET /x", 404)
ANSWERS = [NotFound("GET /x", 404), ServerFault("GET /x", 500), Refused("GET /x", 422), DispatchFailed("GET /x", 500)]
ANSWERS += [BadReply("GET /x", 200)]
SILENCES = [GONE, Unreachable("GET /x"), Paused("GET /x"), NoAnswer("GET /x"), ServerFault("GET /x", 502)]
SILENCES += [Busy("GET /x", 429), KeyRefused("GET /x", 401), ServerFault("GET /x", 520)]


class Told:
    """Both ways of one wish: today's is lacking, the older one ends as it is told."""

    def __init__(self, end: ApiError | None = None) -> None:
        self.taken: list[str] = []
        self._end = end

    async def today(self) -> str:
        self.taken.append("today")
        raise GONE

    async def older(self) -> str:
        self.taken.append("older")
        if self._end is not None:
            raise self._end
        return "brought"


async def _outcome(asked: Callable[[], Awaitable[str]]) -> object:
    try:
        return await asked()
    except ApiError as error:
        return error


@pytest.mark.parametrize("end", [None, *ANSWERS], ids=str)
async def test_what_answered_by_the_older_way_is_asked_that_way_from_then_on(end: ApiError | None) -> None:
    ways, told = Ways(), Told(end)

    ends = [await _outcome(lambda: ways.take(OPERATION, told.today, told.older)) for _ in range(3)]

    assert ends == [end or "brought"] * 3
    assert told.taken == ["today", "older", "older", "older"]


@pytest.mark.parametrize("end", SILENCES, ids=str)
async def test_what_did_not_answer_by_the_older_way_either_is_asked_by_both_each_time(end: ApiError) -> None:
    ways, told = Ways(), Told(end)

    ends = [await _outcome(lambda: ways.take(OPERATION, told.today, told.older)) for _ in range(2)]

    assert ends == [end] * 2
    assert told.taken == ["today", "older"] * 2


async def test_a_run_that_an_older_server_does_not_know_is_not_asked_for_by_the_path_it_lacks_again() -> None:
    async with ComfyDeploySandbox(older=True) as older, ComfyDeploy.connect(older.url, older.key) as api:
        for _ in range(3):
            with pytest.raises(NotFound):
                await api.runs.get(NOBODY)

    assert [call.path for call in older.calls] == [f"/api/run/{NOBODY}", *["/api/run"] * 3]


async def test_a_file_is_sent_once_to_a_route_that_is_lacking_even_if_no_place_is_given() -> None:
    refused = saying(b'{"detail": "Unsupported"}', 400)

    async with (
        serving(routing({"POST /api/file/upload": saying(b"", 404)}, refused)) as server,
        ComfyDeploy.connect(server.url, "key") as api,
    ):
        for _ in range(2):
            with pytest.raises(Refused):
                await api.files.upload(io.BytesIO(b"cat"), "cat.png", "image/png")

    assert [request.method for request in server.requests] == ["GET", "POST", "GET"]


async def test_a_route_for_files_that_was_lacking_together_with_all_others_is_tried_again() -> None:
    answers = {"POST /api/file/upload": saying(b"", 404)}

    async with (
        serving(routing(answers, saying(b"", 404))) as server,
        ComfyDeploy.connect(server.url, "key") as api,
    ):
        with pytest.raises(WrongAddress):
            await api.files.upload(io.BytesIO(b"cat"), "cat.png", "image/png")
        answers["POST /api/file/upload"] = saying(json.dumps(samples.uploaded()).encode())

        url = await api.files.upload(io.BytesIO(b"cat"), "cat.png", "image/png")

    assert url == samples.uploaded()["file_url"]
    assert [request.method for request in server.requests] == ["GET", "GET", "POST"] * 2
