"""Sentences to claims: one claim for the sentence, one for each quantity in it, one for each quotation.

The sentence's own claim carries its times, names and cues; a quantity's claim carries the number, and of the rest
what stands in the same clause. Spans are offsets into the article's part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, TypeVar

from reconcile.claims import entities, metrics, quantities, scope, stance, times, words
from reconcile.model import (
    Article,
    Attribution,
    Claim,
    ClaimKind,
    Cue,
    Direction,
    Entity,
    Polarity,
    Quantity,
    Sentence,
    Span,
    Status,
    TimeRef,
    stable_id,
)

SHORTEST_QUOTATION = 4  # words; fewer are scare quotes or titles
METRIC_WORDS = 6
_BREAK = re.compile(r"[;:()\[\]—–]|, |\s[-|]\s")


class Extractor(Protocol):
    """Anything that turns the kept sentences of one article into claims."""

    name: str
    version: str

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        """Return the article's claims in reading order."""
        ...


@dataclass(frozen=True, slots=True)
class _Reading:
    """Everything found in one sentence, with offsets into the sentence."""

    sentence: Sentence
    quantities: tuple[Quantity, ...]
    times: tuple[TimeRef, ...]
    entities: tuple[Entity, ...]
    cues: tuple[Cue, ...]
    quotations: tuple[stance.Quotation, ...]
    attribution: Attribution | None
    clauses: tuple[Span, ...] = ()  # of the quantities, in their order


class SlotExtractor:
    """The packaged extractor: grammars over the language data files, no model."""

    name = "slots"
    version = "1"

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        self._aliases = {alias.casefold(): name for alias, name in (aliases or {}).items()}

    def extract(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Claim, ...]:
        """Return the claims of one article; sentences that are marked as dropped carry none."""
        kept = [sentence for sentence in sentences if not sentence.dropped]
        names = entities.article_names(kept)
        claims: list[Claim] = []
        topic = ""
        for sentence in kept:
            reading = self._renamed(_read(sentence, article, names))
            subject = reading.entities[0].name if reading.entities else topic
            topic = topic or subject
            claims.extend(self._claims(reading, article, subject or topic))
        return _with_ids(claims)

    def _renamed(self, reading: _Reading) -> _Reading:
        """Give entities the canonical names that the user's aliases ask for."""
        if not self._aliases:
            return reading
        people = (replace(e, name=self._aliases.get(e.name.casefold(), e.name)) for e in reading.entities)
        return replace(reading, entities=tuple(people))

    def _claims(self, reading: _Reading, article: Article, subject: str) -> Iterable[Claim]:
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
            as_of=article.published,
            extractor=f"{self.name}/{self.version}",
        )
        yield _event(base, reading)
        for quantity, clause in zip(reading.quantities, reading.clauses, strict=True):
            yield _measured(base, reading, quantity, clause)
        for quotation in reading.quotations:
            if len(sentence.text[quotation.start : quotation.end].split()) >= SHORTEST_QUOTATION:
                yield _quoted(base, reading, quotation)


def _read(sentence: Sentence, article: Article, names: entities.Names) -> _Reading:
    text, lang = sentence.text, sentence.lang
    found_times = times.find(text, lang, article.published)
    numbers = tuple(
        q for q in quantities.find(text, lang) if not any(_overlap(q, t) and _longer(t, q) for t in found_times)
    )
    found_times = tuple(t for t in found_times if not any(_overlap(q, t) for q in numbers))
    found = entities.find(text, lang, names.known)
    people = tuple(_named(entity, lang, names) for entity in found if not _inside(entity, found_times))
    reading = _Reading(
        sentence=sentence,
        quantities=numbers,
        times=found_times,
        entities=people,
        cues=_cues(text, lang),
        quotations=stance.quotes(text, lang),
        attribution=stance.attribution(text, lang),
    )
    return replace(reading, clauses=tuple(_clause(reading, quantity) for quantity in numbers))


def _named(entity: Entity, lang: str, names: entities.Names) -> Entity:
    """Give a mention its name in the article, or a territory's English name, and the kind its mentions point to."""
    territory = territories(lang).get(entity.raw.casefold())
    name = names.canonical(entity.raw)
    kind = names.kind(name)
    return replace(
        entity, name=territory or name, kind="place" if territory else kind if kind != "other" else entity.kind
    )


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


