"""Which articles are near each other, told from a short profile of each.

A profile is the article's mean sentence vector and its names and content words, each as rare as it is. It is kept in
whole numbers, so that two profiles are as alike in any order, in any company and on any machine; what is near a new
article is then found by one pass over the profiles of all others, without their texts.

How rare a name or word is, is read from ``background.json`` (counts over our own stories), not from the corpus, so
that a new article changes nothing between the others.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from reconcile.claims import words
from reconcile.model import Article, Claim, Sentence

BACKGROUND = Path(__file__).with_name("background.json")
NEAR = 0.35  # likeness from which two articles may be of one story
WINDOW = 180  # days between two such articles; a story that runs longer is joined by what lies between
MEANING = 0.3  # weight of the vectors, which also tell languages apart; names and words weigh 1
UNSEEN = 0.5  # articles a word of no background article is taken to be in
FINE = 1024  # steps of one in a vector: a product of two unit rows is exact in 32-bit floating point
FINEST = 4096  # steps of one in a weight
BLOCK = 256  # articles compared with all others at once
_TOKEN = re.compile(r"\w{3,}")
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Profile:
    """What tells how near an article is to another, in whole numbers (little-endian).

    ``day``: when it was published, in days of the common era (0: unknown); ``mean``: its mean sentence vector (16 bits
    each); ``terms``: hashes of its names and words, ascending (32 bits each); ``weights``: how rare each is (16 bits
    each).
    """

    article_id: str
    day: int
    mean: bytes
    terms: bytes
    weights: bytes


@dataclass(frozen=True, slots=True)
class Profiles:
    """Many profiles: ``means`` is ``(n, dim)``; article ``k`` has the terms and weights ``ends[k]:ends[k + 1]``."""

    ids: tuple[str, ...]
    days: NDArray[np.int64]
    means: NDArray[np.int16]
    terms: NDArray[np.uint32]
    weights: NDArray[np.int16]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, profiles: Iterable[Profile]) -> Profiles:
        """Join profiles, in their order."""
        ids, days, means, terms, weights, ends = [], [], [], [], [], [0]
        for one in profiles:
            ids.append(one.article_id)
            days.append(one.day)
            means.append(one.mean)
            terms.append(one.terms)
            weights.append(one.weights)
            ends.append(ends[-1] + len(one.weights) // 2)
        table = np.frombuffer(b"".join(means), "<i2").reshape(len(ids), -1) if ids else np.zeros((0, 0), np.int16)
        return cls(
            tuple(ids),
            np.array(days, np.int64),
            table,
            np.frombuffer(b"".join(terms), "<u4"),
            np.frombuffer(b"".join(weights), "<i2"),
            np.array(ends, np.int64),
        )


def profile(article: Article, sentences: Iterable[Sentence], claims: Iterable[Claim], vectors: Matrix) -> Profile:
    """Return the profile of an article; ``vectors`` are the centred unit rows ``(n, dim)`` of its kept sentences."""
    weights: dict[int, int] = {}
    for kind, tokens in (("names", name_tokens(claims)), ("words", word_stems(sentences))):
        for token, weight in _weighted(kind, tokens).items():
            term = zlib.crc32(f"{kind} {token}".encode())
            weights[term] = max(weights.get(term, 0), round(FINEST * weight))
    terms = sorted(term for term, weight in weights.items() if weight)
    return Profile(
        article.article_id,
        _day(article.published),
        np.rint(FINE * _mean(vectors)).astype("<i2").tobytes(),
        np.array(terms, "<u4").tobytes(),
        np.array([weights[t] for t in terms], "<i2").tobytes(),
    )


def name_tokens(claims: Iterable[Claim]) -> list[str]:
    """Return the words of the names in an article's claims, once for each name and claim."""
    return [t for c in claims for e in c.entities for t in _TOKEN.findall(e.name.casefold())]


def word_stems(sentences: Iterable[Sentence]) -> list[str]:
    """Return the content stems of an article's kept sentences."""
    kept = [s for s in sentences if not s.dropped]
    return [words.stem(word) for s in kept for _, _, word in words.content(s.text, s.lang)]


