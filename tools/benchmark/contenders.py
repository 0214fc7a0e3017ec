"""The ways to find conflicts: ours, what a user would otherwise build from well-known parts, and exact search.

Each takes a job and returns what it found. All that it needs is imported and loaded inside, so that it is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import corpus, numbers
from benchmark.numbers import Place

if TYPE_CHECKING:
    from benchmark.scores import Scored
    from reconcile.config import Settings
    from reconcile.match.reconciler import Matched, Matcher
    from reconcile.model import Article, Claim

NEIGHBOURS = 10
NEAR = tuple(share / 100 for share in range(80, 100))
GROUPED = (0.86, 0.88, 0.90, 0.92, 0.94, 0.96)
LINKED = (0.5, 0.7, 0.9, 0.95, 0.99, 0.999)
ALL = (0.0,)
LONGEST = 256  # tokens of a pair for the entailment model
DATABASE = "ours.db"


@dataclass(frozen=True, slots=True)
class Job:
    """``folder`` holds the corpus, ``models`` what was prepared; ``threshold`` None: try several, keep the best."""

    folder: Path
    models: Path
    threads: int
    judge: str = "default"
    threshold: float | None = None

    @property
    def settings(self) -> Settings:
        """The settings of our own runs: as many processes extract as the others have threads."""
        from reconcile.config import Settings

        return Settings(threads=self.threads, jobs=self.threads, judge_name=self.judge)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: how many claims or sentences were read, conflicts with their score, thresholds worth trying.

    ``found`` reads what is already made; it is called after the clock has stopped. ``pairs``: compared, linked or
    found. ``apart``: each threshold has conflicts of its own, not those of all higher ones too.
    """

    items: int
    found: Callable[[], Iterable[Scored]]
    pairs: int
    thresholds: Sequence[float] = ALL
    apart: bool = False
    stages: Mapping[str, float] = field(default_factory=dict)


def ours(job: Job) -> Answer:
    """``pipeline.build`` on a fresh database."""
    from reconcile import pipeline
    from reconcile.publish.store import Store

    db = job.folder / DATABASE
    for file in db.parent.glob(f"{db.name}*"):
        file.unlink()
    with Store(db) as store:
        result = pipeline.build([str(job.folder / corpus.ARTICLES)], store, job.settings)
    found = sum(result.findings.values())
    return Answer(result.claims, lambda: published(db), found, stages=dict(result.seconds))


def published(db: Path) -> Iterator[Scored]:
    """Yield the published conflicts."""
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        yield from ((1.0, row) for row in store.finding_dicts())


def all_pairs(job: Job) -> Answer:
    """Every pair of articles compared, as if all told one story."""
    from reconcile import work

    made = work.Reading(job.settings).extracted(corpus.articles(job.folder))
    matched = work.Work(made, (tuple(sorted(made.articles)),), work.Nearness()).matched(matcher(job))
    claims = [c for of in made.claims.values() for c in of]
    return Answer(len(claims), lambda: conflicts(matched, claims, made.articles), len(matched.findings))


def our_matching(job: Job) -> Answer:
    """Our step from the claim table to findings: embedding, stories, pairs, relations; nothing is cached."""
    from reconcile import work
    from reconcile.publish.store import Store

    with Store(job.folder / DATABASE, read_only=True) as store:
        reading, ready = work.Reading(job.settings), matcher(job)
        todo = work.whole(store, reading.extracted(()), reading, ready)
        matched = todo.matched(ready)
    claims = [c for of in todo.corpus.claims.values() for c in of]
    articles = todo.corpus.articles
    return Answer(len(claims), lambda: conflicts(matched, claims, articles), len(matched.findings))


def matcher(job: Job) -> Matcher:
    """Return what compares, with the models that ``pipeline.build`` uses."""
    from reconcile.match import crossencoder, embed, reference, relate
    from reconcile.match.reconciler import Matcher

    embedder = embed.load("default", threads=job.threads)
    judge = crossencoder.load(job.judge, threads=job.threads)
    model = relate.load(relate.WITHOUT_JUDGE if judge is None else relate.WEIGHTS)
    return Matcher(embedder, reference.load(embedder), model, judge)


