"""The rooms in order: read, claims, match, publish. Returns results, prints nothing.

``build`` works on what is new or changed: articles that are in the store unchanged keep their claims, and every
text is embedded once. ``check`` does the same beside the store without writing to it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from urllib.parse import urlsplit

from reconcile import engine, trusted, verify
from reconcile.claims.extract import Extractor, SlotExtractor
from reconcile.config import Settings, unknown_names
from reconcile.errors import ConfigError
from reconcile.located import locate, place_name
from reconcile.match import crossencoder, embed, reference, relate, revisions
from reconcile.match.judge import CachedJudge
from reconcile.match.pairs import PairJudge
from reconcile.match.reconciler import Corpus, Matched, Matcher, match
from reconcile.model import Article, Claim, Problem, Publication, Revision, Sentence, Source, stable_id
from reconcile.publish.forms import finding_dict
from reconcile.publish.store import Store
from reconcile.read import ingest
from reconcile.read.fetch import FetchRules
from reconcile.read.place import Limits

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did, in numbers, and what went wrong."""

    read: int
    articles: int
    new_articles: int
    changed_articles: int
    claims: int
    questions: int
    findings: Mapping[str, int]
    problems: tuple[Problem, ...]
    seconds: Mapping[str, float]
    changes: int = 0
    facts: int = 0
    verified: verify.Verified | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found: the ids of the articles checked and the findings that touch them.

    ``silent`` names the articles in which no claim was found.
    """

    articles: tuple[str, ...]
    claims: int
    findings: tuple[dict[str, object], ...]
    problems: tuple[Problem, ...]
    silent: tuple[str, ...] = ()


@dataclass(slots=True)
class _Clock:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def build(paths: Sequence[str], store: Store, settings: Settings, *, on_progress: Progress | None = None) -> RunResult:
    """Read articles, compare them with those in the store and publish the whole; then ask the verifier, if any."""
    verifier = verify.load(settings.verifier_name, settings.verifier_calls)
    result = _published(paths, store, settings, on_progress)
    if verifier is None or not result.articles:
        return result
    clock = _Clock(dict(result.seconds))
    with clock.stage("verify"):
        verified = verify.verify(verifier, store, on_progress=on_progress)
    return replace(result, problems=result.problems + verified.problems, seconds=clock.seconds, verified=verified)


def _published(paths: Sequence[str], store: Store, settings: Settings, on_progress: Progress | None) -> RunResult:
    clock = _Clock()
    with clock.stage("read"):
        read, problems = _read(paths, settings)
        held = trusted.known(store.articles(), settings)
        known, problems = held.articles, problems + held.problems
        fresh = [a for a in read if _changed(a, known.get(a.article_id))]
    with clock.stage("extract"):
        corpus = _corpus(store, known, fresh, settings, progress=on_progress)
        corpus = replace(corpus, facts=held.facts)
    if not corpus.articles:
        return RunResult(0, 0, 0, 0, 0, 0, {}, problems, clock.seconds)
    with clock.stage("match"):
        matcher = _matcher(store, settings, on_progress)
        matched = match(corpus, matcher, progress=on_progress)
    run = _run_record(corpus, settings, matcher)
    with clock.stage("extract"):
        earlier = [known[a.article_id] for a in fresh if a.article_id in known]
        replaced = tuple(_revisions(earlier, corpus, store, settings))
    with clock.stage("publish"):
        publication = _publication(corpus, matched, problems, run)
        store.publish(replace(publication, revisions=replaced))
    new = sum(a.article_id not in known for a in fresh)
    return RunResult(
        read=len(read),
        articles=len(corpus.articles),
        new_articles=new,
        changed_articles=len(fresh) - new,
        claims=sum(map(len, corpus.claims.values())),
        questions=len(matched.clusters),
        findings=dict(Counter(str(f.relation) for f in matched.findings)),
        problems=problems,
        seconds=clock.seconds,
        changes=sum(len(r.changes) for r in replaced),
        facts=len(corpus.facts),
    )


def check(
    paths: Sequence[str],
    store: Store,
    settings: Settings,
    *,
    earlier: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> CheckResult:
    """Compare articles with those in the store and with each other; the store is only read.

    :param earlier: files with earlier versions; an article that stands unchanged in one of them is not checked.
    """
    read, problems = _read(paths, settings)
    before = {(a.article_id, a.content_hash) for a in (_read(earlier, settings)[0] if earlier else ())}
    read = tuple(a for a in read if (a.article_id, a.content_hash) not in before)
    if not read:
        return CheckResult((), 0, (), problems)
    held = trusted.known(store.articles(), settings)
    known, problems = held.articles, problems + held.problems
    fresh = [a for a in read if _changed(a, known.get(a.article_id))]
    corpus = replace(_corpus(store, known, fresh, settings, progress=on_progress), facts=held.facts)
    checked = sorted(a.article_id for a in read)
    articles = {**corpus.articles, **{a.article_id: a for a in read}}  # with the paths they have now
    articles |= {f.article.article_id: f.article for f in corpus.facts}
    silent = tuple(place_name(articles[a]) for a in checked if not corpus.claims[a])
    if len(silent) == len(checked):  # nothing to compare: no model is loaded
        return CheckResult(tuple(checked), 0, (), problems, silent)
    matched = match(corpus, _matcher(store, settings, on_progress, write=False), only=checked, progress=on_progress)
    claims = {c.claim_id: c for of in corpus.claims.values() for c in of}
    claims |= {f.claim.claim_id: f.claim for f in corpus.facts}
    rows = [
        locate(finding_dict(f, claims[f.claim_a], claims[f.claim_b], articles), articles, checked)
        for f in matched.findings
        if {claims[f.claim_a].article_id, claims[f.claim_b].article_id} & set(checked)
    ]
    count = sum(len(corpus.claims[a]) for a in checked)
    return CheckResult(tuple(checked), count, tuple(rows), problems, silent)


def judge(rows: Iterable[Mapping[str, object]], settings: Settings) -> Iterator[dict[str, object]]:
    """Yield the relation, field and confidence of each pair of texts, in order."""
    yield from pair_judge(settings).judge(rows)


def pair_judge(settings: Settings) -> PairJudge:
    """Return the judge of two texts, with its models."""
    return PairJudge(_matcher(None, settings, None), _extractor(settings))


def lookup(text: str, store: Store, settings: Settings) -> tuple[dict[str, object], ...]:
    """Return the published claims that answer the same question as a text, with their relation to it."""
    corpus = _corpus(store, trusted.known(store.articles(), replace(settings, references=())).articles, [], settings)
    judge = PairJudge(_matcher(store, settings, None, write=False), _extractor(settings))
    return judge.lookup(text, corpus)


def _read(paths: Sequence[str], settings: Settings) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    limits = Limits(**dict(settings.limits))
    rules = FetchRules(settings.allow_hosts, **dict(settings.fetch))
    stdin = sys.stdin.buffer if "-" in paths else None
    return ingest.read(paths, limits=limits, rules=rules, stdin=stdin)


def _changed(article: Article, known: Article | None) -> bool:
    return known is None or any(
        getattr(article, name) != getattr(known, name)
        for name in ("content_hash", "title", "published", "source", "lang")
    )


def _revisions(earlier: Iterable[Article], corpus: Corpus, store: Store, settings: Settings) -> Iterator[Revision]:
    """Yield the versions whose title or text this run replaces, read again by the extractor in force."""
    extractor = _extractor(settings)
    for old in earlier:
        new = corpus.articles[old.article_id]
        if (old.title, old.text) == (new.title, new.text):
            continue
        number = sum(1 for _ in store.revisions(old.article_id)) + 1
        before = revisions.Version(old, *engine.extracted(old, extractor))
        after = revisions.Version(new, corpus.sentences[old.article_id], corpus.claims[old.article_id])
        yield Revision(
            revision_id=revisions.revision_id(old, new, number),
            article_id=old.article_id,
            number=number,
            title=old.title,
            text=old.text,
            published=old.published,
            content_hash=old.content_hash,
            changes=revisions.changes(before, after),
        )


def _extractor(settings: Settings) -> Extractor:
    return SlotExtractor(aliases=settings.aliases)


def _corpus(
    store: Store,
    known: Mapping[str, Article],
    fresh: Sequence[Article],
    settings: Settings,
    *,
    progress: Progress | None = None,
) -> Corpus:
    """Join the stored articles with the fresh ones; only these, and those of an older extractor, are extracted."""
    extractor = _extractor(settings)
    made_by = f"{extractor.name}/{extractor.version}"
    articles = {**known, **{a.article_id: a for a in fresh}}
    todo = {a.article_id for a in fresh}
    split: dict[str, list[Sentence]] = {a: [] for a in articles}
    claims: dict[str, list[Claim]] = {a: [] for a in articles}
    for sentence in store.sentences():
        if sentence.article_id in articles and sentence.article_id not in todo:
            split[sentence.article_id].append(sentence)
    for claim in store.claims():
        if claim.article_id in articles and claim.article_id not in todo and claim.extractor == made_by:
            claims[claim.article_id].append(claim)
    todo |= {a for a in articles if not claims[a]}
    with closing(engine.extract_all([articles[a] for a in sorted(todo)], extractor, jobs=settings.jobs)) as made:
        for number, article_id in enumerate(sorted(todo)):
            if progress:
                progress("extracting", number, len(todo))
            split[article_id], claims[article_id] = next(made)
    owners = {a.article_id: owner for a in articles.values() if (owner := _owner(a, settings))}
    return Corpus(articles, split, claims, owners)


def _owner(article: Article, settings: Settings) -> str:
    host = (urlsplit(article.url).hostname or "").removeprefix("www.")
    return settings.owners.get(article.source) or settings.owners.get(host, "")


def _matcher(store: Store | None, settings: Settings, progress: Progress | None, *, write: bool = True) -> Matcher:
    embedder: embed.Embedder = embed.load(settings.model_name, threads=settings.threads)
    if store is not None:
        embedder = embed.CachedEmbedder(
            embedder,
            store.vectors,
            store.save_vectors if write else lambda model, dim, vectors: None,
            on_progress=(lambda done, total: progress("embedding", done, total)) if progress else None,
        )
    judge = crossencoder.load(settings.judge_name, threads=settings.threads)
    if store is not None and judge is not None:
        judge = CachedJudge(
            judge,
            store.vectors,
            store.save_vectors if write else lambda model, dim, vectors: None,
            on_progress=(lambda done, total: progress("judging", done, total)) if progress else None,
        )
    model = relate.load(relate.WITHOUT_JUDGE if judge is None else relate.WEIGHTS)
    if settings.match:
        wrong = unknown_names("match", settings.match, model.thresholds)
        if wrong:
            raise ConfigError("; ".join(wrong))
        model = relate.RelationModel(model.weights, _thresholds(model.thresholds, settings.match), model.shift)
    return Matcher(embedder, reference.load(embedder), model, judge)


def _thresholds(packaged: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    """Return the thresholds in force: one given for a relation also counts for its kinds of slots."""
    kept = {name: value for name, value in packaged.items() if name.partition(":")[0] not in given}
    return {**kept, **given}


def _publication(corpus: Corpus, matched: Matched, problems: tuple[Problem, ...], run: dict[str, str]) -> Publication:
    read = tuple(corpus.articles[a] for a in sorted(corpus.articles))
    articles = (*read, *(f.article for f in corpus.facts))
    names = sorted({a.source for a in articles})
    owner = {a.source: corpus.owners.get(a.article_id, "") for a in articles}
    return Publication(
        sources=tuple(Source(name, name, owner[name]) for name in names),
        articles=articles,
        sentences=(*(s for a in read for s in corpus.sentences[a.article_id]), *(f.sentence for f in corpus.facts)),
        claims=(*(c for a in read for c in corpus.claims[a.article_id]), *(f.claim for f in corpus.facts)),
        stories=matched.stories,
        origins=matched.origins,
        clusters=matched.clusters,
        findings=matched.findings,
        problems=problems,
        run=run,
    )


def _run_record(corpus: Corpus, settings: Settings, matcher: Matcher) -> dict[str, str]:
    """What the publication was made with, for the ``runs`` table."""
    extractor = _extractor(settings)
    contents = [x for a in sorted(corpus.articles) for x in (a, corpus.articles[a].content_hash)]
    contents += [f.article.content_hash for f in corpus.facts]
    return {
        "tool_version": version("reconcile-claims"),
        "extractor": f"{extractor.name}/{extractor.version}",
        "embedder": matcher.embedder.name,
        "settings": settings.to_json(),
        "input_digest": stable_id("inputs", *contents),
    }
