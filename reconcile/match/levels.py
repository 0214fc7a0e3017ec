"""Pure predicates over a pairing: how alike the questions, names, words and cues of two slots are. All symmetric.

Those over numbers, dates and times of report are in ``values.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from reconcile.claims import entities, words
from reconcile.match.declare import Pairing, Predicate
from reconcile.match.slots import Slot
from reconcile.model import Claim, Cue, Direction, Entity, Field, Modality, Status

SAME_NAME = 0.85
NEAR = 32  # characters on either side of a slot
_FIGURE = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d(?![\d.,]*\d))\d[\d.,\u00a0\u202f]*\d")  # no year alone
OPPOSITE = {("up", "down"), ("down", "up"), ("win", "lose"), ("lose", "win")}


def both(test: Callable[[Slot], bool]) -> Predicate:
    """Hold when both sides pass."""
    return lambda p: test(p.a) and test(p.b)


def either(test: Callable[[Slot], bool]) -> Predicate:
    """Hold when at least one side passes."""
    return lambda p: test(p.a) or test(p.b)


def at_least(measure: Callable[[Pairing], float], floor: float) -> Predicate:
    """Hold when a measure of the pair reaches a floor."""
    return lambda p: measure(p) >= floor


# Likeness of the questions -------------------------------------------------------------------------------------


def sentence_likeness(p: Pairing) -> float:
    """Return the likeness of the two sentences in standard deviations."""
    return p.like.sentence


def clause_likeness(p: Pairing) -> float:
    """Return the likeness of the clauses around the two slots in standard deviations."""
    return p.like.clause


def slot_likeness(p: Pairing) -> float:
    """Return the likeness of the two slots' roles in standard deviations."""
    return p.like.slot


def nearest_both(p: Pairing) -> bool:
    """Each slot is the other article's nearest to the other."""
    return p.like.rank_a == 0 and p.like.rank_b == 0


def nearest_one(p: Pairing) -> bool:
    """One slot is the nearest of the other."""
    return p.like.rank_a == 0 or p.like.rank_b == 0


def lead(p: Pairing) -> float:
    """Return how far the pair is ahead of the next best."""
    return p.like.lead


# Names, words, numbers around the slot ---------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def other_names(slot: Slot) -> tuple[str, ...]:
    """Return the names in the claim apart from the slot's own words."""
    return tuple(
        dict.fromkeys(e.name for e in slot.claim.entities if not (slot.span.start < e.end and e.start < slot.span.end))
    )


@lru_cache(maxsize=65536)
def names_alike(a: str, b: str) -> bool:
    """Return whether two names are one."""
    return a == b or entities.same(a, b) >= SAME_NAME


def shared_names(p: Pairing) -> float:
    """Return the share of the shorter list of names that the other side has too."""
    a, b = other_names(p.a), other_names(p.b)
    if not a or not b:
        return -1.0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return sum(any(names_alike(x, y) for y in long) for x in short) / len(short)


def same_subject(p: Pairing) -> bool:
    """The claims' subjects are one name."""
    return bool(p.a.claim.subject and p.b.claim.subject) and names_alike(
        *sorted((p.a.claim.subject, p.b.claim.subject))
    )


@lru_cache(maxsize=65536)
def stems_around(slot: Slot) -> frozenset[str]:
    """Return the stems of the content words around a slot."""
    claim = slot.claim
    start, end = slot.span.start - claim.start, slot.span.end - claim.start
    if _inside_word(claim.quote, start) or _inside_word(claim.quote, end):
        return words.stems(claim.quote[:start], claim.lang) | words.stems(claim.quote[end:], claim.lang)
    return frozenset(stem for at, to, stem in _content(claim.quote, claim.lang) if to <= start or end <= at)


@lru_cache(maxsize=65536)
def _content(text: str, lang: str) -> tuple[tuple[int, int, str], ...]:
    """Return the places and stems of the content words of a sentence: it has many slots."""
    return tuple((at, to, words.stem(word)) for at, to, word in words.content(text, lang))


def _inside_word(text: str, at: int) -> bool:
    """Return whether a word may go on over a place."""
    return 0 < at < len(text) and all(char.isalnum() or char in "'’-" for char in text[at - 1 : at + 1])


@lru_cache(maxsize=65536)
def near_stems(slot: Slot) -> frozenset[str]:
    """Return the stems of the content words beside a slot in its clause, at most NEAR away, names left out."""
    clause, claim = slot.clause, slot.claim
    start, end = slot.span.start - claim.start, slot.span.end - claim.start
    low, high = max(clause.start, start - NEAR), min(clause.end, end + NEAR)
    names = [(e.start - claim.start, e.end - claim.start) for e in claim.entities]
    return frozenset(
        stem
        for at, to, stem in _content(claim.quote, claim.lang)
        if low <= at and to <= high and not (start < to and at < end) and not any(x < to and at < y for x, y in names)
    )


