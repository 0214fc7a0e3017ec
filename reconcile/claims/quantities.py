"""Text to quantities: numbers with unit, range, hedge, counted noun and denominator, each with its span.

What the fields of a ``Quantity`` mean here, beyond ``model.py``:

* ``start``/``end`` cover the number and its unit, not the hedge before it.
* A range has ``low < high``; "more than 100" has ``high`` None, "up to 100" has ``low`` None.
* A score has its first number in ``low`` and its second in ``high`` (unit and dimension "score"), in printed
  order.
* A fraction ("a third", "two in three") is a ratio in per cent whose ``step`` is a tenth of the fraction's
  part.
* A vague number ("dozens") is a range with hedge "about"; a decade of age ("in his 60s") is a range of ages.
* A denominator that is a number is printed plainly: ``per`` is "100000" for "12 cases per 100,000 people" and
  "100 kilometre" for "4.5 litres per 100 km".
* "ranked No. 7" is a rank; other numbers of things ("Resolution No. 7", "10 Elm Street") are no quantities.
* Where the text names no country, a currency keeps its generic unit ("crown", "peso"): see
  ``units.may_equal``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from functools import lru_cache

from reconcile.claims.amounts import nouns, units
from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued, tokenise
from reconcile.claims.amounts.intervals import base, convert, interval, meet
from reconcile.claims.amounts.lexicon import Lexicon, compiled
from reconcile.claims.amounts.lookalikes import is_lookalike, skip_from
from reconcile.claims.amounts.measures import Measure
from reconcile.claims.amounts.pairs import measure_at
from reconcile.claims.amounts.parts import GLYPHS
from reconcile.claims.amounts.readings import in_context, stopwatch_at
from reconcile.claims.amounts.unit_names import code_scale
from reconcile.languages import normal_code
from reconcile.model import Hedge, Quantity

__all__ = ["base", "convert", "find", "interval", "meet"]

_GLYPHS = frozenset(GLYPHS)
_CODE_LETTERS = 4
MAX_PLACES = 3000
MEMO_SIZE = 20_000


def find(text: str, lang: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order; they do not overlap and ``text[q.start:q.end] == q.raw``.

    ``lang`` is a language code; one without a data file is read for digits, symbols and SI units only. A
    text is looked at in ``MAX_PLACES`` places at most: one sentence with more numbers than that is a table,
    not prose.
    """
    return _find(text, normal_code(lang))


@lru_cache(maxsize=1024)
def _find(text: str, code: str) -> tuple[Quantity, ...]:
    lex = compiled(code)
    tokens = tokenise(text)
    with localcontext() as context:
        context.prec = units.PRECISION
        return tuple(_walk(text, tokens, lex))


def _walk(text: str, tokens: Sequence[Token], lex: Lexicon) -> Iterator[Quantity]:
    last: Measure | None = None
    i, places = 0, 0
    starters = _starters(lex.code)
    for start in [k for k, (_, _, word, _, kind) in enumerate(tokens) if kind == DIGITS or starters[word]]:
        if start < i or not _may_start(tokens, start, lex):
            continue
        if places == MAX_PLACES:
            return
        places += 1
        measure, i = _measure_at(tokens, start, lex)
        if measure is not None:
            measure = _inherited(tokens, measure, last, lex)
            beside = nouns.context(tokens, measure, lex)
            yield _built(text, tokens, measure, beside=beside, lex=lex)
            i, last = max(i, beside.stop), measure


class _Starters(dict[str, bool]):
    """By token as printed, digits apart: whether a quantity could start at it somewhere."""

    def __init__(self, lex: Lexicon) -> None:
        self._lex = lex

    def __missing__(self, text: str) -> bool:
        if len(self) >= MEMO_SIZE:
            self.clear()
        token, compounds = tokenise(text)[0], self._lex.numerals.compounds
        found = token.low in self._lex.heads or token.low in _GLYPHS or token.low in "+-" or code_scale(token) > 1
        self[text] = found = found or (compounds is not None and compounds.starts(token.low))
        return found


@lru_cache(maxsize=64)
def _starters(code: str) -> _Starters:
    return _Starters(compiled(code))


def _may_start(tokens: Sequence[Token], i: int, lex: Lexicon) -> bool:
    """Return whether a quantity could start at a token where it stands: a cheap look that many words fail."""
    token = tokens[i]
    if token.kind == DIGITS:
        return True
    if token.low in lex.heads and _is_whole(tokens, i, lex):
        if token.low not in lex.numerals.articles or lex.numerals.parts.one_gap:
            return True
        return i + 1 < len(tokens) and tokens[i + 1].low in lex.after_article
    if token.kind == WORD:
        compounds = lex.numerals.compounds
        if compounds is not None and compounds.starts(token.low):
            return True
        return token.low in _GLYPHS or (len(token.text) == _CODE_LETTERS and code_scale(token) > 1)
    return token.low in "+-" and glued(tokens, i + 1) and not (glued(tokens, i) and tokens[i - 1].low not in "([")


