"""Lists as bytes and back: the same again, nothing secret in them, and nothing at all from what is damaged."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.comfydeploy.inputs import Input
from core.comfydeploy.kinds import MODELS, InputKind
from core.comfydeploy.outputs import Kind
from core.comfydeploy.records import Machine, Workflow
from core.errors import Flaw
from core.offer import Deployment, Named, Offer, Unreadable, labelled, named
from core.snapshots import FORMAT, MACHINES, OFFER, WORKFLOWS, SnapshotUnusable, fingerprint, listing_of
from tests.anything import QUICK, texts

OF = "this server"
ID = "00000000-0000-4000-8000-000000000001"

inputs = st.builds(
    Input,
    key=texts,
    kind=st.sampled_from(InputKind),
    name=texts,
    description=texts,
    default=st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts.filter("://".__ne__),
    minimum=st.none() | st.integers(-(2**53), 2**53) | st.floats(-(2.0**64), 2.0**64),
    most=st.none() | st.integers(-(2**53), 2**53),
    step=st.none() | st.floats(0, 10),
    options=st.lists(texts, max_size=3).map(tuple),
    accepts=st.lists(texts, max_size=3).map(tuple),
    is_line=st.booleans(),
    order=st.floats(allow_nan=False),
    group=texts,
    linked=st.booleans(),
).filter(lambda item: "://" not in str(item.default) and not (item.options and item.kind in MODELS))


def deployment(
    number: int = 1, *declared: Input, description: str = "", name: str = "thing", cover: str | None = None
) -> Deployment:
    own_id = f"{number:08x}-0000-4000-8000-000000000000"
    return Deployment(own_id, name, "production", ID, 1, description, declared, Kind.IMAGE, machine_id=ID, cover=cover)


def offer(*deployments: Deployment) -> Offer:
    return Offer(labelled(deployments), (Unreadable("broken", Flaw.ODD),))


def written(value: Offer) -> bytes:
    return asyncio.run(OFFER.write(value, OF))


def read(body: bytes, of: str = OF) -> Offer:
    return asyncio.run(OFFER.read(body, of))


@QUICK
@given(st.lists(inputs, max_size=3), texts, texts)
def test_an_offer_comes_back_as_it_was(declared: list[Input], name: str, description: str) -> None:
    value = offer(deployment(1, *declared, name=name, description=description), deployment(2, name=name))

    assert read(written(value)) == value


def test_a_picture_comes_back_with_the_address_it_is_shown_by() -> None:
    value = offer(deployment(cover="https://covers.example/fox.png"))

    assert [item.cover for item in read(written(value)).deployments] == ["https://covers.example/fox.png"]


def test_thousands_come_back_in_their_order() -> None:
    value = offer(*(deployment(number, name=f"thing {number}") for number in range(1234)))

    assert read(written(value)) == value


def test_what_came_back_can_be_searched() -> None:
    value = read(written(offer(deployment(1, description="foxes in snow"), deployment(2, name="other"))))

    assert [item.name for item in value.listing.suggest("snow fox", 5)] == ["thing"]


async def test_workflows_and_machines_come_back_as_they_were() -> None:
    now = datetime.now(UTC)
    workflows = await listing_of(named([Named(ID, "flow", Workflow(id=ID, name="flow", pinned=True, updated_at=now))]))
    machine = Machine(id=ID, name="big", type="comfy-deploy-serverless", status="ready", gpu="H100", keep_warm=1)
    machines = await listing_of(named([Named(ID, "big", machine)]))

    assert await WORKFLOWS.read(await WORKFLOWS.write(workflows, OF), OF) == workflows
    assert await MACHINES.read(await MACHINES.write(machines, OF), OF) == machines


async def test_of_addresses_only_is_written_that_there_is_one() -> None:
    hidden = "https://bucket.example/a.png?X-Amz-Signature=0123"
    needed = Input("image", InputKind.IMAGE, "Image", default=hidden)
    machine = Machine(id=ID, name="own", type="classic", status="ready", endpoint="https://anna:secret@own.example")

    body = await OFFER.write(offer(deployment(1, needed)), OF)
    other = await MACHINES.write(await listing_of(named([Named(ID, "own", machine)])), OF)

    assert b"bucket.example" not in body
    assert b"own.example" not in other
    (item,) = (await OFFER.read(body, OF)).deployments
    assert (item.inputs[0].required, item.inputs[0].linked) == (False, True)


def test_names_of_models_are_not_written_again_for_each_input() -> None:
    declared = [Input(kind, kind, kind, options=("ink.safetensors",)) for kind in sorted(MODELS)]

    body = written(offer(deployment(1, *declared)))

    assert b"ink.safetensors" not in body
    assert [item.options for item in read(body).deployments[0].inputs] == [()] * len(MODELS)


def test_a_text_that_cannot_be_written_is_an_error_that_is_known() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        written(offer(deployment(name="half a pair: \ud800")))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"SQLite format 3\x00",
        written(offer(deployment())).replace(b'"format":%d' % FORMAT, b'"format":%d' % (FORMAT + 1)),
        written(offer(deployment())).replace(b'"makes":"image"', b'"makes":"a dream"'),
        written(offer(deployment())).replace(b'"name"', b'"title"'),
    ],
)
def test_what_is_foreign_or_of_another_version_is_not_used(damaged: bytes) -> None:
    with pytest.raises(SnapshotUnusable):
        read(damaged)


BODY = written(offer(*(deployment(number) for number in range(120))))


@QUICK
@given(st.integers(0, len(BODY) - 1))
@example(BODY.index(b"\n"))
@example(BODY.rindex(b"\n"))
def test_a_part_of_one_is_not_used(length: int) -> None:
    with pytest.raises(SnapshotUnusable):
        read(BODY[:length])


@QUICK
@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_else(body: bytes) -> None:
    for form in (OFFER, WORKFLOWS, MACHINES):
        with pytest.raises(SnapshotUnusable):
            asyncio.run(form.read(body, OF))


def test_what_was_read_from_elsewhere_is_not_used() -> None:
    with pytest.raises(SnapshotUnusable):
        read(written(offer(deployment())), of="another server")


def test_a_fingerprint_differs_by_every_part_and_tells_none() -> None:
    secret = "https://anna:secret@api.example"
    others = [([secret],), ([secret], ["a", "b"]), ([secret], ["a"], ["b"]), ([secret], ["ab"]), ([], [secret])]

    found = [fingerprint(*parts) for parts in others]

    assert len(set(found)) == len(others)
    assert fingerprint([secret]) == found[0]
    assert "secret" not in found[0]
