"""What stands beside a number: the thing counted, the denominator and the hedge."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import DIGITS, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.measures import Measure
from reconcile.claims.amounts.numbers import read
from reconcile.claims.amounts.unit_names import unit_at
from reconcile.model import Hedge

MAX_NOUN = 4
_OPENERS = "(["
_CLOSERS = ")]"
MAX_PARENTHESIS = 16
LOOSE_FROM = 20


class Beside(NamedTuple):
    """What is counted, the denominator, and the token after a denominator that is a number ("per 100,000 people")."""

    noun: str = ""
    per: str = ""
    stop: int = 0


def hedge_of(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> tuple[Hedge, bool]:
    """Return the hedge before or after a measure, and whether it only widens durations ("over two years")."""
    after = lex.hedges_after.at(tokens, measure.stop)
    if after is not None:
        return after[0], False
    i = measure.start
    for _ in range(2):
        found = lex.hedges.before(tokens, i)
        if found is not None:
            hedge, start = found
            word = tokens[start].low if start == i - 1 else ""
            over = word in lex.long_only and measure.dimension == "duration" and measure.kind != "article"
            few = word in lex.sets["loose"] and not measure.unit and abs(measure.high) < LOOSE_FROM
            return hedge, over or few
        if i == 0 or tokens[i - 1].low not in lex.sets["hedge_skip"]:
            break
        i -= 1
    return Hedge.NONE, False


def after_parenthesis(tokens: Sequence[Token], j: int) -> int:
    """Return the token after a short parenthesis that opens at ``j``, else ``j``."""
    if j < len(tokens) and tokens[j].low in _OPENERS:
        for k in range(j + 1, min(j + MAX_PARENTHESIS, len(tokens))):
            if tokens[k].low in _CLOSERS:
                return k + 1
    return j


def per_of(tokens: Sequence[Token], j: int, lex: Lexicon) -> tuple[str, int]:
    """Return the denominator that starts at ``j`` ("a share", "per day", "each", "/l") and the token after it."""
    alone = lex.per_alone.at(tokens, j)
    if alone is not None:
        return alone
    found = lex.per_words.at(tokens, j)
    if found is None:
        return "", j
    at = found[1]
    noun = lex.per_nouns.at(tokens, at)
    if noun is not None:
        ago = noun[1] < len(tokens) and tokens[noun[1]].low in lex.sets["per_blocked_after"]
        return ("", j) if ago else noun
    if tokens[j].low == "/":
        return (unit_at(tokens, at, lex) or ("", j)) if glued(tokens, j) and glued(tokens, at) else ("", j)
    if at < len(tokens) and tokens[at].kind == DIGITS:
        return _per_number(tokens, at, lex) or ("", j)
    weak = lex.phrases["per:article"].at(tokens, j) is not None
    if weak or at >= len(tokens) or tokens[at].kind != WORD or tokens[at].low in lex.sets["stop"]:
        return "", j
    return tokens[at].low, at + 1


def _per_number(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return "100000" for "100,000 people" and "100 kilometre" for "100 km": a power of ten, no money."""
    number = read(tokens, i, lex.numerals)
    if number is None or number.value not in _POWERS or (i > 1 and tokens[i - 1].low in "+-"):
        return None
    unit = unit_at(tokens, number.stop, lex)
    if unit is None:
        return f"{number.value:f}", number.stop
    return (
        None
        if units.dimension_of(unit[0]) in ("currency", "ratio", "times")
        else (f"{number.value:f} {unit[0]}", unit[1])
    )


_POWERS = frozenset(Decimal(10) ** exponent for exponent in range(2, 10))


