"""Numbers spelled out in dates: "the twenty-first", "veinticinco de abril", "nineteen ninety-six", "zweitausendzehn".

The numerals of a language are those of the quantity grammar (``amounts/numbers.py``); here they get word positions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reconcile.claims.amounts import numbers
from reconcile.claims.amounts.figures import tokenise
from reconcile.claims.amounts.lexicon import compiled
from reconcile.claims.phrases import Tokens

_REACH = 60  # characters of the longest spelled year
_KINDS = frozenset(["word", "one", "rank"])
LAST_DAY = 31
HUNDRED = 100
FIRST_YEAR, LAST_YEAR = 1500, 2100


class Spelled(NamedTuple):
    """The number whose words end before word ``j``; ``rank``: it is an ordinal."""

    number: int
    j: int
    rank: bool


@lru_cache(maxsize=2048)
def _parsed(text: str, lang: str) -> tuple[int, int, bool] | None:
    """Return (number, end in the text, ordinal) of the number words that a text begins with."""
    tokens = tokenise(text)
    found = numbers.read(tokens, 0, compiled(lang).numerals) if tokens else None
    if found is None or found.kind not in _KINDS or found.value != int(found.value):
        return None
    return int(found.value), tokens[found.stop - 1].end, found.kind == "rank"


def spelled(tokens: Tokens, i: int, lang: str) -> Spelled | None:
    """Return the number in words at word i, None for digits."""
    if not 0 <= i < len(tokens) or tokens.words[i][0].isdigit():
        return None
    start, numerals = tokens.starts[i], compiled(lang).numerals
    word = tokens.words[i]
    if word not in numerals.heads and (numerals.compounds is None or not numerals.compounds.starts(word)):
        return None
    found = _parsed(tokens.text[start : start + _REACH], lang)
    if found is None:
        return None
    for j in range(i, len(tokens)):
        if tokens.ends[j] - start >= found[1]:
            return Spelled(found[0], j + 1, found[2]) if tokens.ends[j] - start == found[1] else None
    return None


def names_number(word: str, lang: str) -> bool:
    """Return whether a word alone is a number below a hundred ("forty", "vinte", "einunddreißigsten")."""
    found = _parsed(word, lang)
    return found is not None and found[1] == len(word) and 1 <= found[0] < HUNDRED


def spelled_year(tokens: Tokens, i: int, lang: str) -> tuple[int, int] | None:
    """Return (year, position behind) of a year in words: "two thousand and fifteen", "nineteen ninety-six"."""
    first = spelled(tokens, i, lang)
    if first is None or first.rank:
        return None
    year, j = first.number, first.j
    if 15 <= year <= 20 and j < len(tokens) and tokens.gap(j) in (" ", "-"):
        second = spelled(tokens, j, lang)
        if second is None or second.rank or not 10 <= second.number <= 99:
            return None
        year, j = year * 100 + second.number, second.j
    return (year, j) if FIRST_YEAR <= year <= LAST_YEAR else None
