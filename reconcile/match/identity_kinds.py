"""The identity comparisons of one kind of slot: of values, of names, of dates."""

from __future__ import annotations

from reconcile.match import fillers as f
from reconcile.match import levels as l
from reconcile.match import misprints as m
from reconcile.match import shown as show
from reconcile.match import values as v
from reconcile.match.declare import AGREE, DISAGREE, NEAR, NONE, Comparison, level, missing, otherwise
from reconcile.model import Entity, Quantity, Role

OF_ONE_KIND = (
    Comparison(
        "noun",
        Role.IDENTITY,
        show.noun,
        (
            missing(lambda p: not v.noun_stems(p.a) or not v.noun_stems(p.b)),
            level("shared", "the same thing counted", v.nouns_shared, AGREE),
            level("named", "the thing counted is named in the other sentence", v.noun_in_other, NEAR),
            otherwise("different things counted", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "unit",
        Role.IDENTITY,
        show.unit,
        (
            missing(),
            level("count", "plain counts", v.dimension_is("count"), NONE),
            level("percent", "percentages", v.dimension_is("ratio", "point"), AGREE),
            level("money", "amounts of money", v.dimension_is("currency"), AGREE),
            level("same", "one unit", v.same_unit, AGREE),
            otherwise("units that convert", AGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "per",
        Role.IDENTITY,
        lambda slot: slot.answer.per if isinstance(slot.answer, Quantity) else "",
        (missing(lambda p: not v.per_differs(p), "alike"), otherwise("per something else", DISAGREE)),
        only=("value",),
    ),
    Comparison(
        "base",
        Role.IDENTITY,
        show.printed,
        (
            missing(lambda p: not l.either(l.is_base)(p), "neither is a base of comparison"),
            level("both", "both are bases of comparison", l.both(l.is_base), AGREE),
            otherwise("one is only a base of comparison", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "size",
        Role.IDENTITY,
        show.printed,
        (
            missing(v.point_missing),
            level("1.1", "within 10 %", v.within(1.1), AGREE),
            level("1.5", "within a factor of 1.5", v.within(1.5), AGREE),
            level("2.2", "within a factor of 2.2", v.within(2.2), NEAR),
            level("5", "within a factor of 5", v.within(5), DISAGREE),
            otherwise("far apart", DISAGREE),
        ),
        only=("value",),
    ),
    Comparison(
        "digits",
        Role.IDENTITY,
        show.printed,
        (
            missing(lambda p: m.differing(p) is None, "no two figures in one unit"),
            level("swapped 3", "the same digits in another order, three or more", m.slipped("swapped", 3), AGREE),
            level("swapped 2", "the same two digits in another order", m.slipped("swapped", 2), AGREE),
            level("changed 3", "one digit of three or more differs", m.slipped("changed", 3), AGREE),
            level("changed 2", "one of two digits differs", m.slipped("changed", 2), AGREE),
            level("dropped", "a digit is left out on one side", m.slipped("dropped"), NEAR),
            level("tenfold", "the same digits, ten times as large or more", m.slipped("tenfold"), NEAR),
            otherwise("other digits", NONE),
        ),
        only=("value",),
    ),
    Comparison(
        "role",
        Role.IDENTITY,
        lambda slot: slot.answer.kind if isinstance(slot.answer, Entity) else "",
        (
            missing(),
            level("named", "a name stands in the other sentence too", l.named_by_other, DISAGREE),
            level("differs", "names of different kinds", l.kinds_differ, DISAGREE),
            level("same", "names of one kind", l.kinds_agree, AGREE),
            otherwise("kind unknown", NONE),
        ),
        only=("name",),
    ),
    Comparison(
        "part",
        Role.IDENTITY,
        show.parts,
        (
            missing(f.parts_missing, "no part in an event is known"),
            level("one", "the part of only one name is known", f.parts_one, NONE),
            level("same", "the same part of the same event", f.same_part_of_one, AGREE),
            level("alike", "the same part of one kind of event", f.same_part, AGREE),
            level("other", "another part of one kind of event", f.same_event, DISAGREE),
            otherwise("parts of other events", DISAGREE),
        ),
        only=("name",),
    ),
    Comparison(
        "gap",
        Role.IDENTITY,
        show.printed,
        (
            missing(lambda p: not v.dates_resolved(p)),
            level("grain", "a day against a longer time", v.dates_other_grain, DISAGREE),
            level("31", "at most a month apart", lambda p: v.dates_gap(p) <= 31, AGREE),
            level("366", "at most a year apart", lambda p: v.dates_gap(p) <= 366, NEAR),
            otherwise("years apart", DISAGREE),
        ),
        only=("date",),
    ),
    Comparison(
        "day",
        Role.IDENTITY,
        show.printed,
        (
            missing(lambda p: m.days_apart(p) is None, "no two different days"),
            level("month", "the same day of another month", m.month_slipped, AGREE),
            level("tens", "ten or twenty days apart in one month", m.tens_slipped, AGREE),
            level("next", "a day apart", m.next_day, AGREE),
            otherwise("other days", NONE),
        ),
        only=("date",),
    ),
)
