"""Rows and reports as bytes for the outside: tables, JSON, JSON Lines, CSV, and the reporters of `check`.

Pure formatting: nothing here decides an exit code or reads a file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Protocol

from reconcile.claims.words import shortened
from reconcile.model import Claim, Quantity, Sentence
from reconcile.publish.ci import WITNESSES, CheckReport, github, junit, markdown, said, witnesses
from reconcile.publish.sarif import sarif
from reconcile.publish.terminal import WIDTH, Row, clean, counted, finding_text, paint, table

_UNSAFE_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # some read the wide ones, too
_SPACES_FIRST = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_SIDE_COLUMNS = ("article_id", "source", "value", "quote", "part", "start", "end", "claim_id")
_FINDING_COLUMNS = ("severity", "relation", "field", "confidence", "about", "a", "b", "id")
_CLAIM_COLUMNS = ("article_id", "part", "start", "end", "kind", "metric", "value", "times", "quote")
_CHANGE_COLUMNS = ("article_id", "replaced_at", "kind", "field", "before", "after", "announced")
_DROPPED_COLUMNS = ("article_id", "part", "start", "end", "dropped", "quote")


class Reporter(Protocol):
    """Turns a check into text; ``color`` is only honoured by formats for people."""

    def __call__(self, report: CheckReport, *, color: bool = False, width: int = WIDTH) -> str:
        """Return the whole report, ending in a newline unless empty."""


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON with text as it is, but for characters that act on a terminal, which are escaped."""
    dumped = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _UNSAFE_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", dumped)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def rows_text(rows: Iterable[Row], form: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield ``rows`` in one of `ROW_FORMATS`; json and csv carry all keys, a table only ``columns``.

    In csv, control characters are shown as signs, and text that a spreadsheet would run has ``'`` before it.
    """
    if form == "jsonl":
        yield from (to_json(row) + "\n" for row in rows)
    elif form == "json":
        yield to_json(list(rows), indent=2) + "\n"
    elif form == "csv":
        yield from _csv(list(rows), columns)
    else:
        yield table(
            rows,
            columns,
            limits={"quote": 70, "about": 34, "a": 32, "b": 32, "explanation": 60, "before": 40, "after": 40},
        )


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[str]:
    names = list(rows[0]) if rows else list(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_csv_cell(row.get(name)) for name in names])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _csv_cell(value: object) -> object:
    """Return a cell that acts on no terminal and that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, Mapping | list | tuple):
        return to_json(value)
    if not isinstance(value, str):
        return value
    formula = value.startswith(_SPACES_FIRST) or clean(value).lstrip().startswith(_FORMULA)
    return ("'" if formula and not _NUMBER.fullmatch(value) else "") + clean(value)


def findings_text(findings: Iterable[Row], form: str) -> Iterator[str]:
    """Yield findings in one of `ROW_FORMATS`; CSV has a column for each part of the two sides."""
    if form == "csv":
        yield from rows_text([_flat(finding) for finding in findings], form, tuple(_flat({})))
    elif form == "table":
        yield from rows_text((_brief(finding) for finding in findings), form, _FINDING_COLUMNS)
    else:
        yield from rows_text(findings, form, ())


def _flat(finding: Row) -> dict[str, object]:
    keys = ("id", "relation", "field", "severity", "confidence", "cluster_id", "about", "explanation")
    flat: dict[str, object] = {key: finding.get(key) for key in keys}
    for name in ("a", "b"):
        side = _mapping(finding.get(name))
        flat.update({f"{name}_{key}": side.get(key) for key in _SIDE_COLUMNS})
        flat[f"{name}_also_in"] = " ".join(map(str, _list(side.get("also_in"))))
    return flat


def _brief(finding: Row) -> dict[str, object]:
    brief = {key: finding.get(key) for key in _FINDING_COLUMNS}
    for name in ("a", "b"):
        side = _mapping(finding.get(name))
        brief[name] = f"{side.get('value') or side.get('quote') or ''} ({side.get('source') or side.get('article_id')})"
    return brief


def claim_row(claim: Claim) -> dict[str, object]:
    """Return a claim as one flat row: ids, span, quote and every typed field; decimals as strings."""
    said = claim.attribution
    return {
        "id": claim.claim_id,
        "article_id": claim.article_id,
        "sentence_id": claim.sentence_id,
        "part": claim.part,
        "start": claim.start,
        "end": claim.end,
        "quote": claim.quote,
        "focus_start": claim.focus.start,
        "focus_end": claim.focus.end,
        "kind": claim.kind.value,
        "lang": claim.lang,
        "subject": claim.subject,
        "metric": claim.metric,
        **_quantity(claim.quantity),
        "direction": claim.direction.value if claim.direction else None,
        "times": [asdict(time) for time in claim.times],
        "places": list(claim.places),
        "entities": [asdict(entity) for entity in claim.entities],
        "cues": [asdict(cue) for cue in claim.cues],
        "polarity": claim.polarity.value,
        "status": claim.status.value if claim.status else None,
        "speaker": said.speaker if said else None,
        "cue": said.cue if said else None,
        "attribution": said.kind if said else None,
        "participants": [asdict(participant) for participant in claim.participants],
        "modality": claim.modality.value,
        "worth": claim.worth,
        "as_of": claim.as_of,
        "extractor": claim.extractor,
    }


