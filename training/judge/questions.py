"""Pairs of marked answers: do they answer one question? Rows for the judge's last stage (``pairs.py`` writes them).

The answers are hidden (``marked``), so that only what is asked can tell.

Made of number stories (``numbers/*.jsonl``, ours), in which every figure, every date and some names bear the number of
their question: all pairs of one question, and of each answer some of those of other questions.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from reconcile.claims.extract import SlotExtractor
from reconcile.match import slots
from reconcile.match.judge import masked
from reconcile.model import Article, Quantity, stable_id
from reconcile.read import clean, sentences

HERE = Path(__file__).parent
SIGNS = {"value": "[0]", "date": "[/]", "name": "[X]"}  # what stands in the place of a marked answer, by kind of slot
PER_ANSWER = 3  # pairs of an answer with answers to other questions

Told = tuple[str, str, str, str]  # both texts, the label, the kind of slot
Asked = tuple[slots.Slot, str]  # an answer and the number of its question


def asked(folder: Path = HERE / "numbers") -> Iterator[Told]:
    """Yield the pairs of the number stories."""
    extractor = SlotExtractor()
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield from of_story(json.loads(line), extractor)


def of_story(story: dict[str, Any], extractor: SlotExtractor) -> Iterator[Told]:
    """Yield the pairs of one number story: all of one question, and the most confusable of different ones."""
    articles = [list(_answers(given, extractor)) for given in story["articles"]]
    yield from _pairs(articles, random.Random(zlib.crc32(str(story["articles"][0]["lines"][0]).encode())))


def _answers(given: dict[str, Any], extractor: SlotExtractor) -> Iterator[Asked]:
    """Yield the answers of one article that the extractor finds too, with the number of their question."""
    lines = given["lines"]
    marks = {(n, start, end): question for n, start, end, question in given["marks"]}
    for slot in _slots(lines[0], lines[1:], given["lang"], extractor):
        place = next((n for n, line in enumerate(lines) if line == slot.claim.quote), None)
        if place is None:
            continue
        start, end = slot.span.start - slot.claim.start, slot.span.end - slot.claim.start
        told = {q for (n, a, b), q in marks.items() if n == place and a < end and start < b}
        if len(told) == 1:
            yield slot, told.pop()


def _slots(title: str, body: Sequence[str], lang: str, extractor: SlotExtractor) -> Iterator[slots.Slot]:
    text = "\n".join(body)
    name = stable_id("text", title, text)
    article = Article(name, "", "", title, None, lang, text, name)
    found = slots.of_claims(extractor.extract(article, clean.mark(sentences.split(article), article)))
    seen = set()
    for slot in found:
        place = (slot.claim.part, slot.span, slot.kind)
        if slot.kind in SIGNS and place not in seen:
            seen.add(place)
            yield slot


def _pairs(articles: Sequence[Sequence[Asked]], chance: random.Random) -> Iterator[Told]:
    """Yield all pairs of one question, and for each answer some of those of other questions, the most alike first."""
    for n, one in enumerate(articles):
        for other in articles[n + 1 :]:
            apart = defaultdict(list)
            for (a, question), (b, answered) in product(one, other):
                if not _comparable(a, b):
                    continue
                if question == answered:
                    yield from _told(a, b, "agree")
                else:
                    apart[a.claim.quote, a.span].append((a, b))
            for pairs in apart.values():
                chance.shuffle(pairs)
                pairs.sort(key=lambda pair: -_shared(pair[0].claim.quote, pair[1].claim.quote))
                chosen = [*pairs[: PER_ANSWER - 1], *pairs[PER_ANSWER - 1 :][-1:]]
                for a, b in chosen:
                    yield from _told(a, b, "unrelated")


def _told(a: slots.Slot, b: slots.Slot, label: str) -> Iterator[Told]:
    first, second = marked(a), marked(b)
    if first != second:
        yield first, second, label, a.kind


def _comparable(a: slots.Slot, b: slots.Slot) -> bool:
    if a.kind != b.kind:
        return False
    if isinstance(a.answer, Quantity) and isinstance(b.answer, Quantity):
        return slots.comparable(a.answer, b.answer)
    return True


def _shared(a: str, b: str) -> int:
    return len({w[:5] for w in a.casefold().split()} & {w[:5] for w in b.casefold().split()})


def marked(slot: slots.Slot) -> str:
    """Return a slot's sentence with its answer hidden, numbers as ``0``."""
    quote, start = slot.claim.quote, slot.claim.start
    return masked(quote[: slot.span.start - start]) + SIGNS[slot.kind] + masked(quote[slot.span.end - start :])
