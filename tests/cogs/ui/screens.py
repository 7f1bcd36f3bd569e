"""What holds for every screen, and what the screens show: runs and deployments, also odd ones."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import discord
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import InputKind
from core.comfydeploy.models import Run
from core.comfydeploy.outputs import Kind, Media, Reason
from core.comfydeploy.values import Adjusted
from core.errors import TooManyRuns
from core.offer import Deployment, Offer
from core.runs.estimates import Usual
from core.runs.view import Fetched, LeftOut, RunView, Upload
from stationthis_discord.sandbox.discord.message_rules import check_message
from stationthis_discord.sandbox.discord.refusals import Refusal
from tests.anything import texts

RUN = "0a1b2c3d-0000-4000-8000-00000000abcd"
PARENT = "5e6f7a8b-0000-4000-8000-00000000ef01"
REQUESTER = 80351110224678912
ASKED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SIGNED = "https://bucket.s3.amazonaws.com/a.png?X-Amz-Date=1&X-Amz-Signature=2"
COVER = "https://covers.example/fox.png"
STATUSES = [
    "not-started",
    "queued",
    "started",
    "running",
    "uploading",
    "success",
    "failed",
    "timeout",
    "cancelled",
    "new",
]


# the one place where a signed address may stand: the way to a file that Discord does not take
_TOO_LARGE: Final = re.compile(r"(?m)^📦 \[[^\n]*\]\([^\n)]*\)[^\n]* is too large to attach here[^\n]*$")


def check_embed(embed: discord.Embed) -> None:
    """Discord's limits, no mention but the requester's, no signed address, and text that can be sent."""
    assert len(embed.description or "") <= 4096
    data = embed.to_dict()
    data["description"] = _TOO_LARGE.sub("", data.get("description", ""))
    texts_shown = [data.get("title", ""), data.get("description", ""), data.get("footer", {}).get("text", "")]

    for text, limit in zip(texts_shown, (256, 4096, 2048), strict=True):
        assert len(text) <= limit
    assert len(embed) <= 6000
    assert texts_shown[1].strip()
    assert set(mentions_in("\n".join(texts_shown))) <= {f"<@{REQUESTER}>"}
    assert not re.search(r"x-amz-[\w-]*\s*=", json.dumps(data).lower())  # a name may well be "X-Amz-"
    json.dumps(data, ensure_ascii=False).encode()


def check_screen(embeds: Sequence[discord.Embed], view: discord.ui.View | None = None) -> None:
    """A whole message by the local Discord's own table of limits, and that it mentions nobody."""
    shown = [embed.to_dict() for embed in embeds]
    try:
        check_message({"embeds": shown, "components": view.to_components() if view else []}, [])
    except Refusal as refusal:
        raise AssertionError(refusal.body) from None
    words = [embed.get(part, "") for embed in shown for part in ("title", "description")]
    assert mentions_in("\n".join(map(str, words))) == []
    json.dumps(shown, ensure_ascii=False).encode()


def mentions_in(text: str) -> list[str]:
    """Mentions that Discord would show as such: not escaped, not in code."""
    outside = re.sub(r"\\[^A-Za-z0-9\s]|```.*?```|`[^`]+`", "x", text, flags=re.DOTALL)
    return re.findall(r"@everyone|@here|<@[!&]?\d+>|<#\d+>|</[^:>]+:\d+>", outside)


def view(status: str | None = None, *, more: dict[str, object] | None = None, **fields: object) -> RunView:
    """A run's view: `status` and `more` are the run's, `fields` the view's."""
    run = Run.model_validate({"id": RUN, "status": status} | (more or {})) if status is not None else None
    facts = {"deployment": "Portraits", "requester": REQUESTER, "asked_at": ASKED, "run_id": RUN, "run": run}
    return RunView(**(facts | fields))  # type: ignore[arg-type]  # the tests say what they mean


def deployment(number: int = 0, inputs: tuple[Input, ...] = (), name: str = "", **fields: object) -> Deployment:
    label = name or f"Portraits {number}"
    facts = {"version": 3, "description": "Faces", "environment": "production", "makes": Kind.IMAGE}
    facts["id"] = f"{number:032x}"
    return Deployment(name=label, label=label, workflow_id=RUN, inputs=inputs, **(facts | fields))  # type: ignore[arg-type]  # the tests say what they mean


