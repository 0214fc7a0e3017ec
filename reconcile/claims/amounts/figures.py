"""Tokens for the quantity grammar, digit strings in local notation, and tables of fixed phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

MAX_DIGITS = 30
_TOKEN = re.compile(
    r"([^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*)"
    r"|((?:(?<![\w.])\.)?[0-9]+(?:[.,][0-9]+|['’\u00a0\u202f\u2009][0-9]{3}(?![0-9]))*)"
    r"|[^\s]"
)
_GROUP_MARKS = str.maketrans("", "", "'’\u00a0\u202f\u2009")
_SAME = {"’": "'", "‘": "'", "‑": "-", "‐": "-", "−": "-", "﹣": "-"}
T = TypeVar("T")
_made = tuple.__new__  # what a NamedTuple calls: every word of every text is made one


class Token(NamedTuple):
    """A digit string (``kind`` 2), a word (1) or one other character (0); ``low`` is what tables are asked
    for.
    """

    start: int
    end: int
    text: str
    low: str
    kind: int


WORD, DIGITS, MARK = 1, 2, 0


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text, in order, with offsets into it."""
    tokens = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        kind = match.lastindex or MARK
        low = raw.lower() if kind == WORD else _SAME.get(raw, raw) if kind == MARK else raw
        tokens.append(_made(Token, (*match.span(), raw, low, kind)))
    return tokens


def words_of(phrase: str) -> tuple[str, ...]:
    """Return the lower-case tokens of one phrase of a data file."""
    return tuple(token.low for token in tokenise(phrase))


def entries(value: object) -> tuple[str, ...]:
    """Return the phrases of a data-file value: an array, or one string parted by commas and line ends."""
    parts: Iterable[object] = re.split(r"[,\n]", value) if isinstance(value, str) else ()
    if isinstance(value, (list, tuple)):
        parts = value
    return tuple(text for text in (str(part).strip() for part in parts) if text)


def unaccented(phrase: str) -> str:
    """Return a phrase as it is typed without its marks ("milhões": "milhoes")."""
    marked = unicodedata.normalize("NFD", phrase)
    return "".join(character for character in marked if not unicodedata.combining(character))


class Phrases(Generic[T]):
    """Fixed phrases with a value each; the longest that starts (or ends) at a token is found in one
    look-up.
    """

    __slots__ = ("_table",)

    def __init__(self, pairs: Iterable[tuple[str, T]], *, backward: bool = False) -> None:
        table: dict[str, dict[tuple[str, ...], T]] = {}
        for phrase, value in pairs:
            words = words_of(phrase)
            if words:
                table.setdefault(words[-1 if backward else 0], {}).setdefault(words, value)
        self._table = {key: (sorted({len(words) for words in rows}, reverse=True), rows) for key, rows in table.items()}

    def __bool__(self) -> bool:
        return bool(self._table)

    def __contains__(self, word: str) -> bool:
        return word in self._table

    def heads(self) -> frozenset[str]:
        """Return the first words (the last ones of a backward table)."""
        return frozenset(self._table)

    def words(self) -> frozenset[str]:
        """Return every word of every phrase."""
        return frozenset(word for _, rows in self._table.values() for words in rows for word in words)

    def at(self, tokens: Sequence[Token], i: int) -> tuple[T, int] | None:
        """Return the value of the longest phrase that starts at token ``i`` and the token after it."""
        found = self._table.get(tokens[i].low) if i < len(tokens) else None
        if found is None:
            return None
        lengths, rows = found
        for count in lengths:
            words = tuple([token.low for token in tokens[i : i + count]])
            if words in rows:
                return rows[words], i + len(words)
        return None

    def before(self, tokens: Sequence[Token], i: int) -> tuple[T, int] | None:
        """Return the value of the longest phrase that ends just before token ``i`` and its first token."""
        found = self._table.get(tokens[i - 1].low) if 0 < i <= len(tokens) else None
        if found is None:
            return None
        lengths, rows = found
        for count in lengths:
            words = tuple([token.low for token in tokens[max(0, i - count) : i]])
            if words in rows:
                return rows[words], i - len(words)
        return None


def glued(tokens: Sequence[Token], i: int) -> bool:
    """Return whether token ``i`` follows the one before it without a blank."""
    return 0 < i < len(tokens) and tokens[i - 1].end == tokens[i].start


def parse_digits(text: str, decimal: str, *, both: bool = False) -> tuple[Decimal, int] | None:
    """Return value and number of decimals of a digit string, or None where it is no number (a date, an
    address).

    ``decimal`` is the language's decimal mark; ``both``: it also groups thousands ("1,200" in Mexico,
    "1.200" in Spain).

    >>> parse_digits("1.284,50", ",")
    (Decimal('1284.50'), 2)
    """
    plain = text.translate(_GROUP_MARKS)
    if plain.startswith("."):
        plain = f"0{plain}"
        if plain.count(".") + plain.count(",") > 1:
            return None
        return _joined("0", plain[2:]) if len(plain) <= MAX_DIGITS else None
    marks = [character for character in plain if character in ".,"]
    if len(plain) - len(marks) > MAX_DIGITS:
        return None
    if not marks:
        return Decimal(plain), 0
    last = marks[-1]
    if len(set(marks)) == 2:
        head, _, tail = plain.rpartition(last)
        if marks.count(last) != 1 or not _grouped(re.split("[.,]", head)):
            return None
        return _joined(head, tail)
    groups = plain.split(last)
    if len(marks) > 1:
        return (Decimal("".join(groups)), 0) if _grouped(groups) else None
    whole, tail = groups
    is_group = _grouped(groups) and (last != decimal or both) and len(text) == len(plain)
    return (Decimal(whole + tail), 0) if is_group else _joined(whole, tail)


def _joined(head: str, tail: str) -> tuple[Decimal, int]:
    whole = "".join(character for character in head if character.isdigit())
    return Decimal(f"{whole or '0'}.{tail}"), len(tail)


def _grouped(groups: Sequence[str]) -> bool:
    """Return whether digit groups are thousands ("1.284.000") or lakhs ("1,20,000")."""
    if len(groups) == 1:
        return True
    first, middle, last = groups[0], groups[1:-1], groups[-1]
    if not 1 <= len(first) <= 3 or first.startswith("0") or len(last) != 3:
        return False
    return all(len(group) == 3 for group in middle) or all(len(group) == 2 for group in middle)
