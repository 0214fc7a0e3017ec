"""What is written beside a number to say what it measures: units, symbols, currency signs, one-letter magnitudes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import DIGITS, MARK, WORD, Token, glued
from reconcile.claims.amounts.lexicon import Lexicon
from reconcile.claims.amounts.parts import Number

_ANY_CASE = frozenset(["km", "kg", "cm", "ml", "km/h", "mph", "kwh", "km²", "m²"])
_PREFIX_ONLY = frozenset(["P", "R", "RM", "Sh", "Fr."])
_CODE_SCALES = {"M": Decimal(10**6), "T": Decimal(10**3), "K": Decimal(10**3), "k": Decimal(10**3), "B": Decimal(10**9)}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_RESOLUTIONS = frozenset(["240", "360", "480", "576", "720", "1080", "1440", "2160"])
_DEGREES = {"C": ("celsius", -95, 70), "F": ("fahrenheit", -140, 160)}
_CUE_REACH = 12


def prefix_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int]:
    """Return the currency whose sign or code stands at ``i`` before a digit, and the token after it."""
    found = _sign_at(tokens, i, lex)
    if found is None:
        return "", i
    text, code, stop = found
    if text in units.LOWER_CODES:
        return "", i
    if (
        stop >= len(tokens)
        or tokens[stop].kind != DIGITS
        or (text[0].isalpha() and glued(tokens, i) and tokens[i - 1].kind)
    ):
        return "", i
    if text in _PREFIX_ONLY and not glued(tokens, stop):
        return "", i
    return code, stop


def _sign_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, str, int] | None:
    """Return (text, code, next token) of the currency sign or code at ``i``; case counts, save in "usd$"."""
    found = lex.signs.at(tokens, i)
    if found is None:
        text = tokens[i].text if i < len(tokens) else ""
        return (text, text[1:], i + 1) if text and code_scale(tokens[i]) > 1 else None
    spellings, stop = found
    text = "".join(token.text for token in tokens[i:stop])
    code = spellings.get(text, "")
    if not code and len(text) > 2 and (text.isupper() or text[-1] == "$" or text in units.LOWER_CODES):
        code = spellings.get(text.upper(), "")
    short = lex.signs.at(tokens[i : i + 1], 0) if not code and stop > i + 1 else None
    if short is not None:  # "12 $ au total" is no "$AU"
        text, stop = tokens[i].text, i + 1
        code = short[0].get(text, "")
    return (text, code, stop) if code else None


def code_scale(token: Token) -> Decimal:
    """Return the magnitude in a code such as "MSEK", "KEUR"; 1 for any other token."""
    text = token.text
    scaled_code = len(text) == 4 and text[1:] in units.ISO_CODES and text not in units.ISO_CODES
    return _CODE_SCALES.get(text[0], Decimal(1)) if scaled_code else Decimal(1)


def letter_scale(tokens: Sequence[Token], number: Number, money: bool, lex: Lexicon) -> Number:
    """Return the number with the "m", "b", "k" or "t" that follows it, where that is no unit."""
    j, letters = number.stop, lex.numerals.letters
    if j >= len(tokens) or tokens[j].low not in letters or number.scale != 1:
        return number
    letter, near = tokens[j].text, glued(tokens, j)
    if j + 1 < len(tokens) and glued(tokens, j + 1) and (tokens[j + 1].kind or tokens[j + 1].low in "'’"):
        return number
    if money or currency_at(tokens, j + 1, lex) is not None:
        hyphened = j + 1 < len(tokens) and tokens[j + 1].low == "-" and glued(tokens, j + 1)
        apart = (letter in "mMbBT" or glued(tokens, j + 1)) and not hyphened
        return scaled(number, letters[letter.lower()], j + 1) if near or apart else number
    counts = near and _counts_things(tokens, j + 1, lex)
    clause = (
        j + 1 == len(tokens) or not tokens[j + 1].kind or (letter.isupper() and tokens[j + 1].low in lex.sets["stop"])
    )
    ends = near and clause and (number.step < 1 or number.value >= 10)
    if (letter in "kK" and near) or (letter in "mMbB" and counts) or (letter in "MBb" and ends):
        return scaled(number, letters[letter.lower()], j + 1)
    return number


def scaled(number: Number, scale: Decimal, stop: int) -> Number:
    """Return the number times a magnitude that is read up to token ``stop``."""
    return number._replace(value=number.value * scale, step=number.step * scale, stop=stop, scale=scale)


def _counts_things(tokens: Sequence[Token], j: int, lex: Lexicon) -> bool:
    """Return whether "2.1m" before token ``j`` counts things ("2.1m views") rather than metres ("1.5m
    tall").
    """
    if j >= len(tokens) or tokens[j].kind != WORD or tokens[j].low in lex.sets["dimension_adjectives"]:
        return False
    return tokens[j].low not in lex.sets["stop"] and tokens[j].low not in lex.sets["races"]


def currency_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return the currency named at token ``i`` ("euros", "$", "NOK") and the token after it."""
    named = lex.currencies.at(tokens, i)
    if named is not None:
        return named
    found = _sign_at(tokens, i, lex)
    if found is None:
        return None
    text, code, stop = found
    if text in _PREFIX_ONLY or (stop < len(tokens) and glued(tokens, stop) and tokens[stop].kind):
        return None
    return code, stop


def unit_at(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return the canonical unit named at token ``i`` and the token after it; a joining hyphen is passed
    over.
    """
    at = i
    if at < len(tokens) and tokens[at].low == "-" and glued(tokens, at) and glued(tokens, at + 1):
        at += 1
    best: tuple[str, int] | None = None
    for found in (
        lex.units.at(tokens, i),
        lex.units.at(tokens, at),
        currency_at(tokens, at, lex),
        _symbol(tokens, at),
        _glued_unit(tokens, at, lex),
        _bracketed(tokens, at),
    ):
        if found is not None and (best is None or found[1] > best[1]):
            best = found
    return best


def _glued_unit(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return the unit of "41.2C" or, where the language has such letters, "149.9p" and "3.4pc"."""
    if not 0 < i < len(tokens) or tokens[i - 1].kind != DIGITS or (i + 1 < len(tokens) and _hangs_on(tokens, i + 1)):
        return None
    text, figure = tokens[i].text, tokens[i - 1].text
    if text in _DEGREES:
        return _degrees(tokens, i, lex)
    if glued(tokens, i) and text in lex.glued and figure not in _RESOLUTIONS:
        return lex.glued[text], i + 1
    return None


def _degrees(tokens: Sequence[Token], i: int, lex: Lexicon) -> tuple[str, int] | None:
    """Return "C" or "F" after a figure as a unit: decimals or a word of weather near by must bear it out."""
    unit, low, high = _DEGREES[tokens[i].text]
    figure = tokens[i - 1].text
    if len(figure) > 5 or not low <= float(figure.replace(",", ".")) <= high:
        return None
    near = (*tokens[max(0, i - _CUE_REACH) : i - 1], *tokens[i + 1 : i + _CUE_REACH])
    cue = any(token.low in lex.sets["temperature_cues"] or token.low in "°℃℉" for token in near)
    return (unit, i + 1) if cue or (glued(tokens, i) and not figure.isdigit()) else None


def _hangs_on(tokens: Sequence[Token], j: int) -> bool:
    """Return whether more is written on to the word before token ``j`` ("5C-3", "12p's")."""
    return glued(tokens, j) and (tokens[j].kind != MARK or tokens[j].low in "'’-_/")


def _bracketed(tokens: Sequence[Token], i: int) -> tuple[str, int] | None:
    """Return the unit symbol in "20 (kg)", as tables print it."""
    if i + 2 >= len(tokens) or tokens[i].low not in _BRACKETS:
        return None
    found = _symbol(tokens, i + 1)
    if found is None or found[1] >= len(tokens) or tokens[found[1]].low != _BRACKETS[tokens[i].low]:
        return None
    return found[0], found[1] + 1


def _symbol(tokens: Sequence[Token], i: int) -> tuple[str, int] | None:
    """Return the unit whose symbol starts at ``i`` ("km/h", "°C", "m²"), the longest first, case observed."""
    if i >= len(tokens):
        return None
    text, stop, best = "", i, None
    while stop < min(i + 4, len(tokens)) and (stop == i or glued(tokens, stop) or text in "°º"):
        text += tokens[stop].text if stop == i or glued(tokens, stop) else " " + tokens[stop].text
        stop += 1
        unit = units.SYMBOLS.get(text) or (units.SYMBOLS.get(text.lower()) if text.lower() in _ANY_CASE else None)
        if unit is not None:
            best = unit, stop
    if best is None:
        return None
    after = best[1]
    if after < len(tokens) and glued(tokens, after) and (tokens[after].kind or tokens[after].low in "'’"):
        return None
    single = len(tokens[i].text) == 1 and after == i + 1
    coded = after + 1 < len(tokens) and tokens[after].low == "-" and tokens[after + 1].kind == DIGITS
    if single and coded and glued(tokens, after) and not glued(tokens, i):  # "24703 L-202"
        return None
    if single and tokens[i].text in units.SHORT_SYMBOLS and not _short_allowed(tokens, i):
        return None
    return best


def _short_allowed(tokens: Sequence[Token], i: int) -> bool:
    """Return whether a one-letter symbol is one: it touches a number, or is a lower-case one after a
    figure.
    """
    return glued(tokens, i) or (i > 0 and tokens[i - 1].kind == DIGITS and tokens[i].text.islower())
