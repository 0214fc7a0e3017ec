"""What a number is by the words around it: an age, an earthquake's magnitude, an angle, a rank, points of a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.measures import Measure, single_at
from reconcile.claims.amounts.parts import is_small
from reconcile.claims.amounts.places import ONE

_AGE_UNITS = ("year", "month", "week", "day", "decade", "century")
_MAX_AGE = 115
_GROWN = 15
_DECADE_LAST = 9
_MAX_RANK = 1000
_ANGLE_REACH = 5


def in_context(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return the measure as what its neighbours make of it."""
    for reader in (_suspended, _numbered_rank, _quake, _multiplied, _angle, _share_points, _aged):
        measure = reader(tokens, measure, lex)
    return measure


def stopwatch_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> Measure | None:
    """Return "2:03:15" and "3:54.3" as seconds: without decimals, a word such as "in" or "clocked" stands before."""
    parts, j = [tokens[i].text], i + 1
    while j + 1 < len(tokens) and tokens[j].low == ":" and glued(tokens, j) and glued(tokens, j + 1):
        parts.append(tokens[j + 1].text)
        j += 2
    seconds, _, decimals = parts[-1].partition(".")
    sixties = all(len(part) == 2 and part.isdigit() and part < "60" for part in (*parts[1:-1], seconds))
    if not 2 <= len(parts) <= 3 or not sixties or not is_small(parts[0]) or (j < len(tokens) and _runs_on(tokens, j)):
        return None
    told = len(parts) == 3 and lex.phrases["before:lap_before"].before(tokens, i) is not None
    if not (told or decimals.isdigit()):
        return None
    total = Decimal(0)
    for part in parts:
        total = total * 60 + Decimal(part)
    return Measure(i, j, total, total, ONE.scaleb(-len(decimals)), "second", "duration", "figure")


def _runs_on(tokens: Sequence[Token], j: int) -> bool:
    return glued(tokens, j) and (tokens[j].kind != MARK or tokens[j].low in "-/")