def near_words_shared(p: Pairing) -> int:
    """Return how many content stems beside one slot stand beside the other; -1 across languages or if there is none."""
    a, b = near_stems(p.a), near_stems(p.b)
    if p.a.claim.lang != p.b.claim.lang or not a or not b:
        return -1
    return len(a & b)


def near_words_in_other(p: Pairing) -> bool:
    """A content stem beside one slot stands somewhere in the other sentence."""
    return bool(near_stems(p.a) & stems_around(p.b)) or bool(near_stems(p.b) & stems_around(p.a))


def shared_words(p: Pairing) -> int:
    """Return how many content stems the two sentences share outside the slots; -1 across languages."""
    if p.a.claim.lang != p.b.claim.lang:
        return -1
    return len(stems_around(p.a) & stems_around(p.b))


def shared_word_ratio(p: Pairing) -> float:
    """Return shared content stems as a share of the shorter sentence's."""
    a, b = stems_around(p.a), stems_around(p.b)
    return len(a & b) / min(len(a), len(b)) if a and b and p.a.claim.lang == p.b.claim.lang else 0.0


@lru_cache(maxsize=65536)
def figures_around(slot: Slot) -> frozenset[str]:
    """Return the significant digits of the figures that a sentence prints outside the slot, where there are two."""
    claim = slot.claim
    start, end = slot.span.start - claim.start, slot.span.end - claim.start
    outside = (found for found in _FIGURE.finditer(claim.quote) if found.end() <= start or end <= found.start())
    digits = ("".join(filter(str.isdecimal, found.group())).strip("0") for found in outside)
    return frozenset(each for each in digits if len(each) > 1)


def figures_missing(p: Pairing) -> bool:
    """A side prints no other figure."""
    return not figures_around(p.a) or not figures_around(p.b)


def figures_shared(p: Pairing) -> bool:
    """Both sentences print the same figure beside the slots."""
    return bool(figures_around(p.a) & figures_around(p.b))


# Cues -------------------------------------------------------------------------------------------------------------


def cues_of(p: Pairing) -> tuple[Cue, Cue] | None:
    """Return the two cues of a direction, pole or status pairing."""
    a, b = p.a.answer, p.b.answer
    return (a, b) if isinstance(a, Cue) and isinstance(b, Cue) else None


def opposite(p: Pairing) -> bool:
    """Up against down, win against lose."""
    found = cues_of(p)
    return found is not None and (found[0].value, found[1].value) in OPPOSITE


def same_cue(p: Pairing) -> bool:
    """Both cues have one value."""
    found = cues_of(p)
    return found is not None and found[0].value == found[1].value


def flat_against_change(p: Pairing) -> bool:
    """Unchanged against up or down."""
    found = cues_of(p)
    return found is not None and Direction.FLAT.value in (found[0].value, found[1].value)


def done_against_planned(p: Pairing) -> bool:
    """Completed or under way on one side, planned or rumoured on the other."""
    found = cues_of(p)
    if found is None:
        return False
    values = {found[0].value, found[1].value}
    return bool(values & {Status.COMPLETED, Status.UNDER_WAY}) and bool(values & {Status.PLANNED, Status.RUMOURED})


def shares_cue(kind: str) -> Predicate:
    """Hold when both claims have a cue of this kind and of the same group and value."""
    return lambda p: bool(_cues(p.a.claim, kind) & _cues(p.b.claim, kind))


def opposes_cue(kind: str) -> Predicate:
    """Hold when the claims have opposite cues of this kind."""
    flip = {"up": "down", "down": "up", "win": "lose", "lose": "win", "+": "-", "-": "+"}
    return lambda p: any((g, flip.get(v, "")) in _cues(p.b.claim, kind) for g, v in _cues(p.a.claim, kind))


def lacks_cue(kind: str) -> Predicate:
    """Hold when one claim has no cue of this kind."""
    return lambda p: not _cues(p.a.claim, kind) or not _cues(p.b.claim, kind)


def _cues(claim: Claim, kind: str) -> frozenset[tuple[str, str]]:
    return frozenset((cue.group, cue.value) for cue in claim.cues if cue.kind == kind)


@lru_cache(maxsize=65536)
def metrics_of(slot: Slot) -> tuple[str, ...]:
    """Return what is measured by the claim's words, the nearest to the slot first."""
    cues = [c for c in slot.claim.cues if c.kind == "metric"]
    gaps = {c: max(c.start - slot.span.end, slot.span.start - c.end, 0) for c in cues}
    return tuple(dict.fromkeys(c.group for c in sorted(cues, key=lambda c: (gaps[c], c.start, c.group))))


@lru_cache(maxsize=65536)
def own_metrics(slot: Slot) -> frozenset[str]:
    """Return what changes by a change word: the metrics that no other change word of the claim is nearer to."""
    changes = [c for c in slot.claim.cues if c.kind in ("direction", "outcome")]

    def gap(metric: Cue, start: int, end: int) -> int:
        return max(metric.start - end, start - metric.end, 0)

    return frozenset(
        m.group
        for m in slot.claim.cues
        if m.kind == "metric"
        and not (m.start < slot.span.end and slot.span.start < m.end)
        and gap(m, slot.span.start, slot.span.end) <= min(gap(m, c.start, c.end) for c in changes)
    )


