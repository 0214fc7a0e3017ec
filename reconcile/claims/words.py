"""Content words of a sentence, stems that let inflected forms of one word meet, and a text cut after a whole word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from reconcile import languages

STEM_LENGTH = 5  # characters; enough to join "climbed"/"climbing", "Wahl"/"Wahlen" without a stemmer per language
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+){0,3}")


@lru_cache(maxsize=64)
def stopwords(lang: str) -> frozenset[str]:
    """Return the language's function words, lower-case; empty for a language without a data file."""
    table = languages.load(lang).table("stopwords")
    return frozenset(
        str(word) for group in table.values() for word in (group if not isinstance(group, str) else group.split())
    )


def content(text: str, lang: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, lower-case word) for each word of three or more letters that is no function word."""
    common = stopwords(lang)
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word[-2:-1] in ("'", "’") and word[-1] == "s":
            word = word[:-2]
        if len(word) > 2 and word not in common:
            yield *match.span(), word


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the first letters of a word without accents.

    >>> stem("climbing") == stem("climbed")
    True
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return plain[:STEM_LENGTH]


def shortened(text: str, limit: int) -> str:
    """Return ``text`` on one line in at most ``limit`` characters, cut after a whole word where one ends near there.

    >>> shortened("the bridge was closed", 15)
    'the bridge was…'
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    kept = line[: limit - 1]
    space = kept.rfind(" ")
    if line[limit - 1] != " " and space >= limit // 2:
        kept = kept[:space]
    return kept.rstrip(" ,;:([–—-") + "…"


def stems(text: str, lang: str) -> frozenset[str]:
    """Return the stems of the text's content words."""
    return frozenset(stem(word) for _, _, word in content(text, lang))
