"""Items found by what somebody has typed so far, best first, typing errors forgiven; pure."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, reduce
from heapq import nsmallest
from itertools import islice, pairwise
from operator import and_, or_
from typing import Final, Generic, Self, TypeVar

from core.grams import Grams, Words, cut, numbers
from core.spelling import Reading, edits, parts_of, words_of

T = TypeVar("T")

LONGEST: Final = 100  # letters that count of a label and of what is typed: what Discord shows of a choice
LONGEST_FURTHER: Final = 300
FEW: Final = 5  # with fewer hits than this, typing errors are looked for
_STEP: Final = 64  # items indexed between two breaths of the event loop
_CHECKED: Final = 1500  # items compared letter by letter, for each kind of hit; more only where more are wanted
_NEAR_CHECKED: Final = 40
_ALIKE: Final = 0.5  # the share of its grams by which a near miss is known
_SHORT: Final = range(3, 6)  # letters of words of which one error leaves hardly a gram
_WORDS_CHECKED: Final = 60
_GUESSES: Final = 10


class Index(Generic[T]):
    """Items found by their label and, after that, by further text; never changed, and `find` raises nothing.

    Each item is (what is returned, label, further text such as a description). Case, accents and separators do not
    matter, words come in any order, and the parts of a camelCase word are words too.
    """

    def __init__(self, items: Iterable[tuple[T, str, str]]) -> None:
        self._items: list[T] = []
        self._labels: list[str] = []  # "\n sdxl controlnet \n control net": what it is called, then parts of words
        self._grams = Grams()
        self._further = Words()
        self._words: list[str] = []  # of all labels
        self._letters = Grams()  # of these words
        for _ in self._grow(items):
            pass

    @classmethod
    async def build(cls, items: Iterable[tuple[T, str, str]]) -> Self:
        """What the constructor makes, with a breath for the event loop every few milliseconds."""
        index = cls(())
        for _ in index._grow(list(items)):
            await asyncio.sleep(0)
        return index

    def find(self, typed: str, limit: int) -> list[T]:
        """At most `limit` items, best first; the first ones of all when nothing is typed.

        What has the label, a label that starts so, words that start so, words with that in them, further words that
        start so; and if these are fewer than five, what is nearly so. The order given decides between equals.
        """
        words = words_of(typed, LONGEST)
        if not words or limit <= 0:
            return self._items[: max(0, limit)]
        hits: dict[int, None] = {}
        for number in self._hits(words, max(_CHECKED, limit)):
            hits[number] = None
            if len(hits) == limit:
                break
        if len(hits) < min(FEW, limit):
            hits |= dict.fromkeys(self._near_misses(words, hits))
        return [self._items[number] for number in islice(hits, limit)]

    def _grow(self, items: Iterable[tuple[T, str, str]]) -> Iterator[None]:
        grams_of = lru_cache(maxsize=5000)(_grams_of)  # names are made of the same words again and again
        known: dict[str, None] = {}
        for number, (item, label, further) in enumerate(items):
            words = words_of(label, LONGEST)
            parts = [part for part in parts_of(label, LONGEST) if part not in words]
            plain = f"\n {' '.join(words)} \n"
            self._items.append(item)
            self._labels.append(" ".join([plain, *parts]))
            self._grams.add({plain[:3], plain[-3:], *_seams(words)}.union(*map(grams_of, words + parts)), number)
            self._further.add_words(words_of(further, LONGEST_FURTHER), number)
            known |= dict.fromkeys(words + parts)
            if number % _STEP == 0:
                yield
        for number, word in enumerate(known):
            self._words.append(word)
            self._letters.add({f" {word[0]}", *word[: _SHORT.stop]}, number)
            if number % _STEP == 0:
                yield
        yield from self._grams.seal(len(self._items))
        yield from self._further.seal(len(self._items))
        yield from self._letters.seal(len(self._words))

    def _hits(self, words: list[str], most: int) -> Iterator[int]:
        """Numbers of the items that have all of it, best first; some come more than once. Each kind compares `most`."""
        start = f"\n {' '.join(words)}"
        whole = f"{start} \n"
        starts = [f" {word}" for word in words]
        if mask := self._grams.having(starts):
            ordered = mask & self._grams.having([start[:3], *_seams(words)])
            ended = ordered & self._grams.having([whole[-3:]])
            yield from self._checked(ended, most, lambda label: label.startswith(whole))
            yield from self._checked(ordered, most, lambda label: label.startswith(start))
            yield from self._checked(mask, most, lambda label: all(piece in label for piece in starts))
        yield from self._checked(self._grams.having(words), most, lambda label: all(word in label for word in words))
        yield from self._described(starts, most)

    def _checked(self, mask: int, most: int, fits: Callable[[str], bool]) -> Iterator[int]:
        return (number for number in islice(numbers(mask), most) if fits(self._labels[number]))

    def _described(self, starts: list[str], most: int) -> Iterator[int]:
        """The items of which each typed word starts a word, of the label or of the further text."""
        further = {start: self._further.starting(start[1:]) for start in starts}
        if not any(further.values()):
            return
        mask = reduce(and_, (bits | self._grams.having([start]) for start, bits in further.items()))
        for number in islice(numbers(mask), most):
            if all(start in self._labels[number] or bits >> number & 1 for start, bits in further.items()):
                yield number

    def _near_misses(self, words: list[str], hits: Iterable[int]) -> list[int]:
        """Items of which each typed word is nearly one; if they are few, also those that have most of the grams."""
        readings = [Reading(word) for word in words]
        grams = list(dict.fromkeys(gram for word in words for gram in cut(f" {word}", 2, 3)))
        meant = numbers(reduce(and_, map(self._meant, readings)))
        candidates = dict.fromkeys(islice(meant, _NEAR_CHECKED), 0)
        candidates |= {number: common for common, number in islice(self._grams.ranked(grams, _ALIKE), _NEAR_CHECKED)}
        near: list[tuple[float, int, int]] = []
        alike: list[tuple[float, int]] = []
        for number, common in candidates.items():
            label = self._labels[number]
            if (wrong := edits(readings, label)) is not None:
                near.append((wrong, len(label), number))
            elif common:
                alike.append((-common / (len(grams) + 2 * len(label)), number))
        found = [number for *_, number in sorted(near)]
        return found if len({*hits, *found}) >= FEW else found + [number for _, number in sorted(alike)]

    def _meant(self, reading: Reading) -> int:
        """The bits of the items with a word that starts like the typed one, or with an error if that is short."""
        bits = self._grams.having([f" {reading.word}"])
        if bits or len(reading.word) not in _SHORT:
            return bits
        letters = list(dict.fromkeys([f" {reading.word[0]}", *reading.word]))
        alike = (self._words[number] for _, number in islice(self._letters.ranked(letters, _ALIKE), _WORDS_CHECKED))
        nearest = nsmallest(_GUESSES, filter(reading.allows, alike), key=reading.__getitem__)
        return reduce(or_, (self._grams.having([f" {word}"]) for word in nearest), 0)


def _grams_of(word: str) -> frozenset[str]:
    return frozenset([*cut(word, 1, 2, 3), f" {word[:1]}", f" {word[:2]}"])


def _seams(words: list[str]) -> list[str]:
    """A gram for each two words in a row."""
    return [f"{word[-1]} {following[0]}" for word, following in pairwise(words)]
