"""Decisions as JSON Lines: one a line with every column, in an order that depends on nothing but the decisions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import datetime

from reconcile.errors import InputError, StoreError
from reconcile.model import Decision
from reconcile.publish.decisions import DECISION_COLUMNS, check_decision
from reconcile.publish.read import decision_form
from reconcile.publish.report import to_json

_REQUIRED = tuple(f.name for f in fields(Decision) if f.default is MISSING)


def lines_of(decisions: Iterable[Decision]) -> Iterator[str]:
    """Yield each decision as a line."""
    return (to_json(decision_form(decision)) + "\n" for decision in decisions)


def read_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Decision | str]]:
    """Yield the number of each line that is not empty, with its decision or what is wrong with it."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, _decision(line)
            except (InputError, StoreError) as error:
                yield number, str(error)


def _decision(line: bytes) -> Decision:
    """Return the decision of a line. Raises InputError or StoreError with what is wrong with it."""
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8; export it again") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON ({error}); mend or delete the line") from error
    if not isinstance(row, dict):
        raise InputError("is no JSON object; a decision is one, as `reconcile decisions export` writes it")
    missing = [name for name in _REQUIRED if name not in row]
    unknown = sorted(set(row) - set(DECISION_COLUMNS))
    wrong = [name for name in DECISION_COLUMNS if not _is_text(row.get(name, ""))]
    if missing:
        raise InputError(f"has no {', '.join(missing)}; add what is missing, or delete the line")
    if unknown:
        raise InputError(f"has unknown columns ({', '.join(unknown)}); a newer reconcile may know them")
    if wrong:
        raise InputError(f"has something that is no text as {', '.join(wrong)}; mend or delete the line")
    decision = Decision(**row)
    if not _is_time(decision.created_at):
        raise InputError(f"has no time in UTC as created_at ({decision.created_at!r}); write 2031-03-05T09:00:00Z")
    check_decision(decision)
    return decision


def _is_text(value: object) -> bool:
    """Return whether a value is text that can be stored: a lone half of a surrogate pair cannot."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def _is_time(text: str) -> bool:
    """Return whether a text is a time in UTC, said or left out: decisions are put in order by it, as text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return not moment.utcoffset()
