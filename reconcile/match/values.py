"""Pure predicates over numbers, dates and times of report. All symmetric.

A printed number stands for the interval of values that would be printed so ("14 %" is 13.5 to 14.5), a hedge widens
it or opens one end (``quantities.interval``); two intervals that meet are the same answer.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from reconcile.claims import quantities, words
from reconcile.claims.amounts import units
from reconcile.claims.amounts.intervals import meet
from reconcile.claims.dates.timeline import parse_day
from reconcile.match.declare import Pairing, Predicate
from reconcile.match.levels import metrics_of, stems_around
from reconcile.match.slots import Slot
from reconcile.model import Quantity, TimeRef

_YEAR = re.compile(r"\d{4}|[’']\d\d")

# Metrics whose true value moves from hour to hour while a story runs, so that two reports may both have been right.
RUNNING = frozenset(
    {
        "dead",
        "injured",
        "missing",
        "trapped",
        "evacuated",
        "refugees",
        "rescued",
        "arrested",
        "charged",
        "hospitalised",
        "cases",
        "recovered",
        "vaccinated",
        "patients",
        "homes_damaged",
        "without_power",
        "without_water",
        "area_burned",
        "containment",
        "rainfall",
        "snowfall",
        "water_level",
        "magnitude",
        "aftershocks",
        "delay",
        "protesters",
        "attendance",
        "turnout",
        "vote_share",
        "votes",
        "counted_share",
        "lead_margin",
        "seats",
        "share_price",
        "box_office",
        "views",
        "downloads",
        "copies_sold",
        "units_sold",
        "donation",
        "flights",
        "cancellations",
        "positive_tests",
        "samples_tested",
        "spill_volume",
    }
)

AWAY_DAYS = 45  # a longer time, or one that ended longer ago, is no part of what is reported today

# Periods and dates ------------------------------------------------------------------------------------------------


def periods(slot: Slot) -> tuple[TimeRef, ...]:
    """Return the claim's resolved times apart from the slot itself and from when it was said."""
    return tuple(
        t for t in slot.claim.times if t.low and t.high and t.start != slot.span.start and t.kind != "reported"
    )


def period_days(slot: Slot) -> frozenset[tuple[str | None, str | None]]:
    """Return the days that the claim's resolved times stand for."""
    return frozenset((t.low, t.high) for t in periods(slot))


def ends(time: TimeRef) -> tuple[date, date]:
    """Return the first and the last day of a resolved time."""
    return date.fromisoformat(str(time.low)[:10]), date.fromisoformat(str(time.high)[:10])


def times_meet(a: TimeRef, b: TimeRef) -> bool:
    """Return whether two resolved times overlap."""
    return bool(a.low and a.high and b.low and b.high) and str(a.low) <= str(b.high) and str(b.low) <= str(a.high)


def periods_missing(p: Pairing) -> bool:
    """Neither side names a time."""
    return not periods(p.a) and not periods(p.b)


def periods_one(p: Pairing) -> bool:
    """Only one side names a time."""
    return not periods(p.a) or not periods(p.b)


def one_away(p: Pairing) -> bool:
    """Only one side names a time, and the nearest to its slot is long or long before the report."""
    return periods_one(p) and (_away(p.a) or _away(p.b))


@lru_cache(maxsize=65536)
def _away(slot: Slot) -> bool:
    named = periods(slot)
    if not named:
        return False
    low, high = ends(min(named, key=lambda t: (max(t.start - slot.span.end, slot.span.start - t.end), t.start)))
    told = parse_day(slot.claim.as_of) or high
    return (high - low).days > AWAY_DAYS or (told - high).days > AWAY_DAYS


def periods_equal(p: Pairing) -> bool:
    """A time of one side is the same days as one of the other."""
    return any((x.low, x.high) == (y.low, y.high) for x in periods(p.a) for y in periods(p.b))


def periods_meet(p: Pairing) -> bool:
    """A time of one side overlaps one of the other."""
    return any(times_meet(x, y) for x in periods(p.a) for y in periods(p.b))