def likeness(a: Profiles, b: Profiles) -> NDArray[np.float64]:
    """Return how alike each article of ``a`` and each of ``b`` are, shape ``(len(a), len(b))``, from -0.3 to 2.3."""
    known = np.unique(a.terms)
    meaning = a.means.astype(np.float32) @ b.means.astype(np.float32).T
    shared = (_rows(a, known) @ _rows(b, known).T).toarray()
    return np.asarray(MEANING * meaning.astype(np.float64) / FINE**2 + shared / FINEST**2, np.float64)


def pairs(a: Profiles, b: Profiles) -> Iterator[tuple[str, str]]:
    """Yield the ids of articles of ``a`` and others of ``b`` that may be of one story, the smaller id first."""
    for start in range(0, len(a.ids) if b.ids else 0, BLOCK):
        block = part(a, range(start, min(start + BLOCK, len(a.ids))))
        near = (likeness(block, b) >= NEAR) & _soon(block.days, b.days)
        for i, j in zip(*np.nonzero(near), strict=True):
            if block.ids[i] != b.ids[j]:
                yield min(block.ids[i], b.ids[j]), max(block.ids[i], b.ids[j])


def part(profiles: Profiles, rows: Sequence[int]) -> Profiles:
    """Return some of the profiles, by row."""
    spans = [slice(profiles.ends[k], profiles.ends[k + 1]) for k in rows]
    return Profiles(
        tuple(profiles.ids[k] for k in rows),
        profiles.days[list(rows)],
        profiles.means[list(rows)],
        np.concatenate([profiles.terms[s] for s in spans]),
        np.concatenate([profiles.weights[s] for s in spans]),
        np.cumsum([0, *(s.stop - s.start for s in spans)]),
    )


def components(ids: Sequence[str], near: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the groups of articles that pairs connect, each sorted, in the order of their first."""
    ordered = sorted(ids)
    place = {article_id: n for n, article_id in enumerate(ordered)}
    ends = np.array([(place[a], place[b]) for a, b in near], np.int64).reshape(-1, 2)
    table = csr_matrix((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(ordered),) * 2)
    labels = connected_components(table, directed=False)[1]
    groups: dict[int, list[str]] = {}
    for article_id, label in zip(ordered, labels, strict=True):
        groups.setdefault(int(label), []).append(article_id)
    return [tuple(group) for group in groups.values()]


def _day(published: str | None) -> int:
    try:
        return date.fromisoformat((published or "")[:10]).toordinal()
    except ValueError:
        return 0


def _soon(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which pairs of days are near each other or unknown, shape ``(len(a), len(b))``."""
    soon = np.abs(a[:, None] - b[None, :]) <= WINDOW
    return np.asarray(soon | (a == 0)[:, None] | (b == 0)[None, :], bool)


def _rows(profiles: Profiles, known: NDArray[np.uint32]) -> csr_matrix:
    """The weights of the known (sorted) terms, one row an article. Most terms are told apart by their last bits."""
    seen = np.zeros(1 << 16, bool)
    seen[known & 0xFFFF] = True
    at = np.nonzero(seen[profiles.terms & 0xFFFF])[0]
    columns = np.searchsorted(known, profiles.terms[at])
    hit = columns < len(known)
    hit[hit] = known[columns[hit]] == profiles.terms[at[hit]]
    at, columns = at[hit], columns[hit]
    ends = np.searchsorted(at, profiles.ends)
    return csr_matrix((profiles.weights[at].astype(np.int32), columns, ends), shape=(len(profiles.ids), len(known)))


@lru_cache(maxsize=1)
def background() -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Return the number of background articles and, for names and words, in how many each stands."""
    data = json.loads(BACKGROUND.read_text("utf-8"))
    return int(data["articles"]), data


def _weighted(kind: str, tokens: Iterable[str]) -> dict[str, float]:
    """A unit row of (1 + log count) times the logarithm of rarity."""
    total, known = background()
    counts = Counter(tokens)
    weights = {
        t: (1 + math.log(n)) * math.log((total + 1) / (known[kind].get(t, 0) + UNSEEN)) for t, n in counts.items()
    }
    norm = math.sqrt(math.fsum(w * w for w in weights.values())) or 1.0
    return {t: w / norm for t, w in weights.items()}


def _mean(rows: Matrix) -> Matrix:
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
