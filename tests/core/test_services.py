"""Core wired together: what an operator's plan turns into, and that nothing is left when it closes."""

import asyncio

import pytest

from core.comfydeploy.fit import Given, Source
from core.comfydeploy.inputs import Input, InputKind
from core.errors import FileHostRefused, NotServedHere, TooManyRuns
from core.hosts import Hosts
from core.people.actor import Actor
from core.runs.generation import Wish
from core.runs.view import Stage
from core.services import Plan, open_services
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox
from tests.core.runs.bench import ANNA, Canvas
from tests.core.stub import saying, serving

FILE = Input("file", InputKind.FILE, "File")


async def test_a_plan_with_nothing_but_address_and_key_runs_a_deployment(sandbox: ComfyDeploySandbox) -> None:
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, queue_seconds=0, cold_seconds=0)
    canvas = Canvas()
    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key)) as services:
        await services.generation.start(Wish(ANNA, "text-to-image", Given(), "width=64; height=64"), canvas)
        view = await canvas.end()

    assert (view.stage, len(canvas.contents)) == (Stage.DONE, 1)


async def test_the_key_is_not_in_the_plans_repr() -> None:
    assert "s3cret" not in repr(Plan(api_url="https://h", api_key="s3cret"))


async def test_limits_environments_and_servers_are_those_of_the_plan(sandbox: ComfyDeploySandbox) -> None:
    plan = Plan(
        api_url=sandbox.url,
        api_key=sandbox.key,
        environments=("staging",),
        runs_per_user=1,
        runs_total=1,
        guilds=frozenset({7}),
    )
    async with open_services(plan) as services:
        offer = (await services.catalog.list_deployments()).value
        services.limits.take(ANNA)

        assert [deployment.environment for deployment in offer.deployments] == ["staging"]
        with pytest.raises(TooManyRuns):
            services.limits.check(Actor(user=1))
        with pytest.raises(NotServedHere):
            services.admission.admit(8)
        services.admission.admit(7)


async def test_files_are_taken_from_the_hosts_of_the_plan_and_from_no_others(sandbox: ComfyDeploySandbox) -> None:
    async with serving(saying(b"file")) as named, serving(saying(b"file")) as attached, serving(saying(b"")) as other:
        plan = Plan(
            api_url=sandbox.url,
            api_key=sandbox.key,
            trusted_hosts=frozenset({named.host}),
            input_hosts=Hosts(trusted=frozenset({attached.host})),
        )
        async with open_services(plan) as services:
            for stub in (named, attached):
                await services.media.upload(FILE, Source("a.zip", f"{stub.url}/a.zip"))
            async with services.media.output(f"{named.url}/a.zip", "a.zip") as local:
                content = local.file.read()
            for url in (f"{other.url}/a.zip", f"{sandbox.url}/files/a.zip"):
                with pytest.raises(FileHostRefused):
                    await services.media.upload(FILE, Source("a.zip", url))
            with pytest.raises(FileHostRefused):
                async with services.media.output(f"{attached.url}/a.zip", "a.zip"):
                    pass

    assert (content, other.requests) == (b"file", [])


async def test_closing_leaves_no_task_behind(sandbox: ComfyDeploySandbox) -> None:
    before = asyncio.all_tasks()
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="never")

    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key)) as services:
        await services.generation.start(Wish(ANNA, "text-to-image", Given()), Canvas())
        services.catalog.peek()

    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert [task for task in left if "tracker" in task.get_name() or "delivery" in task.get_name()] == []
    assert [task for task in left if "cache" in task.get_name() or "ask " in task.get_name()] == []
