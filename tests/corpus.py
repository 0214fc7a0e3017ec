"""What tests of matching share: texts as claims and slots, and the articles of datasets/cleanspark in a database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconcile import pipeline
from reconcile.claims.extract import SlotExtractor
from reconcile.config import Settings
from reconcile.match import slots
from reconcile.match.declare import Pairing
from reconcile.match.slots import Likeness, Slot
from reconcile.model import Article, Claim, Sentence, stable_id
from reconcile.publish.store import Store

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "cleanspark"
FILES = ("articles.jsonl", "miners-turn-to-ai.txt", "shares-plunge.html")
PUBLISHED = "2025-06-12T09:00:00Z"
EVEN = Likeness(sentence=2.0, clause=2.0, slot=2.0, rank_a=0, rank_b=0, lead=1.0)


def article_of(
    article_id: str, sentences: Sequence[str], *, published: str | None = PUBLISHED, lang: str = "en"
) -> tuple[Article, tuple[Sentence, ...]]:
    """Return an article whose text is these sentences, one a line, and the sentences."""
    text = "\n".join(sentences)
    made, start = [], 0
    for index, one in enumerate(sentences):
        name = stable_id(article_id, one, str(index))
        made.append(Sentence(name, article_id, "text", index, start, start + len(one), one, lang))
        start += len(one) + 1
    return Article(article_id, "", "", "", published, lang, text, stable_id(text)), tuple(made)


def claims_of(
    article_id: str, sentences: Sequence[str], *, published: str | None = PUBLISHED, lang: str = "en"
) -> tuple[Claim, ...]:
    """Return the claims of an article that consists of these sentences."""
    article, split = article_of(article_id, sentences, published=published, lang=lang)
    return SlotExtractor().extract(article, split)


def slot_of(claims: Sequence[Claim], raw: str, kind: str = "") -> Slot:
    """Return the first slot with these words (and of this kind)."""
    found = [s for s in slots.of_claims(claims) if s.raw == raw and s.kind.startswith(kind)]
    assert found, (raw, kind, [(s.kind, s.raw) for s in slots.of_claims(claims)])
    return found[0]


def swapped(pairing: Pairing) -> Pairing:
    """Return the same pair of slots told from the other side."""
    like = replace(pairing.like, rank_a=pairing.like.rank_b, rank_b=pairing.like.rank_a)
    return replace(pairing, a=pairing.b, b=pairing.a, like=like)


def build(db: Path, *paths: Path, settings: Settings | None = None) -> pipeline.RunResult:
    """Build or bring up to date a database."""
    with Store(db) as store:
        return pipeline.build([str(p) for p in paths], store, settings or Settings())


def exported(db: Path) -> str:
    """Return all findings of a database as JSON lines."""
    with Store(db, read_only=True) as store:
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in store.finding_dicts(relations=()))


def findings_of(db: Path) -> list[dict[str, Any]]:
    """Return all findings of a database in their documented form."""
    return [json.loads(line) for line in exported(db).splitlines()]


def table_rows(db: Path, table: str) -> list[tuple[Any, ...]]:
    """Return the sorted rows of a table."""
    with sqlite3.connect(db) as conn:
        return sorted(conn.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)


def in_gold(row: Mapping[str, Any], gold: Mapping[str, Any], articles: Mapping[str, Article]) -> bool:
    """Return whether gold lists a conflict between positions that the two sides of a finding mention.

    ``articles``: the articles by their names in gold.
    """
    names = {article.article_id: name for name, article in articles.items()}
    for fact in gold["facts"]:
        says: dict[str, set[str]] = {"a": set(), "b": set()}
        for position in fact["positions"]:
            for side in ("a", "b"):
                name = names[row[side]["article_id"]]
                quotes = [m["quote"] for m in position["mentions"] if m["article"] == name]
                if any(_mentions(row[side], quote, articles[name]) for quote in quotes):
                    says[side].add(position["id"])
        pairs = {frozenset((r["a"], r["b"])) for r in fact["relations"] if r["relation"] == "conflict"}
        if any(frozenset((x, y)) in pairs for x in says["a"] for y in says["b"]):
            return True
    return False


def _mentions(side: Mapping[str, Any], quote: str, article: Article) -> bool:
    """Return whether a side of a finding and a quotation of its article share characters."""
    start = article.part(side["part"]).find(quote)
    return start >= 0 and bool(side["start"] < start + len(quote) and start < side["end"])
