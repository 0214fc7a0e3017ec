"""What one run publishes."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconcile.match.near import Profile
from reconcile.model import Article, Claim, Cluster, Finding, Origin, Problem, Revision, Sentence, Source, Story


@dataclass(frozen=True, slots=True)
class Publication:
    """All that one run publishes. All but ``revisions`` can be rebuilt from the articles.

    ``replaces``: the articles whose rows, with those of their stories, it holds anew, while all others stand (None:
    it is the whole), and ``near_of`` those whose profiles, near pairs and keys it holds anew; what it holds of other
    articles is there to be named. ``near`` are pairs of article ids, ``keys`` pairs of (key, article id) by which
    claims of different stories meet.
    """

    sources: tuple[Source, ...]
    articles: tuple[Article, ...]
    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    stories: tuple[Story, ...]
    origins: tuple[Origin, ...]
    clusters: tuple[Cluster, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    run: dict[str, str] = field(default_factory=dict)
    revisions: tuple[Revision, ...] = ()
    profiles: tuple[Profile, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    replaces: frozenset[str] | None = None
    near_of: frozenset[str] | None = None
