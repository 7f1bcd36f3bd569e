"""Workflows and machines for the tests of screens, also odd ones."""

from typing import Any

from hypothesis import strategies as st

from core.comfydeploy.records import Machine, VersionRow, Workflow
from core.offer import Named
from tests.anything import texts
from tests.cogs.ui.screens import ASKED, RUN, moments

LONG_NAME = "*_~|`[]<>@everyone " * 300
THEN = f"<t:{int(ASKED.timestamp())}:R>"


def workflow(number: int = 0, name: str = "", **fields: Any) -> Named[Workflow]:  # noqa: ANN401 -- any field
    label = name or f"Portraits {number}"
    record = Workflow.model_validate({"id": f"{number:032x}", "name": label, "updated_at": ASKED} | fields)
    return Named(record.id, label, record, label)


def machine(number: int = 0, name: str = "", **fields: Any) -> Named[Machine]:  # noqa: ANN401 -- any field
    label = name or f"Box {number}"
    facts = {"id": f"{number:032x}", "name": label, "type": "classic", "status": "ready"}
    record = Machine.model_validate(facts | fields)
    return Named(record.id, label, record, label)


def version(number: int = 1, **fields: Any) -> VersionRow:  # noqa: ANN401 -- any field
    return VersionRow.model_validate({"id": RUN, "version": number, "created_at": ASKED} | fields)


maybe = st.none() | st.integers(-(2**40), 2**40)
any_workflow = st.builds(
    lambda name, pinned, said, at: workflow(1, name or "x", pinned=pinned, description=said, updated_at=at),
    texts,
    st.none() | st.booleans(),
    st.none() | texts,
    st.none() | moments,
)
any_machine = st.builds(
    lambda name, kind, status, gpu, most, timeout, warm: machine(
        1, name or "x", type=kind, status=status, gpu=gpu, concurrency_limit=most, run_timeout=timeout, keep_warm=warm
    ),
    texts,
    texts,
    texts,
    st.none() | texts,
    maybe,
    maybe,
    maybe,
)
any_versions = st.lists(
    st.builds(lambda n, said, at: version(n, comment=said, created_at=at), st.integers(), texts, st.none() | moments),
    max_size=14,
).map(tuple)
