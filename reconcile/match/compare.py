"""The comparison table as a whole, and the evaluation of a pairing.

Identity comparisons tell whether two slots answer one question, the assertion comparison of the slots' own kind
whether they give one answer, context comparisons explain an update. The weight of every rung is learned
(``relate.py``).
"""

from __future__ import annotations

from reconcile.match.answers import ASSERTION, CONTEXT
from reconcile.match.declare import Comparison, Pairing
from reconcile.match.identity import IDENTITY
from reconcile.match.slots import Likeness, Slot, comparable
from reconcile.match.values import quantities_of
from reconcile.model import FieldOutcome, Outcome

NOTHING = Likeness(0, 0, 0, 0, 0, 0)
COMPARISONS: tuple[Comparison, ...] = (*IDENTITY, *ASSERTION.values(), *CONTEXT)


def assertion(pairing: Pairing) -> Comparison:
    """Return the comparison of the slots' own field."""
    return ASSERTION[pairing.a.kind.partition(" ")[0]]


def one_answer(a: Slot, b: Slot) -> bool:
    """Return whether two slots of one kind (no quotations) give one answer, however alike their questions are."""
    pairing = Pairing(a, b, NOTHING)
    measured = quantities_of(pairing)
    if measured is not None and not comparable(*measured):
        return False
    return assertion(pairing).level(pairing).outcome is Outcome.AGREE


def compare(pairing: Pairing) -> tuple[FieldOutcome, ...]:
    """Evaluate every comparison that applies; the first row is the assertion."""
    made = [assertion(pairing), *(c for c in (*IDENTITY, *CONTEXT) if c.applies(pairing))]
    return tuple(outcome(comparison, pairing) for comparison in made)


def outcome(comparison: Comparison, pairing: Pairing) -> FieldOutcome:
    """Return what one comparison says of a pairing, without a weight."""
    level = comparison.level(pairing)
    a, b = comparison.show(pairing.a), comparison.show(pairing.b)
    return FieldOutcome(comparison.field, comparison.role, level.name, level.label, level.outcome, a, b)


__all__ = [
    "ASSERTION", "COMPARISONS", "CONTEXT", "IDENTITY", "NOTHING", "assertion", "compare", "one_answer", "outcome",
]  # fmt: skip
