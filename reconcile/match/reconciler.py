"""The matching of a corpus in parts: the vectors of some articles, a story, what meets between stories.

Each function is pure: no order, no clock, no database. ``work.py`` puts the parts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.match import across, candidates, cluster, copies, deciding, findings, origins, slots
from reconcile.match.copies import Voices
from reconcile.match.declare import Pairing
from reconcile.match.embed import Embedder
from reconcile.match.fact_claims import Fact
from reconcile.match.held import Held
from reconcile.match.judge import Judge
from reconcile.match.reference import Reference
from reconcile.match.relate import RelationModel
from reconcile.match.retelling import Said
from reconcile.match.slots import Frame
from reconcile.match.threads import one_blas_thread
from reconcile.model import Article, Claim, Cluster, Finding, Origin, Sentence, Story

Found = tuple[list[Finding], tuple[Cluster, ...]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles with their sentences and claims, by article id; ``facts`` are the rows they are held against."""

    articles: Mapping[str, Article]
    sentences: Held[Sequence[Sentence]]
    claims: Held[Sequence[Claim]]
    owners: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()

    def of(self, ids: Iterable[str]) -> Corpus:
        """Return the part that holds some articles, without their raw pages and without facts."""
        wanted = tuple(ids)
        return Corpus(
            {a: replace(self.articles[a], raw="") for a in wanted},
            self.sentences.only(wanted),
            self.claims.only(wanted),
            {a: self.owners[a] for a in wanted if a in self.owners},
        )

    def joined(self, other: Corpus) -> Corpus:
        """Return both, articles of ``other`` in place of those of the same id, without facts."""
        return Corpus(
            {**self.articles, **other.articles},
            self.sentences | other.sentences,
            self.claims | other.claims,
            {**self.owners, **other.owners},
        )


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
    """The embedding model, its reference values, the relation weights and the judge, if there is one.

    To another process it travels as ``again``, which loads the models there.
    """

    embedder: Embedder
    reference: Reference
    model: RelationModel
    judge: Judge | None = None
    again: Callable[[], Matcher] | None = None

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[object, ...]]:
        if self.again is not None:
            return self.again, ()
        return Matcher, (self.embedder, self.reference, self.model, self.judge)


@dataclass(frozen=True, slots=True)
class Told:
    """A story with what is known of its articles; ``compared``: whether its claims are, or only its origins told."""

    story: Story
    corpus: Corpus
    framed: Held[Frame]
    compared: bool = True


@dataclass(frozen=True, slots=True)
class Meeting:
    """Pairs of articles of different stories whose claims meet, the first of each of this story."""

    story_id: str
    pairs: tuple[tuple[str, str], ...]
    framed: Held[Frame]
    copies: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Compared:
    """What comes out of a part: the origins of a story's articles, the findings, the questions.

    ``own``: the claims of copies that say something else than their origins.
    """

    origins: tuple[Origin, ...]
    findings: tuple[Finding, ...]
    clusters: tuple[Cluster, ...]
    own: tuple[str, ...] = ()


def frames_of(parts: Iterable[Corpus], matcher: Matcher) -> Iterator[Frame]:
    """Yield the frame of each article, in order; all are embedded together."""
    texts: dict[str, list[str]] = {}
    of: dict[str, tuple[slots.Slot, ...]] = {}
    for part in parts:
        for article_id in part.articles:
            texts[article_id] = [s.text for s in part.sentences[article_id] if not s.dropped]
            of[article_id] = slots.of_claims(part.claims[article_id])
    yield from slots.frames(of, texts, matcher.embedder, matcher.reference).values()


@one_blas_thread()
def inside(told: Told, matcher: Matcher) -> Compared:
    """Return the origin of each article of a story and what comparing its claims finds."""
    ids, corpus = told.story.article_ids, told.corpus
    if len(ids) == 1:  # an original; its texts need not be read
        return Compared(origins.find_origins(list(corpus.articles.values()), {}, {}, corpus.owners), (), ())
    framed = {a: told.framed[a] for a in ids}
    vectors = {a: frame.kept for a, frame in framed.items()}
    found = origins.find_origins([corpus.articles[a] for a in ids], corpus.sentences, vectors, corpus.owners)
    if not told.compared:
        return Compared(found, (), ())
    told_by = copies.voices(found, lambda a: Said.of(corpus.articles[a], corpus.sentences[a], framed[a]))
    met = told_by.pairings([corpus.articles[a] for a in ids], framed, matcher.reference)
    made, asked = _findings(met, told.story.story_id, told_by, matcher)
    return Compared(found, tuple(made), asked, told_by.own_claims())


@one_blas_thread()
def between(meeting: Meeting, matcher: Matcher) -> Compared:
    """Return what comparing the claims that meet between stories finds."""
    framed = dict(meeting.framed)
    met = across.pairings(meeting.pairs, framed, matcher.reference)
    made, asked = _findings(met, meeting.story_id, Voices(meeting.copies), matcher)
    return Compared((), tuple(made), asked)


def _findings(pairings: Iterable[Pairing], story_id: str, told_by: Voices, matcher: Matcher) -> Found:
    judged = candidates.judged(pairings, matcher.judge, matcher.model)
    heard = told_by.heard(findings.best(findings.decide(judged, matcher.model)))
    decided = deciding.narrowed(heard, matcher.judge)
    asked = cluster.clusters(decided, story_id)
    question, also_in = cluster.by_claim(asked), told_by.also_in(decided)
    made = []
    for one in decided:
        a, b = one.pairing.a.claim, one.pairing.b.claim
        shared = question.get(a.claim_id) or question[b.claim_id]
        made.append(
            replace(
                findings.finding(one, story_id, shared.cluster_id, shared.label),
                also_in_a=also_in[a.claim_id],
                also_in_b=also_in[b.claim_id],
            )
        )
    return made, asked
