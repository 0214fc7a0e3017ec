"""Calendar arithmetic for time expressions: pure functions of dates, no language."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

BACK_DAYS = 245  # a date without a year lies at most eight months before publication
PAST_DAYS = 275  # a past verb reaches back nine months; beyond them writers give the year
AHEAD_DAYS = 122  # or four months after it
SATURDAY = 5
LEAP_REACH = 8  # years between two leap years at most
MIN_YEAR, MAX_YEAR = 1500, 2199
Days = tuple[date, date]
_WEEKS = {"week": (0, 6), "workweek": (0, 4), "weekend": (5, 6)}
_EDGES = {"firstweek": (0, 7), "lastweek": (-7, 7), "firstfortnight": (0, 15), "secondfortnight": (15, 16)}


def parse_day(published: str | None) -> date | None:
    """Return the day of an ISO 8601 publication time, None if there is none or it is not a date."""
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None


def valid(year: int, month: int, day: int) -> date | None:
    """Return the date, None where the calendar has no such day."""
    if not 1 <= month <= 12 or not MIN_YEAR <= year <= MAX_YEAR or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def months(year: int, first: int, last: int) -> Days:
    """Return the days of the months ``first`` to ``last`` of a year."""
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def month_shift(day: date, count: int) -> tuple[int, int]:
    """Return (year, month) of the month ``count`` months from the day's."""
    index = day.year * 12 + day.month - 1 + count
    return index // 12, index % 12 + 1


def unit_span(unit: str, anchor: date, count: int) -> Days | None:
    """Return the calendar unit that lies ``count`` units from the one that holds ``anchor``."""
    if unit == "day":
        day = anchor + timedelta(days=count)
        return day, day
    if unit in _WEEKS:
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=count)
        first, last = _WEEKS[unit]
        return monday + timedelta(first), monday + timedelta(last)
    if unit == "month":
        year, month = month_shift(anchor, count)
        return months(year, month, month)
    if unit in ("quarter", "half"):
        size = 3 if unit == "quarter" else 6
        start = date(anchor.year, (anchor.month - 1) // size * size + 1, 1)
        year, month = month_shift(start, count * size)
        return months(year, month, month + size - 1)
    if unit in ("year", "decade"):
        year = anchor.year + count if unit == "year" else anchor.year // 10 * 10 + 10 * count
        last = year if unit == "year" else year + 9
        return (date(year, 1, 1), date(last, 12, 31)) if year >= MIN_YEAR and last <= MAX_YEAR else None
    return None


def back(unit: str, anchor: date, count: int) -> date | None:
    """Return the day ``count`` units before ``anchor`` (after it if negative), None where the calendar ends."""
    if unit in ("day", "week"):
        return anchor - timedelta(days=count * (7 if unit == "week" else 1)) if abs(count) < 40_000 else None
    if unit == "workday":
        return _workdays(anchor, -count) if abs(count) < 4_000 else None
    size = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}.get(unit)
    if size is None or abs(count * size) > 2_000:
        return None
    year, month = month_shift(anchor, -count * size)
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def _workdays(day: date, count: int) -> date:
    """Return the day so many days from Monday to Friday away; public holidays are not known."""
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if day.weekday() < SATURDAY:
            count -= step.days
    return day


def iso_week(year: int, number: int) -> Days | None:
    """Return the days of a calendar week, None where the year has no such week."""
    try:
        monday = date.fromisocalendar(year, number, 1)
    except ValueError:
        return None
    return monday, monday + timedelta(days=6)


def nth_of(unit: str, number: int, span: Days) -> Days | None:
    """Return the number-th day, week (seven days from the first on) or month of a span, None beyond its end."""
    low, high = span
    if unit == "month":
        first = back(unit, low, 1 - number)
        return unit_span(unit, first, 0) if first and low.day == 1 and first <= high else None
    size = 7 if unit == "week" else 1
    start = low + timedelta(days=size * (number - 1))
    return (start, min(start + timedelta(days=size - 1), high)) if low <= start <= high else None


def nth_weekday(weekday: int, number: int, span: Days) -> Days | None:
    """Return the number-th weekday (Monday is 0) of a span, the last for -1, None beyond its end."""
    low, high = span
    if number > 0:
        day = low + timedelta(days=(weekday - low.weekday()) % 7 + 7 * (number - 1))
    else:
        day = high - timedelta(days=(high.weekday() - weekday) % 7)
    return (day, day) if low <= day <= high else None


