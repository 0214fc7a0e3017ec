"""Canonical units with their dimension and size, symbols shared by all languages, and currencies.

A unit is a plain string: ``"kilometre"``, ``"percent"``, an ISO 4217 code (``"NOK"``) or, where the text
names no country, the generic name of the currency (``"crown"``, ``"peso"``, ``"dollar"``). ``may_equal``
says which codes a generic name may stand for. Exchange rates are not applied: a currency converts to itself
only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal, localcontext
from pathlib import Path
from types import MappingProxyType

PRECISION = 60
_DATA = tomllib.loads((Path(__file__).parent / "units.toml").read_text(encoding="utf-8"))
_BASES: Mapping[str, str] = MappingProxyType({name: row["base"] for name, row in _DATA["dimensions"].items()})
_SIZES: Mapping[str, Mapping[str, Decimal]] = MappingProxyType(
    {
        name: MappingProxyType({unit: Decimal(size) for unit, size in row.items() if unit != "base"})
        for name, row in _DATA["dimensions"].items()
    }
)
_ZERO: Mapping[str, Decimal] = MappingProxyType({unit: Decimal(zero) for unit, zero in _DATA["zero"].items()})
# One-letter symbols are read only where they touch the number, or in lower case after a figure.
SHORT_SYMBOLS = frozenset("mshgltABKVWJ")
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {symbol: unit for unit, symbols in _DATA["symbols"].items() for symbol in symbols}
)
ISO_CODES = frozenset(_DATA["codes"]["iso"].split())
LOWER_CODES = frozenset(_DATA["codes"]["lower"].split())
SUBUNITS: Mapping[str, int] = MappingProxyType(_DATA["subunits"])
GENERIC: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        name: MappingProxyType(dict(pair.split() for pair in row.split(",") if pair))
        for name, row in _DATA["currencies"].items()
    }
)
SIGNS: Mapping[str, str] = MappingProxyType(
    {sign: code for code, signs in _DATA["signs"].items() for sign in signs}
    | {f"{code}$": code for code in _DATA["codes"]["with_dollar"].split()}
    | {code: code for code in sorted(ISO_CODES)}
)
_DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {unit: dimension for dimension, sizes in _SIZES.items() for unit in sizes if dimension != "age"}
)
# A name with one country only is that country's currency.
_SINGLE = {name: next(iter(row.values())) for name, row in GENERIC.items() if len(row) == 1}


def dimension_of(unit: str) -> str:
    """Return the dimension of a canonical unit, ``""`` for a name that is none."""
    if unit in ISO_CODES or unit in GENERIC:
        return "currency"
    return _DIMENSIONS.get(unit, "currency" if len(unit) == 3 and unit.isupper() else "")


def currency(name: str, country: str = "") -> str:
    """Return the ISO code for a generic name with a country, else the name (or the only code it can mean).

    >>> currency("crown", "NO"), currency("crown"), currency("yen")
    ('NOK', 'crown', 'JPY')
    """
    row = GENERIC.get(name, {})
    return row.get(country, "") or _SINGLE.get(name, name)


def countries(name: str) -> frozenset[str]:
    """Return the countries whose currency has this generic name."""
    return frozenset(GENERIC.get(name, {}))


def may_equal(unit_a: str, unit_b: str) -> bool:
    """Return whether two unit names may be one unit: the same, or a generic currency and one it may stand
    for.

    >>> may_equal("crown", "NOK"), may_equal("NOK", "SEK"), may_equal("dollar", "USD")
    (True, False, True)
    """
    if unit_a == unit_b:
        return True
    codes_a = set(GENERIC[unit_a].values()) if unit_a in GENERIC else {unit_a}
    codes_b = set(GENERIC[unit_b].values()) if unit_b in GENERIC else {unit_b}
    return bool(codes_a & codes_b)


def base_unit(dimension: str, unit: str) -> str:
    """Return the unit that values of the dimension are compared in; a currency is its own base."""
    return _BASES.get(dimension, unit)


def size(unit: str, dimension: str) -> Decimal:
    """Return one unit (a step, without offset) in the base unit. Raises ValueError for an unknown unit."""
    if dimension == "currency":
        return Decimal(1)
    sizes = _SIZES.get(dimension, {})
    if unit not in sizes:
        raise ValueError(f"{unit!r} is no unit of {dimension!r}; known: {', '.join(sorted(sizes)) or 'none'}")
    return sizes[unit]


def to_base(value: Decimal, unit: str, dimension: str) -> Decimal:
    """Return a value in the base unit of its dimension (temperatures with their zero point)."""
    with localcontext() as context:
        context.prec = PRECISION
        return (value - _ZERO.get(unit, Decimal(0))) * size(unit, dimension)


def from_base(value: Decimal, unit: str, dimension: str) -> Decimal:
    """Return a value given in the base unit in ``unit``."""
    with localcontext() as context:
        context.prec = PRECISION
        return value / size(unit, dimension) + _ZERO.get(unit, Decimal(0))


def compatible(dimension: str, unit_a: str, unit_b: str) -> bool:
    """Return whether a value in ``unit_a`` can be expressed in ``unit_b``."""
    if dimension == "currency":
        return unit_a == unit_b
    sizes = _SIZES.get(dimension, {})
    return unit_a in sizes and unit_b in sizes
