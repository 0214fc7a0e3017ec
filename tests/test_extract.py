"""Claims from sentences: a table of cases in eight languages, and what holds for every claim."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import languages
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


def shown(claim: Claim, want: dict[str, Any]) -> dict[str, Any]:
    """Return what a case says of a claim: plain values, days as pairs; of its poles only those that are named."""
    quantity = claim.quantity
    poles = {f"{cue.group} {cue.value}" for cue in claim.cues if cue.kind == "pole"}
    values: dict[str, Any] = {
        "raw": focus(claim),
        "subject": claim.subject,
        "direction": str(claim.direction) if claim.direction else None,
        "days": [[t.low, t.high] for t in claim.times],
        "places": list(claim.places),
        "polarity": str(claim.polarity),
        "status": str(claim.status) if claim.status else None,
        "speaker": claim.attribution.speaker if claim.attribution else "",
        "poles": [pole for pole in want.get("poles", ()) if pole in poles],
        "base": any(cue.kind == "base" for cue in claim.cues),
        "hedge": str(quantity.hedge) if quantity else None,
        "noun": quantity.noun if quantity else None,
        "per": quantity.per if quantity else None,
    }
    return {key: values[key] for key in want}


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
            assert shown(claim, want) == want


def test_cases_cover_every_language_and_long_sentences() -> None:
    assert len([case for case in CASES if "known_failure" not in case]) >= 40
    assert {case["lang"] for case in CASES} == set(languages.codes())
    assert sum(len(case["quantities"]) > 2 for case in CASES) >= 5


def inside(item: Any, claim: Claim) -> bool:
    return bool(claim.start <= item.start < item.end <= claim.end)


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c['lang']}: {c['label']}") for c in CASES])
def test_what_holds_for_every_claim(case: dict[str, Any]) -> None:
    claims = of_case(case)
    event, *others = claims
    assert event.kind is ClaimKind.EVENT
    assert ClaimKind.EVENT not in {c.kind for c in others}
    assert len({c.claim_id for c in claims}) == len(claims)
    assert of_case(case) == claims
    part = BEFORE + case["text"]
    for claim in claims:
        assert (claim.part, claim.lang, claim.as_of) == (case.get("part", "text"), case["lang"], event.as_of)
        assert claim.quote == case["text"] == part[claim.start : claim.end]
        assert inside(claim.focus, claim)
        for items in (claim.times, claim.entities, claim.cues, claim.participants):
            for item in items:
                assert inside(item, claim)
                assert part[item.start : item.end] == item.raw
        assert set(claim.places) == {e.name for e in claim.entities if e.kind == "place"}
        directions = {cue.value for cue in claim.cues if cue.kind == "direction"}
        assert (claim.direction is None) == (not directions)
        assert claim.direction is None or claim.direction in directions
        assert (claim.quantity is not None) == (claim.kind is ClaimKind.QUANTITY)
        if claim.quantity is not None:
            assert (claim.quantity.start, claim.quantity.end) == (claim.focus.start, claim.focus.end)
            assert part[claim.quantity.start : claim.quantity.end] == claim.quantity.raw
        taken: list[Any] = [*claim.times, *claim.entities, *([claim.quantity] if claim.quantity else [])]
        words = {word for item in taken for word in item.raw.lower().split()}
        assert not words & set(claim.metric.split()) - {"the", "of"}


# -- articles ----------------------------------------------------------------------------------------------------------


def of_kind(claims: tuple[Claim, ...], kind: ClaimKind) -> list[Claim]:
    return [c for c in claims if c.kind is kind]


def test_sentence_that_is_dropped_carries_no_claim() -> None:
    text = "Sales rose 4%. Profit fell 9%."
    found = sentences_of(text, [Span(0, 14), Span(15, 30)])
    claims = SlotExtractor().extract(article(text), [found[0], replace(found[1], dropped="promotion")])
    assert {c.quote for c in claims} == {"Sales rose 4%."}
    assert SlotExtractor().extract(article(text), []) == ()


def test_sentence_without_a_name_is_about_the_topic() -> None:
    claims = claims_of("Halden Foods opened a plant in May.", "Sales rose 4%.", "Baltera Group grew by 6%.")
    by_quote = {c.quote: c.subject for c in of_kind(claims, ClaimKind.QUANTITY)}
    assert by_quote == {"Sales rose 4%.": "Halden Foods", "Baltera Group grew by 6%.": "Baltera Group"}


def test_article_without_a_name_has_no_subject() -> None:
    assert {c.subject for c in claims_of("It rose 4%.", "That was a record.")} == {""}


def test_claims_come_in_reading_order() -> None:
    claims = claims_of("Sales rose 4% and costs 6%.", "It closed on Monday.", "Profit fell 9%.")
    quotes = [c.quote for c in claims]
    assert list(dict.fromkeys(quotes)) == [
        "Sales rose 4% and costs 6%.",
        "It closed on Monday.",
        "Profit fell 9%.",
    ]
    starts = [c.start for c in claims]
    assert starts == sorted(starts)


def test_claim_id_does_not_depend_on_the_place_in_the_article() -> None:
    text = "Sales at Halden Foods rose 4% in May."
    alone, moved = claims_of(text), claims_of("Another sentence with 9 words stands before it.", text)
    assert {c.claim_id for c in alone} <= {c.claim_id for c in moved}
    assert {c.start for c in alone} != {c.start for c in moved if c.quote == text}


def test_claim_id_depends_on_the_article_and_the_words() -> None:
    one = claims_of("Sales rose 4%.")
    changed = claims_of("Sales rose 5%.")
    assert not {c.claim_id for c in one} & {c.claim_id for c in changed}
    text = "Sales rose 4%."
    elsewhere = replace(article(text), article_id="y")
    others = SlotExtractor().extract(elsewhere, sentences_of(text, [Span(0, len(text))]))
    assert not {c.claim_id for c in one} & {c.claim_id for c in others}


def test_two_equal_numbers_are_two_claims() -> None:
    numbers = of_kind(claims_of("Marlow counted 12 fires and Lund 12 fires."), ClaimKind.QUANTITY)
    assert [focus(c) for c in numbers] == ["12", "12"]
    assert len({c.claim_id for c in numbers}) == 2


def test_alias_gives_the_canonical_name() -> None:
    text = "Shares of Halden Foods rose 4%."
    found = sentences_of(text, [Span(0, len(text))])
    plain = SlotExtractor().extract(article(text), found)
    named = SlotExtractor({"HALDEN FOODS": "Halden Foods plc"}).extract(article(text), found)
    assert {c.subject for c in plain} == {"Halden Foods"}
    assert {c.subject for c in named} == {"Halden Foods plc"}
    assert [c.claim_id for c in named] == [c.claim_id for c in plain]


def test_without_a_publication_date_a_weekday_is_not_resolved() -> None:
    (event,) = claims_of("The hall opened on Tuesday.", published=None)
    assert [(t.raw, t.low, t.high) for t in event.times] == [("Tuesday", None, None)]
    assert event.as_of is None


def test_a_number_that_is_part_of_a_date_is_no_quantity() -> None:
    claims = claims_of("On 12 May 2025 the hall opened at 9 a.m. after 3 years of work.")
    assert [focus(c) for c in of_kind(claims, ClaimKind.QUANTITY)] == ["3 years"]


def test_a_quotation_of_fewer_than_four_words_is_no_claim() -> None:
    short = claims_of('"We are ready," said Elena Prado.')
    long = claims_of('"We are ready for it," said Elena Prado.')
    assert of_kind(short, ClaimKind.QUOTATION) == []
    assert [focus(c) for c in of_kind(long, ClaimKind.QUOTATION)] == ["We are ready for it,"]


@given(st.text(max_size=200), st.sampled_from([*languages.codes(), "xx"]))
@settings(max_examples=80, deadline=None)
def test_any_text_gives_claims_with_true_spans(text: str, lang: str) -> None:
    for claim in claims_of(text, lang=lang):
        assert claim.quote == text
        assert 0 <= claim.focus.start <= claim.focus.end <= len(text)
        found: list[Any] = [*claim.times, *claim.entities, *claim.cues]
        for item in found:
            assert text[item.start : item.end] == item.raw


HOSTILE = {
    "commas": "a, " * 700,
    "brackets": "(" * 2000,
    "dashes": "—" * 2000,
    "quotation marks": '"a ' * 700,
    "capitals": "Ab " * 700,
    "one word": "a" * 2000,
    "percent": "%" * 2000,
    "numbers": "12 " * 700,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sentence_is_read_in_time(name: str) -> None:
    started = time.perf_counter()
    claims = claims_of(HOSTILE[name])
    assert claims[0].kind is ClaimKind.EVENT
    assert time.perf_counter() - started < 5
