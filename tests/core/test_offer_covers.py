"""The picture of a deployment: an https address that holds no signature, or none."""

import pytest
from hypothesis import given

from core.comfydeploy.records import DeploymentRow
from core.offer import deployment_of
from tests.anything import QUICK, texts
from tests.core.comfydeploy import samples


def cover_of(workflow: object) -> str | None:
    return deployment_of(DeploymentRow.model_validate(samples.deployment(workflow=workflow))).cover


@pytest.mark.parametrize(
    ("address", "cover"),
    [
        ("https://img.example/cover.png", "https://img.example/cover.png"),
        (" https://img.example:8443/a%20b/c.png#top", "https://img.example:8443/a%20b/c.png"),
        ("https://bucket.example/a.png?X-Amz-Date=1&X-Amz-Signature=2", "https://bucket.example/a.png"),
        ("https://img.example/a.png?token=t0ken", "https://img.example/a.png"),
        ("http://127.0.0.1:3011/files/a.png", None),
        ("https://anna:secret@img.example/a.png", None),
        ("https://img.example/", None),
        ("https://img.example/two words.png", None),
        ("https://img.example/" + "x" * 3000, None),
        ("data:image/png;base64,AAAA", None),
        ("covers/a.png", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_only_an_address_that_anybody_may_see_is_kept(address: object, cover: str | None) -> None:
    assert cover_of({"name": "portraits", "cover_url": address}) == cover


@pytest.mark.parametrize("workflow", [None, {"name": "portraits"}, "portraits"])
def test_a_deployment_without_a_picture_is_one_all_the_same(workflow: object) -> None:
    assert cover_of(workflow) is None


@QUICK
@given(texts)
def test_no_address_is_longer_or_odder_than_discord_takes(address: str) -> None:
    cover = cover_of({"name": "portraits", "cover_url": f"https://img.example/{address}"})

    assert cover is None or (len(cover) <= 2048 and cover.isascii() and cover.isprintable() and "?" not in cover)
