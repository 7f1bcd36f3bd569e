"""Foreign text as words that can be compared, and how far a typed word is from the one that was meant; pure."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from math import inf
from operator import add
from typing import Final

_ASCII_SEPARATORS: Final = re.compile(r"[\x00-/:-@\[-`{-\x7f]+")
_MOST_APART: Final = 4  # signs that a letter is on average; a single one can be made of eighteen
_VARIANTS: Final = "\ufe0e\ufe0f"  # say only how the sign before them is drawn


def words_of(text: str, longest: int) -> list[str]:
    """The words of any script, without case and accents, of the first `longest` letters.

    Where these are nothing but separators, they are the words.
    """
    return _spaced(text[:longest]).casefold().split() or text[:longest].casefold().split()


def parts_of(text: str, longest: int) -> list[str]:
    """The words of camelCase words: "ControlNet" has "control" and "net", "UIDesign" has "ui" and "design"."""
    spaced = _spaced(text[:longest])
    cuts = [
        i
        for i, letter in enumerate(spaced)
        if i and letter.isupper() and (not spaced[i - 1].isupper() or spaced[i + 1 : i + 2].islower())
    ]
    return " ".join(spaced[a:b] for a, b in pairwise([0, *cuts, len(spaced)])).casefold().split()


def _spaced(text: str) -> str:
    """With spaces for separators and without accents: they are letters of their own once taken apart."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)[: _MOST_APART * len(text)]
        text = "".join(map(_spaced_letter, apart))
    return _ASCII_SEPARATORS.sub(" ", text)


@lru_cache(maxsize=4096)
def _spaced_letter(letter: str) -> str:
    """Signs such as emoji are letters here: people name things by them."""
    if unicodedata.combining(letter) or letter in _VARIANTS:
        return ""
    kind = unicodedata.category(letter)
    return " " if kind[0] in "PZC" or kind in {"Sm", "Sc"} else letter


class Reading(dict[str, float]):
    """A typed word with what it may mean: for any other word, how many letters are wrong if that one was meant.

    A letter too many, missing or wrong, or two swapped, is one. The typed word may be only a start; how much is left
    of the other one is a fraction, so of two words the finished one is nearer. What is more than `forgiven` + 1 away
    counts as that far.
    """

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word
        self.forgiven = 0 if len(word) < 3 else 1 if len(word) < 6 else 2
        self._pairs = list(map(add, f" {word}", word))
        self._least_pairs = len(word) - 2 * self.forgiven - 1  # an error breaks two of them, a swap three

    def __missing__(self, word: str) -> float:
        common = sum(map(f" {word}".__contains__, self._pairs))  # tells most words apart at once
        self[word] = _edits(self.word, word, self.forgiven) if common >= self._least_pairs else self.forgiven + 1.0
        return self[word]

    def allows(self, word: str) -> bool:
        return self[word] < self.forgiven + 1


def edits(readings: list[Reading], label: str) -> float | None:
    """How many letters are wrong, if each typed word is meant to start a word of the label; None if one cannot be."""
    total = 0.0
    words = label.split()
    for reading in readings:
        if f" {reading.word}" not in label:
            nearest = min(map(reading.__getitem__, words), default=inf)
            if nearest >= reading.forgiven + 1:
                return None
            total += nearest
    return total


def _edits(typed: str, word: str, most: int) -> float:
    if word.startswith(typed):
        return min(len(word) - len(typed), 999) / 1000
    if not most:
        return 1.0
    same = 0
    for ours, theirs in zip(typed, word, strict=False):
        if ours != theirs:
            break
        same += 1
    typed, word = typed[same:], word[same:]
    ways = [(typed[1:], word), (typed, word[1:]), (typed[1:], word[1:])]
    if typed[:2] == word[1::-1]:
        ways.append((typed[2:], word[2:]))
    return 1 + min(_edits(*way, most - 1) for way in ways)
