"""What the review pages ask of the database: the filtered queue, its counts, neighbours, one article."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from reconcile.model import Relation
from reconcile.publish.forms import finding_form
from reconcile.publish.read import FINDING_SQL, SIDES_SQL, query

# ruff: noqa: S608 (statements are put together from constants of this module; values are parameters)

PAGE_SIZE = 25
MAX_PAGE = 100_000
CHOICES = 200
STATES = ("open", "decided", "all")
ANY = "any"

_SETTLED = """EXISTS (SELECT 1 FROM decisions_current d
  WHERE d.finding_id = f.finding_id AND d.digest = f.digest AND d.ruling <> 'unsure')"""
_ORDER = "f.rank, f.origins DESC, f.confidence DESC, f.finding_id"
_KEY = "(f.rank, -f.origins, -f.confidence, f.finding_id)"

_CONDITIONS = {
    "relation": "+f.relation = :relation",
    "field": "f.field = :field",
    "severity": "f.severity = :severity",
    "source": ":source IN (aa.source, ab.source)",
    "lang": ":lang IN (ca.lang, cb.lang)",
    "story": "f.story_id = :story",
}
_STATE_CONDITIONS = {"open": f"NOT {_SETTLED}", "decided": _SETTLED}

# For each filter: the values of a finding, and the words for a value.
_FACETS = {
    "relation": ("f.relation", "''"),
    "field": ("f.field", "''"),
    "severity": ("f.severity", "''"),
    "source": ("aa.source|ab.source", "(SELECT name FROM sources WHERE source_id = value)"),
    "lang": ("ca.lang|cb.lang", "''"),
    "story": ("f.story_id", "(SELECT title FROM stories WHERE story_id = value)"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reviewer looks at. An empty string chooses everything, save ``relation``: that is ``any``."""

    relation: str = Relation.CONFLICT
    field: str = ""
    severity: str = ""
    source: str = ""
    lang: str = ""
    story: str = ""
    state: str = "open"

    @classmethod
    def from_args(cls, get: Callable[[str], str | None]) -> Filters:
        """Read the filters from a query string; what is not understood is ignored."""
        given = {f.name: (get(f.name) or "").strip()[:500] for f in fields(cls)}
        given["relation"] = given["relation"] or str(Relation.CONFLICT)
        if given["state"] not in STATES:
            given["state"] = "open"
        return cls(**given)

    def query(self) -> dict[str, str]:
        """Return only what differs from the default, as query-string values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    def where(self, without: str = "") -> str:
        """Return the SQL condition of every filter that is set, save the one called ``without``."""
        chosen = [
            sql
            for name, sql in _CONDITIONS.items()
            if name != without and getattr(self, name) and (name, getattr(self, name)) != ("relation", ANY)
        ]
        if without != "state" and self.state in _STATE_CONDITIONS:
            chosen.append(_STATE_CONDITIONS[self.state])
        return " AND ".join(chosen) or "1"

    def values(self) -> dict[str, str]:
        """Return the parameters of the condition."""
        return {name: getattr(self, name) for name in _CONDITIONS}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter with the number of findings it would leave."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, with what the filters can be set to."""

    findings: list[dict[str, Any]]
    count: int
    page: int
    pages: int
    choices: dict[str, list[Choice]]
    states: dict[str, int]


def _count(conn: sqlite3.Connection, filters: Filters, without: str = "") -> int:
    sql = f"SELECT count(*) AS n {SIDES_SQL} WHERE {filters.where(without)}"
    return int(next(query(conn, sql, filters.values()))["n"])


def _choices(conn: sqlite3.Connection, filters: Filters, name: str) -> list[Choice]:
    columns, label = _FACETS[name]
    each = " UNION ".join(
        f"SELECT f.finding_id, {column} AS value {SIDES_SQL} WHERE {filters.where(name)}"
        for column in columns.split("|")
    )
    sql = f"""SELECT value, {label} AS label, count(*) AS n FROM ({each}) WHERE value <> ''
      GROUP BY value ORDER BY n DESC, value LIMIT {CHOICES}"""
    listing = query(conn, sql, filters.values())
    found = [Choice(r["value"], r["label"] or r["value"], r["n"]) for r in listing]
    chosen = getattr(filters, name)
    if chosen and chosen != ANY and chosen not in {c.value for c in found}:
        found.append(Choice(chosen, chosen, 0))
    return found


def listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of a list: the documented form, with its story, origins and last ruling."""
    form = finding_form(row)
    form.update(story_id=row["story_id"] or "", story=row["story"] or "", origins=row["origins"])
    form["ruling"] = row["ruling"]
    return form


_LISTED = FINDING_SQL.replace(
    "SELECT f.*,",
    """SELECT f.*, (SELECT title FROM stories t WHERE t.story_id = f.story_id) AS story,
  (SELECT ruling FROM decisions_current d
    WHERE d.finding_id = f.finding_id AND d.digest = f.digest) AS ruling,""",
    1,
)


def queue(conn: sqlite3.Connection, filters: Filters, page: int) -> Queue:
    """Return one page (from 1) of the findings that pass the filters, most severe first."""
    count = _count(conn, filters)
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    sql = f"{_LISTED} WHERE {filters.where()} ORDER BY {_ORDER} LIMIT :size OFFSET :skip"
    values = {**filters.values(), "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE}
    return Queue(
        [listed(row) for row in query(conn, sql, values)],
        count,
        page,
        pages,
        {name: _choices(conn, filters, name) for name in _FACETS},
        {state: _count(conn, replace(filters, state=state)) for state in STATES},
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands in the filtered queue; it need not be in it (any more)."""

    before: int
    count: int
    previous: str
    following: str
    inside: bool


def place(conn: sqlite3.Connection, filters: Filters, finding_id: str) -> Place:
    """Return the neighbours of a finding in the queue of these filters."""
    own = next(query(conn, "SELECT rank, origins, confidence FROM findings WHERE finding_id = ?", [finding_id]))
    key = "(:k_rank, -:k_origins, -:k_confidence, :k_id)"
    values = {**filters.values(), **{f"k_{name}": value for name, value in own.items()}, "k_id": finding_id}

    def neighbour(sense: str, order: str) -> str:
        sql = f"""SELECT f.finding_id {SIDES_SQL}
          WHERE {filters.where()} AND {_KEY} {sense} {key} ORDER BY {order} LIMIT 1"""
        return next((str(row["finding_id"]) for row in query(conn, sql, values)), "")

    backwards = "f.rank DESC, f.origins, f.confidence, f.finding_id DESC"
    sql = f"""SELECT count(*) AS n, coalesce(sum({_KEY} < {key}), 0) AS before,
      coalesce(sum(f.finding_id = :k_id), 0) AS inside {SIDES_SQL} WHERE {filters.where()}"""
    total = next(query(conn, sql, values))
    return Place(total["before"], total["n"], neighbour("<", backwards), neighbour(">", _ORDER), bool(total["inside"]))


def cluster_findings(conn: sqlite3.Connection, cluster_id: str, finding_id: str) -> list[dict[str, Any]]:
    """Return the other findings on the same question, most severe first."""
    if not cluster_id:
        return []
    sql = f"{_LISTED} WHERE f.cluster_id = ? AND f.finding_id <> ? ORDER BY {_ORDER} LIMIT {CHOICES}"
    return [listed(row) for row in query(conn, sql, [cluster_id, finding_id])]


def article_findings(conn: sqlite3.Connection, article_id: str) -> list[dict[str, Any]]:
    """Return the findings on an article, most severe first."""
    sql = f"{_LISTED} WHERE ? IN (ca.article_id, cb.article_id) ORDER BY {_ORDER}"
    return [listed(row) for row in query(conn, sql, [article_id])]


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
    """Return these articles with the way in which each repeats its origin, in the order given."""
    found = (article(conn, article_id) for article_id in article_ids)
    return [row for row in found if row is not None]


def story_title(conn: sqlite3.Connection, story_id: str) -> str:
    """Return a story's title, or nothing."""
    row = next(query(conn, "SELECT title FROM stories WHERE story_id = ?", [story_id]), None)
    return str(row["title"]) if row else ""


def said_by(conn: sqlite3.Connection, claim_id: str) -> str:
    """Return to whom the claim is attributed, as printed; empty for the outlet's own voice."""
    row = next(query(conn, "SELECT speaker, attribution_kind FROM claims WHERE claim_id = ?", [claim_id]))
    return "" if row["attribution_kind"] in (None, "own") else str(row["speaker"] or "")
