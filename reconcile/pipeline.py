"""The rooms in order: read, claims, match, publish. Returns results, prints nothing.

``build`` works on what is new or changed: articles that are in the store unchanged keep their claims, and every
text is embedded once. ``check`` does the same beside the store without writing to it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from typing import Any

from reconcile import engine, engines, trusted, verify, work
from reconcile.config import Settings, unknown_names
from reconcile.errors import ConfigError
from reconcile.located import locate, place_name
from reconcile.match import crossencoder, embed, limited, reference, relate, revisions
from reconcile.match.fact_claims import Fact
from reconcile.match.judge import CachedJudge
from reconcile.match.pairs import PairJudge
from reconcile.match.reconciler import Corpus, Matched, Matcher
from reconcile.model import Article, Problem, Revision, Source, stable_id
from reconcile.publish import nearness, retractions
from reconcile.publish import read as published
from reconcile.publish.forms import finding_dict
from reconcile.publish.grouping import grouped, pair_of
from reconcile.publish.publication import Publication
from reconcile.publish.retractions import Retraction
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
    with engines.opened(settings, on_progress) as running:
        result = _published(paths, store, work.Reading(settings, on_progress, running))
    if verifier is None or not result.articles:
        return result
    clock = _Clock(dict(result.seconds))
    with clock.stage("verify"):
        verified = verify.verify(verifier, store, on_progress=on_progress)
    return replace(result, problems=result.problems + verified.problems, seconds=clock.seconds, verified=verified)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be published anew: fresh articles, trusted facts, problems, and what is taken back.

    ``held``: whether the store holds rows of trusted tables; ``after``: the number of the run that it is a change to.
    """

    fresh: Sequence[Article]
    facts: tuple[Fact, ...]
    held: bool
    problems: tuple[Problem, ...]
    after: int
    retracted: Sequence[Retraction] = ()


def _published(paths: Sequence[str], store: Store, reading: work.Reading) -> RunResult:
    clock, settings = _Clock(), reading.settings
    with clock.stage("read"):
        read, problems = _read(paths, settings)
        after = store.read(nearness.last_number)
        kept, refused = store.read(partial(retractions.kept_out, articles=read))
        known = _heads(store, kept)
        fresh = [a for a in kept if work.changed(a, known.get(a.article_id))]
        held = store.read(nearness.references)
        facts, unused = trusted.known(held, settings)
        problems += (*refused, *unused)
    if not read and not store.read(nearness.state)["articles"]:
        return RunResult(0, 0, 0, 0, 0, 0, {}, problems, clock.seconds)
    replaced: list[Revision] = []
    for number, portion in enumerate(work.portions(fresh, 0 if facts or held else settings.memory)):
        revised, notes = _publish(_Change(portion, facts, bool(held), problems, after + number), store, reading, clock)
        replaced += revised
        problems += notes
    new = sum(a.article_id not in known for a in fresh)
    return RunResult(
        read=len(read),
        new_articles=new,
        changed_articles=len(fresh) - new,
        problems=problems,
        seconds=clock.seconds,
        changes=sum(len(r.changes) for r in replaced),
        facts=len(facts),
        **store.read(nearness.state),
    )


def retract(
    retracted: Sequence[Retraction], store: Store, settings: Settings, *, on_progress: Progress | None = None
) -> RunResult:
    """Publish what a run without these articles would have published.

    :raises StoreError: if one of them is not published; then nothing is changed.
    """
    clock = _Clock()
    with clock.stage("read"):
        after = store.read(nearness.last_number)
        store.read(partial(retractions.require_published, article_ids=[r.article_id for r in retracted]))
        held = store.read(nearness.references)
        facts, _ = trusted.known(held, settings)
        problems = tuple(store.problems())  # of the last run, whose inputs they tell of
    change = _Change((), facts, bool(held), problems, after, retracted)
    _publish(change, store, work.Reading(settings, on_progress), clock)
    return RunResult(
        0, new_articles=0, changed_articles=0, problems=(), seconds=clock.seconds, **store.read(nearness.state)
    )


