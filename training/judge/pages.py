"""Pairs of sentences of one page, and of pages that tell one event: near each other, and none contradicts another.

An author does not contradict himself, and outlets that tell one event rarely contradict each other; they name one
person in many ways ("the driver", a surname, "a 24-year-old") and tell what each did, in sentences much alike. Of such
pairs ``train.py`` keeps those that the judge of the stage before takes for contradictions, and a few of the others.

* pages: our own articles, those of MEANTIME (CC BY) and of NTREX-128 (CC BY-SA), whose sentences follow each other as
  in the news they are from, in English and Filipino
* events: the stories of ``training/calm`` that ``read.txt`` names
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from pairs import HERE, MEANTIME, SIDES, Row, calm, printed, row, sentences_of
from sklearn.feature_extraction.text import TfidfVectorizer

NAMED = frozenset(Path(__file__).with_name("read.txt").read_text("utf-8").split())
CALM, DATASETS = HERE.parent / "calm", HERE.parents[1] / "datasets"
FOLDERS = ("calm", "sides", "settled", "contested")  # of this folder
WINDOW = 20  # sentences: further apart, a page of NTREX may have ended
NEAR, NEAR_TRANSLATED = 2, 3  # neighbours of a sentence on its page


def pages(data: Path) -> Iterator[Row]:
    """Yield the pairs, all of them ``open``: no contradiction."""
    for article in _own():
        yield from _within(sentences_of(article), "page")
    for line in (data / "clusters" / "meantime_docs.jsonl").read_text("utf-8").splitlines():
        given = json.loads(line)
        if given["lang"] in MEANTIME:
            article = {"text": printed(given["text"]), "title": printed(given["title"]), "lang": given["lang"]}
            yield from _within(sentences_of(article)[1:], "page meantime")
    yield from _translated(data)
    for path in _named():
        yield from ({**made, "set": "event"} for made in calm(path, SIDES))


def _named() -> list[Path]:
    return [path for path in sorted(CALM.glob("*.jsonl")) if path.stem in NAMED]


def _own() -> Iterator[dict[str, str]]:
    """Yield our own articles that the judge may read."""
    for path in [*_named(), *(p for name in FOLDERS for p in sorted((HERE / name).glob("*.jsonl")))]:
        for line in path.read_text("utf-8").splitlines():
            yield from json.loads(line)["articles"]
    for path in sorted(DATASETS.glob("*/*.json"), key=lambda path: path.name):
        if path.stem in NAMED:
            yield from json.loads(path.read_text("utf-8"))["articles"]


def _within(texts: Sequence[str], origin: str) -> Iterator[Row]:
    for n, m in _neighbours(texts, NEAR, len(texts)):
        if made := row(texts[n], texts[m], "open", "", origin):
            yield made


def _translated(data: Path) -> Iterator[Row]:
    """Yield near sentences of NTREX, in one language or across both; every pair in one of the four ways."""
    lines = (data / "pairs" / "ntrex_en_fil.jsonl").read_text("utf-8").splitlines()
    told = [given for given in map(json.loads, lines) if given["label"] == "agree"]
    for n, m in _neighbours([given["a"] for given in told], NEAR_TRANSLATED, WINDOW):
        one, other = divmod((n * 7 + m) % 4, 2)
        if made := row(told[n]["ab"[one]], told[m]["ab"[other]], "open", "", "page ntrex"):
            yield made


def _neighbours(texts: Sequence[str], near: int, window: int) -> list[tuple[int, int]]:
    """Return the pairs of different texts of which either is among the nearest of the other within a window."""
    if len(texts) < 2 * near:
        return []
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform(texts)
    likeness = np.asarray((vectors @ vectors.T).todense())
    found = set()
    for n in range(len(texts)):
        around = range(max(0, n - window), min(len(texts), n + window + 1))
        others = sorted((m for m in around if texts[m] != texts[n]), key=lambda m: (-likeness[n, m], m))
        found |= {(min(n, m), max(n, m)) for m in others[:near]}
    return sorted(found)
