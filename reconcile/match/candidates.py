"""Which slots of a story's articles are set against each other.

Every pair of independent articles is looked at; inside it the search is exact (``slots.pairs``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from reconcile.match.asking import Asking
from reconcile.match.compare import one_answer
from reconcile.match.declare import Pairing
from reconcile.match.judge import Judge, key_of
from reconcile.match.reference import Reference
from reconcile.match.relate import RelationModel
from reconcile.match.slots import STATEMENT, Frame, Likeness, Slot, pairs
from reconcile.model import Article

CUES = ("direction", "outcome", "pole", "status")
ASKED_FROM = 0.5  # standard deviations of sentence likeness from which the judge is asked


def in_order(articles: Sequence[Article]) -> list[Article]:
    """Return articles by publication, unknown last, then by id: the order of the sides of a finding."""
    return sorted(articles, key=place)


def place(article: Article) -> tuple[bool, str, str]:
    """Return where an article stands in that order."""
    return article.published is None, article.published or "", article.article_id


def pairings(
    articles: Sequence[Article],
    frames: Mapping[str, Frame],
    reference: Reference,
) -> Iterator[Pairing]:
    """Yield the pairings of the independent articles of one story."""
    for first, second in combinations(in_order(articles), 2):
        yield from between(frames[first.article_id], frames[second.article_id], reference)


def between(a: Frame, b: Frame, reference: Reference) -> Iterator[Pairing]:
    """Yield the pairings of two articles."""
    found = list(pairs(a, b, reference))
    answers = _Answers(a, b)
    best = _best(found)
    for i, j, like in found:
        if a.slots[i].kind != STATEMENT:
            yield Pairing(a.slots[i], b.slots[j], like, answers.elsewhere(i, j, like, best))
        elif like.sentence >= ASKED_FROM:
            yield Pairing(a.slots[i], b.slots[j], like)


def judged(found: Iterable[Pairing], judge: Judge | None, model: RelationModel | None = None) -> list[Pairing]:
    """Return the pairings with the judge's opinion of their sentences; without a judge, those of typed slots.

    With a model, the judge is asked only where the model's relation could hang on it (``asking.py``).
    """
    kept = list(found)
    if judge is None:
        return [p for p in kept if p.a.kind != STATEMENT]
    near = [(n, p) for n, p in enumerate(kept) if p.like.sentence >= ASKED_FROM]
    if model is not None:
        asking = Asking(model)
        near = [(n, p) for n, p in near if asking.needed(p)]
    keys = {n: key_of(p.a.claim.quote, p.b.claim.quote) for n, p in near}
    asked = sorted({key for key in keys.values() if key[0] != key[1]})
    said = dict(zip(asked, judge.opinions(asked), strict=True))
    return [replace(p, opinion=said.get(keys[n])) if n in keys else p for n, p in enumerate(kept)]


def _best(found: Sequence[tuple[int, int, Likeness]]) -> dict[tuple[int, int], float]:
    return {(i, j): like.sentence + like.clause + like.slot for i, j, like in found}


class _Answers:
    """Which slots of two articles give the same answer."""

    def __init__(self, a: Frame, b: Frame) -> None:
        self._a, self._b = a, b
        self._by_kind_a = _by_kind(a.slots)
        self._by_kind_b = _by_kind(b.slots)
        self._same: dict[tuple[int, int], bool] = {}

    def elsewhere(self, i: int, j: int, like: Likeness, best: Mapping[tuple[int, int], float]) -> int:
        """Return how many of the two answers are also given in another place of the other article.

        A number, date or name counts wherever it stands; a cue such as "rose" only where the question is more alike.
        """
        kind = self._a.slots[i].kind
        anywhere = kind.partition(" ")[0] not in CUES
        floor = like.sentence + like.clause + like.slot

        def counts(row: int, column: int) -> bool:
            return (anywhere or best.get((row, column), floor) > floor) and self._agree(row, column)

        in_b = any(counts(i, n) for n in self._by_kind_b[kind] if n != j)
        in_a = any(counts(n, j) for n in self._by_kind_a[kind] if n != i)
        return int(in_a) + int(in_b)

    def _agree(self, i: int, j: int) -> bool:
        if (i, j) not in self._same:
            a, b = self._a.slots[i], self._b.slots[j]
            self._same[i, j] = a.kind != "quotation" and one_answer(a, b)
        return self._same[i, j]


def _by_kind(slots: Sequence[Slot]) -> Mapping[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for n, slot in enumerate(slots):
        rows[slot.kind].append(n)
    return rows
