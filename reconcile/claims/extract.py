"""Sentences to claims: one claim for the sentence, one for each quantity in it, one for each quotation.

The sentence's own claim carries its times, names and cues; a quantity's claim carries the number, and of the rest
what stands in the same clause. Spans are offsets into the article's part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from reconcile.claims import entities, mentions, modality, scope, stance, words, worthiness
from reconcile.claims.naming import nesting
from reconcile.claims.reading import Context, Reading, read
from reconcile.model import (
    Article,
    Attribution,
    Claim,
    ClaimKind,
    Cue,
    Direction,
    Entity,
    Participant,
    Quantity,
    Sentence,
    Span,
    Status,
    TimeRef,
    stable_id,
)

SHORTEST_QUOTATION = 4  # words; fewer are scare quotes or titles
METRIC_WORDS = 6
_Fields = dict[str, Any]  # of a claim, by name
_Found = TimeRef | Entity | Cue | Participant | Quantity


class Extractor(Protocol):
    """Anything that turns the kept sentences of one article into claims."""

    name: str
    version: str

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        """Return the article's claims in reading order."""
        ...


class SlotExtractor:
    """The packaged extractor: grammars over the language data files, no model."""

    name = "slots"
    version = "2"

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        self._aliases = {alias.casefold(): name for alias, name in (aliases or {}).items()}

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        """Return the claims of one article; sentences that are marked as dropped carry none."""
        kept = [sentence for sentence in sentences if not sentence.dropped]
        names = entities.article_names(kept)
        mentioned = mentions.resolve(kept, names)
        speakers = stance.speakers(kept, names, mentioned)
        context = Context(article, names, mentioned, speakers, nesting.stated(kept, names))
        readings = [self._renamed(read(sentence, context)) for sentence in kept]
        topic = _topic(readings)
        claims: list[Claim] = []
        seen: Counter[tuple[str, ...]] = Counter()
        for reading in readings:
            actors = _actors(reading.entities)
            shared = self._shared(reading, article, actors[0].name if actors else topic)
            claims.extend(_numbered({**shared, **own}, seen) for own in _claims(reading, shared))
        return tuple(claims)

    def _renamed(self, reading: Reading) -> Reading:
        """Give entities the canonical names that the user's aliases ask for."""
        if not self._aliases:
            return reading
        people = (replace(e, name=self._aliases.get(e.name.casefold(), e.name)) for e in reading.entities)
        filled = (replace(p, name=self._aliases.get(p.name.casefold(), p.name)) for p in reading.participants)
        return replace(reading, entities=tuple(people), participants=tuple(filled))

    def _shared(self, reading: Reading, article: Article, subject: str) -> _Fields:
        """What all claims of a sentence have in common, unless they say otherwise."""
        sentence = reading.sentence
        return {
            "article_id": article.article_id,
            "sentence_id": sentence.sentence_id,
            "part": sentence.part,
            "start": sentence.start,
            "end": sentence.end,
            "quote": sentence.text,
            "lang": sentence.lang,
            "subject": subject,
            "attribution": reading.attribution,
            "worth": round(worthiness.score(sentence.text, sentence.lang), 3),
            "as_of": article.published,
            "extractor": f"{self.name}/{self.version}",
        }


def _claims(reading: Reading, shared: _Fields) -> Iterator[_Fields]:
    """Yield the fields of each claim of a sentence that are its own."""
    sentence, free = reading.sentence, _free_words(reading)
    whole = Span(0, len(sentence.text))
    focus = Span(sentence.start, sentence.end)
    yield {
        "kind": ClaimKind.EVENT, "focus": focus, "metric": _metric(free, whole), **_filled(reading, whole, shared),
    }  # fmt: skip
    for quantity, clause in zip(reading.quantities, reading.clauses, strict=True):
        yield {"metric": _metric(free, clause), **_measured(reading, shared, quantity, clause)}
    for quotation in reading.quotations:
        if len(sentence.text[quotation.start : quotation.end].split()) >= SHORTEST_QUOTATION:
            yield _quoted(reading, shared, quotation)


