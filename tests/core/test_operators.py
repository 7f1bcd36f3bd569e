"""What an operator changes arrives as it was meant, only what is switched on, and the lists are read anew."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from core.comfydeploy.client import ComfyDeploy
from core.comfydeploy.errors import ApiError, NoAnswer
from core.comfydeploy.machines import CustomMachine
from core.comfydeploy.transport import TIMEOUTS
from core.errors import NameAmbiguous, NameUnknown
from core.operator_errors import ChangeRefused, ChangeUnclear, VersionUnknown, WriteOff
from core.operators import Changes, Target, Write
from stationthis_discord.sandbox.comfydeploy import ComfyDeploySandbox, faults
from stationthis_discord.sandbox.comfydeploy.samples import caption
from tests.core.operating import BY, EVERYTHING, Desk, at_desk, workflow_files

Verb = Callable[[Desk, Path], Awaitable[object]]
MACHINE = CustomMachine("my own", "classic", "https://gpu.example/", "s3cret")


async def _create(desk: Desk, _: Path) -> str:
    return await desk.operators.create_deployment(Target("sketchbook", "classic", "staging"), BY)


async def _update(desk: Desk, _: Path) -> None:
    await desk.operators.update_deployment(await desk.deployment("upscale"), Changes(gpu="T4"), BY)


async def _delete(desk: Desk, _: Path) -> None:
    await desk.operators.delete_deployment(desk.sandbox.deployment("shared", "public-share").id, BY)


async def _upload(desk: Desk, folder: Path) -> None:
    await desk.operators.upload_workflow("brand new", workflow_files(folder), BY)


async def _add_version(desk: Desk, folder: Path) -> None:
    await desk.operators.add_version(_workflow(desk), workflow_files(folder), BY)


async def _describe(desk: Desk, _: Path) -> None:
    await desk.operators.describe_workflow(_workflow(desk), "enlarge", None, BY)


async def _delete_workflow(desk: Desk, _: Path) -> None:
    await desk.operators.delete_workflow(_workflow(desk), BY)


async def _add_machine(desk: Desk, _: Path) -> None:
    await desk.operators.add_machine(MACHINE, BY)


async def _update_machine(desk: Desk, _: Path) -> None:
    await desk.operators.update_machine(await _machine(desk, "spare"), {"name": "spared", "endpoint": None}, BY)


async def _delete_machine(desk: Desk, _: Path) -> None:
    await desk.operators.delete_machine(await _machine(desk, "spare"), BY)


VERBS: list[tuple[Verb, Write]] = [
    (_create, Write.DEPLOYMENT_CREATE),
    (_update, Write.DEPLOYMENT_UPDATE),
    (_delete, Write.DEPLOYMENT_DELETE),
    (_upload, Write.WORKFLOW_UPLOAD),
    (_add_version, Write.WORKFLOW_UPLOAD),
    (_describe, Write.WORKFLOW_DESCRIBE),
    (_delete_workflow, Write.WORKFLOW_DELETE),
    (_add_machine, Write.MACHINE_ADD),
    (_update_machine, Write.MACHINE_UPDATE),
    (_delete_machine, Write.MACHINE_DELETE),
]
OUTDATED = {
    "deployment": {"deployments"},
    "workflow": {"deployments", "workflows"},
    "machine": {"machines"},
}


@pytest.fixture
async def desk(sandbox: ComfyDeploySandbox, api: ComfyDeploy) -> AsyncIterator[Desk]:
    _furnish(sandbox)
    async with at_desk(sandbox, api) as opened:
        yield opened


def _furnish(sandbox: ComfyDeploySandbox) -> None:
    sandbox.add_machine("spare")
    sandbox.add_deployment("shared", caption(), "public-share")


def _workflow(desk: Desk) -> str:
    return desk.sandbox.deployment("upscale").workflow.id


async def _machine(desk: Desk, name: str) -> str:
    return (await desk.catalog.find_machine(name)).id


@pytest.mark.parametrize(("verb", "write"), VERBS)
async def test_what_is_switched_off_is_refused_before_anything_is_sent(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, tmp_path: Path, verb: Verb, write: Write
) -> None:
    _furnish(sandbox)
    async with at_desk(sandbox, api, EVERYTHING - {write}) as desk:
        with pytest.raises(WriteOff) as caught:
            await verb(desk, tmp_path)

        assert (caught.value.write, sandbox.calls) == (write, [])
        assert await desk.read_everything() == set()


@pytest.mark.parametrize(("verb", "write"), VERBS)
async def test_what_alone_is_switched_on_is_one_change(
    sandbox: ComfyDeploySandbox, api: ComfyDeploy, tmp_path: Path, verb: Verb, write: Write
) -> None:
    _furnish(sandbox)
    async with at_desk(sandbox, api, {write}) as desk:
        await verb(desk, tmp_path)

    assert [call.status for call in desk.changes] == [200]


@pytest.mark.parametrize(("verb", "write"), VERBS)
async def test_the_lists_that_a_change_touches_are_read_anew(
    desk: Desk, tmp_path: Path, verb: Verb, write: Write
) -> None:
    await verb(desk, tmp_path)

    assert await desk.read_everything() == OUTDATED[write.partition(".")[0]]
    assert await desk.read_everything() == set()


@pytest.mark.parametrize(("verb", "write"), VERBS)
async def test_the_lists_are_read_anew_also_after_a_change_whose_answer_was_lost(
    desk: Desk, tmp_path: Path, verb: Verb, write: Write
) -> None:
    for method in ("POST", "PATCH", "DELETE"):
        desk.sandbox.faults.add(method, "*", faults.CUT_AFTER)

    with pytest.raises(ChangeUnclear) as caught:
        await verb(desk, tmp_path)

    assert (caught.value.write, len(desk.changes)) == (write, 1)
    assert await desk.read_everything() == OUTDATED[write.partition(".")[0]]


@pytest.mark.parametrize("verb", [verb for verb, _ in VERBS])
async def test_a_change_has_as_long_as_a_large_upload(sandbox: ComfyDeploySandbox, tmp_path: Path, verb: Verb) -> None:
    _furnish(sandbox)
    short, long = aiohttp.ClientTimeout(total=10, sock_read=0.3), aiohttp.ClientTimeout(total=10, sock_read=5)
    async with (
        ComfyDeploy.connect(sandbox.url, sandbox.key, replace(TIMEOUTS, read=short, upload=long)) as api,
        at_desk(sandbox, api) as desk,
    ):
        for method in ("POST", "PATCH", "DELETE"):
            sandbox.faults.add(method, "*", faults.slow(0.45))

        await verb(desk, tmp_path)

    assert [call.status for call in desk.changes] == [200]


@pytest.mark.parametrize(
    "answer", [faults.SERVER_ERROR, faults.BAD_GATEWAY, faults.GATEWAY_TIMEOUT, faults.NOT_JSON, faults.WRONG_SHAPE]
)
async def test_an_answer_that_does_not_say_whether_it_was_done_leaves_it_unclear(
    desk: Desk, answer: faults.Fault
) -> None:
    desk.sandbox.faults.add("POST", "*", answer)

    with pytest.raises(ChangeUnclear):
        await desk.operators.add_machine(MACHINE, BY)


async def test_a_read_on_the_way_to_a_change_leaves_nothing_unclear(desk: Desk) -> None:
    desk.sandbox.faults.add("GET", "*", faults.CUT_AFTER)

    with pytest.raises(NoAnswer):
        await desk.operators.create_deployment(Target("sketchbook", "classic", "staging"), BY)

    assert desk.changes == []


async def test_what_was_refused_was_not_done(desk: Desk) -> None:
    desk.sandbox.faults.add("POST", "*", faults.Fault(status=422))

    with pytest.raises(ChangeRefused):
        await desk.operators.add_machine(MACHINE, BY)


@pytest.mark.parametrize(("verb", "write"), VERBS)
async def test_a_change_is_one_line_in_the_log_with_who_made_it(
    desk: Desk, tmp_path: Path, verb: Verb, write: Write
) -> None:
    with capture_logs() as logged:
        await verb(desk, tmp_path)

    (line,) = [line for line in logged if line["event"] == "operator.changed"]
    assert (line["write"], line["user"]) == (write, BY)
    assert "s3cret" not in str(logged)


async def test_a_change_that_was_refused_is_not_told_as_one(desk: Desk) -> None:
    with capture_logs() as logged, pytest.raises(ApiError):
        await desk.operators.delete_workflow("00000000-0000-4000-8000-000000000000", BY)

    assert [line for line in logged if line["event"] == "operator.changed"] == []


async def test_the_newest_version_is_deployed(desk: Desk) -> None:
    older = desk.sandbox.deployment("upscale")
    newer = desk.sandbox.add_deployment("upscale", caption(), "staging").version

    made = await desk.operators.create_deployment(Target("upscale", "classic", "preview"), BY)

    machine = await _machine(desk, "classic")
    body = {
        "workflow_id": older.workflow.id,
        "workflow_version_id": newer.id,
        "machine_id": machine,
        "environment": "preview",
    }
    row = desk.sandbox.deployments.get(made)
    assert desk.change == ("POST", "/deployment", body)
    assert row is not None
    assert (row.version.number, row.machine.id, row.environment) == (2, machine, "preview")


async def test_a_version_is_deployed_by_its_number(desk: Desk) -> None:
    first = desk.sandbox.deployment("upscale").version
    desk.sandbox.add_deployment("upscale", caption(), "staging")

    made = await desk.operators.create_deployment(Target("upscale", "classic", "staging", version=1), BY)

    row = desk.sandbox.deployments.get(made)
    assert row is not None
    assert row.version is first


async def test_a_version_that_does_not_exist_cannot_be_deployed(desk: Desk) -> None:
    with pytest.raises(VersionUnknown) as caught:
        await desk.operators.create_deployment(Target("upscale", "classic", "staging", version=9), BY)

    assert (caught.value.number, desk.changes) == (9, [])


async def test_a_workflow_without_versions_cannot_be_deployed(desk: Desk) -> None:
    desk.sandbox.add_workflow("only drawn")
    desk.operators.refresh()

    with pytest.raises(VersionUnknown):
        await desk.operators.create_deployment(Target("only drawn", "classic", "staging"), BY)

    assert desk.changes == []


async def test_deploying_to_the_same_environment_replaces_and_keeps_the_id(desk: Desk) -> None:
    known = desk.sandbox.deployment("upscale")

    made = await desk.operators.create_deployment(Target("upscale", "classic", "production"), BY)

    assert (made, known.machine.name) == (known.id, "classic")


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (Target("no such thing", "classic", "staging"), NameUnknown),
        (Target("upscale", "no such machine", "staging"), NameUnknown),
        (Target("upscale", "twin", "staging"), NameAmbiguous),
    ],
)
async def test_names_that_mean_nothing_or_several_deploy_nothing(
    desk: Desk, target: Target, error: type[NameUnknown | NameAmbiguous]
) -> None:
    for _ in range(2):
        desk.sandbox.add_machine("twin")
    desk.operators.refresh()

    with pytest.raises(error):
        await desk.operators.create_deployment(target, BY)

    assert desk.changes == []
