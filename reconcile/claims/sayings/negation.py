"""Which words a negator reaches: clauses, windows, double readings, by word position.

What negates, by key of the table ``[negation]``: ``not`` inside its clause; ``narrow`` ("without") a few words;
``fail`` ("failed to", "refused to") what follows; ``raise`` ("does not think", "is not true") and, before a complement,
the verbs of denial of ``[attribution]`` also the clause that depends on them. Two of different kinds cancel out: "did
not fail to start", "denied that it was not paid". Two of one kind do not ("no one ... nothing", concord).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reconcile.claims.phrases import Tokens, lexicon, tokenise, word_set

REACH = 9  # words a negator reaches inside its clause
NARROW_REACH = 4  # the same for "without" and "instead of"
COMPLEMENT = 8  # words between a verb of denial and what is denied
KEYS = ("not", "narrow", "fail", "raise", "none")


@dataclass(frozen=True, slots=True)
class Negator:
    """Words ``[i, j)`` negate ``reach`` words of the clause behind them, ``far`` ones also what depends on it."""

    i: int
    j: int
    reach: int
    kind: str = "not"

    @property
    def far(self) -> bool:
        """Whether it reaches into a clause that depends on its own ("denied that ...")."""
        return self.kind == "far"


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clause number of every word, which clauses are subordinate (of these, which are what is said or thought),
    and the negators of the text. A text without negators is not divided: nothing asks for its clauses.
    """

    number: tuple[int, ...]
    subordinate: frozenset[int]
    content: frozenset[int]
    negators: tuple[Negator, ...]
    both_sides: bool

    def negated(self, i: int, j: int, cues: Sequence[tuple[int, int]] = ()) -> bool:
        """Return whether words ``[i, j)`` stand in the scope of a negator that is no part of them, nor of a longer one
        of ``cues`` ("not guilty of murder").
        """
        if not self.negators:
            return False
        free = [n for n in self.negators if not (n.i < j and i < n.j) and not any(_part(n, cue) for cue in cues)]
        kinds = {n.kind for n in free if self._covers(n, i, j)}
        return len(kinds & {"not", "narrow"}) > 0 if not kinds & {"fail", "far"} else self._odd(kinds)

    def states(self, i: int, j: int) -> bool:
        """Return whether a main statement inside words ``[i, j)`` is negated."""
        inside: dict[int, set[str]] = {}
        for negator in self.negators:
            if i <= negator.i < j and negator.kind != "narrow":
                inside.setdefault(self.number[negator.i], set()).add(negator.kind)
        for clause, kinds in inside.items():
            if clause in self.subordinate:
                continue
            below = inside.get(clause + 1, set()) if "far" in kinds and clause + 1 in self.content else set()
            if self._odd(kinds) != self._odd(below):
                return True
        return False

    @staticmethod
    def _odd(kinds: set[str]) -> bool:
        """Return whether an odd number of kinds of negation meet; plain and narrow ones are one kind."""
        return len({"not" if kind == "narrow" else kind for kind in kinds}) % 2 == 1

    def _covers(self, negator: Negator, i: int, j: int) -> bool:
        inside = self.number[negator.i] == self.number[i]
        if inside and negator.j <= i and i - negator.j < negator.reach:
            return True
        if negator.far and negator.j <= i:
            return all(clause in self.content for clause in range(self.number[negator.i] + 1, self.number[i] + 1))
        back = self.both_sides and negator.kind == "not" and negator.i >= j
        return inside and back and negator.i - j < negator.reach


def _part(negator: Negator, cue: tuple[int, int]) -> bool:
    start, end = cue
    return start <= negator.i and negator.j <= end and negator.j - negator.i < end - start


NOTHING_NEGATED = Clauses((), frozenset(), frozenset(), (), False)


@lru_cache(maxsize=512)
def clauses(text: str, lang: str) -> Clauses:
    """Return the clauses and negators of a text."""
    tokens = tokenise(text)
    negators = tuple(_negators(tokens, lang))
    if not negators:
        return NOTHING_NEGATED
    number, subordinate, content = _number(tokens, lang)
    both_sides = bool(word_set(lang, "negation", "both_sides") & {"yes"})
    return Clauses(number, subordinate, content, negators, both_sides)


def _negators(tokens: Tokens, lang: str) -> Iterator[Negator]:
    for hit in lexicon(lang, "negation", KEYS).find(tokens):
        kind = hit.value.split("|")[0]
        reach = NARROW_REACH if kind == "narrow" else REACH
        yield Negator(hit.i, hit.j, reach, "far" if kind == "raise" else kind)
    complement = word_set(lang, "negation", "complement")
    for hit in lexicon(lang, "attribution", ("deny",)).find(tokens):
        if not complement.isdisjoint(tokens.words[hit.j : hit.j + COMPLEMENT]):
            yield Negator(hit.i, hit.j, REACH, "far")


def _number(tokens: Tokens, lang: str) -> tuple[tuple[int, ...], frozenset[int], frozenset[int]]:
    boundary = word_set(lang, "negation", "boundary")
    under = word_set(lang, "negation", "subordinators") | word_set(lang, "negation", "questions")
    said = word_set(lang, "modality", "content")
    numbers: list[int] = []
    subordinate: set[int] = set()
    content: set[int] = set()
    current = 0
    for i, word in enumerate(tokens.words):
        begins = word in under or (tokens.hard[i] and _relative(tokens, lang, i))
        if i and (tokens.hard[i] or word in boundary or begins):
            current += 1
        if begins and (not numbers or numbers[-1] != current):
            subordinate.add(current)
            if word in said:
                content.add(current)
        numbers.append(current)
    return tuple(numbers), frozenset(subordinate), frozenset(content)


def _relative(tokens: Tokens, lang: str, i: int) -> bool:
    """Return whether an article-like word after a comma is a relative pronoun: no noun follows ("der nicht zahlte")."""
    if tokens.words[i] not in word_set(lang, "negation", "relatives"):
        return False
    return i + 1 < len(tokens) and not tokens.capital(i + 1) and "," in tokens.gap(i)
