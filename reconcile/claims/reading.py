"""Everything found in one sentence, before it is dealt out to claims: numbers, times, names, roles, cues, quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from reconcile.claims import entities, metrics, quantities, roles, scope, stance, times
from reconcile.claims.naming import geography
from reconcile.model import (
    Article,
    Attribution,
    Cue,
    Direction,
    Entity,
    Participant,
    Quantity,
    Sentence,
    Span,
    TimeRef,
)

_BREAK = re.compile(r"[;:()\[\]—–]|, |\s[-|]\s")


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything found in one sentence, with offsets into the sentence."""

    sentence: Sentence
    quantities: tuple[Quantity, ...]
    times: tuple[TimeRef, ...]
    entities: tuple[Entity, ...]
    participants: tuple[Participant, ...]
    cues: tuple[Cue, ...]
    quotations: tuple[stance.Quotation, ...]
    attribution: Attribution | None
    clauses: tuple[Span, ...] = ()  # of the quantities, in their order


@dataclass(frozen=True, slots=True)
class Context:
    """What the article as a whole tells of its sentences: its names, who pronouns stand for, who speaks.

    ``holders``: the place that the article says holds a place, by key of its name.
    """

    article: Article
    names: entities.Names
    mentions: Mapping[str, tuple[Entity, ...]]
    speakers: Mapping[str, Attribution]
    holders: Mapping[str, str]


def read(sentence: Sentence, context: Context) -> Reading:
    """Return what is found in a sentence of an article."""
    text, lang, names = sentence.text, sentence.lang, context.names
    found_times = times.find(text, lang, context.article.published)
    numbers = tuple(
        q for q in quantities.find(text, lang) if not any(_overlap(q, t) and _longer(t, q) for t in found_times)
    )
    found_times = tuple(t for t in found_times if not any(_overlap(q, t) for q in numbers))
    found = (e for e in entities.find(text, lang, names.known) if not _inside(e, found_times))
    people = _merged((_named(e, lang, context) for e in found), context.mentions.get(sentence.sentence_id, ()))
    people, participants = _told_apart(text, lang, people)
    return Reading(
        sentence=sentence,
        quantities=numbers,
        times=found_times,
        entities=people,
        participants=participants,
        cues=_cues(text, lang),
        quotations=tuple(
            replace(q, speaker=names.canonical(q.speaker)) if q.speaker else q for q in stance.quotes(text, lang)
        ),
        attribution=context.speakers.get(sentence.sentence_id),
        clauses=tuple(_clause(text, lang, numbers, quantity) for quantity in numbers),
    )


def _told_apart(text: str, lang: str, people: tuple[Entity, ...]) -> tuple[tuple[Entity, ...], tuple[Participant, ...]]:
    """Return names and mentions with the parts they fill.

    Nobody buys, beats or replaces himself: a mention that is no name ("the chain") is not who already fills another
    part of the event, and is taken back.
    """
    filled = roles.find(text, lang, people)
    twice = {
        (p.start, p.end)
        for p in filled
        if any(o.event == p.event and o.role != p.role and o.name == p.name and o.start != p.start for o in filled)
    }
    apart = tuple(e for e in people if (e.start, e.end) not in twice or e.raw[:1].isupper())
    return (people, filled) if len(apart) == len(people) else (apart, roles.find(text, lang, apart))


def _merged(named: Iterable[Entity], mentioned: Iterable[Entity]) -> tuple[Entity, ...]:
    """Join names and mentions that are no names, in order; a mention that overlaps a name gives way."""
    kept = list(named)
    kept += [m for m in mentioned if not any(m.start < e.end and e.start < m.end for e in kept)]
    return tuple(sorted(kept, key=lambda e: (e.start, e.end)))


def _named(entity: Entity, lang: str, context: Context) -> Entity:
    """Give a mention its name in the article, or a territory's English name, and the kind its mentions point to."""
    territory = territories(lang).get(entity.raw.casefold())
    name = context.names.canonical(entity.raw)
    kind = context.names.kind(name)
    kind = "place" if territory else kind if kind != "other" else entity.kind
    within = geography.within(territory or name, context.holders) if kind == "place" else ""
    return Entity(entity.start, entity.end, entity.raw, territory or name, kind, within)


@lru_cache(maxsize=64)
def territories(lang: str) -> Mapping[str, str]:
    """Return the English name of each country and continent by its name in a language, lower-case."""
    from babel import Locale, UnknownLocaleError

    english = Locale("en").territories
    try:
        local = Locale({"tl": "fil"}.get(lang, lang)).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {str(name).casefold(): str(english.get(code, name)) for code, name in local.items()}


def _cues(text: str, lang: str) -> tuple[Cue, ...]:
    found = [
        Cue(c.start, c.end, c.raw, "direction" if c.value in tuple(Direction) else "outcome", c.value)
        for c in stance.direction(text, lang)
    ]
    found += [Cue(p.start, p.end, p.raw, "pole", "+" if p.sign > 0 else "-", p.group) for p in stance.poles(text, lang)]
    found += [Cue(s.start, s.end, s.raw, "status", str(s.value)) for s in stance.status(text, lang)]
    found += [*scope.find(text, lang), *metrics.find(text, lang)]
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end, cue.kind, cue.group)))


def _clause(text: str, lang: str, numbers: Sequence[Quantity], quantity: Quantity) -> Span:
    """The words around a quantity up to the nearest break; a joining word is one where a quantity lies beyond."""
    others = [q for q in numbers if q is not quantity]
    left = max((m.end() for m in _BREAK.finditer(text, 0, quantity.start)), default=0)
    right = next((m.start() for m in _BREAK.finditer(text, quantity.end)), len(text))
    if not any(q.end <= left for q in others) and len(text[left : quantity.start].split()) < 4:
        left = max((m.end() for m in re.finditer(r"[;:—–] ?", text[: quantity.start])), default=0)
    for start, end in scope.joins(text, lang):
        if end <= quantity.start and any(left <= q.start and q.end <= start for q in others):
            left = max(left, end)
        if start >= quantity.end and any(end <= q.start and q.end <= right for q in others):
            right = min(right, start)
    return Span(left, right)


def _overlap(a: Quantity, b: TimeRef) -> bool:
    return a.start < b.end and b.start < a.end


def _longer(a: TimeRef, b: Quantity) -> bool:
    return a.end - a.start >= b.end - b.start


def _inside(entity: Entity, spans: Sequence[TimeRef]) -> bool:
    return any(span.start < entity.end and entity.start < span.end for span in spans)
