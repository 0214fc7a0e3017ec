"""Reading one number at one place: digits with magnitudes, number words, fractions and ordinals.

Number words are read with a stack of places (``places.py``); written-together words (``siebenundvierzig``)
are split into the same parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued, parse_digits
from reconcile.claims.amounts.numerals import Numerals
from reconcile.claims.amounts.parts import (
    GLYPHS,
    HALF,
    Number,
    fraction_at,
    is_small,
    mixed_fraction,
    ratio_of,
    ratio_scaled,
    read_whole_fraction,
    slash_ratio,
)
from reconcile.claims.amounts.places import ONE, THOUSAND, Place, evaluate, fits, gather, total_of

MAX_WORDS = 24
_HUNDRED = Decimal(100)
_MAX_EXPONENT = 30
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def read(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Return the number that starts at token ``i``, or None. Looks ahead at most ``MAX_WORDS`` tokens."""
    token = tokens[i]
    if token.kind == DIGITS:
        number = _read_figure(tokens, i, lex)
        return None if number is None else _lower_places(tokens, number, lex)
    if token.low in GLYPHS:
        return ratio_of(*GLYPHS[token.low], i + 1)
    if token.kind != WORD:
        return None
    if token.low not in lex.heads and (lex.compounds is None or not lex.compounds.starts(token.low)):
        return None
    for reader in (_read_vague, _read_prefixed_ordinal, read_whole_fraction, _read_words):
        number = reader(tokens, i, lex)
        if number is not None:
            return number
    return None


# --- digits ------------------------------------------------------------


