"""Sentences of copies and translations beside those they stand for, and the plots and words of a question's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconcile.match import answers, identity
from reconcile.model import Relation, Sentence
from reconcile.publish.desk import marks, plots, versions, words
from reconcile.publish.store import Store
from tests import builders as b
from tests.test_desk import HURT, page_of, serve

ENGLISH = (
    "The museum of Oldmere lost 31 silver spoons on Friday night.",
    "Nobody was hurt.",
    "A van was found near Port Calder.",
    "The door had been open.",
    "Inspector Ruth Adeyemi asked for patience.",
)
GERMAN = (
    "Das Museum von Oldmere hat in der Nacht auf Samstag 31 silberne Löffel verloren.",
    "Verletzt wurde niemand.",
    "Ein Lieferwagen fand sich bei Port Calder.",
    "Kommissarin Ruth Adeyemi bat um Geduld.",
)
SHORTER = ("Port Calder police found a van.", "On Friday night 31 silver spoons were taken in Oldmere.")
ELSEWHERE = ("In the valley the harvest has begun.", "The price of pears went up by 4 per cent.")


def sentences(texts: tuple[str, ...], lang: str) -> Iterator[Sentence]:
    start = 0
    for n, text in enumerate(texts):
        yield Sentence(f"s{n}", "x", "text", n, start, start + len(text), text, lang)
        start += len(text) + 1


def paired(other: tuple[str, ...], lang: str) -> dict[int, int]:
    own = list(sentences(ENGLISH, "en"))
    found = versions.pairs(own, list(sentences(other, lang)))
    return {at: place for at in range(len(own)) if (place := versions.counterpart(found, at)) is not None}


@pytest.mark.parametrize(
    ("other", "lang", "expected"),
    [
        pytest.param(GERMAN, "de", {0: 0, 1: 1, 2: 2, 4: 3}, id="a translation, with a sentence between two known"),
        pytest.param(SHORTER, "en", {0: 1, 2: 0}, id="retold in another order: nothing is between"),
        pytest.param(ENGLISH, "en", {n: n for n in range(5)}, id="word for word"),
        pytest.param(ELSEWHERE, "de", {}, id="another text, another language"),
        pytest.param((), "de", {}, id="nothing"),
    ],
)
def test_sentences_that_stand_for_each_other(other: tuple[str, ...], lang: str, expected: dict[int, int]) -> None:
    assert paired(other, lang) == expected


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "desk.db"
    with Store(where) as store:
        store.publish(b.publication())
    return where


async def test_a_translation_shows_its_sentence(path: Path) -> None:
    page = (await (await serve(path)).client.get(page_of(HURT))).text
    shown = f'<blockquote class="aligned" lang="tl" dir="auto">{b.HURT_C.quote}</blockquote>'
    assert page.count(shown) == 1
    assert page.index("Ang Dalampasigan") < page.index(shown)


async def test_a_foreign_text_has_its_answer_in_english(tmp_path: Path) -> None:
    where = tmp_path / "desk.db"
    same = b.finding(b.HURT_C, b.HURT_B, Relation.AGREE, b.HURT.field, cluster_id="c-hurt", value_a="12", value_b="19")
    conflict = replace(b.HURT, claim_a=b.HURT_C.claim_id, also_in_a=())
    own = tuple(replace(o, origin_id=o.article_id, kind="original") for o in b.ORIGINS)
    with Store(where) as store:
        store.publish(b.publication(findings=(conflict, same), origins=own))
    found = (await (await serve(where)).client.get(page_of(HURT) + ".json")).json()["finding"]
    assert found["a"]["lang"] == "tl"
    assert found["a"]["english"]["quote"] == b.HURT_B.quote
    assert found["b"]["english"] is None


async def test_publication_shows_nothing_more_of_a_copy(path: Path) -> None:
    datasette = await serve(path, publish=True)
    for address in (page_of(HURT), f"{page_of(HURT)}.json"):
        page = (await datasette.client.get(address)).text
        assert "Ang Dalampasigan" in page
        assert "Bumagsak ang rampa sa Odel Quay noong Martes" not in page


# -------------------------------------------------------------------------------------------- plots and words


def said(low: float | None, high: float | None, unit: str) -> dict[str, Any]:
    return {"low": low, "high": high, "unit": unit, "published": "2031-03-04", "article_id": "x", "days": None}


@pytest.mark.parametrize(
    ("units", "unit", "drawn"),
    [
        (["USD", "dollar"], "USD", 2),
        (["USD", "AUD", "dollar"], "AUD", 2),  # one of two that are as usual; never both on one scale
        (["dollar", "dollar", "km"], "dollar", 2),
        (["km", "km", ""], "km", 2),
    ],
)
def test_units_that_may_be_one_are_drawn_together(units: list[str], unit: str, drawn: int) -> None:
    plot = plots.value_strip([{"said": [said(n + 1, n + 1, unit)]} for n, unit in enumerate(units)])
    assert plot is not None
    assert (plot.unit, len(plot.lanes), plot.left) == (unit, drawn, len(units) - drawn)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("3.5 standard deviations above usual or more", "far more alike than usual"),
        ("2 standard deviations above usual or more", "much more alike than usual"),
        ("1.5 standard deviations above usual or more", "more alike than usual"),
        ("0.5 standard deviations above usual or more", "a little more alike than usual"),
        ("values differ", "values differ"),
    ],
)
def test_likeness_in_words(label: str, expected: str) -> None:
    assert words.level(label) == expected


@pytest.mark.parametrize(
    ("explanation", "expected"),
    [
        ("value: '12' against '19', values differ; both cannot be true", "Values differ; both cannot be true."),
        ("""value: "l'an 12" against '19', values differ""", "Values differ."),
        ("against reference a.csv: value: '12' against '19', values differ", None),
        ("value: 'it's' against '19', values differ", None),
        ("“12” and “19” cannot both be", None),
        ("", None),
    ],
)
def test_explanation_does_not_say_the_answers_again(explanation: str, expected: str | None) -> None:
    assert words.because(explanation) == (explanation if expected is None else expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pole: opposite events", "what happened: opposite events"),
        ("value: values differ", "number or amount: values differ"),
        ("", ""),
    ],
)
def test_rules_in_words(name: str, expected: str) -> None:
    assert words.rule(name) == expected


def test_every_comparison_that_is_declared_has_words() -> None:
    plain = {"subject", "unit", "entity", "place", "value", "date", "direction", "status", "statement"}
    declared = {c.field for c in (*answers.CONTEXT, *answers.ASSERTION.values(), *identity.IDENTITY)}
    assert {name for name in declared if words.comparison(name) == name} <= plain


@pytest.mark.parametrize(
    ("count", "name", "expected"),
    [(1, "conflict", "1 conflict"), (3, "agree", "3 agreements"), (2, "compatible", "2 compatible"),
     (2, "scope", "2 of different scope"), (2, "update", "2 updates")],
)  # fmt: skip
def test_counted_relations(count: int, name: str, expected: str) -> None:
    assert words.relations(count, name) == expected


def test_what_found_and_weighs_nothing_is_only_named() -> None:
    base = {"role": "identity", "a": "", "b": "", "weight": 0.01, "outcome": "no evidence"}
    rows = [
        {**base, "field": "value", "role": "assertion", "outcome": "disagree", "weight": 1.3},
        {**base, "field": "judge"},
        {**base, "field": "period", "a": "Friday"},
        {**base, "field": "words", "weight": 0.6},
        {**base, "field": "names", "outcome": "agree"},
    ]
    told = marks.told(rows)
    shown = [(role, [row["field"] for row, _ in of]) for role, of in told.roles]
    assert shown == [("assertion", ["value"]), ("identity", ["period", "words", "names"])]
    assert told.silent == ["judge"]


async def test_marked_words_are_those_of_the_value(tmp_path: Path) -> None:
    """A claim may be compared by several words; the ones marked belong to the value that is shown."""
    where = tmp_path / "desk.db"
    start = b.HURT_A.focus.start
    other = replace(
        b.COPY, claim_a=b.HURT_A.claim_id, value_a="injured", focus_a=b.Span(start + 15, start + 22), confidence=0.1
    )
    with Store(where) as store:
        store.publish(b.publication(findings=(b.HURT, other, replace(b.HURT, finding_id="again"))))
    asked = (await (await serve(where)).client.get("/-/reconcile/question/c-hurt.json")).json()["question"]
    found = next(s for a in asked["answers"] for s in a["said"] if s["claim_id"] == b.HURT_A.claim_id)
    assert found["value"] == b.HURT.value_a
    assert (found["focus_start"], found["focus_end"]) == (b.HURT_A.focus.start, b.HURT_A.focus.end)
