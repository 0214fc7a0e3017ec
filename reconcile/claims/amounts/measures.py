"""A number with what it measures: currency signs, units, ranges, scores, compounds ("1 hour 20 minutes")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import DIGITS, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.numbers import read, with_scale
from reconcile.claims.amounts.parts import HALF, Number
from reconcile.claims.amounts.places import ONE
from reconcile.claims.amounts.unit_names import code_scale, letter_scale, prefix_at, scaled, unit_at

_DASHES = ("-", "–", "—")
_COMPOUND = ("duration", "length", "mass", "currency")
_NEAR = 8
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
    prefix, j = prefix_at(tokens, j, lex)
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
    number = letter_scale(tokens, number, bool(prefix), lex)
    number = _coded(tokens, j, number, prefix=bool(prefix))
    number = _mixed(tokens, number, lex) if not prefix else number
    measure = _with_unit(tokens, i, number, lex, prefix=prefix)
    if measure is not None and sign < 0 and measure.kind == "one":
        measure = replace(measure, kind="word")
    return measure if sign > 0 or measure is None else _negated(measure)


def _coded(tokens: Sequence[Token], i: int, number: Number, *, prefix: bool) -> Number:
    """Return the number with the magnitude of the currency code beside it ("48.5 MSEK", "MSEK 120")."""
    at = i - 1 if prefix else number.stop
    scale = code_scale(tokens[at]) if at < len(tokens) else ONE
    return scaled(number, scale, number.stop) if scale > 1 and number.scale == 1 else number


def _mixed(tokens: Sequence[Token], number: Number, lex: Lexicon) -> Number:
    """Return "five and a quarter", "3 million and a quarter" as one number, where a unit or a mark follows."""
    joined = lex.numerals.joiners.at(tokens, number.stop)
    whole = number.step == number.scale
    if joined is None or number.kind not in ("figure", "word", "one") or not whole or joined[1] >= len(tokens):
        return number
    part = read(tokens, joined[1], lex.numerals)
    if part is None or part.denominator > 20 or (part.kind != "ratio" and not _smaller_part(tokens, part, number, lex)):
        return number
    end = part.stop >= len(tokens) or (not tokens[part.stop].kind and tokens[part.stop].low != "-")
    if not end and unit_at(tokens, part.stop, lex) is None:
        return number
    if part.kind != "ratio":
        return Number(number.value + part.value, part.step, part.stop, "word", part.scale)
    step = number.scale / part.denominator
    return Number(number.value + part.value * number.scale, step, part.stop, "word", number.scale)


def _smaller_part(tokens: Sequence[Token], part: Number, number: Number, lex: Lexicon) -> bool:
    """Return whether a number is a part of a lower magnitude: "one billion and a quarter million"."""
    spoken = part.kind == "word" and part.scale > part.step and tokens[part.stop - 1].low in lex.numerals.multipliers
    return spoken and part.value < part.scale < number.scale


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
    ranging = i > 0 and tokens[i - 1].kind == DIGITS  # "75 -300mm"
    if (
        token.low in ("-", "+")
        and not ranging
        and glued(tokens, i + 1)
        and not (glued(tokens, i) and tokens[i - 1].low not in "([")
    ):
        return (-1 if token.low == "-" else 1), i + 1
    minus = lex.phrases["minus"].at(tokens, i)
    if minus is None:
        return 1, i
    hedge = lex.hedges.before(tokens, minus[1])  # the "menos" of "al menos 12" is no sign
    return (1, i) if hedge and hedge[1] < i else (-1, minus[1])


def _with_unit(tokens: Sequence[Token], i: int, number: Number, lex: Lexicon, *, prefix: str) -> Measure | None:
    stop, value, step, kind = number.stop, number.value, number.step, number.kind
    top = value if number.top is None else number.top
    if prefix:
        unit, stop = _after_prefix(tokens, stop, prefix, lex)
        return Measure(i, stop, value, top, step, unit, "currency", kind, number.scale)
    found = unit_at(tokens, stop, lex) or _linked_unit(tokens, number, lex)
    if found is None and number.scale > 1:  # "850 mdp": millions of pesos in one word
        found = lex.short_units.at(tokens, stop - 1)
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
        top = top if number.kind == "vague" else number.value
        value, step, stop = number.value, number.step, number.stop
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
    single = number.value > 1 and tokens[stop - 1].low == "pound"  # "a 550 pound hog"
    joined = (
        (tokens[stop - 2].low == "-" or single)
        and after not in lex.sets["money_nouns"]
        and after not in lex.sets["stop"]
    )
    weighed = any(token.low in lex.sets["mass_cues"] for token in near) or after == "of"
    return "pound mass" if weighed or (joined and lex.sets["money_nouns"]) else "pound"


def _below_zero(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    below = lex.phrases["below_zero"].at(tokens, measure.stop)
    if measure.dimension == "temperature" and below and measure.low > 0:
        return replace(_negated(measure), stop=below[1])
    return measure


def _after_prefix(tokens: Sequence[Token], stop: int, prefix: str, lex: Lexicon) -> tuple[str, int]:
    """Return the currency when a name follows too ("$5 Canadian", "US$5 dollars", "R$ 5 reais")."""
    if (
        stop + 1 < len(tokens)
        and tokens[stop].low == ","
        and tokens[stop + 1].low in _DASHES
        and glued(tokens, stop + 1)
    ):
        stop += 2  # "€ 35,-"
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
    value, step = _as_share(number.value), _as_share(number.step)
    return Measure(i, number.stop, value, value, step, "percent", "ratio", "ratio")


def _article_unit(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return "an hour" as one hour, of kind "article": kept only where a hedge or a half makes it a
    measure.
    """
    if tokens[i].low not in lex.numerals.articles:
        return None
    found = unit_at(tokens, i + 1, lex)
    if found is None or tokens[i + 1].kind != WORD or (found[1] < len(tokens) and tokens[found[1]].kind == DIGITS):
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
        if rank is not None and rank.kind == "rank" and rank.value > 1 and _thing(tokens, rank.stop, lex):
            return share(i, rank.stop, ONE, rank.value)
    if tokens[i].low not in lex.numerals.one:
        return None
    reach = 4 if lex.numerals.parts.one_gap or tokens[i].low not in lex.numerals.articles else 2
    for j in range(i + 1, min(i + reach, len(tokens))):
        found = lex.numerals.parts.one_in.at(tokens, j)
        if found is not None and found[1] < len(tokens):
            second = single_at(tokens, found[1], lex) if tokens[found[1]].low not in lex.numerals.one else None
            plain = second is not None and not second.unit and second.kind in ("figure", "word")
            apart = j > i + 1 and second is not None and (second.low > 10 or _plural(tokens, second.stop, lex))
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


def _thing(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether what stands at ``j`` can be counted in shares: not "every third day"."""
    word = tokens[j].low if j < len(tokens) else ""
    return word not in lex.sets["periods"] and word not in lex.sets["rank_blocked_after"]


def _plural(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether the word at ``j`` looks like a plural noun ("un raid sur deux villes" is no share)."""
    if j >= len(tokens) or tokens[j].kind != WORD or tokens[j].low in lex.sets["stop"]:
        return False
    return tokens[j].low.endswith(("s", "x"))


def share(start: int, stop: int, upper: Decimal, lower: Decimal) -> Measure:
    """Return ``upper`` out of ``lower`` as a percentage."""
    value, step = _as_share(upper / lower), _as_share(ONE / lower / 10)
    return Measure(start, stop, value, value, step, "percent", "ratio", "ratio")


def _as_share(part: Decimal) -> Decimal:
    """Return a part of one as a percentage: four decimals, and more for small ones."""
    places = SHARE if abs(part) >= SHARE else ONE.scaleb(part.adjusted() - 2)
    return (part * PERCENT).quantize(places)


def year_like(value: Decimal) -> bool:
    """Return whether a bare number may be a year."""
    return 1900 <= value < 2100
