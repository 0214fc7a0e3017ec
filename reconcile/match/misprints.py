"""How one figure could have become the other by a slip: digits swapped, one changed or left out, a nought more.

The kinds of slip are those of Damerau (1964), "A technique for computer detection and correction of spelling errors",
between the significant digits of two figures in one unit. Two figures so alike seldom answer different questions.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reconcile.match.declare import Pairing, Predicate
from reconcile.match.values import dates_of, quantities_of
from reconcile.model import Quantity, TimeRef


def figures(p: Pairing) -> tuple[Decimal, Decimal] | None:
    """Return the printed figures of two different values in one unit, None where there is none such."""
    found = quantities_of(p)
    if found is None or found[0].unit != found[1].unit or "score" in (found[0].dimension, found[1].dimension):
        return None
    a, b = (_printed(q) for q in found)
    return (a, b) if a is not None and b is not None and a != b else None


def _printed(q: Quantity) -> Decimal | None:
    """Return the only figure that a quantity prints."""
    if q.low is not None and q.high is not None and q.low != q.high:
        return None
    return q.low if q.low is not None else q.high


def digits(figure: Decimal) -> str:
    """Return the significant digits.

    >>> digits(Decimal("2400")), digits(Decimal("0.31"))
    ('24', '31')
    """
    return "".join(map(str, figure.normalize().as_tuple().digits))


def _of_one_size(p: Pairing) -> tuple[str, str] | None:
    """Return the digits of two figures that are as many and begin at one place."""
    found = figures(p)
    if found is None or found[0].adjusted() != found[1].adjusted():
        return None
    a, b = (digits(figure) for figure in found)
    return (a, b) if len(a) == len(b) else None


def swapped(least: int) -> Predicate:
    """Hold where both figures have the same digits in another order (8,412 and 4,812), so many or more."""

    def holds(p: Pairing) -> bool:
        found = _of_one_size(p)
        return found is not None and len(found[0]) >= least and sorted(found[0]) == sorted(found[1])

    return holds


def changed(least: int) -> Predicate:
    """Hold where one digit differs (1,340 and 1,640) of so many or more."""

    def holds(p: Pairing) -> bool:
        found = _of_one_size(p)
        if found is None or len(found[0]) < least:
            return False
        return sum(x != y for x, y in zip(*found, strict=True)) == 1

    return holds


def dropped(p: Pairing) -> bool:
    """One digit of three or more is missing on one side (1,893 and 193)."""
    found = figures(p)
    if found is None:
        return False
    short, long = sorted((digits(figure) for figure in found), key=len)
    return len(long) == len(short) + 1 >= 3 and any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def tenfold(p: Pairing) -> bool:
    """Both figures have the same digits, one is ten times the other or more (30,000 and 300,000)."""
    found = figures(p)
    return found is not None and digits(found[0]) == digits(found[1]) and found[0] * found[1] > 0


def days_apart(p: Pairing) -> tuple[date, date] | None:
    """Return the two different days of a date pairing, None where a side is no single day."""
    found = dates_of(p)
    if found is None or any(t.low is None or t.low != t.high or t.granularity != "day" for t in found):
        return None
    a, b = sorted(map(_day, found))
    return (a, b) if a != b else None


def _day(time: TimeRef) -> date:
    return date.fromisoformat(str(time.low)[:10])


def month_slipped(p: Pairing) -> bool:
    """The same day of another month of one year."""
    days = days_apart(p)
    return days is not None and days[0].day == days[1].day and days[0].year == days[1].year


def tens_slipped(p: Pairing) -> bool:
    """Days of one month, ten or twenty apart."""
    days = days_apart(p)
    return days is not None and (days[1] - days[0]).days in (10, 20) and days[0].month == days[1].month


def next_day(p: Pairing) -> bool:
    """One day is the next of the other."""
    days = days_apart(p)
    return days is not None and (days[1] - days[0]).days == 1
