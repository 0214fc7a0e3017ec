"""Text to quantities: numbers with unit, range, hedge, counted noun and denominator, each with its span.

What the fields of a ``Quantity`` mean here, beyond ``model.py``:

* ``start``/``end`` cover the number and its unit, not the hedge before it.
* A range has ``low < high``; "more than 100" has ``high`` None, "up to 100" has ``low`` None.
* A score has its first number in ``low`` and its second in ``high`` (unit and dimension "score"), in printed
  order.
* A fraction ("a third", "two in three") is a ratio in per cent whose ``step`` is a tenth of the fraction's
  part.
* A vague number ("dozens") is a range with hedge "about".
* Where the text names no country, a currency keeps its generic unit ("crown", "peso"): see
  ``units.may_equal``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from functools import lru_cache

from reconcile.claims import nouns, units
from reconcile.claims.figures import DIGITS, MARK, WORD, Token, glued, tokenise
from reconcile.claims.intervals import base, convert, interval, meet
from reconcile.claims.languages import normal_code
from reconcile.claims.lexicon import Lexicon, compiled
from reconcile.claims.lookalikes import is_lookalike, skip_from
from reconcile.claims.measures import Measure
from reconcile.claims.pairs import measure_at
from reconcile.model import Hedge, Quantity

__all__ = ["base", "convert", "find", "interval", "meet"]

_GLYPHS = frozenset("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")
MAX_PLACES = 3000
_MAX_AGE = 115
_GROWN = 15


def find(text: str, lang: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; they do not overlap and ``text[q.start:q.end] == q.raw``.

    ``lang`` is a language code; one without a data file is read for digits, symbols and SI units only. A
    text is looked at in ``MAX_PLACES`` places at most: one sentence with more numbers than that is a table,
    not prose.
    """
    return _find(text, normal_code(lang))


@lru_cache(maxsize=2048)
def _find(text: str, code: str) -> tuple[Quantity, ...]:
    lex = compiled(code)
    tokens = tokenise(text)
    with localcontext() as context:
        context.prec = units.PRECISION
        return tuple(_walk(text, tokens, lex))


def _walk(text: str, tokens: Sequence[Token], lex: Lexicon) -> Iterator[Quantity]:
    last: Measure | None = None
    i, places = 0, 0
    while i < len(tokens) and places < MAX_PLACES:
        if not _may_start(tokens, i, lex):
            i += 1
            continue
        places += 1
        measure, i = _measure_at(tokens, i, lex)
        if measure is not None:
            measure = _inherited(tokens, measure, last, lex)
            yield _built(text, tokens, measure, lex)
            last = measure


def _may_start(tokens: Sequence[Token], i: int, lex: Lexicon) -> bool:
    """Return whether a quantity could start at a token: a cheap look that most words fail."""
    token = tokens[i]
    if token.kind == DIGITS:
        return True
    if token.low in lex.heads:
        if token.low not in lex.numerals.articles or lex.numerals.parts.one_gap:
            return True
        return i + 1 < len(tokens) and tokens[i + 1].low in lex.after_article
    if token.kind == WORD:
        compounds = lex.numerals.compounds
        return token.low in _GLYPHS or (compounds is not None and compounds.starts(token.low))
    return token.low in "+-" and glued(tokens, i + 1)


def _measure_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[Measure | None, int]:
    """Return the quantity that starts at token ``i``, if any, and the token to go on with."""
    idiom = lex.phrases["idioms"].at(tokens, i)
    if idiom is not None:
        return None, idiom[1]
    if tokens[i].kind == DIGITS and (after := skip_from(tokens, i)) > i:
        return None, after
    measure = measure_at(tokens, i, lex)
    if measure is None:
        return None, i + 1
    measure = _aged(tokens, _quake(tokens, measure, lex), lex)
    if is_lookalike(tokens, measure, lex):
        return None, (measure.stop if measure.ranged or measure.unit == "score" else i + 1)
    if not _wanted(tokens, measure, lex):
        return None, measure.stop if measure.kind in ("rank", "article") else i + 1
    return measure, measure.stop


