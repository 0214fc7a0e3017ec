"""Precision, recall and F1 of conflicts against gold, as ``reconcile evaluate stories`` counts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconcile.evaluate import GoldIndex, gold_pairs

Row = Mapping[str, Any]
Scored = tuple[float, Row]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares from 0 to 1 (None: of nothing); ``threshold`` is the least score of a finding that counts."""

    threshold: float
    findings: int
    gold: int
    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        if not self.precision or not self.recall:
            return 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


class Gold:
    """The labelled conflicts of stories."""

    def __init__(self, stories: Iterable[Row]) -> None:
        pairs = list(gold_pairs(stories))
        self._index = GoldIndex(pairs)
        self._conflicts = {number for number, pair in enumerate(pairs) if pair.relation == "conflict"}

    def at(self, found: Iterable[Scored], thresholds: Sequence[float], *, apart: bool = False) -> list[Scores]:
        """Return the scores of the findings from each threshold on, or (``apart``) of those exactly at it."""
        least = min(thresholds)
        hits = [(score, self._index.connected(row) & self._conflicts) for score, row in found if score >= least]

        def counts(score: float, threshold: float) -> bool:
            return score == threshold if apart else score >= threshold

        return [self._scores(t, [hit for score, hit in hits if counts(score, t)]) for t in thresholds]

    def best(self, found: Iterable[Scored], thresholds: Sequence[float], *, apart: bool = False) -> Scores:
        """Return the scores at the threshold with the highest F1, the first where several have it."""
        return max(self.at(found, thresholds, apart=apart), key=lambda scores: scores.f1)

    def _scores(self, threshold: float, hits: Sequence[set[int]]) -> Scores:
        right, reached = sum(map(bool, hits)), set().union(*hits)
        return Scores(
            threshold,
            findings=len(hits),
            gold=len(self._conflicts),
            precision=right / len(hits) if hits else None,
            recall=len(reached) / len(self._conflicts) if self._conflicts else None,
        )
