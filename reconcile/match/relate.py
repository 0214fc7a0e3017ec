"""From the rungs of a comparison to a relation and a confidence.

A softmax over relations: each (comparison, level) has one learned weight per relation, shared by all fields, and one
of its own per field (``relations.json``, trained by ``training/relations.py``). Arithmetic has the first word: what
agrees within rounding can be no conflict, what differs can be no agreement. The confidence is the calibrated
probability of the relation, measured on stories that were left out of training.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconcile.errors import ModelError
from reconcile.model import FieldOutcome, Outcome, Relation

WEIGHTS = Path(__file__).with_name("relations.json")
WITHOUT_JUDGE = Path(__file__).with_name("relations-rules.json")
CLASSES = (
    Relation.AGREE,
    Relation.COMPATIBLE,
    Relation.UPDATE,
    Relation.SCOPE,
    Relation.CONFLICT,
    Relation.UNRELATED,
)
POSSIBLE: Mapping[Outcome, frozenset[Relation]] = {
    Outcome.AGREE: frozenset({Relation.AGREE, Relation.COMPATIBLE, Relation.UNRELATED}),
    Outcome.NEAR: frozenset({Relation.AGREE, Relation.COMPATIBLE, Relation.UNRELATED}),
    Outcome.DISAGREE: frozenset(
        {Relation.COMPATIBLE, Relation.UPDATE, Relation.SCOPE, Relation.CONFLICT, Relation.UNRELATED}
    ),
    Outcome.NO_EVIDENCE: frozenset({Relation.UNRELATED}),
}

Rung = tuple[str, str, str]  # kind of slots, field and level


@dataclass(frozen=True, slots=True)
class RelationModel:
    """Weights per feature (one per class, in the order of CLASSES), and the confidence from which a relation is said.

    ``shift``: log-odds that two texts known to be about one event gain over two sentences of one story.
    """

    weights: Mapping[str, tuple[float, ...]]
    thresholds: Mapping[str, float]
    shift: float = 0.0
    _table: NDArray[np.float64] = field(init=False, repr=False, compare=False)  # a row of weights a feature
    _rows: Mapping[str, int] = field(init=False, repr=False, compare=False)  # the row of each
    _of: dict[Rung, list[int]] = field(init=False, repr=False, compare=False)  # the rows of those of a rung

    def __post_init__(self) -> None:
        table = np.array(list(self.weights.values()), np.float64).reshape(-1, len(CLASSES))
        for name, value in (("_table", table), ("_rows", {f: n for n, f in enumerate(self.weights)}), ("_of", {})):
            object.__setattr__(self, name, value)

    def probabilities(self, kind: str, rows: Sequence[FieldOutcome], *, shift: float = 0.0) -> dict[Relation, float]:
        """Return the probability of each relation that the assertion (the first row) leaves possible.

        ``shift`` is added to the log-odds of every relation but ``unrelated``.
        """
        possible = POSSIBLE[rows[0].outcome]
        totals = self.totals(kind, rows, start=True)
        totals = [t if c is Relation.UNRELATED else t + shift for t, c in zip(totals, CLASSES, strict=True)]
        top = max(t for t, c in zip(totals, CLASSES, strict=True) if c in possible)
        shares = {c: math.exp(t - top) if c in possible else 0.0 for t, c in zip(totals, CLASSES, strict=True)}
        whole = sum(shares.values())
        return {c: share / whole for c, share in shares.items()}

    def totals(self, kind: str, rows: Sequence[FieldOutcome], *, start: bool = False) -> list[float]:
        """Return what rows add up to for each of CLASSES; with ``start`` also what every pair of the kind has."""
        base = kind.partition(" ")[0]
        held = self._known(features(kind, ())) if start else []
        for row in rows:
            rung = base, row.field, row.level
            if rung not in self._of:
                self._of[rung] = self._known(_names(kind, row))
            held += self._of[rung]
        return [float(total) for total in self._table[held].sum(axis=0)]  # added in this order

    def _known(self, names: Iterable[str]) -> list[int]:
        return [self._rows[name] for name in names if name in self._rows]

    def weigh(self, kind: str, rows: Sequence[FieldOutcome], relation: Relation) -> tuple[FieldOutcome, ...]:
        """Return the rows with the log-odds that each adds for the relation against ``unrelated``."""
        chosen, rest = CLASSES.index(relation), CLASSES.index(Relation.UNRELATED)
        weighed = []
        for row in rows:
            total = 0.0
            for name in _names(kind, row):
                weight = self.weights.get(name)
                total += weight[chosen] - weight[rest] if weight else 0.0
            weighed.append(replace(row, weight=round(total, 3)))
        return tuple(weighed)

    def threshold(self, relation: Relation, kind: str) -> float:
        """Return the least probability at which the relation is said of this kind of slot."""
        base = kind.partition(" ")[0]
        return self.thresholds.get(f"{relation}:{base}", self.thresholds.get(str(relation), 1.0))

    def decide(self, kind: str, rows: Sequence[FieldOutcome]) -> tuple[Relation, float]:
        """Return the relation and its probability; ``unrelated`` where no relation reaches its threshold."""
        shares = self.probabilities(kind, rows)
        said = [r for r in CLASSES if r is not Relation.UNRELATED and shares[r] >= self.threshold(r, kind)]
        best = max(said, key=lambda r: (shares[r], -CLASSES.index(r)), default=Relation.UNRELATED)
        return best, shares[best]


def settable() -> frozenset[str]:
    """Return the names of the thresholds that settings may give: of a relation, or of one for one kind of slot."""
    from reconcile.match.answers import ASSERTION

    said = [str(r) for r in CLASSES if r is not Relation.UNRELATED]
    return frozenset([*said, *(f"{relation}:{kind}" for relation in said for kind in ASSERTION)])


def features(kind: str, rows: Sequence[FieldOutcome]) -> list[str]:
    """Return the names of the features that hold for a compared pair."""
    base = kind.partition(" ")[0]
    return [f"kind={base}", *(name for row in rows for name in _names(kind, row))]


def _names(kind: str, row: FieldOutcome) -> tuple[str, str]:
    base = kind.partition(" ")[0]
    field = "answer" if row.field == base or (row.field == "direction" and base == "outcome") else row.field
    return f"{field}={row.level}", f"{base}:{field}={row.level}"


@lru_cache(maxsize=4)
def load(path: Path = WEIGHTS) -> RelationModel:
    """Return the packaged model. Raises ModelError when the file is missing or damaged."""
    try:
        data = json.loads(path.read_text("utf-8"))
        weights = {str(k): tuple(float(x) for x in v) for k, v in data["weights"].items()}
        thresholds = {str(k): float(v) for k, v in data["thresholds"].items()}
        classes, shift = data["classes"], float(data.get("shift", 0.0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: cannot be read as relation weights ({error}); reinstall or run training") from error
    if classes != [str(c) for c in CLASSES] or any(len(w) != len(CLASSES) for w in weights.values()):
        raise ModelError(f"{path}: classes do not fit this version; run training/relations.py")
    return RelationModel(weights, thresholds, shift)
