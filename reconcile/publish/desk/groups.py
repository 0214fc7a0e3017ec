"""Groups of findings on the pages: how many pairs, who gives which of the two answers, which pairs a ruling covers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconcile.model import REFERENCE, Relation, stable_id
from reconcile.publish.decisions import Covered
from reconcile.publish.desk.filters import ORDER, SETTLED
from reconcile.publish.read import SIDES_SQL, query

# ruff: noqa: S608 (statements are put together from constants; values are parameters)

# The ruling of one reviewer that stands on the words as they are: rows that were written together have one name.
_ACT = """(SELECT CASE m.made_on WHEN '' THEN m.decision_id ELSE m.created_at || ' ' || m.made_on END
  FROM decisions_standing m WHERE m.finding_id = f.finding_id AND m.digest = f.digest AND m.reviewer = :reviewer
  ORDER BY m.created_at DESC LIMIT 1)"""
_MEMBERS = f"""SELECT f.finding_id, f.digest, f.relation, f.turned, {SETTLED.format(f="f")} AS settled, {_ACT} AS act
  FROM findings f WHERE f.lead = (SELECT lead FROM findings WHERE finding_id = :finding)
  ORDER BY f.finding_id <> :finding, {ORDER}"""
_WITNESSES = f"""SELECT f.lead, f.finding_id, f.digest, f.turned, {SETTLED.format(f="f")} AS settled,
    coalesce(oa.origin_id, aa.article_id) AS origin_a, coalesce(sa.name, aa.source, aa.article_id) AS name_a,
    coalesce(ob.origin_id, ab.article_id) AS origin_b, coalesce(sb.name, ab.source, ab.article_id) AS name_b,
    aa.published AS published_a, ab.published AS published_b, aa.kind AS kind_a, ab.kind AS kind_b
  {SIDES_SQL}
    LEFT JOIN origins oa ON oa.article_id = aa.article_id LEFT JOIN origins ob ON ob.article_id = ab.article_id
  WHERE f.lead IN (SELECT value FROM json_each(:leads))"""


@dataclass(frozen=True, slots=True)
class Member:
    """A finding of a group. ``turned``: its side a answers as side b of the finding that is looked at.

    ``settled``: somebody ruled on it (``unsure`` leaves it open); ``act``: the ruling of the reviewer who looks, or "".
    """

    finding_id: str
    digest: str
    relation: str
    turned: bool
    settled: bool
    act: str


def members(conn: sqlite3.Connection, finding_id: str, reviewer: str) -> list[Member]:
    """Return the group of a finding: itself first, then the others in the order of every list."""
    rows = list(query(conn, _MEMBERS, {"finding": finding_id, "reviewer": reviewer}))
    return [
        Member(
            row["finding_id"],
            row["digest"],
            row["relation"],
            turned=row["turned"] != rows[0]["turned"],
            settled=bool(row["settled"]),
            act=row["act"] or "",
        )
        for row in rows
    ]


def token(findings: Iterable[tuple[str, str]]) -> str:
    """Return what tells whether a group (each finding with its digest) is still the one that was shown."""
    return stable_id(*(part for finding in sorted(findings) for part in finding))


def shown_token(group: Iterable[Member]) -> str:
    """Return the token of a group."""
    return token((member.finding_id, member.digest) for member in group)


def covered(group: Sequence[Member]) -> list[Member]:
    """Return the others that a ruling on the first of a group covers.

    Those are the ones on which the reviewer has not ruled, of which those that somebody else settled only where the
    first is settled too; and where the reviewer rules again, those of the earlier ruling.
    """
    own = group[0]
    return [
        other
        for other in group[1:]
        if (other.act == own.act and own.act) or (not other.act and (own.settled or not other.settled))
    ]


def as_covered(group: Iterable[Member]) -> list[Covered]:
    """Return findings as what a ruling is written on. Where both sides say the same, no side is the right one."""
    return [Covered(m.finding_id, m.digest, m.turned, sided=m.relation != Relation.AGREE) for m in group]


def summaries(conn: sqlite3.Connection, leads: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return, by leading finding, what a list shows of a group.

    ``pairs``, ``open`` (not settled), ``token``, and for ``a`` and ``b`` (as the leader has them) the names of the
    independent sources, one an origin, the earliest first.
    """
    of_group: dict[str, list[Mapping[str, Any]]] = {lead: [] for lead in sorted(leads)}
    for row in query(conn, _WITNESSES, {"leads": json.dumps(sorted(leads))}):
        of_group[row["lead"]].append(row)
    return {lead: _summary(rows) for lead, rows in of_group.items()}


def _summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    named: dict[str, dict[str, tuple[str, str]]] = {"a": {}, "b": {}}
    for row in rows:
        for side, answers in (("a", "ba"[not row["turned"]]), ("b", "ab"[not row["turned"]])):
            if row[f"kind_{side}"] != REFERENCE:
                said = (row[f"published_{side}"] or "9", row[f"name_{side}"])
                origin = row[f"origin_{side}"]
                named[answers][origin] = min(said, named[answers].get(origin, said))
    return {
        "pairs": len(rows),
        "open": sum(not row["settled"] for row in rows),
        "token": token((row["finding_id"], row["digest"]) for row in rows),
        "sources": {side: [name for _, name in sorted(origins.values())] for side, origins in named.items()},
    }


def turned(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary for a finding whose sides are those of the leader the other way round."""
    a, b = summary["sources"]["a"], summary["sources"]["b"]
    return {**summary, "sources": {"a": b, "b": a}}
