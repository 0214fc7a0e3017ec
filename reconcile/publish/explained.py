"""One finding in full, and the answers to a lookup, as text for a person or as JSON. Pure formatting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconcile.publish.terminal import (
    WIDTH,
    Row,
    clean,
    headline,
    marked_lines,
    side_lines,
    table,
    whole,
)
from reconcile.publish.verifications import verification_text

_OUTCOME_COLUMNS = ("field", "role", "outcome", "level", "weight", "a", "b", "why")


def explanation_text(finding: Row, *, color: bool = False, width: int = WIDTH) -> str:
    """Return everything known about a finding (as ``Store.explain`` gives it): texts, fields, ruling."""
    lines = [headline(finding, color=color)]
    for name in ("a", "b"):
        lines.extend(_in_context(_mapping(finding.get(name)), color=color, width=width))
    lines.append(f"   = {clean(str(finding.get('explanation') or 'no explanation'))}")
    lines.append("")
    lines.append(table((_outcome(row) for row in _rows(finding.get("outcomes"))), _OUTCOME_COLUMNS).rstrip())
    lines.append("")
    lines.extend(_closing(finding))
    return "\n".join(lines) + "\n"


def _in_context(side: Row, *, color: bool, width: int) -> Iterator[str]:
    """Yield where a side stands, its article's title, and the paragraph with the deciding words marked."""
    context = _mapping(side.get("context"))
    if not context:
        yield from side_lines(side, color=color, width=width)
        return
    first, *_ = side_lines({**side, "quote": ""}, width=width)
    yield first
    about = [str(side[name]) for name in ("title", "published", "url") if side.get(name)]
    if about:
        yield "      " + clean(" | ".join(about))
    before, after = ("… " if context.get(name) else "" for name in ("cut_before", "cut_after"))
    shift = len(before)
    low, high = (whole(context.get(name)) + shift for name in ("focus_start", "focus_end"))
    yield from marked_lines(before + str(context["text"]) + after, (low, high), color=color, width=width)


def _outcome(row: Row) -> Row:
    weight = row.get("weight")
    return {**row, "why": row.get("label"), "weight": "" if weight is None else weight}


def _closing(finding: Row) -> Iterator[str]:
    for name, label in (
        ("origins", "independent origins"),
        ("story_id", "story"),
        ("cluster_id", "question"),
    ):
        if finding.get(name):
            yield f"{label}: {clean(str(finding[name]))}"
    yield from (clean(verification_text(said)) for said in _rows(finding.get("verifications")))
    decision = _mapping(finding.get("decision"))
    if decision:
        note = f": {decision['note']}" if decision.get("note") else ""
        stale = " (stale: made on other words or values)" if decision.get("digest") != finding.get("digest") else ""
        yield clean(f"decision: {decision.get('ruling')} by {decision.get('reviewer')}{stale}{note}")
    yield f"finding: {clean(str(finding.get('id')))}"


def lookup_text(rows: Iterable[Row], *, color: bool = False, width: int = WIDTH) -> str:
    """Return the claims that answer a looked-up question, each with its relation to the text asked about."""
    parts = []
    for row in rows:
        lines = [headline(row, color=color), *side_lines(row, color=color, width=width)]
        if row.get("explanation"):
            lines.append(f"   = {clean(str(row['explanation']))}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts) or "no claim answers the same question\n"


def _mapping(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _rows(value: object) -> list[Row]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []
