"""Two numbers that make one measure: scores, ranges, "two in three", "five days and 20 hours"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.measures import Measure, share, single_at, year_like
from reconcile.claims.amounts.places import ONE
from reconcile.claims.amounts.unit_names import unit_at

_DASHES = ("-", "–", "—")
_COMPOUND = ("duration", "length", "mass", "currency")
_SIDES = ("", "length", "resolution", "times")
_NO_RANGE = ("rank", "vague", "article", "ratio")


def measure_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return the longest measure that starts at token ``i``: a range, a compound, a ratio or a plain one."""
    first = single_at(tokens, i, lex)
    if first is None:
        return None
    for reader in (_score, _ballot, _range, _one_in):
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
    in_row = _is_pair(tokens, j + 2) or _is_pair(tokens, j + 3) or _is_pair(tokens, first.start - 3)
    if not in_row and not _is_score(tokens[max(0, first.start - 10) : j + 8], tokens[j + 2 : j + 3], (a, b), lex):
        return None
    return Measure(first.start, j + 2, Decimal(a), Decimal(b), ONE, "score", "score", "figure")


def _is_pair(tokens: Sequence[Token], i: int) -> bool:
    """Return whether another pair such as "6-3" stands at ``i``: the sets of one match."""
    if i < 0 or i + 2 >= len(tokens) or tokens[i + 1].low not in ("-", "–"):
        return False
    apart = not glued(tokens, i) and glued(tokens, i + 1) and glued(tokens, i + 2)
    return apart and _points(tokens[i]) and _points(tokens[i + 2])


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
    if (pair[0] >= pair[1] or pair[0] == 0) and pair[0] < 200:
        return True
    cues = lex.sets["score_cues"]
    if not any(token.low in cues for token in around):
        return False
    return all(t.kind != WORD or t.low in lex.sets["stop"] or t.low in cues for t in after)


