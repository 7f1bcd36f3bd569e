"""Results that come early, break, replace each other or expire, and runs of the past."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, outputs
from tests.stationthis_discord.sandbox.comfydeploy.caller import Caller, media
from tests.stationthis_discord.sandbox.comfydeploy.receiver import Receiver, queue, receiving

DAY = 86_400


@pytest.fixture
async def private() -> AsyncIterator[Caller]:
    async with ComfyDeploySandbox(pace=0.0, private=True) as api, aiohttp.ClientSession() as http:
        yield Caller(api, http)


async def test_a_preview_is_stored_while_the_run_goes_on(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(outcome="never", previews=True)
    run_id = await caller.queue("text-to-image")

    api.age(run_id, 1000)
    run = await caller.run(run_id)

    assert run["status"] == "running"
    assert [item["type"] for item in media(run)] == ["temp"]
    assert (await caller.fetch(media(run)[0]["url"]))[0] == 200


async def test_a_preview_stays_beside_the_results(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(previews=True)

    run = await caller.finished(await caller.queue("text-to-image", width=64, height=64))

    assert [item["type"] for item in media(run)] == ["temp", "output"]


async def test_a_run_that_failed_early_has_no_preview(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["upscale"] = Behaviour(previews=True)

    run = await caller.finished(await caller.queue("upscale"))

    assert (run["status"], run["outputs"]) == ("failed", [])


async def test_files_of_one_name_replace_each_other(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.add_deployment("two", outputs.workflow("png", "apng", size=64))
    api.behaviour["two"] = Behaviour(same_names=True)

    run = await caller.finished(await caller.queue("two", seed=1, images=2))

    urls = [item["url"] for item in media(run)]
    assert len(urls) == 3
    assert len(set(urls)) == 2
    assert b"acTL" in (await caller.fetch(urls[0]))[2]


async def test_the_first_files_cannot_be_fetched(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(broken_files=2, images=3)

    run = await caller.finished(await caller.queue("text-to-image", width=64, height=64))

    assert [(await caller.fetch(item["url"]))[0] for item in media(run)] == [404, 403, 200]


async def test_signed_urls_expire_on_demand(private: Caller) -> None:
    run_id = await private.queue("text-to-image", width=64, height=64)
    old = media(await private.run(run_id))[0]["url"]

    private.api.expire_urls()
    new = media(await private.run(run_id))[0]["url"]

    status, _, body = await private.fetch(old)
    assert status == 403
    assert b"Request has expired" in body
    assert (await private.fetch(new))[0] == 200


async def test_downloads_are_counted_by_path(api: ComfyDeploySandbox, caller: Caller) -> None:
    run = await caller.finished(await caller.queue("text-to-image", width=64, height=64))
    url = media(run)[0]["url"]

    sizes = [len((await caller.fetch(url))[2]) for _ in range(2)]
    await caller.fetch(url + "x")

    path = url.removeprefix(api.url)
    assert api.downloads == {path: 2}
    assert api.downloaded == {path: sum(sizes)}


async def test_runs_of_the_past_are_listed_with_their_results(api: ComfyDeploySandbox, caller: Caller) -> None:
    new = await caller.queue("text-to-image")
    sizes = {"width": 64, "height": 64}

    old = api.add_runs(api.deployment("text-to-image"), [{"_mark": str(n), **sizes} for n in range(5)], days=4)

    listed = (await caller.get(f"/v2/workflow/{old[0].workflow.id}/runs")).body
    run = await caller.run(old[0].id)
    assert [row["id"] for row in listed] == [new, *(run.id for run in reversed(old))]
    assert [run.workflow_inputs["_mark"] for run in old] == ["0", "1", "2", "3", "4"]
    assert round((old[-1].created_at - old[0].created_at).total_seconds() / DAY) == 4
    assert run["status"] == "success"
    assert (await caller.fetch(media(run)[0]["url"]))[0] == 200


@pytest.mark.parametrize("outcome", ["failed", "timeout"])
async def test_runs_of_the_past_end_as_they_are_told_to(caller: Caller, outcome: str) -> None:
    deployment = caller.api.deployment("text-to-image")
    old = caller.api.add_runs(deployment, [{}], "failed" if outcome == "failed" else "timeout")

    assert (await caller.run(old[0].id))["status"] == outcome


async def test_a_deleted_run_is_unknown(api: ComfyDeploySandbox, caller: Caller) -> None:
    run_id = await caller.queue("text-to-image")

    api.delete_run(run_id)

    assert (await caller.get(f"/run/{run_id}")).status == 404


async def test_a_deleted_deployment_is_not_listed_and_its_runs_go_on(api: ComfyDeploySandbox, caller: Caller) -> None:
    run_id = await caller.queue("text-to-image")
    deployment = api.deployment("text-to-image")

    api.delete_deployment(deployment)

    assert deployment.id not in [row["id"] for row in (await caller.get("/deployments")).body]
    assert (await caller.finished(run_id))["status"] == "success"


async def test_a_preview_is_reported_to_who_wants_outputs(api: ComfyDeploySandbox, caller: Caller) -> None:
    api.behaviour["text-to-image"] = Behaviour(previews=True)
    async with receiving() as receiver:
        await queue(
            caller, "text-to-image", f"{receiver.url}/?target_events=run.output", inputs={"width": 64, "height": 64}
        )
        async with receiver.news:
            await receiver.news.wait_for(lambda: len(told(receiver)) == 2)

    assert sorted(told(receiver)) == ["output", "temp"]


def told(receiver: Receiver) -> list[str]:
    """The types of all files in reports of single outputs."""
    reports = [body for body in receiver.bodies if body["event_type"] == "run.output"]
    return [item["type"] for body in reports for row in body["outputs"] for item in row["data"]["images"]]
