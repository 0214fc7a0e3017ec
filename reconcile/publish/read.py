"""The read side: functions over an open connection, shared by the store and the review pages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from reconcile.errors import StoreError
from reconcile.model import (
    Article,
    Claim,
    Decision,
    FieldOutcome,
    Problem,
    Relation,
    Revision,
    Sentence,
)
from reconcile.publish import rows
from reconcile.publish.decisions import DECISION_COLUMNS
from reconcile.publish.forms import context, finding_form
from reconcile.publish.verifications import Question, Verification, shown_side

_SIDE = """c{x}.article_id AS {x}_article_id, coalesce(s{x}.name, a{x}.source) AS {x}_source,
  c{x}.claim_id AS {x}_claim_id, c{x}.quote AS {x}_quote, c{x}."start" AS {x}_start, c{x}."end" AS {x}_end,
  c{x}.part AS {x}_part, coalesce(f.focus_{x}_start, c{x}.focus_start) AS {x}_focus_start,
  coalesce(f.focus_{x}_end, c{x}.focus_end) AS {x}_focus_end,
  c{x}.lang AS {x}_lang, a{x}.published AS {x}_published, a{x}.title AS {x}_title, a{x}.url AS {x}_url,
  a{x}.kind AS {x}_kind"""

SIDES_SQL = """FROM findings f
  JOIN claims ca ON ca.claim_id = f.claim_a
  JOIN claims cb ON cb.claim_id = f.claim_b
  JOIN articles aa ON aa.article_id = ca.article_id
  JOIN articles ab ON ab.article_id = cb.article_id
  LEFT JOIN sources sa ON sa.source_id = aa.source
  LEFT JOIN sources sb ON sb.source_id = ab.source"""

FINDING_SQL = f"SELECT f.*, {_SIDE.format(x='a')}, {_SIDE.format(x='b')} {SIDES_SQL}"

_CHOSEN = """WHERE (:relations IS NULL OR f.relation IN (SELECT value FROM json_each(:relations)))
  AND (:fields IS NULL OR f.field IN (SELECT value FROM json_each(:fields)))
  ORDER BY f.rank, f.confidence DESC, f.finding_id"""


def query(conn: sqlite3.Connection, sql: str, parameters: Any = ()) -> Iterator[dict[str, Any]]:
    """Yield the rows of one statement by column name, whatever row factory the connection has."""
    cursor = conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _choice(relations: Collection[str], fields: Collection[str]) -> dict[str, str | None]:
    return {
        "relations": json.dumps(sorted(relations)) if relations else None,
        "fields": json.dumps(sorted(fields)) if fields else None,
    }


def articles(conn: sqlite3.Connection, article_ids: Collection[str] | None = None) -> Iterator[Article]:
    """Yield some articles or all with their raw pages, by id."""
    where, given = _among(article_ids)
    sql = f"SELECT a.*, p.raw FROM articles a LEFT JOIN pages p USING (article_id) {where} ORDER BY a.article_id"  # noqa: S608
    return map(rows.read_article, query(conn, sql, given))


def sentences(conn: sqlite3.Connection, article_ids: Collection[str] | None = None) -> Iterator[Sentence]:
    """Yield the sentences of some articles or of all, in reading order."""
    where, given = _among(article_ids)
    sql = f"SELECT * FROM sentences {where} ORDER BY article_id, position, sentence_id"  # noqa: S608 (constants)
    return map(rows.read_sentence, query(conn, sql, given))


def claims(conn: sqlite3.Connection, article_ids: Collection[str] | None = None) -> Iterator[Claim]:
    """Yield the claims of some articles or of all; the title's first, then by place."""
    where, given = _among(article_ids)
    order = 'article_id, part DESC, "start", focus_start, claim_id'
    sql = f"SELECT * FROM claims {where} ORDER BY {order}"  # noqa: S608 (constants)
    return map(rows.read_claim, query(conn, sql, given))


def _among(article_ids: Collection[str] | None) -> tuple[str, list[str]]:
    """Return the condition that picks some articles, and its parameters; none for all."""
    if article_ids is None:
        return "", []
    return "WHERE article_id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(article_ids))]


def problems(conn: sqlite3.Connection) -> Iterator[Problem]:
    """Yield every problem, by stage and place."""
    sql = "SELECT * FROM problems ORDER BY stage, path, line, problem_id"
    return map(rows.read_problem, query(conn, sql))


def finding_dicts(
    conn: sqlite3.Connection, relations: Collection[str] = ("conflict",), fields: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield findings in their documented form, most severe first (empty ``relations`` or ``fields``: all)."""
    return map(finding_form, query(conn, f"{FINDING_SQL} {_CHOSEN}", _choice(relations, fields)))


def require_article(conn: sqlite3.Connection, article_id: str | None) -> None:
    """Raise StoreError if an article is named that is not published and of which no earlier version is kept."""
    sql = "SELECT article_id FROM articles UNION SELECT article_id FROM revisions"
    known = f"SELECT 1 FROM ({sql}) WHERE article_id = ?"  # noqa: S608 (constants)
    if article_id is not None and conn.execute(known, [article_id]).fetchone() is None:
        raise StoreError(f"no article {article_id!r}; `reconcile claims --format csv` lists the ids")


def outcomes(conn: sqlite3.Connection, finding_id: str) -> list[FieldOutcome]:
    """Return what each comparison said about one finding, in the order of declaration."""
    sql = "SELECT * FROM comparisons WHERE finding_id = ? ORDER BY position"
    return [rows.read_outcome(row) for row in query(conn, sql, [finding_id])]


def decisions(conn: sqlite3.Connection, finding_id: str | None = None) -> Iterator[Decision]:
    """Yield the decisions on one finding or on all, oldest first."""
    where = "" if finding_id is None else "WHERE finding_id = ?"
    sql = f"SELECT * FROM decisions {where} ORDER BY created_at, decision_id"  # noqa: S608 (constants)
    return map(rows.read_decision, query(conn, sql, [] if finding_id is None else [finding_id]))


def current_decision(conn: sqlite3.Connection, finding_id: str) -> Decision | None:
    """Return the newest decision on a finding that no other supersedes."""
    sql = """SELECT * FROM decisions
      WHERE decision_id IN (SELECT decision_id FROM decisions_current WHERE finding_id = ?)"""
    return next(map(rows.read_decision, query(conn, sql, [finding_id])), None)


def finding_row(conn: sqlite3.Connection, finding_id: str) -> dict[str, Any]:
    """Return one row of ``FINDING_SQL``.

    :raises StoreError: if there is no such finding.
    """
    row = next(query(conn, f"{FINDING_SQL} WHERE f.finding_id = ?", [finding_id]), None)
    if row is None:
        raise StoreError(f"no finding {finding_id!r}; `reconcile findings` lists the ids")
    return row


def _article_part(conn: sqlite3.Connection, article_id: str, part: str) -> str:
    row = next(query(conn, "SELECT title, text FROM articles WHERE article_id = ?", [article_id]))
    return str(row["title"] if part == "title" else row["text"])


def explain(conn: sqlite3.Connection, finding_id: str) -> dict[str, Any]:
    """Return a finding with every comparison, both sentences in their paragraphs, and its current decision.

    To the documented form it adds ``story_id``, ``origins``, ``digest``, ``outcomes``, ``verifications`` (those
    of the texts as they are), ``decision`` (or None), and on each side ``title``, ``url`` and ``context`` (see
    :func:`reconcile.publish.forms.context`).

    :raises StoreError: if there is no such finding.
    """
    row = finding_row(conn, finding_id)
    form = finding_form(row)
    for side in ("a", "b"):
        shown = form[side]
        text = _article_part(conn, shown["article_id"], shown["part"])
        focus = (shown["focus_start"], shown["focus_end"])
        shown["title"], shown["url"] = row[f"{side}_title"], row[f"{side}_url"]
        shown["context"] = context(text, shown["start"], shown["end"], focus)
    form.update(story_id=row["story_id"] or "", origins=row["origins"], digest=row["digest"])
    form["outcomes"] = list(map(outcome_form, outcomes(conn, finding_id)))
    form["verifications"] = list(map(asdict, _verifications_of(conn, row)))
    current = current_decision(conn, finding_id)
    form["decision"] = None if current is None else decision_form(current)
    return form


def outcome_form(outcome: FieldOutcome) -> dict[str, Any]:
    """Return one comparison as a plain object."""
    return {
        "field": outcome.field,
        "role": str(outcome.role),
        "level": outcome.level,
        "label": outcome.label,
        "outcome": str(outcome.outcome),
        "a": outcome.a,
        "b": outcome.b,
        "weight": outcome.weight,
    }


def decision_form(decision: Decision) -> dict[str, str]:
    """Return one decision as a plain object, as it is exported to JSON lines."""
    return {name: getattr(decision, name) for name in DECISION_COLUMNS}


def _question(conn: sqlite3.Connection, row: dict[str, Any]) -> Question:
    texts = {side: _article_part(conn, row[f"{side}_article_id"], "text") for side in ("a", "b")}
    a, b = (shown_side(row, side, text) for side, text in texts.items())
    return Question(row["finding_id"], row["a_article_id"], a, b)


def questions(conn: sqlite3.Connection) -> Iterator[Question]:
    """Yield what a verifier may be asked: every conflict with both texts, most severe first."""
    rows_of_conflicts = query(conn, f"{FINDING_SQL} {_CHOSEN}", _choice((Relation.CONFLICT,), ()))
    return (_question(conn, row) for row in rows_of_conflicts)


def verifications(conn: sqlite3.Connection, model: str) -> Iterator[Verification]:
    """Yield all that a model said, of findings that are and that were, by finding id."""
    sql = "SELECT * FROM verifications WHERE model = ? ORDER BY finding_id"
    return (Verification(**row) for row in query(conn, sql, [model]))


def _verifications_of(conn: sqlite3.Connection, row: dict[str, Any]) -> Iterator[Verification]:
    """What models said of a finding while it was a conflict between these very texts."""
    if row["relation"] == Relation.CONFLICT:
        sql = "SELECT * FROM verifications WHERE finding_id = ? AND text_a = ? AND text_b = ? ORDER BY model"
        found = query(conn, sql, [row["finding_id"], *_question(conn, row).texts()])
        yield from (Verification(**said) for said in found)


def vectors(conn: sqlite3.Connection, model: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return the stored vectors of a model among these text hashes."""
    wanted = json.dumps(sorted(set(hashes)))
    sql = """SELECT text_hash, data FROM vectors
      WHERE model = ? AND text_hash IN (SELECT value FROM json_each(?))"""
    return {row["text_hash"]: row["data"] for row in query(conn, sql, [model, wanted])}


def revisions(conn: sqlite3.Connection, article_id: str | None = None) -> Iterator[Revision]:
    """Yield the earlier versions of one article or of all, oldest first, with what changed after each."""
    sql = """SELECT r.*, c.position, c.kind, c.field, c.part, c."start", c."end", c.value_before, c.value_after,
        c.quote_before, c.quote_after, c.announced
      FROM revisions r LEFT JOIN changes c USING (revision_id)
      WHERE :article IS NULL OR r.article_id = :article ORDER BY r.article_id, r.number, c.position"""
    for _, group in groupby(query(conn, sql, {"article": article_id}), key=lambda row: str(row["revision_id"])):
        members = list(group)
        yield rows.read_revision(members[0], [rows.read_change(m) for m in members if m["position"] is not None])


def revision_count(conn: sqlite3.Connection, article_id: str) -> int:
    """Return how many earlier versions of an article are kept."""
    (count,) = conn.execute("SELECT count(*) FROM revisions WHERE article_id = ?", [article_id]).fetchone()
    return int(count)


_CHANGES_SQL = """SELECT r.revision_id, r.article_id, coalesce(s.name, a.source, '') AS source, r.number,
    r.replaced_at, c.kind, c.field, c.value_before, c.value_after, c.announced, c.part, c."start", c."end",
    c.quote_before, c.quote_after
  FROM changes c JOIN revisions r USING (revision_id)
    LEFT JOIN articles a ON a.article_id = r.article_id LEFT JOIN sources s ON s.source_id = a.source
  WHERE (:article IS NULL OR r.article_id = :article)
    AND (:fields IS NULL OR c.field IN (SELECT value FROM json_each(:fields)))
  ORDER BY r.replaced_at DESC, r.article_id, r.number DESC, c.position"""


def change_dicts(
    conn: sqlite3.Connection, article_id: str | None = None, fields: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield what changed between versions as plain objects, the newest revision first (empty ``fields``: all)."""
    chosen = {"article": article_id, "fields": _choice((), fields)["fields"]}
    for row in query(conn, _CHANGES_SQL, chosen):
        yield {**row, "announced": bool(row["announced"])}
