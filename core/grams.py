"""Which of many numbered texts have a piece of text, as the bits of integers; pure.

A text is cut into grams, pieces of up to three letters. A gram knows the numbers of its texts: as the bits of one
integer where they are many, as an array where they are few. To combine such integers takes microseconds, however many
texts share a gram.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial, reduce
from itertools import islice
from operator import or_
from typing import Final

_MANY: Final = 128  # a gram is kept as bits when more than one text of so many has it
_RAREST: Final = 4  # so many grams of a piece leave hardly any text that has not all of it
_COUNTED: Final = 40  # grams that are counted, the rarest
_LOOKED_UP: Final = 200  # words with the same start

_BYTE: Final = re.compile(rb"[^\x00]")
_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Grams:
    """The texts of each gram. Texts are added in the order of their numbers, then it is sealed."""

    def __init__(self) -> None:
        self._few: defaultdict[str, array[int]] = defaultdict(partial(array, "I"))
        self._many: dict[str, tuple[int, int]] = {}  # how many, and their bits

    def add(self, grams: Iterable[str], number: int) -> None:
        for gram in grams:
            self._few[gram].append(number)

    def seal(self, total: int) -> Iterator[None]:
        """After the last of `total` texts; in small steps, to do something else between them."""
        for gram in [gram for gram, texts in self._few.items() if len(texts) > max(32, total // _MANY)]:
            texts = self._few.pop(gram)
            self._many[gram] = len(texts), _as_bits(texts)
            yield

    def bits(self, gram: str) -> int:
        if many := self._many.get(gram):
            return many[1]
        return _as_bits(texts) if (texts := self._few.get(gram)) else 0

    def having(self, pieces: Iterable[str]) -> int:
        """The bits of all texts that have each piece, and of a few more: grams say nothing of their order."""
        mask = -1
        for piece in pieces:
            grams = [piece] if len(piece) <= 3 else sorted(cut(piece, 3), key=self._count)[:_RAREST]
            for gram in grams:
                if not (mask := mask & self.bits(gram)):
                    return 0
        return mask

    def ranked(self, grams: list[str], share: float) -> Iterator[tuple[int, int]]:
        """(how many of the grams, number of a text), most grams first, down to this share of them."""
        planes: list[int] = []
        for gram in [gram for gram in sorted(grams, key=self._count) if self._count(gram)][:_COUNTED]:
            _count_in(planes, self.bits(gram))
        for common, mask in _highest_first(planes, reduce(or_, planes, 0)):
            if common < share * min(len(grams), _COUNTED):
                return
            yield from ((common, number) for number in numbers(mask))

    def _count(self, gram: str) -> int:
        many = self._many.get(gram)
        return many[0] if many else len(self._few.get(gram, ()))


class Words(Grams):
    """The texts of each word: here grams are whole words, and one or two first letters."""

    def __init__(self) -> None:
        super().__init__()
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)

    def add_words(self, words: list[str], number: int) -> None:
        for word in words:
            if len(word) >= 3 and word not in self._few:
                self._by_start[word[:3]].append(word)
        self.add({gram for word in words for gram in (word, f" {word[:1]}", f" {word[:2]}")}, number)

    def starting(self, start: str) -> int:
        """The bits of the texts with a word that starts so."""
        if len(start) < 3:
            return self.bits(f" {start}")
        words = (word for word in self._by_start.get(start[:3], ()) if word.startswith(start))
        return reduce(or_, map(self.bits, islice(words, _LOOKED_UP)), 0)


def cut(text: str, *sizes: int) -> list[str]:
    return [text[i : i + size] for size in sizes for i in range(len(text) - size + 1)]


def numbers(mask: int) -> Iterator[int]:
    """The numbers of the bits, lowest first."""
    for found in _BYTE.finditer(mask.to_bytes((mask.bit_length() + 7) // 8, "little")):
        first = found.start() * 8
        yield from (first + bit for bit in _BITS[found.group()[0]])


def _as_bits(texts: "array[int]") -> int:
    some = bytearray(texts[-1] // 8 + 1)
    for number in texts:
        some[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(some, "little")


def _count_in(planes: list[int], mask: int) -> None:
    """Count each bit: `planes[i]` holds the i-th binary digit of the counters of all texts."""
    for i, plane in enumerate(planes):
        planes[i] = plane ^ mask
        mask &= plane
        if not mask:
            return
    planes.append(mask)


def _highest_first(planes: list[int], mask: int, count: int = 0) -> Iterator[tuple[int, int]]:
    """(count, the bits of the texts with that count), the highest first."""
    if not planes:
        yield count, mask
        return
    *lower, top = planes
    if high := mask & top:
        yield from _highest_first(lower, high, count + (1 << len(lower)))
    if low := mask ^ high:
        yield from _highest_first(lower, low, count)