def offer(count: int, inputs: int = 0, name: str = "") -> Offer:
    each = tuple(Input(f"input {number}", InputKind.TEXT, name or f"Input {number}") for number in range(inputs))
    return Offer(tuple(deployment(number, each, name) for number in range(count)))


addresses = st.one_of(
    texts,
    st.sampled_from([SIGNED, SIGNED.partition("?")[0], "https://a.example/a.png)(https://b.example/b.png"]),
    st.sampled_from(["https://user@evil.example/a.png", "javascript:alert(1)", "https://a.example/" + "x" * 3000]),
)
medias = st.builds(Media, addresses, texts)
sizes = st.none() | st.integers(0, 2**40)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- hypothesis wants naive bounds
durations = st.floats(0, 10**9)
bounds = st.none() | st.integers() | st.floats(allow_nan=False)
runs = st.builds(
    lambda status, more: Run.model_validate({"id": RUN, "status": status} | more),
    st.sampled_from(STATUSES),
    st.fixed_dictionaries(
        {},
        optional={
            "live_status": texts,
            "progress": st.floats(0, 1),
            "queue_position": st.integers(0, 10**30),
            "run_duration": durations,
            "ended_at": moments.map(datetime.isoformat),
        },
    ),
)
views = st.builds(
    RunView,
    deployment=texts,
    requester=st.just(REQUESTER),
    asked_at=moments,
    delivery=st.none() | st.just("0011223344556677"),
    prompt=st.none() | texts,
    adjusted=st.lists(st.builds(Adjusted, texts, texts, texts, bounds, bounds), max_size=30).map(tuple),
    upload=st.none() | st.builds(Upload, texts, st.integers(0, 2**40), st.none() | st.integers(0, 2**40)),
    place=st.none() | st.integers(1, 10**30),
    left=st.booleans(),
    refused=st.none() | st.just(TooManyRuns(2, everybody=False, waiting=5)),
    seed=st.none() | st.integers(0, 2**64),
    parent=st.none() | st.just(PARENT),
    run_id=st.none() | st.just(RUN),
    run=st.none() | runs,
    silent_since=st.none() | moments,
    cancelling=st.booleans(),
    pausing=st.booleans(),
    gone=st.booleans(),
    unread=st.booleans(),
    expired=st.booleans(),
    usual=st.none() | st.builds(Usual, durations, durations),
    delivered=st.booleans(),
    reason=st.none() | st.builds(Reason, texts, st.none() | texts, st.none() | texts),
    files=st.lists(medias.map(lambda media: Fetched(media, io.BytesIO(), "a.png", 1)), max_size=2).map(tuple),
    texts=st.lists(texts, max_size=12).map(tuple),
    left_out=st.lists(st.builds(LeftOut, medias, sizes, sizes), max_size=30).map(tuple),
)
inputs = st.builds(
    Input,
    key=texts,
    kind=st.sampled_from(InputKind),
    name=texts,
    description=texts,
    default=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    minimum=st.none() | st.floats() | st.integers(),
    maximum=st.none() | st.floats() | st.integers(),
    least=st.none() | st.integers(),
    most=st.none() | st.integers(),
    step=st.none() | st.floats(0, 10),
    options=st.lists(texts, max_size=12).map(tuple),
    accepts=st.lists(texts, max_size=12).map(tuple),
    group=texts,
    linked=st.booleans(),
)
deployments_without_inputs = st.builds(
    Deployment,
    id=st.uuids().map(str),
    name=texts,
    environment=texts,
    workflow_id=st.uuids().map(str),
    version=st.none() | st.integers(),
    description=texts,
    inputs=st.just(()),
    makes=st.sampled_from(Kind),
    label=texts,
    cover=st.none() | st.sampled_from([COVER, COVER + "x" * 1500]),
)
deployments = st.builds(replace, deployments_without_inputs, inputs=st.lists(inputs, max_size=8).map(tuple))
usuals = st.builds(Usual, durations, durations)
