"""The confidence of conflicts set against what reviewers ruled: a line through the log-odds, and what would change.

The line is fitted by penalised logistic regression (Platt scaling, held to "no change" by a weak prior), and judged
on findings that it was not fitted on. Nothing is written: the result is a proposal for the settings file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FOLDS = 5
FEWEST, FEWEST_EACH = 20, 5
PRIOR = 1.0
STEPS = 50
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """``log-odds = slope * log-odds of the confidence + shift``; a slope of 1 and a shift of 0 change nothing."""

    slope: float = 1.0
    shift: float = 0.0

    def refit(self, confidence: float) -> float:
        """Return the confidence that the rulings speak for."""
        return _share(self.slope * _odds(confidence) + self.shift)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A proposal. Scores are Brier's (0 is best), before and after, on findings left out of the fit.

    ``threshold`` is the confidence under which a conflict is more often wrong than right, None if there is none
    between 0 and 1; ``below`` is how many of the ruled conflicts lie under it, ``below_right`` how many of those were
    confirmed.
    """

    ruled: int
    confirmed: int
    line: Line
    before: float
    after: float
    threshold: float | None
    below: int
    below_right: int


def _odds(share: float) -> float:
    share = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(share / (1 - share))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-max(min(odds, 40.0), -40.0)))


def _worth(line: Line, rows: Sequence[tuple[float, float]]) -> float:
    """The penalised log-likelihood of rows of (log-odds of the confidence, 1 or 0 for right)."""
    total = -PRIOR / 2 * (line.shift**2 + (line.slope - 1) ** 2)
    for x, right in rows:
        p = min(max(_share(line.slope * x + line.shift), 1e-15), 1 - 1e-15)
        total += math.log(p if right else 1 - p)
    return total


def _step(line: Line, rows: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Newton's step of the slope and of the shift."""
    g0, g1 = -PRIOR * line.shift, -PRIOR * (line.slope - 1)
    h00, h01, h11 = PRIOR, 0.0, PRIOR
    for x, right in rows:
        p = _share(line.slope * x + line.shift)
        g0, g1 = g0 + right - p, g1 + (right - p) * x
        weight = p * (1 - p)
        h00, h01, h11 = h00 + weight, h01 + weight * x, h11 + weight * x * x
    det = h00 * h11 - h01 * h01
    return (h00 * g1 - h01 * g0) / det, (h11 * g0 - h01 * g1) / det


def fit(rows: Sequence[tuple[float, bool]]) -> Line:
    """Return the line through pairs of confidence and whether the finding was right: Newton's method, damped."""
    read = [(_odds(confidence), float(right)) for confidence, right in rows]
    line = Line()
    worth = _worth(line, read)
    for _ in range(STEPS):
        by_slope, by_shift = _step(line, read)
        size = 1.0
        while size > 1e-6:
            tried = Line(line.slope + size * by_slope, line.shift + size * by_shift)
            value = _worth(tried, read)
            if value > worth:
                break
            size /= 2
        else:
            return line
        line, worth = tried, value
    return line


def brier(rows: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared distance of the confidence from what was ruled."""
    return sum((confidence - right) ** 2 for confidence, right in rows) / len(rows)


def calibrate(ruled: Sequence[Mapping[str, Any]]) -> Calibration | None:
    """Return what the ruled findings (``quality.ruled``) say of the confidence of conflicts; None if too few."""
    rows = [(float(r["confidence"]), bool(r["right"])) for r in ruled if r["relation"] == "conflict"]
    confirmed = sum(right for _, right in rows)
    if len(rows) < FEWEST or min(confirmed, len(rows) - confirmed) < FEWEST_EACH:
        return None
    lines = [fit([row for n, row in enumerate(rows) if n % FOLDS != fold]) for fold in range(FOLDS)]
    refitted = [(lines[n % FOLDS].refit(confidence), right) for n, (confidence, right) in enumerate(rows)]
    line = fit(rows)
    threshold = _share(-line.shift / line.slope) if line.slope > 0 else None
    under = [right for confidence, right in rows if threshold is not None and confidence < threshold]
    scores = brier(rows), brier(refitted)
    return Calibration(len(rows), confirmed, line, *scores, threshold, len(under), sum(under))


def calibration_text(found: Calibration | None, ruled: int) -> str:
    """Return the proposal in words, with the lines for ``reconcile.toml``; it says when to leave things as they are."""
    if found is None:
        return (
            f"{ruled} ruled conflicts: too few to refit. At least {FEWEST} are needed, "
            f"{FEWEST_EACH} of them confirmed and {FEWEST_EACH} not.\n"
        )
    lines = [
        f"{found.ruled} ruled conflicts, {found.confirmed} confirmed",
        f"Brier score on findings left out of the fit: {found.before:.4f} now, {found.after:.4f} refitted",
        "",
        "confidence  refitted",
        *(f"      {c:.2f}      {found.line.refit(c):.2f}" for c in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)),
        "",
    ]
    if found.after >= found.before:
        lines.append("The refit is no better than the confidence as it is: nothing to change.")
    elif found.threshold is None or not found.below:
        lines.append("No threshold would leave out more wrong conflicts than right ones: nothing to set.")
    else:
        wrong = found.below - found.below_right
        lines += [
            f"Under {found.threshold:.2f} lie {wrong} conflicts that were not confirmed, {found.below_right} were.",
            "To leave those out, put this into reconcile.toml and run again; nothing has been changed:",
            "",
            "[match]",
            f"conflict = {found.threshold:.2f}",
        ]
    return "\n".join(lines) + "\n"