def long_weekend(day: date) -> Days | None:
    """Return the weekend that a feast makes: from it or Saturday on, to Sunday or a Monday; None in mid-week."""
    if day.weekday() in (1, 2):
        return None
    saturday = day + timedelta(days=(SATURDAY - day.weekday()) if day.weekday() > 2 else -2)
    return min(day, saturday), max(day, saturday + timedelta(days=1))


def around(unit: str, anchor: date, count: int) -> Days | None:
    """Return what a writer means by ``count`` units from a day: the day, a week around it, or its month or year."""
    day = back(unit, anchor, -count)
    if day is None or unit != "week":
        return unit_span("day" if unit == "workday" else unit, day, 0) if day else None
    return day - timedelta(days=3), day + timedelta(days=3)


def century(number: int) -> Days | None:
    """Return the days of the ``number``-th century: the 19th has 1801 to 1900."""
    return (date(number * 100 - 99, 1, 1), date(number * 100, 12, 31)) if 1 <= number <= 21 else None


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar (method: Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    rest = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


def feast(year: int, rule: str, argument: str) -> Days | None:
    """Return the day of a feast in a year.

    ``rule`` is "holiday" (a date, "12-24"), "easter" (days from Easter Sunday, "-2") or "nth" (month, which of its
    weekdays, the weekday from Monday as 0, days after it: "11 4 3 0" is the fourth Thursday of November).
    """
    if rule == "easter":
        day = easter(year) + timedelta(days=int(argument))
    elif rule == "nth":
        month, nth, weekday, after = map(int, argument.split())
        first = nth_weekday(weekday, nth, months(year, month, month))
        day = (first[0] if first else date(year, month, 1)) + timedelta(days=after)
    else:
        month, number = map(int, argument.split("-"))
        found = valid(year, month, number)
        return (found, found) if found else None
    return day, day


def beside(anchor: date, make: Callable[[int], Days | None], step: int) -> Days | None:
    """Return the last (``step`` -1) or next (1) of yearly days that is not the anchor's own."""
    days = [found for year in range(anchor.year - 1, anchor.year + 2) if (found := make(year))]
    past = [found for found in days if found[1] < anchor]
    ahead = [found for found in days if found[0] > anchor]
    return (past[-1] if past else None) if step < 0 else (ahead[0] if ahead else None)


def part_of(span: Days, part: str) -> Days:
    """Return the early, mid or late third of a span of days, its first or last week, fortnight or half."""
    low, high = span
    if part in _EDGES:
        first, size = _EDGES[part]
        edge = (low + timedelta(days=first), min(low + timedelta(days=first + size - 1), high))
        return edge if first >= 0 else (high + timedelta(days=first + 1), high)
    days = (high - low).days + 1
    if part == "firsthalf":
        return low, low + timedelta(days=max(days // 2 - 1, 0))
    if part == "secondhalf":
        return low + timedelta(days=days // 2), high
    third = days // 3
    if part == "early":
        return low, low + timedelta(days=max(third - 1, 0))
    if part == "late":
        return high - timedelta(days=max(third - 1, 0)), high
    return low + timedelta(days=third), high - timedelta(days=third)


def nearest(anchor: date, options: list[Days], ahead: bool = False) -> Days | None:
    """Return the span a writer at ``anchor`` means when the year is left out.

    The span lies within eight months before and four months after; ``ahead`` (a future verb governs it)
    turns the
    window round. What lies ahead counts double: news tells more of what was.
    """
    before, after = (14, 351) if ahead else (BACK_DAYS, AHEAD_DAYS)
    inside = [
        span
        for span in options
        if span[1] >= anchor - timedelta(days=before) and span[0] <= anchor + timedelta(days=after)
    ]
    return min(inside, key=lambda span: (_distance(anchor, span), span)) if inside else None


def leap(anchor: date, make: Callable[[int], Days | None], lean: str) -> Days | None:
    """Return the nearest of what only leap years have, a 29 February; the next one where ``lean`` is "future"."""
    years = range(anchor.year - LEAP_REACH, anchor.year + LEAP_REACH + 1)
    options = [days for year in years if (days := make(year)) and (days[0] > anchor) >= (lean == "future")]
    if lean == "past":
        options = [days for days in options if days[0] <= anchor]
    return min(options, key=lambda span: (_distance(anchor, span), span), default=None)


def _distance(anchor: date, span: Days) -> int:
    low, high = span
    return 2 * (low - anchor).days if anchor < low else (anchor - high).days if anchor > high else 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Words ``[i, j)`` read as a time. ``year`` is True where the text itself gives or implies the year.

    ``shift`` is (unit, count) of a time that is counted from another time of the text ("three days later").
    """

    i: int
    j: int
    days: Days | None
    granularity: str
    kind: str = "point"
    year: bool = True
    shift: tuple[str, int] | None = None
