"""How a deployment is meant: by id, label or name, and never another one than that."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comfydeploy.outputs import Kind
from core.errors import DeploymentAmbiguous, DeploymentNotFound, Flaw, NameAmbiguous, NameUnknown
from core.offer import Deployment, Listing, Named, Offer, Unreadable, choose, labelled, named
from core.search import Index


def _deployment(number: int, name: str, environment: str = "production", version: int | None = 1) -> Deployment:
    uuid = f"{number:08x}-0000-4000-8000-000000000000"
    return Deployment(uuid, name, environment, uuid, version, "", (), Kind.IMAGE)


def _offer(*deployments: Deployment) -> Offer:
    items = labelled(deployments)
    return Offer(items, search=Index((item, item.label, "") for item in items))


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


@pytest.mark.parametrize(
    ("wanted", "reason"), [(" cracked ONE", Flaw.FAULTY), ("odd", Flaw.ODD), ("cracked", None), ("", None)]
)
def test_what_cannot_be_read_is_not_found_for_a_reason(wanted: str, reason: Flaw | None) -> None:
    unreadable = Unreadable("Cracked one", Flaw.FAULTY), Unreadable("odd ", Flaw.ODD)

    with pytest.raises(DeploymentNotFound) as caught:
        choose(Offer((), unreadable), wanted)

    assert caught.value.reason is reason


def test_what_can_be_read_is_found_whatever_else_has_its_name() -> None:
    found = _deployment(1, "fox")

    assert choose(Offer((found,), (Unreadable("fox", Flaw.FAULTY),)), "fox") is found


def test_no_more_than_three_names_come_close() -> None:
    offer = _offer(*(_deployment(number, f"caption {number}") for number in range(9)))

    with pytest.raises(DeploymentNotFound) as caught:
        choose(offer, "caption")

    assert len(caught.value.similar) == 3


def _listing(*names: str) -> Listing[Named[int]]:
    items = named(Named(f"{number:08x}-0000-4000-8000-000000000000", name, number) for number, name in enumerate(names))
    return Listing(items, Index((item, item.label, "") for item in items))


def test_workflows_and_machines_of_equal_names_are_labelled_with_the_start_of_the_id() -> None:
    listing = _listing("A100", "t4", "a100")

    assert [item.label for item in listing.items] == ["A100 (00000000)", "a100 (00000002)", "t4"]
    assert listing.choose("T4").record == 1
    assert listing.choose("a100 (00000002)").record == 2


def test_a_name_that_several_records_have_offers_their_labels() -> None:
    with pytest.raises(NameAmbiguous) as caught:
        _listing("Ab100", "t4", "ab100").choose("AB100")

    assert caught.value.choices == ("Ab100 (00000000)", "ab100 (00000002)")


def test_a_name_as_it_is_written_goes_before_another_case() -> None:
    listing = _listing("Cat", "cat", "t4")

    assert [listing.choose(wanted).record for wanted in ("Cat", "cat", " Cat ")] == [0, 1, 0]


def test_of_several_that_are_written_so_only_these_are_offered() -> None:
    with pytest.raises(NameAmbiguous) as caught:
        _listing("Cat", "cat", "Cat").choose("Cat")

    assert caught.value.choices == ("Cat (00000000)", "Cat (00000002)")


def test_a_deployment_as_it_is_written_goes_before_another_case() -> None:
    offer = _offer(_deployment(1, "Flux"), _deployment(2, "flux", "staging"))

    assert [choose(offer, wanted).environment for wanted in ("Flux", "flux")] == ["production", "staging"]


def test_a_name_that_no_record_has_brings_what_comes_close() -> None:
    with pytest.raises(NameUnknown) as caught:
        _listing("portraits", "t4").choose("portrait")

    assert caught.value.similar == ("portraits",)


@pytest.mark.parametrize(("name", "label"), [("  flux dev ", "flux dev"), ("   ", "00000000"), ("", "00000000")])
def test_a_record_is_called_by_its_name_without_spaces_or_else_by_its_id(name: str, label: str) -> None:
    listing = _listing(name)

    assert [item.label for item in listing.items] == [label]
    assert listing.choose(f" {label} ").record == 0


def test_an_empty_list_knows_no_name() -> None:
    with pytest.raises(NameUnknown):
        _listing().choose("")


@given(st.lists(st.sampled_from(["a", "A", "a (00000001)", "a (00000003)", " a ", " ", "", "ß", "ss"]), max_size=10))
def test_no_two_labels_of_records_are_alike_and_each_finds_its_own(names: list[str]) -> None:
    listing = _listing(*names)

    assert len({item.label.casefold() for item in listing.items}) == len(names)
    for item in listing.items:
        assert listing.choose(item.label) is item
        assert listing.choose(item.id) is item