def _event(base: Claim, reading: _Reading) -> Claim:
    text = reading.sentence.text
    return _filled(
        replace(base, metric=_metric(reading, Span(0, len(text)))),
        reading,
        Span(0, len(text)),
    )


def _measured(base: Claim, reading: _Reading, quantity: Quantity, clause: Span) -> Claim:
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
    base_cue = scope.base(reading.sentence.text, reading.sentence.lang, quantity)
    return replace(filled, cues=(*filled.cues, _shift(base_cue, offset))) if base_cue else filled


def _quoted(base: Claim, reading: _Reading, quotation: stance.Quotation) -> Claim:
    offset = reading.sentence.start
    focus = Span(offset + quotation.start, offset + quotation.end)
    speaker = quotation.speaker
    attribution = Attribution(speaker, "", "named") if speaker else reading.attribution
    claim = replace(base, kind=ClaimKind.QUOTATION, focus=focus, attribution=attribution)
    return _filled(claim, reading, Span(quotation.start, quotation.end))


def _filled(claim: Claim, reading: _Reading, clause: Span, near: int | None = None) -> Claim:
    """Give the claim what stands in the clause; a quantity without a time takes the sentence's times."""
    offset = reading.sentence.start
    cues = tuple(_shift(c, offset) for c in (*_elided(reading, clause), *_within(reading.cues, clause)))
    named = _within(reading.times, clause) or _times_of_all(reading)
    people = _within(reading.entities, clause) or reading.entities
    anchor = offset + (near if near is not None else clause.start)
    directions = sorted((c for c in cues if c.kind == "direction"), key=lambda c: (abs(c.start - anchor), c.start))
    states = [c for c in cues if c.kind == "status"]
    return replace(
        claim,
        cues=cues,
        times=tuple(_shift(t, offset) for t in named),
        entities=tuple(_shift(e, offset) for e in people),
        places=tuple(dict.fromkeys(e.name for e in people if e.kind == "place")),
        direction=Direction(directions[0].value) if directions else None,
        polarity=stance.polarity(reading.sentence.text, reading.sentence.lang, clause) or Polarity.AFFIRMED,
        status=Status(states[0].value) if states else None,
    )


def _elided(reading: _Reading, clause: Span) -> tuple[Cue, ...]:
    """The metric named last before a clause that names none ("profit rose 9% in May and 4% in June")."""
    if any(c.kind == "metric" for c in _within(reading.cues, clause)):
        return ()
    return tuple(c for c in reading.cues if c.kind == "metric" and c.end <= clause.start)[-1:]


def _times_of_all(reading: _Reading) -> tuple[TimeRef, ...]:
    """The sentence's times that do not stand in the clause of one of its quantities alone."""
    if len(reading.quantities) < 2:
        return reading.times
    return tuple(t for t in reading.times if not any(_inside_span(t, clause) for clause in reading.clauses))


def _clause(reading: _Reading, quantity: Quantity) -> Span:
    """The words around a quantity up to the nearest break; a joining word is one where a quantity lies beyond."""
    text, lang = reading.sentence.text, reading.sentence.lang
    others = [q for q in reading.quantities if q is not quantity]
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


def _subject(reading: _Reading, quantity: Quantity, clause: Span) -> str:
    before = [e for e in reading.entities if clause.start <= e.start < quantity.start]
    after = [e for e in reading.entities if quantity.end <= e.start < clause.end]
    people = [e for e in before if e.kind in ("person", "org", "other")] or before
    if people:
        return people[0].name
    return after[0].name if after and not reading.entities[0].start < clause.start else ""


def _metric(reading: _Reading, clause: Span) -> str:
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


_Item = TypeVar("_Item", TimeRef, Entity, Cue)


def _shift(item: _Item, offset: int) -> _Item:
    return replace(item, start=item.start + offset, end=item.end + offset)


def _overlap(a: Quantity, b: TimeRef) -> bool:
    return a.start < b.end and b.start < a.end


def _longer(a: TimeRef, b: Quantity) -> bool:
    return a.end - a.start >= b.end - b.start


def _inside(entity: Entity, spans: Sequence[TimeRef]) -> bool:
    return any(span.start < entity.end and entity.start < span.end for span in spans)


def _within(items: tuple[_Item, ...], span: Span) -> tuple[_Item, ...]:
    return tuple(item for item in items if _inside_span(item, span))


def _inside_span(item: TimeRef | Entity | Cue, span: Span) -> bool:
    return span.start <= item.start and item.end <= span.end
