"""How a deployment is meant: by id, label or name, and never another one than that."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import Deployment, Offer, choose, labelled
from core.comfydeploy.outputs import Kind
from core.errors import DeploymentAmbiguous, DeploymentNotFound


def _deployment(number: int, name: str, environment: str = "production", version: int | None = 1) -> Deployment:
    uuid = f"{number:08x}-0000-4000-8000-000000000000"
    return Deployment(uuid, name, environment, uuid, version, "", (), Kind.IMAGE)


def _offer(*deployments: Deployment) -> Offer:
    return Offer(labelled(deployments))


def _labels(deployments: Sequence[Deployment]) -> list[str]:
    return [deployment.label for deployment in deployments]


def test_a_name_of_its_own_is_the_label() -> None:
    assert _labels(labelled([_deployment(1, "Upscale"), _deployment(2, "caption")])) == ["caption", "Upscale"]


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        (
            _deployment(1, "Flux", "staging"),
            _deployment(2, "flux"),
            ["flux (production)", "Flux (staging)"],
        ),
        (
            _deployment(1, "flux", version=1),
            _deployment(2, "flux", version=2),
            ["flux (production, v1)", "flux (production, v2)"],
        ),
        (
            _deployment(1, "flux"),
            _deployment(2, "flux"),
            ["flux (00000001)", "flux (00000002)"],
        ),
    ],
)
def test_equal_names_are_told_apart_by_as_little_as_it_takes(
    first: Deployment, second: Deployment, labels: list[str]
) -> None:
    assert _labels(labelled([second, first])) == labels


def test_a_name_that_reads_like_anothers_label_keeps_both_apart() -> None:
    deployments = [_deployment(1, "a (staging)"), _deployment(2, "a", "staging"), _deployment(3, "a")]

    labels = _labels(labelled(deployments))

    assert len({label.casefold() for label in labels}) == 3


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "A", "a (staging)", "a (production, v1)", "a (00000001)", "ß", "SS"]),
            st.sampled_from(["production", "staging"]),
            st.sampled_from([1, 2, None]),
        ),
        max_size=12,
    )
)
def test_no_two_labels_are_alike_and_each_finds_its_own(rows: list[tuple[str, str, int | None]]) -> None:
    offer = _offer(*(_deployment(number, *row) for number, row in enumerate(rows)))

    assert len({item.label.casefold() for item in offer.deployments}) == len(rows)
    for item in offer.deployments:
        assert choose(offer, item.label) is item
        assert choose(offer, item.id) is item


@pytest.mark.parametrize("wanted", ["00000001-0000-4000-8000-000000000000", "flux dev", "  flux dev\n", "FLUX Dev"])
def test_a_deployment_is_found_by_id_and_by_name_whatever_the_case(wanted: str) -> None:
    assert choose(_offer(_deployment(1, "Flux dev"), _deployment(2, "caption")), wanted).name == "Flux dev"


def test_an_id_means_the_deployment_that_has_it_even_if_another_is_called_so() -> None:
    real = _deployment(1, "zebra")

    assert choose(_offer(_deployment(2, real.id), real), real.id).name == "zebra"


def test_the_exact_spelling_goes_before_another_case() -> None:
    offer = _offer(_deployment(1, "straße"), _deployment(2, "strasse"))

    assert choose(offer, "strasse (00000002)").name == "strasse"


def test_a_name_is_enough_when_only_one_is_called_so() -> None:
    offer = _offer(_deployment(1, "a (staging)"), _deployment(2, "a", "staging"), _deployment(3, "b"))

    assert choose(offer, "a").environment == "staging"


def test_a_name_that_several_have_offers_their_labels() -> None:
    offer = _offer(_deployment(1, "Flux"), _deployment(2, "flux", "staging"), _deployment(3, "caption"))

    with pytest.raises(DeploymentAmbiguous) as caught:
        choose(offer, " FLUX ")

    assert (caught.value.wanted, caught.value.choices) == ("FLUX", ("Flux (production)", "flux (staging)"))


@pytest.mark.parametrize(
    ("wanted", "similar"),
    [
        ("captoin", ("caption",)),
        ("CAPTIONS", ("caption",)),
        ("something else entirely", ()),
        ("", ()),
        ("x" * 5000, ()),
    ],
)
def test_what_is_not_on_offer_brings_names_that_come_close(wanted: str, similar: tuple[str, ...]) -> None:
    with pytest.raises(DeploymentNotFound) as caught:
        choose(_offer(_deployment(1, "caption"), _deployment(2, "upscale")), wanted)

    assert (caught.value.wanted, caught.value.similar) == (wanted, similar)


def test_no_more_than_three_names_come_close() -> None:
    offer = _offer(*(_deployment(number, f"caption {number}") for number in range(9)))

    with pytest.raises(DeploymentNotFound) as caught:
        choose(offer, "caption")

    assert len(caught.value.similar) == 3
