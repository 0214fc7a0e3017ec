"""The matching of a corpus: vectors, origins, stories, pairs, relations, questions, findings.

``match`` is a pure function of articles, sentences and claims: no order, no clock, no database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.match import across, candidates, cluster, deciding, facts, findings, origins, slots, stories
from reconcile.match.declare import Pairing
from reconcile.match.embed import Embedder
from reconcile.match.fact_claims import Fact
from reconcile.match.judge import Judge
from reconcile.match.reference import Reference
from reconcile.match.relate import RelationModel
from reconcile.model import Article, Claim, Cluster, Finding, Origin, Sentence, Story

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles with their sentences and claims, by article id; ``facts`` are the rows they are held against."""

    articles: Mapping[str, Article]
    sentences: Mapping[str, Sequence[Sentence]]
    claims: Mapping[str, Sequence[Claim]]
    owners: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """All that comes out of matching, sorted by id."""

    stories: tuple[Story, ...]
    origins: tuple[Origin, ...]
    clusters: tuple[Cluster, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """The embedding model, its reference values, the relation weights and the judge, if there is one."""

    embedder: Embedder
    reference: Reference
    model: RelationModel
    judge: Judge | None = None


def match(
    corpus: Corpus, matcher: Matcher, only: Collection[str] | None = None, progress: Progress | None = None
) -> Matched:
    """Match a corpus. With ``only``, pairs are compared only in stories that hold one of these articles.

    Between stories claims meet where entity, metric, unit and period are one (``across.py``).
    """
    by_article = {a: slots.of_claims(corpus.claims[a]) for a in sorted(corpus.articles)}
    texts = {a: [s.text for s in corpus.sentences[a] if not s.dropped] for a in sorted(corpus.articles)}
    framed = slots.frames(by_article, texts, matcher.embedder, matcher.reference)
    vectors = {a: frame.kept for a, frame in framed.items()}
    ordered = [corpus.articles[a] for a in sorted(corpus.articles)]
    found_origins = origins.find_origins(ordered, corpus.sentences, vectors, corpus.owners)
    grouped = stories.group(ordered, corpus.sentences, corpus.claims, vectors)
    made: list[Finding] = []
    questions: list[Cluster] = []
    for number, story in enumerate(grouped):
        if progress:
            progress("comparing", number, len(grouped))
        if len(story.article_ids) > 1 and (only is None or set(story.article_ids) & set(only)):
            of_story, asked = match_story(story, corpus, framed, found_origins=found_origins, matcher=matcher)
            made.extend(of_story)
            questions.extend(asked)
    for found, questioned in _beyond(
        corpus, grouped, framed, matcher=matcher, copies=copies_of(found_origins), only=only
    ):
        made.extend(found)
        questions.extend(questioned)
    return Matched(
        stories=grouped,
        origins=found_origins,
        clusters=tuple(sorted(questions, key=lambda c: c.cluster_id)),
        findings=tuple(sorted(made, key=lambda f: f.finding_id)),
    )


def _beyond(
    corpus: Corpus,
    grouped: Sequence[Story],
    framed: Mapping[str, slots.Frame],
    *,
    matcher: Matcher,
    copies: Mapping[str, tuple[str, ...]],
    only: Collection[str] | None,
) -> Iterator[tuple[list[Finding], tuple[Cluster, ...]]]:
    """Yield what is found between stories, and against the rows of trusted tables."""
    repeats = {c for ids in copies.values() for c in ids}
    witnesses = [corpus.articles[a] for a in sorted(corpus.articles) if a not in repeats]
    story_of = {a: story.story_id for story in grouped for a in story.article_ids}
    meeting = across.pairings(witnesses, grouped, framed, matcher.reference, only=only)
    for story_id, pairings in sorted(_by_story(meeting, story_of).items()):
        yield _findings(pairings, story_id, copies, matcher)
    if corpus.facts:
        held = {a: c for a, c in corpus.claims.items() if a not in repeats and (only is None or a in only)}
        yield facts.against(corpus.facts, held, story_of, copies)


def match_story(
    story: Story,
    corpus: Corpus,
    framed: Mapping[str, slots.Frame],
    *,
    found_origins: Sequence[Origin],
    matcher: Matcher,
) -> tuple[list[Finding], tuple[Cluster, ...]]:
    """Return the findings and questions of one story."""
    members = [corpus.articles[a] for a in story.article_ids]
    copies = copies_of(found_origins)
    witnesses = [a for a in members if a.article_id not in {c for ids in copies.values() for c in ids}]
    return _findings(candidates.pairings(witnesses, framed, matcher.reference), story.story_id, copies, matcher)


def _by_story(pairings: Iterable[Pairing], story_of: Mapping[str, str]) -> dict[str, list[Pairing]]:
    """Return pairings between stories by the story of the earlier article."""
    found: dict[str, list[Pairing]] = defaultdict(list)
    for pairing in pairings:
        found[story_of[pairing.a.claim.article_id]].append(pairing)
    return found


def _findings(
    pairings: Iterable[Pairing], story_id: str, copies: Mapping[str, tuple[str, ...]], matcher: Matcher
) -> tuple[list[Finding], tuple[Cluster, ...]]:
    judged = candidates.judged(pairings, matcher.judge)
    decided = deciding.narrowed(findings.best(findings.decide(judged, matcher.model)), matcher.judge)
    asked = cluster.clusters(decided, story_id)
    question = cluster.by_claim(asked)
    made = []
    for one in decided:
        a, b = one.pairing.a.claim, one.pairing.b.claim
        shared = question.get(a.claim_id) or question[b.claim_id]
        made.append(
            replace(
                findings.finding(one, story_id, shared.cluster_id, shared.label),
                also_in_a=copies.get(a.article_id, ()),
                also_in_b=copies.get(b.article_id, ()),
            )
        )
    return made, asked


def copies_of(found_origins: Sequence[Origin]) -> dict[str, tuple[str, ...]]:
    """Return the sorted ids of the copies and translations of each origin. A copy is no witness of its own."""
    copies: dict[str, list[str]] = defaultdict(list)
    for origin in found_origins:
        if origin.article_id != origin.origin_id:
            copies[origin.origin_id].append(origin.article_id)
    return {origin_id: tuple(sorted(ids)) for origin_id, ids in copies.items()}
