"""What decisions say about the findings: precision with intervals, calibration, agreement of reviewers.

Only rulings that still hold (on the words and values as they are now) count, and ``unsure`` is left out. A ruling on
all pairs of a conflict counts once, for the pair that the reviewer looked at: the others say the same over again.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from reconcile.publish.read import query

Z95 = 1.959964
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

# Which rulings say that the machine's relation was right.
RIGHT = {
    "conflict": ("conflict",),
    "update": ("update",),
    "scope": ("scope",),
    "agree": ("not-a-conflict",),
    "compatible": ("not-a-conflict",),
}

_RULED = """SELECT f.finding_id, f.relation, f.field, f.confidence, d.ruling, d.reason,
    coalesce((SELECT o.field || ': ' || o.label FROM comparisons o WHERE o.finding_id = f.finding_id
      AND o.role = 'assertion' AND o.outcome IN ('disagree', 'near', 'agree') ORDER BY o.position LIMIT 1), '') AS rule
  FROM decisions_current d JOIN findings f ON f.finding_id = d.finding_id AND f.digest = d.digest
  WHERE d.ruling <> 'unsure' AND d.made_on IN ('', d.finding_id) ORDER BY f.finding_id"""

_VOTES = """SELECT d.finding_id, d.reviewer, d.ruling FROM decisions_standing d
  JOIN findings f ON f.finding_id = d.finding_id AND f.digest = d.digest
  WHERE d.made_on IN ('', d.finding_id) ORDER BY d.finding_id, d.reviewer"""

_STALE = "SELECT * FROM decisions_stale WHERE :reviewer IS NULL OR reviewer = :reviewer LIMIT 200"


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``of``, with the Wilson 95 % interval; ``name`` is what they have in common."""

    name: str
    right: int
    of: int
    share: float
    low: float
    high: float


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the Wilson score interval (95 %) of a share; (0, 1) where nothing was counted."""
    if of <= 0:
        return 0.0, 1.0
    share, z2 = right / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def ruled(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every finding with a ruling that holds, its field, confidence and rule, and whether it was ``right``."""
    rows = query(conn, _RULED)
    return [{**row, "right": row["ruling"] in RIGHT.get(row["relation"], ())} for row in rows]


def shares(rows: Iterable[Mapping[str, Any]], name: str) -> list[Share]:
    """Return the share that was right for each value of ``name``, the most decided first."""
    counts: dict[str, list[int]] = {}
    for row in rows:
        count = counts.setdefault(str(row[name]), [0, 0])
        count[0] += row["right"]
        count[1] += 1
    found = [Share(value, k, n, k / n, *wilson(k, n)) for value, (k, n) in counts.items()]
    return sorted(found, key=lambda s: (-s.of, s.name))


def calibration(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return, by range of confidence, how sure the machine was on average and how often it was right."""
    made = []
    for low, high in pairwise(BINS):
        inside = [r for r in rows if low <= r["confidence"] < high or (high == 1.0 and r["confidence"] == 1.0)]
        if inside:
            right = sum(r["right"] for r in inside)
            mean = sum(r["confidence"] for r in inside) / len(inside)
            share = Share(f"{low:g} to {high:g}", right, len(inside), right / len(inside), *wilson(right, len(inside)))
            made.append({"mean": mean, "share": share})
    return made


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree on what both have ruled on; ``kappa`` is None where chance alone would agree."""

    a: str
    b: str
    both: int
    same: int
    kappa: float | None


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of paired rulings; None for none, or where both always gave one same ruling.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    total = len(pairs)
    if not total:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / total
    chance = sum(first[name] * second[name] for name in first) / total**2
    return None if chance >= 1.0 else (observed - chance) / (1 - chance)


def agreement(conn: sqlite3.Connection) -> list[Agreement]:
    """Return every two reviewers with findings in common, those with most first."""
    votes: dict[str, dict[str, str]] = {}
    for row in query(conn, _VOTES):
        votes.setdefault(row["finding_id"], {})[row["reviewer"]] = row["ruling"]
    common: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for given in votes.values():
        for a, b in combinations(sorted(given), 2):
            common.setdefault((a, b), []).append((given[a], given[b]))
    found = [Agreement(a, b, len(p), sum(x == y for x, y in p), kappa(p)) for (a, b), p in common.items()]
    return sorted(found, key=lambda g: (-g.both, g.a, g.b))


def report(conn: sqlite3.Connection, *, stale_of: str | None = None) -> dict[str, Any]:
    """Return everything above, and the rulings that no longer hold: of one reviewer or, for None, of all."""
    rows = ruled(conn)
    conflicts = [row for row in rows if row["relation"] == "conflict"]
    return {
        "relations": shares(rows, "relation"),
        "fields": shares(conflicts, "field"),
        "rules": shares(conflicts, "rule"),
        "why": dict(Counter(r["reason"] for r in rows if r["reason"]).most_common()),
        "calibration": calibration(conflicts),
        "agreement": agreement(conn),
        "stale": list(query(conn, _STALE, {"reviewer": stale_of})),
    }


def quality_text(found: Mapping[str, Any]) -> str:
    """Return a report as text."""
    from reconcile.publish.terminal import table

    parts = []
    for name, heading in (("relations", "relation"), ("fields", "what differs"), ("rules", "rule")):
        rows = [
            {heading: s.name or "-", "right": f"{s.right} of {s.of}", "share": f"{s.share:.2f}",
             "95 %": f"{s.low:.2f}-{s.high:.2f}"}
            for s in found[name]
        ]  # fmt: skip
        if rows:
            parts.append(table(rows, (heading, "right", "share", "95 %"), limits={heading: 60}))
    bins = [
        {"confidence": c["share"].name, "mean": f"{c['mean']:.2f}", "right": f"{c['share'].right} of {c['share'].of}"}
        for c in found["calibration"]
    ]
    if bins:
        parts.append(table(bins, ("confidence", "mean", "right")))
    pairs = [
        {
            "reviewers": f"{g.a}, {g.b}",
            "both": g.both,
            "alike": g.same,
            "kappa": "-" if g.kappa is None else f"{g.kappa:.2f}",
        }
        for g in found["agreement"]
    ]
    if pairs:
        parts.append(table(pairs, ("reviewers", "both", "alike", "kappa")))
    if found["stale"]:
        parts.append(
            f"{len(found['stale'])} rulings no longer count: their words or values changed, or they are gone\n"
        )
    return "\n".join(parts) or "nothing has been ruled on yet\n"
