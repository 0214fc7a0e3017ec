"""The confidence of findings set against what reviewers ruled: a line through the log-odds, and what would change.

The line is fitted by penalised logistic regression (Platt scaling, held to "no change" by a weak prior), and judged
on findings that it was not fitted on. Each relation and kind of answer with enough rulings has a line of its own.
Nothing is written: the result is a proposal for the settings file.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.match.answers import ASSERTION
from reconcile.model import REFERENCE
from reconcile.publish import quality
from reconcile.publish.quality import Share
from reconcile.publish.read import query

HALF = 0.5
FOLDS = 5
FEWEST, FEWEST_EACH = 30, 5
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
class Seen:
    """A finding as far as a threshold minds it: ``right`` is what was ruled, None where nothing was."""

    relation: str
    kind: str
    confidence: float
    right: bool | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rulings say of one threshold: ``relation`` and the ``kinds`` of answers that it counts for.

    ``pooled`` kinds have too few rulings of their own. ``before`` and ``after`` are Brier scores (0 is best) on
    findings left out of the fit; ``threshold`` is the confidence under which the relation is more often wrong than
    right, None where nothing is to be changed, and ``why`` says why. ``below`` and ``above`` are the ruled findings
    on either side of it, ``hidden`` and ``shown`` all findings.
    """

    relation: str
    kinds: tuple[str, ...]
    pooled: bool
    ruled: Share
    why: str
    before: float | None = None
    after: float | None = None
    threshold: float | None = None
    below: Share | None = None
    above: Share | None = None
    hidden: int = 0
    shown: int = 0


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


_EVERY = """SELECT f.finding_id, f.relation, f.confidence, o.field AS kind
  FROM findings f JOIN comparisons o ON o.finding_id = f.finding_id AND o.role = 'assertion'
  WHERE NOT EXISTS (SELECT 1 FROM articles a WHERE a.kind = :reference AND a.source IN (f.source_a, f.source_b))
  ORDER BY f.finding_id, o.position"""


def seen(conn: sqlite3.Connection) -> list[Seen]:
    """Return every finding between articles whose threshold can be set, with what was ruled on it."""
    ruled = {row["finding_id"]: row["right"] for row in quality.ruled(conn)}
    every = {row["finding_id"]: row for row in query(conn, _EVERY, {"reference": REFERENCE})}
    settable = {comparison.field for comparison in ASSERTION.values()}
    return [
        Seen(row["relation"], row["kind"], row["confidence"], ruled.get(finding_id))
        for finding_id, row in every.items()
        if row["kind"] in settable
    ]


def calibrate(findings: Iterable[Seen]) -> list[Proposal]:
    """Return what the rulings say of each relation and kind of answer; kinds with too few are taken together."""
    groups: dict[str, dict[str, list[Seen]]] = {}
    for one in findings:
        groups.setdefault(one.relation, {}).setdefault(one.kind, []).append(one)
    made = []
    for relation in sorted(groups):
        kinds = groups[relation]
        rest = [kind for kind in sorted(kinds) if len(_ruled(kinds[kind])) < FEWEST]
        made += [_proposal((kind,), kinds[kind], pooled=False) for kind in sorted(kinds) if kind not in rest]
        together = [one for kind in rest for one in kinds[kind]]
        if _ruled(together):
            made.append(_proposal(tuple(rest), together, pooled=True))
    return made


def _ruled(findings: Iterable[Seen]) -> list[tuple[float, bool]]:
    return [(one.confidence, one.right) for one in findings if one.right is not None]


def _counted(name: str, rows: Sequence[tuple[float, bool]]) -> Share:
    right = sum(ok for _, ok in rows)
    return Share(name, right, len(rows), right / len(rows) if rows else 0.0, *quality.wilson(right, len(rows)))


