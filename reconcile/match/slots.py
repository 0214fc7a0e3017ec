"""Slots: the places in claims that answer a question, and how similar the questions of two slots are.

A quantity, a time, a name, a change word, a status word, the pole of an opposition or a quotation is an answer;
the sentence around it is the question. The sentence as a whole is a slot too, for what has no typed one. The vector of
a slot is the mean of the model's states over its words *in their sentence*, so it tells the role that the words play
there; the sentence vector tells what it is all about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reconcile.claims.amounts import units
from reconcile.match.embed import Embedder
from reconcile.match.reference import Reference
from reconcile.model import Attribution, Claim, ClaimKind, Cue, Entity, Field, Quantity, Span, TimeRef

Answer = Quantity | TimeRef | Entity | Cue | Attribution | None  # None: the sentence is the answer
Matrix = NDArray[np.float32]

ALONE = 9.0  # the lead of a pair beside which neither slot has another
NEAREST = 4  # a pair is looked at when one slot is among this many nearest of the other, in that article
DIRECTIONS = ("increase", "win")  # oppositions that are compared as directions and outcomes
STATEMENT = "statement"
SPEAKER = "name said"  # a name beside the verb of saying: compared where one sentence is the other told again
CLAUSE_WORDS = 5
TITLE = 40  # characters of a title between a verb of saying and the name of who says it
_BREAK = re.compile(r"[;:()\[\]—–]|,\s|\s[-|]\s")
_DATED = ("hour", "day", "week", "month", "quarter", "half", "year", "part")


@dataclass(frozen=True, slots=True)
class Slot:
    """One answer in one claim. ``span`` is inside the claim's part; ``kind`` tells which slots may be compared."""

    claim: Claim
    field: Field
    kind: str
    span: Span
    raw: str
    answer: Answer

    def __hash__(self) -> int:
        """Hash by place: much is remembered of a slot, and all of its claim would be read each time."""
        return hash((self.claim.claim_id, self.span.start, self.span.end, self.kind))

    @property
    def base(self) -> str:
        """The kind without the group of its opposition: that by which answers are compared."""
        return self.kind.partition(" ")[0]

    @property
    def clause(self) -> Span:
        """The words around the slot up to the nearest break on either side, at least CLAUSE_WORDS of them."""
        return _clause(self.claim.quote, self.span.start - self.claim.start, self.span.end - self.claim.start)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the questions of two slots are, in standard deviations above the usual pair of one story.

    ``rank_a``: how many slots of b's article are more like a's question than b is; ``lead``: how far the pair is
    ahead of the best other pair of either slot (negative: behind).
    """

    sentence: float
    clause: float
    slot: float
    rank_a: int
    rank_b: int
    lead: float


def of_claims(claims: Iterable[Claim]) -> tuple[Slot, ...]:
    """Return the slots of one article's claims, in reading order."""
    return tuple(slot for claim in claims for slot in _slots(claim))


def _slots(claim: Claim) -> Iterator[Slot]:
    if claim.kind is ClaimKind.QUANTITY and claim.quantity is not None:
        yield Slot(claim, Field.VALUE, "value", claim.focus, claim.quantity.raw, claim.quantity)
    elif claim.kind is ClaimKind.QUOTATION and claim.attribution is not None:
        raw = claim.quote[claim.focus.start - claim.start : claim.focus.end - claim.start]
        yield Slot(claim, Field.ATTRIBUTION, "quotation", claim.focus, raw, claim.attribution)
    elif claim.kind is ClaimKind.EVENT:
        yield from _event_slots(claim)


def _event_slots(claim: Claim) -> Iterator[Slot]:
    yield Slot(claim, Field.STATEMENT, STATEMENT, Span(claim.start, claim.end), claim.quote, None)
    for time in claim.times:
        if time.granularity in _DATED:
            kind = "date said" if time.kind == "reported" else "date"
            yield Slot(claim, Field.DATE, kind, Span(time.start, time.end), time.raw, time)
    for entity in claim.entities:
        field = Field.PLACE if entity.kind == "place" else Field.ENTITY
        kind = SPEAKER if _speaks(claim, entity) else "name"
        yield Slot(claim, field, kind, Span(entity.start, entity.end), entity.raw, entity)
    for cue in claim.cues:
        span = Span(cue.start, cue.end)
        if cue.kind in ("direction", "outcome"):
            yield Slot(claim, Field.DIRECTION, cue.kind, span, cue.raw, cue)
        elif cue.kind == "pole" and cue.group not in DIRECTIONS:
            yield Slot(claim, Field.POLARITY, f"pole {cue.group}", span, cue.raw, cue)
        elif cue.kind == "status":
            yield Slot(claim, Field.STATUS, "status", span, cue.raw, cue)


