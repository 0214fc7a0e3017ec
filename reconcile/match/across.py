"""Claims of different stories that answer one question all the same: one entity, one metric, one unit, one period.

Stories keep unrelated events apart, but an entity's figure for a period is one figure in whatever story it is told
("revenue of the second quarter" in a results story and in a takeover story). The keys are typed and exact; what they
let meet is compared as inside a story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from reconcile.match import candidates, levels, values
from reconcile.match.declare import Pairing
from reconcile.match.reference import Reference
from reconcile.match.slots import Frame, Slot
from reconcile.model import Article, Quantity


def meeting(
    keys: Mapping[str, Collection[str]],
    story_of: Mapping[str, str],
    articles: Mapping[str, Article],
    *,
    only: Collection[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield the pairs of articles of different stories that share a key, the earlier published first, in order.

    :param keys: what the slots of each article can be found by.
    :param only: leave out pairs that hold none of these articles.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    for article_id in sorted(keys):
        for key in keys[article_id]:
            holders[key].append(article_id)
    shared = {
        pair
        for held in holders.values()
        for pair in combinations(held, 2)
        if story_of[pair[0]] != story_of[pair[1]] and (only is None or set(pair) & set(only))
    }
    for pair in sorted(shared):
        first, second = candidates.in_order([articles[a] for a in pair])
        yield first.article_id, second.article_id


def pairings(pairs: Iterable[tuple[str, str]], frames: Mapping[str, Frame], reference: Reference) -> Iterator[Pairing]:
    """Yield the pairings of slots that share a key, of pairs of articles of different stories."""
    agreeing = candidates.Agreeing()
    for first, second in pairs:
        for pairing in candidates.between(frames[first], frames[second], reference, agreeing):
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
