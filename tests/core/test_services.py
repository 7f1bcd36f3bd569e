"""Core wired together: what an operator's plan turns into, and that nothing is left when it closes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import Terms
from core.comfydeploy.values import Given, Source
from core.errors import AlreadyAsked, NotServedHere, TooManyRuns
from core.file_errors import FileHostRefused
from core.forms.wish import Wish
from core.hosts import Hosts
from core.operator_errors import WriteOff
from core.operators import Write
from core.reading import Pinned
from core.runs.view import Stage
from core.services import Plan, open_services
from core.webhook import Hooks
from stationthis_discord.sandbox.comfydeploy import Behaviour, ComfyDeploySandbox, faults
from tests.core.runs.bench import ANNA, FOREVER, WISH, Canvas
from tests.core.stub import saying, serving
from tests.waiting import until


def _be_quick(sandbox: ComfyDeploySandbox) -> None:
    """The first answer comes when the run is over; a second one would be asked for after a second."""
    sandbox.behaviour["text-to-image"] = Behaviour(seconds=1, queue_seconds=0, cold_seconds=0)
    sandbox.faults.add("GET", "/api/run*", faults.slow(0.1), times=1)


async def test_a_plan_with_nothing_but_address_and_key_runs_a_deployment(sandbox: ComfyDeploySandbox) -> None:
    _be_quick(sandbox)
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
        terms=Terms(("staging",)),
        runs_per_user=1,
        runs_total=1,
        waiting_per_user=1,
        guilds=frozenset({7}),
    )
    async with open_services(plan) as services:
        offer = (await services.catalog.list_deployments()).value
        tickets = [services.limits.enter(ANNA) for _ in range(2)]

        assert [ticket.place is None for ticket in tickets] == [False, True]
        assert [deployment.environment for deployment in offer.deployments] == ["staging"]
        with pytest.raises(TooManyRuns):
            services.limits.check(ANNA)
        with pytest.raises(NotServedHere):
            services.admission.admit(8)
        services.admission.admit(7)


async def test_a_plan_with_a_database_goes_on_where_the_last_process_was(
    sandbox: ComfyDeploySandbox, tmp_path: Path
) -> None:
    sandbox.behaviour["text-to-image"] = FOREVER
    plan = Plan(
        api_url=sandbox.url, api_key=sandbox.key, database_url=f"sqlite+aiosqlite:///{(tmp_path / 'a.db').as_posix()}"
    )
    canvas = Canvas()
    async with open_services(plan) as killed:
        await killed.generation.start(replace(WISH, cause="interaction 1"), canvas)
    (run_id,) = sandbox.runs
    sandbox.end(run_id)

    async with open_services(plan) as services:
        with pytest.raises(AlreadyAsked):
            await services.generation.start(replace(WISH, cause="interaction 1"), Canvas())
        await services.generation.resume({canvas.address: canvas}.__getitem__)
        view = await canvas.end()

    assert (view.stage, view.run_id, view.seed is None) == (Stage.DONE, run_id, False)


@pytest.mark.parametrize("hooks", [Hooks("http://127.0.0.1:1", "s3cret"), None])
async def test_runs_report_to_the_hooks_of_the_plan(sandbox: ComfyDeploySandbox, hooks: Hooks | None) -> None:
    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key, hooks=hooks)) as services:
        delivery = await services.generation.start(WISH, Canvas())

    (run,) = sandbox.runs.values()
    assert run.webhook == (hooks.address(delivery.id) if hooks else None)


@pytest.mark.parametrize("allowed", Write)
async def test_only_the_changes_of_the_plan_are_switched_on(sandbox: ComfyDeploySandbox, allowed: Write) -> None:
    plan = Plan(api_url=sandbox.url, api_key=sandbox.key, writes=frozenset({allowed}))
    async with open_services(plan) as services:
        services.operators.check(allowed)
        for write in set(Write) - {allowed}:
            with pytest.raises(WriteOff):
                services.operators.check(write)


async def test_without_a_word_no_change_is_switched_on(sandbox: ComfyDeploySandbox) -> None:
    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key)) as services:
        for write in Write:
            with pytest.raises(WriteOff):
                services.operators.check(write)


async def test_a_plan_with_pins_runs_a_deployment_of_an_older_server() -> None:
    canvas = Canvas()
    async with ComfyDeploySandbox(pace=0.02, older=True) as older:
        _be_quick(older)
        row = older.deployment("text-to-image")
        terms = Terms(pinned=(Pinned("pictures", row.id, row.version.id),))
        async with open_services(Plan(api_url=older.url, api_key=older.key, terms=terms)) as services:
            await services.generation.start(Wish(ANNA, "pictures", Given(), "width=64; height=64"), canvas)
            view = await canvas.end()

    assert (view.stage, view.deployment, len(canvas.contents)) == (Stage.DONE, "pictures", 1)


async def test_what_happens_is_counted(sandbox: ComfyDeploySandbox) -> None:
    _be_quick(sandbox)
    canvas = Canvas()
    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key)) as services:
        await services.generation.start(Wish(ANNA, "text-to-image", Given(), "width=64; height=64"), canvas)
        under_way = services.metrics.summary()["runs_under_way"]
        await canvas.end()
        await until(lambda: services.limits.under_way == 0)
        for read in (services.catalog.list_workflows, services.catalog.list_machines):
            await read()
        told = services.metrics.summary()

    counted = {name: told[f"{name}_total"] for name in ("runs_submitted", "errors")}
    loaded = {kind: told[f"{kind}_loads"] for kind in ("workflows", "machines")}
    assert (counted, loaded) == ({"runs_submitted": 1, "errors": 0}, {"workflows": 1, "machines": 1})
    assert (under_way, told["runs_under_way"], told["runs_success"]) == (1, 0, 1)
    assert {"deployments_age", "workflows_age", "machines_age"} <= told.keys()


async def test_files_are_taken_from_the_hosts_of_the_plan_and_from_no_others(sandbox: ComfyDeploySandbox) -> None:
    async with serving(saying(b"file")) as named, serving(saying(b"file")) as attached, serving(saying(b"")) as other:
        plan = Plan(
            api_url=sandbox.url,
            api_key=sandbox.key,
            trusted_hosts=frozenset({named.host}),
            input_hosts=Hosts(trusted=frozenset({attached.host})),
        )
        async with open_services(plan) as services:
            taken, given = services.media.input, services.media.output
            for block in (
                taken(Source("a.zip", f"{named.url}/a.zip"), 9),
                taken(Source("a.zip", f"{attached.url}/a.zip"), 9),
                given(f"{named.url}/a.zip", "a.zip"),
            ):
                async with block as local:
                    assert local.file.read() == b"file"
            for refused in (
                taken(Source("a.zip", f"{other.url}/a.zip"), 9),
                taken(Source("a.zip", f"{sandbox.url}/files/a.zip"), 9),
                given(f"{attached.url}/a.zip", "a.zip"),
            ):
                with pytest.raises(FileHostRefused):
                    await refused.__aenter__()

    assert (other.requests, [call.path for call in sandbox.calls if "files" in call.path]) == ([], [])


async def test_closing_leaves_no_task_behind(sandbox: ComfyDeploySandbox) -> None:
    before = asyncio.all_tasks()
    sandbox.behaviour["text-to-image"] = Behaviour(outcome="never")

    async with open_services(Plan(api_url=sandbox.url, api_key=sandbox.key)) as services:
        await services.generation.start(Wish(ANNA, "text-to-image", Given()), Canvas())
        services.catalog.peek()

    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert [task for task in left if "tracker" in task.get_name() or "delivery" in task.get_name()] == []
    assert [task for task in left if "cache" in task.get_name() or "ask " in task.get_name()] == []
