"""Field accuracy on the annotated claims of datasets/extraction.

A gold claim is met by the claim of its kind whose sentence is the quoted one and whose deciding words overlap the
gold focus; a field that is written in gold is right or wrong, and all of them are wrong where no claim is met.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from extraction.table import Row, total
from reconcile.claims import entities
from reconcile.claims.amounts import units
from reconcile.claims.extract import SlotExtractor
from reconcile.model import Article, Claim, ClaimKind, TimeRef, stable_id
from reconcile.read import clean, sentences

Gold = Mapping[str, Any]
NEAR = Decimal("1e-6")
SAME = 0.85  # likeness of two names above which they count as one


@dataclass(frozen=True, slots=True)
class Verdict:
    """One field of one gold claim: what gold says, what was found, whether it is right."""

    lang: str
    field: str
    right: bool
    quote: str
    want: str
    got: str


def verdicts(folder: Path) -> list[Verdict]:
    """Return the verdict on every field written in the gold files of a folder."""
    found: list[Verdict] = []
    for path in sorted(folder.glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        claims = {a["id"]: _claims(a) for a in gold["articles"]}
        for one in gold["claims"]:
            found += _judged(one, claims[one["article"]], gold["lang"])
    return found


def rows(folder: Path) -> list[Row]:
    """Return accuracy by field and language, then over all fields by language, then over all."""
    by: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for verdict in verdicts(folder):
        by[verdict.field, verdict.lang].append(verdict.right)
    one = {key: Row(f"field {key[0]}", key[1], len(r), sum(r)) for key, r in sorted(by.items())}
    fields, langs = sorted({f for f, _ in one}), sorted({lang for _, lang in one})
    made: list[Row] = []
    for field in fields:
        made += [total(f"field {field}", [row for (f, _), row in one.items() if f == field])]
    for lang in langs:
        made.append(total("all fields", [row for (_, of), row in one.items() if of == lang], lang))
    return [*one.values(), *made, total("all fields", list(one.values()))] if made else []


def misses(folder: Path, count: int, lang: str | None = None) -> Iterator[str]:
    """Yield the first wrong fields, ``count`` of each field (of one language if named)."""
    seen: Counter[str] = Counter()
    for v in verdicts(folder):
        seen[v.field] += not v.right and lang in (None, v.lang)
        if not v.right and lang in (None, v.lang) and seen[v.field] <= count:
            yield f"{v.lang} {v.field} | {v.quote} | want {v.want} | got {v.got}"


def _claims(article: Gold) -> tuple[Claim, ...]:
    made = Article(
        article_id=article["id"],
        source=article.get("source", ""),
        url=article.get("url", ""),
        title=article.get("title", ""),
        published=article.get("published"),
        lang=article["lang"],
        text=article["text"],
        content_hash=stable_id(article["text"]),
    )
    return SlotExtractor().extract(made, clean.mark(sentences.split(made), made))


def _judged(gold: Gold, claims: Sequence[Claim], lang: str) -> Iterator[Verdict]:
    claim = _met(gold, claims)
    names = [n for n in FIELDS if n in gold or (n in DERIVED and DERIVED[n] in gold)]
    yield Verdict(lang, "(claim found)", claim is not None, gold["quote"], gold.get("focus", gold["kind"]), "")
    for name in names:
        if name in DERIVED and not gold[DERIVED[name]]:
            continue
        right = claim is not None and FIELDS[name](gold, claim)
        yield Verdict(lang, name, right, gold["quote"], _shown(gold, name), SHOWN[name](claim) if claim else "no claim")


def _shown(gold: Gold, name: str) -> str:
    value = gold.get(name, gold.get(DERIVED.get(name, "")))
    focus = f"[{gold['focus']}] " if "focus" in gold else ""
    return focus + json.dumps(value, ensure_ascii=False)


def _met(gold: Gold, claims: Sequence[Claim]) -> Claim | None:
    inside = [c for c in claims if c.part == gold["part"] and (gold["quote"] in c.quote or c.quote in gold["quote"])]
    of_kind = [c for c in inside if c.kind == ClaimKind(gold["kind"])]
    if "focus" not in gold:
        return max(of_kind, key=lambda c: len(c.quote), default=None)
    best, most = None, 0
    for claim in of_kind:
        words = claim.quote[claim.focus.start - claim.start : claim.focus.end - claim.start]
        at = claim.quote.find(gold["focus"])
        shared = 0
        while at >= 0:  # the focus may stand more than once in the sentence
            low, high = claim.focus.start - claim.start, claim.focus.end - claim.start
            shared = max(shared, min(high, at + len(gold["focus"])) - max(low, at))
            at = claim.quote.find(gold["focus"], at + 1)
        if not shared and words and words in gold["focus"]:
            shared = len(words)
        if shared > most:
            best, most = claim, shared
    return best


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise SystemExit(f"gold value {text!r} is no number") from None


def _near(a: Decimal | None, b: Decimal | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= abs(a) * NEAR


def _value(gold: Gold, claim: Claim) -> bool:
    q = claim.quantity
    if q is None or gold["value"] is None:
        return q is None and gold["value"] is None
    ends = (q.low, q.high)
    want = (_number(gold["value"]["low"]), _number(gold["value"]["high"]))
    if all(_near(a, b) for a, b in zip(want, ends, strict=True)):
        return True
    # "at least 12" may be written as 12 with a hedge or as an open range: both say the same.
    closed = [end for end in want if end is not None]
    mine = [end for end in ends if end is not None]
    return bool(gold.get("hedge") and len({*closed}) == 1 and mine and _near(closed[0], mine[0]))


def _unit(gold: Gold, claim: Claim) -> bool:
    q = claim.quantity
    if q is None:
        return False
    mine = {"count": "", "person": ""}.get(q.unit, q.unit)
    if q.dimension == "age":
        mine = f"{q.unit} of age"
    return units.may_equal(mine, gold["value"]["unit"])


def _per(gold: Gold, claim: Claim) -> bool:
    want = gold["value"].get("per", "").casefold()
    got = claim.quantity.per.casefold() if claim.quantity else ""
    return want == got or bool(want and got and (want in got or got in want))


def _said(gold: Gold, claim: Claim) -> bool:
    want = gold["said"]
    found = [(t.low, t.high) for t in claim.times if t.kind == "reported"]
    return (want["low"], want["high"]) in found if want else not found


def _times(claim: Claim) -> list[TimeRef]:
    return [t for t in claim.times if t.kind != "reported"]


def _time(gold: Gold, claim: Claim) -> bool:
    want = gold["time"]
    if want is None:
        return not _times(claim)
    return any((t.low, t.high) == (want["low"], want["high"]) for t in _times(claim))


def _time_kind(gold: Gold, claim: Claim) -> bool:
    want = gold["time"]
    same = [t for t in _times(claim) if (t.low, t.high) == (want["low"], want["high"])]
    return any((t.kind == "period") == (want["kind"] == "period") for t in same)


def _places(gold: Gold, claim: Claim) -> bool:
    want = gold["places"]
    met = [any(_same(place, w) for place in claim.places) for w in want]
    return all(met) and (bool(want) or not claim.places)


def _same(a: str, b: str) -> bool:
    return a.casefold() == b.casefold() or entities.same(a, b) >= SAME


def _noun(gold: Gold, claim: Claim) -> bool:
    got, want = (claim.quantity.noun if claim.quantity else "").casefold(), (gold["noun"] or "").casefold()
    return got == want or bool(got and want and (got in want or want in got))


def _base(gold: Gold, claim: Claim) -> bool:
    found = [c.raw.casefold() for c in claim.cues if c.kind == "against"]
    if gold["base"] is None:
        return not found
    want = gold["base"].casefold()
    return any(raw in want or want in raw for raw in found)


def _speaker(gold: Gold, claim: Claim) -> bool:
    said, want = claim.attribution, gold["speaker"]
    kind = said.kind if said else "own"
    if kind != want["kind"]:
        return False
    return kind != "named" or (said is not None and _same(said.speaker, want["name"]))


def _participants(gold: Gold, claim: Claim) -> bool:
    if not gold["participants"]:
        return not claim.participants
    wanted = [(*TURNED.get((w["event"], w["role"]), (w["event"], w["role"])), w["name"]) for w in gold["participants"]]
    return all(
        any((p.event, p.role) == (event, role) and _like(p.name, name) for p in claim.participants)
        for event, role, name in wanted
    )


def _like(a: str, b: str) -> bool:
    """A filler may be a phrase as printed, of which gold gives the head."""
    return _same(a, b) or a.casefold() in b.casefold() or b.casefold() in a.casefold()


# A sale is told as the purchase that it is.
TURNED = {
    ("sell", "agent"): ("buy", "patient"),
    ("sell", "patient"): ("buy", "agent"),
    ("sell", "object"): ("buy", "object"),
}


Check = Callable[[Gold, Claim], bool]
FIELDS: Mapping[str, Check] = {
    "value": _value,
    "unit": _unit,
    "per": _per,
    "hedge": lambda gold, claim: claim.quantity is not None and str(claim.quantity.hedge) == gold["hedge"],
    "noun": _noun,
    "direction": lambda gold, claim: claim.direction == gold["direction"],
    "base": _base,
    "subject": lambda gold, claim: _same(claim.subject, gold["subject"] or ""),
    "time": _time,
    "time kind": _time_kind,
    "said": _said,
    "places": _places,
    "polarity": lambda gold, claim: str(claim.polarity) == gold["polarity"],
    "status": lambda gold, claim: claim.status == gold["status"],
    "modality": lambda gold, claim: str(claim.modality) == gold["modality"],
    "speaker": _speaker,
    "participants": _participants,
}
DERIVED = {"unit": "value", "per": "value", "time kind": "time"}


def _quantity(claim: Claim) -> str:
    q = claim.quantity
    return f"{q.low} {q.high} {q.unit} per {q.per!r}" if q else "no number"


def _shown_times(claim: Claim) -> str:
    return "; ".join(f"{t.raw} {t.low} {t.high} {t.kind}" for t in claim.times)


SHOWN: Mapping[str, Callable[[Claim], str]] = {
    "value": _quantity,
    "unit": _quantity,
    "per": _quantity,
    "hedge": lambda claim: str(claim.quantity.hedge) if claim.quantity else "",
    "noun": lambda claim: claim.quantity.noun if claim.quantity else "",
    "direction": lambda claim: str(claim.direction),
    "base": lambda claim: "; ".join(c.raw for c in claim.cues if c.kind == "against"),
    "subject": lambda claim: claim.subject,
    "time": _shown_times,
    "time kind": _shown_times,
    "said": _shown_times,
    "places": lambda claim: "; ".join(claim.places),
    "polarity": lambda claim: str(claim.polarity),
    "status": lambda claim: str(claim.status),
    "modality": lambda claim: str(claim.modality),
    "speaker": lambda claim: f"{claim.attribution.kind}: {claim.attribution.speaker}" if claim.attribution else "own",
    "participants": lambda claim: "; ".join(f"{p.event} {p.role} {p.name}" for p in claim.participants),
}
