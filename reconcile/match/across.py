"""Claims of different stories that answer one question all the same: one entity, one metric, one unit, one period.

Stories keep unrelated events apart, but an entity's figure for a period is one figure in whatever story it is told
("revenue of the second quarter" in a results story and in a takeover story). The keys are typed and exact; what they
let meet is compared as inside a story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

from reconcile.match import candidates, levels, values
from reconcile.match.declare import Pairing
from reconcile.match.reference import Reference
from reconcile.match.slots import Frame, Slot
from reconcile.model import Article, Quantity


def pairings(
    articles: Sequence[Article],
    story_of: Mapping[str, str],
    frames: Mapping[str, Frame],
    reference: Reference,
    *,
    only: Collection[str] | None = None,
) -> Iterator[Pairing]:
    """Yield the pairings of slots of different stories that share a key, in order; ``only`` as in ``match``."""
    known = {a.article_id: a for a in articles}
    holders: dict[str, set[str]] = defaultdict(set)
    for article_id in known:
        for key in keys_of(frames[article_id]):
            holders[key].add(article_id)
    meeting = {
        pair
        for held in holders.values()
        for pair in combinations(sorted(held), 2)
        if story_of[pair[0]] != story_of[pair[1]] and (only is None or set(pair) & set(only))
    }
    for pair in sorted(meeting):
        first, second = candidates.in_order([known[a] for a in pair])
        for pairing in candidates.between(frames[first.article_id], frames[second.article_id], reference):
            if keys(pairing.a) & keys(pairing.b):
                yield pairing


def keys_of(frame: Frame) -> frozenset[str]:
    """Return what the slots of an article can be found by."""
    return frozenset(key for slot in frame.slots for key in keys(slot))


def keys(slot: Slot) -> frozenset[str]:
    """Return what a measured slot can be found by: none unless entity, metric and a resolved period are known."""
    metric = levels.metrics_of(slot)[:1]
    if not isinstance(slot.answer, Quantity) or not slot.claim.subject or not metric or slot.kind != "value":
        return frozenset()
    subject, dimension = slot.claim.subject.casefold(), slot.answer.dimension
    return frozenset("\t".join((subject, metric[0], dimension, str(t.low), str(t.high))) for t in values.periods(slot))