def _suspended(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return the first number of "16- and 17-year-olds" with the unit of the second."""
    j = measure.stop
    if measure.unit or measure.kind not in ("figure", "word", "one") or j + 2 >= len(tokens) or tokens[j].low != "-":
        return measure
    if not glued(tokens, j) or glued(tokens, j + 1):
        return measure
    joined = next((found for name in _JOINERS if (found := lex.phrases[name].at(tokens, j + 1))), None)
    at = joined[1] if joined else j + 2 if tokens[j + 1].low == "," else 0
    if at and at < len(tokens) and tokens[at].low in lex.numerals.articles:
        at += 1
    second = single_at(tokens, at, lex) if 0 < at < len(tokens) else None
    if second is None or second.kind not in ("figure", "word"):
        return measure
    second = _aged(tokens, second, lex)
    return replace(measure, unit=second.unit, dimension=second.dimension)


_JOINERS = ("compound_joiners", "range_to", "range_or", "range_between_and")


def _numbered_rank(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "ranked No. 7" and "number one on the charts" as ranks; other numbers of things are names."""
    whole = measure.kind in ("figure", "word", "one") and measure.low == measure.high and measure.low % 1 == 0
    if measure.unit or not whole or not 0 < measure.low <= _MAX_RANK:
        return measure
    mark = lex.phrases["before:rank_numbers"].before(tokens, measure.start)
    if mark is None:
        return measure
    ranked = lex.phrases["before:rank_number_before"].before(tokens, mark[1])
    if ranked or lex.phrases["rank_number_after"].at(tokens, measure.stop):
        return replace(measure, unit="rank", dimension="rank", kind="numbered")
    return measure


def _quake(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "magnitude 6.4" as an earthquake's magnitude."""
    small = not measure.unit and measure.kind == "figure" and 0 < measure.low < 10
    if small and lex.phrases["before:magnitude_before"].before(tokens, measure.start):
        return replace(measure, unit="magnitude", dimension="magnitude")
    return measure


def _multiplied(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return the three of "multiplié par trois" as a number of times."""
    bare = not measure.unit and measure.kind in ("figure", "word")
    if bare and lex.phrases["before:times_before"].before(tokens, measure.start):
        return replace(measure, unit="times", dimension="times")
    return measure


def _angle(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "a 45-degree angle" and "rotate 90 degrees" as angles, not temperatures."""
    last = tokens[measure.stop - 1]
    bare = measure.unit == "celsius" and last.kind == WORD and lex.units.at(tokens, measure.stop - 1) is not None
    if measure.unit != "degree" and not (bare and last.low[0] != "c"):
        return measure
    before = tokens[max(0, measure.start - _ANGLE_REACH) : measure.start]
    after = lex.phrases["angle_after"].at(tokens, measure.stop)
    if after or any(token.low in lex.sets["angle_before"] for token in before):
        return replace(measure, unit="degree of arc", dimension="angle")
    return measure


def _share_points(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "fell 3 points to 41%" as percentage points: a share follows the points."""
    if measure.unit or measure.kind not in ("figure", "word", "one", "ratio"):
        return measure
    point = lex.phrases["fraction_points"].at(tokens, measure.stop)
    if point is None or point[1] + 1 >= len(tokens) or tokens[point[1]].kind != WORD:
        return measure
    level = single_at(tokens, point[1] + 1, lex) if tokens[point[1] + 1].kind == DIGITS else None
    if level is None or level.unit != "percent":
        return measure
    return replace(measure, unit="percentage point", dimension="point", stop=point[1])


def _aged(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return the measure as an age where the text says so ("47-year-old", "aged 47", "Mei, 22,")."""
    if measure.unit == "second":
        return _decade_of_age(tokens, measure, lex)
    if measure.kind not in ("figure", "word", "one") or measure.unit not in ("", *_AGE_UNITS):
        return measure
    at = measure.stop
    if measure.unit:
        at = _number_stop(tokens, measure, lex)
    found = lex.ages.at(tokens, at)
    if found is not None:
        return replace(measure, stop=max(found[1], measure.stop), unit=found[0], dimension="age")
    if measure.low > 0 and measure.unit in ("", "year", "month", "week", "day") and _age_told(tokens, measure, lex):
        return replace(measure, unit=measure.unit or "year", dimension="age")
    if not 0 < measure.low <= _MAX_AGE:
        return measure
    if measure.unit == "year" and measure.kind == "figure" and _year_apposed(tokens, measure, lex):
        return replace(measure, dimension="age")
    if measure.unit in ("", "year") and _aged_by_verb(tokens, measure, lex):
        return replace(measure, unit="year", dimension="age")
    if _age_said(tokens, measure, lex) and measure.unit in ("", "year", "month", "week", "day"):
        return replace(measure, unit=measure.unit or "year", dimension="age")
    if not measure.unit and measure.kind == "figure" and _apposed(tokens, measure, lex):
        return replace(measure, unit="year", dimension="age")
    return measure


def _age_told(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a verb or a person before a length of time makes it an age: "tiene ya ocho meses", "una
    niña de 5 años", "Kinder unter 12 Jahren"; not "tiene dos años por delante".
    """
    after = tokens[measure.stop] if measure.stop < len(tokens) else None
    if after is not None and after.kind == WORD:
        noun = lex.capital_nouns and after.text[0].isupper()
        if noun or after.low in lex.sets["age_blocked_after"] or after.low in lex.sets["of"]:
            return False
    between = lex.phrases["before:range_between"].before(tokens, measure.start) if measure.ranged else None
    hedge = between or lex.hedges.before(tokens, measure.start)
    start = hedge[1] if hedge else measure.start
    for _ in range(2):
        adverb = lex.phrases["before:age_adverbs"].before(tokens, start)
        start = adverb[1] if adverb else start
    plain = after is None or after.kind != WORD or lex.capital_nouns or after.low in lex.sets["stop"]
    have = plain and lex.phrases["before:age_have"].before(tokens, start)
    old = measure.unit in ("year", "month") or (not measure.unit and _years_follow(tokens, measure.stop, lex))
    if have and old and not lex.phrases["before:age_not_before"].before(tokens, start):
        return True
    linked = start > 0 and tokens[start - 1].low in lex.sets["age_link"]
    person = start - 1 - linked
    if person > 0 and tokens[person].low == ",":
        person -= 1
    if not measure.unit:  # "su hermana de 9"
        ends = after is None or after.kind != WORD or after.low in lex.sets["stop"]
        beside = linked and ends and measure.kind == "figure" and measure.low <= _MAX_AGE
    else:
        beside = linked or hedge is not None or not lex.sets["age_link"]
    return beside and person >= 0 and tokens[person].low in lex.sets["age_nouns"]


def _years_follow(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether "y 15 años" stands at ``j``: the number before it is of years too."""
    joined = lex.phrases["compound_joiners"].at(tokens, j)
    unit = lex.units.at(tokens, joined[1] + 1) if joined and joined[1] < len(tokens) else None
    return unit is not None and unit[0] == "year" and tokens[unit[1] - 2].kind == DIGITS


def _age_said(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether words such as "aged" stand before a number or its hedge; a bare number must have no noun."""
    j = measure.stop
    after = tokens[j].low if j < len(tokens) and tokens[j].kind == WORD else ""
    if after in lex.sets["of"] or (not measure.unit and after and after not in lex.sets["stop"]):
        return False
    between = lex.phrases["before:range_between"].before(tokens, measure.start) if measure.ranged else None
    hedge = between or lex.hedges.before(tokens, measure.start)
    before = lex.phrases["before:age_before"]
    return bool(before.before(tokens, measure.start) or (hedge and before.before(tokens, hedge[1])))


def _decade_of_age(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "in his 60s" as an age of 60 to 69."""
    low, last = measure.low, tokens[measure.stop - 1]
    decade = last.low == "s" and measure.stop == measure.start + 2 and low % 10 == 0 and 10 < low < _MAX_AGE
    if not decade or not lex.phrases["before:age_decade_before"].before(tokens, measure.start):
        return measure
    return replace(measure, high=low + _DECADE_LAST, unit="year", dimension="age", ranged=True)


def _number_stop(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> int:
    """Return where the unit of a measure begins: the ages table is asked from there."""
    for j in range(measure.stop - 1, measure.start, -1):
        if lex.ages.at(tokens, j) is not None:
            return j
    return measure.stop


def _apposed(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a number of years stands beside a name: "Sri Hartini (43)", "Puri Calzada, 71, said"."""
    i, j = measure.start, measure.stop
    if i < 2 or measure.stop != i + 1 or not 1 <= measure.low <= _MAX_AGE or not tokens[i].text.isdigit():
        return False
    k = i - 1
    while k > 1 and k > i - 3 and tokens[k].low in "\"'”’»":
        k -= 1
    name, opener = tokens[k - 1], tokens[k].low
    if lex.phrases["before:weekdays"].before(tokens, k):
        return False
    if name.low in "\"'”’»" and k > 1:
        name = tokens[k - 2]
    initials = k > 1 and tokens[k - 2].low in lex.sets["age_nouns"]  # "pelaku AR (41)"
    if name.kind != WORD or (name.text.isupper() and len(name.text) > 1 and not initials):
        return False
    joined = lex.phrases["compound_joiners"].at(tokens, j)
    if joined and joined[1] + 1 < len(tokens) and tokens[joined[1]].kind == DIGITS and opener == ",":
        j = joined[1] + 1  # "two men, 34 and 41, died"
    close = tokens[j].low if j < len(tokens) else "."
    if name.text[0].islower():  # "the actor, 31, said"
        return opener == "," == close and (measure.low >= _GROWN or name.low in lex.sets["minors"])
    return (opener == "(" and close == ")") or (opener == "," and close in (",", ";"))


def _aged_by_verb(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a verb of having gives an age ("tiene 71 años"), not "tiene 14 años de experiencia"."""
    hedge = lex.hedges.before(tokens, measure.start)
    start = hedge[1] if hedge else measure.start
    after = tokens[measure.stop] if measure.stop < len(tokens) else None
    if not measure.unit and after is not None and after.kind == WORD and after.low not in lex.sets["stop"]:
        return False
    of = after is not None and (after.low in lex.sets["of"] or after.low in lex.sets["age_blocked_after"])
    return not of and lex.phrases["before:age_verbs"].before(tokens, start) is not None


def _year_apposed(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether years stand beside a name: "Puri Calzada, de 71 años,"."""
    i, j = measure.start, measure.stop
    if i > 0 and tokens[i - 1].low in lex.sets["age_link"]:
        i -= 1
    if i < 2 or tokens[i - 1].low != "," or not tokens[i - 2].text[0].isupper():
        return False
    return j >= len(tokens) or tokens[j].kind == MARK
