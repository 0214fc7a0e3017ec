"""What a person may rule on a finding, and how a ruling is tied to what it was made on."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from reconcile.errors import StoreError
from reconcile.model import Decision, stable_id

# Stored name, and the words shown to a reviewer. The names are API: decisions keep them for ever.
RULINGS: dict[str, str] = {
    "conflict": "Confirmed conflict",
    "not-a-conflict": "Not a conflict",
    "update": "An update",
    "scope": "Different scope",
    "unsure": "Unsure",
}
UNSURE = "unsure"
NOTE_LIMIT = 2000
DECISION_COLUMNS = tuple(f.name for f in fields(Decision))


def side_digest(quote_a: str, value_a: str, quote_b: str, value_b: str) -> str:
    """Return a digest of what a reviewer rules on: both sentences and both values."""
    return stable_id(quote_a, value_a, quote_b, value_b)


def finding_digest(row: Mapping[str, Any]) -> str:
    """Return the digest of a finding in the documented form (``row["a"]["quote"]`` and so on)."""
    a, b = row["a"], row["b"]
    return side_digest(a["quote"], a["value"], b["quote"], b["value"])


def check_decision(decision: Decision) -> None:
    """Raise StoreError if the ruling is none of RULINGS, or if the reviewer or time is missing."""
    if decision.ruling not in RULINGS:
        raise StoreError(f"unknown ruling {decision.ruling!r}; known: {', '.join(RULINGS)}")
    for name in ("decision_id", "finding_id", "reviewer", "created_at"):
        if not getattr(decision, name):
            raise StoreError(f"decision {decision.decision_id!r} has no {name}")


def new_decision(
    row: Mapping[str, Any],
    ruling: str,
    *,
    reviewer: str,
    created_at: str,
    note: str = "",
    supersedes: str = "",
) -> Decision:
    """Return a decision on the finding ``row`` (the documented form), its id made from its content.

    ``created_at`` is ISO 8601 in UTC; ``supersedes`` is the id of the decision that this one replaces.
    """
    finding_id, note = str(row["id"]), note.strip()[:NOTE_LIMIT]
    decision = Decision(
        decision_id=stable_id(finding_id, ruling, reviewer, note, created_at, supersedes),
        finding_id=finding_id,
        ruling=ruling,
        reviewer=reviewer,
        note=note,
        digest=finding_digest(row),
        created_at=created_at,
        supersedes=supersedes,
    )
    check_decision(decision)
    return decision


def append_decision(conn: sqlite3.Connection, decision: Decision) -> None:
    """Add a decision inside the transaction that is under way; the same one again changes nothing.

    :raises StoreError: if the decision is not complete, or another has its id.
    """
    check_decision(decision)
    values = tuple(getattr(decision, name) for name in DECISION_COLUMNS)
    names = ", ".join(DECISION_COLUMNS)
    sql = f"SELECT {names} FROM decisions WHERE decision_id = ?"  # noqa: S608 (our own names)
    present = conn.execute(sql, [decision.decision_id]).fetchone()
    if present is None:
        marks = ", ".join("?" * len(values))
        conn.execute(f"INSERT INTO decisions ({names}) VALUES ({marks})", values)  # noqa: S608
    elif tuple(present) != values:
        raise StoreError(f"another decision has the id {decision.decision_id}")
