"""Whether a sentence states a fact, forecasts, or judges.

The line that is drawn, for all languages alike:

* **forecast**: an outcome that nobody decides is expected: words of expectation ("is expected to", "analysts
  see", guidance, targets for something measured) or a future or possibility of a verb of change ("will rise",
  "could reach").
* **fact**: what was or is, and also a decision or plan about what its owner can decide ("the bridge will open on
  3 May", "the airline plans to buy"): such a claim is about the plan, and ``stance.status`` says planned. A result set
  against a forecast ("beat expectations") is a fact; so is a superlative of something measured.
* **opinion**: judging, wishing, demanding ("should", "I think", "the most beautiful"), and every question.

The kind is that of the content, whoever says it. Where a sentence first states a fact and then forecasts, it is a
fact, and only the span of the forecast is a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reconcile.claims.phrases import Tokens, lexicon, tokenise, word_set
from reconcile.model import Modality, Span

KINDS = ("forecast", "opinion", "none")
_CLOSERS = " \"'”’»)]\u00a0"
_PARTS = frozenset(".;:?!–—\n")


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The clause of every word, the side clauses ("when", "which"), and the first mark of each clause."""

    number: tuple[int, ...]
    side: frozenset[int]
    marks: tuple[tuple[int, Modality], ...]  # (clause, kind), in order


_UNMARKED = _Clauses((), frozenset(), ())  # no kind but a fact: nothing asks for its clauses


def of(text: str, lang: str, span: Span | None = None) -> Modality:
    """Return the kind of the statement in ``span`` (the whole text if None); a question is an opinion."""
    if text.rstrip(_CLOSERS).endswith(("?", "\u061f")):
        return Modality.OPINION
    clauses = _clauses(text, lang)
    if not clauses.marks:
        return Modality.FACT
    tokens = tokenise(text)
    if span is None:
        return _whole(clauses, _stated(text, lang, clauses))
    inside = [k for k in range(len(tokens)) if tokens.starts[k] < span.end and span.start < tokens.ends[k]]
    if not inside:
        return Modality.FACT
    return _at(clauses, clauses.number[inside[0]], clauses.number[inside[-1]])


def _whole(clauses: _Clauses, stated: frozenset[int]) -> Modality:
    """The strongest mark outside side clauses, unless a clause before it states something measured."""
    marks = [(at, kind) for at, kind in clauses.marks if at not in clauses.side]
    if not marks or any(at < marks[0][0] for at in stated):
        return Modality.FACT
    kinds = [kind for _, kind in marks]
    return Modality.FORECAST if Modality.FORECAST in kinds else kinds[0]


def _at(clauses: _Clauses, first: int, last: int) -> Modality:
    """The mark of the clauses ``first`` to ``last``, else of the nearest clause before that reaches so far."""
    here = [kind for at, kind in clauses.marks if first <= at <= last]
    if here:
        return Modality.FORECAST if Modality.FORECAST in here else here[0]
    for at, kind in reversed(clauses.marks):
        if at < first and not any(k in clauses.side for k in range(at, first + 1)):
            return kind
    return Modality.FACT


@lru_cache(maxsize=512)
def _clauses(text: str, lang: str) -> _Clauses:
    tokens = tokenise(text)
    hits = lexicon(lang, "modality", KINDS).find_all(tokens)
    if not hits:
        return _UNMARKED
    number, side = _number(tokens, lang)
    masked = {k for hit in hits if not hit.value for k in range(hit.i, hit.last)}
    marks = tuple(
        (number[hit.i], Modality.FORECAST if "forecast" in hit.value else Modality.OPINION)
        for hit in hits
        if hit.value and hit.i not in masked
    )
    return _Clauses(number, side, marks)


def _number(tokens: Tokens, lang: str) -> tuple[tuple[int, ...], frozenset[int]]:
    content = word_set(lang, "modality", "content")
    under = word_set(lang, "negation", "subordinators") - content
    joins = word_set(lang, "negation", "boundary") - under
    numbers: list[int] = []
    side: set[int] = set()
    current = 0
    for i, word in enumerate(tokens.words):
        aside = word in under
        parted = tokens.hard[i] and (current in side or not _PARTS.isdisjoint(tokens.gap(i)))
        if i and (aside or parted or word in joins):
            current += 1
        if aside:
            side.add(current)
        numbers.append(current)
    return tuple(numbers), frozenset(side)


def _stated(text: str, lang: str, clauses: _Clauses) -> frozenset[int]:
    """Return the main clauses without a mark that hold a word of change or outcome: facts of their own."""
    tokens = tokenise(text)
    marked = {at for at, _ in clauses.marks}
    found = {clauses.number[hit.i] for hit in lexicon(lang, "direction").find(tokens)}
    return frozenset(found - marked - clauses.side)
