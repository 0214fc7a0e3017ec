"""What a run or check has to look at: all articles, or those that new and changed ones touch.

A new article can change the stories of the articles near it: what near pairs connect with it is grouped anew, from
profiles alone. The stories that come out otherwise than before, and those whose claims meet theirs between stories,
are what is touched; all else stands. What is touched is matched anew by the same functions as the whole would be, so
that nothing depends on the order or the number of runs in which articles arrive.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import combinations_with_replacement, groupby, product
from operator import attrgetter, itemgetter
from typing import TypeVar
from urllib.parse import urlsplit

from reconcile import spill, stages
from reconcile.claims.extract import Extractor, SlotExtractor
from reconcile.config import Settings
from reconcile.engine import EXTRACT, Engine, Extracted, Local, Progress, batches
from reconcile.match import across, candidates, facts, limited, near, stories
from reconcile.match.copies import copies_of
from reconcile.match.fact_claims import Fact
from reconcile.match.held import Held
from reconcile.match.near import Profile, Profiles
from reconcile.match.reconciler import Beside, Compared, Corpus, Matched, Matcher, Meeting, Told
from reconcile.match.slots import Frame
from reconcile.model import Article, Claim, Sentence
from reconcile.publish import nearness, read
from reconcile.publish.store import Store
from reconcile.read.place import DEFAULT_LIMITS, Limits

BASE = 1_200  # megabytes of a run that holds no articles: the program and its models
A_CHARACTER = 0.0005  # megabytes that a character of an article takes while its portion is worked on
LEAST = 50  # megabytes of a portion, however little is left
T = TypeVar("T")
A = TypeVar("A", Sentence, Claim)
Pairs = tuple[tuple[str, str], ...]


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

    ``touched`` are the articles that are matched, None where that is all of them; ``framed`` and ``keys`` hold what is
    known of some already. At most ``most`` sentences of an article are compared.
    """

    corpus: Corpus
    stories: tuple[tuple[str, ...], ...]
    nearness: Nearness
    touched: frozenset[str] | None = None
    beside: Beside = field(default_factory=Beside)
    framed: Held[Frame] = field(default_factory=lambda: Held({}))
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    engine: Engine = field(default_factory=Local)
    most: int = DEFAULT_LIMITS.max_compared_sentences

    def matched(self, matcher: Matcher, only: Collection[str] | None = None) -> Matched:
        """Match it.

        Between stories claims meet where entity, metric, unit and period are one (``across.py``).

        :param only: compare pairs only in stories that hold one of these articles.
        """
        corpus = self.corpus
        rest = _frames(self.engine, corpus.of(sorted(set(corpus.articles) - set(self.framed))), matcher, self.most)
        framed, keys = self.framed | rest, {**self.keys, **_keys_of(self.engine, rest)}
        told = _sorted((stories.story([corpus.articles[a] for a in ids]) for ids in self.stories), "story_id")
        parts = [
            Told(story, corpus.of(ids), framed.only(ids), only is None or bool({*ids} & {*only}))
            for story, ids in ((story, story.article_ids) for story in told)
        ]
        found = list(self.engine.map(stages.COMPARE, parts, matcher))
        origins = _sorted((o for one in found for o in one.origins), "article_id")
        copies = copies_of((*origins, *self.beside.origins))
        own = {a: story.story_id for story in told for a in story.article_ids}
        repeats = {c for of in copies.values() for c in of}
        keys = {a: of for a, of in keys.items() if a not in repeats}
        met = across.meeting(keys, {**self.beside.story_of, **own}, corpus.articles, only=only)
        found += self.engine.map(stages.MEET, _meetings(met, own, framed, copies), matcher)
        if corpus.facts:
            said = {claim_id for one in found for claim_id in one.own}
            held = {a: corpus.claims[a] for a in sorted({*keys, *repeats}) if only is None or a in only}
            held |= {a: [c for c in held[a] if c.claim_id in said] for a in sorted(repeats & set(held))}
            made, asked = facts.against(corpus.facts, held, own, copies)
            found.append(Compared((), tuple(made), asked))
        return Matched(
            stories=told,
            origins=origins,
            clusters=_sorted((q for one in found for q in one.clusters), "cluster_id"),
            findings=_sorted((f for one in found for f in one.findings), "finding_id"),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """How articles become claims: by what extractor, owned by whom, where, with what to report."""

    settings: Settings
    progress: Progress | None = None
    given: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine in force: this process, unless another was given."""
        return self.given or Local(self.settings.jobs, self.progress)

    @property
    def extractor(self) -> Extractor:
        """The extractor in force."""
        return SlotExtractor(aliases=self.settings.aliases)

    @property
    def most(self) -> int:
        """How many sentences of one article are compared."""
        return Limits(**dict(self.settings.limits)).max_compared_sentences

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
        made_by = self.made_by
        wanted = sorted(articles)
        stored = zip(wanted, _by_article(sentences, wanted), _by_article(claims, wanted), strict=True)
        ours = ((a, (split, [c for c in made if c.extractor == made_by])) for a, split, made in stored)
        known = self.engine.hold(((a, one) for a, one in ours if one[1]), spill.READ)
        todo = {a: articles[a] for a in wanted if a not in known}
        read = known | self.engine.keep(EXTRACT, todo, self.extractor, spill.READ)
        owners = {a.article_id: owner for a in articles.values() if (owner := self._owner(a))}
        return Corpus(articles, read.then(_sentences), read.then(_claims), owners)

    def extracted(self, articles: Iterable[Article]) -> Corpus:
        """Return articles of which nothing is stored."""
        return self.corpus({a.article_id: a for a in articles})

    def _owner(self, article: Article) -> str:
        host = (urlsplit(article.url).hostname or "").removeprefix("www.")
        return self.settings.owners.get(article.source) or self.settings.owners.get(host, "")


_sentences: Callable[[Extracted], Sequence[Sentence]] = itemgetter(0)
_claims: Callable[[Extracted], Sequence[Claim]] = itemgetter(1)


def _by_article(stored: Iterable[A], ids: Sequence[str]) -> Iterator[list[A]]:
    """Yield what belongs to each article, of rows in the order of article ids; ids are ascending."""
    groups = groupby(stored, key=attrgetter("article_id"))
    ahead = next(groups, None)
    for article_id in ids:
        while ahead is not None and ahead[0] < article_id:
            ahead = next(groups, None)
        yield list(ahead[1]) if ahead is not None and ahead[0] == article_id else []


def changed(article: Article, known: Article | None) -> bool:
    """Return whether an article is new or differs from the published one."""
    names = ("content_hash", "title", "published", "source", "lang")
    return known is None or any(getattr(article, name) != getattr(known, name) for name in names)


def portions(articles: Sequence[Article], memory: int) -> Iterator[Sequence[Article]]:
    """Yield articles in portions that a run of about ``memory`` megabytes can hold; all at once where it is 0.

    They are in the order of publication, so that the articles of a story mostly come together.
    """
    if not memory:
        yield articles
        return
    room = int(max(memory - BASE, LEAST) / A_CHARACTER)
    yield from batches(candidates.in_order(articles), lambda a: len(a.text), room) if articles else [articles]


def everything(store: Store, new: Corpus, reading: Reading, gone: Collection[str] = ()) -> Corpus:
    """Return all published articles but those that are ``gone``, with the new and changed ones, and their claims."""
    without = {*new.articles, *gone}
    articles = {a.article_id: a for a in store.articles() if a.kind == "article" and a.article_id not in without}
    return reading.corpus(articles, store.sentences(), store.claims()).joined(new)


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
    framed, profiles, keys = _told(corpus, reading, matcher)
    pairs = _near(reading.engine, profiles.values())
    grouped = stories.group(profiles, near.components(list(profiles), pairs))
    told = Nearness(tuple(profiles.values()), pairs, _named(keys))
    corpus = replace(corpus, facts=facts)
    return Work(corpus, tuple(grouped), told, framed=framed, keys=keys, engine=reading.engine, most=reading.most)


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
    framed, profiles, keys = _told(new, reading, matcher)
    pairs, changes = _around(store, reading.engine, profiles, ({*new.articles, *also}, set(gone)))
    told = Nearness(tuple(profiles.values()), pairs, _named(keys), frozenset({*new.articles, *gone}))
    grouped = set(changes)
    fresh = {key for of in keys.values() for key in of}

    def met() -> set[str]:
        """Return the articles outside whose claims meet those inside."""
        touched = {a for ids in grouped for a in ids} | set(gone)
        known = fresh | _read(store, nearness.keys_of, touched)
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
    joined, all_touched = corpus.joined(new), frozenset(touched | set(gone))
    return Work(joined, tuple(sorted(grouped)), told, all_touched, known, framed, keys, reading.engine, reading.most)


def _around(
    store: Store, engine: Engine, fresh: Mapping[str, Profile], changed: tuple[Collection[str], Collection[str]]
) -> tuple[Pairs, tuple[tuple[str, ...], ...]]:
    """Group anew what near pairs connect with the fresh, asked for and gone articles.

    Return the near pairs of the fresh and the stories that change.

    :param changed: the articles asked for, and those that are gone.
    """
    asked, gone = changed
    others = _read(store, nearness.profiles, {*fresh, *gone}) if fresh else ()
    pairs = _near(engine, fresh.values(), others)
    reached = _read(store, nearness.connected, {*asked, *gone, *(end for pair in pairs for end in pair)})
    ids = (reached | set(fresh)) - set(gone)
    held = {p.article_id: p for p in _read(store, nearness.profiles_of, ids)} | dict(fresh)
    stands = {pair for pair in _read(store, nearness.pairs_of, ids) if not {*pair} & {*fresh, *gone}}
    grouped = stories.group(held, near.components(sorted(ids), stands.union(pairs)))
    before = set(_read(store, nearness.stories_with, reached))
    changes = tuple(story for story in grouped if story not in before or set(story) & set(asked))
    return pairs, changes


def _sorted(items: Iterable[T], name: str) -> tuple[T, ...]:
    return tuple(sorted(items, key=attrgetter(name)))


def _told(
    corpus: Corpus, reading: Reading, matcher: Matcher
) -> tuple[Held[Frame], dict[str, Profile], dict[str, tuple[str, ...]]]:
    """Return the frames, profiles and keys of all articles of a corpus."""
    engine, ids = reading.engine, sorted(corpus.articles)
    framed = _frames(engine, corpus, matcher, reading.most)
    items = [stages.Framed(corpus.of([a]), framed.only([a])) for a in ids]
    profiles = dict(zip(ids, engine.map(stages.PROFILE, items, None), strict=True))
    return framed, profiles, _keys_of(engine, framed)


def _frames(engine: Engine, corpus: Corpus, matcher: Matcher, most: int) -> Held[Frame]:
    """Return the frame of each article of a corpus: what is compared of it, at most so many sentences."""
    cut = replace(corpus, claims=corpus.claims.then(partial(limited.compared, most=most)))
    return engine.keep(stages.FRAME, {a: cut.of([a]) for a in sorted(cut.articles)}, matcher, spill.FRAMES)


def _keys_of(engine: Engine, framed: Held[Frame]) -> dict[str, tuple[str, ...]]:
    return dict(zip(framed, engine.map(stages.KEYS, [framed.only([a]) for a in framed], None), strict=True))


def _named(keys: Mapping[str, tuple[str, ...]]) -> Pairs:
    return tuple((key, a) for a in sorted(keys) for key in keys[a])


def _near(engine: Engine, fresh: Iterable[Profile], others: Iterable[Profile] = ()) -> Pairs:
    """Return the near pairs of fresh articles with each other and with others, in order.

    They are held against each other block by block; the fresh lie in the order of days, so that blocks that lie further
    apart than near articles may be left out.
    """
    days: dict[str, tuple[int, int]] = {}

    def blocks(name: str, profiles: Iterable[Profile]) -> Iterator[tuple[str, Profiles]]:
        for number, block in enumerate(batches(profiles, lambda _: 1, stages.PROFILES)):
            of = [p.day for p in block]
            days[f"{name}{number}"] = (min(of), max(of)) if all(of) else (0, date.max.toordinal())
            yield f"{name}{number}", Profiles.of(block)

    own = engine.hold(blocks("fresh ", sorted(fresh, key=attrgetter("day", "article_id"))), spill.PROFILES)
    rest = engine.hold(blocks("other ", others), spill.PROFILES)
    held = own | rest
    meeting = [
        (a, b) for a, b in (*combinations_with_replacement(own, 2), *product(own, rest)) if _soon(days[a], days[b])
    ]
    found = engine.map(stages.NEAR, [(a, b, held.only({a, b})) for a, b in meeting], None)
    return tuple(sorted({pair for pairs in found for pair in pairs}))


def _soon(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Return whether two spans of days come as near each other as near articles may be."""
    return a[0] - b[1] <= near.WINDOW and b[0] - a[1] <= near.WINDOW


def _meetings(
    pairs: Iterable[tuple[str, str]],
    story_of: Mapping[str, str],
    framed: Held[Frame],
    copies: Mapping[str, tuple[str, ...]],
) -> list[Meeting]:
    """Return pairs that meet between stories by the story of the earlier article, where it has one here."""
    by_story: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        if story_id := story_of.get(pair[0]):
            by_story[story_id].append(pair)
    made = []
    for story_id, of in sorted(by_story.items()):
        ids = sorted({a for pair in of for a in pair})
        made.append(Meeting(story_id, tuple(of), framed.only(ids), {a: copies[a] for a in ids if a in copies}))
    return made


def _read(store: Store, function: Callable[[sqlite3.Connection, Collection[str]], T], ids: Collection[str]) -> T:
    return store.read(lambda conn: function(conn, ids))
