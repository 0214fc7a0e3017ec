"""Times that another word widens: "since X" to publication day, "from X to Y" and "X - Y" to one period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims.dates.time_grammar import Grammar, read
from reconcile.claims.dates.time_words import Words
from reconcile.claims.dates.timeline import Days, Reading, valid

_SIZES = ("day", "week", "month", "part", "quarter", "year")  # from fine to coarse


def widened(grammar: Grammar, reading: Reading) -> Reading:
    """Return the reading joined with the end of its range, or opened by "since"; else the reading itself."""
    if (joined := _joined(grammar, reading)) is not None:
        return joined
    if (begun := _from_now(grammar, reading)) is not None:
        return begun
    since = grammar.since(reading.i)
    if since < 0 or (reading.kind == "period" and reading.granularity == "day"):
        return reading
    low, anchor = reading.days[0] if reading.days else None, grammar.anchor
    if low and anchor and low > anchor and not reading.year:
        low = valid(low.year - 1, low.month, low.day)
    days = (low, anchor) if low and anchor and low <= anchor else None
    return replace(reading, i=since, days=days, kind="period")


def _joined(grammar: Grammar, first: Reading) -> Reading | None:
    """Join two times ("from Monday to Wednesday", "Oct. 30 - Nov. 2", "from March to the end of June") into one period.

    Times of different size need "from" or "between" before them. Weekdays without it are opening hours: no dates.
    """
    words = grammar.w
    if not _single(words, first):
        return None
    opened = words.before(first.i, "w from") >= 0
    weekday = _bare_weekday(words, first.i, first.j)
    at = grammar.range_end(first.j, first.i)
    if not at:
        return None
    if at < len(words) and (end := words.tag(at, "w now")):
        low, anchor = first.days[0] if first.days else None, grammar.anchor
        return Reading(first.i, end, (low, anchor) if low and anchor and low <= anchor else None, "day", "period")
    other = grammar.skip(at, "w articles", "w day_the")
    second = read(grammar, other) if other < len(words) and words.starts(other) else None
    if second is None or second.i != other or not _single(words, second):
        return None
    if second.days is None and first.days is not None:
        return None  # "1955 to the fall of Saigon"
    mixed = second.granularity != first.granularity
    until = words.tag(first.j, "w until") == at
    if (mixed or first.granularity == "year") and (not (opened or until) or grammar.tokens.gap(first.j) == "-"):
        return None
    if opened and weekday and not mixed and first.days and second.days and words.number(second.j - 1):
        low, high = first.days[0], second.days[1]  # "from next Friday to Oct. 1, 2026"
        return Reading(first.i, second.j, (low, high) if low <= high else None, "day", "period", second.year)
    if weekday != _bare_weekday(words, other, second.j) or words.number(grammar.skip(second.j, "w daylink")):
        return None
    if weekday and not opened:
        return Reading(first.i, second.j, None, "day", "period")
    size = max(first.granularity, second.granularity, key=_SIZES.index)
    return Reading(first.i, second.j, _between(first, second, weekday=weekday), size, "period", second.year)


def _bare_weekday(words: Words, i: int, j: int) -> bool:
    """Return whether words [i, j) name a weekday without a day of the month: "Monday", "next Monday"."""
    named = any(words.family(k, "weekday") is not None for k in (i, i + 1))
    return named and not any(words.number(k) for k in range(i, j))


def _from_now(grammar: Grammar, reading: Reading) -> Reading | None:
    """Return the days from publication on: "between now and May 21", "de aquí al 3 de mayo"."""
    words = grammar.w
    link = words.before(reading.i, "w to")
    now = words.before(link, "w now") if link > 0 else -1
    if now < 0 or words.before(now, "w from") < 0 or reading.shift:
        return None
    high, anchor = reading.days[1] if reading.days else None, grammar.anchor
    days = (anchor, high) if high and anchor and anchor <= high else None
    return replace(reading, i=now, days=days, granularity="day", kind="period")


def _single(words: Words, reading: Reading) -> bool:
    """Return whether a reading is one time and no range: a year or a quarter with its number is a period, but one."""
    if reading.granularity not in _SIZES or reading.shift:
        return False
    numbered = reading.granularity == "quarter" and any(words.family(k, "q") for k in range(reading.i, reading.j))
    return reading.kind != "period" or reading.granularity == "year" or numbered


def _between(first: Reading, second: Reading, *, weekday: bool) -> Days | None:
    """Return first to last day; the side without a year follows the other."""
    if first.days is None or second.days is None:
        return None
    low, high = first.days[0], second.days[1]
    if weekday:
        high = low + timedelta(days=(high - low).days % 7)
    elif second.year and not first.year:
        low = _in_year(low, high.year) if _in_year(low, high.year) <= high else _in_year(low, high.year - 1)
    elif not second.year:
        high = _in_year(high, low.year) if _in_year(high, low.year) >= low else _in_year(high, low.year + 1)
    return (low, high) if low <= high else None


def _in_year(day: date, year: int) -> date:
    """Return the day in another year (29 February becomes the 28th where there is none)."""
    return valid(year, day.month, day.day) or valid(year, day.month, 28) or day
