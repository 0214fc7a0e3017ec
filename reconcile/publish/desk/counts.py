"""How many groups of findings each filter would leave, and how many there are in each state."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from reconcile.publish.desk.filters import ANY, MINE, SETTLED, STALE, STATES, Filters

# ruff: noqa: S608 (statements are put together from constants; values are parameters)

CHOICES = 200
KEPT = 64

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
class Choice:
    """One value of a filter with the number of groups it would leave."""

    value: str
    label: str
    count: int


Counts = dict[str, dict[str, int]]
_Row = tuple[Any, ...]  # the group, what is known of the finding (settled, mine, stale), its values
_FLAGS = 4

# Which findings of the groups that somebody ruled on count towards what. A group is in each state that one of its
# findings is in; it is no longer open when none of them is ``left``.
_HOLDS: dict[str, Callable[[_Row], bool]] = {
    "second": lambda row: row[1] and not row[2],
    "decided": lambda row: row[1],
    "stale": lambda row: row[3] and not row[1],
    "ruled": lambda row: True,
    "left": lambda row: not row[1],
}

# The groups on which somebody ruled: few, so the states other than "open" and "all" are counted from these.
_RULED = "f.lead IN (SELECT r.lead FROM decisions CROSS JOIN findings r USING (finding_id))"
_kept: OrderedDict[tuple[str, str, Filters], Counts] = OrderedDict()
_keeping = Lock()


def _read(conn: sqlite3.Connection, filters: Filters, *, ruled: bool) -> Iterator[tuple[list[str], list[_Row]]]:
    """Yield names of filters with the findings that would be left if these were not set.

    The filters that are not set see the same findings, which are read once. Where not ``ruled`` all groups are read,
    and nothing is known of their rulings.
    """
    free = [name for name in _FACETS if getattr(filters, name) in ("", ANY)]
    yield ["", *free], _rows(conn, filters, free, ruled=ruled)
    for name in _FACETS:
        if name not in free:
            yield [name], _rows(conn, filters, [name], ruled=ruled)


def _rows(conn: sqlite3.Connection, filters: Filters, names: Sequence[str], *, ruled: bool) -> list[_Row]:
    flags = [SETTLED, MINE if filters.reviewer else "0", STALE] if ruled else ["0", "0", "0"]
    columns = ["f.lead", *(flag.format(f="f") for flag in flags), *(c for name in names for c in _FACETS[name][0])]
    where = filters.where(names[0] if len(names) == 1 else "")
    sql = f"SELECT {', '.join(columns)} FROM findings f WHERE {where}{f' AND {_RULED}' if ruled else ''}"
    return conn.execute(sql, filters.values()).fetchall()


def _by_name(names: Iterable[str], rows: Sequence[_Row]) -> Counts:
    """Count the groups of some findings by value. Under the name "" is how many there are."""
    counts: Counts = {}
    at = _FLAGS
    for name in names:
        if not name:
            counts[""] = {"": len({row[0] for row in rows})}
            continue
        width = len(_FACETS[name][0])
        counts[name] = dict(Counter(value for _, value in _held(rows, slice(at, at + width))))
        at += width
    return counts


def _held(rows: Sequence[_Row], at: slice) -> set[tuple[str, str]]:
    """Each group with each value that it has."""
    return {(row[0], value) for row in rows for value in row[at] if value}


def _all_counts(conn: sqlite3.Connection, filters: Filters) -> Counts:
    """Count without regard to rulings. That changes with a run only, so it is kept until the next."""
    path = next(row[2] for row in conn.execute("PRAGMA database_list"))
    run = conn.execute("SELECT run_id FROM runs ORDER BY number DESC LIMIT 1").fetchone()
    key = (path, run[0] if run else "", replace(filters, state="all", reviewer=""))
    counts = _kept.get(key) if path else None
    if counts is None:
        counts = {}
        for names, rows in _read(conn, key[2], ruled=False):
            counts.update(_by_name(names, rows))
        with _keeping:  # pages are made by several threads: only what is whole is kept
            _kept[key] = counts
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return counts


def counted(conn: sqlite3.Connection, filters: Filters) -> tuple[Counts, dict[str, int]]:
    """Return how many groups each value of each filter would leave in the chosen state, and how many each state has."""
    every = _all_counts(conn, filters)
    found: dict[str, Counts] = {state: {} for state in _HOLDS}
    for names, rows in _read(conn, replace(filters, state="all"), ruled=True):
        for state, holds in _HOLDS.items():
            found[state].update(_by_name(names, [row for row in rows if holds(row)]))
    if not filters.reviewer:
        del found["second"]
    ruled, left = found.pop("ruled"), found.pop("left")
    found["open"] = {
        name: {value: n - ruled[name].get(value, 0) + left[name].get(value, 0) for value, n in counts.items()}
        for name, counts in every.items()
    }
    found["all"] = every
    return found[filters.state], {state: found[state][""].get("", 0) for state in STATES if state in found}


def total(conn: sqlite3.Connection, filters: Filters) -> int:
    """Return how many groups the filters leave."""
    every = _all_counts(conn, filters)[""].get("", 0)
    if filters.state == "all":
        return every
    rows = _rows(conn, replace(filters, state="all"), (), ruled=True)
    found = {state: len({row[0] for row in rows if holds(row)}) for state, holds in _HOLDS.items()}
    return every - found["ruled"] + found["left"] if filters.state == "open" else found[filters.state]


def choices(conn: sqlite3.Connection, filters: Filters, counts: Counts) -> dict[str, list[Choice]]:
    """Return what each filter can be set to, what leaves most first."""
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