def _read_figure(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    text, stop = _figure_text(tokens, i, lex)
    parsed = parse_digits(text, lex.decimal, both=lex.both)
    if parsed is None:
        return None
    value, decimals = parsed
    step = Decimal(1).scaleb(-decimals)
    if decimals == 0:
        mixed = mixed_fraction(tokens, stop)
        if mixed is not None:
            upper, lower, after = mixed
            return with_scale(tokens, Number(value + Decimal(upper) / lower, Decimal(1) / lower, after, "figure"), lex)
        ratio = slash_ratio(tokens, i, stop, value)
        if ratio is not None:
            return ratio
        worded = fraction_at(tokens, stop, value, lex)
        if worded is not None:
            return ratio_scaled(tokens, worded, lex)
        suffixed = _ordinal_suffix(tokens, stop, lex)
        if suffixed:
            return Number(value, ONE, suffixed, "rank")
    power, after = _power_of_ten(tokens, stop)
    if power:
        return Number(value * power, step * power, after, "figure", max(power, ONE))
    return with_scale(tokens, Number(value, step, stop, "figure"), lex)


def _power_of_ten(tokens: Sequence[Token], i: int) -> tuple[Decimal, int]:
    """Return the power in "1.3e6", "1.3 x 10^6" and "1.3 × 10⁶" and the token after it; (0, i) without one."""
    if i >= len(tokens):
        return Decimal(0), i
    j, raised = i + 1, ""
    if tokens[i].low == "e" and glued(tokens, i):
        signed = j + 1 < len(tokens) and tokens[j].low in ("-", "+") and glued(tokens, j)
        sign, j = (tokens[j].low, j + 1) if signed else ("", j)
    elif tokens[i].low in ("x", "×") and j + 1 < len(tokens) and tokens[j].text == "10" and glued(tokens, j + 1):
        j += 2 if tokens[j + 1].low == "^" else 1
        signed = j + 1 < len(tokens) and tokens[j].low in ("-", "⁻") and glued(tokens, j)
        sign, j = ("-", j + 1) if signed else ("", j)
    else:
        return Decimal(0), i
    if j < len(tokens) and glued(tokens, j):
        raised = tokens[j].text.translate(_RAISED)
    if not (raised.isascii() and raised.isdigit()) or len(raised) > 2 or int(raised) > _MAX_EXPONENT:
        return Decimal(0), i
    return ONE.scaleb(-int(raised) if sign == "-" else int(raised)), j + 1


def _lower_places(tokens: Sequence[Token], number: Number, lex: Numerals) -> Number:
    """Return "2 crore 50 lakh" and "3 hundred and 21" as one number."""
    scale = number.scale
    while scale >= _HUNDRED and number.kind == "figure" and number.stop < len(tokens):
        joiner = lex.joiners.at(tokens, number.stop) if scale == _HUNDRED else None
        at = joiner[1] if joiner else number.stop
        lower = _plain_number(tokens, at, lex)
        if lower is None or lower.kind == "rank" or not 0 < lower.value < scale or lower.step < 1:
            break
        if joiner is None and not 1 < lower.scale < scale:
            break
        value = number.value + lower.value
        number, scale = number._replace(value=value, step=lower.step, stop=lower.stop), lower.scale
    return number


def _plain_number(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Return the figure or number words at ``i`` with their magnitude."""
    if i >= len(tokens) or tokens[i].kind == MARK:
        return None
    return _read_figure(tokens, i, lex) if tokens[i].kind == DIGITS else _read_words(tokens, i, lex)


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


def _ordinal_suffix(tokens: Sequence[Token], stop: int, lex: Numerals) -> int:
    """Return the token after an ordinal ending ("3rd", "18.ª", "3e"), 0 without one."""
    at = stop
    if at < len(tokens) and tokens[at].low == "." and glued(tokens, at) and glued(tokens, at + 1):
        at += 1
    if at < len(tokens) and glued(tokens, at) and tokens[at].low in lex.ordinal_suffixes:
        degree = tokens[at].low == "º" and at + 1 < len(tokens) and tokens[at + 1].low in ("c", "f")
        return 0 if degree else at + 1
    return 0


def with_scale(tokens: Sequence[Token], number: Number, lex: Numerals) -> Number:
    """Return the number with the magnitudes that follow ("1,200 crore", "3.2 m", "two and a half
    million").
    """
    value, step, stop, scale = number.value, number.step, number.stop, number.scale
    half = lex.parts.half_after.at(tokens, stop)
    if half and step >= 1 and not (scale > 1 and _scale_at(tokens, half[1], lex)):
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
        if half and not _scale_at(tokens, half[1], lex):
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
    if stop < len(tokens) and glued(tokens, stop) and is_small(tokens[stop].text):
        return Number(Decimal(tokens[stop].text), ONE, stop + 1, "rank")
    return None


def _read_words(tokens: Sequence[Token], i: int, lex: Numerals) -> Number | None:
    """Read number words with the stack of places."""
    places: list[Place] = []
    first = tokens[i].low
    if first in lex.articles and i + 1 < len(tokens):
        if lex.multipliers.get(tokens[i + 1].low, ONE) >= 12:
            places.append(Place(ONE, ONE, i + 1))
        else:
            worded = fraction_at(tokens, i + 1, ONE, lex)
            return ratio_scaled(tokens, worded, lex) if worded else None
    j = i + len(places)
    while j < len(tokens) and j - i < MAX_WORDS:
        at = _skip_joiner(tokens, j, lex, places[-1].value) if places else j
        if j < at < len(tokens) and tokens[j].kind == WORD and _counts_parts(tokens, at, lex):
            break  # "one hundred and three quarters"
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
    worded = fraction_at(tokens, stop, total, lex)
    if worded is not None:
        return ratio_scaled(tokens, worded, lex)
    step = places[-1].scale if places[-1].scale >= THOUSAND else ONE
    kind = "one" if stop == i + 1 and tokens[i].low in lex.one else "word"
    number = with_scale(tokens, _with_decimals(tokens, Number(total, step, stop, kind, step), lex), lex)
    return number if number.stop == stop else number._replace(kind="word")


def _counts_parts(tokens: Sequence[Token], at: int, lex: Numerals) -> bool:
    """Return whether the number word at ``at`` counts parts ("three quarters", "fifty-four hundredths", "one half")."""
    if tokens[at].low not in lex.values:
        return False
    upper, stop = _finish_pair(tokens, at, lex)
    return bool(lex.parts.whole_fractions.at(tokens, at) or fraction_at(tokens, stop, Decimal(upper), lex))


def _with_decimals(tokens: Sequence[Token], number: Number, lex: Numerals) -> Number:
    """Return "three point one four" with its decimals."""
    point = lex.points.at(tokens, number.stop)
    if point is None:
        return number
    stop, digits = point[1], ""
    while stop < len(tokens) and len(digits) < 8:
        digit = lex.values.get(tokens[stop].low)
        if digit is not None and 10 <= digit < 100 and not digits:
            pair = _finish_pair(tokens, stop, lex)
            digits, stop = str(pair[0]), pair[1]
            break
        if digit is None or not 0 <= digit < 10:
            break
        digits, stop = digits + str(digit), stop + 1
    if not digits:
        return number
    step = ONE.scaleb(-len(digits))
    return number._replace(value=number.value + Decimal(digits) * step, step=step, stop=stop)


def _finish_pair(tokens: Sequence[Token], i: int, lex: Numerals) -> tuple[int, int]:
    """Return the two-figure number word at ``i`` ("eleven", "seventy-one") and the token after it."""
    tens = lex.values[tokens[i].low]
    j = i + 2 if i + 1 < len(tokens) and tokens[i + 1].low == "-" and glued(tokens, i + 1) else i + 1
    more = lex.values.get(tokens[j].low) if j < len(tokens) else None
    return (int(tens + more), j + 1) if more is not None and fits(more, tens, lex) and more < 10 else (int(tens), i + 1)


def _skip_joiner(tokens: Sequence[Token], j: int, lex: Numerals, top: Decimal) -> int:
    """Return where the next number word may stand: after a hyphen, a linker or a joining word."""
    token = tokens[j]
    hyphened = lex.joiners.at(tokens, j) if token.low == "-" else None
    if hyphened is not None:  # "vingt-et-un"
        return hyphened[1]
    if token.low == "-":
        return j + 1 if glued(tokens, j + 1) == glued(tokens, j) and _hyphened(tokens, j, lex, top) else len(tokens)
    if token.low in lex.linkers:
        return j + 1 if j + 1 < len(tokens) and tokens[j + 1].low in lex.multipliers else len(tokens)
    joiner = lex.joiners.at(tokens, j) if top >= lex.joiner_least else None
    if joiner is not None and joiner[1] < len(tokens) and tokens[joiner[1]].low not in lex.multipliers:
        return joiner[1]
    return j


def _hyphened(tokens: Sequence[Token], j: int, lex: Numerals, top: Decimal) -> bool:
    """Return whether the hyphen at ``j`` joins number words: a glued one does, a spaced one in "fifty - two"."""
    if glued(tokens, j):
        return True
    after = lex.values.get(tokens[j + 1].low, ONE * 10) if j + 1 < len(tokens) else ONE * 10
    return 20 <= top < 100 and top % 10 == 0 and after < 10


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
    if places and fraction_at(tokens, at, total_of(places), lex) is not None:
        return None
    if len(places) == 1 and places[0].value == 1:
        return None
    last = lex.ordinals.get(tokens[at + 1].low) if not places and at + 1 < len(tokens) else None
    if last is not None and last < 10 <= value and value % 10 == 0:  # "vigésimo segundo"
        return Number(value + last, ONE, at + 2, "rank")
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
