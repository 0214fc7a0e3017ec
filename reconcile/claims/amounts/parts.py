"""Fractions: "1/2", "½", "two thirds", "half", "a quarter of a million"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from reconcile.claims.amounts.figures import WORD, Token, glued
from reconcile.claims.amounts.numerals import Numerals
from reconcile.claims.amounts.places import ONE, THOUSAND, fits

HALF = Decimal("0.5")
GLYPHS = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅕": (1, 5),
    "⅖": (2, 5),
    "⅗": (3, 5),
}
GLYPHS |= {"⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8)}


class Number(NamedTuple):
    """A number as read up to token ``stop``. ``kind``: figure, word, one, ratio, half, rank or vague.

    A ratio's ``value`` is the fraction itself (``1/3``) and ``denominator`` its lower part; a vague number
    ("dozens") reaches from ``value`` to ``top``; ``scale`` is the magnitude word that was read ("million").
    """

    value: Decimal
    step: Decimal
    stop: int
    kind: str
    scale: Decimal = ONE
    top: Decimal | None = None
    denominator: int = 0


def ratio_of(upper: int | Decimal, lower: int, stop: int) -> Number:
    """Return ``upper / lower`` as a ratio; its step is a tenth of one part."""
    return Number(Decimal(upper) / lower, Decimal(1) / lower / 10, stop, "ratio", denominator=lower)


def mixed_fraction(tokens: Sequence[Token], i: int) -> tuple[int, int, int] | None:
    """Return (upper, lower, next) of "½" or "1/2" that follows a whole number."""
    if i < len(tokens) and tokens[i].low in GLYPHS:
        return (*GLYPHS[tokens[i].low], i + 1)
    if i + 2 < len(tokens) and not glued(tokens, i) and tokens[i + 1].low in ("/", "⁄"):
        upper, lower = tokens[i].text, tokens[i + 2].text
        if (
            is_small(upper)
            and is_small(lower)
            and glued(tokens, i + 1)
            and glued(tokens, i + 2)
            and int(upper) < int(lower)
        ):
            return int(upper), int(lower), i + 3
    return None


def slash_ratio(tokens: Sequence[Token], i: int, stop: int, value: Decimal) -> Number | None:
    """Return "3/4" as a ratio; "24/7" and "13/8/2025" are none."""
    if stop + 1 >= len(tokens) or tokens[stop].low not in ("/", "⁄") or not is_small(tokens[stop + 1].text):
        return None
    lower = int(tokens[stop + 1].text)
    after = tokens[stop + 2].low if stop + 2 < len(tokens) and glued(tokens, stop + 2) else ""
    signed = i > 0 and tokens[i - 1].low in "+-" and not glued(tokens, i - 1)
    if (
        (glued(tokens, i) and not signed)
        or not glued(tokens, stop)
        or after in ("/", "-")
        or not 0 < value < lower
        or lower == 7
    ):
        return None
    return ratio_of(value, lower, stop + 2) if lower <= 10 or lower in (12, 16, 20, 100) else None


def is_small(text: str) -> bool:
    """Return whether a digit string is a whole number of one to three figures."""
    return text.isascii() and text.isdigit() and len(text) <= 3 and not text.startswith("0")


def read_whole_fraction(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Read a fraction that is one phrase ("half", "driekwart", "la mitad"), or half of what follows
    ("demi-").
    """
    whole = lex.parts.whole_fractions.at(tokens, i)
    if whole is not None:
        (upper, lower), stop = whole
        return ratio_scaled(tokens, ratio_of(upper, lower, stop), lex)
    half = lex.parts.half_words.at(tokens, i)
    if half is not None:
        (upper, lower), stop = half
        return ratio_scaled(tokens, ratio_of(upper, lower, stop)._replace(kind="half"), lex)
    return None


def ratio_scaled(tokens: Sequence[Token], part: Number, lex: Numerals) -> Number:
    """Return "half a million" as a number; a ratio that no magnitude follows stays one."""
    at = part.stop
    of = lex.parts.fraction_of.at(tokens, at)
    for j in (at, of[1] if of else at):
        scale = lex.multipliers.get(tokens[j].low) if j < len(tokens) else None
        if scale is not None and (scale >= THOUSAND or scale == 12):
            value = (part.value * scale).quantize(ONE) if scale >= THOUSAND else part.value * scale
            return Number(value, max(ONE, scale / 10), j + 1, "word", scale if scale >= THOUSAND else ONE)
    return part


def fraction_at(tokens: Sequence[Token], i: int, upper: Decimal, lex: Numerals) -> Number | None:
    """Return the ratio that the fraction word at ``i`` completes ("two thirds", "one-fifth", "one - fifth")."""
    at = i
    if i + 1 < len(tokens) and tokens[i].low == "-" and tokens[i + 1].kind == WORD:
        even = glued(tokens, i) == glued(tokens, i + 1)
        at = i + 1 if even and (glued(tokens, i) or tokens[i - 1].kind == WORD) else i
    found = lex.parts.fractions.at(tokens, at) or _compound_denominator(tokens, at, lex)
    if found is None or not 0 < upper < found[0] or upper != upper.to_integral_value():
        return None
    if upper > 1 and tokens[found[1] - 1].low in lex.ordinals and not lex.parts.ordinal_fractions:
        return None
    return ratio_of(upper, found[0], found[1])


def _compound_denominator(tokens: Sequence[Token], at: int, lex: Numerals) -> tuple[int, int] | None:
    """Return the lower number of "twenty-fifth" and "twenty-fifths", and the token after it."""
    if at + 2 >= len(tokens) or tokens[at + 1].low != "-" or not (glued(tokens, at + 1) and glued(tokens, at + 2)):
        return None
    tens, word = lex.values.get(tokens[at].low, ONE), tokens[at + 2].low
    units = lex.ordinals.get(word) or lex.ordinals.get(word.removesuffix("s"))
    if not 20 <= tens < 100 or units is None or not fits(units, tens, lex):
        return None
    return int(tens + units), at + 3
