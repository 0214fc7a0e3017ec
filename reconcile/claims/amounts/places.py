"""The stack of places that number words are read with.

A value may be pushed when it fits under the lowest place so far (``one hundred`` takes ``five``, ``twenty``
takes ``seven``, ``ten`` takes nothing); a multiplier gathers all smaller places ("two hundred thousand").
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from reconcile.claims.amounts.numerals import Numerals

ONE = Decimal(1)
THOUSAND = Decimal(1000)


class Place(NamedTuple):
    """One place of a number in words: its value, the magnitude it stands at and the token behind it."""

    value: Decimal
    scale: Decimal
    stop: int


def total_of(places: Sequence[Place]) -> Decimal:
    """Return the number that the places of a spelled number add up to."""
    return sum((place.value for place in places), Decimal(0))


def gather(places: list[Place], multiplier: Decimal, at: int, *, bare: bool) -> int:
    """Multiply all places below ``multiplier``. Where the product does not fit, drop them and end the
    number.
    """
    cut = len(places)
    while cut and (places[cut - 1].value < multiplier or (multiplier == 12 and places[cut - 1].value < 100)):
        cut -= 1
    factor = total_of(places[cut:]) if cut < len(places) else ONE
    if cut == len(places) and not (bare and (not places or multiplier < place_of(places[-1].value))):
        return 0
    if cut and factor * multiplier >= place_of(places[cut - 1].value):
        del places[cut:]
        return 0
    del places[cut:]
    places.append(Place(factor * multiplier, multiplier, at + 1))
    return at + 1


def place_of(value: Decimal) -> Decimal:
    """Return the lowest filled place: 100 for 1,200, 1 for 21, 0 for zero and for broken numbers."""
    if value == 0 or value != value.to_integral_value():
        return Decimal(0)
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(int(exponent))


def fits(value: Decimal, top: Decimal, lex: Numerals) -> bool:
    """Return whether a value may stand below the place above it."""
    if lex.vigesimal and top in (60, 80):
        return value < 20
    if top == 10:
        return lex.vigesimal and 7 <= value <= 9
    return 0 < value < place_of(top)


def evaluate(parts: Sequence[str], lex: Numerals) -> Decimal | None:
    """Return the value of the parts of a written-together number, units before tens
    ("sieben-und-vierzig").
    """
    places: list[Place] = []
    joined = False
    for part in parts:
        if lex.compounds is not None and part in lex.compounds.joiners:
            joined = True
            continue
        multiplier, value = lex.multipliers.get(part), lex.values.get(part)
        if multiplier is not None:
            if not gather(places, multiplier, 0, bare=True):
                return None
        elif value is None:
            return None
        elif joined and places and places[-1].value < 10 and 20 <= value < 100 and value % 10 == 0:
            places[-1] = Place(places[-1].value + value, ONE, 1)
        elif places and not fits(value, places[-1].value, lex):
            return None
        else:
            places.append(Place(value, ONE, 1))
        joined = False
    return total_of(places) if places and not joined else None
