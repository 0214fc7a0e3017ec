"""Which articles repeat another: copies, light rewrites, translations, and sister outlets that share text.

A link is drawn only on strong evidence, since a copy's agreement is not counted and its conflicts are listed
under its origin. Two reports of one event in one language may tell the same facts in the same order without
either being a copy, so there the words themselves must be shared; across languages the order of the sentences
decides, with the numbers and names in them.

A copy may still differ: an editor cuts a paragraph, a translator mistypes a number. What it says itself is
told in ``copies.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from reconcile.match import overlap
from reconcile.match.overlap import Side
from reconcile.model import Article, Origin, Sentence

ORIGINAL, COPY, REWRITE, TRANSLATION, SAME_OWNER = "original", "copy", "rewrite", "translation", "same owner"

SHARED = 0.5
"""Share of a copy's text that its origin has too (rewrites in gold .80, other pairs at most .08)."""
VERBATIM = 0.9
ALIGNED = 0.75
"""Score of a translation (gold .91 and more; other pairs with as much support at most .66)."""
RETOLD = 0.3
"""Share of words that makes an article told in the same order (``ALIGNED``) a rewrite in one language."""
AGREED = 0.6
"""Least share of numbers, and of names, that a copy and its origin share: texts from a template do not."""
OWNED = 0.25
MIN_SENTENCES = 4
MIN_ALIGNED = 0.7
"""Least share of aligned sentences, of the article with fewer (gold translations .92, other pairs to .67)."""
MIN_COVERED = 0.5
MIN_AGREED = 5
MIN_COMPARED = 3
MIN_SHARED_ANCHORS = 3
MIN_WORDS = 25
ALL_PAIRS = 50
SAMPLE, FEW = 4, 100

NO_OWNERS: Mapping[str, str] = MappingProxyType({})


def find_origins(
    articles: Sequence[Article],
    sentences: Mapping[str, Sequence[Sentence]],
    vectors: Mapping[str, NDArray[np.float32]],
    owners: Mapping[str, str] = NO_OWNERS,
) -> tuple[Origin, ...]:
    """Return one Origin an article, sorted by article id; an original names itself (``original``, score 1).

    ``sentences``, ``vectors`` and ``owners`` are by article id; ``vectors`` has a row for each sentence
    that is not dropped, in order. For two sources of one owner a quarter of shared text is enough,
    since they share a newsroom; an article without owner belongs to its source. The origin is the
    earliest published; of undated articles, or at the same time, the longer, then the smaller id.
    Chains are followed to their first link. The order of the input makes no difference.
    """
    known = sorted(articles, key=_rank)
    sides = [_side(a, sentences, vectors) for a in known]
    links: dict[int, tuple[float, int, str]] = {}
    for earlier, later in sorted(_candidates(known, sides)):
        found = _judge((known[later], sides[later]), (known[earlier], sides[earlier]), owners)
        if found and (later not in links or found[1] > links[later][0]):
            links[later] = (found[1], earlier, found[0])
    return tuple(sorted((_follow(k, known, links) for k in range(len(known))), key=lambda o: o.article_id))


def _rank(article: Article) -> tuple[bool, str, int, str]:
    return article.published is None, article.published or "", -len(article.text), article.article_id


def _side(
    article: Article, sentences: Mapping[str, Sequence[Sentence]], vectors: Mapping[str, NDArray[np.float32]]
) -> Side:
    kept = [s for s in sentences.get(article.article_id, ()) if not s.dropped]
    return overlap.side_of(kept, vectors.get(article.article_id, np.zeros((0, 1), np.float32)))


