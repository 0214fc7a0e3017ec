"""Comparing two names: keys without accents, initials, legal suffixes, short forms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    [
        "of",
        "the",
        "and",
        "for",
        "de",
        "la",
        "del",
        "der",
        "den",
        "van",
        "von",
        "y",
        "e",
        "da",
        "do",
        "dos",
        "das",
        "di",
        "du",
        "des",
        "al",
        "el",
        "le",
        "les",
        "et",
        "und",
        "en",
        "ng",
        "sa",
        "mga",
        "a",
        "o",
        "zu",
    ]
)
_SUFFIXES = frozenset(
    [
        "inc",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "nv",
        "bv",
        "spa",
        "ab",
        "asa",
        "oyj",
        "jsc",
        "pte",
        "kg",
        "se",
        "sl",
        "srl",
        "tbk",
        "pt",
        "cv",
        "ohg",
        "kgaa",
        "sas",
        "sarl",
        "ltda",
        "jr",
        "sr",
        "ii",
        "iii",
        "incorporated",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sir",
    ]
)


@dataclass(frozen=True, slots=True)
class Run:
    """A name in the text: characters ``[start, end)``, words ``[i, j)``, ``title`` before it if any."""

    start: int
    end: int
    i: int
    j: int
    name: str
    title: str = ""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return a text without accents and case.

    >>> fold("Røros Škoda") == fold("roros skoda")
    True
    """
    text = (
        text.replace("ø", "o").replace("Ø", "o").replace("ł", "l").replace("Ł", "l").replace("đ", "d").replace("Đ", "d")
    )
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name without legal forms and small words (all words if nothing else is
    left).
    """
    found = tuple(_WORD.findall(fold(name)))
    strong = tuple(word for word in found if word not in _SUFFIXES and word not in _SMALL and word != "s")
    return strong or found


def key(name: str) -> str:
    """Return what two spellings of one printed name share.

    >>> key("CleanSpark's") == key("CLEANSPARK")
    True
    """
    return " ".join(word for word in _WORD.findall(fold(name)) if word != "s")


def contains(long: str, short: str) -> bool:
    """Return whether the short name is made of whole words of the long one, in order, or of its initial and
    last name.
    """
    a, b = words(long), words(short)
    if not b or len(b) > len(a):
        return False
    rest = iter(a)
    return all(any(word == other or (len(word) == 1 and other.startswith(word)) for other in rest) for word in b)


def initials(long: str, short: str) -> bool:
    """Return whether an acronym is made of the first letters of a name's words, small words counted or not.

    >>> initials("World Health Organization", "WHO"), initials("Bank of England", "BoE")
    (True, True)
    """
    letters = fold(short).replace(".", "").replace("-", "")
    every = [word[0] for word in _WORD.findall(fold(long))]
    strong = [word[0] for word in _WORD.findall(fold(long)) if word not in _SMALL]
    plain = [word[0] for word in words(long)]
    return len(letters) > 1 and letters in ("".join(every), "".join(strong), "".join(plain))


def same(a: str, b: str) -> float:
    """Return how likely two names print the same thing, 0 to 1: spelling, order, initials, short forms,
    acronyms.
    """
    if key(a) == key(b):
        return 1.0
    left, right = words(a), words(b)
    if not left or not right:
        return 0.0
    if left == right:
        return 0.98
    if sorted(left) == sorted(right):
        return 0.95
    if initials(a, b) or initials(b, a):
        return 0.9
    short, long = sorted((left, right), key=lambda found: (len(found), len(" ".join(found)), found))
    if contains(" ".join(long), " ".join(short)):
        return _short_form(short, long)
    return _spelling(left, right)


def _short_form(short: tuple[str, ...], long: tuple[str, ...]) -> float:
    """A surname or a first word for the whole name; one shared word of a long name says less."""
    if len(short) == 1 and len(short[0]) <= 2:
        return 0.4
    if short[-1] == long[-1] or len(short) > 1 or short[0] == long[0]:
        return 0.9 if len(long) - len(short) <= 2 else 0.8
    return 0.7


def _spelling(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Spelling alone: words are paired one to one, so that a shared first name does not make two people
    one.
    """
    from rapidfuzz.distance import OSA, JaroWinkler

    if len(left) != len(right):
        return 0.55 * len(set(left) & set(right)) / max(len(left), len(right))
    lowest = 1.0
    for a, b in zip(left, right, strict=True):
        if a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]):
            continue
        slips = OSA.distance(a, b)
        close = slips <= (1 if len(a) < 8 else 2) and len(a) > 3
        lowest = min(lowest, JaroWinkler.similarity(a, b) if close else 0.5 * JaroWinkler.similarity(a, b))
    return round(0.95 * lowest, 4)
