"""Numbers that are no quantities: dates, years, times of day, names with a number, addresses, list marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.measures import Measure

_CLOCK = re.compile(r"[0-9]{1,2}[.:][0-5][0-9]")
_YEAR_FROM, _YEAR_TO = 1900, 2099
_OLD_FROM = 1000
_LONGEST_HOURS = 6
_DATE_LINKS = frozenset([".", "of", "de", "d", "ng", "º", "ª", "er"])
_CODE_MARKS = frozenset("/#@_=\\&%")


def skip_from(tokens: Sequence[Token], i: int) -> int:
    """Return the token after a chain such as a date, a web address or a version that starts at ``i``, else
    ``i``.

    A chain is a digit string with "/", ":" or "-" and digits glued to it three parts long, or one with
    letters around.
    """
    called = _phone_stop(tokens, i)
    if called:
        return called
    j, parts = i, 1
    while j + 2 < len(tokens) and tokens[j + 1].low in "/-:." and glued(tokens, j + 1) and glued(tokens, j + 2):
        if tokens[j + 2].kind != DIGITS:
            break
        parts += 1
        j += 2
    if parts >= 3 or (parts == 2 and tokens[i + 1].low == "/" and not _fraction(tokens, i)):
        return j + 1
    return i


def _phone_stop(tokens: Sequence[Token], i: int) -> int:
    """Return the token after a telephone number that starts at ``i`` ("91 555 12 34"), 0 where there is none."""
    groups = [tokens[i].text]
    while i + len(groups) < len(tokens) and len(groups) < _MOST_GROUPS:
        token = tokens[i + len(groups)]
        if token.kind != DIGITS or token.start - tokens[i + len(groups) - 1].end != 1:
            break
        groups.append(token.text)
    if len(groups) < 3 or not all(group.isdigit() for group in groups):
        return 0
    thousands = not groups[0].startswith("0") and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    return 0 if thousands else i + len(groups)


_MOST_GROUPS = 8


def _fraction(tokens: Sequence[Token], i: int) -> bool:
    upper, lower = tokens[i].text, tokens[i + 2].text
    return upper.isdigit() and lower in ("2", "3", "4", "5", "6", "8", "10") and int(upper) < int(lower)


def is_lookalike(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a measure is no quantity at all."""
    i, j = measure.start, measure.stop
    sure = measure.unit == "magnitude" or measure.kind == "numbered"
    if (not sure and _glued_left(tokens, i)) or _glued_right(tokens, measure) or _is_code(tokens, measure):
        return True
    if measure.kind in ("word", "one") and (_hyphened_name(tokens, j) or _spelled_name(tokens, measure, lex)):
        return True
    if _is_clock(tokens, measure, lex) or _is_date(tokens, measure, lex):
        return True
    decades = measure.low % 10 == 0 == measure.high % 10 and glued(tokens, j - 1)
    if measure.unit == "second" and tokens[j - 1].text == "s" and decades:
        return True  # the 1960s, the 1950s to 1980s, their 30s
    if measure.unit == "year" and j < len(tokens) and tokens[j].kind == DIGITS and len(tokens[j].text) == 4:
        return lex.phrases["before:designators"].before(tokens, i) is not None  # "Nomor 8 Tahun 1981"
    if measure.unit:
        return False
    if measure.kind == "figure" and _hyphened_code(tokens, j, lex):
        return True
    if _is_year(tokens, measure, lex) or _is_telephone(tokens, measure, lex) or _is_house(tokens, measure, lex):
        return True
    return _is_named(tokens, measure, lex) or (measure.kind == "figure" and _is_list_mark(tokens, i, j))


def _is_code(tokens: Sequence[Token], measure: Measure) -> bool:
    """Return whether a whole figure begins with a nought ("007", "01"): a code, never an amount."""
    text = tokens[measure.start].text
    return not measure.unit and len(text) > 1 and text[0] == "0" and text.isdigit()