def dates_of(p: Pairing) -> tuple[TimeRef, TimeRef] | None:
    """Return the two times of a date pairing."""
    a, b = p.a.answer, p.b.answer
    return (a, b) if isinstance(a, TimeRef) and isinstance(b, TimeRef) else None


def dates_resolved(p: Pairing) -> bool:
    """Both dates are known days."""
    found = dates_of(p)
    return found is not None and all(t.low and t.high for t in found)


def dates_same(p: Pairing) -> bool:
    """Both dates are the same days; a day of a month whose year neither side prints is one whatever was guessed."""
    found = dates_of(p)
    if found is None:
        return False
    one, other = ((str(t.low), str(t.high)) for t in found)
    guessed = all(t.granularity == "day" and not _YEAR.search(t.raw) for t in found)
    return one == other or (guessed and [day[4:] for day in one] == [day[4:] for day in other])


def dates_nest(p: Pairing) -> bool:
    """One date lies inside the other, or they overlap."""
    found = dates_of(p)
    return found is not None and times_meet(*found)


def dates_gap(p: Pairing) -> int:
    """Return the days between two dates that do not meet, -1 if unknown."""
    found = dates_of(p)
    if found is None or not dates_resolved(p):
        return -1
    first, second = sorted(found, key=lambda t: (str(t.low), str(t.high)))
    return max((ends(second)[0] - ends(first)[1]).days, 0)


def dates_other_grain(p: Pairing) -> bool:
    """The dates are of different granularity (a day against a year)."""
    found = dates_of(p)
    return found is not None and found[0].granularity != found[1].granularity


# Quantities -------------------------------------------------------------------------------------------------------


def quantities_of(p: Pairing) -> tuple[Quantity, Quantity] | None:
    """Return the two quantities of a value pairing."""
    a, b = p.a.answer, p.b.answer
    return (a, b) if isinstance(a, Quantity) and isinstance(b, Quantity) else None


@lru_cache(maxsize=65536)
def interval(q: Quantity) -> tuple[Decimal | None, Decimal | None]:
    """Return the accepted values of a printed quantity in its dimension's base unit."""
    return quantities.interval(q)


@lru_cache(maxsize=65536)
def point(q: Quantity) -> Decimal | None:
    """Return the printed value (the middle of a printed range) in the base unit."""
    ends = [v for v in (q.low, q.high) if v is not None]
    if not ends:
        return None
    return units.to_base(sum(ends, Decimal(0)) / len(ends), q.unit, q.dimension)


def same_value(p: Pairing) -> bool:
    """The printed values are equal after conversion."""
    found = quantities_of(p)
    return found is not None and found[0].dimension != "score" and _equal(*found)


def _equal(a: Quantity, b: Quantity) -> bool:
    return a.hedge == b.hedge and point(a) is not None and point(a) == point(b)


def same_score(p: Pairing) -> bool:
    """Two scores with the same figures, told from either side."""
    found = quantities_of(p)
    return (
        found is not None
        and found[0].dimension == "score"
        and sorted(map(str, (found[0].low, found[0].high))) == sorted(map(str, (found[1].low, found[1].high)))
    )


def ranges_meet(p: Pairing) -> bool:
    """The intervals of accepted values meet, both closed."""
    found = quantities_of(p)
    if found is None or found[0].dimension == "score" or any(v is None for q in found for v in interval(q)):
        return False
    return not _apart(*found) and meet(*found)


def open_ended_meet(p: Pairing) -> bool:
    """One side is open ("more than 100") and the other lies inside it."""
    found = quantities_of(p)
    return found is not None and found[0].dimension != "score" and not _apart(*found) and meet(*found)


def _apart(a: Quantity, b: Quantity) -> bool:
    """Return whether one interval ends before the other begins, without making either anew."""
    (low_a, high_a), (low_b, high_b) = interval(a), interval(b)
    return _below(high_a, low_b) or _below(high_b, low_a)


def _below(a: Decimal | None, b: Decimal | None) -> bool:
    return a is not None and b is not None and a < b


