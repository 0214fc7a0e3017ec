"""Articles with gold at any size, on disk: recombined stories (``many_stories.py``), made without holding them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconcile.model import Article
from reconcile.read import ingest

ARTICLES, STORIES = "articles.jsonl", "stories.jsonl"


def make(source: Path, articles: int, folder: Path) -> int:
    """Write at least so many articles, and their stories with gold; return how many articles it became."""
    import many_stories

    from reconcile.evaluate import story_articles

    folder.mkdir(parents=True, exist_ok=True)
    made = 0
    with (folder / ARTICLES).open("w", encoding="utf-8") as out, (folder / STORIES).open("w", encoding="utf-8") as gold:
        for story in many_stories.many(source, articles):
            rows = list(story_articles([story]))
            made += len(rows)
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            gold.write(json.dumps(_without_texts(story), ensure_ascii=False) + "\n")
    return made


def _without_texts(story: dict[str, Any]) -> dict[str, Any]:
    kept = [{name: article[name] for name in ("id", "lang")} for article in story["articles"]]
    return {**story, "articles": kept}


def articles(folder: Path) -> tuple[Article, ...]:
    """Read the articles as the program reads them: languages are detected."""
    return ingest.read([str(folder / ARTICLES)])[0]


def stories(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the stories with gold, without the articles' texts."""
    with (folder / STORIES).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
