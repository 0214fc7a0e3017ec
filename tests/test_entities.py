"""Names in eight languages, their kinds, and what counts as the same name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.claims import entities
from reconcile.model import Sentence

CASES = json.loads((Path(__file__).parent / "cases" / "entities.json").read_text("utf-8"))
LANGS = ("en", "tl", "es", "de", "fr", "pt", "nl", "id", "xx")


def sentences(lang: str, *texts: str) -> list[Sentence]:
    return [Sentence(f"s{n}", "a", "text", n, 0, len(text), text, lang) for n, text in enumerate(texts)]


@pytest.mark.parametrize("case", CASES["find"], ids=lambda c: f"{c['lang']}: {c['label']}")
def test_find_case(case: dict[str, Any]) -> None:
    found = entities.find(case["text"], case["lang"], case["known"])
    assert [[entity.raw, entity.kind] for entity in found] == case["expect"]


@pytest.mark.parametrize(("a", "b", "low", "high"), CASES["same"], ids=lambda v: str(v))
def test_same_is_within_bounds_and_symmetric(a: str, b: str, low: float, high: float) -> None:
    assert low <= entities.same(a, b) <= high
    assert entities.same(a, b) == entities.same(b, a)


def test_article_names_merges_surname_and_full_name() -> None:
    names = entities.article_names(
        sentences("en", "Chief Executive Dana Whitcombe resigned.", "The board thanked Whitcombe.")
    )
    assert names.canonical("Whitcombe") == names.canonical("Whitcombe's") == "Dana Whitcombe"
    assert names.kind("Dana Whitcombe") == "person"


def test_article_names_joins_defined_terms_acronyms_and_capitals() -> None:
    names = entities.article_names(
        sentences(
            "en",
            'LARKTON, May 3 - Larkton Dairy Corporation ("Larkton Dairy") sued the Bureau of Milk Prices (BMP).',
            "It was filed in Larkton on Friday against the BMP.",
        )
    )
    assert names.canonical("Larkton Dairy") == "Larkton Dairy Corporation"
    assert names.canonical("BMP") == "Bureau of Milk Prices"
    assert names.canonical("LARKTON") == names.canonical("Larkton") == "Larkton"


def test_article_names_ties_a_ticker_to_its_company() -> None:
    names = entities.article_names(
        sentences("en", "Shares of CleanPeak (NASDAQ: CLPK) rose.", "Analysts rate CLPK a buy.", "He sold XYZ (ABC).")
    )
    assert names.canonical("CLPK") == "CleanPeak"
    assert names.canonical("ABC") == "ABC"


def test_article_names_know_a_firm_by_its_first_word() -> None:
    names = entities.article_names(
        sentences("en", "The buyer is Orvane Bank.", "Orvane stock fell.", "Orvane plans to raise money.")
    )
    assert [e.raw for e in entities.find("Orvane plans to raise money.", "en", names.known)] == ["Orvane"]
    assert names.canonical("Orvane") == "Orvane Bank"


def test_article_names_keeps_a_maker_and_its_product_apart() -> None:
    names = entities.article_names(
        sentences("en", "We drove the Arvo Tres at dusk.", "It was built by Arvo in a former mill.")
    )
    assert names.canonical("Arvo") == "Arvo"


def test_article_names_known_words_decide_headlines_and_first_words() -> None:
    names = entities.article_names(
        sentences("de", "Wirth lehnt ab", "Gewählt wurde Trainer Jonas Wirth.", "Wirth sprach kurz.")
    )
    assert "Wirth" in names.known
    assert [e.raw for e in entities.find("Wirth lehnt ab", "de", names.known)] == ["Wirth"]


def test_article_names_do_not_depend_on_order_of_sentences() -> None:
    made = sentences("en", "Mayor Ana Ruiz spoke.", "Critics of Ruiz left.", "The Ruiz plan failed.")
    assert entities.article_names(made) == entities.article_names(made[::-1])


@pytest.mark.parametrize("lang", LANGS)
@given(text=st.text(alphabet=" .,&-'’\"()–ABCDKSabdeilmnorstuvyñäé09\n", max_size=160))
def test_find_any_text_gives_ordered_spans_of_the_text(lang: str, text: str) -> None:
    last = 0
    for entity in entities.find(text, lang):
        assert text[entity.start : entity.end] == entity.raw
        assert entity.start >= last
        assert entity.kind in ("person", "org", "place", "thing", "other")
        last = entity.end


@given(a=st.text(max_size=40), b=st.text(max_size=40))
def test_same_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert 0 <= entities.same(a, b) <= 1
    assert entities.same(a, b) == entities.same(b, a)
    assert entities.same(a, a) == 1


def test_find_hostile_input_is_fast() -> None:
    assert entities.find("of the " * 20_000, "en") == ()
    assert entities.find("Aa Bb " * 10_000, "en")