def _speaks(claim: Claim, entity: Entity) -> bool:
    """Return whether a name stands beside the verb of saying as its speaker: that tells who reports, not what happened.

    ("His body was found on Tuesday, Coroner Gary Hale said")
    """
    said = claim.attribution
    if said is None or not said.cue or not any(word in said.speaker for word in entity.raw.split()):
        return False
    before, behind = claim.quote[: entity.start - claim.start], claim.quote[entity.end - claim.start :]
    if behind.lstrip().startswith(said.cue):
        return True
    title = before.rpartition(said.cue)[2]
    return len(title) < min(len(before), TITLE) and not any(mark in title for mark in ",;:")


@dataclass(frozen=True, slots=True)
class Frame:
    """One article's slots with the centred unit vectors of their sentences, clauses and of themselves, row by row.

    ``kept`` holds the vectors of the article's kept sentences, in reading order.
    """

    article_id: str
    slots: tuple[Slot, ...]
    kept: Matrix
    sentences: Matrix
    clauses: Matrix
    vectors: Matrix


def frames(
    by_article: Mapping[str, Sequence[Slot]],
    sentences: Mapping[str, Sequence[str]],
    embedder: Embedder,
    reference: Reference,
) -> dict[str, Frame]:
    """Embed each sentence once and return a frame per article; ``sentences`` are the kept sentences of each."""
    spans: dict[str, dict[Span, None]] = {text: {} for kept in sentences.values() for text in kept}
    for slots in by_article.values():
        for slot in slots:
            here = spans.setdefault(slot.claim.quote, {})
            here.setdefault(_local(slot))
            here.setdefault(slot.clause)
    texts = sorted(spans)
    wholes, parts = embedder.embed_spans(texts, [tuple(sorted(spans[t], key=_order)) for t in texts])
    wholes = reference.centre_sentences(wholes)
    row = {text: n for n, text in enumerate(texts)}
    place = {(text, s): n for text in texts for n, s in enumerate(sorted(spans[text], key=_order))}
    empty = np.zeros((0, embedder.dim), np.float32)

    def pick(slots: Sequence[Slot], span: Callable[[Slot], Span]) -> Matrix:
        rows = [parts[row[s.claim.quote]][place[s.claim.quote, span(s)]] for s in slots]
        return np.stack(rows) if rows else empty

    return {
        article_id: Frame(
            article_id,
            tuple(slots),
            wholes[[row[text] for text in sentences[article_id]]],
            wholes[[row[slot.claim.quote] for slot in slots]],
            reference.centre_sentences(pick(slots, lambda slot: slot.clause)),
            reference.centre_slots(pick(slots, _local)),
        )
        for article_id, slots in by_article.items()
    }


