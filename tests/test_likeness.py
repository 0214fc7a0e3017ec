"""What the weights know of furniture: features they are made for, no effect on plain stories, the practice pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest

from reconcile.model import Article
from reconcile.read import clean, likeness
from reconcile.read.cues import KINDS, kinds, languages, vocabulary
from reconcile.read.furniture import page_of
from reconcile.read.sentences import split

PAGES = Path(__file__).parent.parent / "datasets" / "practice-pages"
WEIGHTS = json.loads(resources.files("reconcile.read").joinpath("likeness.json").read_text("utf-8"))


def article(text: str, lang: str = "en", title: str = "") -> Article:
    return Article("a", "Outlet", "", title, None, lang, text, "hash")


def pages(lang: str) -> list[tuple[str, str]]:
    """Return title and marked lines of each practice page of a language."""
    chunks = re.split(r"(?m)^=== ", (PAGES / f"{lang}.txt").read_text("utf-8"))[1:]
    return [(title, body) for title, _, body in (chunk.partition("\n") for chunk in chunks)]


def score(lang: str) -> Counter[str]:
    """Count dropped furniture (hit), kept furniture (missed) and dropped article lines (false)."""
    found: Counter[str] = Counter()
    for title, body in pages(lang):
        lines = [line for line in body.splitlines() if line.strip() and "{{" not in line]
        source = article("\n\n".join(line[2:] for line in lines), lang, "" if "\n# " in body else title)
        dropped = {s.text: bool(s.dropped) for s in clean.mark(split(source), source)}
        marks = {line[2:]: line[0] for line in lines}
        for text, mark in marks.items():
            if mark != "?" and text in dropped:
                names = {("-", True): "hit", ("-", False): "missed", ("+", True): "false", ("#", True): "false"}
                found[names.get((mark, dropped[text]), "kept")] += 1
    return found


@pytest.mark.parametrize("lang", languages())
def test_practice_pages_lose_furniture_and_keep_the_article(lang: str) -> None:
    found = score(lang)
    assert found["hit"] >= 0.85 * (found["hit"] + found["missed"])
    assert found["hit"] >= 0.95 * (found["hit"] + found["false"])


def test_weights_are_of_features_in_use() -> None:
    used: set[str] = set()
    for lang in languages():
        for title, body in pages(lang):
            source = article("\n".join(line[2:] for line in body.splitlines()), lang, title)
            page = page_of(split(source), source)
            clean.run_rules(page)
            used.update(name for row in likeness.features(likeness.scene_of(page)) for name in row)
    named = set(WEIGHTS["alone"]) - {"bias"}
    assert len(used & named) >= 0.95 * len(named)
    assert len(used - named) <= 0.05 * len(used)


@pytest.mark.parametrize("lang", languages())
def test_each_language_has_words_of_every_kind(lang: str) -> None:
    words = vocabulary(lang)
    assert all(words.words[kind] or words.heads[kind] for kind in KINDS)


WORDS = [("en", "newsletters", "media"), ("de", "kostenlose", "media"), ("es", "nuestra", "outlet"),
         ("fr", "abonnez", "asking"), ("nl", "jouw", "reader"), ("pt", "disse", "reporting"),
         ("id", "kami", "outlet"), ("tl", "ninyo", "reader")]  # fmt: skip


@pytest.mark.parametrize(("lang", "word", "kind"), WORDS, ids=[" ".join(row[:2]) for row in WORDS])
def test_kind_of_word(lang: str, word: str, kind: str) -> None:
    assert kind in kinds(lang, word)


def test_answer_to_a_question_is_not_scored() -> None:
    source = article("What about the boats?\n\nThe boats stay in the bay until May.\n\nShare\n\nMenu")
    page = page_of(split(source), source)
    found = likeness.scores(likeness.scene_of(page))
    assert {page.sentences[i].text for i in found} == {"What about the boats?", "Share", "Menu"}


@pytest.mark.parametrize("text", ["", "Share", "•\n•", "?\n?\n?", "Read\n\n" * 40])
def test_degenerate_pages_have_a_score_for_each_sentence(text: str) -> None:
    source = article(text)
    page = page_of(split(source), source)
    assert set(likeness.scores(likeness.scene_of(page))) == set(range(len(page.sentences)))
