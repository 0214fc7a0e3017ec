"""Page furniture is dropped, look-alikes stay: cases in eight languages, invariants, the gold stories."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import Article, Sentence
from reconcile.read.clean import mark
from reconcile.read.cues import cues, languages, normalise
from reconcile.read.furniture import REASONS
from reconcile.read.sentences import split

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "boilerplate.json").read_text("utf-8"))
CASES: list[dict[str, Any]] = DATA["cases"]


def article(text: str, lang: str = "en", title: str = "") -> Article:
    return Article("a", "Outlet", "", title, None, lang, text, "hash")


def marked(text: str, lang: str = "en", title: str = "") -> tuple[Sentence, ...]:
    source = article(text, lang, title)
    return mark(split(source), source)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_furniture_case(case: dict[str, Any]) -> None:
    text = case["text"].replace("{base}", DATA["base"][case["lang"]])
    sentences = [s for s in marked(text, case["lang"], case.get("title", "")) if s.part == "text"]
    for words, reason in case["expect"]:
        found = [s.dropped for s in sentences if words in s.text]
        assert found, f"no sentence holds {words!r}"
        assert set(found) == {reason}, words


@pytest.mark.parametrize("lang", sorted(DATA["base"]))
def test_plain_article_keeps_every_sentence(lang: str) -> None:
    assert [s.text for s in marked(DATA["base"][lang], lang) if s.dropped] == []


def test_cases_cover_each_language_both_ways() -> None:
    wanted = {(lang, kind) for lang in languages() for kind in (True, False)}
    have = {(case["lang"], bool(reason)) for case in CASES for _, reason in case["expect"]}
    assert wanted <= have
    assert len(CASES) >= 60


def test_reasons_are_declared() -> None:
    assert {reason for case in CASES for _, reason in case["expect"] if reason} <= set(REASONS)


def test_title_always_stays() -> None:
    text = DATA["base"]["en"]
    for title in ("You may also like", "Key points", "1 min read", "Advertisement"):
        first = marked(text, title=title)[0]
        assert (first.part, first.text, first.dropped) == ("title", title, "")


def test_unknown_language_uses_every_list() -> None:
    found = {s.text: s.dropped for s in marked(f"{DATA['base']['en']}\n\nMehr zum Thema\n\nHund gewinnt", "und")}
    assert found["Hund gewinnt"] == "related links"


@pytest.mark.parametrize("text", ["", " \n\n ", "\x0c", "x", "Read more", "1 min read\n\nRead more\n\nMore"])
def test_degenerate_texts_keep_their_sentences(text: str) -> None:
    source = article(text)
    plain = split(source)
    assert [s.sentence_id for s in mark(plain, source)] == [s.sentence_id for s in plain]


LINES = st.sampled_from(
    [
        "Read more",
        "Advertisement",
        "Key points",
        "What next?",
        "- item one",
        "9:20 a.m. - Rain.",
        "a | b | c",
        "",
        "The board of Calder Bay met on Monday and voted to close the old pier for good.",
        "Weather: 3C",
        "By Nora Quill",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=14))
def test_marking_changes_nothing_else(lines: list[str]) -> None:
    source = article("\n".join(lines))
    plain = split(source)
    first, again = mark(plain, source), mark(mark(plain, source), source)
    assert first == again
    assert [(s.start, s.end, s.text) for s in first] == [(s.start, s.end, s.text) for s in plain]
    assert {s.dropped for s in first} <= {"", *REASONS}


@pytest.mark.parametrize("lang", languages())
def test_phrases_are_not_written_twice_over(lang: str) -> None:
    """A phrase that heads text as a section heading cannot head links or advertising too."""
    words = cues(lang)
    links = words.related | words.ads
    assert words.heading & links == frozenset()
    assert words.weak <= links
    assert all(phrase == normalise(phrase) for phrase in links | words.heading)


def _stories() -> list[dict[str, Any]]:
    folder = os.environ.get("RECONCILE_DATA", "")
    if not folder:
        pytest.skip("RECONCILE_DATA is not set: the development stories are not here")
    return [json.loads(p.read_text("utf-8")) for p in sorted(Path(folder, "bench", "stories").glob("*.json"))]


def meets(quote: str, text: str) -> bool:
    return quote in text or text in quote


FURNITURE = re.compile(r"furniture|boilerplate|headline|links?\b|promotional|reader poll")


def test_furniture_decoys_of_the_stories_are_dropped() -> None:
    """Of a decoy pair that sets page furniture against a claim, one side at least is dropped."""
    missed: list[str] = []
    for story in _stories():
        found = {a["id"]: marked(a["text"], a["lang"], a["title"]) for a in story["articles"]}
        for decoy in (d for d in story["decoys"] if FURNITURE.search(d["why"])):
            sides = [[s for s in found[m["article"]] if meets(m["quote"], s.text)] for m in (decoy["a"], decoy["b"])]
            if not any(side and all(s.dropped for s in side) for side in sides):
                missed.append(f"{story['id']}: {decoy['a']['quote']} / {decoy['b']['quote']}")
    assert missed == []


def test_no_gold_mention_of_the_stories_is_dropped() -> None:
    lost: list[str] = []
    for story in _stories():
        texts = {a["id"]: (a["text"], a["lang"], a["title"]) for a in story["articles"]}
        found = {key: marked(*value) for key, value in texts.items()}
        for mention in (m for f in story["facts"] for p in f["positions"] for m in p["mentions"]):
            holders = [s for s in found[mention["article"]] if mention["quote"] in s.text]
            if holders and all(s.dropped for s in holders):
                lost.append(f"{story['id']}: {mention['quote']}")
    assert lost == []
