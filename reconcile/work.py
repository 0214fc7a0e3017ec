"""What a run or check has to look at: all articles, or those that new and changed ones touch.

A new article can change the stories of the articles near it: what near pairs connect with it is grouped anew, from
profiles alone. The stories that come out otherwise than before, and those whose claims meet theirs between stories,
are what is touched; all else stands. What is touched is matched anew by the same functions as the whole would be, so
that nothing depends on the order or the number of runs in which articles arrive.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from reconcile import engine
from reconcile.claims.extract import Extractor, SlotExtractor
from reconcile.config import Settings
from reconcile.match import across, near, stories
from reconcile.match.fact_claims import Fact
from reconcile.match.near import Profile
from reconcile.match.reconciler import Beside, Corpus, Matched, Matcher, frames_of, match
from reconcile.match.slots import Frame
from reconcile.model import Article, Claim, Sentence
from reconcile.publish import nearness, read
from reconcile.publish.store import Store

Progress = Callable[[str, int, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Nearness:
    """What lets later runs see who is near whom: of all articles, or of those that are new, changed or gone."""

    profiles: tuple[Profile, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A corpus to match, and its stories; ``beside`` tells which of its articles are only there to be met.

    ``touched`` are the articles that are matched, None where that is all of them.
    """

    corpus: Corpus
    stories: tuple[tuple[str, ...], ...]
    nearness: Nearness
    touched: frozenset[str] | None = None
    beside: Beside = field(default_factory=Beside)
    framed: Mapping[str, Frame] = field(default_factory=dict)

    def matched(
        self, matcher: Matcher, only: Collection[str] | None = None, progress: Progress | None = None
    ) -> Matched:
        """Match it."""
        return match(
            self.corpus, self.stories, matcher, only=only, progress=progress, framed=self.framed, beside=self.beside
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """How articles become claims: by what extractor, owned by whom, with what to report."""

    settings: Settings
    progress: Progress | None = None

    @property
    def extractor(self) -> Extractor:
        """The extractor in force."""
        return SlotExtractor(aliases=self.settings.aliases)

    @property
    def made_by(self) -> str:
        """The extractor's name and version, as claims bear it."""
        return f"{self.extractor.name}/{self.extractor.version}"

    def corpus(
        self,
        articles: Mapping[str, Article],
        sentences: Iterable[Sentence] = (),
        claims: Iterable[Claim] = (),
    ) -> Corpus:
        """Join articles with what is stored of them; those without claims of the extractor in force are extracted."""
        extractor, made_by = self.extractor, self.made_by
        split: dict[str, list[Sentence]] = {a: [] for a in articles}
        made: dict[str, list[Claim]] = {a: [] for a in articles}
        for sentence in sentences:
            if sentence.article_id in articles:
                split[sentence.article_id].append(sentence)
        for claim in claims:
            if claim.article_id in articles and claim.extractor == made_by:
                made[claim.article_id].append(claim)
        todo = sorted(a for a in articles if not made[a])
        with closing(engine.extract_all([articles[a] for a in todo], extractor, jobs=self.settings.jobs)) as extracted:
            for number, article_id in enumerate(todo):
                if self.progress:
                    self.progress("extracting", number, len(todo))
                split[article_id], made[article_id] = next(extracted)
        owners = {a.article_id: owner for a in articles.values() if (owner := self._owner(a))}
        return Corpus(articles, split, made, owners)

    def extracted(self, articles: Iterable[Article]) -> Corpus:
        """Return articles of which nothing is stored."""
        return self.corpus({a.article_id: a for a in articles})

    def _owner(self, article: Article) -> str:
        host = (urlsplit(article.url).hostname or "").removeprefix("www.")
        return self.settings.owners.get(article.source) or self.settings.owners.get(host, "")


def changed(article: Article, known: Article | None) -> bool:
    """Return whether an article is new or differs from the published one."""
    names = ("content_hash", "title", "published", "source", "lang")
    return known is None or any(getattr(article, name) != getattr(known, name) for name in names)


def everything(store: Store, new: Corpus, reading: Reading, gone: Collection[str] = ()) -> Corpus:
    """Return all published articles but those that are ``gone``, with the new and changed ones, and their claims."""
    without = {*new.articles, *gone}
    articles = {a.article_id: a for a in store.articles() if a.kind == "article" and a.article_id not in without}
    return _joined(reading.corpus(articles, store.sentences(), store.claims()), new)


def _joined(stored: Corpus, new: Corpus) -> Corpus:
    return Corpus(
        {**stored.articles, **new.articles},
        {**stored.sentences, **new.sentences},
        {**stored.claims, **new.claims},
        {**stored.owners, **new.owners},
    )


def whole(
    store: Store,
    new: Corpus,
    reading: Reading,
    matcher: Matcher,
    *,
    facts: tuple[Fact, ...] = (),
    gone: Collection[str] = (),
) -> Work:
    """Return all published articles but those that are ``gone``, with the new and changed ones."""
    corpus = everything(store, new, reading, gone)
    framed = frames_of(corpus, corpus.articles, matcher)
    profiles = _profiles(corpus, framed)
    joined = near.Profiles.of(profiles.values())
    pairs = tuple(sorted(set(near.pairs(joined, joined))))
    grouped = stories.group(profiles, near.components(list(profiles), pairs))
    told = Nearness(tuple(profiles.values()), pairs, _keys(framed))
    return Work(replace(corpus, facts=facts), tuple(grouped), told, framed=framed)


def part(
    store: Store,
    new: Corpus,
    reading: Reading,
    matcher: Matcher,
    *,
    also: Collection[str] = (),
    gone: Collection[str] = (),
) -> Work:
    """Return the new and changed articles with all that they touch.

    :param also: published articles that count as changed.
    :param gone: published articles that are left out.
    """
    framed = frames_of(new, new.articles, matcher)
    profiles = _profiles(new, framed)
    pairs, changes = _around(store, profiles, {*new.articles, *also}, set(gone))
    told = Nearness(tuple(profiles.values()), pairs, _keys(framed), frozenset({*new.articles, *gone}))
    grouped = set(changes)
    keys = {key for key, _ in told.keys}

    def met() -> set[str]:
        """Return the articles outside whose claims meet those inside."""
        touched = {a for ids in grouped for a in ids} | set(gone)
        known = keys | _read(store, nearness.keys_of, touched)
        return _read(store, nearness.holders, known) - touched

    grouped |= set(_read(store, nearness.stories_with, met()))
    beside, touched = met(), {a for ids in grouped for a in ids}
    stored = (touched | beside) - set(new.articles)
    corpus = reading.corpus(
        {a.article_id: a for a in _read(store, read.articles, stored)},
        _read(store, read.sentences, stored),
        _read(store, read.claims, stored),
    )
    known = Beside(_read(store, nearness.story_of, beside), _read(store, nearness.origins_of, beside))
    return Work(_joined(corpus, new), tuple(sorted(grouped)), told, frozenset(touched | set(gone)), known, framed)


def _around(
    store: Store, fresh: Mapping[str, Profile], asked: Collection[str], gone: Collection[str]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, ...], ...]]:
    """Group anew what near pairs connect with the fresh, asked for and gone articles.

    Return the near pairs of the fresh and the stories that change.
    """
    joined = near.Profiles.of(fresh.values())
    others = near.Profiles.of(_read(store, nearness.profiles, {*fresh, *gone}) if fresh else ())
    pairs = {pair for table in (joined, others) for pair in near.pairs(joined, table)}
    reached = _read(store, nearness.connected, {*asked, *gone, *(end for pair in pairs for end in pair)})
    ids = (reached | set(fresh)) - set(gone)
    held = {p.article_id: p for p in _read(store, nearness.profiles_of, ids)} | dict(fresh)
    stands = {pair for pair in _read(store, nearness.pairs_of, ids) if not {*pair} & {*fresh, *gone}}
    grouped = stories.group(held, near.components(sorted(ids), stands | pairs))
    before = set(_read(store, nearness.stories_with, reached))
    changes = tuple(story for story in grouped if story not in before or set(story) & set(asked))
    return tuple(sorted(pairs)), changes


def _profiles(corpus: Corpus, framed: Mapping[str, Frame]) -> dict[str, Profile]:
    return {
        a: near.profile(corpus.articles[a], corpus.sentences[a], corpus.claims[a], framed[a].kept)
        for a in sorted(framed)
    }


def _keys(framed: Mapping[str, Frame]) -> tuple[tuple[str, str], ...]:
    return tuple((key, a) for a in sorted(framed) for key in sorted(across.keys_of(framed[a])))


def _read(store: Store, function: Callable[[sqlite3.Connection, Collection[str]], T], ids: Collection[str]) -> T:
    return store.read(lambda conn: function(conn, ids))
