"""One workflow or machine as it is shown: whole, half unread, huge, and with anything for a name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.ui.embeds import YELLOW
from cogs.ui.lists import machine_embed, machines_embed, machines_page, workflow_embed
from core.cache import Kept
from core.comfydeploy.outputs import Kind
from core.comfydeploy.records import Machine
from core.details import MachineDetails, WorkflowDetails
from core.offer import Listing, Named
from tests.anything import QUICK, texts
from tests.cogs.ui.rows import LONG_NAME, THEN, any_machine, any_versions, any_workflow, machine, version, workflow
from tests.cogs.ui.screens import ASKED, check_embed, deployment, deployments


def workflow_lines(details: WorkflowDetails) -> list[str]:
    return (workflow_embed(details).description or "").splitlines()


def machine_lines(details: MachineDetails) -> list[str]:
    return (machine_embed(details).description or "").splitlines()


def test_a_workflow_shows_all_that_is_known() -> None:
    item = workflow(description="Faces *only*", pinned=True)
    details = WorkflowDetails(
        item, item.record, (version(2, comment="softer"), version(1)), (deployment(3, makes=Kind.VIDEO),), "Box"
    )

    assert workflow_lines(details) == [
        r"Faces \*only\*",
        f"📌 pinned · changed {THEN} · machine **Box**",
        "On offer:",
        "- **Portraits 3** · video · production",
        "Versions:",
        f"- **v2** · {THEN} · softer",
        f"- **v1** · {THEN}",
    ]


def test_a_workflow_without_anything_says_so() -> None:
    item = workflow()

    assert workflow_lines(WorkflowDetails(item, item.record, (), ()))[1:] == [
        "None of its versions is on offer.",
        "It has no versions yet.",
    ]


def test_what_of_a_workflow_could_not_be_read_is_named() -> None:
    shown = workflow_embed(WorkflowDetails(workflow(), old_since=ASKED))

    assert shown.colour == YELLOW
    assert (shown.description or "").splitlines()[1:] == [
        "⚠ ComfyUI Deploy did not tell its description, versions, deployments.",
        f"⚠ This is from {THEN}: it could not be read anew.",
    ]


def test_only_the_newest_versions_are_shown_and_the_rest_is_told() -> None:
    versions = tuple(version(number) for number in range(40, 15, -1))

    lines = workflow_lines(WorkflowDetails(workflow(), None, versions))

    assert sum(line.startswith("- **v") for line in lines) == 10
    assert "- …and older ones, from v30 on" in lines


def test_a_machine_shows_its_limits_and_what_runs_on_it() -> None:
    item = machine(concurrency_limit=1, run_timeout=300, keep_warm=2)

    assert machine_lines(MachineDetails(item, item.record, (deployment(1), deployment(2)))) == [
        "🟢 ready · classic",
        "1 run at once · each at most 5 min · 2 instances kept warm",
        "2 deployments on offer run on it:",
        "- **Portraits 1** · image · production",
        "- **Portraits 2** · image · production",
    ]


def test_limits_that_are_not_told_are_left_out() -> None:
    item = machine()

    assert machine_lines(MachineDetails(item, item.record, ())) == [
        "🟢 ready · classic",
        "No deployment on offer runs on it.",
    ]


def test_the_address_of_a_machine_is_shown_nowhere() -> None:
    item = machine(endpoint="https://hidden.example/")
    kept = Kept(Listing((item,)), ASKED)

    shown = [machine_embed(MachineDetails(item, item.record, ())), machines_embed(kept, machines_page(kept.value, 0))]

    assert "hidden" not in str([embed.to_dict() for embed in shown])


def test_what_of_a_machine_could_not_be_read_is_named() -> None:
    assert machine_lines(MachineDetails(machine()))[-1] == "⚠ ComfyUI Deploy did not tell its limits, deployments."


@pytest.mark.parametrize("name", ["", LONG_NAME])
@pytest.mark.parametrize("count", [0, 1, 10, 11, 2000])
def test_details_fit_from_empty_to_huge(count: int, name: str) -> None:
    offered = tuple(deployment(number, (), name) for number in range(count))
    versions = tuple(version(number, comment=name) for number in range(count))
    whole = workflow(0, name, description=LONG_NAME)

    check_embed(workflow_embed(WorkflowDetails(whole, whole.record, versions, offered, LONG_NAME, ASKED)))
    check_embed(machine_embed(MachineDetails(machine(0, name), None, offered, ASKED)))


offers = st.none() | st.lists(deployments, max_size=3).map(tuple)
parts = st.builds(WorkflowDetails, any_workflow, st.none(), st.none() | any_versions, offers, st.none() | texts)


@QUICK
@given(parts, any_machine, st.booleans())
def test_any_details_are_an_embed_that_discord_takes(
    found: WorkflowDetails, other: Named[Machine], whole: bool
) -> None:
    record = found.workflow.record if whole else None

    check_embed(workflow_embed(replace(found, whole=record, old_since=ASKED if whole else None)))
    check_embed(machine_embed(MachineDetails(other, other.record if whole else None, found.deployments, ASKED)))
