"""Reading one number at one place: digits with magnitudes, number words, fractions and ordinals.

Number words are read with a stack of places (``places.py``); written-together words (``siebenundvierzig``)
are split into the same parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from reconcile.claims.figures import DIGITS, WORD, Token, glued, parse_digits
from reconcile.claims.numerals import Numerals
from reconcile.claims.places import ONE, THOUSAND, Place, evaluate, fits, gather, total_of

MAX_WORDS = 24
HALF = Decimal("0.5")
_GLYPHS = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅕": (1, 5),
    "⅖": (2, 5),
    "⅗": (3, 5),
}
_GLYPHS |= {"⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8)}


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


def read(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Return the number that starts at token ``i``, or None. Looks ahead at most ``MAX_WORDS`` tokens."""
    token = tokens[i]
    if token.kind == DIGITS:
        return _read_figure(tokens, i, lex)
    if token.low in _GLYPHS:
        return _ratio(*_GLYPHS[token.low], i + 1)
    if token.kind != WORD:
        return None
    if token.low not in lex.heads and (lex.compounds is None or not lex.compounds.starts(token.low)):
        return None
    for reader in (_read_vague, _read_prefixed_ordinal, _read_whole_fraction, _read_words):
        number = reader(tokens, i, lex)
        if number is not None:
            return number
    return None


def _ratio(upper: int | Decimal, lower: int, stop: int) -> Number:
    return Number(Decimal(upper) / lower, Decimal(1) / lower / 10, stop, "ratio", denominator=lower)


# --- digits ------------------------------------------------------------


