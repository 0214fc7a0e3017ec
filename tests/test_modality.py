"""Fact, forecast or opinion in eight languages, with look-alikes; the line is drawn in ``modality``'s docstring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import modality
from reconcile.model import Modality, Span

CASES = json.loads((Path(__file__).parent / "cases" / "modality.json").read_text("utf-8"))
LANGS = ("en", "tl", "es", "de", "fr", "pt", "nl", "id")


def marked(case: dict[str, Any]) -> Any:
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=f"{case['lang']}: {case['label']}", marks=marks)


@pytest.mark.parametrize("case", map(marked, CASES))
def test_modality_case(case: dict[str, Any]) -> None:
    assert modality.of(case["text"], case["lang"]).value == case["expect"]


SPANS = {
    "a fact before a forecast": (
        "en",
        "Sales rose 5% in 2024 and are expected to reach $3 billion in 2025.",
        "5%",
        "fact",
    ),
    "a forecast after a fact": (
        "en",
        "Sales rose 5% in 2024 and are expected to reach $3 billion.",
        "$3 billion",
        "forecast",
    ),
    "a forecast reaches over 'that'": ("en", "Analysts predict that sales reach $5 billion.", "$5 billion", "forecast"),
    "a forecast in a side clause": (
        "en",
        "The firm, which expects sales of $5 billion, fired 40 people.",
        "40",
        "fact",
    ),
    "inside the side clause": (
        "en",
        "The firm, which expects sales of $5 billion, fired 40.",
        "$5 billion",
        "forecast",
    ),
    "two forecasts, one verb": (
        "en",
        "Output is expected to reach 4 tonnes and sales $9 million.",
        "$9 million",
        "forecast",
    ),
    "nach dem Komma": (
        "de",
        "Der Umsatz stieg um 5 Prozent und dürfte 2026 weiter auf 3 Milliarden steigen.",
        "5",
        "fact",
    ),
    "después de y": ("es", "Las ventas subieron un 5 % y alcanzarán los 3.000 millones.", "3.000", "forecast"),
}


@pytest.mark.parametrize("name", SPANS)
def test_modality_of_a_span_is_that_of_its_clause(name: str) -> None:
    lang, text, raw, expected = SPANS[name]
    start = text.index(raw)
    assert modality.of(text, lang, Span(start, start + len(raw))).value == expected


def test_a_span_outside_every_word_is_a_fact() -> None:
    assert modality.of("Prices will rise.", "en", Span(17, 17)) is Modality.FACT


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_has_25_cases_of_all_kinds_and_a_table(lang: str) -> None:
    mine = [case["expect"] for case in CASES if case["lang"] == lang]
    assert len(mine) >= 25
    assert set(mine) == set(Modality)
    assert {"forecast", "opinion", "none"} <= set(languages.load(lang).table("modality"))


@pytest.mark.parametrize("lang", LANGS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_marks_in_any_order_give_a_modality(lang: str, data: st.DataObject) -> None:
    entries = [v for v in languages.load(lang).table("modality").values() if isinstance(v, str)]
    words = sorted({w.strip("~*^<>") for e in entries for p in e.split(",") for w in p.split() if "|" not in w})
    piece = st.one_of(st.sampled_from(words), st.sampled_from([",", "12", "?", "«"]))
    text = " ".join(data.draw(st.lists(piece, max_size=14)))
    assert modality.of(text, lang) in Modality
    assert modality.of(text, lang, Span(0, len(text) // 2)) in Modality


def test_hostile_input_is_read() -> None:
    assert modality.of("will not " * 4_000 + "beat " * 2_000 + "expected", "en") in Modality
