"""A number with what it measures: currency signs, units, ranges, scores, compounds ("1 hour 20 minutes")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reconcile.claims import units
from reconcile.claims.figures import DIGITS, WORD, Token, glued
from reconcile.claims.lexicon import Lexicon
from reconcile.claims.numbers import HALF, Number, read, with_scale
from reconcile.claims.places import ONE

_DASHES = ("-", "–", "—")
_COMPOUND = ("duration", "length", "mass", "currency")
_NEAR = 8
_ANY_CASE = frozenset(["km", "kg", "cm", "ml", "km/h", "mph", "kwh", "km²", "m²"])
_PREFIX_ONLY = frozenset(["P", "R", "RM", "Sh", "Fr."])
PERCENT = Decimal(100)
SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Measure:
    """Tokens ``[start, stop)`` say ``low`` to ``high`` of ``unit`` (empty: a bare number). ``kind`` as in
    ``Number``.
    """

    start: int
    stop: int
    low: Decimal
    high: Decimal
    step: Decimal
    unit: str
    dimension: str
    kind: str
    scale: Decimal = ONE
    ranged: bool = False


def single_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return one number with its sign, currency and unit, without looking for a second number."""
    multiple = lex.multiples.at(tokens, i)
    if multiple is not None:
        return Measure(i, multiple[1], multiple[0], multiple[0], ONE, "times", "times", "word")
    sign, j = _sign(tokens, i, lex)
    prefix, j = _prefix(tokens, j, lex)
    if j >= len(tokens):
        return None
    number = read(tokens, j, lex.numerals)
    if number is None or number.kind == "one":
        share = _one_of(tokens, j, lex) if not prefix else None
        if share is not None:
            return share
    if number is None:
        return None if prefix or sign < 0 else _article_unit(tokens, i, lex)
    if prefix and tokens[j].kind != DIGITS:
        return None
    if number.kind == "rank":
        return None if prefix else Measure(i, number.stop, number.value, number.value, ONE, "rank", "rank", "rank")
    dotted = _dot_rank(tokens, j, number, lex)
    if dotted is not None and not prefix:
        return dotted
    number = _letter_scale(tokens, number, bool(prefix), lex)
    number = _mixed(tokens, number, lex) if not prefix else number
    measure = _with_unit(tokens, i, number, lex, prefix=prefix)
    if measure is not None and sign < 0 and measure.kind == "one":
        measure = replace(measure, kind="word")
    return measure if sign > 0 or measure is None else _negated(measure)


def _mixed(tokens: Sequence[Token], number: Number, lex: Lexicon) -> Number:
    """Return "five and a quarter" as one number, where a unit or the end of the clause follows."""
    joined = lex.numerals.joiners.at(tokens, number.stop)
    if joined is None or number.kind not in ("figure", "word", "one") or number.step != 1 or joined[1] >= len(tokens):
        return number
    part = read(tokens, joined[1], lex.numerals)
    if part is None or part.kind != "ratio" or part.denominator > 20:
        return number
    end = part.stop >= len(tokens) or (not tokens[part.stop].kind and tokens[part.stop].low != "-")
    if not end and unit_at(tokens, part.stop, lex) is None:
        return number
    return Number(number.value + part.value, ONE / part.denominator, part.stop, "word")


def _dot_rank(tokens: Sequence[Token], i: int, number: Number, lex: Lexicon) -> Measure | None:
    """Return "der 3. Platz" as a rank, in languages that write ordinals with a dot."""
    j = number.stop
    if i == 0 or tokens[i - 1].low not in lex.sets["rank_before"] or number.kind != "figure" or j != i + 1:
        return None
    if j + 1 >= len(tokens) or tokens[j].low != "." or tokens[j + 1].kind != WORD or number.value % 1:
        return None
    return Measure(i, j + 1, number.value, number.value, ONE, "rank", "rank", "rank") if glued(tokens, j) else None


def _negated(measure: Measure) -> Measure:
    return replace(measure, low=-measure.high, high=-measure.low)