def ratio(p: Pairing) -> float:
    """Return how many times the larger value is the smaller, infinite when one is zero or the signs differ."""
    found = quantities_of(p)
    if found is None:
        return float("inf")
    a, b = point(found[0]), point(found[1])
    if a is None or b is None or a * b <= 0:
        return float("inf")
    return float(max(a, b) / min(a, b))


def point_missing(p: Pairing) -> bool:
    """One side prints no value."""
    found = quantities_of(p)
    return found is None or point(found[0]) is None or point(found[1]) is None


def within(factor: float) -> Predicate:
    """Hold when the values differ by at most this factor."""
    return lambda p: ratio(p) <= factor


def same_unit(p: Pairing) -> bool:
    """Both sides print the same unit."""
    found = quantities_of(p)
    return found is not None and found[0].unit == found[1].unit


def dimension_is(*names: str) -> Predicate:
    """Hold for quantities of these dimensions."""
    return lambda p: isinstance(p.a.answer, Quantity) and p.a.answer.dimension in names


def noun_stems(slot: Slot) -> frozenset[str]:
    """Return the stems of the noun counted."""
    return words.stems(slot.answer.noun, slot.claim.lang) if isinstance(slot.answer, Quantity) else frozenset()


def nouns_shared(p: Pairing) -> bool:
    """The nouns counted share a stem."""
    return bool(noun_stems(p.a) & noun_stems(p.b))


def noun_in_other(p: Pairing) -> bool:
    """The noun counted on one side stands somewhere in the other sentence."""
    return bool(noun_stems(p.a) & stems_around(p.b)) or bool(noun_stems(p.b) & stems_around(p.a))


def per_differs(p: Pairing) -> bool:
    """One is per something and the other is not, or per something else."""
    found = quantities_of(p)
    return found is not None and found[0].per != found[1].per


# When it was reported ---------------------------------------------------------------------------------------------


def reported_gap(p: Pairing) -> float:
    """Return the hours between the publications, -1 if one is unknown."""
    a, b = p.a.claim.as_of, p.b.claim.as_of
    return _hours(a, b) if a and b else -1.0


@lru_cache(maxsize=65536)
def _hours(a: str, b: str) -> float:
    first, second = (datetime.fromisoformat(x.replace("Z", "+00:00")) for x in (a, b))
    if first.tzinfo is None or second.tzinfo is None:
        first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
    return abs((second - first).total_seconds()) / 3600


def running(p: Pairing) -> bool:
    """What is measured is a count that moves while a story runs (a toll, a tally)."""
    return bool(set(metrics_of(p.a)[:1] + metrics_of(p.b)[:1]) & RUNNING)


def later_is_larger(p: Pairing) -> bool:
    """The later article has the larger value."""
    found = quantities_of(p)
    if found is None or reported_gap(p) <= 0:
        return False
    a, b = point(found[0]), point(found[1])
    if a is None or b is None or a == b:
        return False
    return (b > a) == (str(p.b.claim.as_of) > str(p.a.claim.as_of))


def told_before(p: Pairing) -> bool:
    """One day lies behind both reports, the other came after the first of them: two events, or one and its sequel."""
    sides = [_day_and_report(slot) for slot in (p.a, p.b)]
    return any(
        day and other and day[1] <= day[2] and day[2] < other[0] <= other[1] <= other[2]
        for day, other in (sides, sides[::-1])
    )


def was_to_come(p: Pairing) -> bool:
    """One day was still to come when it was told, the other lay behind its own report."""
    sides = [_day_and_report(slot) for slot in (p.a, p.b)]
    return any(day and other and day[0] > day[2] and other[1] <= other[2] for day, other in (sides, sides[::-1]))


def days_unknown(p: Pairing) -> bool:
    """A day or the day of its report is not known."""
    return None in (_day_and_report(p.a), _day_and_report(p.b))


def _day_and_report(slot: Slot) -> tuple[str, str, str] | None:
    """Return the first and last day that the slot names and the day of its report."""
    time = slot.answer
    if not isinstance(time, TimeRef) or not time.low or not time.high or not slot.claim.as_of:
        return None
    return time.low[:10], time.high[:10], slot.claim.as_of[:10]
