"""Stories and sources: who answers which question how, who disagrees with whom, who repeats whom and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from reconcile.model import REFERENCE
from reconcile.publish.desk import questions
from reconcile.publish.read import query

# ruff: noqa: S608 (statements are put together from constants of this module; values are parameters)

LIMIT = 200
# What a finding says of the two sources, from the weakest to what is shown where there are several.
STATES = {"agree": "agree", "compatible": "agree", "scope": "agree", "update": "update", "conflict": "conflict"}
_RANK = ("silent", "alone", "agree", "update", "conflict")

_ARTICLES = """SELECT a.article_id, a.title, a.source AS source_id, coalesce(s.name, a.source, '') AS source,
    a.published, a.lang, coalesce(o.origin_id, a.article_id) AS origin_id, coalesce(o.kind, 'original') AS kind,
    o.score, p.title AS origin_title, coalesce(ps.name, p.source, '') AS origin_source, p.published AS origin_published
  FROM articles a LEFT JOIN sources s ON s.source_id = a.source
    LEFT JOIN origins o ON o.article_id = a.article_id
    LEFT JOIN articles p ON p.article_id = o.origin_id
    LEFT JOIN sources ps ON ps.source_id = p.source"""


def story(conn: sqlite3.Connection, story_id: str) -> dict[str, Any] | None:
    """Return a story: its articles by time, its questions as rows of a matrix of sources, who disagrees with whom."""
    sql = "SELECT story_id AS id, title FROM stories WHERE story_id = ?"
    found = next(query(conn, sql, [story_id]), None)
    if found is None:
        return None
    members = "a.article_id IN (SELECT article_id FROM story_articles WHERE story_id = ?)"
    articles = list(query(conn, f"{_ARTICLES} WHERE {members} ORDER BY a.published, a.article_id", [story_id]))
    sources = {a["source_id"]: a["source"] for a in articles if a["source_id"]}
    return {
        **found,
        "articles": articles,
        "sources": [{"id": i, "name": name} for i, name in sources.items()],
        "questions": _matrix(conn, story_id),
        "pairs": pairs(conn, story_id=story_id),
    }


def stories(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every story with what was found in it, those with most conflicts first."""
    sql = """SELECT s.story_id AS id, s.title, s.articles, count(f.relation) AS findings,
        coalesce(sum(f.relation = 'conflict'), 0) AS conflicts, coalesce(sum(f.relation = 'update'), 0) AS updates
      FROM stories s LEFT JOIN findings f USING (story_id)
      GROUP BY s.story_id ORDER BY conflicts DESC, findings DESC, s.title, s.story_id LIMIT ?"""
    return list(query(conn, sql, [LIMIT]))


def _matrix(conn: sqlite3.Connection, story_id: str) -> list[dict[str, Any]]:
    """Each question with, for every source that answers it, the answer and how it stands to the others'."""
    sql = """SELECT m.cluster_id, c.claim_id, a.source AS source_id FROM clusters k
        JOIN cluster_claims m USING (cluster_id) JOIN claims c USING (claim_id) JOIN articles a USING (article_id)
      WHERE k.story_id = ? ORDER BY m.cluster_id, a.published, c.part DESC, c."start" """
    members: dict[str, list[Mapping[str, Any]]] = {}
    for row in query(conn, sql, [story_id]):
        members.setdefault(row["cluster_id"], []).append(row)
    labels = "SELECT cluster_id, label, origins FROM clusters WHERE story_id = ?"
    made = []
    for row in query(conn, labels, [story_id]):
        findings = questions.cluster_relations(conn, row["cluster_id"])
        cells = _cells(members.get(row["cluster_id"], []), findings)
        counts = {state: sum(c["state"] == state for c in cells.values()) for state in ("conflict", "update")}
        made.append(
            {"id": row["cluster_id"], "label": row["label"], "origins": row["origins"], "cells": cells, **counts}
        )
    made.sort(key=lambda q: (-bool(q["conflict"]), -bool(q["update"]), -len(q["cells"]), q["label"], q["id"]))
    return made[:LIMIT]


