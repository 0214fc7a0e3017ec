"""How one figure could have become the other by a slip: digits swapped, one changed or left out, a nought more.

The kinds of slip are those of Damerau (1964), "A technique for computer detection and correction of spelling errors",
between the significant digits of two figures in one unit. Two figures so alike seldom answer different questions.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from reconcile.match.declare import Pairing, Predicate
from reconcile.match.values import dates_of, ends, quantities_of
from reconcile.model import Quantity


def differing(p: Pairing) -> tuple[Decimal, Decimal] | None:
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


@lru_cache(maxsize=65536)
def slip(a: Decimal, b: Decimal) -> tuple[str, int]:
    """Return the slip between two differing figures, "" where it is none, and the significant digits of the longer.

    >>> slip(Decimal(8412), Decimal(4812)), slip(Decimal(1893), Decimal(193)), slip(Decimal(54), Decimal(78))
    (('swapped', 4), ('dropped', 4), ('', 2))
    """
    short, long = sorted((_digits(a), _digits(b)), key=len)
    size = len(long)
    if len(short) < size:
        left_out = len(short) + 1 == size >= 3 and any(long[:n] + long[n + 1 :] == short for n in range(size))
        return ("dropped" if left_out else ""), size
    if a.adjusted() != b.adjusted():
        return ("tenfold" if short == long and a * b > 0 else ""), size
    if sorted(short) == sorted(long):
        return "swapped", size
    return ("changed" if sum(x != y for x, y in zip(short, long, strict=True)) == 1 else ""), size


def _digits(figure: Decimal) -> str:
    return "".join(map(str, figure.normalize().as_tuple().digits))


def slipped(kind: str, least: int = 1) -> Predicate:
    """Hold where a slip of this kind, in so many digits or more, makes one figure of the other."""

    def holds(p: Pairing) -> bool:
        found = differing(p)
        if found is None:
            return False
        name, size = slip(*found)
        return name == kind and size >= least

    return holds


def days_apart(p: Pairing) -> tuple[date, date] | None:
    """Return the two different days of a date pairing, None where a side is no single day."""
    found = dates_of(p)
    if found is None or any(t.low is None or t.low != t.high or t.granularity != "day" for t in found):
        return None
    a, b = sorted(ends(t)[0] for t in found)
    return (a, b) if a != b else None


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
