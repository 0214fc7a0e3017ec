"""What the review pages ask of the database: the filtered queue, neighbours in it, lists of findings, one article."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.publish.desk import groups
from reconcile.publish.desk.counts import CHOICES, Choice, choices, counted, total
from reconcile.publish.desk.filters import KEY, MINE, ORDER, Filters, Viewer, leading
from reconcile.publish.forms import finding_form
from reconcile.publish.read import FINDING_SQL, query

# ruff: noqa: S608 (statements are put together from constants; values are parameters)

PAGE_SIZE = 25
MAX_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, with what the filters can be set to."""

    findings: list[dict[str, Any]]
    count: int
    page: int
    pages: int
    choices: dict[str, list[Choice]]
    states: dict[str, int]


def listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of a list: the documented form, with its story, origins, group and last ruling."""
    form = finding_form(row)
    form.update(story_id=row["story_id"] or "", story=row["story"] or "", origins=row["origins"])
    form.update({name: row[name] for name in ("ruling", "digest", "lead")}, turned=bool(row["turned"]))
    return form


_LISTED = FINDING_SQL.replace(
    "SELECT f.*,",
    f"""SELECT f.*, (SELECT title FROM stories t WHERE t.story_id = f.story_id) AS story,
  (SELECT CASE WHEN :sees_all OR {MINE.format(f="f")} THEN d.ruling ELSE 'hidden' END
    FROM decisions_current d WHERE d.finding_id = f.finding_id AND d.digest = f.digest) AS ruling,""",
    1,
)


def queue(conn: sqlite3.Connection, filters: Filters, page: int, *, sees_all: bool = False) -> Queue:
    """Return one page (from 1) of the groups that pass the filters, most severe first, for their reviewer.

    Each is shown as the first of its findings that passes them, with what ``groups.summaries`` says as ``group``.
    """
    counts, states = counted(conn, filters)
    count = states[filters.state]
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    sql = f"SELECT f.finding_id FROM findings f WHERE {filters.leads()} ORDER BY {ORDER} LIMIT :size OFFSET :skip"
    values = {**filters.values(), "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE}
    shown = _grouped(conn, conn.execute(sql, values).fetchall(), Viewer(filters.reviewer, sees_all))
    return Queue(shown, count, page, pages, choices(conn, filters, counts), states)


def _grouped(conn: sqlite3.Connection, ids: Iterable[tuple[str]], who: Viewer) -> list[dict[str, Any]]:
    """Return these findings in this order, each with its group."""
    order = {finding_id: place for place, (finding_id,) in enumerate(ids)}
    sql = f"{_LISTED} WHERE f.finding_id IN (SELECT value FROM json_each(:ids))"
    rows = query(conn, sql, {"ids": json.dumps(list(order)), **_seen_by(who)})
    shown = sorted(map(listed, rows), key=lambda form: order[form["id"]])
    of_lead = groups.summaries(conn, {form["lead"] for form in shown})
    for form in shown:
        summary = of_lead[form["lead"]]
        form["group"] = groups.turned(summary) if form["turned"] else summary
    return shown


def _seen_by(who: Viewer) -> dict[str, Any]:
    return {"reviewer": who.name, "sees_all": who.sees_all}


_RULED_OUT = """({f}.finding_id, {f}.digest) IN (
  SELECT finding_id, digest FROM decisions_current WHERE ruling IN ('not-a-conflict', 'update', 'scope'))"""


def conflicts(conn: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Return the groups of conflicts that nobody ruled out, most severe first, as the queue lists them."""
    kept = f"{{f}}.relation = 'conflict' AND NOT {_RULED_OUT}"
    sql = f"SELECT f.finding_id FROM findings f WHERE {kept.format(f='f')} AND {leading(kept)} ORDER BY {ORDER} LIMIT ?"
    return _grouped(conn, conn.execute(sql, [limit]).fetchall(), Viewer(sees_all=True))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the group of a finding stands in the filtered queue; it need not be in it (any more)."""

    before: int
    count: int
    previous: str
    following: str
    inside: bool


def place(conn: sqlite3.Connection, filters: Filters, finding_id: str) -> Place:
    """Return the neighbours in the queue of these filters of the group that a finding is in."""
    columns = "SELECT f.finding_id AS id, f.rank, f.origins, f.confidence FROM findings f"
    values = {**filters.values(), "own": finding_id}
    group = f"f.lead = (SELECT lead FROM findings WHERE finding_id = :own) AND {filters.where()}"
    inside = next(query(conn, f"{columns} WHERE {group} ORDER BY {ORDER} LIMIT 1", values), None)
    own = inside or next(query(conn, f"{columns} WHERE f.finding_id = :own", values))
    values |= {f"k_{name}": value for name, value in own.items()}
    key, mine = KEY.format(f="f"), "(:k_rank, -:k_origins, -:k_confidence, :k_id)"

    def neighbour(sense: str, order: str) -> str:
        sql = f"""SELECT f.finding_id FROM findings f
          WHERE {key} {sense} {mine} AND {filters.leads()} ORDER BY {order} LIMIT 1"""
        return next((str(row["finding_id"]) for row in query(conn, sql, values)), "")

    backwards = "f.rank DESC, f.origins, f.confidence, f.finding_id DESC"
    sql = f"SELECT count(DISTINCT f.lead) FROM findings f WHERE {key} < {mine} AND {filters.where()}"
    (before,) = conn.execute(sql, values).fetchone()
    return Place(before, total(conn, filters), neighbour("<", backwards), neighbour(">", ORDER), inside is not None)


def group_findings(conn: sqlite3.Connection, finding_id: str, who: Viewer) -> list[dict[str, Any]]:
    """Return the other findings of a finding's group, most severe first; ``turned`` against the finding itself."""
    own = "(SELECT {} FROM findings WHERE finding_id = :own)"
    group = f"f.lead = {own.format('lead')} AND f.finding_id <> :own"
    sql = f"{_LISTED} WHERE {group} ORDER BY {ORDER} LIMIT {CHOICES}".replace(
        "SELECT f.*,", f"SELECT f.*, f.turned <> {own.format('turned')} AS against,", 1
    )
    rows = query(conn, sql, {"own": finding_id, **_seen_by(who)})
    return [{**listed(row), "turned": bool(row["against"])} for row in rows]


