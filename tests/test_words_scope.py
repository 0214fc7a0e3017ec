"""Content words and their stems; words that tell of what a number is, and numbers that are only a base."""

from __future__ import annotations

import json
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import quantities, scope, times, words
from reconcile.model import Quantity

CONTENT = {
    "en": ("The company's shares rose by 14% on Monday.", ["company", "shares", "rose", "monday"]),
    "de": ("Die Firma hat im Mai neue Brücken gebaut.", ["firma", "mai", "neue", "brücken", "gebaut"]),
    "fr": ("Le maire a rejeté les plans de la gare.", ["maire", "rejeté", "plans", "gare"]),
    "es": ("El alcalde rechazó los planes de la estación.", ["alcalde", "rechazó", "planes", "estación"]),
    "tl": ("Tinanggihan ng alkalde ang plano sa istasyon.", ["tinanggihan", "alkalde", "plano", "istasyon"]),
    "pt": (
        "O prefeito rejeitou os planos da estação.",
        ["prefeito", "rejeitou", "planos", "estação"],
    ),
    "nl": ("De burgemeester wees de plannen van het station af.", ["burgemeester", "plannen", "station"]),
    "id": ("Wali kota menolak rencana stasiun itu.", ["wali", "kota", "menolak", "rencana", "stasiun"]),
}


@pytest.mark.parametrize("lang", CONTENT)
def test_content_leaves_function_words_out(lang: str) -> None:
    text, expected = CONTENT[lang]
    found = [word for _, _, word in words.content(text, lang)]
    assert [word for word in expected if word not in found] == []
    assert not set(found) & words.stopwords(lang)
    assert len(found) <= len(expected) + 1


def test_every_language_has_words_in_this_test_and_function_words() -> None:
    assert set(CONTENT) == set(languages.codes())
    assert [code for code in languages.codes() if len(words.stopwords(code)) < 50] == []


@pytest.mark.parametrize("lang", languages.codes())
def test_function_words_are_single_lower_case_words(lang: str) -> None:
    assert [word for word in words.stopwords(lang) if word != word.lower() or not word.strip()] == []


def test_content_gives_offsets_and_drops_the_possessive() -> None:
    text = "Marlow’s mayor met O'Brien-Diaz in an e-bike shop at 10."
    found = list(words.content(text, "en"))
    assert [text[start:end] for start, end, _ in found] == [
        "Marlow’s",
        "mayor",
        "met",
        "O'Brien-Diaz",
        "e-bike",
        "shop",
    ]
    assert [word for _, _, word in found][:2] == ["marlow", "mayor"]


def test_language_without_a_data_file_has_no_function_words() -> None:
    assert words.stopwords("xx") == frozenset()
    assert [word for _, _, word in words.content("the ship sank", "xx")] == ["the", "ship", "sank"]


TOGETHER = [
    ("climbed", "climbing"),
    ("elections", "election"),
    ("Wahlen".lower(), "wahl" + "er"),
    ("élections", "elections"),
    ("plänen", "planen"),
    ("estación", "estaciones"),
]


@pytest.mark.parametrize(("a", "b"), TOGETHER, ids=[f"{a} {b}" for a, b in TOGETHER])
def test_inflected_forms_share_a_stem(a: str, b: str) -> None:
    assert words.stem(a) == words.stem(b)


@pytest.mark.parametrize(("a", "b"), [("bridge", "brigade"), ("mayor", "major"), ("rose", "rise")])
def test_other_words_do_not(a: str, b: str) -> None:
    assert words.stem(a) != words.stem(b)


def test_stems_of_a_text_are_those_of_its_content_words() -> None:
    assert words.stems("The bridges were closed.", "en") == {words.stem("bridge"), words.stem("closed")}
    assert words.stems("of the and 14", "en") == frozenset()


@given(st.text(max_size=80), st.sampled_from([*languages.codes(), "xx"]))
@settings(max_examples=150, deadline=None)
def test_content_words_stand_in_the_text_in_order(text: str, lang: str) -> None:
    last = 0
    for start, end, word in words.content(text, lang):
        assert last <= start < end <= len(text)
        assert text[start:end].lower().startswith(word)
        assert len(word) > 2
        assert 0 < len(words.stem(word)) <= words.STEM_LENGTH
        last = end


