"""One question: its answers, who gives each, from how many independent origins, and how they stand to each other."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reconcile.model import REFERENCE, Claim, Relation
from reconcile.publish import rows
from reconcile.publish.desk import fields
from reconcile.publish.grouping import meant, positions, usual
from reconcile.publish.read import query

LIMIT = 400

_CLAIMS = """SELECT c.*, a.source AS source_id, coalesce(s.name, a.source, '') AS source_name, a.title AS article_title,
    a.published, a.url, a.kind AS article_kind, coalesce(o.origin_id, a.article_id) AS origin_id,
    coalesce(o.kind, 'original') AS origin_kind
  FROM {chosen} JOIN claims c USING (claim_id)
    JOIN articles a ON a.article_id = c.article_id
    LEFT JOIN sources s ON s.source_id = a.source
    LEFT JOIN origins o ON o.article_id = a.article_id"""


def question(conn: sqlite3.Connection, cluster_id: str) -> dict[str, Any] | None:
    """Return a question with its answers and the findings on it as plain data; None if there is none of that id.

    An answer is ``value``, ``origins`` (independent), ``articles`` and ``said``: one entry an article, the earliest
    first, copies (``copies``) folded into the article that they repeat.
    """
    sql = """SELECT c.cluster_id, c.label, c.story_id, s.title AS story FROM clusters c
      LEFT JOIN stories s USING (story_id) WHERE c.cluster_id = ?"""
    found = next(query(conn, sql, [cluster_id]), None)
    if found is None:
        return None
    findings = cluster_relations(conn, cluster_id)
    members = _CLAIMS.format(chosen="(SELECT claim_id FROM cluster_claims WHERE cluster_id = ? LIMIT ?)")
    claims = list(query(conn, members, [cluster_id, LIMIT]))
    answers = _answers(conn, claims, findings)
    return {
        "id": cluster_id,
        "label": found["label"],
        "story_id": found["story_id"] or "",
        "story": found["story"] or "",
        "field": usual(f["field"] for f in findings),
        "relations": dict(sorted(Counter(f["relation"] for f in findings).items())),
        "articles": len({i for a in answers for i in _articles(a)}),
        "origins": len({i for a in answers for i in _origins(a["said"])}),
        "answers": answers,
        "findings": findings,
    }


def cluster_relations(conn: sqlite3.Connection, cluster_id: str) -> list[dict[str, Any]]:
    """Return the findings on a question without their texts: ids, relation, field, claims, values, copies."""
    sql = """SELECT finding_id AS id, relation, field, severity, confidence, claim_a, claim_b, value_a, value_b,
        also_in_a, also_in_b, focus_a_start, focus_a_end, focus_b_start, focus_b_end
      FROM findings WHERE cluster_id = ? ORDER BY rank, finding_id LIMIT ?"""
    return [
        {**row, "also_in_a": json.loads(row["also_in_a"]), "also_in_b": json.loads(row["also_in_b"])}
        for row in query(conn, sql, [cluster_id, LIMIT * 10])
    ]


def _heading(values: Iterable[str]) -> str:
    """The most usual of these values, the first given where several are."""
    counts = Counter(values)
    return max(counts, key=lambda value: counts[value], default="")


def shown_values(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the answer of each claim as the findings print it, the most usual where they differ."""
    given: dict[str, list[str]] = {}
    for finding in findings:
        for side in ("a", "b"):
            if value := finding[f"value_{side}"].strip():
                given.setdefault(finding[f"claim_{side}"], []).append(value)
    return {claim: usual(values) for claim, values in given.items()}


