"""What is compared, beside the answer, between a claim and a row of a trusted table, and what each level is worth.

All predicates are symmetric: a row is known by its extractor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from reconcile.claims import words
from reconcile.claims.naming import geography
from reconcile.match import levels, values
from reconcile.match import shown as show
from reconcile.match.declare import AGREE, DISAGREE, NEAR, NONE, Comparison, Pairing, level, missing, otherwise
from reconcile.match.fact_claims import EXTRACTOR, GROWTH, listed
from reconcile.match.slots import Slot
from reconcile.model import Claim, Cue, Quantity, Relation, Role, TimeRef

SHORT = 31  # days up to which a time inside another may answer the same question
FRESH, STALE = 14, 400  # days after a row's period in which a claim without a time is about it: at least, at most


@cache
def _stems(name: str) -> frozenset[str]:
    """Return the stems of one list of ``[facts]``."""
    return frozenset(map(words.stem, listed(name)))


def sides(p: Pairing) -> tuple[Slot, Slot]:
    """Return the slot of the article and that of the row."""
    return (p.b, p.a) if p.a.claim.extractor == EXTRACTOR else (p.a, p.b)


# Who ----------------------------------------------------------------------------------------------------------------


def _alike(a: str, b: str) -> bool:
    return bool(a and b) and levels.names_alike(*sorted((a, b)))


def is_subject(p: Pairing) -> bool:
    """The row's entity is the claim's subject."""
    said, fact = sides(p)
    return _alike(said.claim.subject, fact.claim.subject)


def is_place(p: Pairing) -> bool:
    """The row's entity is where the claim says it is."""
    said, fact = sides(p)
    return any(_alike(place, fact.claim.subject) for place in said.claim.places)


def is_alone(p: Pairing) -> bool:
    """The row's entity is named, and nobody else who might be meant."""
    said, fact = sides(p)
    named = {e.name for e in said.claim.entities if e.kind != "place"}
    return is_named(p) and all(_alike(name, fact.claim.subject) for name in named)


def is_named(p: Pairing) -> bool:
    """The row's entity is among the claim's names, or its words stand in the sentence."""
    said, fact = sides(p)
    if any(_alike(e.name, fact.claim.subject) for e in said.claim.entities):
        return True
    return printed_in(fact.claim.subject, said.claim.quote)


def printed_in(name: str, text: str) -> bool:
    """Return whether a name stands in a text as printed, with no letter or digit beside it."""
    at = text.find(name)
    return at >= 0 and not text[at - 1 : at].isalnum() and not text[at + len(name) : at + len(name) + 1].isalnum()


# What ---------------------------------------------------------------------------------------------------------------


def row_metrics(claim: Claim) -> frozenset[str]:
    """Return the metrics that a row's words name; that it is a growth counts only where nothing else is named."""
    named = frozenset(cue.group for cue in claim.cues if cue.kind == "metric")
    return (named - {GROWTH}) or named


def said_metrics(slot: Slot) -> tuple[str, ...]:
    """Return the metrics beside an article's answer, the nearest first, the growth of a metric as the metric."""
    if isinstance(slot.answer, Cue):
        return tuple(sorted(levels.own_metrics(slot)))
    named = levels.metrics_of(slot)
    return tuple(name for name in named if name != GROWTH) or named


def same_metric(p: Pairing) -> bool:
    """The metric nearest to the article's answer is the row's."""
    said, fact = sides(p)
    return bool(set(said_metrics(said)[:1]) & row_metrics(fact.claim))


def same_words(p: Pairing) -> bool:
    """The row's words for its metric stand in the clause of the article's answer, which names no other metric."""
    said, fact = sides(p)
    if said_metrics(said) and row_metrics(fact.claim):
        return False
    lang = said.claim.lang
    clause = said.claim.quote[said.clause.start : said.clause.end]
    wanted = words.stems(fact.claim.metric, lang) - _stems("change")
    return bool(wanted) and wanted <= words.stems(clause, lang) | values.noun_stems(said)


def shared_metric(p: Pairing) -> bool:
    """The row's metric is named beside the article's answer, and another one nearer to it."""
    said, fact = sides(p)
    return bool(set(said_metrics(said)) & row_metrics(fact.claim))


def is_part(p: Pairing) -> bool:
    """The claim is of a part or region, of some of those counted, or per something, which the row does not say."""
    said, fact = sides(p)
    scoped = {value for group, value in levels.scope_words(said) if group != "period"}
    row = fact.claim.quote.casefold()
    return any(value not in row for value in scoped) or values.per_differs(p) or _some_only(said, fact)


def _some_only(said: Slot, fact: Slot) -> bool:
    """Some of what the row counts: the noun beside the number is neither the row's nor the metric's own.

    "19 people died" is the death toll, "four children died" is not.
    """
    noun = values.noun_stems(said)
    if not noun or not isinstance(said.answer, Quantity) or said.answer.dimension != "count":
        return False
    lang, row = said.claim.lang, fact.answer
    own = words.stems(f"{fact.claim.metric} {row.noun if isinstance(row, Quantity) else ''}", lang)
    for cue in said.claim.cues:
        own |= words.stems(cue.raw, lang) if cue.kind == "metric" else frozenset()
    return not noun & (own | _stems("everyone"))


# When ---------------------------------------------------------------------------------------------------------------


def row_time(p: Pairing) -> TimeRef | None:
    """Return the row's time."""
    return next(iter(sides(p)[1].claim.times), None)


def days_of(time: TimeRef) -> int:
    """Return how many days a resolved time lasts."""
    first, last = values.ends(time)
    return (last - first).days + 1


