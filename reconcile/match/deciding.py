"""The deciding words of a contradiction that the judge reads in two whole sentences: the clause that carries it.

Each clause of either sentence is judged against the whole other sentence; the one that contradicts it most stands for
its sentence, unless the contradiction lives in the sentence as a whole (occlusion, as in Zeiler and Fergus 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconcile.match.findings import Decided
from reconcile.match.judge import Judge, Pair, key_of
from reconcile.match.slots import STATEMENT, Slot, clauses
from reconcile.model import Relation, Span

SHARE = 0.7  # of the whole sentence's probability that a clause alone must reach


def narrowed(decided: Sequence[Decided], judge: Judge | None) -> list[Decided]:
    """Return the same pairs; contradictions of whole sentences with the spans of their deciding clauses."""
    if judge is None:
        return list(decided)
    asked = {key for one in decided for side in (0, 1) for key in _keys(one, side).values()}
    said = dict(zip(sorted(asked), (o.conflict for o in judge.opinions(sorted(asked))), strict=True))
    return [_narrow(one, said) for one in decided]


def _narrow(one: Decided, said: dict[Pair, float]) -> Decided:
    slots = [one.pairing.a, one.pairing.b]
    whole = one.pairing.opinion.conflict if one.pairing.opinion else 1.0
    for side in (0, 1):
        found = {span: said[key] for span, key in _keys(one, side).items()}
        best = max(found, key=lambda span: (found[span], -span.start), default=None)
        if best is not None and found[best] >= SHARE * whole:
            slots[side] = _within(slots[side], best)
    return replace(one, pairing=replace(one.pairing, a=slots[0], b=slots[1]))


def _keys(one: Decided, side: int) -> dict[Span, Pair]:
    """Return what is asked about each clause of one side, if the pair is a contradiction of whole sentences."""
    if one.pairing.a.kind != STATEMENT or one.relation is not Relation.CONFLICT:
        return {}
    slot, other = (one.pairing.a, one.pairing.b)[:: 1 if side == 0 else -1]
    quote = slot.claim.quote
    return {span: key_of(quote[span.start : span.end], other.claim.quote) for span in clauses(quote)}


def _within(slot: Slot, clause: Span) -> Slot:
    start = slot.claim.start
    raw = slot.claim.quote[clause.start : clause.end]
    return replace(slot, span=Span(start + clause.start, start + clause.end), raw=raw)
