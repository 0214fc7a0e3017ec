"""Articles about one event or running story: only these are compared with each other.

Two articles are near when their mean sentence vectors are alike and they share names; stories are what average
linkage joins, so that a chain of half-related articles does not become one story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from reconcile.model import Article, Claim, Story, stable_id

ALIKE = 0.50  # likeness of two articles from which average linkage joins them
NAME_WEIGHT = 0.35  # what a full overlap of names adds to the cosine
Matrix = NDArray[np.float32]


def group(
    articles: Sequence[Article],
    claims: Mapping[str, Sequence[Claim]],
    vectors: Mapping[str, Matrix],
) -> tuple[Story, ...]:
    """Return the stories, sorted by id; every article is in exactly one.

    ``vectors`` holds the centred sentence vectors ``(n, dim)`` of each article.
    """
    ordered = sorted(articles, key=lambda a: a.article_id)
    if not ordered:
        return ()
    labels = [1] if len(ordered) == 1 else _labels(likeness(ordered, claims, vectors))
    members: dict[int, list[Article]] = {}
    for label, article in zip(labels, ordered, strict=True):
        members.setdefault(int(label), []).append(article)
    return tuple(sorted((_story(m) for m in members.values()), key=lambda s: s.story_id))


def likeness(
    articles: Sequence[Article],
    claims: Mapping[str, Sequence[Claim]],
    vectors: Mapping[str, Matrix],
) -> NDArray[np.float64]:
    """Return the symmetric table of how alike the articles are."""
    rows = np.stack([_mean(vectors[a.article_id]) for a in articles]).astype(np.float64)
    names = [frozenset(e.name.casefold() for c in claims[a.article_id] for e in c.entities) for a in articles]
    table = rows @ rows.T
    for i, first in enumerate(names):
        for j in range(i):
            shared = len(first & names[j]) / max(1, min(len(first), len(names[j])))
            table[i, j] = table[j, i] = table[i, j] + NAME_WEIGHT * min(1.0, 2 * shared)
    return np.round(table, 6)


def _labels(table: NDArray[np.float64]) -> NDArray[np.int32]:
    distance = np.clip(2.0 - table, 0.0, None)
    np.fill_diagonal(distance, 0.0)
    return np.asarray(fcluster(linkage(squareform(distance, checks=False), "average"), 2.0 - ALIKE, "distance"))


def _mean(rows: Matrix) -> Matrix:
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _story(members: Sequence[Article]) -> Story:
    ids = tuple(sorted(a.article_id for a in members))
    first = min(members, key=lambda a: (a.published is None, a.published or "", a.article_id))
    title = first.title or first.text.strip().split("\n", 1)[0][:120]
    return Story(stable_id("story", ids[0]), title, ids, stable_id("digest", *(x for a in sorted(members, key=lambda a: a.article_id) for x in (a.article_id, a.content_hash, a.published or ""))))