def _ballot(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return "51 to 49", "218 votes to 210", "3-to-1", "two-nil" as a score: sport or votes must be near by."""
    j, start = first.stop, first.start
    if first.unit or first.kind not in ("figure", "word", "one") or not _counts(first) or j >= len(tokens):
        return None
    cues = lex.sets["score_cues"]
    noun = tokens[j].low in cues
    joined = lex.phrases["score_to"].at(tokens, j + noun) or _spelled_dash(tokens, first)
    if joined is None or joined[1] >= len(tokens) or lex.phrases["before:range_from"].before(tokens, start):
        return None
    second = single_at(tokens, joined[1], lex)
    if second is None or second.unit or second.kind not in ("figure", "word", "one") or not _counts(second):
        return None
    if not noun and first.low < second.low:
        return None
    hyphened = tokens[j].low == "-" and joined[1] > j + 1
    near = noun or hyphened or any(token.low in cues for token in tokens[max(0, start - 10) : second.stop + 6])
    after = tokens[second.stop] if second.stop < len(tokens) else None
    thing = after is not None and after.kind == WORD and after.low not in lex.sets["stop"] and after.low not in cues
    if not near or (thing and not hyphened) or unit_at(tokens, second.stop, lex) is not None:
        return None
    return Measure(start, second.stop, first.low, second.low, ONE, "score", "score", "figure")


def _spelled_dash(tokens: Sequence[Token], first: Measure) -> tuple[bool, int] | None:
    """Return the token after the hyphen in "two-nil"; "two-one-two" and "two-year" go on otherwise."""
    j = first.stop
    if first.kind == "figure" or tokens[j].low != "-" or not (glued(tokens, j) and glued(tokens, j + 1)):
        return None
    more = j + 2 < len(tokens) and glued(tokens, j + 2) and tokens[j + 2].low == "-"
    return None if more or tokens[j + 1].kind != WORD else (True, j + 1)


def _counts(measure: Measure) -> bool:
    """Return whether a measure is a whole number of points or votes."""
    return measure.scale == 1 and measure.low % 1 == 0 and measure.low == measure.high < _MOST_VOTES


_MOST_VOTES = 1000


def _range(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return a range with unit and magnitude carried back; None where the second number is another's."""
    if first.kind in _NO_RANGE:
        return None
    at, how = _connector(tokens, first, lex)
    if at == 0 or at >= len(tokens):
        return None
    second = single_at(tokens, at, lex)
    if second is None or tokens[at].low in ("-", "+"):
        return None
    first = _in_unit(first, second) if how == "range" else first
    if not _one_measure(tokens, at, (first, second), how):
        return None
    low, step = first.low, min(first.step, second.step)
    if first.scale == 1 and second.scale > 1 and low * second.scale <= second.low:
        low, step = low * second.scale, min(first.step * second.scale, second.step)
    if how in ("from", "by"):
        if first.unit or (how == "by" and second.dimension not in _SIDES):
            return None
        return replace(first, low=low, high=low, step=step, unit=second.unit, dimension=second.dimension)
    if second.low < 0 < low and not first.unit and tokens[at].kind and not lex.phrases["minus"].at(tokens, at):
        return replace(second, start=first.start, high=-low, ranged=True)  # "5 to 8 degrees below zero"
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


def _one_measure(tokens: Sequence[Token], at: int, ends: tuple[Measure, Measure], how: str) -> bool:
    """Return whether the number at ``at`` is the other end of the first one, not a measure of its own."""
    first, second = ends
    if how == "to" and second.unit:
        return False  # "rose 2 metres to 7.8 m": a change and a level
    if second.kind in _NO_RANGE and not (second.kind == "article" and first.unit == second.unit != ""):
        return False
    multiple = second.unit == "times" != first.unit and tokens[at].kind == WORD and second.stop == at + 1
    if multiple or (first.unit and second.unit and not units.may_equal(first.unit, second.unit)):
        return False
    return first.unit != "percent" or second.unit != "" or tokens[at - 1].kind != WORD  # "perd 1,3 % à 7 545 points"


def _in_unit(first: Measure, second: Measure) -> Measure:
    """Return the first end of "45 minutes to an hour" in the unit of the second, where they are of one kind."""
    if first.dimension not in _CONVERTED or first.dimension != second.dimension or first.unit == second.unit:
        return first
    ratio = units.size(first.unit, first.dimension) / units.size(second.unit, second.dimension)
    low, step = (round(value * ratio, _PLACES).normalize() for value in (first.low, first.step))
    return replace(first, low=low, high=low, step=step, unit=second.unit)


_CONVERTED = ("duration", "length", "mass", "area", "volume", "data", "power", "energy")
_PLACES = 6


def _more_exact(unit_a: str, unit_b: str) -> str:
    """Return the unit that says more: one rather than none, a currency code rather than "crown"."""
    if not unit_a or not unit_b:
        return unit_a or unit_b
    return unit_a if unit_a in units.ISO_CODES else unit_b


def _connector(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> tuple[int, str]:
    """Return the token after a word or dash that joins two numbers, and how: range, to (after a word
    of change), or, by, from (a change); 0 if none.
    """
    j, start = first.stop, first.start
    if j >= len(tokens):
        return 0, ""
    if tokens[j].low in _DASHES:
        even = glued(tokens, j) == glued(tokens, j + 1)
        digits = j + 1 < len(tokens) and (tokens[j + 1].kind != MARK or tokens[j + 1].low not in _DASHES)
        if even or tokens[j].low != "-":
            return (j + 1, "range") if even and digits and tokens[j].low != "—" else (0, "")
    if lex.phrases["before:range_between"].before(tokens, start):
        joined = lex.phrases["range_between_and"].at(tokens, j)
        if joined:
            return joined[1], "range"
    joined = lex.phrases["by"].at(tokens, j)
    if joined:
        return joined[1], "by"
    changing = lex.phrases["before:range_from"].before(tokens, start)
    if changing and not lex.phrases["before:range_from_sure"].before(tokens, start):
        joined = lex.phrases["change_to"].at(tokens, j)
        if joined:
            return joined[1], "from"
    joined = lex.phrases["range_to"].at(tokens, j)
    if joined:
        moved = first.unit and lex.phrases["before:change_before"].before(tokens, start)
        return joined[1], "to" if moved else "range"
    joined = lex.phrases["range_or"].at(tokens, j)
    return (joined[1], "or") if joined else (0, "")


def _one_in(tokens: Sequence[Token], first: Measure, lex: Lexicon) -> Measure | None:
    """Return "two in three" as per cent."""
    if first.unit not in ("", "times") or first.kind not in ("figure", "word", "one") or not 0 < first.low < 1000:
        return None
    at = first.stop
    if (
        lex.numerals.parts.one_gap
        and at < len(tokens)
        and tokens[at].kind == WORD
        and tokens[at].low not in lex.sets["stop"]
    ):
        at += 1  # "neuf personnes sur dix"
    found = lex.numerals.parts.one_in.at(tokens, at)
    if found is None or found[1] >= len(tokens):
        return None
    second = single_at(tokens, found[1], lex)
    if second is None or second.unit or second.kind not in ("figure", "word"):
        return None
    lower = second.low
    if second.stop < len(tokens) and tokens[second.stop].low in lex.sets["marks"]:
        return None  # "4 out of 5 stars"
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
    """Return "five days and 20 hours", "an hour and 35 minutes" as one measure in the smaller unit."""
    if first.dimension not in _COMPOUND or first.ranged or first.step < 1:
        return first
    if first.kind == "article" and lex.phrases["compound_joiners"].at(tokens, first.stop) is None:
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
    if second is None or not 0 < second.low < 100 or second.ranged or second.low % 1:
        return first
    bare = not second.unit and second.kind in ("figure", "word") and _ends_amount(tokens, first, second)
    if second.unit not in units.SUBUNITS and not bare:
        return first
    parts = units.SUBUNITS.get(second.unit, 100)
    value = first.low + second.low / parts
    return replace(first, stop=second.stop, low=value, high=value, step=ONE / parts)


def _ends_amount(tokens: Sequence[Token], first: Measure, second: Measure) -> bool:
    """Return whether two bare figures of cents end an amount: "15 dollars 50." """
    if tokens[first.stop - 1].kind != WORD or first.step != 1 or second.low < 10 or first.low >= 1000:
        return False
    after = tokens[second.stop] if second.stop < len(tokens) else None
    return after is None or (after.kind == MARK and after.low in ".,;!?" and not glued(tokens, second.stop + 1))


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
        return _figure(tokens, j, "inch", "length") if _points(tokens[j]) else None
    if first.unit == "hour" and tokens[j].kind == DIGITS and j + 1 < len(tokens) and tokens[j + 1].text == "m":
        minutes = _points(tokens[j]) and glued(tokens, j + 1) and int(tokens[j].text) < 60
        return _figure(tokens, j, "minute", "duration") if minutes else None
    if j == first.stop and tokens[j - 1].text == "h" and _minutes(tokens, j, lex):
        return replace(_figure(tokens, j, "minute", "duration"), stop=j + 1)
    second = single_at(tokens, j, lex)
    if second is None or second.dimension != first.dimension or second.kind not in ("figure", "word"):
        return None
    ratio = units.size(first.unit, first.dimension) / units.size(second.unit, second.dimension)
    return second if ratio > 1 and second.low < ratio + ratio / 10 else None


def _minutes(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether the figure at ``j`` is the minutes of "2 h 30": two digits with no unit of their own."""
    text = tokens[j].text
    return len(text) == 2 and text.isdigit() and int(text) < 60 and unit_at(tokens, j + 1, lex) is None


def _figure(tokens: Sequence[Token], j: int, unit: str, dimension: str) -> Measure:
    """Return the figure at ``j`` with the unit that the one token after it stands for."""
    value = Decimal(tokens[j].text)
    return Measure(j, j + 2, value, value, ONE, unit, dimension, "figure")
