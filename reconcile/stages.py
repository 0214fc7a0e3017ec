"""The stages of a run after extraction, as engines run them: what each is given, and how much at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconcile.engine import Stage
from reconcile.match import across, near, reconciler
from reconcile.match.held import Held
from reconcile.match.near import Profile, Profiles
from reconcile.match.reconciler import Compared, Corpus, Matcher, Meeting, Told
from reconcile.match.slots import Frame

CHARACTERS = 20_000  # of the articles that a worker embeds at once
COMPARED = 100  # pairs of articles that a worker compares at once
PROFILES = 2_048  # in a block: two blocks are held against each other at once


@dataclass(frozen=True, slots=True)
class Framed:
    """An article and its frame."""

    corpus: Corpus
    framed: Held[Frame]


def _framed(matcher: Matcher, parts: Sequence[Corpus]) -> Iterator[Frame]:
    yield from reconciler.frames_of(parts, matcher)


def _length(part: Corpus) -> int:
    return sum(len(a.text) for a in part.articles.values())


def _profiles(_: None, items: Sequence[Framed]) -> Iterator[Profile]:
    for item in items:
        for article_id, article in item.corpus.articles.items():
            sentences, claims = item.corpus.sentences[article_id], item.corpus.claims[article_id]
            yield near.profile(article, sentences, claims, item.framed[article_id].kept)


def _length_framed(item: Framed) -> int:
    return _length(item.corpus)


def _keys(_: None, parts: Sequence[Held[Frame]]) -> Iterator[tuple[str, ...]]:
    for part in parts:
        for frame in part.values():
            yield tuple(sorted(across.keys_of(frame)))


def _near(_: None, blocks: Sequence[tuple[str, str, Held[Profiles]]]) -> Iterator[list[tuple[str, str]]]:
    for first, second, held in blocks:
        yield sorted(set(near.pairs(held[first], held[second])))


def _compared(matcher: Matcher, told: Sequence[Told]) -> Iterator[Compared]:
    for story in told:
        yield reconciler.inside(story, matcher)


def _pairs(told: Told) -> int:
    return len(told.story.article_ids) * (len(told.story.article_ids) - 1) // 2 + 1


def _met(matcher: Matcher, meetings: Sequence[Meeting]) -> Iterator[Compared]:
    for meeting in meetings:
        yield reconciler.between(meeting, matcher)


def _meetings(meeting: Meeting) -> int:
    return len(meeting.pairs)


def _one(_: object) -> int:
    return 1


FRAME = Stage("framing", _framed, _length, CHARACTERS)
PROFILE = Stage("profiling", _profiles, _length_framed, 10 * CHARACTERS)
KEYS = Stage("keys", _keys, _one, 50)
NEAR = Stage("nearness", _near, _one, 1)
COMPARE = Stage("comparing", _compared, _pairs, COMPARED)
MEET = Stage("meeting", _met, _meetings, COMPARED)