# -- scope words -------------------------------------------------------------------------------------------------------

SCOPE = {
    "en: average and year": ("en", "Annual inflation was 3% on average.", {"period annual", "part on average"}),
    "en: region": ("en", "Nationwide, domestic sales fell.", {"region nationwide", "region domestic"}),
    "en: longest phrase": ("en", "Sales rose year-on-year.", {"period year-on-year"}),
    "en: no word inside a word": ("en", "The network means nothing internationally.", set()),
    "de": ("de", "Der Umsatz stieg weltweit im Durchschnitt um 3 %.", {"region weltweit", "part im durchschnitt"}),
    "fr": ("fr", "Au total, 30 blessés, dont 4 graves.", {"part au total", "part dont"}),
    "es": ("es", "La inflación interanual fue del 3 % de media.", {"period interanual", "part de media"}),
    "tl": ("tl", "Sa kabuuan, 27 ang nasawi sa buong bansa.", {"part sa kabuuan", "region sa buong bansa"}),
    "pt": ("pt", "Em média, a renda mensal caiu.", {"part em média", "period mensal"}),
    "nl": ("nl", "Gemiddeld daalde de huur landelijk.", {"part gemiddeld", "region landelijk"}),
    "id": ("id", "Secara nasional, inflasi tahunan rata-rata 3 persen.", {"region secara nasional", "part rata-rata"}),
    "unknown language": ("xx", "Annual inflation was 3% on average.", set()),
}


@pytest.mark.parametrize("name", SCOPE)
def test_scope_words_are_found(name: str) -> None:
    lang, text, expected = SCOPE[name]
    found = scope.find(text, lang)
    shown = {f"{cue.group} {cue.value}" for cue in found}
    assert expected <= shown
    assert bool(expected) == bool(shown)
    for cue in found:
        assert text[cue.start : cue.end] == cue.raw
        assert cue.value == cue.raw.lower()
        assert cue.kind == "scope"


def test_every_language_has_scope_words() -> None:
    assert {SCOPE[name][0] for name in SCOPE} >= set(languages.codes())


def quantity(text: str, raw: str, lang: str) -> Quantity:
    return next(q for q in quantities.find(text, lang) if q.raw == raw)


BASE = {
    "en: up from": ("en", "Revenue was 412 million crowns, up from 368 million.", "368 million", "up from"),
    "en: a hedge between": ("en", "It rose to 61%, compared with about 54%.", "54%", "compared with"),
    "en: currency sign": ("en", "Sales rose to $40 from $36.", "$36", "from"),
    "en: the new value": ("en", "Revenue was 412 million crowns, up from 368 million.", "412 million crowns", ""),
    "en: too far before": ("en", "Far from the big city the village has 412 houses.", "412", ""),
    "en: capital": ("en", "From 54% it rose to 61%.", "54%", "From"),
    "de": ("de", "Die Quote sank von 5,8 auf 5,4 Prozent.", "5,8", "von"),
    "fr": ("fr", "Elle atteint 57 %, contre 49 % en mars.", "49 %", "contre"),
    "es": ("es", "Subió al 61 %, frente al 54 % de 2020.", "54 %", "frente al"),
    "tl": ("tl", "Bumaba sa 4.1 porsyento mula 4.8 porsyento.", "4.8 porsyento", "mula"),
    "pt": ("pt", "A taxa subiu de 10,5% para 11%.", "10,5%", "de"),
    "nl": ("nl", "De opkomst was 61 procent, tegen 54 procent in 2020.", "54 procent", "tegen"),
    "id": ("id", "Angka itu naik menjadi 61 persen dari 54 persen.", "54 persen", "dari"),
}


@pytest.mark.parametrize("name", BASE)
def test_base_is_what_others_are_set_against(name: str) -> None:
    lang, text, raw, expected = BASE[name]
    cue = scope.base(text, lang, quantity(text, raw, lang))
    assert bool(cue) == bool(expected)
    if cue:
        assert cue.raw.startswith(expected)
        assert text[cue.start : cue.end] == cue.raw
        assert cue.kind == "base"


