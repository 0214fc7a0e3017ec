"""Which pairs the judge is asked about: those of which some opinion would change what is said.

Reading two sentences is the dearest step of a run, and most candidate pairs are so far from one question that they
stay unrelated whatever the judge says. All opinions that the comparisons can tell apart are tried on the relation
weights beforehand (a bound, as in branch and bound); a pair that none of them relates is not asked about. The findings
are the same as if all had been asked.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from reconcile.match.compare import HEARS, NOTHING, Rows, assertion, outcome, unheard
from reconcile.match.declare import Pairing
from reconcile.match.identity import IDENTITY
from reconcile.match.judge import FIELDS, Opinion
from reconcile.match.relate import CLASSES, POSSIBLE, RelationModel
from reconcile.match.slots import STATEMENT, Slot
from reconcile.model import Claim, ClaimKind, Field, Outcome, Relation, Span

UNRELATED = CLASSES.index(Relation.UNRELATED)
STEPS = 20  # opinions are tried in steps of one in so many
SLACK = 1e-6  # of a probability: sums in another order

Totals = NDArray[np.float64]


class Asking:
    """Tells of pairings whether their relation could hang on the judge's opinion, by one model's weights."""

    def __init__(self, model: RelationModel) -> None:
        self._model = model
        self._tried: dict[str, list[tuple[Outcome | None, Totals]]] = {}
        self._least: dict[tuple[str, Outcome], tuple[list[int], Totals, Totals]] = {}

    def needed(self, pairing: Pairing) -> bool:
        """Return whether some opinion, or none, would make more of the pair than unrelated; always if it is retold."""
        if pairing.a.kind == "quotation":
            return False
        if pairing.retold:
            return True
        rows = pairing.known or unheard(pairing)
        if pairing.a.kind != STATEMENT and rows[0].outcome is Outcome.NO_EVIDENCE:
            return False
        totals = np.array(self._model.totals(pairing.a.kind, rows, start=True))
        return any(
            self._relates(pairing.a.kind, said or rows[0].outcome, totals, added)
            for said, added in self._opinions(pairing.a.base)
        )

    def _relates(self, kind: str, said: Outcome, totals: Totals, added: Totals) -> bool:
        """Return whether any row that is added gives a relation that the assertion allows and that is sure enough."""
        if (kind, said) not in self._least:
            self._least[kind, said] = self._bounds(kind, said, added)
        columns, least_of, behind = self._least[kind, said]
        if (totals - totals[UNRELATED] < behind).all():
            return False
        totals = totals + added
        odds = np.exp(totals[:, columns] - totals.max(axis=1, keepdims=True))
        return bool((odds >= least_of * odds.sum(axis=1, keepdims=True)).any())

    def _bounds(self, kind: str, said: Outcome, added: Totals) -> tuple[list[int], Totals, Totals]:
        """Return the classes that the assertion allows, the least probability of each to be said, and of every class
        how far ahead of ``unrelated`` it must be before the opinion, whichever that is, for a probability so large.
        """
        relations = [c for c in CLASSES if c in POSSIBLE[said]]
        least = [2.0 if c is Relation.UNRELATED else self._model.threshold(c, kind) - SLACK for c in relations]
        most = (added - added[:, [UNRELATED]]).max(axis=0)
        behind = np.full(len(CLASSES), np.inf)
        for c, floor in zip(relations, least, strict=True):
            if floor < 1:
                behind[CLASSES.index(c)] = (math.log(floor / (1 - floor)) if floor > 0 else -np.inf) - SLACK
        return [CLASSES.index(c) for c in relations], np.array(least), behind - most

    def _opinions(self, base: str) -> list[tuple[Outcome | None, Totals]]:
        """Return what each opinion adds to the totals of a kind, grouped by what it asserts (None: the slots do)."""
        if base not in self._tried:
            grouped: dict[Outcome | None, list[list[float]]] = {}
            for rows in _told(base):
                said = rows[0].outcome if base == STATEMENT else None
                if said is not Outcome.NO_EVIDENCE:
                    grouped.setdefault(said, []).append(self._model.totals(base, rows))
            self._tried[base] = [(said, np.array(added)) for said, added in grouped.items()]
        return self._tried[base]


@cache
def _told(base: str) -> tuple[Rows, ...]:
    """Return the different rows that opinions lead to, of any pair; the assertion first where the judge makes it."""
    claim = Claim("", "", "", "text", 0, 0, "", Span(0, 0), ClaimKind.EVENT, "")
    slot = Slot(claim, Field.STATEMENT, base, Span(0, 0), "", None)
    pairing = Pairing(slot, slot, NOTHING)
    heard = [c for c in IDENTITY if c.field in HEARS and c.applies(pairing)]
    if base == STATEMENT:
        heard = [assertion(pairing), *heard]
    found: dict[tuple[str, ...], Rows] = {}
    for opinion in (None, *_opinions()):
        rows = tuple(outcome(comparison, replace(pairing, opinion=opinion)) for comparison in heard)
        found.setdefault(tuple(row.level for row in rows), rows)
    return tuple(found.values())


@cache
def _opinions() -> tuple[Opinion, ...]:
    """Return opinions along the sides of the triangle of probabilities and amid it, of each field."""
    steps = [n / STEPS for n in range(STEPS + 1)]
    sides = [*((s, 0.0) for s in steps), *((0.0, s) for s in steps), *((1 - s, s) for s in steps), (1 / 3, 1 / 3)]
    fields = [tuple(float(f is field) for f in FIELDS) for field in FIELDS]
    return tuple(Opinion(a, c, 1 - a - c, field) for (a, c), field in product(sides, fields))
