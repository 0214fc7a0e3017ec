"""Decided pairs to questions: claims that answer one question, without chaining.

Pairs are taken from the surest to the least sure; two groups are joined only when at least half of the claim pairs
between them were found to answer one question (average linkage on the found relations).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from reconcile.claims.words import shortened
from reconcile.match.findings import Decided
from reconcile.model import Claim, Cluster, Relation, stable_id

SAME_QUESTION = (Relation.AGREE, Relation.COMPATIBLE, Relation.UPDATE, Relation.CONFLICT)
LINKED = 0.5
LABEL = 80  # characters of a question in words


def clusters(decided: Sequence[Decided], story_id: str) -> tuple[Cluster, ...]:
    """Return the questions of one story, sorted by id, and only those with claims of two articles."""
    links: dict[frozenset[str], float] = {}
    claims: dict[str, Claim] = {}
    for one in decided:
        a, b = one.pairing.a.claim, one.pairing.b.claim
        claims |= {a.claim_id: a, b.claim_id: b}
        if one.relation in SAME_QUESTION:
            key = frozenset((a.claim_id, b.claim_id))
            links[key] = max(links.get(key, 0.0), one.confidence)
    groups = _groups(links)
    groups += _apart(decided, {claim for group in groups for claim in group})
    made = [Cluster(stable_id("cluster", *g), story_id, label([claims[c] for c in g]), tuple(g)) for g in groups]
    return tuple(sorted(made, key=lambda c: c.cluster_id))


def _apart(decided: Sequence[Decided], grouped: Collection[str]) -> list[list[str]]:
    """Pairs of one question in two scopes, of which neither claim is in a group, are a group of their own."""
    taken = set(grouped)
    made = []
    for one in sorted(decided, key=lambda d: (d.pairing.a.claim.claim_id, d.pairing.b.claim.claim_id)):
        pair = {one.pairing.a.claim.claim_id, one.pairing.b.claim.claim_id}
        if not pair & taken:
            taken |= pair
            made.append(sorted(pair))
    return made


def _groups(links: Mapping[frozenset[str], float]) -> list[list[str]]:
    member: dict[str, int] = {}
    groups: dict[int, set[str]] = {}
    for number, claim in enumerate(sorted({c for pair in links for c in pair})):
        member[claim] = number
        groups[number] = {claim}
    for pair in sorted(links, key=lambda p: (-links[p], sorted(p))):
        first, second = sorted(pair)
        left, right = member[first], member[second]
        if left != right and _linked(groups[left], groups[right], links):
            groups[left] |= groups.pop(right)
            member.update(dict.fromkeys(groups[left], left))
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def _linked(left: Iterable[str], right: Iterable[str], links: Mapping[frozenset[str], float]) -> bool:
    pairs = [frozenset((x, y)) in links for x in left for y in right]
    return sum(pairs) >= LINKED * len(pairs)


def label(claims: Sequence[Claim]) -> str:
    """Return what a question is about in words: the most common subject and the shortest metric that goes with it."""
    subject = _common([c.subject for c in claims if c.subject])
    metric = min(
        (c.metric for c in sorted(claims, key=lambda c: (c.part != "title", c.claim_id)) if c.metric),
        key=lambda m: (len(m.split()) > 6, len(m)),
        default="",
    )
    text = ": ".join(part for part in (subject, metric) if part)
    return shortened(text or claims[0].quote, LABEL)


def _common(names: Sequence[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda n: (-counts[n], n), default="")


def by_claim(found: Iterable[Cluster]) -> dict[str, Cluster]:
    """Return the cluster of each claim."""
    return {claim: cluster for cluster in found for claim in cluster.claim_ids}
