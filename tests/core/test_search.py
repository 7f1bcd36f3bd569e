"""What typing finds: the best first, in any spelling, with errors forgiven, and never an exception."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import FEW, LONGEST, Index
from core.spelling import parts_of, words_of
from tests.anything import QUICK, texts

FLUX = "Flux portrait v12 (staging)"
MANY = [
    f"{model} {adjective} {noun} v{version}"
    for version, model, adjective, noun in itertools.product(
        range(1, 5), ("Flux", "SDXL", "ControlNet"), ("soft", "dark", "golden"), ("portrait", "logo", "upscale", "icon")
    )
]


def index(*labels: str) -> Index[str]:
    return Index((label, label, "") for label in labels)


def found(labels: Sequence[str], typed: str, limit: int = 25) -> list[str]:
    return index(*labels).find(typed, limit)


def rank(typed: str, label: str, further: str) -> int | None:
    """How well it fits, read off letter by letter; None if it does not."""
    words, called = words_of(typed, LONGEST), words_of(label, LONGEST)
    parts = [*called, *parts_of(label, LONGEST)]
    described = [*parts, *words_of(further, LONGEST)]
    fits = (
        called == words,
        " ".join(called).startswith(" ".join(words)),
        all(any(part.startswith(word) for part in parts) for word in words),
        all(any(word in part for part in parts) for word in words),
        all(any(part.startswith(word) for part in described) for word in words),
    )
    return fits.index(True) if any(fits) else None


def ranked(typed: str, items: Sequence[tuple[int, str, str]]) -> list[int]:
    ranks = [(place, number) for number, *item in items if (place := rank(typed, *item)) is not None]
    return [number for _, number in sorted(ranks)]


def test_the_best_comes_first() -> None:
    items = [
        ("described", "Watercolour", "paints portraits"),
        ("inside", "Selfportrait", ""),
        ("a word", "Flux portrait", ""),
        ("the start", "Portrait of Flux", ""),
        ("the whole", "portrait", ""),
    ]

    assert Index(items).find("Portrait", 25) == ["the whole", "the start", "a word", "inside", "described"]


def test_equals_keep_their_order() -> None:
    labels = [f"Flux {name}" for name in ("zebra", "apple", "mango", "apple pie", "kiwi")]

    assert found(labels, "flux") == labels


def test_words_come_in_any_order() -> None:
    assert found([FLUX, "Flux logo", "SDXL portrait"], "stag portr flu") == [FLUX]


def test_a_word_of_the_label_and_one_of_the_description() -> None:
    items = [(1, "Flux", "makes portraits"), (2, "Flux", "makes logos"), (3, "SDXL", "makes portraits")]

    assert Index(items).find("portr flux", 25) == [1]


def test_pieces_in_another_order_are_no_hit() -> None:
    items = [("pieces", "abc bcd", "xyz"), ("described", "q", "abcd xyz"), ("labelled", "abcd", "xyz")]

    assert Index(items).find("abcd xyz", 25)[:2] == ["described", "labelled"]


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("Café Éclair", "cafe ecl"),
        ("cafe", "CAFÉ"),
        ("upscale_4x-Ultra/v1.0", "4x ultra v1"),
        ("upscale 4x", "upscale_4"),
        ("SDXL ControlNet", "net"),
        ("SDXL ControlNet", "controlnet"),
        ("control-net", "Control Net"),
        ("myUIDesign", "ui des"),
        ("МояМодель", "модель"),
        ("画像生成", "生成"),
        ("프로필 사진", "프로"),
        ("ที่รัก", "ที่"),
        ("हिन्दी चित्र", "चित्"),
        ("صورة شخصية", "شخص"),
        ("STRASSE", "straße"),
        ("İstanbul", "istanbul"),
        ("ﬁne ｗｉｄｅ", "fine wide"),  # noqa: RUF001 -- a ligature and wide letters
        ("🔥 hot", "🔥"),
        ("❤️ love", "❤"),
        ("???", "?"),
        ("x", "x"),
    ],
)
def test_spelling_does_not_matter(label: str, typed: str) -> None:
    assert found(["something else", label], typed) == [label]


@pytest.mark.parametrize(
    "typed",
    [
        "Flux potrait v12 (staging)",
        "Flxu portrait",
        "fulx",
        "lfux",
        "flx",
        "fluxx",
        "portarit",
        "potr",
        "portriat flux stagin",
        "fluxportrait",
        "fluxp ortrait v12",
        "flux portratis v1 2 (stging)",
    ],
)
def test_typing_errors_are_forgiven(typed: str) -> None:
    others = ("SDXL logo v3", "golden castle", "upscale", "depth map")

    assert found([*others, FLUX], typed) == [FLUX]


def test_of_two_words_the_finished_one_is_nearer() -> None:
    assert found(["fluxes", "flux"], "flxu") == ["flux", "fluxes"]


def test_errors_are_looked_for_when_hits_are_few() -> None:
    hits = [f"portrait {number}" for number in range(FEW)]

    assert found(["portrail", *hits[1:]], "portrait") == [*hits[1:], "portrail"]
    assert found(["portrail", *hits], "portrait") == hits


def test_what_is_only_alike_is_left_out_when_enough_is_nearer() -> None:
    near = [f"portrait {number}" for number in range(FEW)]

    assert found(["port wait", *near], "portriat") == near
    assert "port wait" in found(["port wait", *near[1:]], "portwait")


@pytest.mark.parametrize("typed", ["qwjkz", "zz", "v12 nothing of the kind", "%", "\ud800", "\x00"])
def test_nonsense_finds_nothing(typed: str) -> None:
    assert found([FLUX, "SDXL logo"], typed) == []


@pytest.mark.parametrize("typed", ["", " ", "\n\t"])
def test_nothing_typed_gives_the_first_ones(typed: str) -> None:
    assert found(MANY, typed, 3) == MANY[:3]


@pytest.mark.parametrize("typed", ["", "flux", "flxu"])
@pytest.mark.parametrize("limit", [-1, 0, 1, 7])
def test_the_limit_holds(typed: str, limit: int) -> None:
    assert len(found(MANY, typed, limit)) == max(0, limit)


@pytest.mark.parametrize("typed", ["fox", "ox", "snow"])
def test_where_all_are_wanted_all_are_found(typed: str) -> None:
    known = Index((number, "fox", "in snow") for number in range(1700))

    assert known.find(typed, 1700) == list(range(1700))


def test_an_empty_index_finds_nothing() -> None:
    assert found([], "flux") == found([], "") == []


def test_only_the_beginning_of_a_long_text_counts() -> None:
    long = "x" * LONGEST

    assert found([long + "abc"], long + "y" * 1_000_000) == [long + "abc"]


@pytest.mark.parametrize(
    "typed", ["f", "F", "so", "o", "l", "flux", "net", "v1", "ortrai", "logo sdxl", "SDXL dark logo v3", "flux go v4"]
)
def test_a_gram_may_be_in_many_labels(typed: str) -> None:
    items = [(number, label, "") for number, label in enumerate(MANY)]
    expected = ranked(typed, items)

    assert Index(items).find(typed, len(items))[: len(expected)] == expected


@QUICK
@given(
    st.lists(st.tuples(st.text("abcB -", max_size=8), st.text("abc ", max_size=8)), max_size=50),
    st.text("abcB-", min_size=1, max_size=5).filter(lambda typed: typed.strip("-")),
)
def test_hits_are_as_read_letter_by_letter(given_items: list[tuple[str, str]], typed: str) -> None:
    items = [(number, label, further) for number, (label, further) in enumerate(given_items)]
    expected = ranked(typed, items)

    assert Index(items).find(typed, len(items) + 1)[: len(expected)] == expected


@QUICK
@given(st.lists(st.tuples(texts, texts), max_size=8), texts, st.integers(-1, 30))
def test_any_text_may_be_typed(given_items: list[tuple[str, str]], typed: str, limit: int) -> None:
    items = [(number, label, further) for number, (label, further) in enumerate(given_items)]

    numbers = Index(items).find(typed, limit)

    assert len(numbers) == len(set(numbers)) <= max(0, limit)
    assert set(numbers) <= set(range(len(items)))


@QUICK
@given(st.lists(texts, min_size=1, max_size=8))
def test_a_label_finds_itself_first(labels: list[str]) -> None:
    wanted = labels[-1]
    words = words_of(wanted, LONGEST)

    (label,) = found(labels, wanted, 1)

    assert words_of(label, LONGEST) == words or not words


async def test_building_lets_others_have_their_turn() -> None:
    turns = 0
    building = asyncio.create_task(Index.build((label, label, "") for label in MANY))
    while not building.done():
        await asyncio.sleep(0)
        turns += 1

    built = building.result()

    assert turns > len(MANY) / 100
    assert built.find("flux portr", 9) == found(MANY, "flux portr", 9) != []