BASES = json.loads((Path(__file__).parent / "cases" / "bases.json").read_text("utf-8"))
KNOWN_FAILURES = {
    "es: El déficit, de 400 millones, cayó desde los [400 millones]": "the number stands between commas of its own",
}
PUBLISHED = "2031-05-07T09:00:00Z"


def marked(case: dict[str, str]) -> object:
    reason = KNOWN_FAILURES.get(case["label"])
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", map(marked, BASES))
def test_a_number_is_set_against_its_base(case: dict[str, str]) -> None:
    text, lang = case["text"], case["lang"]
    found = times.find(text, lang, PUBLISHED)
    number = quantity(text, case["quantity"], lang)
    cue = scope.against(text, lang, number, found, published=PUBLISHED)
    itself = scope.base(text, lang, number, found)
    assert (cue.raw if cue else "", cue.group if cue else "") == (case["against"], case["group"])
    assert (itself.raw if itself else "") == case["base"]
    if cue:
        assert text[cue.start : cue.end] == cue.raw
        assert (cue.kind, cue.value) == ("against", "")


def test_bases_have_cases_in_every_language() -> None:
    counts = Counter(case["lang"] for case in BASES)
    assert [code for code in languages.codes() if counts[code] < 25] == []


def test_every_language_lists_the_words_of_bases() -> None:
    needed = {"compared", "from", "since", "pair", "versus", "level", "whole", "more", "most", "nouns", "periods", "to"}
    tables = {code: languages.load(code).table("scope").get("against", {}) for code in languages.codes()}
    assert {code: sorted(needed - set(table)) for code, table in tables.items() if needed - set(table)} == {}


def test_a_time_after_publication_is_no_base_a_change_came_from() -> None:
    text = "Rail fares rise 5% from January 2030."
    found = times.find(text, "en", "2029-11-04")
    number = quantity(text, "5%", "en")
    assert scope.against(text, "en", number, found, published="2029-11-04") is None
    assert scope.against(text, "en", number, found, published="2030-11-04") is not None


def test_language_without_a_data_file_has_no_bases() -> None:
    text = "Net sales were up 14% from 2019."
    number = quantity(text, "14%", "xx")
    assert scope.against(text, "xx", number, times.find(text, "xx", PUBLISHED)) is None
    assert scope.base(text, "xx", number) is None


@given(
    st.lists(st.sampled_from(sorted({word for case in BASES for word in case["text"].split()})), max_size=14),
    st.sampled_from(languages.codes()),
)
@settings(max_examples=150, deadline=None)
def test_bases_stand_in_the_text_apart_from_their_number(parts: list[str], lang: str) -> None:
    text = " ".join(parts)
    found = times.find(text, lang, PUBLISHED)
    for number in quantities.find(text, lang):
        cue = scope.against(text, lang, number, found)
        if cue:
            assert text[cue.start : cue.end] == cue.raw != ""
            assert not (cue.start <= number.start and number.end <= cue.end and cue.group == "number")
            assert scope.base(text, lang, number, found) is None


HOSTILE = {
    "letters": "a" * 40_000,
    "hyphens": "a-" * 20_000,
    "apostrophes": "l'" * 20_000,
    "base words": "from " * 8_000,
    "scope words": "on average " * 4_000,
    "accents": "e\u0301" * 20_000,
    "bases": "more than in " * 4_000,
    "numbers": "from 5 to " * 3_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    text = HOSTILE[name]
    started = time.perf_counter()
    assert all(end <= len(text) for _, end, _ in words.content(text, "en"))
    assert all(cue.end <= len(text) for cue in scope.find(text, "en"))
    last = Quantity(len(text), len(text), "1", Decimal(1), Decimal(1), Decimal(1), "count", "count")
    cue = scope.base(text, "en", last)
    assert cue is None or cue.end <= len(text)
    cue = scope.against(text, "en", last)
    assert cue is None or cue.end <= len(text)
    assert time.perf_counter() - started < 3
