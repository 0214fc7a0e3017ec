"""The comparison table: what is compared between two slots, in which rungs, and what each rung says.

Identity comparisons tell whether the slots answer one question, the assertion comparison of the slots' own field
whether they give one answer, context comparisons explain an update. A new comparison is one entry here; the weight
of every rung is learned (``relate.py``).
"""

from __future__ import annotations

from reconcile.match import levels as l
from reconcile.match.declare import Comparison, ComparisonLevel, Pairing, always, never, otherwise
from reconcile.match.slots import Slot
from reconcile.model import FieldOutcome, Outcome, Quantity, Role

AGREE, NEAR, DISAGREE, NONE = Outcome.AGREE, Outcome.NEAR, Outcome.DISAGREE, Outcome.NO_EVIDENCE


def _level(name: str, label: str, holds: l.Predicate, outcome: Outcome) -> ComparisonLevel:
    return ComparisonLevel(name, label, holds, outcome)


def _missing(holds: l.Predicate = never, label: str = "nothing to compare") -> ComparisonLevel:
    return ComparisonLevel("missing", label, holds, NONE)


def _words(slot: Slot) -> str:
    return slot.raw


def _quote(slot: Slot) -> str:
    return ""


def _names(slot: Slot) -> str:
    return ", ".join(l.other_names(slot)[:4])


def _times(slot: Slot) -> str:
    return ", ".join(t.raw for t in l.periods(slot)[:3]) or ", ".join(t.raw for t in slot.claim.times[:3])


def _noun(slot: Slot) -> str:
    return slot.answer.noun if isinstance(slot.answer, Quantity) else ""


def _unit(slot: Slot) -> str:
    return slot.answer.unit if isinstance(slot.answer, Quantity) else ""


def _as_of(slot: Slot) -> str:
    return slot.claim.as_of or "unknown"


def _cue_words(slot: Slot) -> str:
    return ", ".join(cue.raw for cue in slot.claim.cues if cue.kind in ("direction", "outcome"))


def _pole_words(slot: Slot) -> str:
    return ", ".join(cue.raw for cue in slot.claim.cues if cue.kind == "pole")


def _scope_words(slot: Slot) -> str:
    return ", ".join(sorted(word for _, word in l.scope_words(slot)))


def _state(slot: Slot) -> str:
    return slot.claim.status.value if slot.claim.status else ""


def _speaker(slot: Slot) -> str:
    return slot.claim.attribution.speaker if slot.claim.attribution else ""


def _deviations(measure: l.Callable[[Pairing], float], *floors: float) -> tuple[ComparisonLevel, ...]:
    """Rungs by standard deviations above the usual pair of one story."""
    return tuple(
        _level(f"{floor:+.1f}", f"{floor:g} standard deviations above usual or more", l.at_least(measure, floor), AGREE)
        for floor in floors
    )


