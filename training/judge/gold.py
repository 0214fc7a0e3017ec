"""Pairs of sentences from stories with gold, for a further stage of the judge's training.

Two sentences that the quotes of one fact stand in agree or contradict as gold says. Numbers are masked for the judge,
so that answers which differ in a number or a day alone are one answer to it: it learns from them what one question is.
Sentences of different facts answer different questions; of near ones of which gold says nothing it is known only
that they are no conflict.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from pairs import RANK, Row, nearest, row, sentences_of

DATASETS = Path(__file__).parents[2] / "datasets"
READ = Path(__file__).with_name("read.txt")  # ids of the stories it is to read, and not to be measured on then
MASKED = ("value", "date")  # fields whose contradictions are numbers
APART, OPEN = 18, 45  # of a story: sentences of different facts, near ones of which gold says nothing
NEIGHBOURS = 4

Sentence = tuple[str, str]  # article id, text
Told = tuple[str, str]  # label, field


def read() -> Iterator[Row]:
    """Yield the pairs of all stories of ``datasets`` that are named in ``read.txt``."""
    named = set(READ.read_text("utf-8").split())
    for path in sorted(DATASETS.glob("*/*.json"), key=lambda path: path.name):
        if path.stem in named:
            yield from of_gold(json.loads(path.read_text("utf-8")))


def of_gold(story: dict[str, Any]) -> Iterator[Row]:
    """Yield the pairs of one story: all that gold tells of, and some of the others."""
    sentences = {a["id"]: [a["title"] or "", *sentences_of(a)] for a in story["articles"]}
    facts: dict[Sentence, set[str]] = defaultdict(set)
    told: dict[tuple[str, str], Told] = {}
    for fact in story["facts"]:
        relations = {frozenset((r["a"], r["b"])): r for r in fact["relations"]}
        said = [(p["id"], m["article"], _around(sentences, m)) for p in fact["positions"] for m in p["mentions"]]
        for _, article, text in said:
            facts[article, text].add(fact["id"])
        for (p, one, a), (q, other, b) in combinations(said, 2):
            if one == other:
                continue
            what = ("agree", "") if p == q else _label(relations[frozenset((p, q))], fact["field"])
            pair = (b, a) if (b, a) in told else (a, b)
            if _rank(what) > _rank(told.get(pair)):
                told[pair] = what
    chance = random.Random(zlib.crc32(story["id"].encode()))
    apart = {
        (a[1], b[1]) for a, b in combinations(sorted(facts), 2) if a[0] != b[0] and not facts[a] & facts[b]
    }  # fmt: skip
    known = {*told, *((b, a) for a, b in told)}
    near = [
        pair for pair in nearest([(n, t) for n in sentences for t in sentences[n]], NEIGHBOURS) if pair not in known
    ]
    other = [pair for pair in near if pair in apart or pair[::-1] in apart]
    unsaid = [pair for pair in near if pair not in other]
    rows = [(a, b, *what) for (a, b), what in told.items()]
    rows += [(a, b, "unrelated", "") for a, b in chance.sample(other, min(APART, len(other)))]
    rows += [(a, b, "open", "") for a, b in chance.sample(unsaid, min(OPEN, len(unsaid)))]
    yield from filter(None, (row(*one, "gold") for one in rows))


def _rank(what: Told | None) -> int:
    return RANK.get(what[0], 0) if what else -1


def _label(relation: dict[str, str], field: str) -> Told:
    if relation["relation"] == "agree":
        return "agree", ""
    if relation["relation"] != "conflict":
        return "open", ""
    field = relation.get("field") or field
    return ("agree", "") if field in MASKED else ("conflict", field)


def _around(sentences: dict[str, list[str]], mention: dict[str, str]) -> str:
    """Return the sentence that holds a quote, the quote itself where none does."""
    quote = " ".join(mention["quote"].split())
    return next((s for s in sentences[mention["article"]] if quote in " ".join(s.split())), mention["quote"])