def _proposal(kinds: tuple[str, ...], findings: Sequence[Seen], *, pooled: bool) -> Proposal:
    rows = _ruled(findings)
    base = Proposal(findings[0].relation, kinds, pooled, _counted("ruled", rows), "", shown=len(findings))
    confirmed = base.ruled.right
    if len(rows) < FEWEST or min(confirmed, len(rows) - confirmed) < FEWEST_EACH:
        return replace(
            base, why=f"too few: {FEWEST} rulings are needed, {FEWEST_EACH} of them for and {FEWEST_EACH} against"
        )
    lines = [fit([row for n, row in enumerate(rows) if n % FOLDS != fold]) for fold in range(FOLDS)]
    refitted = [(lines[n % FOLDS].refit(confidence), right) for n, (confidence, right) in enumerate(rows)]
    base = replace(base, before=brier(rows), after=brier(refitted))
    line = fit(rows)
    threshold = math.ceil(100 * _share(-line.shift / line.slope)) / 100 if line.slope > 0 else 0.0
    below = _counted("below", [row for row in rows if row[0] < threshold])
    if base.after is not None and base.before is not None and base.after >= base.before:
        return replace(base, why="keep: a refit is no better than the confidence as it is")
    if not 0 < threshold < 1 or not below.of:
        return replace(base, why="keep: no threshold would leave out more wrong ones than right ones")
    if below.high >= HALF:
        return replace(base, why=f"keep: under {threshold:.2f} it may still be right as often as wrong")
    above = _counted("above", [row for row in rows if row[0] >= threshold])
    hidden = sum(one.confidence < threshold for one in findings)
    found = replace(base, why=f"raise to {threshold:.2f}", threshold=threshold, below=below, above=above)
    return replace(found, hidden=hidden, shown=len(findings) - hidden)


def settings_table(
    proposals: Iterable[Proposal], packaged: Mapping[str, float], given: Mapping[str, float]
) -> dict[str, float]:
    """Return the whole ``[match]`` table that says what is proposed; what is in force for other kinds stays.

    :param packaged: the thresholds of the model; ``given``: those of the settings file, which go before them.
    """
    table = dict(given)
    for found in sorted(proposals, key=lambda p: not p.pooled):
        if found.threshold is None:
            continue
        meant = {kind for kind, comparison in ASSERTION.items() if comparison.field in found.kinds}
        if not found.pooled:
            table |= {f"{found.relation}:{kind}": found.threshold for kind in meant}
            continue
        table[found.relation] = found.threshold  # which counts for every kind that has no threshold of its own
        for kind in ASSERTION:
            now = _in_force(found.relation, kind, packaged, given)
            wanted = max(now, found.threshold) if kind in meant else now
            table.pop(f"{found.relation}:{kind}", None)
            if wanted != found.threshold:
                table[f"{found.relation}:{kind}"] = wanted
    return dict(sorted(table.items()))


def _in_force(relation: str, kind: str, packaged: Mapping[str, float], given: Mapping[str, float]) -> float:
    """Return the threshold of a kind as it is now."""
    own = f"{relation}:{kind}"
    order = (given.get(own), given.get(relation), packaged.get(own), packaged.get(relation))
    return next((value for value in order if value is not None), 1.0)


def calibration_text(proposals: Sequence[Proposal], table: Mapping[str, float]) -> str:
    """Return the proposals in words, with the lines for ``reconcile.toml``; they say where to leave things be."""
    if not proposals:
        return "nothing has been ruled on yet\n"
    parts = []
    for found in proposals:
        name = f"{found.relation}, {' and '.join(found.kinds)}{' (taken together)' if found.pooled else ''}"
        lines = [name, f"  ruled: {_said(found.ruled)}"]
        if found.before is not None:
            lines.append(
                f"  Brier score on findings left out of the fit: {found.before:.4f} now, {found.after:.4f} refitted"
            )
        lines.append(f"  {found.why}")
        if found.below is not None and found.above is not None:
            lines += [
                f"  under it: {_said(found.below)}; from it on: {_said(found.above)}",
                f"  {found.hidden} of all {found.hidden + found.shown} would no longer be said, {found.shown} stay",
            ]
        parts.append("\n".join(lines) + "\n")
    if any(found.threshold is not None for found in proposals):
        lines = [
            f"{name} = {value:.2f}" if ":" not in name else f'"{name}" = {value:.2f}' for name, value in table.items()
        ]
        parts.append("To say so, put this into reconcile.toml and run again; nothing has been changed:\n")
        parts.append("\n".join(["[match]", *lines]) + "\n")
    return "\n".join(parts)


def _said(share: Share) -> str:
    return f"{share.right} of {share.of} right ({share.share:.2f}, 95 % {share.low:.2f}-{share.high:.2f})"
