"""Sentences to claims: one claim for the sentence, one for each quantity in it, one for each quotation.

The sentence's own claim carries its times, names and cues; a quantity's claim carries the number, and of the rest
what stands in the same clause. Spans are offsets into the article's part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol, TypeVar

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
        for reading in readings:
            actors = _actors(reading.entities)
            claims.extend(self._claims(reading, article, actors[0].name if actors else topic))
        return _with_ids(claims)

    def _renamed(self, reading: Reading) -> Reading:
        """Give entities the canonical names that the user's aliases ask for."""
        if not self._aliases:
            return reading
        people = (replace(e, name=self._aliases.get(e.name.casefold(), e.name)) for e in reading.entities)
        filled = (replace(p, name=self._aliases.get(p.name.casefold(), p.name)) for p in reading.participants)
        return replace(reading, entities=tuple(people), participants=tuple(filled))

    def _claims(self, reading: Reading, article: Article, subject: str) -> Iterable[Claim]:
        sentence = reading.sentence
        base = Claim(
            claim_id="",
            article_id=article.article_id,
            sentence_id=sentence.sentence_id,
            part=sentence.part,
            start=sentence.start,
            end=sentence.end,
            quote=sentence.text,
            focus=Span(sentence.start, sentence.end),
            kind=ClaimKind.EVENT,
            lang=sentence.lang,
            subject=subject,
            attribution=reading.attribution,
            worth=round(worthiness.score(sentence.text, sentence.lang), 3),
            as_of=article.published,
            extractor=f"{self.name}/{self.version}",
        )
        yield _event(base, reading)
        for quantity, clause in zip(reading.quantities, reading.clauses, strict=True):
            yield _measured(base, reading, quantity, clause)
        for quotation in reading.quotations:
            if len(sentence.text[quotation.start : quotation.end].split()) >= SHORTEST_QUOTATION:
                yield _quoted(base, reading, quotation)


def _event(base: Claim, reading: Reading) -> Claim:
    text = reading.sentence.text
    return _filled(
        replace(base, metric=_metric(reading, Span(0, len(text)))),
        reading,
        Span(0, len(text)),
    )


def _measured(base: Claim, reading: Reading, quantity: Quantity, clause: Span) -> Claim:
    offset = reading.sentence.start
    subject = _subject(reading, quantity, clause) or base.subject
    claim = replace(
        base,
        kind=ClaimKind.QUANTITY,
        focus=Span(offset + quantity.start, offset + quantity.end),
        subject=subject,
        metric=_metric(reading, clause),
        quantity=replace(quantity, start=offset + quantity.start, end=offset + quantity.end),
    )
    filled = _filled(claim, reading, clause, near=quantity.start)
    text, lang = reading.sentence.text, reading.sentence.lang
    found = (
        scope.base(text, lang, quantity, reading.times),
        scope.against(text, lang, quantity, reading.times, published=base.as_of),
    )
    return replace(filled, cues=(*filled.cues, *(_shift(cue, offset) for cue in found if cue)))


def _quoted(base: Claim, reading: Reading, quotation: stance.Quotation) -> Claim:
    offset = reading.sentence.start
    focus = Span(offset + quotation.start, offset + quotation.end)
    named = quotation.kind == "named" and quotation.speaker
    attribution = Attribution(quotation.speaker, quotation.cue, quotation.kind) if named else reading.attribution
    claim = replace(base, kind=ClaimKind.QUOTATION, focus=focus, attribution=attribution)
    return _filled(claim, reading, Span(quotation.start, quotation.end))


