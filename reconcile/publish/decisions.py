"""What a person may rule on a finding, and how a ruling is tied to what it was made on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
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
RULED_OUT = frozenset({"not-a-conflict", "update", "scope"})  # the reviewer says that it is no conflict
WITHDRAWN = "withdrawn"
SIDES = ("a", "b", "neither")
REASONS: dict[str, str] = {
    "source-error": "A source is wrong",
    "later-state": "Things moved on between the two",
    "other-event": "About different things",
    "same-meaning": "The same in other words",
    "rounding": "Rounding or a hedge explains it",
    "misread": "The words were misread by the machine",
    "opinion": "An opinion or a forecast, no fact",
    "other": "Another reason, see the note",
}
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
    """Raise StoreError if a word is none of the known ones, or if the reviewer or time is missing."""
    for name, known in (("ruling", (*RULINGS, WITHDRAWN)), ("side", ("", *SIDES)), ("reason", ("", *REASONS))):
        if getattr(decision, name) not in known:
            raise StoreError(f"unknown {name} {getattr(decision, name)!r}; known: {', '.join(filter(None, known))}")
    for name in ("decision_id", "finding_id", "reviewer", "created_at"):
        if not getattr(decision, name):
            raise StoreError(f"decision {decision.decision_id!r} has no {name}")


def _identified(decision: Decision) -> Decision:
    """Return the decision with the id that its content gives it, checked."""
    said = (decision.finding_id, decision.ruling, decision.reviewer, decision.note, decision.created_at)
    more = tuple(filter(None, (decision.side, decision.reason, decision.made_on)))
    made = replace(decision, decision_id=stable_id(*said, decision.supersedes, *more))
    check_decision(made)
    return made


def new_decision(
    row: Mapping[str, Any],
    ruling: str,
    *,
    reviewer: str,
    created_at: str,
    note: str = "",
    side: str = "",
    reason: str = "",
    supersedes: str = "",
) -> Decision:
    """Return a decision on the finding ``row`` (the documented form), its id made from its content.

    ``created_at`` is ISO 8601 in UTC; ``supersedes`` is the id of the decision that this one replaces.
    """
    note = note.strip()[:NOTE_LIMIT]
    base = Decision("", str(row["id"]), ruling, reviewer, note, finding_digest(row), created_at, supersedes)
    return _identified(replace(base, side=side, reason=reason))


def withdrawal(decision: Decision, created_at: str) -> Decision:
    """Return the row that undoes a decision: what it had superseded stands again."""
    undone = replace(decision, ruling=WITHDRAWN, note="", side="", reason="", made_on="", created_at=created_at)
    return _identified(replace(undone, supersedes=decision.decision_id))


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions that are neither superseded nor withdrawn, in their order (as ``decisions_standing``)."""
    given = list(decisions)
    withdrawn = {d.supersedes for d in given if d.ruling == WITHDRAWN}
    gone = {d.supersedes for d in given if d.decision_id not in withdrawn}
    return [d for d in given if d.ruling != WITHDRAWN and d.decision_id not in gone]


_CONTENT = ("ruling", "note", "digest", "side", "reason")
_OTHER_SIDE = {"a": "b", "b": "a"}


def _direct(decision: Decision) -> bool:
    """Tell whether a decision was made on the finding itself, and not on another of its group."""
    return decision.made_on in ("", decision.finding_id)


def rule(conn: sqlite3.Connection, decision: Decision) -> Decision:
    """Append a decision in place of its reviewer's earlier one on the finding, inside the transaction under way.

    The same ruling on the same words again, as when a form is sent twice, adds nothing, unless another reviewer's
    came in between and it is to count again. An ``unsure`` gives way to any other, so said again it changes nothing;
    neither does one made on another finding of the group where there is one made on the finding itself.
    """
    names = ", ".join(DECISION_COLUMNS)
    sql = f"SELECT {names} FROM decisions WHERE finding_id = ? AND reviewer = ? ORDER BY rowid"  # noqa: S608
    found = conn.execute(sql, [decision.finding_id, decision.reviewer]).fetchall()
    before = standing(Decision(*row) for row in found)
    said = before and all(getattr(before[-1], name) == getattr(decision, name) for name in _CONTENT)
    if said and _direct(before[-1]) >= _direct(decision):
        current = """SELECT 1 FROM decisions_current
          WHERE finding_id = ? AND (decision_id = ? OR (? AND made_on IN ('', finding_id)))"""
        known = [decision.finding_id, before[-1].decision_id, not _direct(decision)]
        if decision.ruling == UNSURE or conn.execute(current, known).fetchone():
            return before[-1]
    if before:
        decision = replace(decision, supersedes=before[-1].decision_id)
    decision = _identified(decision)
    append_decision(conn, decision)
    return decision


@dataclass(frozen=True, slots=True)
class Covered:
    """Another finding of the group that a ruling covers; ``turned`` where its sides are the other way round.

    ``sided`` is false where neither side can be the right one.
    """

    finding_id: str
    digest: str
    turned: bool = False
    sided: bool = True


def rule_on_all(conn: sqlite3.Connection, decision: Decision, others: Sequence[Covered]) -> list[Decision]:
    """Append a decision as ``rule`` does, and one like it on each of the others; return what stands on each now."""
    if not others:
        return [rule(conn, decision)]
    decision = replace(decision, made_on=decision.finding_id)
    made = [rule(conn, decision)]
    for other in others:
        side = _OTHER_SIDE.get(decision.side, decision.side) if other.turned else decision.side
        on_other = replace(decision, finding_id=other.finding_id, digest=other.digest)
        made.append(rule(conn, replace(on_other, side=side if other.sided else "")))
    return made


def withdraw(conn: sqlite3.Connection, decision_id: str, reviewer: str, created_at: str) -> list[Decision]:
    """Append the rows that undo a reviewer's ruling, inside the transaction under way: all that it wrote and stands.

    The first is on the finding that the reviewer looked at, if that row stands.

    :raises StoreError: if the ruling is not theirs, or does not stand any more.
    """
    names = ", ".join(f"d.{name}" for name in DECISION_COLUMNS)
    sql = f"""SELECT {names} FROM decisions w JOIN decisions d ON d.reviewer = w.reviewer AND (
        d.decision_id = w.decision_id
        OR (w.made_on <> '' AND d.made_on = w.made_on AND d.created_at = w.created_at))
      WHERE w.decision_id = ? AND w.reviewer = ?
        AND EXISTS (SELECT 1 FROM decisions_standing s WHERE s.decision_id = w.decision_id)
        AND EXISTS (SELECT 1 FROM decisions_standing s WHERE s.decision_id = d.decision_id)
      ORDER BY d.finding_id <> d.made_on, d.rowid"""  # noqa: S608 (our own names)
    undone = [Decision(*row) for row in conn.execute(sql, [decision_id, reviewer])]
    if not undone:
        raise StoreError("That ruling is not yours, or does not stand any more.")
    made = [withdrawal(decision, created_at) for decision in undone]
    for one in made:
        append_decision(conn, one)
    return made


def append_decision(conn: sqlite3.Connection, decision: Decision) -> bool:
    """Add a decision inside the transaction under way; return False where it is there already.

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
    return present is None


def appended(conn: sqlite3.Connection, decision: Decision) -> bool | str:
    """Add a decision as ``append_decision`` does; where that refuses it, return why."""
    try:
        return append_decision(conn, decision)
    except StoreError as error:
        return str(error)