def _quake(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return "magnitude 6.4" as an earthquake's magnitude."""
    small = not measure.unit and measure.kind == "figure" and 0 < measure.low < 10
    if small and lex.phrases["before:magnitude_before"].before(tokens, measure.start):
        return replace(measure, unit="magnitude", dimension="magnitude")
    return measure


def _aged(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Measure:
    """Return the measure as an age where the text says so ("47-year-old", "aged 47", "Mei, 22,")."""
    if measure.kind not in ("figure", "word", "one") or measure.unit not in ("", *_AGE_UNITS):
        return measure
    at = measure.stop
    if measure.unit:
        at = _number_stop(tokens, measure, lex)
    found = lex.ages.at(tokens, at)
    if found is not None:
        return replace(measure, stop=max(found[1], measure.stop), unit=found[0], dimension="age")
    if not 0 < measure.low <= _MAX_AGE:
        return measure
    if measure.unit == "year" and measure.kind == "figure" and _year_apposed(tokens, measure, lex):
        return replace(measure, dimension="age")
    if measure.unit in ("", "year") and _aged_by_verb(tokens, measure, lex):
        return replace(measure, unit="year", dimension="age")
    said = lex.phrases["before:age_before"].before(tokens, measure.start) is not None
    if said and measure.unit in ("", "year", "month", "week", "day"):
        return replace(measure, unit=measure.unit or "year", dimension="age")
    if not measure.unit and measure.kind == "figure" and _apposed(tokens, measure):
        return replace(measure, unit="year", dimension="age")
    return measure


_AGE_UNITS = ("year", "month", "week", "day", "decade", "century")


def _number_stop(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> int:
    """Return where the unit of a measure begins: the ages table is asked from there."""
    for j in range(measure.stop - 1, measure.start, -1):
        if lex.ages.at(tokens, j) is not None:
            return j
    return measure.stop


def _apposed(tokens: Sequence[Token], measure: Measure) -> bool:
    """Return whether a number of years stands beside a name: "Sri Hartini (43)", "Puri Calzada, 71, said"."""
    i, j = measure.start, measure.stop
    if i < 2 or measure.stop != i + 1 or not 1 <= measure.low <= _MAX_AGE or not tokens[i].text.isdigit():
        return False
    k = i - 1
    while k > 1 and k > i - 3 and tokens[k].low in "\"'”’»":
        k -= 1
    name, opener = tokens[k - 1], tokens[k].low
    if name.low in "\"'”’»" and k > 1:
        name = tokens[k - 2]
    if name.kind != WORD or (name.text.isupper() and len(name.text) > 1):
        return False
    close = tokens[j].low if j < len(tokens) else "."
    if name.text[0].islower():  # "the actor, 31, said"
        return opener == "," == close and measure.low >= _GROWN
    return (opener == "(" and close == ")") or (opener == "," == close)


def _aged_by_verb(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a verb of having gives an age ("tiene 71 años"), not "tiene 14 años de experiencia"."""
    hedge = lex.hedges.before(tokens, measure.start)
    start = hedge[1] if hedge else measure.start
    after = tokens[measure.stop] if measure.stop < len(tokens) else None
    if not measure.unit and after is not None and after.kind == WORD and after.low not in lex.sets["stop"]:
        return False
    of = after is not None and after.low in lex.sets["of"]
    return not of and lex.phrases["before:age_verbs"].before(tokens, start) is not None


def _year_apposed(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether years stand beside a name: "Puri Calzada, de 71 años,"."""
    i, j = measure.start, measure.stop
    if i > 0 and tokens[i - 1].low in lex.sets["age_link"]:
        i -= 1
    if i < 2 or tokens[i - 1].low != "," or not tokens[i - 2].text[0].isupper():
        return False
    return j >= len(tokens) or tokens[j].kind == MARK


def _wanted(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a measure is worth a quantity: not the article "one", not an ordinal that orders
    speech.
    """
    i, j = measure.start, measure.stop
    before = tokens[i - 1].low if i else ""
    after = tokens[j].low if j < len(tokens) else ""
    noun = j < len(tokens) and tokens[j].kind == WORD and after not in lex.sets["stop"]
    if measure.kind == "article":
        if after in lex.sets["per_blocked_after"]:
            return False
        return nouns.hedge_of(tokens, measure, lex)[0] is not Hedge.NONE
    if measure.kind == "one" and not measure.unit:
        if tokens[i].low in lex.numerals.articles or before in lex.numerals.one_blocked_by:
            return False
        return noun or (j < len(tokens) and after in "-" and glued(tokens, j))
    if measure.kind == "rank":
        return _ranks(tokens, measure, lex, noun=noun)
    if (
        measure.kind == "ratio"
        and tokens[i].low in lex.numerals.articles
        and tokens[j - 1].low in lex.numerals.ordinals
    ):
        return not noun and (
            after in lex.sets["of"] or not _plain_word(tokens, j) or before in lex.sets["before_fraction"]
        )
    return True


def _plain_word(tokens: Sequence[Token], j: int) -> bool:
    return j < len(tokens) and tokens[j].kind == WORD


def _ranks(tokens: Sequence[Token], measure: Measure, lex: Lexicon, *, noun: bool) -> bool:
    """Return whether an ordinal ranks something: it has a noun, or a word such as "finished" before it."""
    i, j = measure.start, measure.stop
    before = tokens[i - 1].low if i else ""
    at = j + 1 if j < len(tokens) and tokens[j].low == "-" and glued(tokens, j) else j
    if at < len(tokens) and tokens[at].low in lex.numerals.linkers:
        at += 1
    after = tokens[at].low if at < len(tokens) else ""
    if measure.low <= 0 or before in lex.sets["rank_blocked_by"] or after in lex.sets["rank_blocked_after"]:
        return False
    return noun or at > j or tokens[i].kind == DIGITS or before in lex.sets["rank_cues"] or measure.stop > i + 1


def _inherited(tokens: Sequence[Token], measure: Measure, last: Measure | None, lex: Lexicon) -> Measure:
    """Return a bare number with the unit of the one it is set against ("412 million crowns, up from 368
    million").
    """
    if last is None or measure.unit or not last.unit or last.dimension in _NO_HEIRS or measure.kind == "one":
        return measure
    if measure.start - last.stop > _REACH or not lex.phrases["before:inherit_after"].before(tokens, measure.start):
        return measure
    noun, per = nouns.context(tokens, measure, lex)
    if noun or per or not last.low or not Decimal("0.1") <= abs(measure.low / last.low) <= 10:
        return measure
    return replace(measure, unit=last.unit, dimension=last.dimension)


_NO_HEIRS = ("duration", "age", "rank", "score", "times", "count")
_REACH = 8


def _built(text: str, tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Quantity:
    noun, per = nouns.context(tokens, measure, lex)
    hedge, weak = nouns.hedge_of(tokens, measure, lex)
    hedge = Hedge.NONE if weak or measure.unit in ("score", "rank") else hedge
    low: Decimal | None = measure.low
    high: Decimal | None = measure.high
    if measure.kind == "vague":
        hedge = Hedge.ABOUT if hedge is Hedge.NONE else hedge
    if hedge in (Hedge.OVER, Hedge.AT_LEAST):
        high = None
    elif hedge is Hedge.AT_MOST:
        low = None
    start, end = tokens[measure.start].start, tokens[measure.stop - 1].end
    return Quantity(
        start=start,
        end=end,
        raw=text[start:end],
        low=_plain(low),
        high=_plain(high),
        step=measure.step.normalize() + 0,
        unit=measure.unit or "count",
        dimension=measure.dimension or "count",
        hedge=hedge,
        noun=noun,
        per=per,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    """Return a value without exponent and trailing zeros, so that equal values print alike."""
    if value is None:
        return None
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