def same_theme(p: Pairing) -> bool:
    """It may be the same thing that changes: one metric, a shared word beside both, or another language."""
    own_a, own_b = own_metrics(p.a), own_metrics(p.b)
    if p.a.claim.lang != p.b.claim.lang:
        return not own_a or not own_b or bool(own_a & own_b)
    return bool(own_a & own_b) if own_a or own_b else near_words_shared(p) >= 1


def same_matter(p: Pairing) -> bool:
    """Two cues may be about one matter: a word that is no name stands beside both, or the languages differ."""
    return p.a.claim.lang != p.b.claim.lang or near_words_shared(p) >= 1


def two_sides_of_a_deal(p: Pairing) -> bool:
    """One buys and another sells: one deal, told of either party; only of one party the two are opposite."""
    return p.a.kind == "pole buy" and not same_subject(p)


def metric_missing(p: Pairing) -> bool:
    """Neither side names what is measured."""
    return not metrics_of(p.a) and not metrics_of(p.b)


def metric_one(p: Pairing) -> bool:
    """Only one side names what is measured."""
    return not metrics_of(p.a) or not metrics_of(p.b)


def metric_same(p: Pairing) -> bool:
    """The metrics nearest to the slots are one."""
    return metrics_of(p.a)[:1] == metrics_of(p.b)[:1]


def metric_shared(p: Pairing) -> bool:
    """Some metric is named by both."""
    return bool(set(metrics_of(p.a)) & set(metrics_of(p.b)))


def scope_words(slot: Slot) -> frozenset[tuple[str, str]]:
    """Return the words of the claim that tell of what part, period or region it is."""
    return _cues(slot.claim, "scope")


def is_base(slot: Slot) -> bool:
    """The number is only what others are set against ("up from 368 million")."""
    return any(cue.kind == "base" for cue in slot.claim.cues)


def planned(slot: Slot) -> bool:
    """The claim is about the future or a plan."""
    return slot.claim.status in (Status.PLANNED, Status.RUMOURED)


def factual(slot: Slot) -> bool:
    """The claim is told as a fact."""
    return slot.claim.modality is Modality.FACT


def same_modality(p: Pairing) -> bool:
    """Both claims are facts, both forecasts or both opinions."""
    return p.a.claim.modality is p.b.claim.modality


def worth(p: Pairing) -> float:
    """Return how well the less check-worthy of the two claims is worth checking, -1 where it was not estimated."""
    return min(-1.0 if c.worth is None else c.worth for c in (p.a.claim, p.b.claim))


def same_speaker(p: Pairing) -> bool:
    """Both claims are said to come from one speaker."""
    a, b = p.a.claim.attribution, p.b.claim.attribution
    return a is not None and b is not None and names_alike(*sorted((a.speaker, b.speaker)))


# Names as answers -------------------------------------------------------------------------------------------------


def names_of(p: Pairing) -> tuple[Entity, Entity] | None:
    """Return the two names of a name pairing."""
    a, b = p.a.answer, p.b.answer
    return (a, b) if isinstance(a, Entity) and isinstance(b, Entity) else None


def same_name(p: Pairing) -> bool:
    """Both names are one, or both sides print one part of a name ("Weber"), whoever it was taken to mean."""
    found = names_of(p)
    if found is None:
        return False
    printed = found[0].raw
    part = printed == found[1].raw and all(printed in entity.name for entity in found)
    return part or names_alike(*sorted((found[0].name, found[1].name)))


def kinds_agree(p: Pairing) -> bool:
    """Both names are of one known kind."""
    found = names_of(p)
    return found is not None and found[0].kind == found[1].kind != "other"


def kinds_differ(p: Pairing) -> bool:
    """The names are of different known kinds."""
    found = names_of(p)
    return found is not None and "other" not in (found[0].kind, found[1].kind) and found[0].kind != found[1].kind


def named_by_other(p: Pairing) -> bool:
    """A name of one side stands in the other sentence too."""
    found = names_of(p)
    if found is None:
        return False
    return any(names_alike(*sorted((found[0].name, n))) for n in other_names(p.b)) or any(
        names_alike(*sorted((found[1].name, n))) for n in other_names(p.a)
    )


def judged_conflict(p: Pairing) -> float:
    """Return the judge's probability that the sentences contradict each other; -1 if it was not asked."""
    return p.opinion.conflict if p.opinion else -1.0


def judged_agreement(p: Pairing) -> float:
    """Return the judge's probability that the sentences agree; -1 if it was not asked."""
    return p.opinion.agree if p.opinion else -1.0


def judged_apart(p: Pairing) -> float:
    """Return the judge's probability that the sentences answer different questions; -1 if it was not asked."""
    return p.opinion.unrelated if p.opinion else -1.0


def judged_matter(field: Field) -> Predicate:
    """Hold where the judge, if it reads a contradiction, reads one of this field."""
    return lambda p: p.opinion is not None and p.opinion.field is field