def _is_whole(tokens: Sequence[Token], i: int, lex: Lexicon) -> bool:
    """Return whether a word that begins idioms or currency signs alone begins one here."""
    word = tokens[i].low
    if word in lex.idle:
        return lex.phrases["idioms"].at(tokens, i) is not None
    return word not in lex.prefixes or lex.signs.at(tokens, i) is not None


def _measure_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[Measure | None, int]:
    """Return the quantity that starts at token ``i``, if any, and the token to go on with."""
    idiom = lex.phrases["idioms"].at(tokens, i)
    if idiom is not None:
        return None, idiom[1]
    if tokens[i].kind == DIGITS:
        timed = stopwatch_at(tokens, i, lex)
        if timed is not None:
            return timed, timed.stop
        after = skip_from(tokens, i)
        if after > i:
            return None, after
    measure = measure_at(tokens, i, lex)
    if measure is None:
        return None, i + 1
    measure = in_context(tokens, measure, lex)
    if is_lookalike(tokens, measure, lex):
        return None, (measure.stop if measure.ranged or measure.unit in ("score", "minute") else i + 1)
    if not _wanted(tokens, measure, lex):
        return None, measure.stop if measure.kind in ("rank", "article") else i + 1
    return measure, measure.stop


def _wanted(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a measure is worth a quantity: not the article "one", not an ordinal that orders
    speech.
    """
    i, j = measure.start, measure.stop
    before = tokens[i - 1].low if i else ""
    after = tokens[j].low if j < len(tokens) else ""
    noun = j < len(tokens) and tokens[j].kind == WORD and after not in lex.sets["stop"]
    if measure.kind == "article":
        if after in (lex.sets["article_blocked_after"] or lex.sets["per_blocked_after"]):
            return False
        return nouns.hedge_of(tokens, measure, lex)[0] is not Hedge.NONE
    if measure.kind == "one" and not measure.unit:
        if tokens[i].low in lex.numerals.articles or before in lex.numerals.one_blocked_by:
            return False
        marked = after in lex.sets["skip"] and j + 1 < len(tokens) and tokens[j + 1].low in lex.sets["people"]
        return noun or marked or (j < len(tokens) and after in "-" and glued(tokens, j))  # "isa ang patay"
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
    named = lex.nouns_first and i > 0 and tokens[i - 1].kind == WORD and before not in lex.sets["stop"]
    return noun or named or at > j or tokens[i].kind == DIGITS or before in lex.sets["rank_cues"] or j > i + 1


def _inherited(tokens: Sequence[Token], measure: Measure, last: Measure | None, lex: Lexicon) -> Measure:
    """Return a bare number with the unit of the one it is set against ("412 million crowns, up from 368
    million").
    """
    if last is None or not last.unit or measure.kind == "one":
        return measure
    if last.dimension == "age" and measure.unit in ("", last.unit) and _next_age(tokens, measure, last, lex):
        return replace(measure, unit=last.unit, dimension="age")
    if measure.unit or last.dimension in _NO_HEIRS:
        return measure
    between = range(last.stop, min(measure.start, last.stop + _REACH))
    if any(lex.phrases["compound_joiners"].at(tokens, k) for k in between):
        return measure  # "5.1% and the toll went up to 45"
    if measure.start - last.stop > _REACH or not lex.phrases["before:inherit_after"].before(tokens, measure.start):
        return measure
    beside = nouns.context(tokens, measure, lex)
    if beside.noun or beside.per or not last.low or not Decimal("0.1") <= abs(measure.low / last.low) <= 10:
        return measure
    return replace(measure, unit=last.unit, dimension=last.dimension)


def _next_age(tokens: Sequence[Token], measure: Measure, last: Measure, lex: Lexicon) -> bool:
    """Return whether the number is the second of "aged 8 and 11" or "Riva, 47, and Steinberg, 48."."""
    i, j = measure.start, measure.stop
    named = i > 1 and tokens[i - 1].low == "," and tokens[i - 2].kind == WORD and tokens[i - 2].text[0].isupper()
    next_to = i == last.stop + 1
    linked = next_to and (tokens[i - 1].low == "," or lex.phrases["compound_joiners"].at(tokens, i - 1) is not None)
    alone = j >= len(tokens) or tokens[j].kind == MARK or tokens[j].low in lex.sets["stop"]
    return (
        (linked or (named and i - last.stop <= _REACH))
        and alone
        and measure.kind == "figure"
        and measure.low == measure.high < _OLDEST
    )


_OLDEST = 116
_NO_HEIRS = ("duration", "age", "rank", "score", "times", "count")
_REACH = 8


def _built(text: str, tokens: Sequence[Token], measure: Measure, *, beside: nouns.Beside, lex: Lexicon) -> Quantity:
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
        noun=beside.noun,
        per=beside.per,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    """Return a value without exponent and trailing zeros, so that equal values print alike."""
    if value is None:
        return None
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
