"""Two numbers that make one measure: scores, ranges, "two in three", "five days and 20 hours"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from reconcile.claims import units
from reconcile.claims.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.lexicon import Lexicon
from reconcile.claims.measures import Measure, share, single_at, unit_at, year_like
from reconcile.claims.places import ONE

_DASHES = ("-", "–", "—")
_COMPOUND = ("duration", "length", "mass", "currency")
_NO_RANGE = ("rank", "vague", "article", "ratio")


def measure_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return the longest measure that starts at token ``i``: a range, a compound, a ratio or a plain one."""
    first = single_at(tokens, i, lex)
    if first is None:
        return None
    for reader in (_score, _range, _one_in):
        measure = reader(tokens, first, lex)
        if measure is not None:
            return measure
    return _compound(tokens, first, lex)


def _score(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return "4-2" as a score: low is the first number, high the second. Ascending pairs need a cue or no
    noun.
    """
    j = first.stop
    if first.unit or first.kind != "figure" or j != first.start + 1 or j + 1 >= len(tokens):
        return None
    mark, second = tokens[j], tokens[j + 1]
    if mark.low not in ("-", "–", ":") or not (glued(tokens, j) and glued(tokens, j + 1)):
        return None
    if not (_points(tokens[first.start]) and _points(second)) or (mark.low == ":" and _is_clock(tokens, j)):
        return None
    if j + 2 < len(tokens) and glued(tokens, j + 2) and (tokens[j + 2].kind or tokens[j + 2].low in "%-–:/"):
        return None
    if unit_at(tokens, j + 2, lex) is not None and not _listed(tokens, j + 2):
        return None
    a, b = int(tokens[first.start].text), int(second.text)
    if not _is_score(tokens[max(0, first.start - 10) : j + 8], tokens[j + 2 : j + 3], (a, b), lex):
        return None
    return Measure(first.start, j + 2, Decimal(a), Decimal(b), ONE, "score", "score", "figure")


def _points(token: Token) -> bool:
    text = token.text
    return token.kind == DIGITS and text.isdigit() and len(text) <= 3 and not (len(text) > 1 and text[0] == "0")


def _listed(tokens: Sequence[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].low in ",;)"


def _is_clock(tokens: Sequence[Token], j: int) -> bool:
    """Return whether "7:30" with the colon at ``j`` reads as a time of day: two digits under 60 after it."""
    hour, minute = tokens[j - 1].text, tokens[j + 1].text
    return len(minute) == 2 and int(minute) < 60 and int(hour) < 25


def _is_score(around: Sequence[Token], after: Sequence[Token], pair: tuple[int, int], lex: Lexicon) -> bool:
    """Return whether two numbers with a dash are a score: falling or level, or a word of sport or votes
    near by.
    """
    if pair[0] >= pair[1] or pair[0] == 0:
        return pair[0] < 200
    cues = lex.sets["score_cues"]
    if not any(token.low in cues for token in around):
        return False
    return all(t.kind != WORD or t.low in lex.sets["stop"] or t.low in cues for t in after)


def _range(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return a range with unit and magnitude carried back; None where the second number is another's."""
    if first.kind in _NO_RANGE:
        return None
    at, how = _connector(tokens, first, lex)
    if at == 0 or at >= len(tokens):
        return None
    second = single_at(tokens, at, lex)
    if second is None or second.kind in _NO_RANGE or tokens[at].low in ("-", "+"):
        return None
    multiple = second.unit == "times" != first.unit and tokens[at].kind == WORD and second.stop == at + 1
    if multiple or (first.unit and second.unit and not units.may_equal(first.unit, second.unit)):
        return None
    low, step = first.low, min(first.step, second.step)
    if first.scale == 1 and second.scale > 1 and low * second.scale <= second.low:
        low, step = low * second.scale, min(first.step * second.scale, second.step)
    if how in ("from", "by"):
        if first.unit:
            return None
        return replace(first, low=low, high=low, step=step, unit=second.unit, dimension=second.dimension)
    if not low < second.low or (how == "or" and (first.unit or second.low > low * 3)):
        return None
    return replace(
        second,
        start=first.start,
        low=low,
        step=step,
        unit=_more_exact(first.unit, second.unit),
        dimension=first.dimension or second.dimension,
        kind="figure" if "figure" in (first.kind, second.kind) else "word",
        ranged=True,
    )


def _more_exact(unit_a: str, unit_b: str) -> str:
    """Return the unit that says more: one rather than none, a currency code rather than "crown"."""
    if not unit_a or not unit_b:
        return unit_a or unit_b
    return unit_a if unit_a in units.ISO_CODES else unit_b


def _connector(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> tuple[int, str]:
    """Return the token after a word or dash that joins two numbers, and how: range, or, from (a change); 0
    if none.
    """
    j, start = first.stop, first.start
    if j >= len(tokens):
        return 0, ""
    if tokens[j].low in _DASHES:
        spaced = glued(tokens, j) == glued(tokens, j + 1)
        digits = j + 1 < len(tokens) and (tokens[j + 1].kind != MARK or tokens[j + 1].low not in _DASHES)
        return (j + 1, "range") if spaced and digits and tokens[j].low != "—" else (0, "")
    if lex.phrases["before:range_between"].before(tokens, start):
        joined = lex.phrases["range_between_and"].at(tokens, j)
        if joined:
            return joined[1], "range"
    joined = lex.phrases["by"].at(tokens, j)
    if joined:
        return joined[1], "by"
    changing = lex.phrases["before:range_from"].before(tokens, start)
    if changing:
        joined = lex.phrases["change_to"].at(tokens, j)
        return (joined[1], "from") if joined else (0, "")
    joined = lex.phrases["range_to"].at(tokens, j)
    if joined:
        return joined[1], "range"
    joined = lex.phrases["range_or"].at(tokens, j)
    return (joined[1], "or") if joined else (0, "")


def _one_in(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return "two in three" as per cent."""
    if first.unit or first.kind not in ("figure", "word", "one") or not 0 < first.low < 1000:
        return None
    found = lex.numerals.parts.one_in.at(tokens, first.stop)
    if found is None or found[1] >= len(tokens):
        return None
    second = single_at(tokens, found[1], lex)
    if second is None or second.unit or second.kind not in ("figure", "word"):
        return None
    lower = second.low
    if (
        not first.low < lower <= lex.numerals.parts.one_in_most
        or lower % 1
        or first.low % 1
        or first.step != 1
        or year_like(lower)
    ):
        return None
    return share(first.start, second.stop, first.low, lower)


def _compound(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure:
    """Return "five days and 20 hours" as one measure in the smaller unit."""
    if first.dimension not in _COMPOUND or first.ranged or first.step < 1 or first.kind == "article":
        return first
    if first.dimension == "currency":
        return _with_cents(tokens, first, lex)
    measure = first
    for _ in range(2):
        second = _smaller(tokens, measure, lex)
        if second is None:
            break
        ratio = units.size(measure.unit, measure.dimension) / units.size(second.unit, second.dimension)
        value = (measure.low * ratio).quantize(second.step) + second.low
        measure = replace(second, start=first.start, low=value, high=value)
    return measure


def _with_cents(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure:
    """Return "13 dollars and 45 cents" as one amount."""
    joined = lex.phrases["compound_joiners"].at(tokens, first.stop)
    j = joined[1] if joined else first.stop
    if first.unit in units.SUBUNITS or first.scale != 1 or j >= len(tokens) or not tokens[j].kind:
        return first
    second = single_at(tokens, j, lex)
    if second is None or second.unit not in units.SUBUNITS or not 0 < second.low < 100:
        return first
    value = first.low + second.low / units.SUBUNITS[second.unit]
    return replace(first, stop=second.stop, low=value, high=value, step=ONE / units.SUBUNITS[second.unit])


def _smaller(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    j = first.stop
    joined = lex.phrases["compound_joiners"].at(tokens, j)
    if joined:
        j = joined[1]
    elif j < len(tokens) and tokens[j].low == ",":
        j += 1
    if j >= len(tokens) or tokens[j].low in ("-", "+") or (j == first.stop and not tokens[j].kind):
        return None
    if first.unit == "foot" and tokens[j].kind == DIGITS and j + 1 < len(tokens) and tokens[j + 1].low == "in":
        value = Decimal(tokens[j].text) if tokens[j].text.isdigit() and len(tokens[j].text) < 3 else None
        return Measure(j, j + 2, value, value, ONE, "inch", "length", "figure") if value is not None else None
    second = single_at(tokens, j, lex)
    if second is None or second.dimension != first.dimension or second.kind not in ("figure", "word"):
        return None
    ratio = units.size(first.unit, first.dimension) / units.size(second.unit, second.dimension)
    return second if ratio > 1 and second.low < ratio + ratio / 10 else None