def _filled(claim: Claim, reading: Reading, clause: Span, near: int | None = None) -> Claim:
    """Give the claim what stands in the clause; a quantity without a time takes the sentence's times."""
    offset = reading.sentence.start
    cues = tuple(_shift(c, offset) for c in (*_elided(reading, clause), *_within(reading.cues, clause)))
    near_by = _within(reading.entities, clause) or reading.entities
    places = tuple(e for e in reading.entities if e.kind == "place" and _is_of(e, reading, clause))
    people = tuple(e for e in reading.entities if e in places or (e in near_by and e.kind != "place"))
    anchor = offset + (near if near is not None else clause.start)
    directions = sorted((c for c in cues if c.kind == "direction"), key=lambda c: (abs(c.start - anchor), c.start))
    states = [c for c in cues if c.kind == "status"]
    made = replace(
        claim,
        cues=cues,
        times=tuple(_shift(t, offset) for t in _times(reading, clause)),
        entities=tuple(_shift(e, offset) for e in people),
        places=tuple(dict.fromkeys(e.name for e in places)),
        direction=Direction(directions[0].value) if directions else None,
        participants=tuple(_shift(p, offset) for p in _within(reading.participants, clause)),
        polarity=stance.polarity(reading.sentence.text, reading.sentence.lang, clause),
        modality=modality.of(reading.sentence.text, reading.sentence.lang, clause),
        status=Status(states[0].value) if states else None,
    )
    return replace(made, status=Status.PLANNED) if _planned_by_time(made) else made


def _elided(reading: Reading, clause: Span) -> tuple[Cue, ...]:
    """The metric named last before a clause that names none ("profit rose 9% in May and 4% in June")."""
    if any(c.kind == "metric" for c in _within(reading.cues, clause)):
        return ()
    return tuple(c for c in reading.cues if c.kind == "metric" and c.end <= clause.start)[-1:]


def _times(reading: Reading, clause: Span) -> tuple[TimeRef, ...]:
    """The times of a clause, and when the sentence was said, in printed order."""
    said = tuple(t for t in reading.times if t.kind == "reported")
    own = _of_clause(tuple(t for t in reading.times if t.kind != "reported"), reading, clause)
    return tuple(sorted((*own, *said), key=lambda t: (t.start, t.end)))


def _is_of(item: Entity, reading: Reading, clause: Span) -> bool:
    """Return whether a place is of the clause or of no quantity alone, so of the whole sentence."""
    return _inside_span(item, clause) or _is_apart(item, reading)


def _is_apart(item: TimeRef | Entity | Cue | Participant, reading: Reading) -> bool:
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


def _planned_by_time(claim: Claim) -> bool:
    """What has no word of status and happens after the day of publication is planned."""
    day = (claim.as_of or "")[:10]
    events = [t for t in claim.times if t.kind != "reported" and t.low]
    return bool(day and events) and claim.status is None and all(str(t.low) > day for t in events)


def _metric(reading: Reading, clause: Span) -> str:
    """A few content words of the clause that are not names, numbers or times: what is measured, in printed order."""
    taken = [(e.start, e.end) for e in reading.entities]
    taken += [(q.start, q.end) for q in reading.quantities] + [(t.start, t.end) for t in reading.times]
    found = [
        word
        for start, end, word in words.content(reading.sentence.text, reading.sentence.lang)
        if clause.start <= start and end <= clause.end and not any(x < end and start < y for x, y in taken)
    ]
    return " ".join(found[:METRIC_WORDS])


def _with_ids(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Ids from article, sentence and deciding words; a repeat of all three counts up."""
    seen: Counter[tuple[str, ...]] = Counter()
    made = []
    for claim in claims:
        text = claim.quote[claim.focus.start - claim.start : claim.focus.end - claim.start]
        key = (claim.article_id, claim.sentence_id, claim.kind.value, text)
        made.append(replace(claim, claim_id=stable_id("claim", *key, str(seen[key]))))
        seen[key] += 1
    return tuple(made)


_Item = TypeVar("_Item", TimeRef, Entity, Cue, Participant)


def _shift(item: _Item, offset: int) -> _Item:
    return _moved(item, offset)  # type: ignore[return-value]


@lru_cache(maxsize=4096)  # every claim of a sentence asks for the same
def _moved(item: TimeRef | Entity | Cue | Participant, offset: int) -> TimeRef | Entity | Cue | Participant:
    return replace(item, start=item.start + offset, end=item.end + offset)


def _within(items: tuple[_Item, ...], span: Span) -> tuple[_Item, ...]:
    return tuple(item for item in items if _inside_span(item, span))


def _inside_span(item: TimeRef | Entity | Cue | Participant, span: Span) -> bool:
    return span.start <= item.start and item.end <= span.end
