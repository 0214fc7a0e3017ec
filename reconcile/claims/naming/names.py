"""The words of a name: keys without accents, small words and legal forms, initials, short forms."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_STROKES = str.maketrans("øØłŁđĐıİ", "oollddii")
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
    """A name in the text: characters ``[start, end)``, words ``[i, j)``, ``title`` before it if any.

    ``weak``: a first word that only the verb behind it speaks for, in a language that lets nouns stand bare.
    """

    start: int
    end: int
    i: int
    j: int
    name: str
    title: str = ""
    weak: bool = False


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return a text without accents and case.

    >>> fold("Røros Škoda") == fold("roros skoda")
    True
    """
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name without legal forms and small words (all words if nothing else is
    left).
    """
    found = tuple(_WORD.findall(fold(name)))
    strong = tuple(word for word in found if word not in _SUFFIXES and word not in _SMALL and word != "s")
    return strong or found


@lru_cache(maxsize=65536)
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