def _publish(
    change: _Change, store: Store, reading: work.Reading, clock: _Clock
) -> tuple[tuple[Revision, ...], tuple[Problem, ...]]:
    """Match anew what a change touches and publish it; return the versions that it replaces, and what was left out."""
    settings, progress, fresh = reading.settings, reading.progress, change.fresh
    gone = {r.article_id for r in change.retracted}
    matcher = _matcher(store, settings, progress)
    made_with = _made_with(reading, matcher)
    stands = not change.facts and not change.held and made_with.items() <= store.read(nearness.last_run).items()
    with clock.stage("extract"):
        earlier = store.read(partial(published.articles, article_ids=[a.article_id for a in fresh]))
        new = reading.extracted(fresh)
        notes = tuple(limited.notes(fresh, new.claims, reading.most))
        if stands:
            todo = work.part(store, new, reading, matcher, gone=gone)
        else:
            todo = work.whole(store, new, reading, matcher, facts=change.facts, gone=gone)
        replaced = tuple(_revisions(list(earlier), todo.corpus, store, reading))
    with clock.stage("match"):
        matched = todo.matched(matcher)
    with clock.stage("publish"):
        run = _run_record(store, todo, settings, made_with)
        publication = _publication(todo, matched, change.problems + notes, run)
        store.publish(replace(publication, revisions=replaced), retracted=change.retracted, after=change.after)
    return replaced, notes


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
    read, refused = store.read(partial(retractions.kept_out, articles=read))
    problems += refused
    if not read:
        return CheckResult((), 0, (), problems)
    held = store.read(nearness.references)
    facts, unused = trusted.known(held, settings)
    problems += unused
    known = _heads(store, read)
    reading = work.Reading(settings, on_progress)
    new = reading.extracted([a for a in read if work.changed(a, known.get(a.article_id))])
    checked = sorted(a.article_id for a in read)
    if not any(new.claims.get(a, (a,)) for a in checked):  # nothing to compare: no model is loaded
        silent = tuple(place_name(new.articles[a]) for a in checked)
        return CheckResult(tuple(checked), 0, (), problems, silent)
    matcher = _matcher(store, settings, on_progress, write=False)
    if facts or held or not _read_with(reading, matcher).items() <= store.read(nearness.last_run).items():
        todo = work.whole(store, new, reading, matcher, facts=facts)
    else:
        todo = work.part(store, new, reading, matcher, also=set(checked) & set(known))
    matched, corpus = todo.matched(matcher, only=checked), todo.corpus
    problems += tuple(limited.notes(read, corpus.claims, reading.most))
    articles = {**corpus.articles, **{a.article_id: a for a in read}}  # with the paths they have now
    silent = tuple(place_name(articles[a]) for a in checked if not corpus.claims[a])
    rows = _touching(matched, replace(corpus, articles=articles), checked)
    return CheckResult(tuple(checked), sum(len(corpus.claims[a]) for a in checked), tuple(rows), problems, silent)