def _read_figure(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    text, stop = _figure_text(tokens, i, lex)
    parsed = parse_digits(text, lex.decimal, both=lex.both)
    if parsed is None:
        return None
    value, decimals = parsed
    step = Decimal(1).scaleb(-decimals)
    if decimals == 0:
        mixed = _mixed_fraction(tokens, stop)
        if mixed is not None:
            upper, lower, after = mixed
            return with_scale(tokens, Number(value + Decimal(upper) / lower, Decimal(1) / lower, after, "figure"), lex)
        ratio = _slash_ratio(tokens, i, stop, value)
        if ratio is not None:
            return ratio
        worded = _fraction_at(tokens, stop, value, lex)
        if worded is not None:
            return _ratio_scaled(tokens, worded, lex)
        suffixed = _ordinal_suffix(tokens, stop, lex)
        if suffixed:
            return Number(value, ONE, suffixed, "rank")
    return with_scale(tokens, Number(value, step, stop, "figure"), lex)


def _figure_text(tokens: Sequence[Token], i: int, lex: Numerals) -> tuple[str, int]:
    """Return a digit string with following groups that a plain blank parts off ("61 000"), and the next
    token.
    """
    text, stop = tokens[i].text, i + 1
    if not text.isdigit() or len(text) > 3 or text.startswith("0"):
        return text, stop
    while stop < len(tokens) and stop - i < 6:
        token = tokens[stop]
        whole = token.text.partition(lex.decimal)[0]
        if token.kind != DIGITS or len(whole) != 3 or not whole.isdigit() or token.start - tokens[stop - 1].end != 1:
            break
        text += token.text
        stop += 1
        if whole != token.text:
            break
    sure = lex.group_space or stop > i + 2 or (stop == i + 2 and tokens[i + 1].text.startswith("0"))
    return (text, stop) if sure else (tokens[i].text, i + 1)


def _mixed_fraction(tokens: Sequence[Token], i: int) -> tuple[int, int, int] | None:
    """Return (upper, lower, next) of "½" or "1/2" that follows a whole number."""
    if i < len(tokens) and tokens[i].low in _GLYPHS:
        return (*_GLYPHS[tokens[i].low], i + 1)
    if i + 2 < len(tokens) and not glued(tokens, i) and tokens[i + 1].low in ("/", "⁄"):
        upper, lower = tokens[i].text, tokens[i + 2].text
        if (
            _small(upper)
            and _small(lower)
            and glued(tokens, i + 1)
            and glued(tokens, i + 2)
            and int(upper) < int(lower)
        ):
            return int(upper), int(lower), i + 3
    return None


def _slash_ratio(tokens: Sequence[Token], i: int, stop: int, value: Decimal) -> Number | None:
    """Return "3/4" as a ratio; "24/7" and "13/8/2025" are none."""
    if stop + 1 >= len(tokens) or tokens[stop].low not in ("/", "⁄") or not _small(tokens[stop + 1].text):
        return None
    lower = int(tokens[stop + 1].text)
    after = tokens[stop + 2].low if stop + 2 < len(tokens) and glued(tokens, stop + 2) else ""
    if glued(tokens, i) or not glued(tokens, stop) or after in ("/", "-") or not 0 < value < lower or lower == 7:
        return None
    return _ratio(value, lower, stop + 2) if lower <= 10 or lower in (12, 16, 20, 100) else None


def _small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and not text.startswith("0")


def _ordinal_suffix(tokens: Sequence[Token], stop: int, lex: Numerals) -> int:
    """Return the token after an ordinal ending ("3rd", "18.ª", "3e"), 0 without one."""
    at = stop
    if at < len(tokens) and tokens[at].low == "." and glued(tokens, at) and glued(tokens, at + 1):
        at += 1
    if at < len(tokens) and glued(tokens, at) and tokens[at].low in lex.ordinal_suffixes:
        return at + 1
    return 0


def with_scale(tokens: Sequence[Token], number: Number, lex: Numerals) -> Number:
    """Return the number with the magnitudes that follow ("1,200 crore", "3.2 m", "two and a half
    million").
    """
    value, step, stop, scale = number.value, number.step, number.stop, number.scale
    half = lex.parts.half_after.at(tokens, stop)
    if half and step >= 1:
        tenth = scale / 10 if scale > 1 else HALF
        value, step, stop = value + scale / 2, tenth, half[1]
    for _ in range(2):
        found = _scale_at(tokens, stop, lex)
        if found is None:
            break
        more, stop = found
        step = more / 10 if step == HALF else step * more
        value, scale = value * more, scale * more
        half = lex.parts.half_after.at(tokens, stop)
        if half:
            value, step, stop = value + more / 2, more / 10, half[1]
    return number._replace(value=value, step=step, stop=stop, scale=scale)


def _scale_at(tokens: Sequence[Token], i: int, lex: Numerals) -> tuple[Decimal, int] | None:
    j = i
    if j < len(tokens) and tokens[j].low == "-" and glued(tokens, j) and glued(tokens, j + 1):
        j += 1
    if j < len(tokens) and tokens[j].low in lex.linkers:
        j += 1
    if j >= len(tokens):
        return None
    scale = lex.multipliers.get(tokens[j].low)
    if scale is not None and (scale >= lex.digit_scale_least or scale == 12):
        return scale, j + 1
    short = lex.short.at(tokens, j)
    if short is None or j != i:
        return None
    scale, after = short
    if after == j + 1 and after < len(tokens) and glued(tokens, after) and tokens[after].kind != 0:
        return None
    return scale, after


# --- words ------------------------------------------------------------


def _read_vague(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    found = lex.vague.at(tokens, i)
    if found is None:
        return None
    (low, high), stop = found
    return Number(low, ONE, stop, "vague", top=high)


def _read_prefixed_ordinal(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Read "ika-3" and "ke-3"."""
    found = lex.ordinal_prefixes.at(tokens, i)
    if found is None:
        return None
    stop = found[1]
    if stop < len(tokens) and glued(tokens, stop) and _small(tokens[stop].text):
        return Number(Decimal(tokens[stop].text), ONE, stop + 1, "rank")
    return None


def _read_whole_fraction(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Read a fraction that is one phrase ("half", "driekwart", "la mitad"), or half of what follows
    ("demi-").
    """
    whole = lex.parts.whole_fractions.at(tokens, i)
    if whole is not None:
        (upper, lower), stop = whole
        return _ratio_scaled(tokens, _ratio(upper, lower, stop), lex)
    half = lex.parts.half_words.at(tokens, i)
    if half is not None:
        (upper, lower), stop = half
        return _ratio_scaled(tokens, _ratio(upper, lower, stop)._replace(kind="half"), lex)
    return None


def _ratio_scaled(tokens: Sequence[Token], ratio: Number, lex: Numerals) -> Number:
    """Return "half a million" as a number; a ratio that no magnitude follows stays one."""
    at = ratio.stop
    of = lex.parts.fraction_of.at(tokens, at)
    for j in (at, of[1] if of else at):
        scale = lex.multipliers.get(tokens[j].low) if j < len(tokens) else None
        if scale is not None and (scale >= THOUSAND or scale == 12):
            value = ratio.value * scale
            return Number(value, max(ONE, scale / 10), j + 1, "word", scale if scale >= THOUSAND else ONE)
    return ratio


def _fraction_at(tokens: Sequence[Token], i: int, upper: Decimal, lex: Numerals) -> Number | None:
    """Return the ratio that the fraction word at ``i`` completes ("two thirds", "one-fifth")."""
    at = i + 1 if i < len(tokens) and tokens[i].low == "-" and glued(tokens, i) and glued(tokens, i + 1) else i
    found = lex.parts.fractions.at(tokens, at)
    if found is None or not 0 < upper < found[0] or upper != upper.to_integral_value():
        return None
    if upper > 1 and tokens[at].low in lex.ordinals and not lex.parts.ordinal_fractions:
        return None
    return _ratio(upper, found[0], found[1])


def _read_words(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Read number words with the stack of places."""
    places: list[Place] = []
    first = tokens[i].low
    if first in lex.articles and i + 1 < len(tokens):
        if lex.multipliers.get(tokens[i + 1].low, ONE) >= 12:
            places.append(Place(ONE, ONE, i + 1))
        else:
            worded = _fraction_at(tokens, i + 1, ONE, lex)
            return _ratio_scaled(tokens, worded, lex) if worded else None
    j = i + len(places)
    while j < len(tokens) and j - i < MAX_WORDS:
        at = _skip_joiner(tokens, j, lex, places[-1].value) if places else j
        rank = _rank_at(tokens, at, lex, places)
        if rank is not None:
            return rank
        after = _take(tokens, at, lex, places)
        if after == 0:
            break
        j = after
    if not places:
        return None
    return _finish(tokens, i, lex, places)


def _finish(tokens: Sequence[Token], i: int, lex: Numerals, places: list[Place]) -> Number:
    total, stop = total_of(places), places[-1].stop
    worded = _fraction_at(tokens, stop, total, lex)
    if worded is not None:
        return _ratio_scaled(tokens, worded, lex)
    step = places[-1].scale if places[-1].scale >= THOUSAND else ONE
    kind = "one" if stop == i + 1 and tokens[i].low in lex.one else "word"
    number = with_scale(tokens, _with_decimals(tokens, Number(total, step, stop, kind, step), lex), lex)
    return number if number.stop == stop else number._replace(kind="word")


def _with_decimals(tokens: Sequence[Token], number: Number, lex: Numerals) -> Number:
    """Return "three point one four" with its decimals."""
    point = lex.points.at(tokens, number.stop)
    if point is None:
        return number
    stop, digits = point[1], ""
    while stop < len(tokens) and len(digits) < 8:
        digit = lex.values.get(tokens[stop].low)
        if digit is None or not 0 <= digit < 10:
            break
        digits, stop = digits + str(digit), stop + 1
    if not digits:
        return number
    step = ONE.scaleb(-len(digits))
    return number._replace(value=number.value + Decimal(digits) * step, step=step, stop=stop)


def _skip_joiner(tokens: Sequence[Token], j: int, lex: Numerals, top: Decimal) -> int:
    """Return where the next number word may stand: after a hyphen, a linker or a joining word."""
    token = tokens[j]
    if token.low == "-":
        return j + 1 if glued(tokens, j) and glued(tokens, j + 1) else len(tokens)
    if token.low in lex.linkers:
        return j + 1 if j + 1 < len(tokens) and tokens[j + 1].low in lex.multipliers else len(tokens)
    joiner = lex.joiners.at(tokens, j) if top >= lex.joiner_least else None
    if joiner is not None and joiner[1] < len(tokens) and tokens[joiner[1]].low not in lex.multipliers:
        return joiner[1]
    return j


def _rank_at(tokens: Sequence[Token], at: int, lex: Numerals, places: list[Place]) -> Number | None:
    """Return the ordinal that the word at ``at`` makes with the places before it ("twenty-first")."""
    if at >= len(tokens) or tokens[at].kind != WORD:
        return None
    word = tokens[at].low
    value = lex.ordinals.get(word)
    if value is None and lex.compounds is not None and word not in lex.values:
        parts = lex.compounds.split_ordinal(word)
        value = evaluate(parts, lex) if parts else None
    if value is None or (places and not fits(value, places[-1].value, lex)):
        return None
    if places and _fraction_at(tokens, at, total_of(places), lex) is not None:
        return None
    if len(places) == 1 and places[0].value == 1:
        return None
    return Number(total_of(places) + value, ONE, at + 1, "rank")


def _take(tokens: Sequence[Token], at: int, lex: Numerals, places: list[Place]) -> int:
    """Push or gather the word at ``at``; return the next token, 0 where it is no part of the number."""
    if at >= len(tokens):
        return 0
    word = tokens[at].low
    if word in lex.teens and places and places[-1].value < 10:
        places[-1] = Place(places[-1].value + 10, ONE, at + 1)
        return at + 1
    multiplier = lex.multipliers.get(word)
    if multiplier is not None:
        return gather(places, multiplier, at, bare=word in lex.bare)
    multi = lex.multi.at(tokens, at)
    value, stop = multi if multi else (lex.values.get(word), at + 1)
    if value is None and lex.compounds is not None and tokens[at].kind == WORD:
        parts = lex.compounds.split(word)
        value = evaluate(parts, lex) if parts else None
    if value is None or (places and not fits(value, places[-1].value, lex)):
        return 0
    places.append(Place(value, THOUSAND if value >= THOUSAND and value % THOUSAND == 0 else ONE, stop))
    return stop
