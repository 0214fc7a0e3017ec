"""Articles about one event or running story: only these are compared with each other.

Two articles are near when they share rare names and rare words, their mean sentence vectors are alike and they were
published within some weeks (``near.py``); stories are what average linkage joins among articles that near pairs
connect, so that a chain of half-related articles does not become one story.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reconcile.match import near
from reconcile.match.near import Profile, Profiles
from reconcile.model import Article, Story, stable_id

ALIKE = 0.3  # mean likeness from which two groups of articles are joined
MOST = 3.0


def group(profiles: Mapping[str, Profile], connected: Iterable[Collection[str]]) -> list[tuple[str, ...]]:
    """Return the article ids of each story of connected groups of articles, sorted; every article is in exactly one."""
    made = []
    for ids in connected:
        ordered = sorted(ids)
        members: dict[int, list[str]] = {}
        for label, article_id in zip(_labels([profiles[a] for a in ordered]), ordered, strict=True):
            members.setdefault(int(label), []).append(article_id)
        made += [tuple(m) for m in members.values()]
    return sorted(made)


def story(members: Sequence[Article]) -> Story:
    """Return the story of some articles, named after the earliest."""
    ordered = sorted(members, key=lambda a: a.article_id)
    first = min(members, key=lambda a: (a.published is None, a.published or "", a.article_id))
    title = first.title or first.text.strip().split("\n", 1)[0][:120]
    contents = [x for a in ordered for x in (a.article_id, a.content_hash, a.published or "")]
    ids = tuple(a.article_id for a in ordered)
    return Story(stable_id("story", ids[0]), title, ids, stable_id("digest", *contents))


def _labels(profiles: Sequence[Profile]) -> Sequence[int] | NDArray[np.int32]:
    if len(profiles) == 1:
        return [1]
    from scipy.cluster.hierarchy import fcluster, linkage  # half a second, wanted only here
    from scipy.spatial.distance import squareform

    joined = Profiles.of(profiles)
    distance = np.clip(MOST - near.likeness(joined, joined), 0.0, None)
    np.fill_diagonal(distance, 0.0)
    return np.asarray(fcluster(linkage(squareform(distance, checks=False), "average"), MOST - ALIKE, "distance"))
