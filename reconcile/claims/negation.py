"""Which words a negator reaches: clauses, windows and double readings, by word position."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reconcile.claims.phrases import Tokens, lexicon, tokenise, word_set

REACH = 9  # words a negator reaches inside its clause
NARROW_REACH = 4  # the same for "without" and "instead of"


@dataclass(frozen=True, slots=True)
class Negator:
    """Words ``[i, j)`` negate what follows in the clause, up to ``reach`` words."""

    i: int
    j: int
    reach: int


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clause number of every word, which clauses are subordinate, and the negators of the text."""

    number: tuple[int, ...]
    subordinate: frozenset[int]
    negators: tuple[Negator, ...]
    both_sides: bool

    def negated(self, i: int, j: int) -> bool:
        """Return whether words ``[i, j)`` stand in the scope of a negator that is no part of them."""
        for negator in self.negators:
            if negator.i < j and i < negator.j:
                continue
            inside = self.number[negator.i] == self.number[i]
            if inside and negator.j <= i and i - negator.j < negator.reach:
                return True
            if (
                inside
                and self.both_sides
                and negator.i >= j
                and negator.i - j < negator.reach
                and negator.reach == REACH
            ):
                return True
        return False

    def states(self, i: int, j: int) -> bool:
        """Return whether a main statement inside words ``[i, j)`` is negated."""
        return any(
            i <= negator.i < j and negator.reach == REACH and self.number[negator.i] not in self.subordinate
            for negator in self.negators
        )


@lru_cache(maxsize=512)
def clauses(text: str, lang: str) -> Clauses:
    """Return the clauses and negators of a text."""
    tokens = tokenise(text)
    table = lexicon(lang, "negation", ("not", "narrow", "none"))
    negators = []
    for hit in table.find(tokens):
        if hit.value.startswith("not"):
            negators.append(Negator(hit.i, hit.j, REACH))
        elif hit.value.startswith("narrow"):
            negators.append(Negator(hit.i, hit.j, NARROW_REACH))
    number, subordinate = _number(tokens, lang)
    return Clauses(number, subordinate, tuple(negators), bool(word_set(lang, "negation", "both_sides") & {"yes"}))


def _number(tokens: Tokens, lang: str) -> tuple[tuple[int, ...], frozenset[int]]:
    boundary = word_set(lang, "negation", "boundary")
    under = word_set(lang, "negation", "subordinators")
    numbers: list[int] = []
    subordinate: set[int] = set()
    current = 0
    for i, word in enumerate(tokens.words):
        if i and (tokens.hard[i] or word in boundary or word in under):
            current += 1
        if word in under and (not numbers or numbers[-1] != current):
            subordinate.add(current)
        numbers.append(current)
    return tuple(numbers), frozenset(subordinate)