def _is_telephone(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether "555-1234" is a telephone number: three figures, four figures, nothing counted."""
    i, j = measure.start, measure.stop
    if not measure.ranged or j != i + 3 or not glued(tokens, i + 1) or not glued(tokens, i + 2):
        return False
    counted = j < len(tokens) and tokens[j].kind == WORD and tokens[j].low not in lex.sets["stop"]
    return len(tokens[i].text) == 3 and len(tokens[i + 2].text) == 4 and tokens[i + 2].text.isdigit() and not counted


def _is_house(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a number is an address: "10 Downing Street"."""
    lettered = measure.stop == measure.start + 2 and len(tokens[measure.stop - 1].text) == 1  # "221B"
    if measure.kind != "figure" or measure.ranged or not (measure.scale == 1 or lettered):
        return False
    for token in tokens[measure.stop : measure.stop + _STREET_WORDS]:
        if not token.text[0].isupper():
            return False
        if token.low in lex.sets["streets"]:
            return True
    return False


_STREET_WORDS = 4


def _hyphened_name(tokens: Sequence[Token], j: int) -> bool:
    """Return whether a capitalised word hangs on a number word: "Trois-Rivières", "Seven-Eleven"."""
    hangs = j + 1 < len(tokens) and tokens[j].low == "-" and glued(tokens, j) and glued(tokens, j + 1)
    return hangs and tokens[j - 1].text[0].isupper() and tokens[j + 1].text[0].isupper()


def _spelled_name(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether capitals make a number word part of a name inside a sentence: "the Four Corners"."""
    i, j = measure.start, measure.stop
    if measure.unit or lex.capital_nouns or i == 0 or j >= len(tokens) or j != i + 1:
        return False
    capitals = tokens[i].text[0].isupper() and tokens[i].text[1:].islower() and tokens[j].text[0].isupper()
    opening = tokens[i - 1].kind == MARK and tokens[i - 1].low != ","
    return capitals and not opening and not glued(tokens, j) and not _title_case(tokens)


def _hyphened_code(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether one capital or a month hangs on a figure: "el 23-F", "le 11-Septembre"."""
    if j + 1 >= len(tokens) or tokens[j].low != "-" or not (glued(tokens, j) and glued(tokens, j + 1)):
        return False
    word = tokens[j + 1]
    return (len(word.text) == 1 and word.text.isupper()) or word.low in lex.months


def _glued_left(tokens: Sequence[Token], i: int) -> bool:
    if not glued(tokens, i) or tokens[i].low in ("+", "-"):
        return False
    before = tokens[i - 1]
    if before.kind in (DIGITS, WORD):
        return True
    if before.low in _CODE_MARKS:
        return before.low != "/" or tokens[i].kind == DIGITS
    if before.low in ("-", ".", ":", "'", "’") and tokens[i].kind == DIGITS:
        return glued(tokens, i - 1)
    return False


def _glued_right(tokens: Sequence[Token], measure: Measure) -> bool:
    j = measure.stop
    if j >= len(tokens) or not glued(tokens, j):
        return False
    if tokens[j].kind in (DIGITS, WORD):
        return True
    if tokens[j].low in _CODE_MARKS and tokens[j].low != "%" and j + 1 < len(tokens) and glued(tokens, j + 1):
        return tokens[j].low != "/" or tokens[j + 1].kind == DIGITS
    if measure.unit:
        return False
    return tokens[j].low in "'’" and glued(tokens, j + 1) and tokens[j + 1].low == "s" and measure.low % 10 == 0


def _is_clock(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    i, j = measure.start, measure.stop
    if measure.unit == "minute" and j == i + 3 and tokens[i + 1].text == "h":  # "à 8 h 30"; "en 2 h 30" is none
        before = lex.phrases["before:clock_before"].before(tokens, i) is not None
        return before or measure.low > _LONGEST_HOURS * 60
    if measure.unit not in ("", "hour", "metre", "score") or measure.scale != 1:
        return False
    token = tokens[i]
    if j < len(tokens) and tokens[j].low == ":" and glued(tokens, j) and glued(tokens, j + 1):
        return True
    military = measure.unit == "hour" and len(token.text) == 4 and token.text.isdigit() and int(token.text[2:]) < 60
    if military and lex.phrases["before:clock_before"].before(tokens, i):
        return True  # "at 1230 hours"
    if not 0 <= measure.low <= 24:
        return False
    after = lex.phrases["clock_after"].at(tokens, j) is not None
    before = lex.phrases["before:clock_before"].before(tokens, i) is not None
    if lex.phrases["before:clock_sure"].before(tokens, i) and not _noun_follows(tokens, j, lex):
        return True
    if measure.unit in ("metre", "score"):
        return False
    if _CLOCK.fullmatch(token.text) and token.kind == DIGITS:
        return after or before
    return (after and measure.unit == "") or (before and measure.unit == "hour")


def _is_date(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a day number stands beside a month ("14 March", "Oct. 20", "4th of May", "May 4-6")."""
    if measure.unit not in ("", "rank", "score") or not 1 <= measure.high <= 31 or measure.step != 1:
        return False
    if _after_weekday(tokens, measure, lex):
        return True
    j = measure.stop
    dated = measure.start > 0 and tokens[measure.start - 1].low in lex.sets["date_before"]
    dotted = j < len(tokens) and tokens[j].low == "." and glued(tokens, j)
    if dotted and (dated or (j + 1 == len(tokens) and tokens[measure.start - 1].low == "," and lex.capital_nouns)):
        return True
    j = _past_second_day(tokens, j, lex)
    for _ in range(3):
        if j >= len(tokens):
            break
        if tokens[j].low in lex.months and _is_month(tokens, j):
            return True
        if tokens[j].low not in _DATE_LINKS:
            break
        j += 1
    i = measure.start - 1
    if i >= 0 and tokens[i].low == "." and i > 0:
        i -= 1
    if i >= 0 and tokens[i].low in lex.sets["stop"] and i > 0 and tokens[i].low == "the":
        i -= 1
    return i >= 0 and tokens[i].low in lex.months and _is_month(tokens, i)


def _after_weekday(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether a day number follows the name of a weekday: "na terça-feira (5)", "lundi 5 à Paris"."""
    i, j = measure.start, measure.stop
    at = i - 1 if i > 1 and tokens[i - 1].low in "(," else i
    if measure.kind != "figure" or not lex.phrases["before:weekdays"].before(tokens, at):
        return False
    return tokens[i - 1].low == "(" or not _noun_follows(tokens, j, lex)


def _past_second_day(tokens: Sequence[Token], j: int, lex: Lexicon) -> int:
    """Return the token after "to 20" in "12 to 20 September", else ``j``."""
    joined = None
    for name in ("range_to", "change_to", "range_between_and", "range_or"):
        joined = joined or lex.phrases[name].at(tokens, j)
    after = joined[1] if joined else j + 1 if j < len(tokens) and tokens[j].low in "-–" else 0
    if not 0 < after < len(tokens) or tokens[after].kind != DIGITS or len(tokens[after].text) > 2:
        return j
    return after + 1


def _is_month(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a month word is written as one ("may", "march" and "mars" are other words too)."""
    return tokens[i].text[0].isupper() or tokens[i].low not in ("may", "march", "mar", "sun", "sat")


def _is_year(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    token = tokens[measure.start]
    if token.kind != DIGITS or len(token.text) != 4 or not token.text.isdigit() or measure.scale != 1:
        return False
    if measure.ranged and not _OLD_FROM <= measure.high <= _YEAR_TO:
        return False
    year, j = int(token.text), measure.stop
    if not _OLD_FROM <= year <= 2199:
        return False
    if j < len(tokens) and tokens[j].low in "-–/" and glued(tokens, j) and glued(tokens, j + 1):
        return True
    if lex.hedges.before(tokens, measure.start) is not None and _noun_follows(tokens, j, lex):
        return False
    thing = j < len(tokens) and tokens[j].kind == WORD and tokens[j].low in lex.sets["people"]
    if thing:
        return lex.phrases["before:year_before"].before(tokens, measure.start) is not None and year >= 1900
    if lex.phrases["before:year_before"].before(tokens, measure.start):
        return True
    if _YEAR_FROM <= year <= _YEAR_TO:
        return True
    month = measure.start > 0 and tokens[measure.start - 1].low in lex.months
    return month or not _noun_follows(tokens, j, lex)


def _noun_follows(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    if j >= len(tokens) or tokens[j].kind != WORD or tokens[j].low in lex.sets["stop"]:
        return False
    return tokens[j].text[0].islower() or lex.capital_nouns


def _is_named(tokens: Sequence[Token], measure: Measure, lex: Lexicon) -> bool:
    """Return whether the number is part of a name: "Phase 3", "Flight SV 412", "Quillmark 2", "Stratus
    Nine".
    """
    i = measure.start
    if i == 0 or measure.ranged or measure.scale != 1 or measure.kind in ("ratio", "vague"):
        return False
    before = tokens[i - 1]
    follows = _noun_follows(tokens, measure.stop, lex)
    if lex.phrases["before:designators"].before(tokens, i):
        named = before.text[0].isupper() or measure.low < 20 or not follows
        return named or before.low == "."
    if before.text.isupper() and len(before.text) < 4 and lex.phrases["before:designators"].before(tokens, i - 1):
        return measure.kind == "figure"  # "vol AF 447"
    if before.kind != WORD or before.text.islower() or measure.low >= 10_000 or measure.low % 1:
        return False
    if measure.kind != "figure" and not (tokens[i].text[0].isupper() and not follows):
        return False
    if before.low in lex.sets["stop"] or before.low in lex.months or lex.hedges.before(tokens, i):
        return False
    if lex.capital_nouns:
        code = before.text.isupper() or any(letter.isupper() for letter in before.text[1:])
        capital = follows and tokens[measure.stop].text[0].isupper()
        return (code and not capital) or (not follows and i == 1)
    if measure.stop < len(tokens) and tokens[measure.stop].low in lex.sets["people"]:
        return False
    if follows and (measure.low >= 30 or (i > 1 and tokens[i - 2].low in lex.sets["place_words"])):
        return False
    return not (_verb_like(before) and (i == 1 or _title_case(tokens)))


def _title_case(tokens: Sequence[Token]) -> bool:
    """Return whether most long words are capitalised, as in headlines."""
    words = [token.text for token in tokens[:40] if token.kind == WORD and len(token.text) > 2]
    small = sum(word[0].islower() for word in words)
    return small == 0 if len(words) < 6 else 5 * small < 2 * len(words)


def _verb_like(token: Token) -> bool:
    """Return whether a capitalised word of a headline is a verb or adverb rather than a name ("Kills",
    "Nearly").
    """
    return token.low.endswith(("s", "ed", "ing", "ly")) and not token.text.isupper() and len(token.low) > 3


def _is_list_mark(tokens: Sequence[Token], i: int, j: int) -> bool:
    """Return whether the number only counts list items ("2." alone, "3) Wash", "[4]")."""
    alone = j < len(tokens) and tokens[j].low in (".", ")", "]")
    if i == 0 and alone:
        return j + 1 == len(tokens) or (not glued(tokens, j + 1) and tokens[j + 1].text[0].isupper())
    return i == 1 and tokens[0].low in "[(" and alone and tokens[j].kind == MARK
