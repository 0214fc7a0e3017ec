"""Model objects to table rows and back, exactly. A row is a dict of column name to plain SQLite value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from reconcile.model import (
    Article,
    Attribution,
    Change,
    ChangeKind,
    Claim,
    ClaimKind,
    Cue,
    Decision,
    Direction,
    Entity,
    Field,
    FieldOutcome,
    Hedge,
    Modality,
    Outcome,
    Participant,
    Polarity,
    Problem,
    Quantity,
    Relation,
    Revision,
    Role,
    Sentence,
    Severity,
    Source,
    Span,
    Status,
    TimeRef,
    stable_id,
)
from reconcile.publish.decisions import DECISION_COLUMNS

Value = str | int | float | bytes | None
Row = dict[str, Value]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_QUANTITY = tuple(f.name for f in fields(Quantity))
_TIME = tuple(f.name for f in fields(TimeRef))
_ENTITY = tuple(f.name for f in fields(Entity))
_CUE = tuple(f.name for f in fields(Cue))
_PARTICIPANT = tuple(f.name for f in fields(Participant))
_CHANGE = tuple(f.name for f in fields(Change))

# After conflicts, the relations in the order in which a reader would want them.
_RANKS = {
    Relation.CONFLICT: 1,
    Relation.UPDATE: 2,
    Relation.SCOPE: 3,
    Relation.COMPATIBLE: 4,
    Relation.AGREE: 5,
    Relation.UNRELATED: 6,
}


def rank(relation: Relation, severity: Severity | None) -> int:
    """Return the place of a finding in every list: 0 is the most severe conflict."""
    high = relation is Relation.CONFLICT and severity is Severity.HIGH
    return 0 if high else _RANKS[relation]


def dump(value: object) -> str:
    """Return ``value`` as compact JSON text, the same for the same content."""
    return "[]" if value in ((), []) else _encode(value)


def load(text: str) -> Any:
    """Read what ``dump`` wrote."""
    return () if text == "[]" else json.loads(text)


def _plain(item: object, names: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for name in names:
        value = getattr(item, name)
        found[name] = str(value) if type(value) is Decimal else value
    return found


def source_row(source: Source) -> Row:
    """Return the row of a source."""
    return {"source_id": source.source_id, "name": source.name, "owner": source.owner}


def article_row(article: Article) -> Row:
    """Return the row of an article; its raw page is a row of another table."""
    return {
        "article_id": article.article_id,
        "title": article.title,
        "source": article.source or None,
        "published": article.published,
        "lang": article.lang,
        "url": article.url,
        "text": article.text,
        "content_hash": article.content_hash,
        "path": article.path,
        "line": article.line,
        "kind": article.kind,
    }


def read_article(row: Mapping[str, Any]) -> Article:
    """Return the article of a row that was joined with its raw page."""
    names = ("article_id", "url", "title", "published", "lang", "text", "content_hash", "path", "line", "kind")
    return Article(source=row["source"] or "", raw=row["raw"] or "", **{n: row[n] for n in names})


def sentence_row(sentence: Sentence) -> Row:
    """Return the row of a sentence."""
    return {
        "sentence_id": sentence.sentence_id,
        "article_id": sentence.article_id,
        "part": sentence.part,
        "position": sentence.index,
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "lang": sentence.lang,
        "dropped": sentence.dropped,
    }


def read_sentence(row: Mapping[str, Any]) -> Sentence:
    """Return the sentence of a row."""
    names = ("sentence_id", "article_id", "part", "start", "end", "text", "lang", "dropped")
    return Sentence(index=row["position"], **{n: row[n] for n in names})


def _quantity_columns(quantity: Quantity | None) -> Row:
    if quantity is None:
        names = "value_low value_high value_text unit dimension hedge noun per quantity"
        return dict.fromkeys(names.split())
    return {
        "value_low": None if quantity.low is None else str(quantity.low),
        "value_high": None if quantity.high is None else str(quantity.high),
        "value_text": quantity.raw,
        "unit": quantity.unit,
        "dimension": quantity.dimension,
        "hedge": str(quantity.hedge),
        "noun": quantity.noun,
        "per": quantity.per,
        "quantity": dump(_plain(quantity, _QUANTITY)),
    }


def _time_columns(times: tuple[TimeRef, ...]) -> Row:
    first = next((t for t in times if t.kind != "clock"), times[0] if times else None)
    return {
        "time_text": first.raw if first else None,
        "time_low": first.low if first else None,
        "time_high": first.high if first else None,
        "time_granularity": first.granularity if first else None,
        "times": dump([_plain(t, _TIME) for t in times]),
    }


def focus_text(claim: Claim) -> str:
    """Return the deciding words of the claim; the whole quote where the focus lies outside it."""
    low, high = claim.focus.start - claim.start, claim.focus.end - claim.start
    inside = 0 <= low < high <= len(claim.quote)
    return claim.quote[low:high] if inside else claim.quote


def claim_row(claim: Claim) -> Row:
    """Return the row of a claim: columns to read and sort by, and JSON that holds the rest exactly."""
    said = claim.attribution
    return {
        "claim_id": claim.claim_id,
        "article_id": claim.article_id,
        "sentence_id": claim.sentence_id or None,
        "part": claim.part,
        "start": claim.start,
        "end": claim.end,
        "quote": claim.quote,
        "focus_start": claim.focus.start,
        "focus_end": claim.focus.end,
        "focus": focus_text(claim),
        "kind": str(claim.kind),
        "lang": claim.lang,
        "subject": claim.subject,
        "metric": claim.metric,
        **_quantity_columns(claim.quantity),
        "direction": str(claim.direction) if claim.direction else None,
        **_time_columns(claim.times),
        "place": "; ".join(claim.places),
        "polarity": str(claim.polarity),
        "status": str(claim.status) if claim.status else None,
        "speaker": said.speaker if said else None,
        "cue": said.cue if said else None,
        "attribution_kind": said.kind if said else None,
        "as_of": claim.as_of,
        "extractor": claim.extractor,
        "places": dump(claim.places),
        "entities": dump([_plain(e, _ENTITY) for e in claim.entities]),
        "cues": dump([_plain(c, _CUE) for c in claim.cues]),
        "modality": str(claim.modality),
        "worth": claim.worth,
        "participants": dump([_plain(p, _PARTICIPANT) for p in claim.participants]),
    }


def _read_quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    plain = json.loads(text)
    for name in ("low", "high", "step"):
        plain[name] = None if plain[name] is None else Decimal(plain[name])
    plain["hedge"] = Hedge(plain["hedge"])
    return Quantity(**plain)


def read_claim(row: Mapping[str, Any]) -> Claim:
    """Return the claim of a row."""
    names = (
        "claim_id",
        "article_id",
        "part",
        "start",
        "end",
        "quote",
        "lang",
        "subject",
        "metric",
        "as_of",
        "extractor",
        "worth",
    )
    said = row["attribution_kind"]
    return Claim(
        sentence_id=row["sentence_id"] or "",
        focus=Span(row["focus_start"], row["focus_end"]),
        kind=ClaimKind(row["kind"]),
        quantity=_read_quantity(row["quantity"]),
        direction=Direction(row["direction"]) if row["direction"] else None,
        times=tuple(TimeRef(**t) for t in load(row["times"])),
        places=tuple(load(row["places"])),
        entities=tuple(Entity(**e) for e in load(row["entities"])),
        cues=tuple(Cue(**c) for c in load(row["cues"])),
        polarity=Polarity(row["polarity"]),
        status=Status(row["status"]) if row["status"] else None,
        attribution=None if said is None else Attribution(row["speaker"], row["cue"], said),
        modality=Modality(row["modality"]),
        participants=tuple(Participant(**p) for p in load(row["participants"])),
        **{n: row[n] for n in names},
    )


def outcome_row(finding_id: str, position: int, outcome: FieldOutcome) -> Row:
    """Return the row of one comparison, which stands at ``position`` among those of its finding."""
    return {
        "finding_id": finding_id,
        "position": position,
        "field": outcome.field,
        "role": str(outcome.role),
        "level": outcome.level,
        "label": outcome.label,
        "outcome": str(outcome.outcome),
        "a": outcome.a,
        "b": outcome.b,
        "weight": outcome.weight,
    }


def read_outcome(row: Mapping[str, Any]) -> FieldOutcome:
    """Return the comparison of a row."""
    names = ("field", "level", "label", "a", "b", "weight")
    return FieldOutcome(role=Role(row["role"]), outcome=Outcome(row["outcome"]), **{n: row[n] for n in names})


def problem_row(problem: Problem) -> Row:
    """Return the row of a problem, its id made from all it says."""
    row: Row = {
        "stage": problem.stage,
        "path": problem.path,
        "line": problem.line,
        "article_id": problem.article_id or None,
        "message": problem.message,
        "advice": problem.advice,
    }
    return {"problem_id": stable_id(*(str(v) for v in row.values())), **row}


def read_problem(row: Mapping[str, Any]) -> Problem:
    """Return the problem of a row."""
    names = ("stage", "path", "line", "message", "advice")
    return Problem(article_id=row["article_id"] or "", **{n: row[n] for n in names})


def revision_row(revision: Revision, replaced_at: str) -> Row:
    """Return the row of an earlier version; its changes are rows of another table."""
    names = ("revision_id", "article_id", "number", "title", "text", "published", "content_hash")
    return {**{n: getattr(revision, n) for n in names}, "replaced_at": replaced_at}


def change_row(revision_id: str, position: int, change: Change) -> Row:
    """Return the row of one change, which stands at ``position`` among those of its revision."""
    row = {name: getattr(change, name) for name in _CHANGE}
    row |= {"kind": str(change.kind), "field": str(change.field), "announced": int(change.announced)}
    return {"revision_id": revision_id, "position": position, **row}


def read_change(row: Mapping[str, Any]) -> Change:
    """Return the change of a row."""
    same = {n: row[n] for n in _CHANGE if n not in ("kind", "field", "announced")}
    return Change(ChangeKind(row["kind"]), Field(row["field"]), announced=bool(row["announced"]), **same)


def read_revision(row: Mapping[str, Any], changes: Iterable[Change]) -> Revision:
    """Return the revision of a row, with its changes."""
    names = ("revision_id", "article_id", "number", "title", "text", "published", "content_hash")
    return Revision(changes=tuple(changes), **{n: row[n] for n in names})


def read_decision(row: Mapping[str, Any]) -> Decision:
    """Return the decision of a row."""
    return Decision(**{n: row[n] for n in DECISION_COLUMNS})
