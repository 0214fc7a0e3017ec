"""Claims from sentences: a table of cases in eight languages, and what holds for every claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconcile.claims.extract import SlotExtractor
from reconcile.model import Article, Claim, ClaimKind, Sentence, Span, stable_id

CASES = json.loads((Path(__file__).parent / "cases" / "claims.json").read_text(encoding="utf-8"))
PUBLISHED = "2025-06-12T09:00:00Z"
BEFORE = "The first line stands alone.\n\n"


def sentences_of(text: str, spans: list[Span], part: str = "text", lang: str = "en") -> list[Sentence]:
    """Return the sentences of an article ``x`` at these spans of its part."""
    return [
        Sentence(stable_id("s", text[s.start : s.end]), "x", part, n, s.start, s.end, text[s.start : s.end], lang)
        for n, s in enumerate(spans)
    ]


def article(text: str, lang: str = "en", published: str | None = PUBLISHED, part: str = "text") -> Article:
    title, body = (text, "") if part == "title" else ("", text)
    return Article("x", "Outlet", "", title, published, lang, body, stable_id(text))


def claims_of(*texts: str, lang: str = "en", published: str | None = PUBLISHED) -> tuple[Claim, ...]:
    """Extract an article that consists of these sentences."""
    text, spans = "", []
    for one in texts:
        spans.append(Span(len(text), len(text) + len(one)))
        text += one + " "
    return SlotExtractor().extract(article(text, lang, published), sentences_of(text, spans, lang=lang))


def of_case(case: dict[str, Any]) -> tuple[Claim, ...]:
    """Extract the sentence of a case, which does not stand at the beginning of its part."""
    part = case.get("part", "text")
    text = BEFORE + case["text"]
    found = article(text, case["lang"], case.get("published", PUBLISHED), part)
    spans = [Span(len(BEFORE), len(text))]
    return SlotExtractor().extract(found, sentences_of(text, spans, part, case["lang"]))


def focus(claim: Claim) -> str:
    return claim.quote[claim.focus.start - claim.start : claim.focus.end - claim.start]


def shown(claim: Claim, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return what a case says of a claim: plain values, days as pairs, poles as ``group sign``."""
    quantity = claim.quantity
    values: dict[str, Any] = {
        "raw": focus(claim),
        "subject": claim.subject,
        "direction": str(claim.direction) if claim.direction else None,
        "days": [[t.low, t.high] for t in claim.times],
        "places": list(claim.places),
        "polarity": str(claim.polarity),
        "status": str(claim.status) if claim.status else None,
        "speaker": claim.attribution.speaker if claim.attribution else "",
        "poles": [f"{cue.group} {cue.value}" for cue in claim.cues if cue.kind == "pole"],
        "base": any(cue.kind == "base" for cue in claim.cues),
        "hedge": str(quantity.hedge) if quantity else None,
        "noun": quantity.noun if quantity else None,
        "per": quantity.per if quantity else None,
    }
    return {key: values[key] for key in keys}


def marked(case: dict[str, Any]) -> Any:
    label = f"{case['lang']}: {case['label']}"
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=label, marks=marks)


@pytest.mark.parametrize("case", map(marked, CASES))
def test_extract_gives_what_the_case_expects(case: dict[str, Any]) -> None:
    claims = of_case(case)
    by_kind = {kind: [c for c in claims if c.kind is kind] for kind in ClaimKind}
    expected = {
        ClaimKind.QUANTITY: case["quantities"],
        ClaimKind.QUOTATION: case["quotations"],
        ClaimKind.EVENT: [case.get("event", {})],
    }
    for kind in (ClaimKind.QUANTITY, ClaimKind.QUOTATION):
        assert [focus(c) for c in by_kind[kind]] == [want["raw"] for want in expected[kind]]
    for kind, wanted in expected.items():
        for claim, want in zip(by_kind[kind], wanted, strict=True):
            assert shown(claim, tuple(want)) == want
