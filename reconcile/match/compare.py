"""The comparison table as a whole, and the evaluation of a pairing.

Identity comparisons tell whether two slots answer one question, the assertion comparison of the slots' own kind
whether they give one answer, context comparisons explain an update. The weight of every rung is learned
(``relate.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from reconcile.match.answers import ASSERTION, CONTEXT
from reconcile.match.declare import Comparison, ComparisonLevel, Pairing, Predicate, Printed
from reconcile.match.identity import IDENTITY
from reconcile.match.slots import STATEMENT, Likeness, Slot, comparable
from reconcile.model import FieldOutcome, Outcome, Quantity

NOTHING = Likeness(0, 0, 0, 0, 0, 0)
COMPARISONS: tuple[Comparison, ...] = (*IDENTITY, *ASSERTION.values(), *CONTEXT)
HEARS = ("judge", "matter")  # the identity comparisons that read the judge's opinion

Rows = tuple[FieldOutcome, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """A comparison made of one kind of slot; the row of each rung is the same for every pair, but for what is shown.

    ``last`` is the row of the rung that always holds.
    """

    field: str
    show: Printed
    rungs: tuple[tuple[Predicate, FieldOutcome], ...]
    last: FieldOutcome

    def reached(self, pairing: Pairing) -> FieldOutcome:
        """Return the row of the first rung that holds, without what is shown."""
        for holds, row in self.rungs:
            if holds(pairing):
                return row
        return self.last


@cache
def _made(base: str) -> tuple[_Made, ...]:
    """Return the comparisons made of a kind of slot; the first is the assertion."""
    of_kind = [ASSERTION[base], *(c for c in (*IDENTITY, *CONTEXT) if not c.only or base in c.only)]
    return tuple(
        _Made(c.field, c.show, tuple((x.holds, _row(c, x)) for x in c.levels[:-1]), _row(c, c.levels[-1]))
        for c in of_kind
    )


@cache
def _unheard(base: str) -> tuple[_Made, ...]:
    """Return those of them that do not read the judge's opinion."""
    return tuple(made for made in _made(base) if made.field not in (STATEMENT, *HEARS))


def _row(comparison: Comparison, level: ComparisonLevel, a: str = "", b: str = "") -> FieldOutcome:
    return FieldOutcome(comparison.field, comparison.role, level.name, level.label, level.outcome, a, b)


def assertion(pairing: Pairing) -> Comparison:
    """Return the comparison of the slots' own field."""
    return ASSERTION[pairing.a.base]


def one_answer(a: Slot, b: Slot) -> bool:
    """Return whether two slots of one kind (no quotations) give one answer, however alike their questions are."""
    return may_agree(a, b) and _made(a.base)[0].reached(Pairing(a, b, NOTHING)).outcome is Outcome.AGREE


def may_agree(a: Slot, b: Slot) -> bool:
    """Return whether some rung of agreement holds of two slots of one kind: it reads nothing but the two answers."""
    first, second, pairing = a.answer, b.answer, Pairing(a, b, NOTHING)
    if isinstance(first, Quantity) and isinstance(second, Quantity) and not comparable(first, second):
        return False
    return any(holds(pairing) for holds in _agreeing(a.base))


@cache
def _agreeing(base: str) -> tuple[Predicate, ...]:
    return tuple(level.holds for level in ASSERTION[base].levels if level.outcome is Outcome.AGREE)


def compare(pairing: Pairing) -> Rows:
    """Evaluate every comparison that applies; the first row is the assertion."""
    return shown(pairing, tuple(made.reached(pairing) for made in _made(pairing.a.base)))


def rungs(pairing: Pairing) -> Rows:
    """Return what ``compare`` does, without what is shown; nothing where the answers cannot be compared."""
    answer, *rest = _made(pairing.a.base)
    known = {row.field: row for row in pairing.known}
    row = known.get(answer.field) or answer.reached(pairing)
    if row.outcome is Outcome.NO_EVIDENCE:
        return ()
    return row, *(known.get(made.field) or made.reached(pairing) for made in rest)


def unheard(pairing: Pairing) -> Rows:
    """Return the rows that do not hang on the judge; the first alone where the answers cannot be compared."""
    first, *rest = _unheard(pairing.a.base)
    row = first.reached(pairing)
    if pairing.a.kind != STATEMENT and row.outcome is Outcome.NO_EVIDENCE:
        return (row,)
    return row, *(made.reached(pairing) for made in rest)


def shown(pairing: Pairing, rows: Sequence[FieldOutcome]) -> Rows:
    """Return the rows of a pairing with what was compared on either side."""
    return tuple(
        replace(row, a=made.show(pairing.a), b=made.show(pairing.b))
        for made, row in zip(_made(pairing.a.base), rows, strict=True)
    )


def outcome(comparison: Comparison, pairing: Pairing) -> FieldOutcome:
    """Return what one comparison says of a pairing, without a weight."""
    level = comparison.level(pairing)
    return _row(comparison, level, comparison.show(pairing.a), comparison.show(pairing.b))


__all__ = [
    "ASSERTION", "COMPARISONS", "CONTEXT", "HEARS", "IDENTITY", "NOTHING", "Rows", "assertion", "compare", "may_agree",
    "one_answer", "outcome", "rungs", "shown", "unheard",
]  # fmt: skip
