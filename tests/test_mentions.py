"""Mentions that are no names: whom they stand for, and which ones stay open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import languages
from reconcile.claims import entities, mentions
from reconcile.claims.naming import mention_spans
from reconcile.model import Entity, Sentence

CASES = json.loads((Path(__file__).parent / "cases" / "mentions.json").read_text("utf-8"))


def sentences(lang: str, texts: list[str], title: str = "") -> list[Sentence]:
    parts = [("title", title)] if title else []
    parts += [("text", text) for text in texts]
    return [Sentence(f"s{n}", "a", part, n, 0, len(text), text, lang) for n, (part, text) in enumerate(parts)]


def resolved(made: list[Sentence]) -> list[tuple[int, Entity]]:
    found = mentions.resolve(made, entities.article_names(made))
    return [(s.index, entity) for s in made for entity in found[s.sentence_id]]


def marked(case: dict[str, Any]) -> Any:
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=f"{case['lang']}: {case['label']}", marks=marks)


@pytest.mark.parametrize("case", map(marked, CASES))
def test_resolve_names_what_the_article_says_and_nothing_else(case: dict[str, Any]) -> None:
    found = resolved(sentences(case["lang"], case["sentences"]))
    assert sorted([n, entity.raw, entity.name] for n, entity in found) == sorted(case["expect"])


def test_cases_cover_every_language_and_mentions_that_stay_open() -> None:
    assert {case["lang"] for case in CASES} == set(languages.codes())
    assert len(CASES) >= 60
    assert sum(not case["expect"] for case in CASES) >= 20


def test_resolve_gives_spans_and_kinds() -> None:
    made = sentences("en", ["Mayor Ana Ruiz left Corvel Systems Inc. in May.", "She still owns shares in the firm."])
    assert resolved(made) == [
        (1, Entity(0, 3, "She", "Ana Ruiz", "person")),
        (1, Entity(25, 33, "the firm", "Corvel Systems Inc.", "org")),
    ]


def test_resolve_leaves_headlines_alone_but_remembers_their_names() -> None:
    made = sentences(
        "en", ["He scored twice.", "Omar Haddad won on Sunday.", "He thanked the crowd."], "Haddad wins again"
    )
    assert [(n, entity.raw) for n, entity in resolved(made)] == [(3, "He")]


def test_resolve_knows_an_unpackaged_language_by_nothing() -> None:
    assert resolved(sentences("xx", ["Ana Ruiz left.", "She came back."])) == []


@pytest.mark.parametrize(
    ("lang", "text", "expect"),
    [
        ("en", "“He is lying,” she said.", ["she"]),
        ("en", "The parent company and the company car were sold.", []),
        ("en", "The mayor of Elston and the Mayor Ana Ruiz met.", []),
        ("en", "The 24-year-old striker scored.", ["The 24-year-old striker"]),
        ("de", "Sie haben gewonnen, sagte sie.", ["sie"]),
        ("fr", "Il y a des blessés, mais il est parti.", ["il"]),
        ("fr", "La Cour suprême du pays a tranché.", []),
        ("nl", "Ze wonnen, maar zij bleef thuis.", []),
        ("id", "Perusahaan itu diam dan sahamnya turun.", ["Perusahaan itu", "sahamnya"]),
        ("tl", "Umalis ang alkalde at ang grupo ng mga guro.", ["ang alkalde"]),
    ],
)
def test_find_returns_phrases_outside_quotations(lang: str, text: str, expect: list[str]) -> None:
    assert [text[p.start : p.end] for p in mention_spans.find(text, lang)] == expect


@pytest.mark.parametrize(
    ("word", "lang", "gender"),
    [
        ("alcaldesa", "es", "f"),
        ("alcalde", "es", "m"),
        ("bürgermeisterin", "de", "f"),
        ("bürgermeister", "de", "m"),
        ("directrice", "fr", "f"),
        ("prefeito", "pt", "m"),
        ("mayor", "en", ""),
        ("mrs", "en", "f"),
    ],
)
def test_role_gender_is_read_from_the_word(word: str, lang: str, gender: str) -> None:
    assert mention_spans.role_gender(word, lang) == gender


@pytest.mark.parametrize("lang", [*languages.codes(), "xx"])
@given(text=st.text(alphabet=" .,-'’\"“”()AHESTabcdehilmnoprstuy24\n", max_size=160))
def test_find_any_text_gives_ordered_phrases_inside_it(lang: str, text: str) -> None:
    last = 0
    for phrase in mention_spans.find(text, lang):
        assert last <= phrase.start < phrase.end <= len(text)
        last = phrase.end


def test_resolve_hostile_input_ends() -> None:
    made = sentences("en", ["the " * 20_000, "he said she said " * 3_000, '"' * 20_000])
    assert resolved(made) == []