def within(p: Pairing) -> bool:
    """One time lies in the other, and both are short."""
    a, b = values.periods(p.a), values.periods(p.b)
    return any(values.times_meet(x, y) and max(days_of(x), days_of(y)) <= SHORT for x in a for y in b)


def no_time_said(p: Pairing) -> bool:
    """The claim states no time."""
    return not values.periods(sides(p)[0])


def reported_early(p: Pairing) -> bool:
    """The claim states no time and was published before the row's period began."""
    as_of, time = sides(p)[0].claim.as_of, row_time(p)
    return no_time_said(p) and bool(as_of) and time is not None and str(as_of)[:10] < str(time.low)


def reported_then(p: Pairing) -> bool:
    """The claim states no time and was published in the row's period or soon after."""
    as_of, time = sides(p)[0].claim.as_of, row_time(p)
    if not no_time_said(p) or not as_of or time is None or reported_early(p):
        return False
    last = values.ends(time)[1] + timedelta(days=min(STALE, FRESH + days_of(time)))
    return str(as_of)[:10] <= last.isoformat()


def reported_unknown(p: Pairing) -> bool:
    """Only the row states a time, and when the claim was published is not known."""
    return no_time_said(p) and not sides(p)[0].claim.as_of


# Where --------------------------------------------------------------------------------------------------------------


def other_places(p: Pairing) -> tuple[str, ...]:
    """Return the claim's places apart from the row's entity."""
    said, fact = sides(p)
    return tuple(name for name in said.claim.places if not _alike(name, fact.claim.subject))


def place_missing(p: Pairing) -> bool:
    """Neither side names a place beside the entity."""
    return not other_places(p) and not sides(p)[1].claim.places


def place_unsaid(p: Pairing) -> bool:
    """Only the row names a place."""
    return not other_places(p)


def place_inside(p: Pairing) -> bool:
    """Only the claim names a place, and the entity is no place or holds it."""
    fact = sides(p)[1].claim
    if fact.places:
        return False
    return not is_place(p) or any(geography.contains(fact.subject, place) for place in other_places(p))


def place_beside(p: Pairing) -> bool:
    """Only the claim names a place beside the entity, which is one too."""
    return not sides(p)[1].claim.places


def same_place(p: Pairing) -> bool:
    """A place of the claim is the row's."""
    return any(_alike(x, y) for x in other_places(p) for y in sides(p)[1].claim.places)


IDENTITY = (
    Comparison(
        "entity",
        Role.IDENTITY,
        lambda slot: slot.claim.subject,
        (
            missing(),
            level("subject", "the entity of the reference is the subject", is_subject, AGREE),
            level("place", "the entity of the reference is the place", is_place, AGREE),
            level("alone", "the entity of the reference is the only name", is_alone, AGREE),
            level("named", "the entity of the reference is one of several names", is_named, NEAR),
            otherwise("another entity", DISAGREE),
        ),
    ),
    Comparison(
        "metric",
        Role.IDENTITY,
        lambda slot: ", ".join(levels.metrics_of(slot)[:3]).replace("_", " ") or slot.claim.metric,
        (
            missing(),
            level("same", "the same thing measured", same_metric, AGREE),
            level("words", "the words of the reference for it", same_words, AGREE),
            level("shared", "the same thing measured is named", shared_metric, NEAR),
            otherwise("different things measured", DISAGREE),
        ),
    ),
    Comparison(
        "scope",
        Role.IDENTITY,
        show.scope_words,
        (
            missing(lambda p: not is_part(p), "the whole on both sides"),
            otherwise("a part that the reference does not speak of", DISAGREE, "part"),
        ),
    ),
    Comparison(
        "period",
        Role.IDENTITY,
        show.times,
        (
            missing(values.periods_missing, "no time stated"),
            level("same", "the same time", values.periods_equal, AGREE),
            level("within", "one time lies in the other", within, NEAR),
            level("wide", "one time is only a part of the other", values.periods_meet, DISAGREE),
            level("always", "the reference states no time", lambda p: row_time(p) is None, NONE),
            level("then", "no time stated in an article of then or soon after", reported_then, NONE),
            level("one", "no time stated in an article of unknown date", reported_unknown, NONE),
            level("early", "the article is older than the time of the reference", reported_early, DISAGREE),
            otherwise("different times", DISAGREE),
        ),
    ),
    Comparison(
        "place",
        Role.IDENTITY,
        lambda slot: ", ".join(slot.claim.places),
        (
            missing(place_missing, "no place stated"),
            level("one", "only the reference states a place", place_unsaid, NONE),
            level("inside", "a place of which the reference does not speak", place_inside, DISAGREE),
            level("beside", "only the article states a place beside it", place_beside, NONE),
            level("same", "the same place", same_place, AGREE),
            otherwise("different places", DISAGREE),
        ),
    ),
)

# What is left of the confidence at each level; a level that is not here leaves nothing. Declared, not learned.
FULL = 0.95
SHARES: Mapping[str, Mapping[str, float]] = {
    "entity": {"subject": 1.0, "place": 1.0, "alone": 0.9, "named": 0.5},
    "metric": {"same": 1.0, "words": 0.9, "shared": 0.5},
    "scope": {"missing": 1.0, "part": 0.5},
    "period": {"same": 1.0, "within": 0.9, "always": 0.8, "then": 0.75, "missing": 0.7, "one": 0.6, "early": 0.6},
    "place": {"missing": 1.0, "same": 1.0, "beside": 0.9, "one": 0.9, "inside": 0.5},
}
# The least confidence from which each relation is said.
LEAST: Mapping[Relation, float] = {
    Relation.AGREE: 0.4,
    Relation.COMPATIBLE: 0.4,
    Relation.UPDATE: 0.5,
    Relation.CONFLICT: 0.5,
}