def _quantity(quantity: Quantity | None) -> dict[str, object]:
    return {
        "value": quantity.raw if quantity else None,
        "value_low": _decimal(quantity.low) if quantity else None,
        "value_high": _decimal(quantity.high) if quantity else None,
        "value_step": _decimal(quantity.step) if quantity else None,
        "unit": quantity.unit if quantity else None,
        "dimension": quantity.dimension if quantity else None,
        "hedge": quantity.hedge.value if quantity else None,
        "noun": quantity.noun if quantity else None,
        "per": quantity.per if quantity else None,
    }


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def dropped_row(sentence: Sentence) -> dict[str, object]:
    """Return a sentence that carries no claim, with the reason it was left out."""
    return {
        "id": sentence.sentence_id,
        "article_id": sentence.article_id,
        "part": sentence.part,
        "start": sentence.start,
        "end": sentence.end,
        "quote": sentence.text,
        "dropped": sentence.dropped,
        "lang": sentence.lang,
    }


def claims_text(rows: Iterable[Row], form: str, *, dropped: bool = False) -> Iterator[str]:
    """Yield rows of `claim_row` or, with ``dropped``, `dropped_row` in one of `ROW_FORMATS`."""
    columns = _DROPPED_COLUMNS if dropped else _CLAIM_COLUMNS
    if form == "table":
        rows = ({**row, "times": " ".join(str(t["raw"]) for t in _list(row.get("times")))} for row in rows)
    yield from rows_text(rows, form, columns)


def changes_text(rows: Iterable[Row], form: str) -> Iterator[str]:
    """Yield what changed between versions of articles in one of `ROW_FORMATS`."""
    if form == "table":
        rows = (
            {
                **row,
                "before": row["value_before"] or row["quote_before"],
                "after": row["value_after"] or row["quote_after"],
            }
            for row in rows
        )
    yield from rows_text(rows, form, _CHANGE_COLUMNS)


def text(report: CheckReport, *, color: bool = False, width: int = WIDTH) -> str:
    """Return the report for a person: each conflict with both quotes, then one closing line."""
    parts = [_conflict_text(pairs, color=color, width=width) for pairs in report.conflicts()]
    parts += [clean(remark) + "\n" for remark in report.remarks()]
    high = any(finding.get("severity") == "high" for finding in report.findings)
    style = "high" if high else "low" if report.findings else "bold"
    scope = f" in {report.scope()}" if report.claims else f" ({counted(len(report.articles), 'article')})"
    parts.append(paint(clean(report.verdict()), style, color) + (scope if report.articles else "") + "\n")
    return "\n".join(parts)


def _conflict_text(pairs: Sequence[Row], *, color: bool, width: int) -> str:
    """Return a conflict by its first pair, with what else says the same."""
    more = list(witnesses(pairs))
    lines = [f"   = also {shortened(said(side), width - 11)}" for side in more[:WITNESSES]]
    if len(more) > WITNESSES:
        lines.append(f"   = … and {len(more) - WITNESSES} more sentences")
    return finding_text(pairs[0], color=color, width=width) + "".join(clean(line) + "\n" for line in lines)


def as_json(report: CheckReport, *, color: bool = False, width: int = WIDTH) -> str:
    """Return the whole report as one JSON object."""
    return (
        to_json(
            {
                "articles": list(report.articles),
                "claims": report.claims,
                "findings": list(report.findings),
                "suppressed": [asdict(one) for one in report.suppressed],
                "problems": [asdict(problem) for problem in report.problems],
                "notes": list(report.notes),
                "silent": list(report.silent),
                "since": report.since,
            },
            indent=2,
        )
        + "\n"
    )


def as_jsonl(report: CheckReport, *, color: bool = False, width: int = WIDTH) -> str:
    """Return the findings, one JSON object a line."""
    return "".join(to_json(finding) + "\n" for finding in report.findings)


def _colourless(make: Callable[[CheckReport], str]) -> Reporter:
    def report_as(report: CheckReport, *, color: bool = False, width: int = WIDTH) -> str:
        return make(report)

    return report_as


REPORTERS: Mapping[str, Reporter] = {
    "text": text,
    "json": as_json,
    "jsonl": as_jsonl,
    **{make.__name__: _colourless(make) for make in (github, sarif, junit, markdown)},
}


def _mapping(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Row]:
    return list(value) if isinstance(value, list | tuple) else []