def cluster_findings(conn: sqlite3.Connection, cluster_id: str, finding_id: str, who: Viewer) -> list[dict[str, Any]]:
    """Return the findings on a question that are not of the group of this one (if one is named), most severe first."""
    if not cluster_id:
        return []
    others = "f.lead IS NOT (SELECT lead FROM findings WHERE finding_id = :own)"
    sql = f"{_LISTED} WHERE f.cluster_id = :cluster AND {others} ORDER BY {ORDER} LIMIT {CHOICES}"
    values = {"cluster": cluster_id, "own": finding_id, **_seen_by(who)}
    return [listed(row) for row in query(conn, sql, values)]


def article_findings(conn: sqlite3.Connection, article_id: str, who: Viewer) -> list[dict[str, Any]]:
    """Return the findings on an article, most severe first."""
    own = "(SELECT claim_id FROM claims WHERE article_id = :article)"
    sql = f"{_LISTED} WHERE f.claim_a IN {own} OR f.claim_b IN {own} ORDER BY {ORDER}"
    return [listed(row) for row in query(conn, sql, {"article": article_id, **_seen_by(who)})]


def article(conn: sqlite3.Connection, article_id: str) -> dict[str, Any] | None:
    """Return an article with its source's name, or None."""
    sql = """SELECT a.article_id, a.title, coalesce(s.name, a.source, '') AS source,
        a.published, a.lang, a.url, a.text, o.origin_id, o.kind AS origin_kind, p.title AS origin_title
      FROM articles a LEFT JOIN sources s ON s.source_id = a.source
        LEFT JOIN origins o ON o.article_id = a.article_id
        LEFT JOIN articles p ON p.article_id = o.origin_id
      WHERE a.article_id = ?"""
    return next(query(conn, sql, [article_id]), None)


def copies(conn: sqlite3.Connection, article_ids: list[str]) -> list[dict[str, Any]]:
    """Return these articles, without their texts, with the way in which each repeats its origin, in the order given."""
    found = (article(conn, article_id) for article_id in article_ids)
    return [{name: value for name, value in row.items() if name != "text"} for row in found if row is not None]


def repeats(conn: sqlite3.Connection, article_id: str) -> dict[str, Any] | None:
    """Return what an article repeats (``article_id``, ``source``, ``title``) and in what ``kind``; None if nothing."""
    sql = """SELECT p.article_id, coalesce(s.name, p.source, '') AS source, p.title, p.lang, o.kind
      FROM origins o JOIN articles p ON p.article_id = o.origin_id LEFT JOIN sources s ON s.source_id = p.source
      WHERE o.article_id = ? AND o.origin_id <> o.article_id"""
    return next(query(conn, sql, [article_id]), None)


def story_title(conn: sqlite3.Connection, story_id: str) -> str:
    """Return a story's title, or nothing."""
    row = next(query(conn, "SELECT title FROM stories WHERE story_id = ?", [story_id]), None)
    return str(row["title"]) if row else ""


def said_by(conn: sqlite3.Connection, claim_id: str) -> str:
    """Return to whom the claim is attributed, as printed; empty for the outlet's own voice."""
    row = next(query(conn, "SELECT speaker, attribution_kind FROM claims WHERE claim_id = ?", [claim_id]))
    return "" if row["attribution_kind"] in (None, "own") else str(row["speaker"] or "")
