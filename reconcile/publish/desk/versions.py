"""The sentence of another version of an article (its origin, a copy, a translation) that says what a sentence says.

The pages have no language model at hand, so sentences are set beside each other by the numbers and names that both
print, and by all their words where the language is the same: what few sentences have weighs most.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from reconcile.model import Sentence
from reconcile.publish import read

TITLE = "title"
ENGLISH = "en"  # the language of the pages
VERSIONS = 12  # how many copies of an article are looked into
COMMON = 400  # pairs of sentences with a word; what more have tells nothing


def add_sentences(conn: sqlite3.Connection, side: dict[str, Any], question: Mapping[str, Any] | None) -> None:
    """Put beside a side of a finding what other versions of its article print there, and, for a text that is not
    English, an English sentence that gives the same answer to the question."""
    versions = [v for v in (side["repeats"], *side["copies"][:VERSIONS]) if v]
    for version in versions:
        text = aligned(conn, side, version["article_id"])
        version["sentence"] = "" if text.split() == side["quote"].split() else text
    known = ENGLISH in {side["lang"], *(v["lang"] for v in versions if v["sentence"])}
    side["english"] = None if known or question is None else _in_english(side, question)


def _in_english(side: Mapping[str, Any], question: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """An English sentence among those that give this side's answer: that of its claim, else its article's only one."""
    given = [a for a in question["answers"] if any(said["claim_id"] == side["claim_id"] for said in a["said"])]
    if not given:
        given = [a for a in question["answers"] if any(said["article_id"] == side["article_id"] for said in a["said"])]
    said = given[0]["said"] if len(given) == 1 else ()
    return next((one for one in said if one["lang"] == ENGLISH), None)


def aligned(conn: sqlite3.Connection, side: Mapping[str, Any], article_id: str) -> str:
    """Return the sentence of ``article_id`` that stands for the quoted one of ``side``; nothing where none is clear.

    Headlines stand for each other.
    """
    own, other = (
        [s for s in read.sentences(conn, [i]) if s.part == side["part"] and not s.dropped]
        for i in (side["article_id"], article_id)
    )
    if side["part"] == TITLE:
        return other[0].text if other else ""
    at = next((n for n, s in enumerate(own) if s.start <= side["start"] < s.end), None)
    found = None if at is None else counterpart(pairs(own, other), at)
    return "" if found is None else other[found].text


def counterpart(paired: Mapping[int, int], at: int) -> int | None:
    """Return the place of a sentence's counterpart: its own, or the one left between those of its neighbours."""
    before = max((i for i in paired if i <= at), default=None)
    after = min((i for i in paired if i >= at), default=None)
    if before is None or after is None or paired[after] - paired[before] != after - before:
        return paired.get(at)
    return paired[before] + at - before


def pairs(own: Sequence[Sentence], other: Sequence[Sentence]) -> dict[int, int]:
    """Return which sentence of ``other`` stands for which of ``own``: each is the other's nearest."""
    left, right = _anchors(own, other), _anchors(other, own)
    places = [_places(side) for side in (left, right)]
    scores: dict[tuple[int, int], float] = {}
    for word in sorted(places[0].keys() & places[1].keys()):
        both = list(product(places[0][word], places[1][word]))
        for pair in both if len(both) <= COMMON else ():
            scores[pair] = scores.get(pair, 0.0) + 1 / len(both)

    def near(pair: tuple[int, int]) -> tuple[float, float]:
        return scores[pair], -abs((pair[0] + 0.5) / len(left) - (pair[1] + 0.5) / len(right))

    best: list[dict[int, tuple[int, int]]] = [{}, {}]
    for pair in sorted(scores):
        for known, end in zip(best, pair, strict=True):
            known[end] = max(known.get(end, pair), pair, key=near)
    return {i: j for i, j in best[0].values() if best[1][j] == (i, j)}


def _places(side: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for n, words in enumerate(side):
        for word in words:
            found.setdefault(word, []).append(n)
    return found


def _anchors(own: Sequence[Sentence], other: Sequence[Sentence]) -> list[frozenset[str]]:
    """What of each sentence may stand in its counterpart too."""
    import numpy as np

    from reconcile.match import overlap

    side = overlap.side_of(own, np.zeros((len(own), 0), np.float32))
    alike = {s.lang for s in own} == {s.lang for s in other}
    every = zip(side.numbers, side.names, side.words, strict=True)
    return [numbers | names | (frozenset(words) if alike else frozenset()) for numbers, names, words in every]