def _measured(reading: Reading, shared: _Fields, quantity: Quantity, clause: Span) -> _Fields:
    offset, text, lang = reading.sentence.start, reading.sentence.text, reading.sentence.lang
    filled = _filled(reading, clause, shared, near=quantity.start)
    found = (
        scope.base(text, lang, quantity, reading.times),
        scope.against(text, lang, quantity, reading.times, published=shared["as_of"]),
    )
    filled["cues"] += tuple(_shift(cue, offset) for cue in found if cue)
    start, end = offset + quantity.start, offset + quantity.end
    return {
        "kind": ClaimKind.QUANTITY,
        "focus": Span(start, end),
        "subject": _subject(reading, quantity, clause) or shared["subject"],
        "quantity": _shift(quantity, offset),
        **filled,
    }


def _quoted(reading: Reading, shared: _Fields, quotation: stance.Quotation) -> _Fields:
    offset = reading.sentence.start
    named = quotation.kind == "named" and quotation.speaker
    attribution = Attribution(quotation.speaker, quotation.cue, quotation.kind) if named else reading.attribution
    return {
        "kind": ClaimKind.QUOTATION,
        "focus": Span(offset + quotation.start, offset + quotation.end),
        "attribution": attribution,
        **_filled(reading, Span(quotation.start, quotation.end), shared),
    }


def _filled(reading: Reading, clause: Span, shared: _Fields, near: int | None = None) -> _Fields:
    """What stands in the clause; a quantity without a time takes the sentence's times."""
    offset, text, lang = reading.sentence.start, reading.sentence.text, reading.sentence.lang
    part = reading if clause == Span(0, len(text)) else _part(reading, clause)
    cues = tuple([_shift(c, offset) for c in part.cues])
    times = tuple([_shift(t, offset) for t in sorted(part.times, key=lambda t: (t.start, t.end))])
    anchor = offset + (near if near is not None else clause.start)
    directions = [c for c in cues if c.kind == "direction"]
    states = [c for c in cues if c.kind == "status"]
    nearest = min(directions, key=lambda c: (abs(c.start - anchor), c.start), default=None)
    status = Status(states[0].value) if states else Status.PLANNED if _planned(times, shared["as_of"]) else None
    return {
        "cues": cues,
        "times": times,
        "entities": tuple([_shift(e, offset) for e in part.entities]),
        "places": tuple(dict.fromkeys([e.name for e in part.entities if e.kind == "place"])),
        "direction": Direction(nearest.value) if nearest else None,
        "participants": tuple([_shift(p, offset) for p in part.participants]),
        "polarity": stance.polarity(text, lang, clause),
        "modality": modality.of(text, lang, clause),
        "status": status,
    }


def _part(reading: Reading, clause: Span) -> Reading:
    """What of a sentence belongs to a clause of it."""
    inside = _within(reading.entities, clause)
    people = tuple(
        [
            e
            for e in reading.entities
            if (_is_of(e, reading, clause) if e.kind == "place" else not inside or e in inside)
        ]
    )
    return Reading(
        reading.sentence,
        reading.quantities,
        _times(reading, clause),
        people,
        _within(reading.participants, clause),
        (*_elided(reading, clause), *_within(reading.cues, clause)),
        reading.quotations,
        reading.attribution,
        reading.clauses,
    )


def _elided(reading: Reading, clause: Span) -> tuple[Cue, ...]:
    """The metric named last before a clause that names none ("profit rose 9% in May and 4% in June")."""
    if any(c.kind == "metric" for c in _within(reading.cues, clause)):
        return ()
    return tuple(c for c in reading.cues if c.kind == "metric" and c.end <= clause.start)[-1:]


def _times(reading: Reading, clause: Span) -> tuple[TimeRef, ...]:
    """The times of a clause, and when the sentence was said."""
    said = tuple(t for t in reading.times if t.kind == "reported")
    own = _of_clause(tuple(t for t in reading.times if t.kind != "reported"), reading, clause)
    return (*own, *said)


def _is_of(item: Entity, reading: Reading, clause: Span) -> bool:
    """Return whether a place is of the clause or of no quantity alone, so of the whole sentence."""
    return _inside_span(item, clause) or _is_apart(item, reading)


def _is_apart(item: _Found, reading: Reading) -> bool:
    return not any(_inside_span(item, clause) for clause in reading.clauses)


def _of_clause(items: tuple[_Item, ...], reading: Reading, clause: Span) -> tuple[_Item, ...]:
    """Those in a clause; if none, those in no clause of a quantity alone; if none, the last before it."""
    apart = tuple(t for t in items if _is_apart(t, reading))
    return _within(items, clause) or apart or tuple(t for t in items if t.end <= clause.start)[-1:]


