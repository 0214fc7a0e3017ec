"""Words that tell what part, period or region a number is of, and numbers that are only what others are set against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reconcile.claims import languages
from reconcile.model import Cue, Quantity

_REACH = 24  # characters before a quantity in which "from", "against" and the like make it a base
_NOTHING = re.compile(r"(?!)")


def find(text: str, lang: str) -> tuple[Cue, ...]:
    """Return the scope words of a text: ``group`` is period, part or region, ``value`` the word in lower case."""
    found = []
    for group in ("period", "part", "region"):
        for match in _pattern(lang, group).finditer(text):
            found.append(Cue(match.start(), match.end(), match.group(), "scope", match.group().lower(), group))
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.group)))


def base(text: str, lang: str, quantity: Quantity) -> Cue | None:
    """Return the word that makes a quantity the base of a comparison ("up from 368 million"), if there is one."""
    before = text[max(0, quantity.start - _REACH) : quantity.start]
    match = _before(lang).search(before)
    if match is None:
        return None
    start = quantity.start - len(before) + match.start()
    return Cue(start, start + len(match.group().rstrip()), match.group().strip(), "base", "base")


@lru_cache(maxsize=128)
def _pattern(lang: str, group: str) -> re.Pattern[str]:
    words = _phrases(lang, group)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else _NOTHING


@lru_cache(maxsize=64)
def _before(lang: str) -> re.Pattern[str]:
    words = _phrases(lang, "base", "linking")
    hedge = r"(?:[^\W\d]{2,12} )?"  # one word such as "about" may stand between
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)}) {hedge}[^\w\s]?$", re.IGNORECASE) if words else _NOTHING


def joins(text: str, lang: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the words that join two statements ("and", "while")."""
    for match in _joining(lang).finditer(text):
        yield match.start(), match.end()


@lru_cache(maxsize=64)
def _joining(lang: str) -> re.Pattern[str]:
    words = _phrases(lang, "join", "linking")
    return re.compile(rf"(?<=\s)(?:{'|'.join(words)})(?=\s)", re.IGNORECASE) if words else _NOTHING


def _phrases(lang: str, group: str, table: str = "scope") -> list[str]:
    value = languages.load(lang).table(table).get(group, "")
    items = value.split(",") if isinstance(value, str) else [str(item) for item in value]
    return sorted((re.escape(item.strip()) for item in items if item.strip()), key=lambda w: (-len(w), w))
