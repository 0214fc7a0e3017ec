"""What the review pages ask of the database: the filtered queue, its counts, neighbours, one article."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from reconcile.model import Relation
from reconcile.publish.forms import finding_form
from reconcile.publish.read import FINDING_SQL, query

# ruff: noqa: S608 (statements are put together from constants of this module; values are parameters)

PAGE_SIZE = 25
MAX_PAGE = 100_000
CHOICES = 200
KEPT = 64
STATES = ("open", "second", "decided", "stale", "all")
ANY = "any"

_SETTLED = """EXISTS (SELECT 1 FROM decisions_current d
  WHERE d.finding_id = f.finding_id AND d.digest = f.digest AND d.ruling <> 'unsure')"""
_MINE = """EXISTS (SELECT 1 FROM decisions_standing m
  WHERE m.finding_id = f.finding_id AND m.digest = f.digest AND m.reviewer = :reviewer)"""
_STALE = """EXISTS (SELECT 1 FROM decisions_current d
  WHERE d.finding_id = f.finding_id AND d.digest <> f.digest)"""
_ORDER = "f.rank, f.origins DESC, f.confidence DESC, f.finding_id"
_KEY = "(f.rank, -f.origins, -f.confidence, f.finding_id)"

_CONDITIONS = {
    "relation": "f.relation = :relation",
    "field": "f.field = :field",
    "severity": "f.severity = :severity",
    "source": ":source IN (f.source_a, f.source_b)",
    "lang": ":lang IN (f.lang_a, f.lang_b)",
    "story": "f.story_id = :story",
    "since": "f.published >= :since",
    "until": "substr(f.published, 1, 10) <= :until",
    "q": "instr(lower(f.about), lower(:q))",
}
_STATE_CONDITIONS = {
    "open": f"NOT {_SETTLED}",
    "second": f"{_SETTLED} AND NOT {_MINE}",
    "decided": _SETTLED,
    "stale": f"{_STALE} AND NOT {_SETTLED}",
}

# For each filter: where a finding holds its values, and what gives the words for them.
_FACETS: dict[str, tuple[tuple[str, ...], str]] = {
    "relation": (("f.relation",), ""),
    "field": (("f.field",), ""),
    "severity": (("f.severity",), ""),
    "source": (("f.source_a", "f.source_b"), "SELECT source_id, name FROM sources WHERE source_id"),
    "lang": (("f.lang_a", "f.lang_b"), ""),
    "story": (("f.story_id",), "SELECT story_id, title FROM stories WHERE story_id"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reviewer looks at. An empty string chooses everything, save ``relation``: that is ``any``.

    ``since`` and ``until`` are days of the later article; ``q`` is words of the question; ``reviewer`` is who looks,
    empty for a reader who may not rule.
    """

    relation: str = Relation.CONFLICT
    field: str = ""
    severity: str = ""
    source: str = ""
    lang: str = ""
    story: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    state: str = "open"
    reviewer: str = ""

    @classmethod
    def from_args(cls, get: Callable[[str], str | None], reviewer: str = "") -> Filters:
        """Read the filters from a query string; what is not understood is ignored."""
        given = {f.name: (get(f.name) or "").strip()[:500] for f in fields(cls)}
        given["relation"] = given["relation"] or str(Relation.CONFLICT)
        if given["state"] not in STATES or (given["state"] == "second" and not reviewer):
            given["state"] = "open"
        return cls(**{**given, "reviewer": reviewer})

    def query(self) -> dict[str, str]:
        """Return only what differs from the default, as query-string values."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "reviewer"}
        return {name: value for name, value in given.items() if value != getattr(Filters(), name)}

    def _chosen(self, without: str = "") -> list[str]:
        return [
            name
            for name in _CONDITIONS
            if name != without and getattr(self, name) and (name, getattr(self, name)) != ("relation", ANY)
        ]

    def where(self, without: str = "") -> str:
        """Return the SQL condition of every filter that is set, save the one called ``without``."""
        chosen = [_CONDITIONS[name] for name in self._chosen(without)]
        if without != "state" and self.state in _STATE_CONDITIONS:
            chosen.append(_STATE_CONDITIONS[self.state])
        return " AND ".join(chosen) or "1"

    def values(self) -> dict[str, str]:
        """Return the parameters of the condition."""
        return {name: getattr(self, name) for name in (*_CONDITIONS, "reviewer")}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the name under which they may rule, empty where they may not.

    Whoever does not ``sees_all`` sees what others ruled on a finding once they have ruled on its words as they are.
    """

    name: str = ""
    sees_all: bool = False


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