def conflicts(matched: Matched, claims: Iterable[Claim], articles: Mapping[str, Article]) -> Iterator[Scored]:
    """Yield the conflicts of a matching in their documented form."""
    from reconcile.model import Relation
    from reconcile.publish.forms import finding_dict

    by_id = {claim.claim_id: claim for claim in claims}
    for finding in matched.findings:
        if finding.relation is Relation.CONFLICT:
            yield 1.0, finding_dict(finding, by_id[finding.claim_a], by_id[finding.claim_b], articles)


def mining(job: Job) -> Answer:
    """Paraphrase mining; near sentences of two articles whose numbers differ are conflicts."""
    places, near = mined(job)
    return Answer(len(places), _conflicting(places, near), len(near), NEAR)


def entailment(job: Job) -> Answer:
    """The same, and an entailment model over every neighbour pair, for its time: its verdicts are not used."""
    from sentence_transformers import CrossEncoder

    places, near = mined(job)
    model = CrossEncoder(str(job.models), num_labels=3, device="cpu", max_length=LONGEST, local_files_only=True)
    asked = [(places[i][1], places[j][1]) for _, i, j in near]
    model.predict(asked, show_progress_bar=False)
    return Answer(len(places), _conflicting(places, near), len(asked), NEAR)


def mined(job: Job) -> tuple[list[Place], list[tuple[float, int, int]]]:
    """Return every sentence and the near pairs of two articles. Nothing is capped but the neighbours of a sentence."""
    from sentence_transformers import util

    places = numbers.places(corpus.articles(job.folder))
    vectors = _vectors(places, job)
    most = max(1, NEIGHBOURS * len(places))
    near = util.paraphrase_mining_embeddings(vectors, top_k=NEIGHBOURS, max_pairs=most)
    return places, [(float(s), i, j) for s, i, j in near if places[i][0] != places[j][0]]


def communities(job: Job) -> Answer:
    """Community detection; sentences of one community whose numbers differ are conflicts."""
    from sentence_transformers import util

    places = numbers.places(corpus.articles(job.folder))
    vectors = _vectors(places, job)
    tried = GROUPED if job.threshold is None else (job.threshold,)
    found: list[tuple[float, int, int]] = []
    for threshold in tried:
        groups = util.community_detection(vectors, threshold=threshold, min_community_size=2)
        found += ((threshold, i, j) for i, j in numbers.inside(groups, places))
    return Answer(len(places), _conflicting(places, found), len(found), tried, apart=True)


def _conflicting(places: Sequence[Place], pairs: Iterable[tuple[float, int, int]]) -> Callable[[], Iterable[Scored]]:
    made = list(numbers.conflicts(places, pairs))
    return lambda: made


def _vectors(places: Sequence[Place], job: Job) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    from reconcile.match import weights

    torch.set_num_threads(job.threads)
    model = SentenceTransformer(str(weights.restore()), device="cpu", local_files_only=True)
    texts = [quote for _, quote in places]
    return model.encode(texts, prompt="query: ", convert_to_tensor=True, show_progress_bar=False)


def splink(job: Job) -> Answer:
    """Splink on our claim table: linked claims of two articles; those whose numbers differ are conflicts."""
    from benchmark import linkage

    claims = linkage.records(job.folder / DATABASE)
    places = [(claim["article_id"], claim["quote"]) for claim in claims]
    linked = linkage.linked(claims, threads=job.threads, least=LINKED[0])
    return Answer(len(claims), _conflicting(places, linked), len(linked), LINKED)


CONTENDERS: Mapping[str, Callable[[Job], Answer]] = {
    "reconcile": ours,
    "mining": mining,
    "communities": communities,
    "entailment": entailment,
    "all-pairs": all_pairs,
    "matching": our_matching,
    "splink": splink,
}
"""By short name, in the order in which they take turns: the last two read the database that the first made."""