IDENTITY = (
    Comparison(
        "question",
        Role.IDENTITY,
        _quote,
        (_missing(), *_deviations(l.sentence_likeness, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5), otherwise("unlike", DISAGREE)),
    ),
    Comparison(
        "clause",
        Role.IDENTITY,
        _quote,
        (_missing(), *_deviations(l.clause_likeness, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5), otherwise("unlike", DISAGREE)),
    ),
    Comparison(
        "slot",
        Role.IDENTITY,
        _words,
        (_missing(), *_deviations(l.slot_likeness, 4.0, 3.25, 2.5, 2.0, 1.5, 1.0, 0.5), otherwise("unlike", DISAGREE)),
    ),
    Comparison(
        "nearest",
        Role.IDENTITY,
        _quote,
        (
            _missing(),
            _level("clear", "each is the other's nearest by far", lambda p: l.nearest_both(p) and l.lead(p) >= 1.0, AGREE),
            _level("both", "each is the other's nearest", l.nearest_both, AGREE),
            _level("one", "one is the other's nearest", l.nearest_one, NEAR),
            _level("close", "close behind the nearest", l.at_least(l.lead, -1.0), NEAR),
            otherwise("others are nearer", DISAGREE),
        ),
    ),
    Comparison(
        "elsewhere",
        Role.IDENTITY,
        _words,
        (
            _missing(),
            _level("both", "both answers are also given by the other article", lambda p: p.elsewhere >= 2, DISAGREE),
            _level("one", "one answer is also given by the other article", lambda p: p.elsewhere == 1, DISAGREE),
            otherwise("neither answer is given elsewhere in the other article", AGREE),
        ),
    ),
    Comparison(
        "subject",
        Role.IDENTITY,
        lambda slot: slot.claim.subject,
        (
            _missing(lambda p: not p.a.claim.subject or not p.b.claim.subject),
            _level("same", "one subject", l.same_subject, AGREE),
            otherwise("subjects are named differently", DISAGREE),
        ),
    ),
    Comparison(
        "names",
        Role.IDENTITY,
        _names,
        (
            _missing(lambda p: l.shared_names(p) < 0),
            _level("all", "all names of one side are on the other", l.at_least(l.shared_names, 1.0), AGREE),
            _level("some", "some names are shared", lambda p: l.shared_names(p) > 0, NEAR),
            otherwise("no name is shared", DISAGREE),
        ),
    ),
    Comparison(
        "words",
        Role.IDENTITY,
        _quote,
        (
            _missing(lambda p: l.shared_words(p) < 0, "two languages"),
            _level("most", "half of the words or more are shared", l.at_least(l.shared_word_ratio, 0.5), AGREE),
            _level("many", "a third of the words are shared", l.at_least(l.shared_word_ratio, 0.3), AGREE),
            _level("two", "two words are shared", lambda p: l.shared_words(p) >= 2, NEAR),
            _level("one", "one word is shared", lambda p: l.shared_words(p) == 1, NEAR),
            otherwise("no word is shared", DISAGREE),
        ),
    ),
    Comparison(
        "beside",
        Role.IDENTITY,
        _quote,
        (
            _missing(lambda p: l.near_words_shared(p) < 0, "two languages or nothing beside the words"),
            _level("two", "two words beside it are shared", lambda p: l.near_words_shared(p) >= 2, AGREE),
            _level("one", "a word beside it is shared", lambda p: l.near_words_shared(p) == 1, AGREE),
            _level("other", "a word beside it stands elsewhere in the other sentence", l.near_words_in_other, NEAR),
            otherwise("no word beside it is shared", DISAGREE),
        ),
    ),
    Comparison(
        "period",
        Role.IDENTITY,
        _times,
        (
            _missing(l.periods_missing, "no time stated"),
            _level("one", "only one side states a time", l.periods_one, NONE),
            _level("same", "the same time", l.periods_equal, AGREE),
            _level("meets", "overlapping times", l.periods_meet, NEAR),
            otherwise("different times", DISAGREE),
        ),
    ),
    Comparison(
        "position",
        Role.IDENTITY,
        lambda slot: slot.claim.part,
        (
            _missing(),
            _level("titles", "both are headlines", l.both(lambda s: s.claim.part == "title"), AGREE),
            _level("title", "one is a headline", l.either(lambda s: s.claim.part == "title"), AGREE),
            otherwise("both are in the text", AGREE),
        ),
    ),
    Comparison(
        "plan",
        Role.IDENTITY,
        _state,
        (
            _missing(lambda p: not l.either(l.planned)(p), "neither is a plan or forecast"),
            _level("both", "both are plans or forecasts", l.both(l.planned), AGREE),
            otherwise("one is a plan or forecast", NEAR),
        ),
    ),
    Comparison(
        "change",
        Role.IDENTITY,
        _cue_words,
        (
            _missing(l.lacks_cue("direction"), "no change word on one side"),
            _level("same", "the same direction of change", l.shares_cue("direction"), AGREE),
            _level("opposite", "opposite directions of change", l.opposes_cue("direction"), DISAGREE),
            otherwise("other change words", NEAR),
        ),
        only=("value", "date", "name", "pole", "status"),
    ),
    Comparison(
        "event",
        Role.IDENTITY,
        _pole_words,
        (
            _missing(l.lacks_cue("pole"), "no event word on one side"),
            _level("same", "the same kind of event", l.shares_cue("pole"), AGREE),
            _level("opposite", "opposite kinds of event", l.opposes_cue("pole"), DISAGREE),
            otherwise("other kinds of event", NEAR),
        ),
        only=("value", "date", "name", "direction", "status"),
    ),
    Comparison(
        "noun",
        Role.IDENTITY,
        _noun,
        (
            _missing(lambda p: not l.noun_stems(p.a) or not l.noun_stems(p.b)),
            _level("shared", "the same thing counted", l.nouns_shared, AGREE),
            _level("named", "the thing counted is named in the other sentence", l.noun_in_other, NEAR),
            otherwise("different things counted", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "unit",
        Role.IDENTITY,
        _unit,
        (
            _missing(),
            _level("count", "plain counts", l.dimension_is("count"), NONE),
            _level("percent", "percentages", l.dimension_is("ratio", "point"), AGREE),
            _level("money", "amounts of money", l.dimension_is("currency"), AGREE),
            _level("same", "one unit", l.same_unit, AGREE),
            otherwise("units that convert", AGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "per",
        Role.IDENTITY,
        lambda slot: slot.answer.per if isinstance(slot.answer, Quantity) else "",
        (_missing(lambda p: not l.per_differs(p), "alike"), otherwise("per something else", DISAGREE)),
        only=("value",),
    ),
    Comparison(
        "metric",
        Role.IDENTITY,
        lambda slot: ", ".join(l.metrics_of(slot)[:3]).replace("_", " "),
        (
            _missing(l.metric_missing, "no word for what is measured"),
            _level("one", "only one side names what is measured", l.metric_one, NONE),
            _level("same", "the same thing measured", l.metric_same, AGREE),
            _level("shared", "the same thing measured is named", l.metric_shared, NEAR),
            otherwise("different things measured", DISAGREE),
        ),
    ),
    Comparison(
        "base",
        Role.IDENTITY,
        _words,
        (
            _missing(lambda p: not l.either(l.is_base)(p), "neither is a base of comparison"),
            _level("both", "both are bases of comparison", l.both(l.is_base), AGREE),
            otherwise("one is only a base of comparison", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "scope",
        Role.IDENTITY,
        _scope_words,
        (
            _missing(lambda p: not l.scope_words(p.a) and not l.scope_words(p.b), "no scope word"),
            _level("same", "the same scope word", lambda p: bool(l.scope_words(p.a) & l.scope_words(p.b)), AGREE),
            _level("one", "a scope word on one side", lambda p: not l.scope_words(p.a) or not l.scope_words(p.b), NEAR),
            otherwise("different scope words", DISAGREE),
        ),
    ),
    Comparison(
        "size",
        Role.IDENTITY,
        _words,
        (
            _missing(lambda p: l.point(p.a.answer) is None if isinstance(p.a.answer, Quantity) else True),
            _level("1.1", "within 10 %", l.within(1.1), AGREE),
            _level("1.5", "within a factor of 1.5", l.within(1.5), AGREE),
            _level("2.2", "within a factor of 2.2", l.within(2.2), NEAR),
            _level("5", "within a factor of 5", l.within(5), DISAGREE),
            otherwise("far apart", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "role",
        Role.IDENTITY,
        lambda slot: slot.answer.kind if isinstance(slot.answer, l.Entity) else "",
        (
            _missing(),
            _level("named", "a name stands in the other sentence too", l.named_by_other, DISAGREE),
            _level("differs", "names of different kinds", l.kinds_differ, DISAGREE),
            _level("same", "names of one kind", l.kinds_agree, AGREE),
            otherwise("kind unknown", NONE),
        ),
        only=("name",),
    ),
    Comparison(
        "gap",
        Role.IDENTITY,
        _words,
        (
            _missing(lambda p: not l.dates_resolved(p)),
            _level("grain", "a day against a longer time", l.dates_other_grain, DISAGREE),
            _level("31", "at most a month apart", lambda p: l.dates_gap(p) <= 31, AGREE),
            _level("366", "at most a year apart", lambda p: l.dates_gap(p) <= 366, NEAR),
            otherwise("years apart", DISAGREE),
        ),
        only=("date",),
    ),
)

CONTEXT = (
    Comparison(
        "reported",
        Role.CONTEXT,
        _as_of,
        (
            _missing(lambda p: l.reported_gap(p) < 0, "publication unknown"),
            _level("hours", "published within 4 hours", lambda p: l.reported_gap(p) <= 4, NEAR),
            _level("day", "published within a day", lambda p: l.reported_gap(p) <= 24, NEAR),
            _level("days", "published within a week", lambda p: l.reported_gap(p) <= 168, NEAR),
            otherwise("published weeks apart", DISAGREE),
        ),
    ),
    Comparison(
        "growth",
        Role.CONTEXT,
        _words,
        (
            _missing(lambda p: l.reported_gap(p) <= 0, "order of reports unknown"),
            _level("larger", "the later report has the larger value", l.later_is_larger, NEAR),
            otherwise("the later report has the smaller value", NEAR),
        ),
        only=("value",),
    ),
    Comparison(
        "speaker",
        Role.CONTEXT,
        _speaker,
        (
            _missing(lambda p: not _speaker(p.a) or not _speaker(p.b)),
            _level("same", "one speaker", lambda p: l.names_alike(*sorted((_speaker(p.a), _speaker(p.b)))), AGREE),
            otherwise("different speakers", NEAR),
        ),
    ),
)

ASSERTION = {
    "value": Comparison(
        "value",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: l.point(p.a.answer) is None or l.point(p.b.answer) is None if l.quantities_of(p) else True),
            _level("equal", "the same value", lambda p: l.same_value(p) or l.same_score(p), AGREE),
            _level("rounding", "equal within rounding", l.ranges_meet, AGREE),
            _level("bounds", "inside a stated bound", l.open_ended_meet, NEAR),
            _level("close", "a small gap that rounding does not explain", l.within(1.15), DISAGREE),
            otherwise("values differ", DISAGREE),
        ),
    ),
    "date": Comparison(
        "date",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: not l.dates_resolved(p), "a date is not known"),
            _level("same", "the same date", l.dates_same, AGREE),
            _level("nested", "one date lies within the other", l.dates_nest, NEAR),
            otherwise("dates differ", DISAGREE),
        ),
    ),
    "name": Comparison(
        "name",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: l.kinds_differ(p) or not l.near_words_in_other(p), "not names in one role"),
            _level("same", "one name", l.same_name, AGREE),
            _level("named", "each article may use both names", l.named_by_other, NONE),
            otherwise("names differ", DISAGREE),
        ),
    ),
    "direction": Comparison(
        "direction",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: not l.same_theme(p), "not the same thing that changes"),
            _level("same", "the same direction", l.same_cue, AGREE),
            _level("opposite", "opposite directions", l.opposite, DISAGREE),
            _level("flat", "unchanged against a change", l.flat_against_change, DISAGREE),
            otherwise("not comparable", NONE),
        ),
    ),
    "pole": Comparison(
        "pole",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: not l.same_matter(p), "not about the same matter"),
            _level("same", "the same event", l.same_cue, AGREE),
            otherwise("opposite events", DISAGREE),
        ),
    ),
    "status": Comparison(
        "status",
        Role.ASSERTION,
        _words,
        (
            _missing(lambda p: not l.same_matter(p), "not about the same matter"),
            _level("same", "the same state", l.same_cue, AGREE),
            _level("planned", "done on one side, planned on the other", l.done_against_planned, DISAGREE),
            otherwise("other states", DISAGREE),
        ),
    ),
}
ASSERTION["outcome"] = ASSERTION["direction"]

COMPARISONS: tuple[Comparison, ...] = (*IDENTITY, *ASSERTION.values(), *CONTEXT)


def assertion(pairing: Pairing) -> Comparison:
    """Return the comparison of the slots' own field."""
    return ASSERTION[pairing.a.kind.partition(" ")[0]]


def compare(pairing: Pairing) -> tuple[FieldOutcome, ...]:
    """Evaluate every comparison that applies; the first row is the assertion."""
    made = [assertion(pairing), *(c for c in (*IDENTITY, *CONTEXT) if c.applies(pairing))]
    rows = []
    for comparison in made:
        level = comparison.level(pairing)
        rows.append(
            FieldOutcome(
                field=comparison.field,
                role=comparison.role,
                level=level.name,
                label=level.label,
                outcome=level.outcome,
                a=comparison.show(pairing.a),
                b=comparison.show(pairing.b),
            )
        )
    return tuple(rows)


__all__ = ["ASSERTION", "COMPARISONS", "CONTEXT", "IDENTITY", "always", "assertion", "compare"]