def _sign(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[int, int]:
    token = tokens[i]
    if token.low in ("-", "+") and glued(tokens, i + 1) and not (glued(tokens, i) and tokens[i - 1].low not in "(["):
        return (-1 if token.low == "-" else 1), i + 1
    minus = lex.phrases["minus"].at(tokens, i)
    if minus is None:
        return 1, i
    hedge = lex.hedges.before(tokens, minus[1])  # the "menos" of "al menos 12" is no sign
    return (1, i) if hedge and hedge[1] < i else (-1, minus[1])


def _prefix(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int]:
    """Return the currency whose sign or code stands at ``i`` before a digit, and the token after it."""
    found = _sign_at(tokens, i, lex)
    if found is None:
        return "", i
    text, code, stop = found
    if text in units.LOWER_CODES:
        return "", i
    if stop >= len(tokens) or tokens[stop].kind != DIGITS or (text[0].isalpha() and glued(tokens, i)):
        return "", i
    if text in _PREFIX_ONLY and not glued(tokens, stop):
        return "", i
    return code, stop


def _sign_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, str, int] | None:
    """Return (text, code, next token) of the currency sign or code at ``i``; case counts, save in "usd$"."""
    found = lex.signs.at(tokens, i)
    if found is None:
        return None
    spellings, stop = found
    text = "".join(token.text for token in tokens[i:stop])
    code = spellings.get(text, "")
    if not code and len(text) > 2 and (text.isupper() or text[-1] == "$" or text in units.LOWER_CODES):
        code = spellings.get(text.upper(), "")
    return (text, code, stop) if code else None


def _letter_scale(tokens: Sequence[Token], number: Number, money: bool, lex: Lexicon) -> Number:
    """Return the number with the "m", "b", "k" or "t" that follows it, where that is no unit."""
    j, letters = number.stop, lex.numerals.letters
    if j >= len(tokens) or tokens[j].low not in letters or number.scale != 1:
        return number
    letter, near = tokens[j].text, glued(tokens, j)
    if j + 1 < len(tokens) and glued(tokens, j + 1) and (tokens[j + 1].kind or tokens[j + 1].low in "'’"):
        return number
    if money or currency_at(tokens, j + 1, lex) is not None:
        return _scaled(number, letters[letter.lower()], j + 1) if near or letter in "mMbB" else number
    counts = near and _counts_things(tokens, j + 1, lex)
    ends = near and (j + 1 == len(tokens) or not tokens[j + 1].kind) and (number.step < 1 or number.value >= 10)
    if (letter in "kK" and near) or (letter in "mMbB" and counts) or (letter in "MBb" and ends):
        return _scaled(number, letters[letter.lower()], j + 1)
    return number


def _scaled(number: Number, scale: Decimal, stop: int) -> Number:
    return number._replace(value=number.value * scale, step=number.step * scale, stop=stop, scale=scale)


