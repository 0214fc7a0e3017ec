"""The plain rule for a conflict that any pipeline of near sentences can have: the numbers in them differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from reconcile.model import Article
from reconcile.read import sentences

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
Place = tuple[str, str]  # article id, sentence
Near = tuple[float, int, int]


def places(articles: Iterable[Article]) -> list[Place]:
    """Return every sentence of the articles, headlines too."""
    return [(a.article_id, sentence.text) for a in articles for sentence in sentences.split(a)]


def inside(groups: Iterable[Sequence[int]], of: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of two articles inside each group."""
    for group in groups:
        yield from ((i, j) for i, j in combinations(sorted(group), 2) if of[i][0] != of[j][0])


def conflicts(of: Sequence[Place], pairs: Iterable[Near]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield the pairs whose numbers differ as conflicts with their score, each two sentences at a score once."""
    told = set()
    for score, i, j in pairs:
        key = (score, *sorted((of[i], of[j])))
        if key not in told and differ(of[i], of[j]):
            told.add(key)
            yield score, finding(of[i], of[j])


def differ(one: Place, two: Place) -> bool:
    """Return whether both sentences have numbers, not the same ones, in two articles."""
    held = [set(NUMBER.findall(text)) for _, text in (one, two)]
    return one[0] != two[0] and all(held) and held[0] != held[1]


def finding(one: Place, two: Place) -> dict[str, Any]:
    """Return a conflict of two places, in the form that is scored."""
    a, b = ({"article_id": article, "quote": quote} for article, quote in (one, two))
    return {"relation": "conflict", "field": "value", "a": a, "b": b}