def _subject(reading: Reading, quantity: Quantity, clause: Span) -> str:
    """Who the number is of: the actor in its clause, else the last one named since the number before."""
    before = [e for e in reading.entities if clause.start <= e.start < quantity.start]
    after = [e for e in reading.entities if quantity.end <= e.start < clause.end]
    people = _actors(before) or before
    if people:
        return people[0].name
    since = max((q.end for q in reading.quantities if q.end <= quantity.start), default=0)
    since_then = _actors(e for e in reading.entities if since <= e.start < clause.start)
    if since and since_then:
        return since_then[-1].name
    return after[0].name if after and not reading.entities[0].start < clause.start else ""


def _topic(readings: Sequence[Reading]) -> str:
    """The actor named first in the headline or else most often; people and organisations first; else any name."""
    named = [
        (r.sentence.part == "title", e.kind in ("person", "org"), e.name) for r in readings for e in _actors(r.entities)
    ]
    headline = sorted((n for n in named if n[0]), key=lambda n: not n[1])
    if headline:
        return headline[0][2]
    counts = Counter((sure, name) for _, sure, name in named)
    if counts:
        return max(counts, key=lambda key: (key[0], counts[key]))[1]
    return next((e.name for r in readings for e in r.entities), "")


def _actors(found: Iterable[Entity]) -> list[Entity]:
    """Those that may do something: neither places nor things."""
    return [e for e in found if e.kind in ("person", "org", "other")]


def _planned(times: Sequence[TimeRef], as_of: str | None) -> bool:
    """What has no word of status and happens after the day of publication is planned."""
    day = (as_of or "")[:10]
    events = [t for t in times if t.kind != "reported" and t.low]
    return bool(day and events) and all(str(t.low) > day for t in events)


def _free_words(reading: Reading) -> list[tuple[int, int, str]]:
    """The content words of a sentence that are not names, numbers or times."""
    taken = bytearray(len(reading.sentence.text))
    spans = [(e.start, e.end) for e in reading.entities]
    spans += [(q.start, q.end) for q in reading.quantities] + [(t.start, t.end) for t in reading.times]
    for start, end in spans:
        taken[start:end] = b"x" * (end - start)
    return [
        word
        for word in words.content(reading.sentence.text, reading.sentence.lang)
        if taken.find(b"x", word[0], word[1]) < 0
    ]


def _metric(free: Iterable[tuple[int, int, str]], clause: Span) -> str:
    """A few free words of the clause: what is measured, in printed order."""
    return " ".join([word for start, end, word in free if clause.start <= start and end <= clause.end][:METRIC_WORDS])


def _numbered(fields: _Fields, seen: Counter[tuple[str, ...]]) -> Claim:
    """A claim with its id, from article, sentence and deciding words; a repeat of all three counts up."""
    start, focus = fields["start"], fields["focus"]
    text = fields["quote"][focus.start - start : focus.end - start]
    key = (fields["article_id"], fields["sentence_id"], fields["kind"].value, text)
    number = seen[key]
    seen[key] += 1
    return Claim(claim_id=stable_id("claim", *key, str(number)), **fields)


_Item = TypeVar("_Item", TimeRef, Entity, Cue, Participant, Quantity)


def _shift(item: _Item, offset: int) -> _Item:
    """The same item so many characters further on; made anew, as ``dataclasses.replace`` takes four times as long."""
    if not offset:
        return item
    start, end = item.start + offset, item.end + offset
    made: _Found
    if isinstance(item, Cue):
        made = Cue(start, end, item.raw, item.kind, item.value, item.group)
    elif isinstance(item, Entity):
        made = Entity(start, end, item.raw, item.name, item.kind, item.within)
    elif isinstance(item, Participant):
        made = Participant(start, end, item.raw, item.event, item.role, item.name)
    elif isinstance(item, Quantity):
        q = item
        made = Quantity(start, end, q.raw, q.low, q.high, q.step, q.unit, q.dimension, q.hedge, q.noun, q.per)
    else:
        made = TimeRef(start, end, item.raw, item.low, item.high, item.granularity, item.kind)
    return made


def _within(items: tuple[_Item, ...], span: Span) -> tuple[_Item, ...]:
    start, end = span.start, span.end
    return tuple([item for item in items if start <= item.start and item.end <= end])


def _inside_span(item: _Found, span: Span) -> bool:
    return span.start <= item.start and item.end <= span.end