def _cells(members: Iterable[Mapping[str, Any]], findings: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    values = questions.shown_values(findings)
    states: dict[str, str] = {}
    for finding in findings:
        state = STATES.get(finding["relation"], "alone")
        for claim in (finding["claim_a"], finding["claim_b"]):
            states[claim] = max(states.get(claim, "alone"), state, key=_RANK.index)
    cells: dict[str, dict[str, str]] = {}
    for row in members:
        if not row["source_id"]:
            continue
        cell = cells.setdefault(row["source_id"], {"value": "", "state": "alone"})
        cell["value"] = cell["value"] or values.get(row["claim_id"], "")
        cell["state"] = max(cell["state"], states.get(row["claim_id"], "alone"), key=_RANK.index)
    return cells


def references(conn: sqlite3.Connection) -> set[str]:
    """Return the ids of the sources that are trusted tables, and no outlets."""
    return {row[0] for row in conn.execute("SELECT DISTINCT source FROM articles WHERE kind = ?", [REFERENCE])}


def pairs(conn: sqlite3.Connection, *, story_id: str = "", source: str = "") -> list[dict[str, Any]]:
    """Return, for every two sources that were compared, how often they agree, conflict, or one updates the other.

    :param story_id: only inside this story; ``source``: only with this one.
    :returns: the pairs with most conflicts first; ``reference`` is true where one of the two is a trusted table.
    """
    chosen = ["story_id = :story"] * bool(story_id) + [":source IN (source_a, source_b)"] * bool(source)
    sql = f"""SELECT source_a, source_b, relation, count(*) FROM findings
      WHERE {" AND ".join(chosen) or "1"} GROUP BY source_a, source_b, relation"""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for first, second, relation, count in conn.execute(sql, {"story": story_id, "source": source}):
        state = STATES.get(relation)
        if state and first and second and first != second:
            a, b = sorted((first, second))
            found.setdefault((a, b), {"agree": 0, "update": 0, "conflict": 0})[state] += count
    names = dict(conn.execute("SELECT source_id, name FROM sources").fetchall())
    trusted = references(conn)
    made = [
        {
            "a": a,
            "b": b,
            "name_a": names.get(a, a),
            "name_b": names.get(b, b),
            **counts,
            "compared": sum(counts.values()),
            "reference": bool({a, b} & trusted),
        }
        for (a, b), counts in found.items()
    ]
    return sorted(made, key=lambda p: (-p["conflict"], -p["compared"], p["a"], p["b"]))


def copied(conn: sqlite3.Connection, source: str = "") -> list[dict[str, Any]]:
    """Return the articles that repeat another (of ``source``, or repeating one of it), the newest first."""
    sql = f"""{_ARTICLES} WHERE o.origin_id <> a.article_id AND (:source = '' OR :source IN (a.source, p.source))
      ORDER BY a.published DESC, a.article_id LIMIT {LIMIT}"""
    return list(query(conn, sql, {"source": source}))


def source(conn: sqlite3.Connection, source_id: str) -> dict[str, Any] | None:
    """Return a source: its articles, whom it disagrees with, whom it repeats and who repeats it."""
    found = next(query(conn, "SELECT source_id AS id, name, owner FROM sources WHERE source_id = ?", [source_id]), None)
    if found is None:
        return None
    articles = query(conn, f"{_ARTICLES} WHERE a.source = ? ORDER BY a.published DESC LIMIT {LIMIT}", [source_id])
    trusted = source_id in references(conn)
    among = [_seen_from(pair, source_id, trusted=trusted) for pair in pairs(conn, source=source_id)]
    seen = {"articles": list(articles), "pairs": among, "copied": copied(conn, source_id)}
    return {**found, "reference": trusted, **seen}


def _seen_from(pair: Mapping[str, Any], source_id: str, *, trusted: bool) -> dict[str, Any]:
    other = "b" if pair["a"] == source_id else "a"
    counts = {name: pair[name] for name in ("agree", "update", "conflict", "compared")}
    reference = pair["reference"] and not trusted
    return {"id": pair[other], "name": pair[f"name_{other}"], **counts, "reference": reference}


def sources(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return who disagrees with whom over all stories, and who repeats whom."""
    return {"pairs": pairs(conn), "copied": copied(conn)}
