"""What stands beside a number: the thing counted, the denominator and the hedge."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.claims.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.lexicon import Lexicon
from reconcile.claims.measures import Measure
from reconcile.model import Hedge

MAX_NOUN = 4
_OPENERS = "(["
_CLOSERS = ")]"
MAX_PARENTHESIS = 16
LOOSE_FROM = 20


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
    """Return the denominator that starts at ``j`` ("a share", "per day", "each") and the token after it."""
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
    weak = lex.phrases["per:article"].at(tokens, j) is not None or tokens[j].low == "/"
    if weak or at >= len(tokens) or tokens[at].kind != WORD or tokens[at].low in lex.sets["stop"]:
        return "", j
    return tokens[at].low, at + 1


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
            words.clear()  # the possessor of what is counted: "two of the city's clinics"
            j += 2
            continue
        if token.kind != WORD or token.low in stop_words or (words and _ends_noun(tokens, j, lex)):
            break
        words.append(token.low)
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
        return len(tokens[j].low) > 5 and tokens[j].low.startswith(("me", "di", "ber", "ter"))
    if lex.code == "en":
        plural = last[-1:] == "s" and len(last) > 3 and last[-2:] not in ("ss", "us", "is", "as")
        return (
            plural or last in lex.sets["people"] or (tokens[j].low.endswith(("ed", "ing")) and not last.endswith("ly"))
        )
    return False


def context(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> tuple[str, str]:
    """Return (noun, per) of a measure. Money and shares take the noun after "of" or "in" ("75% of Binh
    Son").
    """
    if measure.dimension == "score":
        return "", ""
    j = after_parenthesis(tokens, measure.stop)
    after = lex.hedges_after.at(tokens, j)
    j = after[1] if after else j
    per, j = per_of(tokens, j, lex)
    if j < len(tokens) and tokens[j].low in lex.sets["of"]:
        if tokens[j].low in ("in", "en") and not _shares_in(tokens, j + 1, measure, lex):
            return "", per
        return noun_after(tokens, j + 1, lex), per
    if measure.kind == "ratio" and j < len(tokens) and tokens[j].low in lex.sets["determiners"]:
        return noun_after(tokens, j, lex), per
    noun, j = noun_at(tokens, j, lex)
    if not per:
        per, _ = per_of(tokens, j, lex)
    if measure.unit and not noun and j < len(tokens) and tokens[j].kind == MARK:
        return "", per
    return noun, per


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
    if j < len(tokens) and (tokens[j].kind == DIGITS or tokens[j].low in lex.numerals.values):
        j += 1
    noun = noun_at(tokens, j, lex)[0]
    last = noun.rpartition(" ")[2]
    return "" if last in lex.sets["periods"] or last in lex.months or last in lex.sets["rank_blocked_after"] else noun