def _order(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _clause(text: str, start: int, end: int) -> Span:
    left = [m.end() for m in _BREAK.finditer(text, 0, start)]
    right = [m.start() for m in _BREAK.finditer(text, end)] + [len(text)]
    low, high = (left.pop() if left else 0), right.pop(0)
    while len(text[low:high].split()) < CLAUSE_WORDS and (low > 0 or high < len(text)):
        if low > 0:
            low = left.pop() if left else 0
        elif right:
            high = right.pop(0)
    return Span(low, high)


def clauses(text: str) -> tuple[Span, ...]:
    """Return the clauses of a sentence between breaks, of CLAUSE_WORDS words or more; none if it is one clause."""
    edges = [0, *(edge for m in _BREAK.finditer(text) for edge in (m.start(), m.end())), len(text)]
    spans = [Span(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    return tuple(s for s in spans if len(text[s.start : s.end].split()) >= CLAUSE_WORDS) if len(spans) > 1 else ()


def _local(slot: Slot) -> Span:
    return Span(slot.span.start - slot.claim.start, slot.span.end - slot.claim.start)


def pairs(a: Frame, b: Frame, reference: Reference) -> Iterator[tuple[int, int, Likeness]]:
    """Yield (row in a, row in b, likeness) for the slot pairs of two articles that may answer one question.

    Of all comparable pairs those are kept in which either slot is among the NEAREST of the other.
    """
    if not a.slots or not b.slots:
        return
    sentence = reference.scale_sentences(a.sentences @ b.sentences.T)
    clause = reference.scale_sentences(a.clauses @ b.clauses.T)
    slot = reference.scale_slots(a.vectors @ b.vectors.T)
    for left, right in _groups(a.slots, b.slots):
        allowed = _allowed(a.slots, b.slots, left, right)
        parts = [table[np.ix_(left, right)] for table in (sentence, clause, slot)]
        near = np.where(allowed, parts[0] + parts[1] + parts[2], -np.inf)
        rank_a, rank_b = _ranks(near), _ranks(near.T).T
        kept = np.nonzero(allowed & ((rank_a < NEAREST) | (rank_b < NEAREST)))
        tables: list[NDArray[Any]] = [*parts, rank_a, rank_b]
        likes = map(Likeness, *(table[kept].tolist() for table in tables), _leads(near, kept))
        rows, columns = (places.tolist() for places in kept)
        for i, j, like in zip(rows, columns, likes, strict=True):
            yield left[i], right[j], like


def _ranks(near: Matrix) -> NDArray[np.int64]:
    """Return for each entry how many of its row are greater."""
    order = np.argsort(-near, axis=1, kind="stable")
    falling = np.take_along_axis(near, order, axis=1)
    first = np.where(falling[:, 1:] != falling[:, :-1], np.arange(1, near.shape[1]), 0)
    ranks = np.zeros(near.shape, np.int64)
    np.put_along_axis(ranks, order[:, 1:], np.maximum.accumulate(first, axis=1), axis=1)
    return ranks


def _groups(a: Sequence[Slot], b: Sequence[Slot]) -> Iterator[tuple[list[int], list[int]]]:
    """Rows of slots of one kind; poles meet only inside their group."""
    left: dict[str, list[int]] = defaultdict(list)
    right: dict[str, list[int]] = defaultdict(list)
    for n, slot in enumerate(a):
        left[slot.kind].append(n)
    for n, slot in enumerate(b):
        right[slot.kind].append(n)
    for kind in sorted(set(left) & set(right)):
        yield left[kind], right[kind]


def _allowed(a: Sequence[Slot], b: Sequence[Slot], left: list[int], right: list[int]) -> NDArray[np.bool_]:
    """Return which of the slots of one kind can be set against each other: all but quantities of other measures."""
    ours, theirs = [_measure(a[n]) for n in left], [_measure(b[n]) for n in right]
    rows, columns = sorted(set(ours)), sorted(set(theirs))
    table = np.array([[_convertible(*one, *other) for other in columns] for one in rows], bool)
    return table[np.ix_([rows.index(one) for one in ours], [columns.index(one) for one in theirs])]


def _leads(near: Matrix, at: tuple[NDArray[np.int64], ...]) -> list[float]:
    """Return how far entries are ahead of the greatest other of their row and column; ALONE where there is none."""
    ahead = near[at] - np.maximum(_others(near), _others(near.T).T)[at]
    return [float(x) for x in np.where(np.isfinite(ahead), ahead, ALONE)]


def _others(near: Matrix) -> Matrix:
    """Return for each entry the greatest other of its row."""
    row, greatest = np.arange(len(near)), near.argmax(axis=1)
    rest = near.copy()
    rest[row, greatest] = -np.inf
    others = np.repeat(near[row, greatest][:, None], near.shape[1], axis=1)
    others[row, greatest] = rest.max(axis=1)
    return others


def comparable(a: Quantity, b: Quantity) -> bool:
    """Return whether two quantities can be set against each other: one dimension and units that convert."""
    return _convertible(a.dimension, a.unit, b.dimension, b.unit)


def _measure(slot: Slot) -> tuple[str, str]:
    return (slot.answer.dimension, slot.answer.unit) if isinstance(slot.answer, Quantity) else ("", "")


@lru_cache(maxsize=65536)
def _convertible(dimension: str, unit: str, other: str, other_unit: str) -> bool:
    if dimension != other:
        return False
    return units.may_equal(unit, other_unit) or units.compatible(dimension, unit, other_unit)