def _counts_things(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether "2.1m" before token ``j`` counts things ("2.1m views") rather than metres ("1.5m
    tall").
    """
    if j >= len(tokens) or tokens[j].kind != WORD or tokens[j].low in lex.sets["dimension_adjectives"]:
        return False
    return tokens[j].low not in lex.sets["stop"] and tokens[j].low not in lex.sets["races"]


def currency_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return the currency named at token ``i`` ("euros", "$", "NOK") and the token after it."""
    named = lex.currencies.at(tokens, i)
    if named is not None:
        return named
    found = _sign_at(tokens, i, lex)
    if found is None:
        return None
    text, code, stop = found
    if text in _PREFIX_ONLY or (stop < len(tokens) and glued(tokens, stop) and tokens[stop].kind):
        return None
    return code, stop


def unit_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return the canonical unit named at token ``i`` and the token after it; a joining hyphen is passed
    over.
    """
    at = i
    if at < len(tokens) and tokens[at].low == "-" and glued(tokens, at) and glued(tokens, at + 1):
        at += 1
    best: tuple[str, int] | None = None
    for found in (
        lex.units.at(tokens, i),
        lex.units.at(tokens, at),
        currency_at(tokens, at, lex),
        _symbol(tokens, at),
    ):
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best


def _symbol(tokens: Sequence[Token], i: int) -> tuple[str, int] | None:
    """Return the unit whose symbol starts at ``i`` ("km/h", "°C", "m²"), the longest first, case observed."""
    if i >= len(tokens):
        return None
    text, stop, best = "", i, None
    while stop < min(i + 4, len(tokens)) and (stop == i or glued(tokens, stop) or text in "°º"):
        text += tokens[stop].text if stop == i or glued(tokens, stop) else " " + tokens[stop].text
        stop += 1
        unit = units.SYMBOLS.get(text) or (units.SYMBOLS.get(text.lower()) if text.lower() in _ANY_CASE else None)
        if unit is not None:
            best = unit, stop
    if best is None:
        return None
    after = best[1]
    if after < len(tokens) and glued(tokens, after) and (tokens[after].kind or tokens[after].low in "'’"):
        return None
    if tokens[i].text in units.SHORT_SYMBOLS and after == i + 1 and not _short_allowed(tokens, i):
        return None
    return best


def _short_allowed(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a one-letter symbol is one: it touches a number, or is a lower-case one after a
    figure.
    """
    return glued(tokens, i) or (i > 0 and tokens[i - 1].kind == DIGITS and tokens[i].text.islower())


def _with_unit(tokens: Sequence[Token], i: int, number: Number, lex: Lexicon, *, prefix: str) -> Measure | None:
    stop, value, step, kind = number.stop, number.value, number.step, number.kind
    top = value if number.top is None else number.top
    if prefix:
        unit, stop = _after_prefix(tokens, stop, prefix, lex)
        return Measure(i, stop, value, top, step, unit, "currency", kind, number.scale)
    found = unit_at(tokens, stop, lex) or _linked_unit(tokens, number, lex)
    if number.kind in ("ratio", "half"):
        return _ratio_measure(tokens, i, number, lex, found=found)
    if found is None:
        return Measure(i, stop, value, top, step, "", "", kind, number.scale)
    unit, stop = found
    if unit == "pound":
        unit = _pound(tokens, (i, stop), number, lex)
    half = lex.numerals.parts.half_after.at(tokens, stop)
    if half and step >= 1:
        value, top, step, stop = value + HALF, top + HALF, HALF, half[1]
    if unit in units.ISO_CODES and number.scale == 1:
        number = with_scale(tokens, number._replace(stop=stop), lex.numerals)
        value, top, step, stop = number.value, number.value, number.step, number.stop
    if unit == "megabyte" and tokens[stop - 1].text == "mb" and 850 <= value <= 1100:
        unit = "millibar"
    measure = Measure(i, stop, value, top, step, unit, units.dimension_of(unit), kind, number.scale)
    return _below_zero(tokens, measure, lex)


def _linked_unit(tokens: Sequence[Token], number: Number, lex: Lexicon) -> tuple[str, int] | None:
    """Return the unit in "3,2 millions d'euros", "millions of dollars", "apat na oras"."""
    link = lex.phrases["unit_links"].at(tokens, number.stop)
    if link is None or not (number.scale >= 1_000_000 or number.kind == "vague" or lex.numerals.linkers):
        return None
    return unit_at(tokens, link[1], lex)


def _pound(tokens: Sequence[Token], span: tuple[int, int], number: Number, lex: Lexicon) -> str:
    """Return whether "pounds" are money or a weight: told by a word of weighing near by, "of" or a hyphen."""
    i, stop = span
    if number.scale >= 1000:
        return "pound"
    near = tokens[max(0, i - _NEAR) : stop + _NEAR]
    after = tokens[stop].low if stop < len(tokens) else ""
    if any(token.low in ("£", "gbp", "sterling", "€", "$") for token in near):
        return "pound"
    joined = tokens[stop - 2].low == "-" and after not in lex.sets["money_nouns"] and after not in lex.sets["stop"]
    weighed = any(token.low in lex.sets["mass_cues"] for token in near) or after == "of"
    return "pound mass" if weighed or (joined and lex.sets["money_nouns"]) else "pound"


def _below_zero(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    below = lex.phrases["below_zero"].at(tokens, measure.stop)
    if measure.dimension == "temperature" and below and measure.low > 0:
        return replace(_negated(measure), stop=below[1])
    return measure


def _after_prefix(tokens: Sequence[Token], stop: int, prefix: str, lex: Lexicon) -> tuple[str, int]:
    """Return the currency when a name follows too ("$5 Canadian", "US$5 dollars", "R$ 5 reais")."""
    named = lex.currencies.at(tokens, stop)
    if named is not None and units.may_equal(named[0], prefix):
        return (prefix if len(prefix) == 3 else named[0]), named[1]
    return prefix, stop


def _ratio_measure(
    tokens: Sequence[Token], i: int, number: Number, lex: Lexicon, *, found: tuple[str, int] | None
) -> Measure | None:
    """Return "half an hour" or "a quarter of a point" as a measure, a fraction alone as per cent."""
    of = lex.numerals.parts.fraction_of.at(tokens, number.stop)
    if found is None and of is not None:
        found = unit_at(tokens, of[1], lex)
    for j in (number.stop, of[1] if of else number.stop):
        point = lex.phrases["fraction_points"].at(tokens, j)
        if point is not None:
            found = "percentage point", point[1]
    if found is not None:
        unit, stop = found
        step = ONE / max(number.denominator, 2)
        return Measure(i, stop, number.value, number.value, step, unit, units.dimension_of(unit), "word")
    if number.kind == "half":
        return None
    value = (number.value * PERCENT).quantize(SHARE)
    step = (number.step * PERCENT).quantize(SHARE)
    return Measure(i, number.stop, value, value, step, "percent", "ratio", "ratio")


def _article_unit(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return "an hour" as one hour, of kind "article": kept only where a hedge or a half makes it a
    measure.
    """
    if tokens[i].low not in lex.numerals.articles:
        return None
    found = unit_at(tokens, i + 1, lex)
    if found is None or tokens[i + 1].kind != WORD:
        return None
    unit, stop = found
    dimension = units.dimension_of(unit)
    half = lex.numerals.parts.half_after.at(tokens, stop)
    if half:
        return Measure(i, half[1], ONE + HALF, ONE + HALF, HALF, unit, dimension, "word")
    sure = lex.numerals.article_is_one and dimension != "duration"
    return Measure(i, stop, ONE, ONE, ONE, unit, dimension, "word" if sure else "article")


def _one_of(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return "un coursier sur trois", "uno de cada cinco" and "jeder dritte Wähler" as per cent."""
    if tokens[i].low in lex.sets["every"] and i + 1 < len(tokens):
        rank = read(tokens, i + 1, lex.numerals)
        if rank is not None and rank.kind == "rank" and rank.value > 1:
            return share(i, rank.stop, ONE, rank.value)
    if tokens[i].low not in lex.numerals.one:
        return None
    reach = 4 if lex.numerals.parts.one_gap else 2
    for j in range(i + 1, min(i + reach, len(tokens))):
        found = lex.numerals.parts.one_in.at(tokens, j)
        if found is not None and found[1] < len(tokens):
            second = single_at(tokens, found[1], lex) if tokens[found[1]].low not in lex.numerals.one else None
            plain = second is not None and not second.unit and second.kind in ("figure", "word")
            apart = j > i + 1 and second is not None and (second.low > 10 or _plural(tokens, second.stop))
            if (
                second is not None
                and plain
                and not apart
                and 1 < second.low <= lex.numerals.parts.one_in_most
                and not year_like(second.low)
            ):
                return share(i, second.stop, ONE, second.low)
            return None
        if tokens[j].kind != WORD or tokens[j].low in lex.sets["stop"]:
            return None
    return None


def _plural(tokens: Sequence[Token], j: int) -> bool:
    """Return whether the word at ``j`` looks like a plural noun ("un raid sur deux villes" is no share)."""
    return j < len(tokens) and tokens[j].kind == WORD and tokens[j].low.endswith(("s", "x"))


def share(start: int, stop: int, upper: Decimal, lower: Decimal) -> Measure:
    """Return ``upper`` out of ``lower`` as a percentage."""
    value = (PERCENT * upper / lower).quantize(SHARE)
    return Measure(start, stop, value, value, (PERCENT / lower / 10).quantize(SHARE), "percent", "ratio", "ratio")


def year_like(value: Decimal) -> bool:
    """Return whether a bare number may be a year."""
    return 1900 <= value < 2100