def _judge(
    after: tuple[Article, Side], before: tuple[Article, Side], owners: Mapping[str, str]
) -> tuple[str, float] | None:
    """Return the kind of repetition and its score, or None."""
    (later, copy), (earlier, origin) = after, before
    owned = later.source != earlier.source and _owner(later, owners) == _owner(earlier, owners)
    text = overlap.shared_text(copy, origin)
    if _is_same_text(copy, origin):
        return COPY, 1.0
    repeated = _enough_words(copy) and _agree(text)
    if repeated and text.covered >= SHARED:
        return (COPY if text.sentences >= VERBATIM else REWRITE), round(text.covered, 3)
    if later.lang == earlier.lang and text.covered < OWNED:
        return None
    told = overlap.aligned(copy, origin)
    if _is_retold(told):
        if later.lang != earlier.lang:
            return TRANSLATION, round(told.score, 3)
        if repeated and text.covered >= RETOLD:
            return REWRITE, round(told.score, 3)
    return (SAME_OWNER, round(text.covered, 3)) if owned and repeated and text.covered >= OWNED else None


def _is_retold(told: overlap.Alignment) -> bool:
    """Return whether most sentences stand in the same order, with enough names and numbers to be sure."""
    enough = len(told.pairs) >= MIN_SENTENCES and told.agreed >= MIN_AGREED
    return enough and told.sentences >= MIN_ALIGNED and told.covered >= MIN_COVERED and told.score >= ALIGNED


def _owner(article: Article, owners: Mapping[str, str]) -> str:
    return owners.get(article.article_id) or article.source


def _agree(found: overlap.Alignment) -> bool:
    """Return whether paired sentences agree in numbers and names, or have too few of them to tell."""
    return found.compared < MIN_COMPARED or min(found.numbers, found.names) >= AGREED


def _is_same_text(copy: Side, origin: Side) -> bool:
    return bool(copy.words) and copy.words == origin.words


def _enough_words(side: Side) -> bool:
    return sum(map(len, side.words)) >= MIN_WORDS


def _candidates(articles: Sequence[Article], sides: Sequence[Side]) -> set[tuple[int, int]]:
    """Return pairs (earlier, later) of places in ``articles`` that share text, names or numbers."""
    by_run: dict[int, list[int]] = {}
    for k, side in enumerate(sides):
        for run in sorted(set(side.runs)):
            if run % SAMPLE == 0 or len(side.runs) < FEW:
                by_run.setdefault(run, []).append(k)
    pairs: set[tuple[int, int]] = set()
    for places in by_run.values():
        pairs.update(_pairs_of(places))
    return pairs | _pairs_by_anchors(sides)


def _pairs_of(places: Sequence[int]) -> set[tuple[int, int]]:
    """Return all pairs; of a text with very many copies only each with the first and with its forerunner."""
    if len(places) <= ALL_PAIRS:
        return set(combinations(places, 2))
    return {(places[0], k) for k in places[1:]} | set(pairwise(places))


def _pairs_by_anchors(sides: Sequence[Side]) -> set[tuple[int, int]]:
    """Return pairs that share at least three names or longer numbers."""
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    rows, cells = [], []
    for k, side in enumerate(sides):
        for anchor in sorted(overlap.anchors(side)):
            rows.append(k)
            cells.append(columns.setdefault(anchor, len(columns)))
    if not columns:
        return set()
    shape = (len(sides), len(columns))
    table = csr_matrix((np.ones(len(rows), np.int32), (rows, cells)), shape)
    pairs: set[tuple[int, int]] = set()
    for start in range(0, len(sides), 512):
        shared = (table[start : start + 512] @ table.T).tocoo()
        enough = shared.data >= MIN_SHARED_ANCHORS
        left, right = shared.row[enough] + start, shared.col[enough]
        ascending = left < right
        pairs.update(zip(left[ascending].tolist(), right[ascending].tolist(), strict=True))
    return pairs


def _follow(place: int, articles: Sequence[Article], links: Mapping[int, tuple[float, int, str]]) -> Origin:
    """Return the origin at the start of the chain, with the kind and score of the article's own link."""
    article_id = articles[place].article_id
    if place not in links:
        return Origin(article_id, article_id, ORIGINAL, 1.0)
    score, root, kind = links[place]
    while root in links:
        root = links[root][1]
    return Origin(article_id, articles[root].article_id, kind, score)
