"""How much one article's text repeats another's: shared words in one language, aligned sentences in two.

No measure here uses the height of a cosine, only which sentence is nearest to which: the numbers mean the
same for every embedding model. Nothing depends on which other articles there are.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from reconcile.model import Sentence

SHINGLE = 5
NEAR = 75.0
"""Two sentences whose sorted words are this alike (rapidfuzz, 0-100) are one sentence, edited."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
_NOT_DIGIT = re.compile(r"\D")
_LONGEST = 2000
_NAME_PREFIX = 5
_MIN_NAME = 3

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """An article's kept sentences, ready to be compared: everything is indexed by sentence."""

    words: tuple[tuple[str, ...], ...]
    runs: tuple[int, ...]
    """Hash of the run of five words from each word on, over sentence ends; the same in every process."""
    numbers: tuple[frozenset[str], ...]
    names: tuple[frozenset[str], ...]
    vectors: NDArray[np.float32]
    latin: bool

    @property
    def sizes(self) -> list[int]:
        """Length of each sentence in characters of its words."""
        return [max(1, sum(map(len, words))) for words in self.words]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Sentence pairs ``(copy, origin)`` and shares in 0..1.

    ``covered`` is the share of the copy's text, ``sentences`` that of the sentences of the article with
    fewer, ``numbers`` and ``names`` those on which the pairs agree: ``agreed`` of the ``compared``.
    """

    pairs: tuple[Pair, ...]
    covered: float
    sentences: float
    numbers: float
    names: float
    agreed: int
    compared: int

    @property
    def score(self) -> float:
        """Geometric mean of the four shares."""
        return float((self.covered * self.sentences * self.numbers * self.names) ** 0.25)


NOTHING = Alignment((), 0.0, 0.0, 0.0, 0.0, 0, 0)


def side_of(sentences: Sequence[Sentence], vectors: NDArray[np.float32]) -> Side:
    """Return what is compared of an article; ``vectors`` has one row a sentence (ValueError otherwise)."""
    if len(sentences) != len(vectors):
        raise ValueError(f"{len(sentences)} kept sentences but {len(vectors)} vectors")
    tokens = [_WORD.findall(unicodedata.normalize("NFKC", s.text[:_LONGEST])) for s in sentences]
    folded = tuple(tuple(word.casefold() for word in words) for words in tokens)
    letters = "".join(word for words in tokens for word in words if not word[0].isdigit())
    return Side(
        words=folded,
        runs=_runs([word for words in folded for word in words]),
        numbers=tuple(frozenset(_digits(word) for word in words if word[0].isdigit()) for words in tokens),
        names=tuple(frozenset(map(_fold, filter(_is_name, words[1:]))) for words in tokens),
        vectors=vectors,
        latin=sum(map(_is_latin, letters)) * 2 >= len(letters),
    )


def anchors(side: Side) -> set[str]:
    """Return the names and the longer numbers of an article: what a translation leaves as it is."""
    names = {name for names in side.names for name in names}
    return names | {number for numbers in side.numbers for number in numbers if len(number) > 2}


def shared_text(copy: Side, origin: Side) -> Alignment:
    """Measure edited repetition in one language.

    ``sentences`` is the share of the copy's text in runs of five words that the origin has too; ``covered``
    is that, or the share in sentences that are an edited sentence of the origin, whichever is more. Without
    one such run nothing is shared.
    """
    by_runs = _covered_by_runs(copy, origin)
    if not by_runs:
        return NOTHING
    pairs = tuple(alike(copy, origin).items())
    sizes = copy.sizes
    edited = sum(sizes[i] for i, _ in pairs) / sum(sizes)
    covered = max(edited, by_runs)
    return Alignment(pairs, covered, by_runs, *_agreement(copy, origin, pairs))


def aligned(copy: Side, origin: Side) -> Alignment:
    """Measure translation or retelling: sentences nearest to each other, in the same order in both."""
    if not len(copy.vectors) or not len(origin.vectors):
        return NOTHING
    similar = copy.vectors @ origin.vectors.T
    best, back = similar.argmax(axis=1), similar.argmax(axis=0)
    mutual = [(i, int(best[i])) for i in range(len(best)) if back[best[i]] == i]
    pairs = _longest_in_order(mutual)
    sizes = copy.sizes
    covered = sum(sizes[i] for i, _ in pairs) / sum(sizes)
    sentences = len(pairs) / min(similar.shape)
    return Alignment(pairs, covered, sentences, *_agreement(copy, origin, pairs))


def alike(copy: Side, origin: Side) -> dict[int, int]:
    """Return for sentences of the copy the one of the origin that has nearly the same words, in whatever order."""
    from rapidfuzz import fuzz, process

    if not copy.words or not origin.words:
        return {}
    left, right = ([" ".join(sorted(words)) for words in side.words] for side in (copy, origin))
    scores = process.cdist(left, right, scorer=fuzz.ratio, score_cutoff=NEAR)
    nearest = scores.argmax(axis=1)
    return {i: int(nearest[i]) for i in range(len(left)) if scores[i, nearest[i]] >= NEAR}


def nearest(copy: Side, origin: Side) -> dict[int, int]:
    """Return for each sentence of the copy the one of the origin that is most like it, however little that is."""
    if not len(copy.vectors) or not len(origin.vectors):
        return {}
    return dict(enumerate((copy.vectors @ origin.vectors.T).argmax(axis=1).tolist()))


def _agreement(copy: Side, origin: Side, pairs: Sequence[Pair]) -> tuple[float, float, int, int]:
    """Return the shares of numbers and of names on which pairs agree, how many agree, how many there are.

    In each pair the sentence with fewer counts: a translation may write a number as a word. Where there are
    too few numbers to tell, names stand in, and the other way round; names of two scripts are not compared.
    """
    numbers, all_numbers = _shared([(copy.numbers[i], origin.numbers[j]) for i, j in pairs])
    names, all_names = _shared([(copy.names[i], origin.names[j]) for i, j in pairs])
    if copy.latin != origin.latin:
        names = all_names = 0
    in_numbers = numbers / all_numbers if all_numbers > 1 else None
    in_names = names / all_names if all_names > 1 else None
    share_numbers = in_numbers if in_numbers is not None else in_names or 0.0
    share_names = in_names if in_names is not None else share_numbers
    return share_numbers, share_names, numbers + names, all_numbers + all_names


def _shared(sets: Sequence[tuple[frozenset[str], frozenset[str]]]) -> tuple[int, int]:
    """Return how many members the sets of each pair share, and how many they could."""
    return sum(len(a & b) for a, b in sets), sum(min(len(a), len(b)) for a, b in sets)


def _covered_by_runs(copy: Side, origin: Side) -> float:
    """Return the share of the copy's words that lie in a run of five words of the origin."""
    known = set(origin.runs).intersection(copy.runs)
    if not known:
        return 0.0
    inside = np.zeros(sum(map(len, copy.words)), bool)
    for place, run in enumerate(copy.runs):
        if run in known:
            inside[place : place + SHINGLE] = True
    return float(inside.mean())


def _longest_in_order(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Return the longest run of pairs (first ascending) whose second ascends too."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for k, (_, second) in enumerate(pairs):
        place = bisect_left(ends, second)
        before.append(at[place - 1] if place else -1)
        if place == len(ends):
            ends.append(second)
            at.append(k)
        else:
            ends[place], at[place] = second, k
    chain = []
    k = at[-1] if at else -1
    while k >= 0:
        chain.append(pairs[k])
        k = before[k]
    return tuple(reversed(chain))


def _runs(words: Sequence[str]) -> tuple[int, ...]:
    return tuple(_hash(" ".join(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _digits(word: str) -> str:
    return _NOT_DIGIT.sub("", word)


def _is_name(word: str) -> bool:
    return word[0].isupper() and len(word) >= _MIN_NAME


def _fold(word: str) -> str:
    """Return the first letters without accents: Philip, Philippe."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))[:_NAME_PREFIX]


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00"