Counts = dict[str, dict[str, int]]
# The states by what is known of a finding: settled, mine, stale.
_FLAGGED: dict[str, Callable[[tuple[Any, ...]], bool]] = {
    "second": lambda row: row[0] and not row[1],
    "decided": lambda row: row[0],
    "stale": lambda row: row[2] and not row[0],
}

# Findings on which somebody ruled: few, so the states other than "open" and "all" are counted from these.
_RULED = "(SELECT DISTINCT finding_id FROM decisions) r CROSS JOIN findings f ON f.finding_id = r.finding_id"
_kept: OrderedDict[tuple[str, str, Filters], Counts] = OrderedDict()


def _counted(conn: sqlite3.Connection, filters: Filters, *, ruled: bool) -> dict[str, Counts]:
    """Count what each value of each filter would leave, by state (``all`` alone where not ``ruled``).

    A finding with a value on both sides counts once. The filters that are not set see the same findings, which are
    read once. Under the name "" is how many there are.
    """
    free = [name for name in _FACETS if getattr(filters, name) in ("", ANY)]
    flags = [_SETTLED, _MINE if filters.reviewer else "0", _STALE] if ruled else ["0", "0", "0"]
    states = _FLAGGED if ruled else {"all": lambda _: True}
    counts: dict[str, Counts] = {state: {} for state in states}
    for names in (free, *([name] for name in _FACETS if name not in free)):
        columns = [*flags, *(column for name in names for column in _FACETS[name][0])]
        without = names[0] if names is not free else ""
        sql = f"SELECT {', '.join(columns)} FROM {_RULED if ruled else 'findings f'} WHERE {filters.where(without)}"
        every = Counter(conn.execute(sql, filters.values()).fetchall())
        for state, holds in states.items():
            seen = {row: n for row, n in every.items() if holds(row)}
            if names is free:
                counts[state][""] = {"": sum(seen.values())}
            at = len(flags)
            for name in names:
                width = len(_FACETS[name][0])
                counts[state][name] = _by_value(seen, slice(at, at + width))
                at += width
    return counts


def _by_value(seen: Mapping[tuple[str | None, ...], int], at: slice) -> dict[str, int]:
    count: dict[str, int] = {}
    for row, n in seen.items():
        for value in dict.fromkeys(row[at]):
            if value:
                count[value] = count.get(value, 0) + n
    return count


def _all_counts(conn: sqlite3.Connection, filters: Filters) -> Counts:
    """Count without regard to rulings. That changes with a run only, so it is kept until the next."""
    path = next(row[2] for row in conn.execute("PRAGMA database_list"))
    run = conn.execute("SELECT run_id FROM runs ORDER BY number DESC LIMIT 1").fetchone()
    key = (path, run[0] if run else "", replace(filters, state="all", reviewer=""))
    counts = _kept.get(key) if path else None
    if counts is None:
        counts = _kept[key] = _counted(conn, key[2], ruled=False)["all"]
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return counts


def _counts(conn: sqlite3.Connection, filters: Filters) -> tuple[Counts, dict[str, int]]:
    """Return the counts of every filter's values in the chosen state, and how many findings each state has."""
    every = _all_counts(conn, filters)
    ruled = _counted(conn, replace(filters, state="all"), ruled=True)
    if not filters.reviewer:
        del ruled["second"]
    ruled["open"] = {
        name: {value: n - ruled["decided"][name].get(value, 0) for value, n in counts.items()}
        for name, counts in every.items()
    }
    ruled["all"] = every
    return ruled[filters.state], {state: ruled[state][""].get("", 0) for state in STATES if state in ruled}


def _choices(conn: sqlite3.Connection, filters: Filters, counts: Counts) -> dict[str, list[Choice]]:
    return {name: _labelled(conn, filters, name, counts[name]) for name in _FACETS}


