"""Time and F1 of the pipeline beside the plain way: paraphrase mining, then differing numbers.

    python tools/bench.py STORIES_FOLDER

Both read the same articles, use the same embedding model on as many threads, load it anew, and are scored by
the same scorer. The plain way calls every pair of near sentences of two articles whose numbers differ a
conflict; the similarity from which it does so is the one that is best *on these stories*, which favours it.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconcile.config import Settings
from reconcile.evaluate import load_stories, score_stories, story_articles, story_findings
from reconcile.match import weights
from reconcile.model import Article
from reconcile.read import sentences

THRESHOLDS = [share / 100 for share in range(80, 100)]
NEIGHBOURS = 10
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
Row = Mapping[str, Any]


def main() -> None:
    """Run both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    stories = load_stories(options.stories)
    weights.restore()
    seconds: dict[str, float] = {}
    scores: dict[str, Row] = {}

    start = time.perf_counter()
    found = story_findings(stories, Settings(threads=options.threads))
    seconds["reconcile"] = time.perf_counter() - start
    scores["reconcile"] = score_stories(stories, found).summary

    start = time.perf_counter()
    pairs = mined(stories, options.threads)
    seconds["paraphrase mining"] = time.perf_counter() - start
    scores["paraphrase mining"] = best(stories, pairs)

    articles = sum(len(story["articles"]) for story in stories)
    print(f"{articles} articles of {len(stories)} stories, {options.threads} threads, model loading included")
    print(f"{'':18} {'seconds':>8} {'articles/s':>11} {'precision':>10} {'recall':>7} {'F1':>6}")
    for name, score in scores.items():
        figures = f"{score['precision'] or 0:>10.3f} {score['recall'] or 0:>7.3f} {score['f1']:>6.3f}"
        print(f"{name:18} {seconds[name]:>8.1f} {articles / seconds[name]:>11.1f} {figures}")
    ratio = seconds["paraphrase mining"] / seconds["reconcile"]
    print(f"throughput ratio {ratio:.2f} (above 1: reconcile is faster)")


def mined(stories: Sequence[Row], threads: int) -> list[tuple[float, Row]]:
    """Return near sentences of two articles whose numbers differ, as conflicts with their similarity."""
    import torch
    from sentence_transformers import SentenceTransformer, util

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(weights.restore()), device="cpu")
    places = list(sentences_of(stories))
    texts = [quote for _, quote in places]
    near = util.paraphrase_mining(model, texts, top_k=NEIGHBOURS, prompt="query: ")
    return [(float(score), finding(places[i], places[j])) for score, i, j in near if differ(places[i], places[j])]


def sentences_of(stories: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Yield article id and text of every sentence; headlines count."""
    for row in story_articles(stories):
        article = Article(
            row["id"], row["source"], row["url"], row["title"], row["published"], "en", row["text"], row["id"]
        )
        yield from ((article.article_id, sentence.text) for sentence in sentences.split(article))


def differ(one: tuple[str, str], two: tuple[str, str]) -> bool:
    """Return True if both sentences have numbers, not the same ones, in two articles."""
    numbers = [set(NUMBER.findall(text)) for _, text in (one, two)]
    return one[0] != two[0] and all(numbers) and numbers[0] != numbers[1]


def finding(one: tuple[str, str], two: tuple[str, str]) -> Row:
    """Return a conflict of two places."""
    a, b = ({"article_id": article, "quote": quote} for article, quote in (one, two))
    return {"relation": "conflict", "field": "value", "a": a, "b": b}


def best(stories: Sequence[Row], pairs: Sequence[tuple[float, Row]]) -> Row:
    """Return the scores at the threshold with the highest F1."""
    cuts = ([row for score, row in pairs if score >= threshold] for threshold in THRESHOLDS)
    tried = (score_stories(stories, rows).summary for rows in cuts)
    return max(tried, key=lambda summary: summary["f1"])


if __name__ == "__main__":
    main()
