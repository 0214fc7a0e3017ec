"""Claims as fields drawn over the text, and as rows of a table; words for people, no markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from reconcile.claims.amounts import intervals, units
from reconcile.model import Claim, Entity, Modality, Polarity, Quantity, TimeRef
from reconcile.publish.desk.marks import Mark
from reconcile.publish.rows import focus_text

# Kind of a cue to the kind of mark that it is drawn as; scope words and bases both say what is set against what.
_CUES = {
    "direction": "direction",
    "outcome": "direction",
    "pole": "polarity",
    "status": "status",
    "metric": "metric",
    "scope": "scope",
    "base": "scope",
    "against": "scope",
}
KINDS = {
    "value": "number",
    "time": "time",
    "name": "name",
    "place": "place",
    "direction": "direction or outcome",
    "polarity": "one of two opposites",
    "status": "status",
    "metric": "what is measured",
    "scope": "scope or base",
}


def drawn(claims: Iterable[Claim]) -> Iterator[tuple[str, Mark]]:
    """Yield the part and the mark of every typed field of these claims, each once."""
    seen = set()
    for claim in claims:
        for mark in _of(claim):
            if (claim.part, mark) not in seen:
                seen.add((claim.part, mark))
                yield claim.part, mark


def _of(claim: Claim) -> Iterator[Mark]:
    if claim.quantity is not None:
        yield Mark(claim.quantity.start, claim.quantity.end, kind="value", label=value(claim.quantity))
    for time in claim.times:
        yield Mark(time.start, time.end, kind="time", label=when(time))
    roles = {(p.start, p.end): f"{p.event}: {p.role}" for p in claim.participants}
    for entity in claim.entities:
        role = roles.get((entity.start, entity.end), "")
        kind = "place" if entity.kind == "place" else "name"
        yield Mark(entity.start, entity.end, kind=kind, label=" · ".join(filter(None, (named(entity), role))))
    for cue in claim.cues:
        if cue.kind in _CUES:
            word = cue.value if cue.kind in ("direction", "outcome", "status", "metric") else cue.group
            if cue.kind == "pole":
                word = f"{cue.group}: {'no' if cue.value == '-' else 'yes'}"
            yield Mark(cue.start, cue.end, kind=_CUES[cue.kind], label=(word or cue.kind).replace("_", " "))


def value(quantity: Quantity) -> str:
    """Return a quantity as it was understood: hedge, number or range, unit, denominator."""
    low, high = quantity.low, quantity.high
    if low == high:
        number = _number(low)
    else:
        number = f"{_number(low)}–{_number(high)}".strip("–") if low is None or high is None else ""
        number = number or f"{_number(low)}–{_number(high)}"
    unit = quantity.noun if quantity.unit in ("", "count") else quantity.unit
    per = f"per {quantity.per}" if quantity.per else ""
    return " ".join(filter(None, (str(quantity.hedge), number, unit, per)))


def _number(number: Decimal | None) -> str:
    if number is None:
        return ""
    for size, word in ((10**12, " trillion"), (10**9, " billion"), (10**6, " million")):
        if abs(number) >= size:
            return f"{_number(round(number / size, 3))}{word}"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def when(time: TimeRef) -> str:
    """Return a time as it was understood, with what kind of time it is where that is not when it happened."""
    days = "day unknown"
    if time.low or time.high:
        days = time.low or "" if time.low == time.high else f"{time.low or '…'} to {time.high or '…'}"
    return days if time.kind in ("point", "clock") else f"{days} ({time.kind})"


def named(entity: Entity) -> str:
    """Return a name as it was understood: the canonical form where it is another, what holds a place, its kind."""
    name = entity.name if entity.name.casefold() != entity.raw.casefold() else ""
    within = f"in {entity.within}" if entity.within else ""
    kind = "" if entity.kind in ("place", "other") else entity.kind
    return " ".join(filter(None, (name, within, kind)))


def span(claim: Claim) -> tuple[float | None, float | None, str]:
    """Return the values that a reader would accept for the claim's number, in base units, and that unit.

    An open end ("at least") is None; all is empty where the claim has no number.
    """
    quantity = claim.quantity
    if quantity is None:
        return None, None, ""
    try:
        low, high = intervals.interval(quantity)
        unit = units.base_unit(quantity.dimension, quantity.unit)
    except ValueError:  # a unit that another version of the extractor knew
        low, high, unit = quantity.low, quantity.high, quantity.unit
    return (None if low is None else float(low)), (None if high is None else float(high)), unit


def days(claim: Claim) -> tuple[str, str] | None:
    """Return the first and last day of the first resolved time that the claim names, apart from when it was said."""
    for time in claim.times:
        if time.low and time.high and time.kind != "reported":
            return time.low[:10], time.high[:10]
    return None


def row(claim: Claim) -> dict[str, str]:
    """Return the cells of one claim for a table that people read."""
    said = claim.attribution
    return {
        "words": focus_text(claim),
        "about": " · ".join(filter(None, (claim.subject, claim.metric))),
        "value": value(claim.quantity) if claim.quantity else str(claim.direction or ""),
        "when": "; ".join(dict.fromkeys(when(t) for t in claim.times)),
        "where": "; ".join(claim.places),
        "who": "; ".join(f"{p.event} {p.role}: {p.name}" for p in claim.participants),
        "stance": ", ".join(
            word
            for word in map(str, (claim.polarity, claim.status or "", claim.modality))
            if word not in ("", Polarity.AFFIRMED, Modality.FACT)
        ),
        "said_by": "" if said is None or said.kind == "own" else said.speaker or said.kind,
        "worth": "" if claim.worth is None else f"{claim.worth:.2f}",
    }
