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
Found = tuple[list[Finding], tuple[Cluster, ...]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles with their sentences and claims, by article id; ``facts`` are the rows they are held against."""

    articles: Mapping[str, Article]
    sentences: Mapping[str, Sequence[Sentence]]
    claims: Mapping[str, Sequence[Claim]]
    owners: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of the articles of a corpus that are only there to be met: their stories, and their origins."""

    story_of: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()


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


def frames_of(corpus: Corpus, ids: Iterable[str], matcher: Matcher) -> dict[str, slots.Frame]:
    """Return the frames of some articles, embedded together."""
    wanted = sorted(ids)
    texts = {a: [s.text for s in corpus.sentences[a] if not s.dropped] for a in wanted}
    of = {a: slots.of_claims(corpus.claims[a]) for a in wanted}
    return slots.frames(of, texts, matcher.embedder, matcher.reference)


def match(
    corpus: Corpus,
    grouped: Iterable[Collection[str]],
    matcher: Matcher,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    framed: Mapping[str, slots.Frame] | None = None,
    beside: Beside | None = None,
) -> Matched:
    """Match the articles of a corpus that are in stories.

    Between stories claims meet where entity, metric, unit and period are one (``across.py``).

    :param grouped: the article ids of each story.
    :param only: compare pairs only in stories that hold one of these articles.
    :param framed: frames that are known already.
    :param beside: of the articles that keep their stories; nothing is made for them, but others may meet them.
    """
    beside = beside or Beside()
    known = dict(framed or {})
    known |= frames_of(corpus, set(corpus.articles) - set(known), matcher)
    told = tuple(sorted((stories.story([corpus.articles[a] for a in ids]) for ids in grouped), key=_by_id))
    found_origins = _origins(told, corpus, known)
    round_ = _Round(corpus, matcher, known, copies_of((*found_origins, *beside.origins)), only)
    found = [*round_.inside(told, progress), *round_.between(told, beside.story_of)]
    return Matched(
        stories=told,
        origins=found_origins,
        clusters=tuple(sorted((q for _, asked in found for q in asked), key=lambda c: c.cluster_id)),
        findings=tuple(sorted((f for made, _ in found for f in made), key=lambda f: f.finding_id)),
    )


def _by_id(story: Story) -> str:
    return story.story_id


def _origins(told: Iterable[Story], corpus: Corpus, framed: Mapping[str, slots.Frame]) -> tuple[Origin, ...]:
    """Return the origin of each article, looked for in its story."""
    found: list[Origin] = []
    for story in told:
        articles = [corpus.articles[a] for a in story.article_ids]
        vectors = {a: framed[a].kept for a in story.article_ids}
        found += origins.find_origins(articles, corpus.sentences, vectors, corpus.owners)
    return tuple(sorted(found, key=lambda o: o.article_id))


@dataclass(frozen=True, slots=True)
class _Round:
    """What the comparing of one corpus needs."""

    corpus: Corpus
    matcher: Matcher
    framed: Mapping[str, slots.Frame]
    copies: Mapping[str, tuple[str, ...]]
    only: Collection[str] | None

    def _witnesses(self, ids: Iterable[str]) -> list[Article]:
        repeats = {c for of in self.copies.values() for c in of}
        return [self.corpus.articles[a] for a in ids if a not in repeats]

    def inside(self, grouped: Sequence[Story], progress: Progress | None) -> Iterator[Found]:
        """Yield the findings and questions of each story."""
        for number, story in enumerate(grouped):
            if progress:
                progress("comparing", number, len(grouped))
            if len(story.article_ids) > 1 and (self.only is None or set(story.article_ids) & set(self.only)):
                witnesses = self._witnesses(story.article_ids)
                met = candidates.pairings(witnesses, self.framed, self.matcher.reference)
                yield _findings(met, story.story_id, self.copies, self.matcher)

    def between(self, grouped: Sequence[Story], elsewhere: Mapping[str, str]) -> Iterator[Found]:
        """Yield what is found between stories, and against the rows of trusted tables.

        A pair belongs to the story of its earlier article; those of ``elsewhere`` are not made anew.
        """
        own = {a: story.story_id for story in grouped for a in story.article_ids}
        witnesses = self._witnesses(sorted(self.corpus.articles))
        meeting = across.pairings(witnesses, {**elsewhere, **own}, self.framed, self.matcher.reference, only=self.only)
        for story_id, pairings in sorted(_by_story(meeting, own).items()):
            yield _findings(pairings, story_id, self.copies, self.matcher)
        if self.corpus.facts:
            held = {
                a.article_id: self.corpus.claims[a.article_id]
                for a in witnesses
                if self.only is None or a.article_id in self.only
            }
            yield facts.against(self.corpus.facts, held, own, self.copies)


def _by_story(pairings: Iterable[Pairing], story_of: Mapping[str, str]) -> dict[str, list[Pairing]]:
    """Return pairings between stories by the story of the earlier article, where it has one here."""
    found: dict[str, list[Pairing]] = defaultdict(list)
    for pairing in pairings:
        if story_id := story_of.get(pairing.a.claim.article_id):
            found[story_id].append(pairing)
    return found


def _findings(
    pairings: Iterable[Pairing], story_id: str, copies: Mapping[str, tuple[str, ...]], matcher: Matcher
) -> Found:
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
