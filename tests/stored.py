"""What a database holds, as model objects: readers that only tests need, for ``store.read``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from reconcile.model import Cluster, Field, Finding, Origin, Relation, Severity, Source, Span, Story
from reconcile.publish import rows
from reconcile.publish.read import query


def sources(conn: sqlite3.Connection) -> list[Source]:
    """Return every source, by id."""
    return [Source(**row) for row in query(conn, "SELECT source_id, name, owner FROM sources ORDER BY source_id")]


def stories(conn: sqlite3.Connection) -> list[Story]:
    """Return every story, by id, its articles in the order in which they were published to the store."""
    sql = """SELECT s.story_id, s.title, s.digest, m.article_id
      FROM stories s LEFT JOIN story_articles m USING (story_id) ORDER BY s.story_id, m.position"""
    return [
        Story(story_id, of[0]["title"], tuple(m["article_id"] for m in of if m["article_id"]), of[0]["digest"])
        for story_id, of in _by(conn, sql, "story_id")
    ]


def origins(conn: sqlite3.Connection) -> list[Origin]:
    """Return the origin of every article, by article id."""
    sql = "SELECT article_id, origin_id, kind, score FROM origins ORDER BY article_id"
    return [Origin(**row) for row in query(conn, sql)]


def clusters(conn: sqlite3.Connection) -> list[Cluster]:
    """Return every cluster, by id."""
    sql = """SELECT c.cluster_id, c.story_id, c.label, m.claim_id
      FROM clusters c LEFT JOIN cluster_claims m USING (cluster_id) ORDER BY c.cluster_id, m.position"""
    return [
        Cluster(cluster_id, of[0]["story_id"] or "", of[0]["label"], tuple(m["claim_id"] for m in of if m["claim_id"]))
        for cluster_id, of in _by(conn, sql, "cluster_id")
    ]


def findings(conn: sqlite3.Connection) -> list[Finding]:
    """Return every finding with its outcomes, most severe first."""
    sql = """SELECT f.*, o.position, o.field AS o_field, o.role, o.level, o.label, o.outcome, o.a, o.b, o.weight
      FROM findings f LEFT JOIN comparisons o USING (finding_id)
      ORDER BY f.rank, f.confidence DESC, f.finding_id, o.position"""
    return [_finding(of) for _, of in _by(conn, sql, "finding_id")]


def runs(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every run as a plain object, newest first; ``details`` is the run's own mapping."""
    found = query(conn, "SELECT * FROM runs ORDER BY number DESC")
    return [{**row, "details": json.loads(row["details"])} for row in found]


def _by(conn: sqlite3.Connection, sql: str, key: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    return ((value, list(of)) for value, of in groupby(query(conn, sql), key=lambda row: str(row[key])))


def _finding(of: list[dict[str, Any]]) -> Finding:
    row = of[0]
    names = ("finding_id", "claim_a", "claim_b", "confidence", "about", "explanation", "value_a", "value_b")
    compared = ({**m, "field": m["o_field"]} for m in of if m["position"] is not None)
    return Finding(
        story_id=row["story_id"] or "",
        cluster_id=row["cluster_id"] or "",
        relation=Relation(row["relation"]),
        field=Field(row["field"]),
        severity=Severity(row["severity"]) if row["severity"] else None,
        outcomes=tuple(map(rows.read_outcome, compared)),
        also_in_a=tuple(json.loads(row["also_in_a"])),
        also_in_b=tuple(json.loads(row["also_in_b"])),
        focus_a=_span(row, "focus_a"),
        focus_b=_span(row, "focus_b"),
        **{n: row[n] for n in names},
    )


def _span(row: Mapping[str, Any], name: str) -> Span | None:
    start = row[f"{name}_start"]
    return None if start is None else Span(start, row[f"{name}_end"])