def _labelled(conn: sqlite3.Connection, filters: Filters, name: str, counts: Mapping[str, int]) -> list[Choice]:
    most = sorted((v for v in counts if counts[v]), key=lambda value: (-counts[value], value))[:CHOICES]
    chosen = getattr(filters, name)
    if chosen and chosen != ANY and chosen not in most:
        most.append(chosen)
    labels: dict[str, str] = {}
    if sql := _FACETS[name][1]:
        labels = dict(conn.execute(f"{sql} IN (SELECT value FROM json_each(?))", [json.dumps(most)]).fetchall())
    return [Choice(value, labels.get(value) or value, counts.get(value, 0)) for value in most]


def listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of a list: the documented form, with its story, origins and last ruling."""
    form = finding_form(row)
    form.update(story_id=row["story_id"] or "", story=row["story"] or "", origins=row["origins"])
    form["ruling"], form["digest"] = row["ruling"], row["digest"]
    return form


_LISTED = FINDING_SQL.replace(
    "SELECT f.*,",
    f"""SELECT f.*, (SELECT title FROM stories t WHERE t.story_id = f.story_id) AS story,
  (SELECT CASE WHEN :sees_all OR {_MINE} THEN d.ruling ELSE 'hidden' END
    FROM decisions_current d WHERE d.finding_id = f.finding_id AND d.digest = f.digest) AS ruling,""",
    1,
)


def queue(conn: sqlite3.Connection, filters: Filters, page: int, *, sees_all: bool = False) -> Queue:
    """Return one page (from 1) of the findings that pass the filters, most severe first, for their reviewer."""
    counts, states = _counts(conn, filters)
    count = states[filters.state]
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    sql = f"{_LISTED} WHERE {filters.where()} ORDER BY {_ORDER} LIMIT :size OFFSET :skip"
    values = {**filters.values(), "sees_all": sees_all, "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE}
    return Queue(
        [listed(row) for row in query(conn, sql, values)],
        count,
        page,
        pages,
        _choices(conn, filters, counts),
        states,
    )


def _seen_by(who: Viewer) -> dict[str, Any]:
    return {"reviewer": who.name, "sees_all": who.sees_all}


def conflicts(conn: sqlite3.Connection, limit: int) -> list[dict[str, Any]]:
    """Return the conflicts that nobody ruled out, most severe first."""
    gone = (
        "(f.finding_id, f.digest) IN (SELECT finding_id, digest FROM decisions_current WHERE ruling IN (:no, :up, :sc))"
    )
    sql = f"{_LISTED} WHERE f.relation = 'conflict' AND NOT {gone} ORDER BY {_ORDER} LIMIT :limit"
    values = {**_seen_by(Viewer(sees_all=True)), "limit": limit, "no": "not-a-conflict", "up": "update", "sc": "scope"}
    return [listed(row) for row in query(conn, sql, values)]


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
        sql = f"""SELECT f.finding_id FROM findings f
          WHERE {filters.where()} AND {_KEY} {sense} {key} ORDER BY {order} LIMIT 1"""
        return next((str(row["finding_id"]) for row in query(conn, sql, values)), "")

    backwards = "f.rank DESC, f.origins, f.confidence, f.finding_id DESC"
    sql = f"""SELECT count(*) AS n, coalesce(sum({_KEY} < {key}), 0) AS before,
      coalesce(sum(f.finding_id = :k_id), 0) AS inside FROM findings f WHERE {filters.where()}"""
    total = next(query(conn, sql, values))
    return Place(total["before"], total["n"], neighbour("<", backwards), neighbour(">", _ORDER), bool(total["inside"]))


def cluster_findings(conn: sqlite3.Connection, cluster_id: str, finding_id: str, who: Viewer) -> list[dict[str, Any]]:
    """Return the other findings on the same question, most severe first."""
    if not cluster_id:
        return []
    sql = f"{_LISTED} WHERE f.cluster_id = :cluster AND f.finding_id <> :own ORDER BY {_ORDER} LIMIT {CHOICES}"
    values = {"cluster": cluster_id, "own": finding_id, **_seen_by(who)}
    return [listed(row) for row in query(conn, sql, values)]


def article_findings(conn: sqlite3.Connection, article_id: str, who: Viewer) -> list[dict[str, Any]]:
    """Return the findings on an article, most severe first."""
    own = "(SELECT claim_id FROM claims WHERE article_id = :article)"
    sql = f"{_LISTED} WHERE f.claim_a IN {own} OR f.claim_b IN {own} ORDER BY {_ORDER}"
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