def _touching(matched: Matched, corpus: Corpus, checked: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the findings that touch the articles checked, in their documented form, with their places in the files.

    ``lead``: the finding that leads the pairs of one conflict.
    """
    articles = {**corpus.articles, **{f.article.article_id: f.article for f in corpus.facts}}
    claims = {c.claim_id: c for of in corpus.claims.values() for c in of}
    claims |= {f.claim.claim_id: f.claim for f in corpus.facts}
    facts = {f.claim.claim_id for f in corpus.facts}
    touching = [f for f in matched.findings if {claims[c].article_id for c in (f.claim_a, f.claim_b)} & set(checked)]
    places = grouped((pair_of(f, alone=f.claim_a in facts or f.claim_b in facts) for f in touching), claims)
    for finding in touching:
        row = finding_dict(finding, claims[finding.claim_a], claims[finding.claim_b], articles)
        yield {**locate(row, articles, checked), "lead": places[finding.finding_id].lead}


def judge(rows: Iterable[Mapping[str, object]], settings: Settings) -> Iterator[dict[str, object]]:
    """Yield the relation, field and confidence of each pair of texts, in order."""
    yield from pair_judge(settings).judge(rows)


def pair_judge(settings: Settings) -> PairJudge:
    """Return the judge of two texts, with its models."""
    return PairJudge(_matcher(None, settings, None), work.Reading(settings).extractor)


def lookup(text: str, store: Store, settings: Settings) -> tuple[dict[str, object], ...]:
    """Return the published claims that answer the same question as a text, with their relation to it."""
    reading = work.Reading(settings)
    judge = PairJudge(_matcher(store, settings, None, write=False), reading.extractor)
    return judge.lookup(text, work.everything(store, reading.extracted(()), reading))


def _read(paths: Sequence[str], settings: Settings) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    limits = Limits(**dict(settings.limits))
    rules = FetchRules(settings.allow_hosts, **dict(settings.fetch))
    stdin = sys.stdin.buffer if "-" in paths else None
    return ingest.read(paths, limits=limits, rules=rules, stdin=stdin)


def _heads(store: Store, read: Sequence[Article]) -> dict[str, Article]:
    """Return what is published under the ids of the articles read, without the texts."""
    return store.read(partial(nearness.heads, article_ids=[a.article_id for a in read]))


def _revisions(earlier: Iterable[Article], corpus: Corpus, store: Store, reading: work.Reading) -> Iterator[Revision]:
    """Yield the versions whose title or text this run replaces, read again by the extractor in force."""
    extractor = reading.extractor
    for old in earlier:
        new = corpus.articles[old.article_id]
        if (old.title, old.text) == (new.title, new.text):
            continue
        number = store.read(partial(published.revision_count, article_id=old.article_id)) + 1
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
        wrong = unknown_names("match", settings.match, relate.settable())
        if wrong:
            raise ConfigError("; ".join(wrong))
        model = relate.RelationModel(model.weights, _thresholds(model.thresholds, settings.match), model.shift)
    return Matcher(embedder, reference.load(embedder), model, judge, partial(_again, settings))


_LOADED: dict[str, Matcher] = {}


def _again(settings: Settings) -> Matcher:
    """Return the matcher of these settings in another process, without a store, loaded once; one of many, so alone."""
    name = settings.to_json()
    if name not in _LOADED:
        _LOADED.clear()
        _LOADED[name] = _matcher(None, replace(settings, threads=1), None)
    return _LOADED[name]


def _thresholds(packaged: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    """Return the thresholds in force: one given for a relation also counts for its kinds of slots."""
    kept = {name: value for name, value in packaged.items() if name.partition(":")[0] not in given}
    return {**kept, **given}


def _publication(todo: work.Work, matched: Matched, problems: tuple[Problem, ...], run: dict[str, str]) -> Publication:
    corpus = todo.corpus
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
        origins=(*matched.origins, *todo.beside.origins),
        clusters=matched.clusters,
        findings=matched.findings,
        problems=problems,
        run=run,
        profiles=todo.nearness.profiles,
        near=todo.nearness.pairs,
        keys=todo.nearness.keys,
        replaces=todo.touched,
        near_of=todo.nearness.of,
    )


def _read_with(reading: work.Reading, matcher: Matcher) -> dict[str, str]:
    """What the nearness of articles depends on."""
    given = reading.settings
    names = stable_id("names", str(sorted(given.aliases.items())), str(sorted(given.owners.items())))
    made = {"extractor": reading.made_by, "embedder": matcher.embedder.name, "names": names}
    return {**made, "compared": str(reading.most)}


def _made_with(reading: work.Reading, matcher: Matcher) -> dict[str, str]:
    """What all that is published depends on, beside the articles: while it is the same, what stands is as good."""
    model = matcher.model
    tables = (sorted(model.weights.items()), sorted(model.thresholds.items()), model.shift)
    learned = stable_id("weights", *map(str, tables))
    judge = matcher.judge.name if matcher.judge else "rules"
    made = {"tool_version": version("reconcile-claims"), "weights": learned, "judge": judge}
    return {**_read_with(reading, matcher), **made}


def _run_record(store: Store, todo: work.Work, settings: Settings, made_with: dict[str, str]) -> dict[str, str]:
    """What the publication was made with, for the ``runs`` table."""
    made = {a.article_id: a.content_hash for a in todo.corpus.articles.values()}
    made |= {f.article.article_id: f.article.content_hash for f in todo.corpus.facts}
    if todo.touched is not None:
        stands = store.read(nearness.contents)
        made |= {a: content for a, content in stands.items() if a not in todo.touched}
    digest = stable_id("inputs", *(x for a in sorted(made) for x in (a, made[a])))
    return {**made_with, "settings": settings.to_json(), "input_digest": digest}
