"""What a printed quantity lets a reader believe: unit conversion, rounding and hedges as intervals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from reconcile.claims.amounts import units
from reconcile.model import Hedge, Quantity

HALF = Decimal("0.5")
NEARLY_LEAST, NEARLY_MOST = Decimal("0.025"), Decimal("0.1")
ABOUT_SHARE = Decimal("0.05")
ROUND_SHARE = Decimal("0.05")
EXACT_BELOW = 100
_WHOLE = ("count", "rank", "score", "age")


def convert(q: Quantity, unit: str) -> Quantity:
    """Return the quantity in another unit of its dimension; currencies convert to themselves only.

    Raises ValueError when ``unit`` is of another dimension.
    """
    if q.unit == unit:
        return q
    if not units.compatible(q.dimension, q.unit, unit):
        raise ValueError(f"cannot express {q.unit!r} ({q.dimension}) in {unit!r}")
    with localcontext() as context:
        context.prec = units.PRECISION
        step = q.step * units.size(q.unit, q.dimension) / units.size(unit, q.dimension)
    return replace(q, low=_moved(q.low, q, unit), high=_moved(q.high, q, unit), step=step, unit=unit)


def _moved(value: Decimal | None, q: Quantity, unit: str) -> Decimal | None:
    if value is None:
        return None
    return units.from_base(units.to_base(value, q.unit, q.dimension), unit, q.dimension)


def base(q: Quantity) -> tuple[Decimal | None, Decimal | None, str]:
    """Return low and high as printed, in the base unit of the dimension, and that unit."""
    unit = units.base_unit(q.dimension, q.unit)
    low = None if q.low is None else units.to_base(q.low, q.unit, q.dimension)
    high = None if q.high is None else units.to_base(q.high, q.unit, q.dimension)
    return low, high, unit


def interval(q: Quantity) -> tuple[Decimal | None, Decimal | None]:
    """Return the values that a reader would accept for a quantity, in the base unit of its dimension.

    A printed value stands for half a step on either side; whole counts, ages, ranks and scores under 100 are
    exact. Round numbers ("62,000", "3 million") stand for half of their last significant place, at most 5
    per cent. "About" adds one such place or 5 per cent, "nearly" reaches half of one below; "over", "at
    least" and "up to" are open. Two intervals that only touch do not meet, unless one of them is a single
    value (``meet``).
    """
    with localcontext() as context:
        context.prec = units.PRECISION
        low, high = _accepted(q)
        ends = (
            None if low is None else units.to_base(low, q.unit, q.dimension),
            None if high is None else units.to_base(high, q.unit, q.dimension),
        )
    return ends


def _accepted(q: Quantity) -> tuple[Decimal | None, Decimal | None]:
    if q.dimension == "score" or q.dimension == "rank":
        return q.low, q.high
    if q.hedge in (Hedge.OVER, Hedge.AT_LEAST):
        return q.low, None
    if q.hedge is Hedge.AT_MOST:
        return None, q.high
    low_slack, high_slack = _slack(q.low, q), _slack(q.high, q)
    if q.hedge is Hedge.ABOUT:
        low_slack, high_slack = _about(q.low, q, low_slack), _about(q.high, q, high_slack)
    elif q.hedge is Hedge.NEARLY:
        low_slack, high_slack = _nearly(q.low, q), Decimal(0)
    return (
        None if q.low is None else q.low - low_slack,
        None if q.high is None else q.high + high_slack,
    )


def _nearly(value: Decimal | None, q: Quantity) -> Decimal:
    """Return how far below a value "nearly" reaches: half a place, at least 2.5 and at most 10 per cent."""
    if value is None:
        return Decimal(0)
    whole = q.step if q.dimension in _WHOLE else Decimal(0)
    return max(min(_place(value, q) / 2, abs(value) * NEARLY_MOST), abs(value) * NEARLY_LEAST, whole)


def _about(value: Decimal | None, q: Quantity, slack: Decimal) -> Decimal:
    return slack if value is None else max(_place(value, q), abs(value) * ABOUT_SHARE, slack)


def _place(value: Decimal, q: Quantity) -> Decimal:
    """Return the last significant place of a value: 1,000 for 62,000, the printed step for 13.8."""
    if value == 0 or q.step < 1:
        return q.step
    if value != value.to_integral_value():
        return q.step
    exponent = int(value.normalize().as_tuple().exponent)
    return max(q.step, Decimal(1).scaleb(exponent)) if exponent >= 2 else q.step


def _slack(value: Decimal | None, q: Quantity) -> Decimal:
    """Return how far the true value may lie from the printed one without any hedge."""
    if value is None or q.dimension == "times":
        return Decimal(0) if value is None else q.step / 2
    if q.dimension in _WHOLE and q.step == 1 and abs(value) < EXACT_BELOW:
        return Decimal(0)
    place = _place(value, q)
    if place == q.step:
        whole = q.dimension in _WHOLE or q.dimension == "currency"
        if place == 1 and whole:
            return Decimal(0)
        if place > 1:
            return min(place * HALF, max(abs(value) * ROUND_SHARE, Decimal(0)))
        return place * HALF
    return min(place * HALF, abs(value) * ROUND_SHARE)


def meet(a: Quantity, b: Quantity) -> bool:
    """Return whether some value is acceptable for both quantities, which must be of one base unit."""
    low_a, high_a = interval(a)
    low_b, high_b = interval(b)
    lows = [value for value in (low_a, low_b) if value is not None]
    highs = [value for value in (high_a, high_b) if value is not None]
    if not lows or not highs:
        return True
    if max(lows) == min(highs):
        return low_a == high_a or low_b == high_b or None in (low_a, high_a, low_b, high_b)
    return max(lows) < min(highs)