def noun_at(tokens: Sequence[Token], j: int, lex: Lexicon) -> tuple[str, int]:
    """Return up to four words from ``j`` on that name what is counted, lower-case, and the token after
    them.
    """
    stop_words, skip = lex.sets["stop"], lex.sets["skip"]
    if j < len(tokens) and tokens[j].low == "-" and glued(tokens, j):
        j += 1
    spare = ""
    while j < len(tokens) and tokens[j].low in skip:
        spare = tokens[j].low if tokens[j].low in lex.sets["people"] else spare
        j += 1
    words: list[str] = []
    while j < len(tokens) and len(words) < MAX_NOUN:
        token = tokens[j]
        if token.low == "-" and words and glued(tokens, j) and glued(tokens, j + 1) and tokens[j + 1].kind == WORD:
            words[-1] += "-" + tokens[j + 1].low
            j += 2
            continue
        if token.low in "'’" and words and j + 1 < len(tokens) and tokens[j + 1].low == "s":
            if lex.code == "nl":  # a plural: "auto's"
                words[-1] += "'s"
                j += 2
                break
            words.clear()  # the possessor of what is counted: "two of the city's clinics"
            j += 2
            continue
        if token.kind != WORD or token.low in stop_words or ((words or spare) and _ends_noun(tokens, j, lex)):
            break
        words.append(token.low)
        j += 1
        if j < len(tokens) and tokens[j].kind == DIGITS and glued(tokens, j):  # "CO2"
            words[-1] += tokens[j].text
            j += 1
    if lex.capital_nouns and words and tokens[j - 1].text[0].islower() and tokens[j - 1].kind == WORD:
        words.clear()  # adjectives without a noun: "51,7 Prozent durchgesetzt"
    return " ".join(words) or spare, j


def _ends_noun(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether the noun is over before a further word: a verb form, or a word after a German noun."""
    if lex.capital_nouns:
        return tokens[j - 1].text[0].isupper()
    if (
        lex.per_words.at(tokens, j) is not None
        or tokens[j].low in lex.hedge_heads
        or tokens[j].low in lex.sets["verbs"]
    ):
        return True
    last = tokens[j - 1].low
    if lex.code in ("es", "fr", "pt"):
        return last[-1:] in "sx" and tokens[j].low[-1:] not in "sx"
    if lex.code == "nl":
        return len(last) > 4 and last.endswith(("en", "s"))
    if lex.code == "id":
        if tokens[j].low in lex.sets["people"]:
            return False
        return len(tokens[j].low) > 5 and tokens[j].low.startswith(("me", "di", "ber", "ter"))
    if lex.code == "en":
        plural = last[-1:] == "s" and len(last) > 3 and last[-2:] not in ("ss", "us", "is", "as")
        return (
            plural or last in lex.sets["people"] or (tokens[j].low.endswith(("ed", "ing")) and not last.endswith("ly"))
        )
    return False


def context(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> Beside:
    """Return noun and denominator of a measure. Money and shares take the noun after "of" or "in" ("75% of
    Binh Son").
    """
    if measure.dimension == "score":
        return Beside()
    j = after_parenthesis(tokens, measure.stop)
    after = lex.hedges_after.at(tokens, j)
    j = after[1] if after else j
    per, j = per_of(tokens, j, lex)
    stop = _number_end(per, j)
    if j < len(tokens) and tokens[j].low in lex.sets["of"]:
        if tokens[j].low in ("in", "en") and not _shares_in(tokens, j + 1, measure, lex):
            return Beside("", per, stop)
        return Beside(noun_after(tokens, j + 1, lex), per, stop)
    if measure.kind == "ratio" and j < len(tokens) and tokens[j].low in lex.sets["determiners"]:
        return Beside(noun_after(tokens, j, lex), per, stop)
    if stop:
        return Beside("", per, stop)  # "45 per 100,000 people": the people are the base
    noun, j = noun_at(tokens, j, lex)
    if not per:
        per, j = per_of(tokens, j, lex)
    return Beside(noun, per, _number_end(per, j))


def _number_end(per: str, j: int) -> int:
    """Return the token after a denominator that is a number, 0 for any other."""
    return j if per[:1].isdigit() else 0


def _shares_in(tokens: Sequence[Token], j: int, measure: Measure, lex: Lexicon) -> bool:
    """Return whether "in" names what a share or sum is of ("14% in fares"), not a place or a time."""
    while j < len(tokens) and tokens[j].low in lex.sets["determiners"]:
        j += 1
    lower = j < len(tokens) and tokens[j].text[0].islower()
    return lower and measure.dimension in ("ratio", "currency")


def noun_after(tokens: Sequence[Token], j: int, lex: Lexicon) -> str:
    """Return the noun after "of" or "in", past articles and a further number ("eight of the 18 crew")."""
    while j < len(tokens) and tokens[j].low in lex.sets["determiners"]:
        j += 1
    number = read(tokens, j, lex.numerals) if j < len(tokens) else None
    if number is not None and number.kind in ("figure", "word"):
        j = number.stop
    noun = noun_at(tokens, j, lex)[0]
    last = noun.rpartition(" ")[2]
    return "" if last in lex.sets["periods"] or last in lex.months or last in lex.sets["rank_blocked_after"] else noun