def _answers(
    conn: sqlite3.Connection, claims: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The answers with most independent origins first, then the one given earliest."""
    read = {row["claim_id"]: rows.read_claim(row) for row in claims}
    values = shown_values(findings)
    values = {i: values.get(i) or _own_value(claim) for i, claim in read.items()}
    given = {row["claim_id"]: _said(row, read[row["claim_id"]], values[row["claim_id"]]) for row in claims}
    for finding in reversed(findings):  # the most severe finding has the last word
        _point_out(given, finding)
    _add_copies(conn, given, findings)
    order = sorted(given, key=lambda i: (given[i]["published"] or "9", given[i]["article_id"], given[i]["start"]))
    made = []
    agreed = [(f["claim_a"], f["claim_b"]) for f in findings if f["relation"] == Relation.AGREE]
    by_position: dict[str, list[str]] = {}
    for claim_id, position in positions({i: meant(read[i], values[i]) for i in order}, agreed).items():
        by_position.setdefault(position, []).append(claim_id)
    for group in by_position.values():
        said = _folded([given[i] for i in group])
        made.append(
            {
                "value": _heading(values[i] for i in group),
                "origins": len(_origins(said)),
                "articles": len({i for s in said for i in _articles({"said": [s]})}),
                "said": said,
            }
        )
    return sorted(made, key=lambda a: (-a["origins"], a["said"][0]["published"] or "9", a["value"]))


def _own_value(claim: Claim) -> str:
    if claim.quantity is not None:
        return fields.value(claim.quantity)
    return rows.focus_text(claim)


def _said(row: Mapping[str, Any], claim: Claim, value: str) -> dict[str, Any]:
    low, high, unit = fields.span(claim)
    return {
        "claim_id": claim.claim_id,
        "article_id": claim.article_id,
        "source_id": row["source_id"] or "",
        "source": row["source_name"],
        "published": row["published"],
        "lang": claim.lang,
        "title": row["article_title"],
        "url": row["url"],
        "part": claim.part,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "focus_start": claim.focus.start,
        "focus_end": claim.focus.end,
        "value": value,
        "printed": "" if claim.quantity is None else fields.value(claim.quantity),
        "low": low,
        "high": high,
        "unit": unit,
        "days": fields.days(claim),
        "said_by": fields.row(claim)["said_by"],
        "origin_id": row["origin_id"],
        "origin_kind": row["origin_kind"],
        "reference": row["article_kind"] == REFERENCE,
        "copies": [],
    }


def _point_out(given: Mapping[str, dict[str, Any]], finding: Mapping[str, Any]) -> None:
    """Mark, as the deciding words of both claims, those that a finding compares by the value that is shown."""
    for side in ("a", "b"):
        low, high = (finding[f"focus_{side}_{end}"] for end in ("start", "end"))
        said = given.get(finding[f"claim_{side}"])
        if said is not None and low is not None and finding[f"value_{side}"].strip() == said["value"]:
            said["focus_start"], said["focus_end"] = low, high


def _add_copies(
    conn: sqlite3.Connection, given: Mapping[str, dict[str, Any]], findings: Iterable[Mapping[str, Any]]
) -> None:
    """Hang the articles that repeat a claim's article on it, unless they answer the question in their own words."""
    own = {said["article_id"] for said in given.values()}
    wanted: dict[str, set[str]] = {}
    for finding in findings:
        for side in ("a", "b"):
            if finding[f"claim_{side}"] in given:
                wanted.setdefault(finding[f"claim_{side}"], set()).update(set(finding[f"also_in_{side}"]) - own)
    sql = """SELECT a.article_id, coalesce(s.name, a.source, '') AS source, a.lang, a.published, o.kind
      FROM articles a LEFT JOIN sources s ON s.source_id = a.source LEFT JOIN origins o USING (article_id)
      WHERE a.article_id IN (SELECT value FROM json_each(?)) ORDER BY a.published, a.article_id"""
    for claim_id, ids in sorted(wanted.items()):
        if ids:
            given[claim_id]["copies"] = list(query(conn, sql, [json.dumps(sorted(ids))]))


def _folded(said: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry an origin: what an article says again, and articles that repeat another, are hung on the first."""
    first: dict[str, dict[str, Any]] = {}
    for one in sorted(said, key=lambda s: s["article_id"] != s["origin_id"]):
        kept = first.setdefault(one["origin_id"], one)
        known = {kept["article_id"], *(c["article_id"] for c in kept["copies"])}
        new = [{**one, "kind": one["origin_kind"]}, *one["copies"]]
        for copy in new:
            if copy["article_id"] not in known:
                known.add(copy["article_id"])
                names = ("article_id", "source", "lang", "published", "kind")
                kept["copies"].append({name: copy[name] for name in names})
    return sorted(first.values(), key=lambda s: (s["published"] or "9", s["article_id"]))


def _origins(said: Iterable[Mapping[str, Any]]) -> set[str]:
    """The independent origins of an answer."""
    return {s["origin_id"] for s in said if not s["reference"]}


def _articles(answer: Mapping[str, Any]) -> list[str]:
    """The articles that give an answer, copies included; a row of a trusted table is none."""
    said = [s for s in answer["said"] if not s["reference"]]
    return [i for s in said for i in (s["article_id"], *(c["article_id"] for c in s["copies"]))]
