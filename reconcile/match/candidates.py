"""Which slots of a story's articles are set against each other.

Every pair of independent articles is looked at; inside it the search is exact (``slots.pairs``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import combinations

from reconcile.match.asking import Asking
from reconcile.match.compare import may_agree, one_answer, unheard
from reconcile.match.declare import Pairing
from reconcile.match.judge import Judge, key_of
from reconcile.match.reference import Reference
from reconcile.match.relate import RelationModel
from reconcile.match.slots import SPEAKER, STATEMENT, Frame, Likeness, Slot, pairs
from reconcile.model import Article, Cue, Entity, Quantity, TimeRef

CUES = ("direction", "outcome", "pole", "status")
CONTENTS: Mapping[type, tuple[str, ...]] = {
    answer: tuple(f.name for f in fields(answer) if f.name not in ("start", "end"))
    for answer in (Quantity, TimeRef, Entity, Cue)
}  # what an answer says, wherever it stands
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
    agreeing = Agreeing()
    for first, second in combinations(in_order(articles), 2):
        yield from between(frames[first.article_id], frames[second.article_id], reference, agreeing)


class Agreeing:
    """What slots say, told by number, and which of it may be one answer: remembered over the articles of a story."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._may: dict[tuple[int, int], bool] = {}

    def number(self, slot: Slot) -> int:
        """Return a number for what a slot says, the same for one answer wherever it stands."""
        said = (slot.kind, *(getattr(slot.answer, name) for name in CONTENTS.get(type(slot.answer), ())))
        return self._numbers.setdefault(said, len(self._numbers))

    def may_agree(self, numbers: tuple[int, int], a: Slot, b: Slot) -> bool:
        """Return what ``compare.may_agree`` says of two slots, which say what these numbers stand for."""
        may = self._may.get(numbers)
        if may is None:
            may = self._may[numbers] = may_agree(a, b)
        return may


def between(a: Frame, b: Frame, reference: Reference, agreeing: Agreeing | None = None) -> Iterator[Pairing]:
    """Yield the pairings of two articles; ``agreeing`` is what is remembered of others. Two names that only tell who
    reports answer no common question.
    """
    return (pairing for pairing in met(a, b, reference, agreeing) if pairing.a.kind != SPEAKER)


def met(a: Frame, b: Frame, reference: Reference, agreeing: Agreeing | None = None) -> Iterator[Pairing]:
    """Yield the pairings of two articles, of which one may tell the other again: those of who reports among them."""
    found = list(pairs(a, b, reference))
    answers = _Answers(a, b, agreeing or Agreeing())
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
    near = [n for n, p in enumerate(kept) if p.like.sentence >= ASKED_FROM]
    if model is not None:
        asking = Asking(model)
        for n in near:
            if kept[n].a.kind != "quotation":
                kept[n] = replace(kept[n], known=unheard(kept[n]))
        near = [n for n in near if asking.needed(kept[n])]
    keys = {n: key_of(kept[n].a.claim.quote, kept[n].b.claim.quote) for n in near}
    asked = sorted({key for key in keys.values() if key[0] != key[1]})
    said = dict(zip(asked, judge.opinions(asked), strict=True))
    return [replace(p, opinion=said.get(keys[n])) if n in keys else p for n, p in enumerate(kept)]


def _best(found: Sequence[tuple[int, int, Likeness]]) -> dict[tuple[int, int], float]:
    return {(i, j): like.sentence + like.clause + like.slot for i, j, like in found}


class _Answers:
    """Which slots of two articles give the same answer."""

    def __init__(self, a: Frame, b: Frame, agreeing: Agreeing) -> None:
        self._a, self._b, self._agreeing = a, b, agreeing
        self._by_kind_a = _by_kind(a.slots)
        self._by_kind_b = _by_kind(b.slots)
        self._numbers_a, self._numbers_b = ([agreeing.number(slot) for slot in frame.slots] for frame in (a, b))
        self._in_b: dict[int, list[int]] = {}
        self._in_a: dict[int, list[int]] = {}

    def elsewhere(self, i: int, j: int, like: Likeness, best: Mapping[tuple[int, int], float]) -> int:
        """Return how many of the two answers are also given in another place of the other article.

        A number, date or name counts wherever it stands; a cue such as "rose" only where the question is more alike.
        """
        kind = self._a.slots[i].kind
        if kind == "quotation":
            return 0
        if i not in self._in_b:
            self._in_b[i] = [n for n in self._by_kind_b[kind] if self._agree(i, n)]
        if j not in self._in_a:
            self._in_a[j] = [n for n in self._by_kind_a[kind] if self._agree(n, j)]
        anywhere = self._a.slots[i].base not in CUES
        floor = like.sentence + like.clause + like.slot
        in_b = any(n != j and (anywhere or best.get((i, n), floor) > floor) for n in self._in_b[i])
        in_a = any(n != i and (anywhere or best.get((n, j), floor) > floor) for n in self._in_a[j])
        return int(in_a) + int(in_b)

    def _agree(self, i: int, j: int) -> bool:
        a, b = self._a.slots[i], self._b.slots[j]
        return self._agreeing.may_agree((self._numbers_a[i], self._numbers_b[j]), a, b) and one_answer(a, b)


def _by_kind(slots: Sequence[Slot]) -> Mapping[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for n, slot in enumerate(slots):
        rows[slot.kind].append(n)
    return rows
