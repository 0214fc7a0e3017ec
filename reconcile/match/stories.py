"""Articles about one event or running story: only these are compared with each other.

Two articles are near when they share rare names and rare words and their mean sentence vectors are alike; stories
are what average linkage joins, so that a chain of half-related articles does not become one story. How rare a name or
word is, is read from ``background.json`` (counts over our own stories), not from the corpus, so that a new article
changes nothing between the others.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform

from reconcile.claims import words
from reconcile.model import Article, Claim, Sentence, Story, stable_id

BACKGROUND = Path(__file__).with_name("background.json")
ALIKE = 0.3  # sum of the three likenesses from which average linkage joins
MEANING = 0.3  # weight of the vectors, which also tell languages apart; names and words weigh 1
MOST = 3.0
UNSEEN = 0.5  # articles a word of no background article is taken to be in
Matrix = NDArray[np.float32]
_TOKEN = re.compile(r"\w{3,}")


def group(
    articles: Sequence[Article],
    sentences: Mapping[str, Sequence[Sentence]],
    claims: Mapping[str, Sequence[Claim]],
    vectors: Mapping[str, Matrix],
) -> tuple[Story, ...]:
    """Return the stories, sorted by id; every article is in exactly one.

    ``vectors`` holds the centred sentence vectors ``(n, dim)`` of each article.
    """
    ordered = sorted(articles, key=lambda a: a.article_id)
    if not ordered:
        return ()
    labels = [1] if len(ordered) == 1 else _labels(likeness(ordered, sentences, claims, vectors))
    members: dict[int, list[Article]] = {}
    for label, article in zip(labels, ordered, strict=True):
        members.setdefault(int(label), []).append(article)
    return tuple(sorted((_story(m) for m in members.values()), key=lambda s: s.story_id))


def likeness(
    articles: Sequence[Article],
    sentences: Mapping[str, Sequence[Sentence]],
    claims: Mapping[str, Sequence[Claim]],
    vectors: Mapping[str, Matrix],
) -> NDArray[np.float64]:
    """Return the symmetric table of how alike the articles are, from about -0.3 to 2.3."""
    ids = [a.article_id for a in articles]
    means = np.stack([_mean(vectors[a]) for a in ids]).astype(np.float64)
    names = _weighted(("names", name_tokens(claims[a])) for a in ids)
    content = _weighted(("words", word_stems(sentences[a])) for a in ids)
    table = MEANING * (means @ means.T) + (names @ names.T).toarray() + (content @ content.T).toarray()
    return np.asarray(np.round(table, 6), np.float64)


def name_tokens(claims: Iterable[Claim]) -> list[str]:
    """Return the words of the names in an article's claims, once for each name and claim."""
    return [t for c in claims for e in c.entities for t in _TOKEN.findall(e.name.casefold())]


def word_stems(sentences: Iterable[Sentence]) -> list[str]:
    """Return the content stems of an article's kept sentences."""
    kept = [s for s in sentences if not s.dropped]
    return [words.stem(word) for s in kept for _, _, word in words.content(s.text, s.lang)]


@lru_cache(maxsize=1)
def background() -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Return the number of background articles and, for names and words, in how many each stands."""
    data = json.loads(BACKGROUND.read_text("utf-8"))
    return int(data["articles"]), data


def _weighted(rows: Iterable[tuple[str, Sequence[str]]]) -> csr_matrix:
    """Unit rows of (1 + log count) times the logarithm of rarity."""
    total, known = background()
    columns: dict[str, int] = {}
    data, at, ends = [], [], [0]
    for kind, tokens in rows:
        counts = sorted(Counter(tokens).items())
        weights = [(1 + math.log(n)) * math.log((total + 1) / (known[kind].get(t, 0) + UNSEEN)) for t, n in counts]
        norm = math.sqrt(math.fsum(w * w for w in weights)) or 1.0
        data += [w / norm for w in weights]
        at += [columns.setdefault(t, len(columns)) for t, _ in counts]
        ends.append(len(data))
    return csr_matrix((data, at, ends), shape=(len(ends) - 1, max(1, len(columns))))


def _labels(table: NDArray[np.float64]) -> NDArray[np.int32]:
    distance = np.clip(MOST - table, 0.0, None)
    np.fill_diagonal(distance, 0.0)
    return np.asarray(fcluster(linkage(squareform(distance, checks=False), "average"), MOST - ALIKE, "distance"))


def _mean(rows: Matrix) -> Matrix:
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _story(members: Sequence[Article]) -> Story:
    ordered = sorted(members, key=lambda a: a.article_id)
    first = min(members, key=lambda a: (a.published is None, a.published or "", a.article_id))
    title = first.title or first.text.strip().split("\n", 1)[0][:120]
    contents = [x for a in ordered for x in (a.article_id, a.content_hash, a.published or "")]
    ids = tuple(a.article_id for a in ordered)
    return Story(stable_id("story", ids[0]), title, ids, stable_id("digest", *contents))
